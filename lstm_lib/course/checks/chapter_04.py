"""Checks for chapter 4: learning by hand."""

from collections.abc import Sequence
from itertools import permutations

from lstm_lib import _validate
from lstm_lib.course.checks import verdict
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import train
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import ScalarLSTM, sigmoid

EPOCHS, CLOSE = 200, 0.02  # what exercise 4 asks for


def error_slope(answer: object) -> None:
    """Check exercise 1: how the loss (h - target)^2 changes with h at h = 0.3, target 1."""
    h, target = 0.3, 1.0
    error = h - target
    mistakes = [
        (error**2, "that is the loss itself; its slope says how it changes when h is nudged"),
        (-2 * error, "a larger h brings the loss down here: what is the sign of the slope?"),
        (error, "the slope of a square is twice what is squared"),
        (-error, "the slope of a square is twice what is squared, and here it points down"),
        (2 * h, "take the slope at the error h - target, not at h"),
    ]
    verdict.number(answer, 2 * error, mistakes, "error = h - target, then the slope of error^2")


def gate_slope(answer: object) -> None:
    """Check exercise 2: the slope of a gate that stands at 0.9."""
    s = 0.9
    mistakes = [
        (1 - s * s, "that is the slope of tanh; a gate is a sigmoid"),
        (sigmoid(s) * (1 - sigmoid(s)), "0.9 is where the gate stands, not the sum inside it"),
        (0.25, "that is the steepest place, where a gate stands at 0.5"),
        (s, "that is the gate itself; its slope is how it answers a nudge of its sum"),
        (1 - s, "one factor of two: the slope is a product of how open and how shut it is"),
        (s * s, "one of the two factors should be what is missing to 1"),
    ]
    verdict.number(
        answer, s * (1 - s), mistakes, "measure it: slope(sigmoid, z), z where sigmoid gives 0.9"
    )


def first_adam_step(answer: object) -> None:
    """Check exercise 3: w after Adam's first step, w = 0.5, derivative -0.0004, rate 0.01."""
    w, d, lr = 0.5, -0.0004, 0.01
    mistakes = [
        (w - lr, "that steps uphill: the derivative is negative, so which w is lower in loss?"),
        (w - lr * d, "that is gradient descent: Adam divides by the size of the derivative"),
        (w + lr * d, "that is gradient descent, uphill; Adam also divides by the size"),
        (w + 0.1 * lr, "the mean starts at 0 and is corrected for it: divide it by 1 - 0.9"),
        (w - 0.1 * lr, "uphill, and the mean is not yet divided by 1 - 0.9"),
        (w + lr / 0.001**0.5, "the squares start at 0 too: divide them by 1 - 0.999"),
        (w + 0.1 * lr / 0.001**0.5, "mean and squares start at 0: correct both before dividing"),
        (lr, "that is the step; where is w after it?"),
        (w, "w does move: by about the rate, however small the derivative is"),
    ]
    hint = "after the first corrected step, mean / root of squares is d / |d|"
    verdict.number(answer, w + lr, mistakes, hint, within=1e-6)


def rate(answer: object) -> None:
    """Check exercise 4: a rate for Adam that gets both companies right in 200 epochs."""
    if verdict.is_missing(answer):
        return verdict.say(verdict.NOT_ATTEMPTED)
    try:
        lr = _validate.number("the rate", answer)
    except (TypeError, ValueError):
        return verdict.say("the answer should be one finite number, a rate such as 0.001")
    if lr <= 0:
        return verdict.say("a rate is above 0: with 0 nothing moves, below 0 the loss climbs")
    try:
        _, history = train(ScalarLSTM.untrained(), companies(), EPOCHS, lr)
    except ValueError:
        return verdict.say("too high: the twelve numbers leave the range of floats")
    return verdict.say(_rate_hint(*history.predictions(EPOCHS)))


def _rate_hint(a: float, b: float) -> str:
    """Return the verdict on the two predictions after the last epoch."""
    if abs(a) <= CLOSE and abs(b - 1) <= CLOSE:
        return verdict.CORRECT
    found = f"after {EPOCHS} epochs A gives {a:.4f} and B gives {b:.4f}"
    if abs(a - b) < 1e-3:
        return f"{found}, the same: too high, a gate was thrown shut and stays shut"
    if abs(a - b) < 0.1:
        return f"{found}, about the same: it has not left the plateau. The steps are too short"
    return f"{found}: the way is right and not yet at its end. Is the step too short or too long?"


def rnn_gradients(answer: object) -> None:
    """Check exercise 5: (w_h, w_x, b, xs, target) -> the three derivatives of a vanilla unit."""
    cases = [
        (0.5, 1.0, 0.0, (1.0,), 0.0),
        (0.9, 0.8, 0.1, (1.0, 0.5, 0.25), 1.0),
        (-0.7, 1.2, -0.3, (0.0, 0.5, 0.25, 1.0), 0.0),
    ]
    mistakes = [
        (_rnn_slip(days=1), "only the last day is counted: carry dh on to the day before"),
        (_rnn_slip(slope=False), "the slope of tanh, 1 - h^2, is missing on the way back"),
        (_rnn_slip(factor=1.0), "the slope of a square is twice the error"),
        (_rnn_slip(sign=-1.0), "the signs are turned round: the error is h - target"),
        (_rnn_slip(carry=False), "on the way to the day before, multiply by w_h"),
        (_rnn_slip(late=True), "the weight w_h meets the h of the day before, not of today"),
        *((_reordered(order), "the order should be w_h, w_x, b") for order in _OTHER_ORDERS),
        (lambda *case: sum(_rnn_slip()(*case)), "three numbers are asked for, not their sum"),
    ]
    verdict.function(
        answer,
        _rnn_slip(),
        cases,
        mistakes,
        "last day to first: through tanh to the sum, share it out, then on to the day before",
    )


_OTHER_ORDERS = list(permutations(range(3)))[1:]


def _reordered(order: tuple[int, ...]):
    """Return the right gradients in another order, as a function."""
    return lambda *case: tuple(_rnn_slip()(*case)[k] for k in order)


def _rnn_slip(
    days: int = 0,
    slope: bool = True,
    factor: float = 2.0,
    sign: float = 1.0,
    carry: bool = True,
    late: bool = False,
):
    """Return the gradients of a vanilla unit as a function, right unless a slip is asked for."""

    def gradients(w_h: float, w_x: float, b: float, xs: Sequence[float], target: float) -> tuple:
        hs = (0.0, *ScalarRNN(w_h, w_x, b).run(xs))
        dh, total = sign * factor * (hs[-1] - target), (0.0, 0.0, 0.0)
        for t in range(len(xs), len(xs) - days if days else 0, -1):
            dz = dh * (1.0 - hs[t] ** 2) if slope else dh
            shares = (dz * hs[t if late else t - 1], dz * xs[t - 1], dz)
            total = tuple(map(sum, zip(total, shares, strict=True)))
            dh = dz * w_h if carry else dz
        return total

    return gradients
