"""Checks of chapter 10: leaking counters, probes, units found by their trace, and lesions."""

from collections.abc import Callable
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet

if TYPE_CHECKING:
    import torch
    from numpy import ndarray

    from lstm_lib.record import Traced


@verdict.number()
def ceiling() -> Sheet:
    """Check exercise 1: where a memory with f = 0.99 and i g = 0.5 ends that starts at 0."""
    yield 50.0, CORRECT
    yield inf, "does it climb for ever? What leaks in a step grows with the memory"
    yield 0.0, "that is where it starts; at every step 0.5 is written"
    yield 0.5 / 0.1, "1 - 0.99 is 0.01, not 0.1"
    yield 0.5, "that is its memory after the first step; each step keeps 0.99 of it and adds 0.5"
    yield 0.995, "that is its memory after two steps; go on until what leaks is what is written"
    yield 100.0, "you divided 1 by what leaks; how much is written at a step?"
    yield 0.5 / 0.99, "you divided by what is *kept*; look at what leaks: 1 - f"
    yield 49.5, "one step short: that is what is kept of the number, before 0.5 is added"
    yield 0.495, "that is one write after one leak; the memory keeps what was written before"
    yield 0.005, "that is what leaks of 0.5, or of 1; at which memory does a step lose just 0.5?"
    hint = "it climbs until what leaks in a step, (1 - f) c, is as much as what is written, i g"
    yield ELSE, hint


@verdict.choice()
def probe() -> Sheet:
    """Check exercise 2: what follows if a unit can be read and a lesion breaks nothing."""
    yield "c", CORRECT
    yield "a", "it can be read there; does anything break without it?"
    yield "b", "the lesion took one unit away; the topic may reach the prediction from another"
    yield "d", "99 % right is a fact about what can be read; the lesion asks another question"


def _memories() -> "list[tuple[ndarray, int]]":
    """Return memories of three runs, (1, 2 n + 1, 6), each with a counter among decoys, and n."""
    import numpy as np

    draw, found = np.random.default_rng(10), []
    for n, counter, slope in ((6, 2, 0.9), (8, 1, -1.1), (5, 4, -0.6)):
        ups = np.repeat([1.0, -1.0], [n + 1, n])  # (2 n + 1,), and so are all of these
        tiny = draw.normal(0.0, 0.003, 2 * n + 1)
        loud = np.resize([9.0, -8.8], 2 * n + 1)
        far = slope * ups * np.resize([2.8, 1.2], 2 * n + 1)
        drift = slope * np.resize([0.55, 0.45], 2 * n + 1)
        even = slope * ups * np.resize([0.72, 0.68], 2 * n + 1)
        steady = slope * ups * draw.uniform(0.99, 1.01, 2 * n + 1)
        steady[1] *= 3.0  # the first a
        changes = np.stack([steady, loud, far, drift, even, tiny], axis=1)
        found.append((np.roll(changes, counter, axis=1).cumsum(0)[None], n))
    return found


def _on_trace(answer: Callable, c: "ndarray", n: int) -> object:
    """Run an answer on a trace with this memory, in tensors as those of an nn.LSTM."""
    import torch

    from lstm_lib.record import BatchTrace

    memory = torch.as_tensor(c)
    _0, start = torch.zeros_like(memory), torch.zeros_like(memory[:, 0])
    return answer(BatchTrace(_0, _0, _0, _0, _0, c=memory, h=_0, h0=start, c0=start), n)


@verdict.function(_memories, run=_on_trace)
def counting_unit(c: "ndarray", n: int) -> Sheet:
    """Check exercise 3: a function that finds the unit with the steadiest changes of c."""
    changes = c[0, 1:] - c[0, :-1]  # (2 n, units)
    spread, mean = changes[1:n].std(0), changes[1:n].mean(0)
    steadiest = (spread / abs(mean)).argmin()
    yield steadiest, CORRECT
    yield steadiest + 1, "one too many: units are counted from 0"
    yield c[0].var(0).argmax(), "that unit has the largest variance; how *steady* are its changes?"
    furthest = abs(mean).argmax()
    yield furthest, "that unit moves furthest; compare the spread of its changes with their mean"
    yield spread.argmin(), "that unit's changes are the smallest; divide their spread by their mean"
    signed = (spread / mean).argmin()
    yield signed, "mind the sign: a counter may go down; take the size of the mean"
    yield _steadiest(changes[1:]), "look at the a's alone: steps 1 to n"
    yield _steadiest(changes[:n]), "leave out the change that the first a makes"
    yield (spread / abs(mean)).argmax(), "that unit is the least steady; which is the most?"
    of_itself = _steadiest(c[0, 1 : n + 1])
    yield of_itself, "that is c itself; take its *changes* from one step to the next"
    hint = "changes: c[0, 2 : n + 1] minus c[0, 1 : n]; their spread over the size of their mean"
    yield ELSE, hint


def _steadiest(values: "ndarray") -> int:
    """Return the unit that spreads least for the size of its mean; values are (steps, units)."""
    return (values.std(0) / abs(values.mean(0))).argmin()


def _networks() -> "list[tuple[torch.nn.Module, torch.Tensor, int, int]]":
    """Return a network of 3 units, an input, a unit and a step; torch's generator stays."""
    import torch

    from lstm_lib.course.networks.network import Network

    draw = torch.Generator().manual_seed(4)
    network = Network(2, 3, 2, seed=5).double()
    x = torch.randn(4, 6, 2, generator=draw, dtype=torch.float64)
    return [(network, x, unit, step) for unit, step in ((1, 2), (2, 3))]


def _output(answer: Callable, *case: Any) -> object:
    """Return what an answer returns; of a whole run, the h of its layer."""
    from lstm_lib.record import Traced

    result = answer(*case)
    return result.output if isinstance(result, Traced) else result


@verdict.function(_networks, run=_output)
def exchanged_unit(model: "torch.nn.Module", x: "torch.Tensor", unit: int, step: int) -> Sheet:
    """Check exercise 4: a function that exchanges a unit's c between sequences at one step."""
    from lstm_lib.trace import trace

    untouched = trace(model, x)
    c, held = untouched[0].c, partial(_held, model, x, unit=unit, step=step)
    values = c[:, step, unit]
    right = held(values.roll(1))
    yield right.result, CORRECT
    yield untouched.result, "that is the untouched run: pass a Clamp for each sequence to trace"
    yield held(values.roll(-1)).result, "that is the value of the sequence *after* it; roll by 1"
    mean = values.mean().expand(len(x))
    yield held(mean).result, "that is the mean, which no sequence may have; exchange the values"
    yield held(0 * values).result, "you held the unit at 0; exchange the values"
    first = values[:1].expand(len(x))
    yield held(first).result, "every sequence got the value of the first; each has its own clamp"
    every = held(values.roll(1), step=None).result
    yield every, "you held every step; say which with steps="
    yield held(c[:, step, unit].roll(1), unit=None).result, "you held every unit; say units="
    h = untouched[0].h[:, step, unit].roll(1)
    yield held(h).result, "you exchanged h into c; the memory is c"
    yield held(h, quantity="h").result, "you exchanged h; the memory is c"
    yield right.output, "that is the run, or its h; return what the whole model says"
    yield ELSE, "trace once, roll c[:, step, unit] by 1, trace again with a Clamp per sequence"


def _held(
    model: "torch.nn.Module",
    x: "torch.Tensor",
    values: "torch.Tensor",
    unit: int | None,
    step: int | None,
    quantity: str = "c",
) -> "Traced":
    """Run a model with a unit of each sequence held at its own value."""
    from lstm_lib.trace import Clamp, trace

    clamps = [
        Clamp(quantity, value, units=unit, steps=step, batch=row)
        for row, value in enumerate(values.tolist())
    ]
    return trace(model, x, clamp=clamps)
