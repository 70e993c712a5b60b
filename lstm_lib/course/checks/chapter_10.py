"""Checks of chapter 10: leaking counters, probes, units found by their trace, and lesions."""

from collections.abc import Callable
from functools import partial
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


def _networks() -> "list[tuple[torch.nn.Module, torch.Tensor, int]]":
    """Return a network of 3 units, an input and a unit; torch's random numbers stay untouched."""
    import torch

    from lstm_lib.course.networks.network import Network

    draw = torch.Generator().manual_seed(4)
    network = Network(2, 3, 2, seed=5).double()
    x = torch.randn(4, 6, 2, generator=draw, dtype=torch.float64)
    return [(network, x, unit) for unit in (1, 2)]


def _output(answer: Callable, *case: Any) -> object:
    """Return what an answer returns; of a whole run, the h of its layer."""
    from lstm_lib.record import Traced

    result = answer(*case)
    return result.output if isinstance(result, Traced) else result


@verdict.function(_networks, run=_output)
def knocked_out(model: "torch.nn.Module", x: "torch.Tensor", unit: int) -> Sheet:
    """Check exercise 4: a function that holds a unit's c at its mean and returns the result."""
    from lstm_lib.trace import trace

    untouched = trace(model, x)
    h, c = untouched[0].h, untouched[0].c  # (batch_size, seq_len, units)
    mean, held = c[:, :, unit], partial(_held, model, x)
    right = held(mean, unit)
    yield right.result, CORRECT
    yield untouched.result, "that is the untouched run: pass a Clamp to trace"
    yield held(0 * c, unit).result, "you held the unit at 0; hold it at its mean"
    yield held(h[:, :, unit], unit, "h").result, "you held h; the memory is c"
    yield held(h[:, :, unit], unit).result, "you held c at the mean of h"
    yield held(mean, None).result, "you held every unit; say which with units="
    yield held(c, unit).result, "that is the mean over all units"
    before = held(c[:, :, unit - 1], unit - 1).result
    yield before, "units are counted from 0: this is the one before"
    yield held(c[:1, :, unit], unit).result, "that is the mean of the first sequence; take all"
    yield held(c[:, -1, unit], unit).result, "that is the mean of the last step; take all"
    of_step, of_sequence = held(c[:, unit], unit).result, held(c[unit], unit).result
    yield of_step, "that is the mean of one step: the last axis is the unit"
    yield of_sequence, "that is the mean of one sequence: the last axis is the unit"
    late = held(mean, unit, steps=slice(2, None)).result
    yield late, "you left out the first steps; hold it at every step"
    yield right.output, "that is the run, or its h; return what the whole model says"
    yield ELSE, "trace once untouched, take the mean of c[:, :, unit], trace again with a Clamp"


def _held(
    model: "torch.nn.Module",
    x: "torch.Tensor",
    at: "torch.Tensor",
    units: int | None,
    quantity: str = "c",
    steps: slice | None = None,
) -> "Traced":
    """Run a model with units held at the mean of some values."""
    from lstm_lib.trace import Clamp, trace

    clamp = Clamp(quantity, at.mean().item(), units=units, steps=steps)
    return trace(model, x, clamp=clamp)
