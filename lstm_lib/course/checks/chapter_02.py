"""Checks of chapter 2: one gate by hand, what its value means, and how long it keeps."""

from collections.abc import Sequence
from math import exp, log, tanh
from numbers import Real

from lstm_lib.course.checks import verdict
from lstm_lib.scalar import sigmoid

ARRIVING = (0.8, -0.3, 0.4, 0.9, -0.6, 0.1)
_OTHERS = (-0.5, 0.7, -0.9, 0.3, 0.6, -0.2)  # the gates must average these two steps as well


def gate_value(answer: object) -> None:
    """Check a gate with w_h = 2, w_x = -1, b = 1.5 at h = 0.6, x = 0.8."""
    verdict.number(
        answer,
        expected=sigmoid(1.9),
        mistakes=(
            (1.9, "this is the weighted sum; the sigmoid turns it into a gate"),
            (tanh(1.9), "this is its tanh; a gate goes through the sigmoid"),
            (sigmoid(-1.9), "the exponent has lost its minus sign: the sigmoid has e to the -z"),
            (sigmoid(0.4), "the bias is missing from the sum"),
            (sigmoid(2.5), "w_h belongs to h and w_x to x: they are swapped"),
            (sigmoid(3.5), "w_x is negative: its product is subtracted"),
            (1.0 + exp(-1.9), "this is what stands under the fraction line: divide 1 by it"),
        ),
        otherwise="first the sum w_h h + w_x x + b, then 1 / (1 + e^-z)",
    )


def keep_or_forget(answer: object) -> None:
    """Check what a forget gate of 0.02 does to the memory."""
    verdict.choice(
        answer,
        expected="b",
        mistakes={
            "a": "the name misleads here: multiply a memory of 1 by this f and look what is left",
            "c": "writing is the input gate's work; f acts on the old memory only",
        },
    )


def half_life(answer: object) -> None:
    """Check the half-life of a memory under a forget gate of 0.8."""
    steps = log(0.5) / log(0.8)
    verdict.number(
        answer,
        expected=steps,
        mistakes=(
            (1 / steps, "the fraction is upside down"),
            (-steps, "both logarithms are negative, so the quotient is not"),
            (2.5, "the memory does not lose the same amount each step, but the same share"),
            (5.0, "this is 1 / (1 - f), the average time a value stays; half is gone earlier"),
            (0.5 / 0.8, "divide the logarithms, not the numbers themselves"),
            (log(0.5 / 0.8), "divide the two logarithms; do not take one of the quotient"),
            (0.8**0.5, "this is what is left after half a step; how many steps leave a half?"),
        ),
        otherwise="0.8 x 0.8 x ... how many factors until 0.5 is reached? Divide two logarithms",
        within=0.02,
    )


def average(f: object, i: object) -> None:
    """Check gates that leave the average of the values of steps 1 and 4 in the memory."""
    if verdict.is_missing(f) and verdict.is_missing(i):
        return verdict.say(verdict.NOT_ATTEMPTED)
    for name, gates in (("f", f), ("i", i)):
        if trouble := _trouble(name, gates):
            return verdict.say(trouble)
    return verdict.say(_average_verdict(f, i))


def bias_for(answer: object) -> None:
    """Check a function: half-life in steps -> bias of the forget gate, with both weights 0."""
    verdict.function(
        answer,
        expected=_bias_for,
        cases=((1,), (2,), (10,), (100,)),
        mistakes=(
            (lambda n: 0.5 ** (1 / n), "this is the gate's value f; one step back is the bias"),
            (lambda n: -_bias_for(n), "the sign is turned: a longer memory needs a larger bias"),
            (lambda n: sigmoid(0.5 ** (1 / n)), "the sigmoid has to be undone, not applied"),
            (
                lambda n: _undo(0.5**n),
                "n steps must leave a half, so one step leaves its n-th root",
            ),
            (lambda n: log(n), "close for long memories, and not exact: start from f^n = 0.5"),
            (lambda n: log(0.5) / log(n) if n > 1 else 0.0, "the ruler takes f, and n is not f"),
            (lambda n: log(0.5 ** (1 / n)), "the logarithm of f alone does not undo the sigmoid"),
        ),
        otherwise="two steps: which f has f^n = 0.5, and which z has sigmoid(z) = f?",
    )


def _undo(f: float) -> float:
    """Return the z whose sigmoid is `f`."""
    return log(f / (1.0 - f))


def _bias_for(n: float) -> float:
    return _undo(0.5 ** (1 / n))


def _trouble(name: str, gates: object) -> str:
    """Say what keeps `gates` from being six valves, or return an empty text."""
    if isinstance(gates, str) or not isinstance(gates, Sequence):
        return f"{name} should be a list of six numbers, and this is {gates!r}"
    if len(gates) != len(ARRIVING):
        return f"{name} should hold six numbers, one per step, and this holds {len(gates)}"
    for step, gate in enumerate(gates, start=1):
        if verdict.is_missing(gate):
            return f"{name} has no number for step {step} yet"
        if isinstance(gate, bool) or not isinstance(gate, Real) or not 0 <= gate <= 1:
            return f"a valve is open from 0 to 1, and {name} at step {step} is {gate!r}"
    return ""


def _average_verdict(f: Sequence[float], i: Sequence[float]) -> str:
    """Return the verdict on two lists of six valves."""
    memory, others = _memory(ARRIVING, f, i), _memory(_OTHERS, f, i)
    if _near(memory, _mean(ARRIVING)) and _near(others, _mean(_OTHERS)):
        return verdict.CORRECT
    slips = (
        (_near(memory, _mean(ARRIVING)), "right here, but by luck: another step leaks in"),
        (_near(memory, 2 * _mean(ARRIVING)), "this is the sum; each value should count half"),
        (_near(memory, ARRIVING[3]), "only step 4 is left: f dropped what was there before"),
        (_near(memory, ARRIVING[3] / 2), "step 1 is lost: look where f or i shuts it out"),
        (_near(memory, ARRIVING[0] / 2), "step 4 is not written yet"),
        (_near(memory, ARRIVING[0]), "only step 1 is left: step 4 is not written yet"),
        (f[4] < 1 or f[5] < 1, "after step 4 the memory should stay: look at f on steps 5 and 6"),
        (any(i[t] > 0 for t in (1, 2, 4, 5)), "noise is written: look at i on the other steps"),
    )
    hint = "follow c step by step: what should it be after step 1, and after step 4?"
    return next((words for fits, words in slips if fits), f"c ends as {memory:.4f}; {hint}")


def _memory(arriving: Sequence[float], f: Sequence[float], i: Sequence[float]) -> float:
    """Return the memory after the last step."""
    c = 0.0
    for value, keep, write in zip(arriving, f, i, strict=True):
        c = keep * c + write * value
    return c


def _mean(arriving: Sequence[float]) -> float:
    return (arriving[0] + arriving[3]) / 2


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 0.005
