"""Answers to the exercises of chapter 9."""

import math

import numpy as np
import torch

from lstm_lib.course.checks import chapter_09 as checks
from lstm_lib.course.tasks.waves import windows
from tests.checks import Answers


def wrapped(x, period, horizon):
    return x[:, -period:, 0][:, torch.arange(horizon) % period]


def repeated(x, period, horizon):
    times = math.ceil(horizon / period)
    return x[:, -period:, 0].repeat(1, times)[:, :horizon]


def step_by_step(x, period, horizon):
    known = x[:, :, 0].tolist()
    for row in known:
        for _ in range(horizon):
            row.append(row[-period])
    return [row[-horizon:] for row in known]


def shifted(by):
    def forecast(x, period, horizon):
        start = x.shape[1] - period + by
        return x[:, start + torch.arange(horizon) % period, 0]

    return forecast


def no_wrap(x, period, horizon):
    return x[:, -period:, 0][:, :horizon]


def rotated(x, period, horizon):
    return x[:, -period:, 0].roll(-1, 1)[:, torch.arange(horizon) % period]


def stop(losses, patience):
    best, waited = 0, 0
    for k, loss in enumerate(losses):
        waited = waited + 1 if k and loss >= losses[best] else 0
        best = best if waited else k
        if waited >= max(patience, 1):
            return k + 1, best + 1
    return len(losses), best + 1


def forgetful(losses, patience):
    """Return nothing where the training is not stopped."""
    waited = 0
    for k in range(1, len(losses)):
        waited = 0 if losses[k] < min(losses[:k]) else waited + 1
        if waited == patience:
            return k + 1, losses.index(min(losses[: k + 1])) + 1
    return None


def no_reset(losses, patience):
    best, waited = 0, 0
    for k in range(1, len(losses)):
        if losses[k] < losses[best]:
            best = k
        else:
            waited += 1
            if waited == patience:
                return k + 1, best + 1
    return len(losses), best + 1


def rises(losses, patience):
    """Compare with the epoch before."""
    waited = 0
    for k in range(1, len(losses)):
        waited = 0 if losses[k] < losses[k - 1] else waited + 1
        if waited == patience:
            return k + 1, losses.index(min(losses[: k + 1])) + 1
    return len(losses), losses.index(min(losses)) + 1


def ties_count(losses, patience):
    best, waited = 0, 0
    for k in range(1, len(losses)):
        waited = 0 if losses[k] <= min(losses[:k]) else waited + 1
        best = k if losses[k] < losses[best] else best
        if waited == patience:
            return k + 1, best + 1
    return len(losses), best + 1


def ties_move(losses, patience):
    """Take the same loss again as the new best."""
    best, waited = 0, 0
    for k in range(1, len(losses)):
        best, waited = (k, 0) if losses[k] <= losses[best] else (best, waited + 1)
        if waited == patience:
            return k + 1, best + 1
    return len(losses), best + 1


def from_zero(losses, patience):
    """Start with a best loss of 0, below which none comes."""
    best, best_epoch, waited = 0, 0, 0
    for epoch, loss in enumerate(losses, start=1):
        best, best_epoch, waited = (
            (loss, epoch, 0) if loss < best else (best, best_epoch, waited + 1)
        )
        if waited == patience:
            return epoch, best_epoch
    return len(losses), best_epoch


def counted(width, series=(700, 150, 150)):
    return sum(len(windows(np.zeros(part), width - 6, 6)[0]) for part in series)


ANSWERS = {
    checks.window_count: Answers(
        right=[895, counted(36)],
        mistakes=[
            (965, "reach across a border"),
            (964, "reach across a border"),
            (971, "what follows needs room too"),
            (780, "there are three"),
            (230, "two smaller parts"),
            (892, "starts at step 0"),
            (898, "one too many"),
            (913, "has to be in the part as well"),
            (910, "has to be in the part as well"),
            (970, "has to be in the part as well"),
            (985, "6 more that are to be forecast"),
            (665, "the training part alone"),
            (115, "one of the smaller parts"),
            (27, "windows may overlap"),
            (1000, "does not fit"),
            (7, "how many places"),
        ],
        secrets=("895", "665", "115"),
    ),
    checks.honest_split: Answers(
        right=["b", " B "],
        mistakes=[
            ("a", "by lot"),
            ("c", "at a border"),
            ("d", "the test part as well"),
            ("e", "choose one of a, b, c, d"),
        ],
        secrets=("b:", "answer b"),
    ),
    checks.keeping_gate: Answers(
        right=[0.9715, 0.5 ** (1 / 24), np.float64(math.exp(math.log(0.5) / 24))],
        mistakes=[
            (1 - 1 / 24, "loses a 24th"),
            (math.exp(-1 / 24), "keeps 1/e"),
            (1 - 0.5 / 24, "do not add up"),
            (0.5 / 24, "a product of 24 factors"),
            (0.5**24, "the other way round"),
            (0.5 ** (1 / 7.3), "a period of 7.3"),
            (0.5 ** (1 / 12), "half for 12 steps"),
            (0.0285, "the share lost"),
            (-math.log(2 ** (1 / 24) - 1), "before the sigmoid"),
            (0.5 ** (1 / 23), "not 23"),
            (0.5 ** (1 / 25), "not 25"),
            (0.5, "a single step"),
            (2 ** (1 / 24), "would grow"),
            (math.log(0.5) / 24, "the logarithm"),
            (0.97, "right so far: give at least 4 decimals"),
            (0.972, "right so far: give at least 4 decimals"),
            (0.971, "right so far: give at least 4 decimals"),
            (1, "loses nothing"),
            (0.7, "24 times"),
        ],
        secrets=("0.97", "1/24", "**"),
    ),
    checks.one_period_back: Answers(
        right=[wrapped, repeated, step_by_step, lambda *case: wrapped(*case).numpy()],
        mistakes=[
            (no_wrap, "longer than a period"),
            (lambda x, p, h: x[:, -1].expand(-1, h), "last value going on"),
            (shifted(-1), "one step too early"),
            (rotated, "one step too late"),
            (lambda x, p, h: x.flip(1)[:, torch.arange(h) % p, 0], "walks backwards"),
            (lambda x, p, h: x[:, -p].expand(-1, h), "moves on step by step"),
            (
                lambda x, p, h: x[:, [min(len(x[0]) - p + k, len(x[0]) - 1) for k in range(h)], 0],
                "it starts again",
            ),
            (
                lambda x, p, h: x[:, -p:, 0].repeat_interleave(2, 1)[:, :h],
                "as a whole comes again",
            ),
            (lambda x, p, h: x[:, torch.arange(h) % p, 0], "the last one is fresher"),
            (lambda x, p, h: x[:, -h:, 0], "where is the period"),
            (lambda *case: wrapped(*case)[:, :, None], "one axis too many"),
            (lambda *case: wrapped(*case)[0], "there are several"),
            (lambda x, p, h: x[:, :3, 0], "shape should be (2, 6)"),
            (lambda x, p, h: x[:, :h, 0], "after which step"),
            (lambda x, p, h: x[:, -p : -p + h, 0], "ends before it begins"),
            (lambda x, p, h: x[:, [k - p for k in range(h)], 0], "comes step 0"),
            (lambda x: x, "stopped with TypeError"),
            (3, "should be a function"),
        ],
        secrets=("%", "arange", "repeat("),
    ),
    checks.early_stop: Answers(
        right=[stop, lambda *case: list(stop(*case))],
        mistakes=[
            (lambda a, n: stop(a, n + 1), "one epoch too late"),
            (lambda a, n: stop(a, n - 1), "one epoch too early"),
            (lambda *case: (stop(*case)[0],) * 2, "not the one at which it stops"),
            (rises, "with the best so far"),
            (no_reset, "starts the count again"),
            (ties_count, "no improvement"),
            (ties_move, "is no new best"),
            (from_zero, "with what is the first one compared"),
            (lambda *case: tuple(e - 1 for e in stop(*case)), "from 1"),
            (lambda *case: stop(*case)[::-1], "first where it stops"),
            (lambda *case: stop(*case)[0], "return both"),
            (lambda *case: stop(*case)[1], "return both"),
            (lambda a, n: (stop(a, n)[0], a.index(min(a)) + 1), "never happened"),
            (lambda a, n: (len(a), a.index(min(a)) + 1), "it never stops"),
            (forgetful, "runs through all its epochs"),
            (lambda a, n: (stop(a, n)[0], a[stop(a, n)[1] - 1]), "not its loss"),
            (lambda a, n: (stop(a, n)[0], stop(a, n)[1] - 1), "the best epoch from 1"),
            (lambda a, n: (stop(a, n)[0] - 1, stop(a, n)[1]), "up to the stop from 1"),
            (lambda a, n: (1, 1), "walk through the epochs"),
            (lambda a: (1, 1), "your function stopped"),
            (3, "should be a function"),
        ],
        secrets=("waited", "enumerate", "range"),
    ),
}
