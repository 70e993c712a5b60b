"""Traits of our widgets, whose errors name the argument, what came and what is expected."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import traitlets

from lstm_lib import _validate
from lstm_lib._validate import flag as flag

HERE = Path(__file__).parent


def source(*names):
    """Return files of this folder as one text: a widget has one module and one style sheet."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


class Checked(traitlets.TraitType[Any, Any]):
    """A synced trait that keeps what `check(name, value)` returns, and raises what it raises."""

    def __init__(self, check, default):
        super().__init__(default)
        self.check = check
        self.tag(sync=True)

    def validate(self, obj, value):
        """Return the value to keep."""
        return self.check(self.name, value)


class MismatchError(traitlets.TraitError, ValueError):
    """Traits that do not go together. As a TraitError too, traitlets undoes the change."""


def digits(name, value):
    """Return `value`, a whole number of decimals from 0 to 10."""
    if _validate.count(name, value) > 10:
        raise ValueError(f"{name} must be at most 10, got {value!r}")
    return int(value)


def text(name, value):
    """Return `value`, a string."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r}")
    return value


def letters(name, value):
    """Return `value`, a string of distinct letters, at least one."""
    if not text(name, value) or len(set(value)) < len(value):
        raise ValueError(f"{name} must be at least one letter, each once, got {value!r}")
    return value


def some_words(name, value):
    """Return `value`, distinct strings or none, as a list."""
    return [] if isinstance(value, list | tuple) and not value else words(name, value)


def words(name, value):
    """Return `value`, distinct strings, at least one, as a list."""
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise TypeError(f"{name} must be a list of strings, got {value!r}")
    if not value or len(set(value)) < len(value):
        raise ValueError(f"{name} must be at least one string, each once, got {value!r}")
    return list(value)


def rising(name, value):
    """Return `value`, numbers in rising order or none, as a list."""
    is_empty = isinstance(value, list | tuple) and not value
    numbers = [] if is_empty else list(_validate.sequence(name, value))
    if any(a >= b for a, b in pairwise(numbers)):
        raise ValueError(f"{name} must be numbers in rising order, got {value!r}")
    return numbers


def color(name, value):
    """Return `value`, a CSS colour, or '' for the theme's text colour."""
    if not re.fullmatch(r"[#\w(),.%/ -]*", text(name, value)):
        raise ValueError(f"{name} must be a CSS colour such as '#0173b2', got {value!r}")
    return value


def check_arguments(widget, arguments):
    """Raise for an argument that `widget` has no trait for, and for a missing name."""
    kind, every = type(widget).__name__, widget.traits()
    own = ", ".join(sorted(name for name in every if isinstance(every[name], Checked)))
    for name in arguments:
        if name not in every:
            raise TypeError(f"{kind} has no argument {name!r}; expected {own} or layout")
    if arguments.get("name", "") == arguments.get("label", "") == "":
        raise ValueError("name must be a text for screen readers to say, got none, and no label")
