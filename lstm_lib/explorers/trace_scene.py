"""The numbers of a layer that a picture shows, read off traces, in words and as a table too."""

from collections.abc import Sequence
from math import isnan
from typing import Any, NamedTuple

from lstm_lib.drawing.heatmap import Scale
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.given import Rows, ends, gradients, numbers, result, rows_of
from lstm_lib.explorers.pieces import scale_of
from lstm_lib.notation import GRU, LSTM, RNN, Letters
from lstm_lib.record import BatchRecord
from lstm_lib.trace.ranking import Ranking, by_gradient, by_variance

STORED, GRADIENT = "as stored", "by gradient"
MOST_SAID = 6  # numbers of one input or output that are read aloud


class Scene(NamedTuple):
    """One sequence of a batch on its way through a layer.

    Fields:
        units: the numbers of each quantity by name, (hidden_size, steps) each; a projected h,
            (proj_size, steps), belongs to no unit.
        letters: what they are.
        start: the memory before the first step that is walked, (hidden_size,).
        around: what goes in and comes out, by name: "input", (input_size, steps), and where
            there are such "output" and "target", (output_size, steps), nan where there is none.
        scales: the scale of each of these, by name.
        memories: the scale of each unit's own c, (hidden_size,).
        order: which unit stands in each row, top to bottom, counted from 0, (hidden_size,).
        seq_len: how many steps there is room for, which a shorter sequence does not fill.
        is_reverse: whether the layer walks from the last step to the first.
    """

    units: dict[str, Rows]
    letters: Letters
    start: Sequence[float]
    around: dict[str, Rows]
    scales: dict[str, Scale]
    memories: Sequence[Scale]
    order: Sequence[int]
    seq_len: int
    is_reverse: bool = False

    @property
    def steps(self) -> int:
        """The number of time steps of this sequence."""
        return len(self.units[self.letters.memory][0])

    @property
    def is_sorted(self) -> bool:
        """Whether the units stand in another order than by their numbers."""
        return list(self.order) != sorted(self.order)

    @property
    def own(self) -> list[str]:
        """The quantities of which each unit has its own: all but a projected h."""
        return [n for n in self.letters.charted if len(self.units[n]) == len(self.start)]

    def rows(self, name: str) -> Sequence[int]:
        """Return which unit of a quantity stands in each row, top to bottom."""
        return self.order if name in self.own else range(len(self.units[name]))

    def scale(self, name: str, unit: int) -> Scale:
        """Return the scale for one unit's numbers: c may be far smaller than the layer's."""
        return self.memories[unit] if name == "c" else self.scales[name]

    def memory_before(self, t: int, unit: int) -> float:
        """Return a unit's memory before step `t`, in the order that is walked."""
        before, memory = t + (1 if self.is_reverse else -1), self.units[self.letters.memory]
        return memory[unit][before] if 0 <= before < self.steps else self.start[unit]


class Layers:
    """The layers of a run, with all that is shown beside them: the source of every scene.

    Args:
        traces: the runs of one batch through layers of one size.
        outputs, targets, flow: as in TraceExplorer.
    """

    def __init__(
        self, traces: Sequence[BatchRecord], outputs: object, targets: object, flow: object
    ) -> None:
        self.traces = traces
        self._gradients = None if flow is None else gradients(flow, traces)
        given = {"output": outputs, "target": targets}
        self.results = {name: result(f"{name}s", array, traces[0])
                        for name, array in given.items() if array is not None}  # fmt: skip
        self._scales = [_scales(trace, self.results) for trace in traces]
        self._memories = [_memories(trace) for trace in traces]
        self._rankings: dict[tuple[int, str], Ranking] = {}

    @property
    def variance(self) -> str:
        """The name of the order by variance."""
        return f"by variance of {self.traces[0].letters.memory}"

    @property
    def orders(self) -> list[str]:
        """The orders that the units can be put in."""
        orders = [STORED, self.variance]
        return orders if self._gradients is None else [*orders, GRADIENT]

    def ranking(self, place: int, order: str) -> Ranking | None:
        """Return the scores of a layer's units, None for the order they are stored in."""
        key, trace = (place, order), self.traces[place]
        if key not in self._rankings and order == self.variance:
            self._rankings[key] = by_variance(trace)
        elif key not in self._rankings and self._gradients and order == GRADIENT:
            self._rankings[key] = by_gradient(self._gradients[place], trace)
        return self._rankings.get(key)

    def steps(self, batch: int) -> int:
        """Return how many steps a sequence has."""
        first = self.traces[0]
        return first.lengths[batch] if first.lengths else len(first)

    def scene(self, place: int, batch: int, order: Sequence[int]) -> Scene:
        """Return one sequence on its way through one layer, its units in an order."""
        trace, steps = self.traces[place], self.steps(batch)
        around = {"input": trace.x} | self.results
        return Scene(
            units={n: rows_of(getattr(trace, n), batch, steps) for n in trace.letters.charted},
            letters=trace.letters,
            start=getattr(trace, f"{trace.letters.memory}0")[batch].tolist(),
            around={name: rows_of(array, batch, steps) for name, array in around.items()},
            scales=self._scales[place],
            memories=self._memories[place],
            order=order,
            seq_len=len(trace),
            is_reverse=trace.direction == "reverse",
        )


def _scales(trace: BatchRecord, results: dict[str, Any]) -> dict[str, Scale]:
    """Return the scale of every quantity, the same for all sequences; results share theirs."""
    arrays = {name: getattr(trace, name) for name in trace.letters.charted} | {"input": trace.x}
    found = {name: ends(name, array) for name, array in arrays.items()}
    pairs = [ends(name, numbers(array)) for name, array in results.items()]
    for name in results:
        found[name] = (min(low for low, _ in pairs), max(high for _, high in pairs))
    return {name: scale_of(name, low, high) for name, (low, high) in found.items()}


def _memories(trace: BatchRecord) -> tuple[Scale, ...]:
    """Return the scale of each unit's memory, the same for all sequences, (hidden_size,)."""
    name, memory = trace.letters.memory, trace.memory
    pairs = (ends(name, memory[:, :, unit]) for unit in range(trace.hidden_size))
    return tuple(scale_of(name, *pair) for pair in pairs)


# --- what is said -------------------------------------------------------------------------------


def aloud(scene: Scene, t: int, unit: int) -> str:
    """Say what a unit does at step `t`, in words and numbers."""
    now = {name: scene.units[name][unit][t] for name in scene.own}
    parts = (f"{name} {_few([row[t] for row in rows])}" for name, rows in scene.around.items())
    words = {LSTM: _lstm, GRU: _gru, RNN: _rnn}[scene.letters]
    return f"{words(now, scene.memory_before(t, unit))}. At this step {', '.join(parts)}."


def _lstm(now: dict[str, float], before: float) -> str:
    """Say what a unit of an LSTM does with the memory that it had."""
    said = (
        f"f keeps {now['f']:.1%} of the memory {number(before, 3)}, "
        f"i writes {now['i']:.1%} of the candidate {number(now['g'], 3)}, "
        f"so c = {number(now['c'], 3)}; o shows {now['o']:.1%} of its tanh"
    )
    return said + (f", so h = {number(now['h'], 3)}" if "h" in now else "")


def _gru(now: dict[str, float], before: float) -> str:
    """Say what a unit of a GRU does with the state that it had."""
    return (
        f"r lets {now['r']:.1%} of what h says into the candidate n = {number(now['n'], 3)}; "
        f"z keeps {now['z']:.1%} of the state {number(before, 3)} and fills up with n, "
        f"so h = {number(now['h'], 3)}"
    )


def _rnn(now: dict[str, float], before: float) -> str:
    """Say what a unit of a simple RNN does."""
    return f"h goes from {number(before, 3)} to {number(now['h'], 3)}"


def table(scene: Scene, t: int, unit: int) -> tuple[list[str], list[list[str]]]:
    """Return every step of a unit, with all inputs, outputs and targets; step `t` is marked."""
    rows = []
    for k in range(scene.steps):
        states = (number(scene.units[name][unit][k], 4) for name in scene.own)
        others = (_some([row[k] for row in values]) for values in scene.around.values())
        rows.append([f"step {k + 1} (chosen)" if k == t else f"step {k + 1}", *states, *others])
    return [f"unit {unit + 1}", *scene.own, *scene.around], rows


def _few(values: Sequence[float]) -> str:
    """Read the first few of several numbers."""
    left = len(values) - MOST_SAID
    return _some(values) if left <= 0 else f"{_some(values[:MOST_SAID])} and {left} more"


def _some(values: Sequence[float]) -> str:
    """Read some numbers of an input, output or target."""
    return " ".join("none" if isnan(value) else number(value) for value in values)
