"""LayerExplorer: the run of a layer as a picture, for whatever controls choose layer and unit."""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from ipywidgets import Widget

from lstm_lib import _validate
from lstm_lib.drawing.heatmap import Scale
from lstm_lib.drawing.svg import number
from lstm_lib.explorers import trace_picture as picture
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.slider import counted, index
from lstm_lib.notation import CHARTED
from lstm_lib.record import Trace

if TYPE_CHECKING:
    from numpy import ndarray

RESULTS = {"output": "outputs", "target": "targets"}
MOST_SAID = 6  # numbers of one input or output that are read aloud


class LayerExplorer(Explorer):
    """What the explorers of whole layers have in common: all but the controls that are theirs.

    `sequence`, `step` and `unit` are sliders counted from 1. A subclass may choose among several
    traces (`place`), put the units in another order (`ranked`), add controls (`arranged`) and
    words (`where`).

    Args:
        traces: runs of one batch through layers of one size, columns (batch_size, seq_len,
            hidden_size) in NumPy or torch.
        names: what the sequences are called, (batch_size,).
        outputs: what the network says, (batch_size, seq_len, output_size).
        targets: what it should say, shaped like `outputs`; nan where nothing is asked for.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, not finite, or of another shape.
    """

    def __init__(
        self,
        traces: Sequence[Trace],
        names: Sequence[str] | None = None,
        outputs: "ndarray | None" = None,
        targets: "ndarray | None" = None,
    ) -> None:
        self.traces, first = traces, traces[0]
        self.names = None if names is None else _validate.names("names", names, first.batch_size)
        given = {"output": outputs, "target": targets}
        self.results = {name: _result(name, array, first) for name, array in given.items()
                        if array is not None}  # fmt: skip
        self._scaled = [(_scales(trace, self.results), _memories(trace)) for trace in traces]
        self._drawn: tuple[object, picture.Sheet, str] | None = None
        self.sequence = counted("sequence", first.batch_size)
        self.step = counted("step", len(first), play=400)
        self.unit = counted("unit", first.hidden_size)
        super().__init__(*self.arranged(), picture.SIZE)

    def place(self) -> int:
        """Return which of the traces is shown, counted from 0."""
        return 0

    def ranked(self) -> Sequence[int]:
        """Return the units in the order of their rows, top to bottom, counted from 0."""
        return range(self.trace.hidden_size)

    def arranged(self) -> tuple[dict[str, Widget], list[Widget]]:
        """Return the controls that have something to choose, and their rows."""
        controls = self.chosen("sequence", "step", "unit")
        return controls, [columns(controls.values())] if controls else []

    def chosen(self, *names: str) -> dict[str, Widget]:
        """Return the controls of these names, those without a choice left out."""
        controls = {name: getattr(self, name) for name in names}
        return {name: control for name, control in controls.items() if not control.disabled}

    def where(self) -> str:
        """Say which sequence, step and unit are shown, as the start of a sentence."""
        batch, count = index(self.sequence), self.trace.batch_size
        name = "" if self.names is None else f" ({self.names[batch]})"
        place = f"Sequence {batch + 1}{name}" if count > 1 else f"The sequence{name}"
        return f"{place}, step {self.t + 1}, unit {index(self.unit) + 1}"

    @property
    def trace(self) -> Trace:
        """The run that is shown, columns (batch_size, seq_len, hidden_size)."""
        return self.traces[self.place()]

    @property
    def selected(self) -> Trace:
        """The run of the chosen sequence through the chosen unit, (seq_len,) columns."""
        return self.trace.select(batch=index(self.sequence), unit=index(self.unit))

    @property
    def steps(self) -> int:
        """How many steps the chosen sequence has."""
        lengths = self.trace.lengths
        return len(self.trace) if lengths is None else lengths[index(self.sequence)]

    @property
    def t(self) -> int:
        """The step that is shown, counted from 0: the last one where the sequence has ended."""
        return min(index(self.step), self.steps - 1)

    @property
    def _scales(self) -> dict[str, Scale]:
        """The scale of every quantity that is shown."""
        return self._scaled[self.place()][0]

    def view(self) -> View:
        """Return the layer on the chosen sequence, with the chosen step and unit marked."""
        t, unit = self.t, index(self.unit)
        sheet, still = self._sheet()
        words = _aloud(sheet, self._memory_before(sheet), t, unit)
        said = f"{self._ended()}{self.where()}: {words}"
        return View(still, picture.cursor(sheet, t, unit), said, *_table(sheet, t, unit))

    def _ended(self) -> str:
        """Say that the chosen step lies behind the end of the sequence, if it does."""
        asked = index(self.step) + 1
        if asked <= self.steps:
            return ""
        return f"This sequence ends at step {self.steps}; step {asked} is padding. "

    def _sheet(self) -> tuple[picture.Sheet, str]:
        """Return the chosen sequence and its heatmaps; the last one drawn is kept."""
        key = (self.place(), index(self.sequence), self.ranked())
        if self._drawn is None or self._drawn[0] != key:
            sheet = self._read(*key)
            self._drawn = (key, sheet, picture.frame(sheet))
        return self._drawn[1:]

    def _read(self, place: int, batch: int, order: Sequence[int]) -> picture.Sheet:
        """Return the numbers of one sequence, and what their picture needs."""
        trace, (scales, memories) = self.traces[place], self._scaled[place]

        def rows(array: Any) -> list[list[float]]:
            return rows_of(array, batch, self.steps)

        return picture.Sheet(
            units={name: rows(getattr(trace, name)) for name in CHARTED},
            input=rows(trace.x),
            results={name: rows(array) for name, array in self.results.items()},
            scales=scales,
            memories=memories,
            order=order,
            seq_len=len(trace),
            is_reverse=trace.direction == "reverse",
        )

    def _memory_before(self, sheet: picture.Sheet) -> float:
        """Return the chosen unit's cell state before the chosen step, in the order it walks."""
        unit, before = index(self.unit), self.t + (1 if sheet.is_reverse else -1)
        if 0 <= before < self.steps:
            return sheet.units["c"][unit][before]
        return float(self.trace.c0[index(self.sequence), unit].tolist())


# --- what is given ------------------------------------------------------------------------------


def checked(trace: object) -> Trace:
    """Return the trace of a batch, or say what is wrong with it."""
    if not isinstance(trace, Trace):
        raise TypeError(f"trace must be a Trace, got {type(trace).__name__}")
    if not trace.is_batch:
        raise ValueError(
            "trace must hold columns (batch_size, seq_len, hidden_size), got the trace of one "
            "unit; VectorLSTM.from_scalar(model).forward(x) returns one"
        )
    if 0 in (*trace.x.shape, *trace.c.shape, *trace.h.shape):
        raise ValueError(f"trace must hold at least one number, got shape {_shape(trace.c)}")
    for name in ("x", *CHARTED, "c0"):
        ends(name, getattr(trace, name))
    return trace


def _result(name: str, array: Any, trace: Trace) -> Any:
    """Return outputs or targets, or say what is wrong with them."""
    argument, expected = RESULTS[name], (trace.batch_size, len(trace))
    if not hasattr(array, "shape"):
        raise TypeError(f"{argument} must be an array, got {type(array).__name__}")
    shape = _shape(array)
    if len(shape) != 3 or shape[:2] != expected or 0 in shape:
        wanted = f"({expected[0]}, {expected[1]}, output_size)"
        raise ValueError(f"{argument} must have shape {wanted} like the trace, got {shape}")
    ends(argument, _asked(array) if name == "target" else array)
    return array


def _asked(targets: Any) -> Any:
    """Return the targets that are numbers, (count,)."""
    asked = targets[targets == targets]
    if 0 in asked.shape:
        raise ValueError("targets must hold at least one number, got none but nan")
    return asked


def _shape(array: Any) -> tuple[int, ...]:
    """Return a shape as plain numbers."""
    return tuple(map(int, array.shape))


def ends(name: str, array: Any) -> tuple[float, float]:
    """Return the lowest and the highest of finite numbers, in NumPy or torch."""
    low, high = float(array.min().tolist()), float(array.max().tolist())
    if not isfinite(low) or not isfinite(high):
        raise ValueError(f"{name} must hold finite numbers, got {low if high == high else high}")
    return low, high


def _scales(trace: Trace, results: dict[str, Any]) -> dict[str, Scale]:
    """Return the scale of every quantity, the same for all sequences; outputs share theirs."""
    arrays = {name: getattr(trace, name) for name in CHARTED} | {"input": trace.x}
    found = {name: ends(name, array) for name, array in arrays.items()}
    both = [ends(name, array[array == array]) for name, array in results.items()]
    for name in results:
        found[name] = (min(low for low, _ in both), max(high for _, high in both))
    return {name: picture.scale_of(name, low, high) for name, (low, high) in found.items()}


def _memories(trace: Trace) -> tuple[Scale, ...]:
    """Return the scale of each unit's cell state, the same for all sequences, (hidden_size,)."""
    pairs = (ends("c", trace.c[:, :, unit]) for unit in range(trace.hidden_size))
    return tuple(picture.scale_of("c", *pair) for pair in pairs)


def rows_of(array: Any, batch: int, steps: int) -> list[list[float]]:
    """Return one sequence of (batch_size, seq_len, size) as lists, (size, steps)."""
    return list(map(list, zip(*array[batch][:steps].tolist(), strict=True)))


# --- what is said -------------------------------------------------------------------------------


def _aloud(sheet: picture.Sheet, memory: float, t: int, unit: int) -> str:
    """Say what the chosen unit does at step `t`, in words and numbers."""
    now = {name: rows[unit][t] for name, rows in sheet.units.items() if sheet.belongs(name)}
    said = (
        f"f keeps {now['f']:.1%} of the memory {number(memory, 3)}, i writes {now['i']:.1%} of "
        f"the candidate {number(now['g'], 3)}, so c = {number(now['c'], 3)}; o shows "
        f"{now['o']:.1%} of its tanh"
    )
    said += f", so h = {number(now['h'], 3)}." if "h" in now else "."
    around = {"input": sheet.input} | sheet.results
    parts = (f"{name} {_some([row[t] for row in rows])}" for name, rows in around.items())
    return f"{said} At this step {', '.join(parts)}."


def _some(values: Sequence[float]) -> str:
    """Read the first few of several numbers."""
    read = " ".join(_said(value) for value in values[:MOST_SAID])
    left = len(values) - MOST_SAID
    return read if left <= 0 else f"{read} and {left} more"


def _said(value: float) -> str:
    """Read one number of an input, output or target."""
    return number(value) if value == value else "none"


def _table(sheet: picture.Sheet, t: int, unit: int) -> tuple[list[str], list[list[str]]]:
    """Return every step of the chosen unit, with all inputs, outputs and targets."""
    own = [name for name in CHARTED if sheet.belongs(name)]
    around = {"input": sheet.input} | sheet.results
    rows = []
    for k in range(sheet.steps):
        states = (number(sheet.units[name][unit][k], 4) for name in own)
        others = (" ".join(_said(row[k]) for row in values) for values in around.values())
        rows.append([f"step {k + 1}" + " (chosen)" * (k == t), *states, *others])
    return [f"unit {unit + 1}", *own, *around], rows
