"""Checks of chapter 1: a guess without memory, one unit by hand, its fading, its gradient."""

from math import prod, tanh

from lstm_lib.course.checks import verdict
from lstm_lib.rnn import ScalarRNN


def blind_guess(answer: object) -> None:
    """Check the smallest total squared error of one guess for the targets 0, 0 and 1."""
    verdict.number(
        answer,
        expected=2 / 3,
        mistakes=(
            (1 / 3, "this is the best guess; the question asks for the error it makes"),
            (3 / 4, "this is the error of a guess halfway; two of the three targets are 0"),
            (1.0, "this is the error of guessing 0 every time; a guess in between does better"),
            (2.0, "this is the error of guessing 1 every time; most targets are 0"),
            (2 / 9, "this is the error per company; add up all three"),
        ),
        otherwise="try every guess from 0 to 1 as the chapter does, with three targets",
    )


def two_days(answer: object) -> None:
    """Check the hidden state after the inputs 1, 1 with w_h = 0.8, w_x = 0.5, b = 0.1."""
    h, swapped = tanh(0.6), tanh(0.9)
    verdict.number(
        answer,
        expected=tanh(0.8 * h + 0.6),
        mistakes=(
            (0.8 * h + 0.6, "this is the sum of the second day; it still has to go through tanh"),
            (h, "this is the first day; the second day starts from it, not from 0"),
            (tanh(0.8 * 0.6 + 0.6), "h after the first day is the tanh of the sum, not the sum"),
            (tanh(0.8 * tanh(0.5) + 0.5), "the bias is missing: it is added every day"),
            (tanh(0.8 * h + 0.5), "the bias is missing on the second day"),
            (tanh(0.5 * swapped + 0.9), "w_h belongs to h and w_x to x: they are swapped"),
            (tanh(1.4), "the memory on the second day is the first day's h, not its input"),
        ),
        otherwise="write down the sum of day 1, its tanh, then the sum of day 2 and its tanh",
    )


def left_over(answer: object) -> None:
    """Check a function (w_h, steps) -> share of a pulse that is left after `steps` steps."""
    verdict.function(
        answer,
        expected=_left_over,
        cases=((0.5, 1), (0.9, 5), (2.0, 3), (0.7, 0)),
        mistakes=(
            (_last, "this is the last hidden state; divide by the first to get the share"),
            (_first_over_last, "the share is upside down: what is left comes first"),
            (lambda w_h, steps: w_h**steps, "this leaves out tanh, which makes every h smaller"),
            (lambda w_h, steps: _left_over(w_h, steps + 1), "one step too many after the pulse"),
            (lambda w_h, steps: _left_over(w_h, max(steps - 1, 0)), "one step is missing"),
            (_constant_input, "the pulse is 1 on the first step only; after it x is 0"),
        ),
        otherwise="run the unit on a 1 followed by zeros, and compare the last h with the first",
    )


def input_gradient(answer: object) -> None:
    """Check a function (xs, w_h, w_x) -> how much a nudge of the first input moves the last h."""
    xs = (1.0, 0.5, 0.25, 1.0)
    verdict.function(
        answer,
        expected=_input_gradient,
        cases=((xs, 0.5, 1.0), (xs, -0.9, 0.7), ((0.2, -0.4, 0.1), 1.5, 2.0), ((0.3,), 0.5, 2.0)),
        mistakes=(
            (_to_first_state, "this starts at h_1; the nudge first has to get from x_1 into h_1"),
            (_without_first_slope, "the slope of tanh on the first day is missing"),
            (_without_w_x, "the input enters through a weight, and that weight is missing"),
            (_all_slopes, "on the first day the nudge comes in through w_x, not through w_h"),
            (_without_slopes, "the slopes of tanh are missing: only the weights are multiplied"),
            (_through_default_w_x, "the run itself has to use w_x too"),
        ),
        otherwise="measure it by nudging x_1, then find the factor you miss by dividing",
    )


def _left_over(w_h: float, steps: int) -> float:
    hs = ScalarRNN(w_h).run([1.0] + [0.0] * steps)
    return hs[-1] / hs[0]


def _last(w_h: float, steps: int) -> float:
    return ScalarRNN(w_h).run([1.0] + [0.0] * steps)[-1]


def _first_over_last(w_h: float, steps: int) -> float:
    return 1.0 / _left_over(w_h, steps)


def _constant_input(w_h: float, steps: int) -> float:
    hs = ScalarRNN(w_h).run([1.0] * (steps + 1))
    return hs[-1] / hs[0]


def _input_gradient(xs: tuple[float, ...], w_h: float, w_x: float) -> float:
    return w_x * _without_w_x(xs, w_h, w_x)


def _to_first_state(xs: tuple[float, ...], w_h: float, w_x: float) -> float:
    return ScalarRNN(w_h, w_x).gradient_flow(xs)[0]


def _without_first_slope(xs: tuple[float, ...], w_h: float, w_x: float) -> float:
    return w_x * _to_first_state(xs, w_h, w_x)


def _without_w_x(xs: tuple[float, ...], w_h: float, w_x: float) -> float:
    h = ScalarRNN(w_h, w_x).run(xs)[0]
    return (1.0 - h * h) * _to_first_state(xs, w_h, w_x)


def _all_slopes(xs: tuple[float, ...], w_h: float, w_x: float) -> float:
    return prod(w_h * (1.0 - h * h) for h in ScalarRNN(w_h, w_x).run(xs))


def _without_slopes(xs: tuple[float, ...], w_h: float, w_x: float) -> float:
    return w_x * w_h ** (len(xs) - 1)


def _through_default_w_x(xs: tuple[float, ...], w_h: float, w_x: float) -> float:
    return w_x * _without_w_x(xs, w_h, 1.0)
