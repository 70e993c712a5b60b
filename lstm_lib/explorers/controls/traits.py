"""Traits of our widgets, whose errors name the argument, what came and what is expected."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import traitlets

from lstm_lib import _validate
from lstm_lib._validate import flag as flag


class Checked(traitlets.TraitType[Any, Any]):
    """A synced trait that keeps what `check(name, value)` returns, and raises what it raises."""

    def __init__(self, check: Callable[[str, Any], object], default: object) -> None:
        super().__init__(default)
        self.check = check
        self.tag(sync=True)

    def validate(self, obj: object, value: object) -> object:
        """Return the value to keep."""
        return self.check(str(self.name), value)


class MismatchError(traitlets.TraitError, ValueError):
    """Traits that do not go together. As a TraitError too, traitlets undoes the change."""


def digits(name: str, value: object) -> int:
    """Return `value`, a whole number of decimals from 0 to 10."""
    count = _validate.count(name, value)
    if count > 10:
        raise ValueError(f"{name} must be at most 10, got {value!r}")
    return count


def text(name: str, value: object) -> str:
    """Return `value`, a string."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r}")
    return value


def words(name: str, value: object) -> list[str]:
    """Return `value`, distinct strings, at least one, as a list."""
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise TypeError(f"{name} must be a list of strings, got {value!r}")
    if not value or len(set(value)) < len(value):
        raise ValueError(f"{name} must be at least one string, each once, got {value!r}")
    return list(value)


def sentences(name: str, value: object) -> list[str]:
    """Return `value`, strings that say something, at least one, as a list."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise TypeError(f"{name} must be a list of strings, got {value!r}")
    if not value or not all(map(str.strip, value)):
        raise ValueError(f"{name} must be sentences, at least one, none empty, got {value!r}")
    return list(value)


def rising(name: str, value: object) -> list[float]:
    """Return `value`, numbers in rising order or none, as a list."""
    if isinstance(value, list | tuple) and not value:
        return []
    numbers = list(_validate.sequence(name, value))
    if any(a >= b for a, b in pairwise(numbers)):
        raise ValueError(f"{name} must be numbers in rising order, got {value!r}")
    return numbers


def color(name: str, value: object) -> str:
    """Return `value`, a CSS colour, or '' for the theme's text colour."""
    if not re.fullmatch(r"[#\w(),.%/ -]*", text(name, value)):
        raise ValueError(f"{name} must be a CSS colour such as '#0173b2', got {value!r}")
    return str(value)
