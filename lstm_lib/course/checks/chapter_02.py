"""Checks of chapter 2: one gate by hand, what its value means, and how long it keeps."""

from collections.abc import Sequence
from math import exp, inf, log, log10, tanh

from lstm_lib import _validate
from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Hint, Sheet
from lstm_lib.scalar import sigmoid

_ARRIVING = (0.8, -0.3, 0.4, 0.9, -0.6, 0.1)
_OTHERS = (-0.5, 0.7, -0.9, 0.3, 0.6, -0.2)  # the gates must average these two steps as well
_CLOSE = 0.005  # how near the memory must come


@verdict.number()
def gate_value() -> Sheet:
    """Check a gate with w_h = 2, w_x = -1, b = 1.5 at h = 0.6, x = 0.8."""
    yield sigmoid(1.9), CORRECT
    yield 1.9, "this is the weighted sum; the sigmoid turns it into a gate"
    yield tanh(1.9), "this is its tanh; a gate goes through the sigmoid"
    yield sigmoid(-1.9), "the exponent has lost its minus sign: the sigmoid has e to the -z"
    yield sigmoid(0.4), "the bias is missing from the sum"
    yield sigmoid(2.5), "w_h belongs to h and w_x to x: they are swapped"
    yield sigmoid(3.5), "w_x is negative: its product is subtracted"
    yield 1.0 + exp(-1.9), "this is what stands under the fraction line: divide 1 by it"
    yield exp(-1.9), "this is e^-z: add 1, then divide 1 by it"
    yield ELSE, "first the sum w_h h + w_x x + b, then 1 / (1 + e^-z)"


@verdict.choice()
def keep_or_forget() -> Sheet:
    """Check what a forget gate of 0.02 does to the memory."""
    yield "b", CORRECT
    yield "a", "the name misleads here: multiply a memory of 1 by this f and look what is left"
    yield "c", "writing is the input gate's work; f acts on the old memory only"


@verdict.number(within=0.02)
def half_life() -> Sheet:
    """Check the half-life of a memory under a forget gate of 0.8."""
    steps = log(0.5) / log(0.8)
    yield steps, CORRECT
    yield 1 / steps, "the fraction is upside down"
    yield -steps, "both logarithms are negative, so the quotient is not"
    yield 2.5, "the memory does not lose the same amount each step, but the same share"
    yield 5.0, "this is 1 / (1 - f), the average time a value stays; half is gone earlier"
    yield 0.5 / 0.8, "divide the logarithms, not the numbers themselves"
    yield log(0.5 / 0.8), "divide the two logarithms; do not take one of the quotient"
    yield 0.8**0.5, "this is what is left after half a step; how many steps leave a half?"
    yield 4.0, "after 4 whole steps less than a half is left: the answer lies before"
    yield log(2) / 0.2, "ln 2 / (1 - f) comes close where f is near 1; take the logarithm of f"
    yield ELSE, "0.8 x 0.8 x ... how many factors until 0.5 is reached? Divide two logarithms"


@verdict.function(cases=[(1,), (2,), (10,), (100,)])
def bias_for(n: int) -> Sheet:
    """Check a function: half-life in steps -> bias of the forget gate, with both weights 0."""
    f = 0.5 ** (1 / n)
    yield _unsquashed(f), CORRECT
    yield f, "this is the gate's value f; one step back is the bias"
    yield -_unsquashed(f), "the sign is turned: a longer memory needs a larger bias"
    yield sigmoid(f), "the sigmoid has to be undone, not applied"
    yield _unsquashed(0.5**n), "n steps must leave a half, so one step leaves its n-th root"
    yield log(n), "close for long memories, and not exact: start from f^n = 0.5"
    yield log(0.5) / log(n) if n > 1 else 0.0, "the ruler takes f, and n is not f"
    yield log(f), "the logarithm of f alone does not undo the sigmoid"
    stays = log(n - 1) if n > 1 else -inf  # where 1 - f is 1 / n
    yield stays, "with 1 - 1/n a value stays n steps on average; half is gone earlier"
    yield _unsquashed(1 - 0.5 / n), "each step keeps the same share of what is there: f^n = 0.5"
    yield log10(f / (1 - f)), "the sigmoid is built on e: take the natural logarithm"
    yield ELSE, "two steps: which f has f^n = 0.5, and which z has sigmoid(z) = f?"


def _unsquashed(f: float) -> float:
    """Return the z whose sigmoid is `f`."""
    return log(f / (1.0 - f))


@verdict.check
def average(f: object, i: object) -> str:
    """Check gates that leave the average of the values of steps 1 and 4 in the memory."""
    keep, write = _valves("f", f), _valves("i", i)
    memory = _memory(_ARRIVING, keep, write)
    return verdict.recognised(memory, _average(memory, keep, write), within=_CLOSE)


def _average(memory: float, f: Sequence[float], i: Sequence[float]) -> Sheet:
    """Return what to say to a memory that two lists of six valves leave."""
    first, fourth = _ARRIVING[0], _ARRIVING[3]
    is_luck = abs(_memory(_OTHERS, f, i) - (_OTHERS[0] + _OTHERS[3]) / 2) > _CLOSE
    leaks = "right here, but by luck: another step leaks in"
    yield (first + fourth) / 2, leaks if is_luck else CORRECT
    yield first + fourth, "this is the sum; each value should count half"
    yield fourth, "only step 4 is left: f dropped what was there before"
    yield fourth / 2, "step 1 is lost: look where f or i shuts it out"
    yield first / 2, "step 4 is not written yet"
    yield first / 4 + fourth / 2, "step 1 is halved twice: when it is written, and again at step 4"
    yield first + fourth / 2, "step 4 counts half, and step 1 still counts whole"
    yield first / 2 + fourth, "step 1 counts half, and step 4 still counts whole"
    yield first, "only step 1 is left: step 4 is not written yet"
    if f[4] < 1 or f[5] < 1:
        yield ELSE, "after step 4 the memory should stay: look at f on steps 5 and 6"
    if any(i[t] > 0 for t in (1, 2, 4, 5)):
        yield ELSE, "noise is written: look at i on the other steps"
    hint = "follow c step by step: what should it be after step 1, and after step 4?"
    yield ELSE, f"c ends as {memory:.4f}; {hint}"


def _valves(name: str, gates: object) -> Sequence[float]:
    """Return `gates` if they are six valves; if not, that is the verdict."""
    gates = _validate.fixed(gates)
    if isinstance(gates, str) or not isinstance(gates, Sequence):
        raise Hint(f"{name} should be a list of six numbers, and this is {verdict.short(gates)}")
    if len(gates) != len(_ARRIVING):
        raise Hint(f"{name} should hold six numbers, one per step, and this holds {len(gates)}")
    for step, gate in enumerate(gates, start=1):
        if verdict.is_missing(gate):
            raise Hint(f"{name} has no number for step {step} yet")
        number = verdict.as_float(gate)
        if isinstance(gate, bool) or number is None or not 0 <= number <= 1:
            raise Hint(
                f"a valve is open from 0 to 1, and {name} at step {step} is {verdict.short(gate)}"
            )
    return gates


def _memory(arriving: Sequence[float], f: Sequence[float], i: Sequence[float]) -> float:
    """Return the memory after the last step."""
    c = 0.0
    for value, keep, write in zip(arriving, f, i, strict=True):
        c = keep * c + write * value
    return c
