"""How a check answers: "not attempted", "correct", or the hint for the mistake it recognises.

A check never shows the solution. It is written as a sheet of values, each with what to say to it:
first the right one, then the likely mistakes, then anything else.

    @verdict.number()
    def week() -> Sheet:
        '''Check how many days a week has.'''
        yield 7, CORRECT
        yield 5, "those are the working days"
        yield ELSE, "count from one Monday to the day before the next"

A value is a number, None, or numbers nested in lists, arrays or tensors. The sheet of a `function`
has the arguments that the learner's function has, and is read once for each case. Where no sheet
will do, `check` makes a check of a function that returns the verdict itself.
"""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from functools import update_wrapper, wraps
from inspect import signature
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from numpy import ndarray

NOT_ATTEMPTED = "not attempted: replace the ... and run this cell again"
CORRECT = "correct"
ELSE = object()  # the value in a sheet's last line: any other answer

Sheet = Iterator[tuple[Any, str]]
Cases = Iterable[tuple[Any, ...]]
Check = Callable[..., None]
MakesCheck = Callable[[Callable[..., Sheet]], Check]


class Hint(Exception):
    """A verdict that ends the judging of an answer at once."""


# --- the kinds of checks ------------------------------------------------------------------------


def check(judge: Callable[..., str]) -> Check:
    """Make a check, which prints the verdict, of a function from answers to the verdict."""
    form = signature(judge)

    @wraps(judge)
    def say(*args: object, **kwargs: object) -> None:
        answers = form.bind(*args, **kwargs).arguments.values()
        try:
            verdict = NOT_ATTEMPTED if all(map(is_missing, answers)) else judge(*args, **kwargs)
        except Hint as hint:
            verdict = str(hint)
        print(verdict if verdict in (NOT_ATTEMPTED, CORRECT) else f"not yet: {verdict}")

    vars(say)["__signature__"] = form.replace(return_annotation=None)
    return say


def number(within: float = 0.005) -> MakesCheck:
    """Make a check of a sheet of numbers; two of them are the same if `within` so much."""

    def judge(sheet: Callable[..., Sheet], answer: object) -> str:
        if isinstance(answer, bool) or not is_number(answer):
            return f"the answer should be a number, and this is {_written(answer)}"
        return recognised(answer, sheet(), within)

    return _judged_by(judge)


def choice() -> MakesCheck:
    """Make a check of a sheet of letters or words, with a hint for each wrong one."""

    def judge(sheet: Callable[..., Sheet], answer: object) -> str:
        known = dict(sheet())
        hint = f"choose one of {', '.join(sorted(known))}; this is {_written(answer)}"
        return known.get(str(answer).strip().lower(), hint)

    return _judged_by(judge)


def array(within: float = 1e-6) -> MakesCheck:
    """Make a check of a sheet of arrays; the answer may also be nested lists."""
    return _judged_by(lambda sheet, answer: of_array(answer, sheet(), within))


def of_array(answer: object, sheet: Sheet, within: float = 1e-6) -> str:
    """Return the verdict on an array; the sheet's wrong ones may be of any shape."""
    given = to_array(answer)
    if given is None:
        return f"the answer should be an array of numbers, and this is {_written(answer)}"
    lines = list(sheet)
    expected = lines[0][0].shape
    if given.shape != expected:
        lines[-1] = (ELSE, f"the shape should be {expected}, and this is {given.shape}")
    return recognised(given, lines, within)


def function(
    cases: Cases | Callable[[], Cases],
    run: Callable[..., object] = lambda answer, *case: answer(*case),
) -> MakesCheck:
    """Make a check of a sheet of what a function returns.

    Args:
        cases: tuples of arguments to try, or what makes them.
        run: how the learner's function is called with a case, if not as it is.
    """

    def judge(sheet: Callable[..., Sheet], answer: object) -> str:
        work, tried = runnable(answer), list(cases() if callable(cases) else cases)
        results = []
        for case in tried:
            try:
                results.append(run(work, *deepcopy(case)))  # which the function may change
            except Exception as error:
                given = ", ".join(map(_written, case))
                return f"for ({given}) your function stopped: {told(error)}"
        if all(map(is_missing, results)):
            return NOT_ATTEMPTED
        return recognised(results, together(sheet(*case) for case in tried))

    return _judged_by(judge)


def _judged_by(judge: Callable[[Callable[..., Sheet], object], str]) -> MakesCheck:
    """Return a decorator for sheets, from how an answer is compared with one."""

    def decorate(sheet: Callable[..., Sheet]) -> Check:
        return update_wrapper(check(lambda answer: judge(sheet, answer)), sheet)

    return decorate


# --- parts of a verdict -------------------------------------------------------------------------


def recognised(answer: object, sheet: Iterable[tuple[Any, str]], within: float = 1e-6) -> str:
    """Return what the first line of a sheet says whose value the answer is."""
    return next(words for value, words in sheet if _same(answer, value, within))


def together(sheets: Iterable[Sheet]) -> Sheet:
    """Return the sheet for a list of answers, from one for each that say the same."""
    for lines in zip(*sheets, strict=True):
        yield [value for value, _ in lines], lines[0][1]


def is_missing(answer: object) -> bool:
    """Return whether the stub was left as it was."""
    return answer is None or answer is ...


def is_number(value: object) -> TypeGuard[float]:
    """Return whether `value` is a number that fits a float; a huge int does not."""
    try:
        return isinstance(value, Real) and isfinite(value)
    except OverflowError:
        return False


def runnable(answer: object, what: str = "function") -> Callable[..., Any]:
    """Return the answer, if it can be called; if not, that is the verdict."""
    if not callable(answer):
        raise Hint(f"the answer should be a {what}, and this is {_written(answer)}")
    return answer


def result_of(answer: object, *case: object) -> Any:
    """Return what a learner's function returns; if it stops, that is the verdict."""
    work = runnable(answer)
    try:
        return work(*case)
    except Exception as error:
        raise Hint(f"your function stopped with {told(error)}") from None


def told(error: BaseException) -> str:
    """Return what an error is and says, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def short(value: object) -> str:
    """Return `value` as Python writes it, in one line of at most sixty characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def to_array(answer: object) -> "ndarray | None":
    """Return the answer as an array of finite numbers, or None if it is something else."""
    # Only the chapters with arrays pay for NumPy.
    import numpy as np

    from lstm_lib import _arrays

    try:
        found = _arrays.numbers("answer", answer).astype(float)
    except Exception:  # an object may raise anything when it is asked for its numbers
        return None
    return found if np.isfinite(found).all() else None


def _written(value: object) -> str:
    """Return `value` in one short line; of an array only its shape."""
    shape = getattr(value, "shape", ())
    return f"an array {shape}" if shape else short(value)


def _same(answer: Any, wanted: Any, within: float) -> bool:
    """Return whether an answer is what is wanted, number by number."""
    if wanted is ELSE or wanted is None:
        return wanted is ELSE or answer is None
    try:
        answer, wanted = _listed(answer), _listed(wanted)
        if is_number(wanted):
            return is_number(answer) and abs(answer - wanted) <= within
        pairs = list(zip(answer, wanted, strict=True))
    except (TypeError, ValueError, RuntimeError):
        return False
    return all(_same(a, value, within) for a, value in pairs)


def _listed(values: Any) -> Any:
    """Return an array or a tensor as nested lists, anything else as it is."""
    return values.tolist() if hasattr(values, "tolist") else values
