"""Answers to the exercises of chapter 4."""

from math import exp, tanh

from lstm_lib.course.checks import chapter_04 as checks
from lstm_lib.rnn import ScalarRNN
from tests.checks import Answers


def rnn_gradients(
    w_h, w_x, b, xs, target, factor=2, slope=True, carry=True, days=99, late=0, add=1, back=None
):
    hs = [0.0, *ScalarRNN(w_h, w_x, b).run(xs)]
    dh, sums = factor * (hs[-1] - target), [0.0, 0.0, 0.0]
    for t in list(range(len(xs), 0, -1))[:days]:
        dz = dh * (1 - hs[t] ** 2) if slope else dh
        shares = (dz * hs[t - 1 + late], dz * xs[t - 1], dz)
        sums = [a + b for a, b in zip(sums, shares, strict=True)] if add else [*shares]
        dh = dz * (back or w_h) if carry else dz
    return sums


def rnn_slip(**slip):
    return lambda *case: rnn_gradients(*case, **slip)


ANSWERS = {
    checks.error_slope: Answers(
        right=[-1.4],
        mistakes=[
            (0.49, "the loss itself"),
            (1.4, "the sign of the slope"),
            (-0.7, "twice what is squared"),
            (0.7, "points down"),
            (0.6, "not at h"),
            (-0.4, "its middle term"),
            (-0.42, "1, not h"),
            (-1, "right so far: give at least 2 decimals"),
            (7, "then the slope"),
        ],
        secrets=("1.4", "2 *"),
    ),
    checks.gate_slope: Answers(
        right=[0.09],
        mistakes=[
            (0.19, "the slope of tanh"),
            (0.2055, "not the sum inside it"),
            (0.25, "the steepest place"),
            (0.9, "that is the gate itself"),
            (0.1, "one factor of two"),
            (0.81, "missing to 1"),
            (1 / (1 + exp(-0.9)), "once more"),
            (1 - tanh(0.9) ** 2, "where its sum is 0.9"),
            (0.18, "no factor of 2"),
            (7, "measure it"),
        ],
        secrets=("0.09", "s(1 - s)"),
    ),
    checks.first_adam_step: Answers(
        right=[0.51],
        mistakes=[
            (0.49, "that steps uphill"),
            (0.500004, "that is gradient descent: Adam"),
            (0.499996, "gradient descent, uphill"),
            (0.501, "divide it by 1 - 0.9"),
            (0.499, "uphill, and the mean"),
            (0.5 + 0.01 / 0.001**0.5, "divide them by 1 - 0.999"),
            (0.5 + 0.001 / 0.001**0.5, "correct both"),
            (0.5004, "is no step: where is the rate"),
            (0.4996, "and uphill"),
            (0.01, "that is the step"),
            (0.5, "w does move"),
            (7, "d / |d|"),
        ],
        secrets=("0.51",),
    ),
    checks.rate: Answers(
        right=[0.1, 0.3],
        mistakes=[
            (0.001, "has not left the plateau"),
            (0.03, "not yet at its end"),
            (1, "thrown shut"),
            (1e200, "thrown shut"),
            (1e308, "leave the range of floats"),
            (0, "above 0"),
            (-0.1, "above 0"),
            ("fast", "one finite number"),
        ],
        secrets=("0.1 ", "0.3 "),
    ),
    checks.rnn_gradients: Answers(
        right=[rnn_gradients, lambda *case: tuple(rnn_gradients(*case))],
        mistakes=[
            (lambda *case: rnn_gradients(*case)[1:], "last day to first"),
            (lambda *case: [rnn_gradients(*case)[k] for k in (1, 0, 2)], "the order should be"),
            (lambda *case: sum(rnn_gradients(*case)), "not their sum"),
            (rnn_slip(days=1), "only the last day"),
            (rnn_slip(slope=False), "the slope of tanh"),
            (rnn_slip(factor=1), "twice the error"),
            (rnn_slip(factor=-2), "the signs"),
            (rnn_slip(carry=False), "multiply by w_h"),
            (lambda a, b, *case: rnn_gradients(a, b, *case, back=b), "not w_x"),
            (rnn_slip(add=0), "+= and not ="),
            (rnn_slip(late=1), "the h of the day before"),
            (lambda *case: rnn_gradients(*case)[::-1], "the order"),
            (lambda *_: (7, 7, 7), "last day to first"),
        ],
        secrets=("dz =", "dh ="),
    ),
}
