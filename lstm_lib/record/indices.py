"""One way to say which: units, steps or sequences, by number, by numbers or by slice."""

from collections.abc import Iterable, Iterator

from lstm_lib import _validate

Choice = int | slice | Iterable[int] | None


def indices(name: str, choice: object, size: int) -> list[int]:
    """Return which of `size` things are chosen, as whole numbers.

    Args:
        name: what the caller calls the choice.
        choice: one number, several, or a slice; None for all.
        size: how many there are.

    Raises:
        TypeError, ValueError: another kind of choice, a number outside, or nothing is chosen.
    """
    choice = fixed(choice)
    if choice is None:
        return list(range(size))
    if isinstance(choice, slice):
        found = _sliced(name, choice, size)
    elif isinstance(choice, str | bytes) or not isinstance(choice, Iterable):
        found = [_validate.index(name, choice, size)]
    else:
        found = [_validate.index(f"{name}[{k}]", one, size) for k, one in enumerate(choice)]
    if not found:
        raise ValueError(f"{name} must choose at least one of {size}, got {choice!r}")
    return found


def fixed(choice: object) -> object:
    """Return a choice that can be read twice: an array or an iterator as plain numbers."""
    if hasattr(choice, "tolist"):  # of NumPy or torch
        return choice.tolist()
    return list(choice) if isinstance(choice, Iterator) else choice


def _sliced(name: str, choice: slice, size: int) -> list[int]:
    """Return what a slice chooses, or say that its ends are no whole numbers."""
    try:
        return list(range(size))[choice]
    except (TypeError, ValueError):  # slice(0.5, None), slice(None, None, 0)
        raise ValueError(f"{name} must be a slice of whole numbers, got {choice!r}") from None
