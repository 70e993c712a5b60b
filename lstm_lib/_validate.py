"""Errors for people: each check names the argument, what came and what is expected."""

import math
from collections.abc import Iterable
from numbers import Integral, Real


def number(name: str, value: object) -> float:
    """Return `value` as a float, or say why it is not a finite number."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    return float(value)


def positive(name: str, value: object) -> float:
    """Return `value` as a float above zero."""
    if number(name, value) <= 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return float(value)


def share(name: str, value: object) -> float:
    """Return `value` as a float from 0 to 1."""
    if not 0 <= number(name, value) <= 1:
        raise ValueError(f"{name} must be from 0 to 1, got {value!r}")
    return float(value)


def count(name: str, value: object, at_least: int = 0) -> int:
    """Return `value` as an int of at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value!r}")
    return int(value)


def sequence(name: str, values: object) -> tuple[float, ...]:
    """Return `values` as a tuple of at least one finite float."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a sequence of numbers, got {values!r}")
    checked = tuple(number(f"{name}[{t}]", value) for t, value in enumerate(values))
    if not checked:
        raise ValueError(f"{name} must hold at least one number, got an empty sequence")
    return checked
