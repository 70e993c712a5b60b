"""Errors for people: each check names the argument, what came and what is expected."""

import math
from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral, Real
from typing import Any

Choice = int | slice | Iterable[int] | None  # of units, steps or sequences; None for all


def number(name: str, value: Any) -> float:
    """Return `value` as a float, or say why it is not a finite number."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        found = float(value)
    except OverflowError:
        raise ValueError(f"{name} must fit a float, got a number beyond 1.8e308") from None
    if not math.isfinite(found):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    return found


def plain(value: Any) -> Any:
    """Return the number in an array or a tensor that holds one, anything else as it is."""
    if isinstance(value, float | int) or not hasattr(value, "item"):
        return value
    shape = getattr(value, "shape", None)
    return value.item() if isinstance(shape, tuple) and math.prod(shape) == 1 else value


def positive(name: str, value: Any) -> float:
    """Return `value` as a float above zero."""
    if number(name, value) <= 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return float(value)


def share(name: str, value: Any) -> float:
    """Return `value` as a float from 0 to 1."""
    return between(name, value, 0, 1)


def below_one(name: str, value: Any) -> float:
    """Return `value` as a float from 0 to below 1."""
    if share(name, value) == 1:
        raise ValueError(f"{name} must be below 1, got {value!r}")
    return float(value)


def between(name: str, value: Any, low: float, high: float) -> float:
    """Return `value` as a float from `low` to `high`."""
    if not low <= number(name, value) <= high:
        raise ValueError(f"{name} must be from {low:g} to {high:g}, got {value!r}")
    return float(value)


def count(name: str, value: Any, at_least: int = 0) -> int:
    """Return `value` as an int of at least `at_least`."""
    value = plain(value)
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {value!r}")
    return int(value)


def index(name: str, value: Any, size: int) -> int:
    """Return `value` as an int from 0 to `size` - 1."""
    if count(name, value) >= size:
        raise ValueError(f"{name} must be from 0 to {size - 1}, got {value!r}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def indices(name: str, choice: Any, size: int) -> list[int]:
    """Return which of `size` things a Choice names, as ints; at least one."""
    choice = fixed(choice)
    if choice is None:
        return list(range(size))
    if isinstance(choice, slice):
        found = _sliced(name, choice, size)
    elif isinstance(choice, str | bytes) or not isinstance(choice, Iterable):
        found = [index(name, choice, size)]
    else:
        found = [index(f"{name}[{k}]", one, size) for k, one in enumerate(choice)]
    if not found:
        raise ValueError(f"{name} must choose at least one of {size}, got {choice!r}")
    return found


def fixed(choice: Any) -> Any:
    """Return a Choice that can be read twice, of plain numbers in place of arrays."""
    if hasattr(choice, "tolist"):  # of NumPy or torch
        return choice.tolist()
    if isinstance(choice, slice):
        return slice(plain(choice.start), plain(choice.stop), plain(choice.step))
    if isinstance(choice, tuple):
        return tuple(map(plain, choice))
    return list(map(plain, choice)) if isinstance(choice, list | Iterator) else choice


def _sliced(name: str, choice: slice, size: int) -> list[int]:
    """Return what a slice chooses, or say that its ends are no whole numbers."""
    try:
        return list(range(size))[choice]
    except (TypeError, ValueError):  # slice(0.5, None), slice(None, None, 0)
        raise ValueError(f"{name} must be a slice of whole numbers, got {choice!r}") from None


def sequence(name: str, values: Any, length: int | None = None) -> tuple[float, ...]:
    """Return `values` as a tuple of at least one finite float, or of `length` of them."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a sequence of numbers, got {values!r}")
    checked = tuple(number(f"{name}[{t}]", value) for t, value in enumerate(values))
    if not checked:
        raise ValueError(f"{name} must hold at least one number, got an empty sequence")
    if length not in (None, len(checked)):
        raise ValueError(f"{name} must hold {length} numbers, got {len(checked)}")
    return checked


def names(name: str, values: Any, length: int, each: str = "a sequence") -> tuple[str, ...]:
    """Return `values` as a tuple of `length` strings, one for each of some things."""
    is_list = isinstance(values, Sequence) and not isinstance(values, str)
    if not is_list or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{name} must be a sequence of strings, got {values!r}")
    if len(values) != length:
        raise ValueError(f"{name} must hold {length} names, one {each}, got {len(values)}")
    return tuple(values)


def instance(name: str, value: Any, kind: type) -> Any:
    """Return `value` if it is a `kind`."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {value!r}")
    return value


def pairs(name: str, values: Any) -> tuple[tuple[tuple[float, ...], float], ...]:
    """Return `values` as (xs, target) pairs of finite numbers, at least one."""
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be (xs, target) pairs, got {values!r}")
    checked = []
    for k, pair in enumerate(values):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"{name}[{k}] must be a pair (xs, target), got {pair!r}")
        xs = sequence(f"{name}[{k}] xs", pair[0])
        checked.append((xs, number(f"{name}[{k}] target", pair[1])))
    if not checked:
        raise ValueError(f"{name} must hold at least one (xs, target), got none")
    return tuple(checked)
