"""How near an answer is to a value: number by number, in whatever lists or arrays they lie."""

from collections.abc import Iterator
from math import floor, inf, isfinite, isnan, log10
from numbers import Real
from typing import Any

from lstm_lib import _validate

ELSE = object()  # the value in a sheet's last line: any other answer
_FLOAT32 = 1e-7  # how exact a number is there
_NO_NUMBERS = (TypeError, ValueError, RuntimeError)  # of what does not hold what is wanted


def as_float(value: object) -> float | None:
    """Return a number, or an array or a tensor that holds one, as a float, if it is one."""
    value = _validate.plain(value)
    if not isinstance(value, Real):
        return None
    try:
        return float(value)
    except OverflowError:  # of an int
        return -inf if value < 0 else inf


def distance(answer: object, wanted: object) -> float:
    """Return how far an answer is from what is wanted, at the worst number, or infinity."""
    return max((_gap(*pair) for pair in _pairs(answer, wanted)), default=0.0)


def unusual(answer: object) -> list[float]:
    """Return every nan and infinity in an answer."""
    found = [number for number, _ in _pairs(answer, answer)]
    return [number for number in found if isinstance(number, float) and not isfinite(number)]


def is_shortened(answer: object, right: object) -> bool:
    """Return whether an answer is the right one with fewer digits, rounded or cut off."""
    pairs = _pairs(answer, right)
    if not all(isinstance(each, float) and isfinite(each) for pair in pairs for each in pair):
        return False
    if all(wanted.is_integer() for _, wanted in pairs) or not any(number for number, _ in pairs):
        return False
    is_one = as_float(right) is not None
    first = -floor(log10(abs(pairs[0][1]))) if is_one else 2  # the first decimal that counts
    return any(
        all(_is_next(*pair, unit=10.0**-digits, cut=is_one and digits > first) for pair in pairs)
        for digits in range(first - 1, 15)
    )


def _is_next(number: float, wanted: float, unit: float, cut: bool) -> bool:
    """Return whether a number of whole units is `wanted` rounded or, with `cut`, cut off."""
    missing = (wanted - number) * (1 if wanted > 0 else -1)
    is_near = abs(missing) <= unit * (0.5 + 1e-9) or (cut and 0 <= missing < unit)
    return is_near and abs(number - round(number / unit) * unit) <= _FLOAT32 * abs(number)


def _gap(number: Any, wanted: Any) -> float:
    """Return how far a number is from what is wanted; nan is near nan, None near None."""
    if wanted is ELSE or number is wanted:
        return 0.0
    if not isinstance(number, float) or not isinstance(wanted, float):
        return inf
    if number == wanted or (isnan(number) and isnan(wanted)):
        return 0.0
    gap = abs(number - wanted)
    return inf if isnan(gap) else gap


def _pairs(answer: Any, wanted: Any) -> list[tuple[Any, Any]]:
    """Return each number of an answer, and what is wanted there; one odd pair if shapes differ."""
    try:
        return list(_paired(answer, wanted))
    except _NO_NUMBERS:
        return [(answer, wanted)]


def _paired(answer: Any, wanted: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each number of an answer with what is wanted there, as floats if they are numbers."""
    wanted = _listed(wanted)
    if isinstance(wanted, list | tuple):
        for given, one in zip(_listed(answer), wanted, strict=True):
            yield from _paired(given, one)
    else:
        number, value = as_float(answer), as_float(wanted)
        yield answer if number is None else number, wanted if value is None else value


def _listed(values: Any) -> Any:
    """Return an array or a tensor as nested lists, anything else as it is."""
    return values.tolist() if hasattr(values, "tolist") else values
