"""Checks for chapter 4: learning by hand."""

from collections.abc import Sequence
from itertools import permutations
from math import tanh

from lstm_lib import _validate
from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import train
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import ScalarLSTM, sigmoid

_EPOCHS, _CLOSE = 200, 0.02  # what exercise 4 asks for
_Day = tuple[float, float, float]  # the h before, x, and h


@verdict.number()
def error_slope() -> Sheet:
    """Check exercise 1: how the loss (h - target)^2 changes with h at h = 0.3, target 1."""
    h, target = 0.3, 1.0
    error = h - target
    yield 2 * error, CORRECT
    yield error**2, "that is the loss itself; its slope says how it changes when h is nudged"
    yield -2 * error, "a larger h brings the loss down here: what is the sign of the slope?"
    yield error, "the slope of a square is twice what is squared"
    yield -error, "the slope of a square is twice what is squared, and here it points down"
    yield 2 * h, "take the slope at the error h - target, not at h"
    yield 2 * h - 1, "opened up, the square is h^2 - 2 h + 1: look at its middle term again"
    yield 2 * error * h, "the slope of h - 1 is 1, not h"
    yield ELSE, "error = h - target, then the slope of error^2"


@verdict.number()
def gate_slope() -> Sheet:
    """Check exercise 2: the slope of a gate that stands at 0.9."""
    s = 0.9
    yield s * (1 - s), CORRECT
    yield 1 - s * s, "that is the slope of tanh; a gate is a sigmoid"
    yield sigmoid(s) * sigmoid(-s), "0.9 is where the gate stands, not the sum inside it"
    yield 0.25, "that is the steepest place, where a gate stands at 0.5"
    yield s, "that is the gate itself; its slope is how it answers a nudge of its sum"
    yield 1 - s, "one factor of two: the slope is a product of how open and how shut it is"
    yield s * s, "one of the two factors should be what is missing to 1"
    yield sigmoid(s), "that sends the gate through the sigmoid once more; 0.9 is what came out"
    yield 1 - tanh(s) ** 2, "that is the slope of tanh where its sum is 0.9"
    yield 2 * s * (1 - s), "there is no square here, and so no factor of 2"
    yield ELSE, "measure it: slope(sigmoid, z), z where sigmoid gives 0.9"


@verdict.number(within=1e-6)
def first_adam_step() -> Sheet:
    """Check exercise 3: w after Adam's first step, w = 0.5, derivative -0.0004, rate 0.01."""
    w, d, lr = 0.5, -0.0004, 0.01
    yield w + lr, CORRECT
    yield w - lr, "that steps uphill: the derivative is negative, so which w is lower in loss?"
    yield w - lr * d, "that is gradient descent: Adam divides by the size of the derivative"
    yield w + lr * d, "that is gradient descent, uphill; Adam also divides by the size"
    yield w + 0.1 * lr, "the mean starts at 0 and is corrected for it: divide it by 1 - 0.9"
    yield w - 0.1 * lr, "uphill, and the mean is not yet divided by 1 - 0.9"
    root = 0.001**0.5
    yield w + lr / root, "the squares start at 0 too: divide them by 1 - 0.999"
    yield w + 0.1 * lr / root, "mean and squares start at 0: correct both before dividing"
    yield w - d, "the derivative itself is no step: where is the rate?"
    yield w + d, "the derivative itself is no step, and uphill it leads as well: where is the rate?"
    yield lr, "that is the step; where is w after it?"
    yield w, "w does move: by about the rate, however small the derivative is"
    yield ELSE, "after the first corrected step, mean / root of squares is d / |d|"


@verdict.check
def rate(answer: object) -> str:
    """Check exercise 4: a rate for Adam that gets both companies right in 200 epochs."""
    try:
        lr = _validate.number("the rate", answer)
    except (TypeError, ValueError):
        return "the answer should be one finite number, a rate such as 0.001"
    if lr <= 0:
        return "a rate is above 0: with 0 nothing moves, below 0 the loss climbs"
    try:
        _, history = train(ScalarLSTM.untrained(), companies(), _EPOCHS, lr)
    except ValueError:
        return "too high: the twelve numbers leave the range of floats"
    return _rate_hint(*history.predictions(_EPOCHS))


def _rate_hint(a: float, b: float) -> str:
    """Return the verdict on the two predictions after the last epoch."""
    if abs(a) <= _CLOSE and abs(b - 1) <= _CLOSE:
        return CORRECT
    found = f"after {_EPOCHS} epochs A gives {a:.4f} and B gives {b:.4f}"
    if abs(a - b) < 1e-3:
        return f"{found}, the same: too high, a gate was thrown shut and stays shut"
    if abs(a - b) < 0.1:
        return f"{found}, about the same: it has not left the plateau. The steps are too short"
    return f"{found}: the way is right and not yet at its end. Is the step too short or too long?"


@verdict.function(
    cases=[
        (0.5, 1.0, 0.0, (1.0,), 0.0),
        (0.9, 0.8, 0.1, (1.0, 0.5, 0.25), 1.0),
        (-0.7, 1.2, -0.3, (0.0, 0.5, 0.25, 1.0), 0.0),
    ]
)
def rnn_gradients(w_h: float, w_x: float, b: float, xs: Sequence[float], target: float) -> Sheet:
    """Check exercise 5: (w_h, w_x, b, xs, target) -> the three derivatives of a vanilla unit."""
    hs = (0.0, *ScalarRNN(w_h, w_x, b).run(xs))
    days = list(zip(hs, xs, hs[1:], strict=False))
    dh = 2 * (hs[-1] - target)
    right = _way_back(days, dh, w_h)
    yield right, CORRECT
    only_last = _way_back(days[-1:], dh, w_h)
    yield only_last, "only the last day is counted: carry dh on to the day before"
    flat = _way_back(days, dh, w_h, slope=False)
    yield flat, "the slope of tanh, 1 - h^2, is missing on the way back"
    yield _way_back(days, dh / 2, w_h), "the slope of a square is twice the error"
    yield _way_back(days, -dh, w_h), "the signs are turned round: the error is h - target"
    yield _way_back(days, dh, 1.0), "on the way to the day before, multiply by w_h"
    first = _way_back(days, dh, w_h, add=False)
    yield first, "only the share of day 1 is left: add up the days, += and not ="
    late = _way_back([(h, x, h) for _, x, h in days], dh, w_h)
    yield late, "the weight w_h meets the h of the day before, not of today"
    yield _way_back(days, dh, w_x), "to the day before the way back leads through w_h, not w_x"
    for order in list(permutations(right))[1:]:
        yield order, "the order should be w_h, w_x, b"
    yield sum(right), "three numbers are asked for, not their sum"
    hint = "last day to first: through tanh to the sum, share it out, then on to the day before"
    yield ELSE, hint


def _way_back(
    days: Sequence[_Day], dh: float, w_h: float, slope: bool = True, add: bool = True
) -> list[float]:
    """Return what the days give to w_h, w_x and b, from the derivative of the last h."""
    total = [0.0, 0.0, 0.0]
    for before, x, h in reversed(days):
        dz = dh * (1.0 - h**2) if slope else dh
        shares = [dz * before, dz * x, dz]
        total = [a + share for a, share in zip(total, shares, strict=True)] if add else shares
        dh = dz * w_h
    return total
