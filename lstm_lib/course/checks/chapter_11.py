"""Checks for chapter 11: what arrives along the lane, which bias it takes, and clipping."""

from collections.abc import Callable
from math import exp, log
from typing import TYPE_CHECKING

from lstm_lib.course.checks import verdict

if TYPE_CHECKING:
    from torch import Tensor


def kept_share(answer: object) -> None:
    """Check exercise 1: what arrives 100 steps back along the lane, where f stays at 0.99."""
    mistakes = [
        (0.99**99, "one factor is missing: each of the 100 steps back multiplies by f"),
        (0.99**101, "one factor too many"),
        (1 - 0.99**100, "this is what is lost on the way"),
        (0.99 * 100, "the steps multiply, they do not add up"),
        (0.99, "that is one step back"),
        (0.01**100, "0.01 is what one step loses; what does it hand on?"),
        (1 - 100 * 0.01, "each step takes a hundredth of what is left, not of the start"),
    ]
    half_life, percent = log(0.5) / log(0.99), 100 * 0.99**100
    for digits in (0, 1, 2, 9):  # as few or as many as somebody may give
        mistakes.append((round(half_life, digits), "that is the half-life; what is left?"))
        mistakes.append((round(percent, digits), "this is in percent; give the share"))
    hint = "one factor f for each step back"
    verdict.number(answer, 0.99**100, mistakes, hint, within=0.001)


def bias_for_share(answer: object) -> None:
    """Check exercise 2: a function (lag, share) that returns a forget gate's bias."""
    verdict.function(
        answer,
        expected=_bias,
        cases=((1, 0.5), (10, 0.5), (100, 0.5), (1000, 0.1), (20, 0.9)),
        mistakes=(
            (lambda lag, share: share ** (1 / lag), "this is the gate; now its bias"),
            (lambda lag, share: -_bias(lag, share), "a gate above 1/2 has a bias above 0"),
            (lambda lag, share: _logit(share), "one step must hand on more than `share`"),
            (lambda lag, share: _logit(0.5 ** (1 / lag)), "this always leaves a half"),
            (lambda lag, share: log(lag), "that is the chrono rule: use the share"),
            (lambda lag, share: log(share) / lag, "this is the logarithm of the gate"),
            (
                lambda lag, share: 1 / (1 + exp(-(share ** (1 / lag)))),
                "the sigmoid leads from a bias to a gate; you need the way back",
            ),
        ),
        otherwise="first the gate: f to the power of lag is share; then the bias: sigmoid(b) is f",
    )


def _bias(lag: float, share: float) -> float:
    return _logit(share ** (1 / lag))


def _logit(f: float) -> float:
    """Return the number whose sigmoid is f."""
    return log(f / (1 - f))


def along_the_lane(answer: object) -> None:
    """Check exercise 3: a function (f, d_last) that returns dL/dc along the lane at every step."""
    import torch

    draw = torch.Generator().manual_seed(0)
    cases = []
    for steps, units in ((4, 1), (5, 3)):
        f = torch.rand(steps, units, generator=draw, dtype=torch.float64)
        cases.append((f, torch.linspace(1.0, 2.0, units, dtype=torch.float64)))
    mistakes = [
        (lambda f, d: _lane(f, d, skip=0), "one factor too many: f of step t acts before c_t"),
        (lambda f, d: _lane(f, d, skip=2), "one factor is missing: f of step t + 1 counts as well"),
        (lambda f, d: d * f.cumprod(0), "that multiplies from the first step on; go back from T"),
        (lambda f, d: _lane(f, torch.ones_like(d)), "d_last, where the way starts, is missing"),
        (lambda f, d: _lane(f, d).flip(0), "the order: row 0 is the first step"),
        (lambda f, d: _lane(f, d)[0], "that is the first step; asked are all of them"),
        (lambda f, d: d * torch.stack([*f[1:], torch.ones_like(d)]), "that is one step only"),
    ]
    hint = "at the last step d_last; each step back multiplies by the f of the step it leaves"
    _tensors(answer, _lane, cases, mistakes, hint)


def _lane(f: "Tensor", d_last: "Tensor", skip: int = 1) -> "Tensor":
    """Return d_last times all f from step t + `skip` on, for every t, (seq_len, units)."""
    return _stack([d_last * f[t + skip :].prod(0) for t in range(len(f))])


def clipped(answer: object) -> None:
    """Check exercise 4: a function (gradients, max_norm) that shortens what is too long."""
    import torch

    long, short = torch.tensor([[3.0, 0.0], [0.0, 4.0]]), torch.tensor([12.0])
    cases = [
        ([long, short], 1.0),
        ([long, short], 6.5),
        ([long, short], 20.0),
        ([torch.zeros(2)], 1.0),
    ]
    mistakes = [
        (_each, "each array was shortened by itself: one norm over all keeps the direction"),
        (lambda gs, m: [g.clamp(-m, m) for g in gs], "each number was cut: that bends the arrow"),
        (lambda gs, m: _scaled(gs, m / _norm(gs)), "shorter gradients stay as they are"),
        (lambda gs, m: _scaled(gs, 1 / _norm(gs)), "the length should be max_norm, not 1"),
        (lambda gs, m: _scaled(gs, min(1.0, m / _norm(gs) ** 2)), "the square root is missing"),
        (lambda gs, m: gs, "nothing was shortened"),
    ]
    hint = "the length is the root of the sum of all squares; too long: scale all by one factor"
    _tensors(answer, lambda gs, m: _scaled(gs, min(1.0, m / _norm(gs))), cases, mistakes, hint)


def _norm(gradients: "list[Tensor]") -> float:
    """Return the length of all numbers together, never quite 0."""
    return max(sum(float(g.square().sum()) for g in gradients) ** 0.5, 1e-30)


def _scaled(gradients: "list[Tensor]", factor: float) -> "list[Tensor]":
    return [g * factor for g in gradients]


def _each(gradients: "list[Tensor]", max_norm: float) -> "list[Tensor]":
    return [g * min(1.0, max_norm / _norm([g])) for g in gradients]


def _stack(rows: "list[Tensor]") -> "Tensor":
    import torch

    return torch.stack(rows)


def _tensors(
    answer: object, expected: Callable, cases: list, mistakes: list, otherwise: str
) -> None:
    """Check a function of tensors, which may return them alone or in a list."""
    wrong = [(_plain(slip), hint) for slip, hint in mistakes]
    verdict.function(_plain(answer), _plain(expected), cases, wrong, otherwise)


def _plain(function: object) -> object:
    """Return a function that gives nested lists in place of tensors; anything else as it is.

    It hands on copies, so that a function that changes what it gets is judged by its result.
    """
    if not callable(function):
        return function

    def plain(first: object, *rest: object) -> object:
        copy = [g.clone() for g in first] if isinstance(first, list) else first.clone()
        return _listed(function(copy, *rest))

    return plain


def _listed(value: object) -> object:
    """Return tensors and arrays as nested lists, anything else as it is."""
    if isinstance(value, list | tuple):
        return [_listed(part) for part in value]
    return value.tolist() if hasattr(value, "tolist") else value
