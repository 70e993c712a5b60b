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

A right idea is never called wrong: the right value with too few digits is asked for more before
any mistake is considered. Of several mistakes within the tolerance the nearest is meant. A tensor
or an array that holds one number is that number.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from functools import partial, update_wrapper, wraps
from inspect import signature
from math import ceil, isnan, log10
from typing import TYPE_CHECKING, Any

from lstm_lib._validate import plain
from lstm_lib.course.checks.compare import ELSE, as_float, distance, is_shortened, unusual

if TYPE_CHECKING:
    from numpy import ndarray

NOT_ATTEMPTED = "not attempted: replace the ... and run this cell again"
NOTHING = "your function returns nothing: give its result back with `return`"
CORRECT = "correct"
NOT_YET = "not yet: "  # and a hint
_SAME = 1e-9  # what is this near is the same

Sheet = Iterator[tuple[Any, str]]
Cases = Iterable[tuple[Any, ...]]
Check = Callable[..., None]
MakesCheck = Callable[[Callable[..., Sheet]], Check]


class Hint(Exception):
    """A verdict that ends the judging of an answer at once."""


# --- the kinds of checks ------------------------------------------------------------------------


def check(judge: Callable[..., str]) -> Check:
    """Make a check, which prints the verdict, of a function from answers to the verdict.

    Its attribute `verdict` is the same check, which returns the verdict instead.
    """
    form = signature(judge)

    def judged(*args: object, **kwargs: object) -> str:
        answers = form.bind(*args, **kwargs).arguments.values()
        try:
            verdict = NOT_ATTEMPTED if all(map(is_missing, answers)) else judge(*args, **kwargs)
        except Hint as hint:
            verdict = str(hint)
        return verdict if verdict in (NOT_ATTEMPTED, CORRECT) else f"{NOT_YET}{verdict}"

    @wraps(judge)
    def say(*args: object, **kwargs: object) -> None:
        print(judged(*args, **kwargs))

    vars(say).update(__signature__=form.replace(return_annotation=None), verdict=judged)
    return say


def number(within: float = 0.005) -> MakesCheck:
    """Make a check of a sheet of numbers; two of them are the same if `within` so much."""

    def judge(sheet: Callable[..., Sheet], answer: object) -> str:
        if isinstance(answer, bool) or as_float(answer) is None:
            return f"the answer should be a number, and this is {_written(answer)}"
        return recognised(answer, sheet(), within, typed=True)

    return _judged_by(judge)


def choice() -> MakesCheck:
    """Make a check of a sheet of letters or words, with a hint for each wrong one."""

    def judge(sheet: Callable[..., Sheet], answer: object) -> str:
        known = dict(sheet())
        hint = f"choose one of {', '.join(sorted(known))}; this is {_written(answer)}"
        return known.get(str(answer).strip(" \n()[].:'").lower(), hint)

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
    return recognised(given, lines, within, typed=True)


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
        done, results, stopped = _called(partial(run, work), tried)
        lines = together(sheet(*case) for case in done)
        if stopped and len(done) > 1:  # what came back may show a mistake that is known
            return recognised(results, _only_mistakes(lines, stopped))
        if stopped:
            return stopped
        if all(result is ... for result in results):
            return NOT_ATTEMPTED
        if all(result is None for result in results):
            return NOTHING
        return recognised(results, lines, typed=True)

    return _judged_by(judge)


def _called(
    work: Callable[..., object], tried: Iterable[tuple[Any, ...]]
) -> tuple[list[tuple[Any, ...]], list[object], str]:
    """Return the cases in which a function did not stop, its results, and how it stopped first."""
    done, results, stopped = [], [], ""
    for case in tried:
        given = ", ".join(map(_written, case))
        try:
            results.append(work(*deepcopy(case)))  # which the function may change
            done.append(case)
        except Exception as error:
            stopped = stopped or f"for ({given}) your function stopped: {told(error)}"
    return done, results, stopped


def _judged_by(judge: Callable[[Callable[..., Sheet], object], str]) -> MakesCheck:
    """Return a decorator for sheets, from how an answer is compared with one."""

    def decorate(sheet: Callable[..., Sheet]) -> Check:
        return update_wrapper(check(lambda answer: judge(sheet, answer)), sheet)

    return decorate


# --- parts of a verdict -------------------------------------------------------------------------


def recognised(
    answer: object, sheet: Iterable[tuple[Any, str]], within: float = 1e-6, typed: bool = False
) -> str:
    """Return what a sheet says to an answer.

    Args:
        answer: what the learner found.
        sheet: the right value, then mistakes, then ELSE.
        within: how far from a value an answer may be.
        typed: whether somebody may have given it with few digits.
    """
    hint, nearest, more = "", within, ""
    for value, words in sheet:
        if value is ELSE:
            return f"right so far: {more}" if more else hint or _not_finite(answer) or words
        apart = distance(answer, value)
        if words == CORRECT and apart <= within:
            return CORRECT
        if words == CORRECT and typed and within and is_shortened(answer, value):
            more = f"give at least {ceil(-log10(2 * within))} decimals, rounded"
        elif more and apart < _SAME:  # more digits would not tell the two apart
            return f"right so far if you rounded: {more}. If you did not, {words}"
        elif apart <= within and (not hint or apart < nearest - _SAME):
            hint, nearest = words, apart
    raise ValueError("the last line of a sheet should be for ELSE")


def together(sheets: Iterable[Sheet]) -> Sheet:
    """Return the sheet for a list of answers, from one for each that say the same."""
    for lines in zip(*sheets, strict=True):
        values = [value for value, _ in lines]
        yield ELSE if values[0] is ELSE else values, lines[0][1]


def is_missing(answer: object) -> bool:
    """Return whether the stub was left as it was."""
    return answer is None or answer is ...


def runnable(answer: object, what: str = "function") -> Callable[..., Any]:
    """Return the answer, if it can be called; if not, that is the verdict."""
    if not callable(answer):
        raise Hint(f"the answer should be a {what}, and this is {_written(answer)}")
    return answer


def result_of(answer: object, *case: object, nothing: str = NOTHING) -> Any:
    """Return what a learner's function returns; if it stops or returns nothing, say so."""
    work = runnable(answer)
    try:
        result = work(*case)
    except Exception as error:
        raise Hint(f"your function stopped with {told(error)}") from None
    if is_missing(result):
        raise Hint(NOT_ATTEMPTED if result is ... else nothing)
    return result


def told(error: BaseException) -> str:
    """Return what an error is and says, in one line."""
    means = "; a logarithm or a root of what is not above 0?" if _is_domain(error) else ""
    return " ".join(f"{type(error).__name__}: {error}{means}".split())


def _is_domain(error: BaseException) -> bool:
    """Return whether a function of `math` was given a number for which it has no value."""
    return bool(re.search("math domain error|expected a .+ input", str(error)))


def short(value: object) -> str:
    """Return `value` as Python writes it, in one line of at most sixty characters."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def to_array(answer: object) -> "ndarray | None":
    """Return the answer as an array, or None if it is something else; a nan in it is a verdict."""
    from lstm_lib import _arrays  # only the chapters with arrays pay for NumPy

    try:
        found = _arrays.numbers("answer", _plain(answer)).astype(float)
    except Exception:  # an object may raise anything when it is asked for its numbers
        return None
    if hint := _not_finite(found):
        raise Hint(hint)
    return found


def _plain(answer: object) -> object:
    """Return lists of tensors that hold one number as lists of numbers, anything else as it is."""
    return [_plain(one) for one in answer] if isinstance(answer, list | tuple) else plain(answer)


def _written(value: object) -> str:
    """Return `value` in one short line; of an array only its shape."""
    shape = getattr(value, "shape", ())
    return f"an array {shape}" if shape else short(value)


def _only_mistakes(sheet: Sheet, otherwise: str) -> Sheet:
    """Return a sheet that says `otherwise` to what is right and to anything else."""
    for value, words in sheet:
        yield value, otherwise if value is ELSE or words == CORRECT else words


def _not_finite(answer: object) -> str:
    """Return what to say to an answer with nan or infinity in it, nothing to any other."""
    found = unusual(answer)
    if any(map(isnan, found)):
        return "nan came out, as from 0 / 0 or infinity - infinity: which step makes it?"
    return (
        "infinity came out, as from a division by 0: a finite number is asked for" if found else ""
    )
