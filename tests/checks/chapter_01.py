"""Answers to the exercises of chapter 1."""

from math import prod, tanh

from lstm_lib.course.checks import chapter_01 as checks
from lstm_lib.rnn import ScalarRNN
from tests.checks import Answers


def left_over(w_h, steps):
    h = first = tanh(1.0)
    for _ in range(steps):
        h = tanh(w_h * h)
    return h / first


def forward(xs, w_h, w_x):
    hs, h = [], 0.0
    for x in xs:
        h = tanh(w_h * h + w_x * x)
        hs.append(h)
    return hs


def slopes(xs, w_h, w_x):
    return [1 - h * h for h in forward(xs, w_h, w_x)]


def from_one(w_h, steps):
    h = 1.0
    for _ in range(steps):
        h = tanh(w_h * h)
    return h


def nudged(start, stop):
    def measured(xs, w_h, w_x):
        low, high = (forward([xs[0] + by, *xs[1:]], w_h, w_x)[-1] for by in (start, stop))
        return (high - low) / (stop - start)

    return measured


def input_gradient(xs, w_h, w_x):
    first, *later = slopes(xs, w_h, w_x)
    return w_x * first * prod(w_h * slope for slope in later)


ANSWERS = {
    checks.blind_guess: Answers(
        right=[0.6667],
        mistakes=[
            (1 / 3, "best guess"),
            (0.75, "halfway"),
            (1, "guessing 0"),
            (2, "guessing 1"),
            (2 / 9, "per company"),
            (4 / 9, "the target 1 alone"),
            (4 / 3, "square each"),
            (0.5, "for two targets"),
            (17, "every guess from 0 to 1"),
        ],
    ),
    checks.two_days: Answers(
        right=[0.7737],
        mistakes=[
            (0.8 * tanh(0.6) + 0.6, "still has to go through tanh"),
            (tanh(0.6), "first day"),
            (tanh(0.8 * 0.6 + 0.6), "the tanh of the sum, not the sum"),
            (tanh(0.8 * tanh(0.5) + 0.5), "every day"),
            (tanh(0.8 * tanh(0.6) + 0.5), "on the second day"),
            (tanh(0.5 * tanh(0.9) + 0.9), "swapped"),
            (tanh(0.8 + 0.6), "not its input"),
            (0.6, "the sum of the first day"),
            (tanh(tanh(0.6) + 0.6), "w_h multiplies"),
            (tanh(0.8 * tanh(0.8 * tanh(0.6) + 0.6) + 0.6), "one day too many"),
            (-1, "sum of day 1"),
        ],
    ),
    checks.left_over: Answers(
        right=[left_over],
        mistakes=[
            (lambda w, n: left_over(w, n) * tanh(1), "divide by the first"),
            (lambda w, n: 1 / left_over(w, n), "upside down"),
            (lambda w, n: w**n, "leaves out tanh"),
            (lambda w, n: left_over(w, n + 1), "too many"),
            (lambda w, n: left_over(w, max(n - 1, 0)), "missing"),
            (lambda w, n: forward([1] * (n + 1), w, 1)[-1] / tanh(1), "1 on the first step only"),
            (lambda w, n: 1 - left_over(w, n), "the share that is lost"),
            (from_one, "the first h is tanh(1)"),
            (lambda w, n: -5.0, "a 1 followed by zeros"),
        ],
        secrets=("1 - h", "1-h", "**", "return"),
    ),
    checks.input_gradient: Answers(
        right=[input_gradient, nudged(0, 1e-7), nudged(-1e-4, 1e-4)],
        mistakes=[
            (lambda xs, w_h, w_x: ScalarRNN(w_h, w_x).gradient_flow(xs)[0], "starts at h_1"),
            (
                lambda xs, w_h, w_x: w_x * prod(w_h * s for s in slopes(xs, w_h, w_x)[1:]),
                "slope of tanh on the first day",
            ),
            (lambda xs, w_h, w_x: input_gradient(xs, w_h, w_x) / w_x, "that weight is missing"),
            (
                lambda xs, w_h, w_x: prod(w_h * s for s in slopes(xs, w_h, w_x)),
                "through w_x, not through w_h",
            ),
            (lambda xs, w_h, w_x: w_x * w_h ** (len(xs) - 1), "slopes of tanh"),
            (lambda xs, w_h, w_x: w_x * input_gradient(xs, w_h, 1.0), "has to use w_x too"),
            (lambda xs, w_h, w_x: w_h * input_gradient(xs, w_h, w_x), "one w_h too many"),
            (
                lambda xs, w_h, w_x: input_gradient(xs, w_h, w_x) / slopes(xs, w_h, w_x)[-1],
                "on the last day is missing",
            ),
            (nudged(0, 0.01), "with a nudge of 0.01"),
            (nudged(-0.1, 0.1), "with a nudge of 0.1"),
            (nudged(-0.001, 0), "with a nudge of 0.001"),
            (nudged(0, 1e-5), "with a nudge of 1e-05"),
            (lambda xs, w_h, w_x: 0.0, "nudging x_1"),
            (lambda xs, w_h, w_x: 3.0 * input_gradient(xs, w_h, w_x), "missing or too many"),
        ],
        secrets=("1 - h", "1-h", "**", "return"),
    ),
}
