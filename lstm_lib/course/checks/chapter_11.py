"""Checks for chapter 11: what arrives along the lane, which bias it takes, and clipping."""

from math import exp, log, log1p
from typing import TYPE_CHECKING

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet
from lstm_lib.scalar import sigmoid

if TYPE_CHECKING:
    from torch import Tensor


@verdict.number(within=0.001)
def kept_share() -> Sheet:
    """Check exercise 1: what arrives 100 steps back along the lane, where f stays at 0.99."""
    right, half_life = 0.99**100, log(0.5) / log(0.99)
    yield right, CORRECT
    yield 0.99**99, "one factor is missing: each of the 100 steps back multiplies by f"
    yield 0.99**101, "one factor too many"
    yield 1 - right, "this is what is lost on the way"
    yield 0.99 * 100, "the steps multiply, they do not add up"
    yield 0.99, "that is one step back"
    yield 0.0, "0.01 is what one step loses; what does it hand on?"
    for digits in (0, 1, 2, 3):  # as few or as many as somebody may give
        yield round(half_life, digits), "that is the half-life; what is left?"
        yield round(100 * right, digits), "this is in percent; give the share"
    yield exp(-1), "1/e is close to it; the power itself is asked"
    yield ELSE, "one factor f for each step back"


@verdict.function(cases=[(1, 0.5), (10, 0.5), (100, 0.5), (1000, 0.1), (20, 0.9)])
def bias_for_share(lag: int, share: float) -> Sheet:
    """Check exercise 2: a function (lag, share) that returns a forget gate's bias."""
    f = share ** (1 / lag)
    yield _unsquashed(f), CORRECT
    yield f, "this is the gate; now its bias"
    yield -_unsquashed(f), "a gate above 1/2 has a bias above 0"
    yield _unsquashed(share), "one step must hand on more than `share`"
    yield _unsquashed(0.5 ** (1 / lag)), "this always leaves a half"
    yield log(lag), "that is the chrono rule: use the share"
    yield log(f), "this is the logarithm of the gate"
    far = lag * log(share) - log1p(-(share**lag))  # a power too small for a float, once
    yield far, "not the power but the root: lag factors f make the share, so one is its lag-th root"
    yield _unsquashed((1 - share) ** (1 / lag)), "the share is what is left, not what is lost"
    hint = "each step loses a share of what is there, so the steps multiply"
    yield _unsquashed(1 - (1 - share) / lag), hint
    yield _unsquashed(f) / log(10), "the sigmoid is built on e: take the natural logarithm"
    yield sigmoid(f), "the sigmoid leads from a bias to a gate; you need the way back"
    yield ELSE, "first the gate: f to the power of lag is share; then the bias: sigmoid(b) is f"


def _unsquashed(f: float) -> float:
    """Return the number whose sigmoid is f."""
    return log(f / (1 - f))


def _lanes() -> "list[tuple[Tensor, Tensor]]":
    """Return forget gates, (seq_len, units), and a derivative at the last step, (units,)."""
    import torch

    draw, real = torch.Generator().manual_seed(0), torch.float64
    return [
        (
            torch.rand(steps, units, generator=draw, dtype=real),
            torch.linspace(1, 2, units, dtype=real),
        )
        for steps, units in ((4, 1), (5, 3))
    ]


@verdict.function(_lanes)
def along_the_lane(f: "Tensor", d_last: "Tensor") -> Sheet:
    """Check exercise 3: a function (f, d_last) that returns dL/dc along the lane at every step."""
    ones = d_last / d_last
    right = _lane(f, d_last)
    yield right, CORRECT
    yield _lane(f, d_last, skip=0), "one factor too many: f of step t acts before c_t"
    yield _lane(f, d_last, skip=2), "one factor is missing: f of step t + 1 counts as well"
    yield d_last * f.cumprod(0), "that multiplies from the first step on; go back from T"
    yield _lane(f, ones), "d_last, where the way starts, is missing"
    yield right[::-1], "the order: row 0 is the first step"
    yield right[:-1], "a row is missing: at the last step d_last itself arrives"
    yield right[1:], "a row is missing: that of the first step"
    yield [d_last * f.prod(0), *right], "a row too many: nothing before the first step is asked"
    yield right[0], "that is the first step; asked are all of them"
    yield [d_last * factor for factor in (*f[1:], ones)], "that is one step only"
    yield ELSE, "at the last step d_last; each step back multiplies by the f of the step it leaves"


def _lane(f: "Tensor", d_last: "Tensor", skip: int = 1) -> "list[Tensor]":
    """Return d_last times all f from step t + `skip` on, for every t, (units,) each."""
    return [d_last * f[t + skip :].prod(0) for t in range(len(f))]


def _gradients() -> "list[tuple[list[Tensor], float]]":
    """Return gradients with norms of 13, 0.5 and 0, and a norm they may have."""
    import torch

    long = [torch.tensor([[3.0, 0.0], [0.0, 4.0]]), torch.tensor([12.0])]
    short, zeros = [torch.tensor([0.3, -0.4])], [torch.zeros(2)]
    return [(long, 1.0), (long, 6.5), (long, 20.0), (short, 1.0), (zeros, 1.0)]


@verdict.function(_gradients)
def clipped(gradients: "list[Tensor]", max_norm: float) -> Sheet:
    """Check exercise 4: a function (gradients, max_norm) that shortens what is too long."""
    norm = _norm(gradients)
    yield _scaled(gradients, min(1.0, max_norm / norm)), CORRECT
    each = [g * min(1.0, max_norm / _norm([g])) for g in gradients]
    yield each, "each array was shortened by itself: one norm over all keeps the direction"
    cut = [g.clamp(-max_norm, max_norm) for g in gradients]
    yield cut, "each number was cut: that bends the arrow"
    for length in (norm, _exact_norm(gradients)):  # of zeros the second makes nan
        yield _scaled(gradients, max_norm / length), "shorter gradients stay as they are"
        yield _scaled(gradients, 1 / length), "the length should be max_norm, not 1"
    lengths = sum(_norm([g]) for g in gradients)
    hint = "one length over all numbers is not the sum of the lengths of the arrays"
    yield _scaled(gradients, min(1.0, max_norm / lengths)), hint
    largest = max(float(g.abs().max()) for g in gradients) or 1.0
    hint = "that is the largest number; the length is the root of the sum of all squares"
    yield _scaled(gradients, min(1.0, max_norm / largest)), hint
    yield _exact_norm(gradients), "that is the length; return the list of gradients"
    yield _scaled(gradients, min(1.0, max_norm / norm**2)), "the square root is missing"
    yield gradients, "nothing was shortened"
    hint = "the length is the root of the sum of all squares; too long: scale all by one factor"
    yield ELSE, hint


def _norm(gradients: "list[Tensor]") -> float:
    """Return the length of all numbers together, never quite 0."""
    return max(sum(float(g.square().sum()) for g in gradients) ** 0.5, 1e-30)


def _exact_norm(gradients: "list[Tensor]") -> "Tensor":
    """Return the length as a tensor, by which even 1 can be divided if it is 0."""
    import torch

    return torch.cat([g.flatten() for g in gradients]).norm()


def _scaled(gradients: "list[Tensor]", factor: "float | Tensor") -> "list[Tensor]":
    return [g * factor for g in gradients]
