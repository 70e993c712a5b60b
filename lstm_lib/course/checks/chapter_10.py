"""Checks of chapter 10: leaking counters, probes, units found by their trace, and lesions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lstm_lib.course.checks import verdict

if TYPE_CHECKING:
    import torch
    from numpy import ndarray

    from lstm_lib.record import Trace


def ceiling(answer: object) -> None:
    """Check exercise 1: where a memory with f = 0.99 and i g = 0.5 ends that starts at 0."""
    mistakes = [
        (0.5, "that is its memory after the first step; each step keeps 0.99 of it and adds 0.5"),
        (0.995, "that is its memory after two steps; go on until what leaks is what is written"),
        (100.0, "you divided 1 by what leaks; how much is written at a step?"),
        (0.5 / 0.99, "you divided by what is *kept*; look at what leaks: 1 - f"),
        (49.5, "one step short: that is what is kept of the number, before 0.5 is added"),
        (0.495, "that is one write after one leak; the memory keeps what was written before"),
        (0.005, "that is what leaks of 0.5, or of 1; at which memory does a step lose just 0.5?"),
    ]
    hint = "it climbs until what leaks in a step, (1 - f) c, is as much as what is written, i g"
    verdict.number(answer, 50.0, mistakes, hint)


def probe(answer: object) -> None:
    """Check exercise 2: what follows if a unit can be read and a lesion breaks nothing."""
    mistakes = {
        "a": "it can be read there; does anything break without it?",
        "b": "the lesion took one unit away; the topic may reach the prediction from another",
        "d": "99 % right is a fact about what can be read; the lesion asks another question",
    }
    verdict.choice(answer, "c", mistakes)


def counting_unit(answer: object) -> None:
    """Check exercise 3: a function that finds the unit with the steadiest changes of c."""
    if not verdict.is_callable(answer):
        return
    mistakes = [
        (lambda c, n: _steadiest(c, n) + 1, "one too many: units are counted from 0"),
        (_largest_variance, "that unit has the largest variance; how *steady* are its changes?"),
        (
            _most_moved,
            "that unit moves furthest; compare the spread of its changes with their mean",
        ),
        (
            _smallest_spread,
            "that unit's changes are the smallest; divide their spread by their mean",
        ),
        (_signed, "mind the sign: a counter may go down; take the size of the mean"),
        (lambda c, n: _steadiest(c, c.shape[1] - 1), "look at the a's alone: steps 1 to n"),
        (lambda c, n: _steadiest(c, n, 0), "leave out the change that the first a makes"),
        (_least_steady, "that unit is the least steady; which is the most?"),
        (_of_c_itself, "that is c itself; take its *changes* from one step to the next"),
    ]
    hint = "changes: c[0, 2 : n + 1] minus c[0, 1 : n]; their spread over the size of their mean"
    cases = [(c, n) for n, c in zip((6, 8, 5), _memories(), strict=True)]
    verdict.function(_of_memory(answer), _steadiest, cases, mistakes, hint)


def _memories() -> "list[ndarray]":
    """Return memories of three runs, (1, 2 n + 1, 6), each with a counter among decoys."""
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
        found.append(np.roll(changes, counter, axis=1).cumsum(0)[None])
    return found


def _trace_of(c: "ndarray") -> "Trace":
    """Return a trace with this memory, torch tensors as those of an nn.LSTM."""
    import torch

    from lstm_lib.record import Trace

    memory = torch.as_tensor(c)
    zeros, start = torch.zeros_like(memory), torch.zeros_like(memory[:, 0])
    columns = dict.fromkeys("ifgoh", zeros)
    return Trace(x=zeros, **columns, c=memory, h0=start, c0=start)


def _of_memory(answer: Callable) -> Callable:
    """Return a function of memories, for one of traces; whole numbers of any kind as int."""

    def run(c: "ndarray", n: int) -> object:
        found = answer(_trace_of(c), n)
        return found.item() if getattr(found, "shape", None) == () else found

    return run


def _changes(c: "ndarray", n: int, skipped: int = 1) -> "ndarray":
    """Return the changes of c over the a's but the first ones, (n - skipped, units)."""
    import numpy as np

    return np.diff(c[0], axis=0)[skipped:n]


def _steadiest(c: "ndarray", n: int, skipped: int = 1) -> int:
    changes = _changes(c, n, skipped)
    return int((changes.std(0) / abs(changes.mean(0))).argmin())


def _signed(c: "ndarray", n: int) -> int:
    changes = _changes(c, n)
    return int((changes.std(0) / changes.mean(0)).argmin())


def _least_steady(c: "ndarray", n: int) -> int:
    changes = _changes(c, n)
    return int((changes.std(0) / abs(changes.mean(0))).argmax())


def _of_c_itself(c: "ndarray", n: int) -> int:
    memory = c[0, 1 : n + 1]
    return int((memory.std(0) / abs(memory.mean(0))).argmin())


def _largest_variance(c: "ndarray", n: int) -> int:
    return int(c[0].var(0).argmax())


def _most_moved(c: "ndarray", n: int) -> int:
    return int(abs(_changes(c, n).mean(0)).argmax())


def _smallest_spread(c: "ndarray", n: int) -> int:
    return int(_changes(c, n).std(0).argmin())


def knocked_out(answer: object) -> None:
    """Check exercise 4: a function that holds a unit's c at its mean and returns the result."""
    if not verdict.is_callable(answer):
        return
    mistakes = [(_run_with(clamp), hint) for hint, clamp in _wrong_clamps().items()]
    mistakes.append((_output_of, "that is the run, or its h; return what the whole model says"))
    hint = "trace once untouched, take the mean of c[:, :, unit], trace again with a Clamp"
    cases = [(*_small_network(), unit) for unit in (1, 2)]
    verdict.function(_listed(answer), _run_with(_held), cases, mistakes, hint)


def _wrong_clamps() -> dict[str, Callable]:
    """Return, by their hint, functions of the untouched run and the unit that hold wrongly."""
    from lstm_lib.trace import Clamp

    return {
        "that is the untouched run: pass a Clamp to trace": lambda t, u: (),
        "you held the unit at 0; hold it at its mean": lambda t, u: Clamp("c", 0.0, units=u),
        "you held h; the memory is c": lambda t, u: Clamp("h", _mean(t.h, u), units=u),
        "you held c at the mean of h": lambda t, u: Clamp("c", _mean(t.h, u), units=u),
        "you held every unit; say which with units=": lambda t, u: Clamp("c", _mean(t.c, u)),
        "that is the mean over all units": lambda t, u: _at(t.c, u),
        "units are counted from 0: this is the one before": lambda t, u: _held(t, u - 1),
        "that is the mean of the first sequence; take all": lambda t, u: _at(t.c[:1, :, u], u),
        "that is the mean of the last step; take all": lambda t, u: _at(t.c[:, -1, u], u),
        "that is the mean of one step: the last axis is the unit": lambda t, u: _at(t.c[:, u], u),
        "that is the mean of one sequence: the last axis is the unit": lambda t, u: _at(t.c[u], u),
        "you left out the first steps; hold it at every step": lambda t, u: Clamp(
            "c", _mean(t.c, u), units=u, steps=slice(2, None)
        ),
    }


def _at(values: "torch.Tensor", unit: int) -> object:
    """Return what holds the memory of a unit at the mean of some values."""
    from lstm_lib.trace import Clamp

    return Clamp("c", values.mean().item(), units=unit)


def _small_network() -> "tuple[torch.nn.Module, torch.Tensor]":
    """Return a network of 3 units and an input, without touching torch's random numbers."""
    import torch

    from lstm_lib.course.networks.network import Network

    draw = torch.Generator().manual_seed(4)
    network = Network(2, 3, 2, seed=5).double()
    return network, torch.randn(4, 6, 2, generator=draw, dtype=torch.float64)


def _mean(values: "torch.Tensor", unit: int) -> float:
    return values[:, :, unit].mean().item()


def _held(trace: "Trace", unit: int) -> object:
    """Return what holds the memory of a unit at its mean."""
    from lstm_lib.trace import Clamp

    return Clamp("c", _mean(trace.c, unit), units=unit)


def _run_with(clamp: Callable) -> Callable:
    """Return the answer that runs the model with a clamp made from the untouched run."""

    def run(model: object, x: object, unit: int) -> object:
        from lstm_lib.trace import trace

        return trace(model, x, clamp=clamp(trace(model, x)[0], unit)).result.tolist()

    return run


def _output_of(model: object, x: object, unit: int) -> object:
    """Return the h of the layer in the right run, which is not what was asked for."""
    from lstm_lib.trace import trace

    return trace(model, x, clamp=_held(trace(model, x)[0], unit)).output.tolist()


def _listed(function: Callable) -> Callable:
    """Return the function with arrays as nested lists; of a whole run, the h of its layer."""
    from lstm_lib.record import Traced

    def listed(*case: object) -> object:
        result = function(*case)
        result = result.output if isinstance(result, Traced) else result
        return result.tolist() if hasattr(result, "tolist") else result

    return listed
