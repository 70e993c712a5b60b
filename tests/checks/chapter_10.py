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


def knocked(value=None, quantity="c", units=lambda unit: unit, part=lambda c: c, of="c"):
    """Return an answer to exercise 4 that holds this."""

    def run(model, x, unit):
        seen = part(getattr(trace(model, x)[0], of))
        mean = seen[:, :, unit].mean().item() if value is None else value
        return trace(model, x, clamp=Clamp(quantity, mean, units=units(unit))).result

    return run


def of_all(model, x, unit):
    return knocked(value=trace(model, x)[0].c.mean().item())(model, x, unit)


def seen(model, x):
    return trace(model, x)[0].c


def held_at(model, x, unit, value):
    return knocked(value.item())(model, x, unit)


def whole_run(model, x, unit, **steps):
    mean = seen(model, x)[:, :, unit].mean().item()
    return trace(model, x, clamp=Clamp("c", mean, units=unit, **steps))


def late(model, x, unit):
    return whole_run(model, x, unit, steps=slice(2, None)).result


ANSWERS = {
    checks.ceiling: Answers(
        right=[50, 0.5 / (1 - 0.99)],
        mistakes=[
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
    checks.knocked_out: Answers(
        right=[
            knocked(),
            lambda *case: knocked()(*case).numpy(),
            lambda *case: knocked()(*case).tolist(),
        ],
        mistakes=[
            (lambda model, x, _: trace(model, x).result, "the untouched run"),
            (knocked(0.0), "held the unit at 0"),
            (knocked(quantity="h", of="h"), "the memory is c"),
            (knocked(of="h"), "at the mean of h"),
            (knocked(units=lambda _: None), "held every unit"),
            (of_all, "the mean over all units"),
            (lambda m, x, u: knocked()(m, x, u - 1), "counted from 0"),
            (knocked(part=lambda c: c[:1]), "of the first sequence"),
            (knocked(part=lambda c: c[:, -1:]), "of the last step"),
            (lambda m, x, u: held_at(m, x, u, seen(m, x)[:, u].mean()), "one step:"),
            (lambda m, x, u: held_at(m, x, u, seen(m, x)[u].mean()), "one sequence:"),
            (late, "left out the first steps"),
            (whole_run, "return what the whole model says"),
            (lambda *case: whole_run(*case).output, "what the whole model says"),
            (lambda *case: whole_run(*case)[0].h, "what the whole model says"),
            (knocked(3.0), "trace once untouched"),
            (lambda model, x, _: trace(model, x), "trace once untouched"),
            (lambda model, x: 0, "stopped: TypeError"),
            (2, "should be a function"),
        ],
        secrets=(".mean()", "result"),
    ),
}
