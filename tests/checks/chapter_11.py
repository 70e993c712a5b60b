"""Answers to the exercises of chapter 11."""

from math import exp, log

import torch

from lstm_lib.course.checks import chapter_11 as checks
from tests.checks import Answers


def bias(lag, share):
    f = share ** (1 / lag)
    return log(f / (1 - f))


def walked_back(f, d_last):
    rows = [d_last]
    for t in range(len(f) - 1, 0, -1):
        rows.insert(0, rows[0] * f[t])
    return torch.stack(rows)


def skipping(f, d_last):
    return torch.stack([d_last * f[t + 2 :].prod(0) for t in range(len(f))])


def turned(f, d_last):
    ones = torch.ones_like(f[:1])
    return d_last * torch.cat([f[1:], ones]).flip(0).cumprod(0).flip(0)


def by_torch(gradients, max_norm):
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters]


def in_place(gradients, max_norm):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for gradient in gradients:
        gradient *= min(1.0, max_norm / max(norm.item(), 1e-12))
    return tuple(gradients)


def each_by_itself(gradients, max_norm):
    return [g * min(1.0, max_norm / max(g.norm().item(), 1e-12)) for g in gradients]


def always(gradients, max_norm):
    norm = max(sum(g.square().sum().item() for g in gradients) ** 0.5, 1e-12)
    return [g * (max_norm / norm) for g in gradients]


def by_tensor(gradients, max_norm):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    return [g * (max_norm / norm) for g in gradients]  # of zeros it makes nan


def by_float(gradients, max_norm):
    norm = sum(g.square().sum().item() for g in gradients) ** 0.5
    return [g * (max_norm / norm) for g in gradients]  # of zeros it stops


def of_lengths(gradients, max_norm):
    length = max(sum(g.norm().item() for g in gradients), 1e-12)
    return [g * min(1.0, max_norm / length) for g in gradients]


def by_largest(gradients, max_norm):
    largest = max(max(g.abs().max().item() for g in gradients), 1e-12)
    return [g * min(1.0, max_norm / largest) for g in gradients]


def squared(gradients, max_norm):
    norm = max(sum(g.square().sum().item() for g in gradients), 1e-12)
    return [g * min(1.0, max_norm / norm) for g in gradients]


ANSWERS = {
    checks.kept_share: Answers(
        right=[0.366, 0.99**100],
        mistakes=[
            (0.3697, "one factor is missing"),
            (0.37, "right so far: give at least 3 decimals, rounded"),
            (0.3624, "one factor too many"),
            (0.634, "lost on the way"),
            (99.0, "multiply"),
            (0.99, "one step back"),
            (68.97, "half-life"),
            (36.6, "percent"),
            (37, "percent"),
            (36.603, "percent"),
            (68.968, "half-life"),
            (100 * 0.99**100, "percent"),
            (69, "half-life"),
            (0.0, "what does it hand on"),
            (0.368, "1/e is close"),
            (0.5, "one factor f for each step"),
        ],
    ),
    checks.bias_for_share: Answers(
        right=[bias, lambda lag, share: -log(share ** (-1 / lag) - 1)],
        mistakes=[
            (lambda lag, share: share ** (1 / lag), "this is the gate"),
            (lambda lag, share: -bias(lag, share), "bias above 0"),
            (lambda lag, share: bias(1, share), "hand on more"),
            (lambda lag, share: bias(lag, 0.5), "leaves a half"),
            (lambda lag, share: log(lag), "chrono"),
            (lambda lag, share: log(share) / lag, "logarithm of the gate"),
            (lambda n, s: 1 / (1 + exp(-(s ** (1 / n)))), "the way back"),
            (lambda lag, share: log(share**lag / (1 - share**lag)), "not the power but the root"),
            (lambda lag, share: bias(lag, 1 - share), "not what is lost"),
            (lambda n, s: log((1 - (1 - s) / n) / ((1 - s) / n)), "the steps multiply"),
            (lambda lag, share: bias(lag, share) / log(10), "natural logarithm"),
            (lambda lag, share: log(0 * lag), "ValueError: math domain error; a logarithm"),
            (lambda lag, share: 1.0, "f to the power of lag"),
        ],
        secrets=("1 -", "log("),
    ),
    checks.along_the_lane: Answers(
        right=[
            walked_back,
            turned,
            lambda f, d: list(walked_back(f, d)),
            lambda f, d: walked_back(f, d).numpy(),
        ],
        mistakes=[
            (lambda f, d: d * f.flip(0).cumprod(0).flip(0), "one factor too many"),
            (skipping, "f of step t + 1"),
            (lambda f, d: d * f.cumprod(0), "from the first step"),
            (lambda f, d: walked_back(f, d) / d, "d_last"),
            (lambda f, d: walked_back(f, d).flip(0), "row 0 is the first"),
            (lambda f, d: walked_back(f, d)[0], "all of them"),
            (lambda f, d: d * torch.cat([f[1:], 0 * f[:1] + 1]), "one step only"),
            (lambda f, d: walked_back(f, d)[:-1], "at the last step d_last itself"),
            (lambda f, d: walked_back(f, d)[1:], "that of the first step"),
            (lambda f, d: walked_back(torch.cat([f[:1], f]), d), "a row too many"),
            (lambda f, d: walked_back(f * f, d), "each step back multiplies"),
        ],
        secrets=("prod(", "cumprod"),
    ),
    checks.clipped: Answers(
        right=[by_torch, in_place],
        mistakes=[
            (each_by_itself, "by itself"),
            (lambda gs, m: [g.clamp(-m, m) for g in gs], "bends"),
            (by_tensor, "shorter gradients stay"),
            (by_float, "shorter gradients stay"),
            (lambda gs, m: by_tensor(gs, 1.0), "not 1"),
            (of_lengths, "not the sum of the lengths"),
            (by_largest, "the largest number"),
            (lambda gs, m: torch.cat([g.flatten() for g in gs]).norm(), "that is the length"),
            (always, "shorter gradients stay"),
            (lambda gs, m: always(gs, 1.0), "not 1"),
            (squared, "square root"),
            (lambda gs, m: gs, "nothing was shortened"),
            (lambda gs, m: [2 * g for g in gs], "root of the sum"),
        ],
        secrets=("min(", "sum("),
    ),
}
