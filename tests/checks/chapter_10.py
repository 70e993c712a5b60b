"""Answers to the exercises of chapter 10."""

import numpy as np
import torch

from lstm_lib.course.checks import chapter_10 as checks
from lstm_lib.trace import Clamp, trace
from tests.checks import Answers


def changes(run, n, first=1):
    return run.c[0, first : n + 1].diff(dim=0)


def steadiest(run, n, first=1):
    steps = changes(run, n, first)
    return (steps.std(dim=0) / steps.mean(dim=0).abs()).argmin().item()


def scores(steps):
    return steps.std(dim=0) / steps.mean(dim=0).abs()


def looped(run, n):
    """The same in NumPy, unit by unit, the other way round."""
    steps = np.diff(np.asarray(run.c)[0, 1 : n + 1], axis=0)
    scores = [abs(steps[:, k].mean()) / steps[:, k].std() for k in range(steps.shape[1])]
    return np.argmax(scores)


def signed(run, n):
    steps = changes(run, n)
    return (steps.std(dim=0) / steps.mean(dim=0)).argmin()


def swapped(change=lambda v: v.roll(1), of="c", quantity="c", at=lambda u, s: (u, s)):
    """Return an answer to exercise 4 that exchanges this."""

    def run(model, x, unit, step):
        values = change(getattr(trace(model, x)[0], of)[:, step, unit]).tolist()
        units, steps = at(unit, step)
        clamps = [
            Clamp(quantity, value, units=units, steps=steps, batch=row)
            for row, value in enumerate(values)
        ]
        return trace(model, x, clamp=clamps)

    return run


def result(run):
    return lambda *case: run(*case).result


ANSWERS = {
    checks.ceiling: Answers(
        right=[50, 0.5 / (1 - 0.99)],
        mistakes=[
            (float("inf"), "does it climb for ever"),
            (np.array(np.inf), "does it climb for ever"),
            (0, "that is where it starts"),
            (5, "not 0.1"),
            (0.5, "after the first step"),
            (0.995, "after two steps"),
            (100, "how much is written"),
            (0.5 / 0.99, "what leaks: 1 - f"),
            (49.5, "before 0.5 is added"),
            (0.495, "one write after one leak"),
            (0.005, "what leaks of 0.5"),
            (0.01, "or of 1"),
            (7, "it climbs until"),
        ],
        secrets=("50",),
    ),
    checks.probe: Answers(
        right=["c", " C"],
        mistakes=[
            ("a", "does anything break"),
            ("b", "from another"),
            ("d", "another question"),
            ("e", "choose one of a, b, c, d"),
        ],
        secrets=("answer is c",),
    ),
    checks.counting_unit: Answers(
        right=[steadiest, looped, lambda run, n: torch.tensor(steadiest(run, n))],
        mistakes=[
            (lambda run, n: steadiest(run, n) + 1, "counted from 0"),
            (lambda run, _: run.c[0].var(dim=0).argmax(), "largest variance"),
            (lambda r, n: changes(r, n).mean(0).abs().argmax(), "moves furthest"),
            (lambda r, n: changes(r, n).std(0).argmin(), "divide their spread"),
            (signed, "mind the sign"),
            (lambda run, _: steadiest(run, len(run) - 1), "at the a's alone"),
            (lambda run, n: steadiest(run, n, 0), "that the first a makes"),
            (lambda run, n: scores(changes(run, n)).argmax(), "least steady"),
            (lambda run, n: scores(run.c[0, 1 : n + 1]).argmin(), "c itself"),
            (lambda *_: 0, "over the size of their mean"),
            (lambda run: 0, "stopped: TypeError"),
            (2, "should be a function"),
        ],
        secrets=("argmin", "std("),
    ),
    checks.exchanged_unit: Answers(
        right=[
            result(swapped()),
            lambda *case: swapped()(*case).result.numpy(),
            lambda *case: swapped()(*case).result.tolist(),
        ],
        mistakes=[
            (lambda model, x, *_: trace(model, x).result, "the untouched run"),
            (result(swapped(lambda v: v.roll(-1))), "sequence *after* it"),
            (result(swapped(lambda v: v.mean().expand(len(v)))), "that is the mean"),
            (result(swapped(lambda v: 0 * v)), "held the unit at 0"),
            (result(swapped(lambda v: v[:1].expand(len(v)))), "the value of the first"),
            (result(swapped(at=lambda u, _: (u, None))), "held every step"),
            (result(swapped(at=lambda _, s: (None, s))), "held every unit"),
            (result(swapped(of="h")), "h into c"),
            (result(swapped(of="h", quantity="h")), "you exchanged h;"),
            (swapped(), "return what the whole model says"),
            (lambda *case: swapped()(*case)[0].h, "what the whole model says"),
            (result(swapped(lambda v: 0 * v + 3)), "trace once, roll"),
            (lambda model, x: 0, "stopped: TypeError"),
            (2, "should be a function"),
        ],
        secrets=(".roll(1)", "result"),
    ),
}
