"""How a check answers: "not attempted", "correct", or the hint for the mistake it recognises.

A check never shows the solution. It knows the likely wrong answers, each with its hint, and
has one hint left for everything else.
"""

from collections.abc import Callable, Sequence
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray

NOT_ATTEMPTED = "not attempted: replace the ... and run this cell again"
CORRECT = "correct"


def say(verdict: str) -> None:
    """Print a verdict; whatever is neither of the two fixed ones is a hint."""
    print(verdict if verdict in (NOT_ATTEMPTED, CORRECT) else f"not yet: {verdict}")


def is_missing(answer: object) -> bool:
    """Return whether the stub was left as it was."""
    return answer is None or answer is ...


def is_callable(answer: object, what: str = "function") -> bool:
    """Return whether the answer can be called; if it cannot, say so, or that it is missing."""
    if is_missing(answer):
        say(NOT_ATTEMPTED)
    elif not callable(answer):
        say(f"the answer should be a {what}, and this is {_written(answer)}")
    return callable(answer)


def stopped(error: BaseException, what: str = "function") -> str:
    """Return a hint that says in one line with which error a learner's work stopped."""
    return f"your {what} stopped with {type(error).__name__}: {' '.join(str(error).split())}"


def number(
    answer: object,
    expected: float,
    mistakes: Sequence[tuple[float, str]],
    otherwise: str,
    within: float = 0.005,
) -> None:
    """Check one number.

    Args:
        answer: what the learner gave.
        expected: the right number.
        mistakes: (wrong number, hint) for the likely mistakes.
        otherwise: the hint for any other wrong number.
        within: how far a number may be from another and still count as the same.
    """
    if is_missing(answer):
        return say(NOT_ATTEMPTED)
    if isinstance(answer, bool) or not isinstance(answer, Real) or not _is_finite(answer):
        return say(f"the answer should be a number, and this is {_written(answer)}")
    if abs(answer - expected) <= within:
        return say(CORRECT)
    recognised = (hint for wrong, hint in mistakes if abs(answer - wrong) <= within)
    return say(next(recognised, otherwise))


def choice(answer: object, expected: str, mistakes: dict[str, str]) -> None:
    """Check one of several letters or words; `mistakes` has a hint for each wrong one."""
    if is_missing(answer):
        return say(NOT_ATTEMPTED)
    given = str(answer).strip().lower()
    if given == expected:
        return say(CORRECT)
    options = ", ".join(sorted([expected, *mistakes]))
    return say(mistakes.get(given, f"choose one of {options}; this is {_written(answer)}"))


def array(
    answer: object,
    expected: "ndarray",
    mistakes: "Sequence[tuple[ndarray, str]]",
    otherwise: str,
    within: float = 1e-6,
) -> None:
    """Check an array, or nested lists that NumPy makes one of.

    Args:
        answer: what the learner gave.
        expected: the right array.
        mistakes: (wrong array, hint) for the likely mistakes; of any shape.
        otherwise: the hint for any other array of the right shape.
        within: how far a number may be from another and still count as the same.
    """
    if is_missing(answer):
        return say(NOT_ATTEMPTED)
    given = to_array(answer)
    if given is None:
        return say(f"the answer should be an array of numbers, and this is {_written(answer)}")
    if _same(given, expected, within):
        return say(CORRECT)
    recognised = (hint for wrong, hint in mistakes if _same(given, wrong, within))
    if given.shape != expected.shape:
        otherwise = f"the shape should be {expected.shape}, and this is {given.shape}"
    return say(next(recognised, otherwise))


def to_array(answer: object) -> "ndarray | None":
    """Return the answer as an array of finite numbers, or None if it is something else."""
    # Only the chapters with arrays pay for NumPy.
    import numpy as np

    from lstm_lib import _arrays

    try:
        found = _arrays.numbers("answer", answer)
        found = found.astype(float)
    except Exception:  # an object may raise anything when it is asked for its numbers
        return None
    return found if np.isfinite(found).all() else None


def function(
    answer: object,
    expected: Callable[..., object],
    cases: Sequence[tuple],
    mistakes: Sequence[tuple[Callable[..., object], str]],
    otherwise: str,
) -> None:
    """Check a function by what it returns.

    Args:
        answer: the learner's function; one that returns `...` or None was not attempted.
        expected: a function that is right.
        cases: tuples of arguments to try.
        mistakes: (wrong function, hint) for the likely mistakes.
        otherwise: the hint for any other wrong result.
    """
    if is_missing(answer):
        return say(NOT_ATTEMPTED)
    if not callable(answer):
        return say(f"the answer should be a function, and this is {_written(answer)}")
    results = []
    for case in cases:
        try:
            results.append(answer(*case))
        except Exception as error:
            given = ", ".join(map(_written, case))
            what = " ".join(f"{type(error).__name__}: {error}".split())  # a hint is one line
            return say(f"for ({given}) your function stopped: {what}")
    if all(is_missing(result) for result in results):
        return say(NOT_ATTEMPTED)
    if _same(results, [expected(*case) for case in cases]):
        return say(CORRECT)
    wrong = (hint for slip, hint in mistakes if _same(results, [slip(*case) for case in cases]))
    return say(next(wrong, otherwise))


def _written(value: object) -> str:
    """Return `value` as Python writes it, in one short line; of an array only its shape."""
    shape = getattr(value, "shape", ())
    if shape:
        return f"an array {shape}"
    return short(value)


def short(value: object) -> str:
    """Return `value` as Python writes it, in one line of at most sixty characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_finite(value: Real) -> bool:
    """Return whether `value` fits a float; a huge int does not."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


def _same(results: object, wanted: object, within: float = 1e-6) -> bool:
    """Return whether two results agree, number by number."""
    if isinstance(wanted, Real):
        return isinstance(results, Real) and _is_finite(results) and abs(results - wanted) <= within
    try:
        pairs = list(zip(results, wanted, strict=True))
    except (TypeError, ValueError):
        return False
    return all(_same(result, want, within) for result, want in pairs)
