"""Checks of chapter 1: a guess without memory, one unit by hand, its fading, its gradient."""

from math import tanh

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet
from lstm_lib.rnn import ScalarRNN


@verdict.number()
def blind_guess() -> Sheet:
    """Check the smallest total squared error of one guess for the targets 0, 0 and 1."""
    yield 2 / 3, CORRECT
    yield 1 / 3, "this is the best guess; the question asks for the error it makes"
    yield 3 / 4, "this is the error of a guess halfway; two of the three targets are 0"
    yield 1.0, "this is the error of guessing 0 every time; a guess in between does better"
    yield 2.0, "this is the error of guessing 1 every time; most targets are 0"
    yield 2 / 9, "this is the error per company; add up all three"
    yield 4 / 9, "this is the error for the target 1 alone; the other two count as well"
    yield 4 / 3, "these are the distances added up; square each of them first"
    yield 1 / 2, "this is the best for two targets, 0 and 1; here there are three"
    yield ELSE, "try every guess from 0 to 1 as the chapter does, with three targets"


@verdict.number()
def two_days() -> Sheet:
    """Check the hidden state after the inputs 1, 1 with w_h = 0.8, w_x = 0.5, b = 0.1."""
    h, swapped = tanh(0.6), tanh(0.9)
    yield tanh(0.8 * h + 0.6), CORRECT
    yield 0.8 * h + 0.6, "this is the sum of the second day; it still has to go through tanh"
    yield h, "this is the first day; the second day starts from it, not from 0"
    yield 0.6, "this is the sum of the first day: it goes through tanh, then comes the second"
    yield tanh(h + 0.6), "on the second day, w_h multiplies the h of the first"
    yield tanh(0.8 * tanh(0.8 * h + 0.6) + 0.6), "one day too many: there are two inputs"
    yield tanh(0.8 * 0.6 + 0.6), "h after the first day is the tanh of the sum, not the sum"
    yield tanh(0.8 * tanh(0.5) + 0.5), "the bias is missing: it is added every day"
    yield tanh(0.8 * h + 0.5), "the bias is missing on the second day"
    yield tanh(0.5 * swapped + 0.9), "w_h belongs to h and w_x to x: they are swapped"
    yield tanh(1.4), "the memory on the second day is the first day's h, not its input"
    yield ELSE, "write down the sum of day 1, its tanh, then the sum of day 2 and its tanh"


@verdict.function(cases=[(0.5, 1), (0.9, 5), (2.0, 3), (0.7, 0)])
def left_over(w_h: float, steps: int) -> Sheet:
    """Check a function (w_h, steps) -> share of a pulse that is left after `steps` steps."""
    hs = ScalarRNN(w_h).run([1.0] + [0.0] * (steps + 1))
    first = hs[0]
    yield hs[steps] / first, CORRECT
    yield hs[steps], "this is the last hidden state; divide by the first to get the share"
    yield first / hs[steps], "the share is upside down: what is left comes first"
    yield w_h**steps, "this leaves out tanh, which makes every h smaller"
    yield hs[steps + 1] / first, "one step too many after the pulse"
    yield hs[max(steps - 1, 0)] / first, "one step is missing"
    yield 1 - hs[steps] / first, "this is the share that is lost; what is left?"
    later = [1.0, *ScalarRNN(w_h).run([0.0] * (steps + 1), h0=1.0)]
    yield later[steps], "the pulse goes through tanh as well: the first h is tanh(1), not 1"
    constant = ScalarRNN(w_h).run([1.0] * (steps + 1))
    yield constant[-1] / first, "the pulse is 1 on the first step only; after it x is 0"
    yield ELSE, "run the unit on a 1 followed by zeros, and compare the last h with the first"


_COARSE = [  # nudges too large for six decimals, on one side or on both
    *((0.0, nudge) for nudge in (0.1, 0.01, 1e-3, 1e-4, 1e-5)),
    *((-nudge, 0.0) for nudge in (0.1, 0.01, 1e-3, 1e-4, 1e-5)),
    *((-nudge, nudge) for nudge in (0.1, 0.01, 1e-3)),
]
_XS = (1.0, 0.5, 0.25, 1.0)


@verdict.function(
    cases=[(_XS, 0.5, 1.0), (_XS, -0.9, 0.7), ((0.2, -0.4, 0.1), 1.5, 2.0), ((0.3,), 0.5, 2.0)]
)
def input_gradient(xs: tuple[float, ...], w_h: float, w_x: float) -> Sheet:
    """Check a function (xs, w_h, w_x) -> how much a nudge of the first input moves the last h."""
    slope, on = _first_day(xs, w_h, w_x)
    yield w_x * slope * on, CORRECT
    yield on, "this starts at h_1; the nudge first has to get from x_1 into h_1"
    yield w_x * on, "the slope of tanh on the first day is missing"
    yield slope * on, "the input enters through a weight, and that weight is missing"
    yield w_h * slope * on, "on the first day the nudge comes in through w_x, not through w_h"
    without_slopes = w_x * w_h ** (len(xs) - 1)
    yield without_slopes, "the slopes of tanh are missing: only the weights are multiplied"
    yield w_h * w_x * slope * on, "one w_h too many: there is one from each day to the next"
    last = 1.0 - ScalarRNN(w_h, w_x).run(xs)[-1] ** 2
    yield w_x * slope * on / last, "the slope of tanh on the last day is missing"
    for start, stop in _COARSE:
        coarse = f"right, if measured with a nudge of {stop or -start:g}; a smaller one is exact"
        yield _measured(xs, w_h, w_x, start, stop), coarse
    slope, on = _first_day(xs, w_h, 1.0)
    yield w_x * slope * on, "the run itself has to use w_x too"
    yield ELSE, "measure it by nudging x_1, then divide: it shows a factor missing or too many"


def _first_day(xs: tuple[float, ...], w_h: float, w_x: float) -> tuple[float, float]:
    """Return the slope of tanh on day 1, and how much a nudge of h_1 moves the last h."""
    unit = ScalarRNN(w_h, w_x)
    return 1.0 - unit.run(xs)[0] ** 2, unit.gradient_flow(xs)[0]


def _measured(xs: tuple[float, ...], w_h: float, w_x: float, start: float, stop: float) -> float:
    """Return how far the last h moves, per unit, while x_1 goes from x_1 + start to x_1 + stop."""
    low, high = (ScalarRNN(w_h, w_x).run((xs[0] + by, *xs[1:]))[-1] for by in (start, stop))
    return (high - low) / (stop - start)
