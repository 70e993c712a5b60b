"""VectorExplorer: a whole layer at work, every unit at every step, and one of them up close."""

from collections.abc import Sequence
from math import isfinite, log
from typing import TYPE_CHECKING, Any

from lstm_lib.diagram import vector as picture
from lstm_lib.diagram.heatmap import Scale
from lstm_lib.diagram.svg import number
from lstm_lib.trace import Trace
from lstm_lib.widgets.base import Explorer, View, columns
from lstm_lib.widgets.slider import Slider, whole

if TYPE_CHECKING:
    from numpy import ndarray

QUANTITIES = "fiogch"
RESULTS = {"output": "outputs", "target": "targets"}
MOST_SAID = 6  # numbers of one input or output that are read aloud


class VectorExplorer(Explorer):
    """See every gate and state of a layer as heatmaps, and follow one unit through time.

    The controls are `sequence`, `step` and `unit`, all counted from 1; one that has nothing to
    choose is left out. `selected` is the Trace of the chosen unit on the chosen sequence.

    Args:
        trace: the run of a batch through a layer, columns (batch_size, seq_len, hidden_size) in
            NumPy or torch; by default a small layer with memories from short to long.
        names: what the sequences are called, (batch_size,).
        outputs: what the network says, (batch_size, seq_len, output_size).
        targets: what it should say, shaped like `outputs`; nan where nothing is asked for.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, not finite, or of another shape.
    """

    def __init__(
        self,
        trace: Trace | None = None,
        names: Sequence[str] | None = None,
        outputs: "ndarray | None" = None,
        targets: "ndarray | None" = None,
    ) -> None:
        self.trace = trace = _checked(_example() if trace is None else trace)
        self.names = _checked_names(names, trace.batch_size)
        given = {"output": outputs, "target": targets}
        self.results = {name: _result(name, array, trace) for name, array in given.items()
                        if array is not None}  # fmt: skip
        self._scales = _scales(trace, self.results)
        self._drawn: tuple[int, picture.Sheet, str] | None = None
        self.sequence = _choice("sequence", trace.batch_size)
        self.step = _choice("step", len(trace), play=400)
        self.unit = _choice("unit", trace.hidden_size)
        sliders = {name: getattr(self, name) for name in ("sequence", "step", "unit")}
        controls = {name: slider for name, slider in sliders.items() if not slider.disabled}
        rows = [columns(controls.values())] if controls else []
        super().__init__(controls, rows, picture.SIZE)

    @property
    def selected(self) -> Trace:
        """The run of the chosen sequence through the chosen unit, (seq_len,) columns."""
        return self.trace.select(batch=_index(self.sequence), unit=_index(self.unit))

    def view(self) -> View:
        """Return the layer on the chosen sequence, with the chosen step and unit marked."""
        t, unit = _index(self.step), _index(self.unit)
        sheet, still = self._sheet()
        said = f"{self._where()}: {_aloud(sheet, self._first_memory(unit), t, unit)}"
        return View(still, picture.cursor(sheet, t, unit), said, *_table(sheet, t, unit))

    def _sheet(self) -> tuple[picture.Sheet, str]:
        """Return the chosen sequence and its heatmaps; the last one drawn is kept."""
        batch = _index(self.sequence)
        if self._drawn is None or self._drawn[0] != batch:
            sheet = picture.Sheet(
                units={name: _rows(getattr(self.trace, name), batch) for name in QUANTITIES},
                input=_rows(self.trace.x, batch),
                results={name: _rows(array, batch) for name, array in self.results.items()},
                scales=self._scales,
            )
            self._drawn = (batch, sheet, picture.frame(sheet))
        return self._drawn[1:]

    def _first_memory(self, unit: int) -> float:
        return float(self.trace.c0[_index(self.sequence), unit].tolist())

    def _where(self) -> str:
        batch, count = _index(self.sequence), self.trace.batch_size
        name = "" if self.names is None else f" ({self.names[batch]})"
        place = f"Sequence {batch + 1}{name}" if count > 1 else f"The sequence{name}"
        return f"{place}, step {_index(self.step) + 1}, unit {_index(self.unit) + 1}"


# --- what is given ------------------------------------------------------------------------------


def _checked(trace: object) -> Trace:
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
    for name in ("x", *QUANTITIES, "c0"):
        _ends(name, getattr(trace, name))
    return trace


def _checked_names(names: object, batch_size: int) -> tuple[str, ...] | None:
    """Return one name for each sequence, or None."""
    if names is None:
        return None
    is_list = isinstance(names, Sequence) and not isinstance(names, str)
    if not is_list or not all(isinstance(name, str) for name in names):
        raise TypeError(f"names must be a sequence of strings, got {names!r}")
    if len(names) != batch_size:
        raise ValueError(f"names must hold {batch_size} names, one a sequence, got {len(names)}")
    return tuple(names)


def _result(name: str, array: Any, trace: Trace) -> Any:
    """Return outputs or targets, or say what is wrong with them."""
    argument, expected = RESULTS[name], (trace.batch_size, len(trace))
    if not hasattr(array, "shape"):
        raise TypeError(f"{argument} must be an array, got {type(array).__name__}")
    shape = _shape(array)
    if len(shape) != 3 or shape[:2] != expected or 0 in shape:
        wanted = f"({expected[0]}, {expected[1]}, output_size)"
        raise ValueError(f"{argument} must have shape {wanted} like the trace, got {shape}")
    _ends(argument, _asked(array) if name == "target" else array)
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


def _ends(name: str, array: Any) -> tuple[float, float]:
    """Return the lowest and the highest of finite numbers, in NumPy or torch."""
    low, high = float(array.min().tolist()), float(array.max().tolist())
    if not isfinite(low) or not isfinite(high):
        raise ValueError(f"{name} must hold finite numbers, got {low if high == high else high}")
    return low, high


def _scales(trace: Trace, results: dict[str, Any]) -> dict[str, Scale]:
    """Return the scale of every quantity, the same for all sequences; outputs share theirs."""
    arrays = {name: getattr(trace, name) for name in QUANTITIES} | {"input": trace.x}
    ends = {name: _ends(name, array) for name, array in arrays.items()}
    both = [_ends(name, array[array == array]) for name, array in results.items()]
    for name in results:
        ends[name] = (min(low for low, _ in both), max(high for _, high in both))
    return {name: picture.scale_of(name, low, high) for name, (low, high) in ends.items()}


def _rows(array: Any, batch: int) -> list[list[float]]:
    """Return one sequence of (batch_size, seq_len, size) as lists, (size, seq_len)."""
    return list(map(list, zip(*array[batch].tolist(), strict=True)))


def _choice(label: str, count: int, play: int = 0) -> Slider:
    """Return a slider over 1 to `count`, disabled where that is no choice."""
    return whole(label, label, 1, 1, max(count, 2), play=play, disabled=count == 1)


def _index(slider: Slider) -> int:
    """Return what a slider has chosen, counted from 0."""
    return 0 if slider.disabled else int(slider.value) - 1


# --- what is said -------------------------------------------------------------------------------


def _aloud(sheet: picture.Sheet, first: float, t: int, unit: int) -> str:
    """Say what the chosen unit does at step `t`, in words and numbers."""
    now = {name: rows[unit][t] for name, rows in sheet.units.items() if sheet.belongs(name)}
    memory = sheet.units["c"][unit][t - 1] if t else first
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
    own = [name for name in QUANTITIES if sheet.belongs(name)]
    around = {"input": sheet.input} | sheet.results
    rows = []
    for k in range(sheet.steps):
        states = (number(sheet.units[name][unit][k], 4) for name in own)
        others = (" ".join(_said(row[k]) for row in values) for values in around.values())
        rows.append([f"step {k + 1}" + " (chosen)" * (k == t), *states, *others])
    return [f"unit {unit + 1}", *own, *around], rows


# --- an example ---------------------------------------------------------------------------------


def _example() -> Trace:
    """Return the run of a layer built by hand: it writes bits, keeps them, shows them when called.

    Four random bits arrive and are called for 31 steps later (delayed recall without read-out).
    The inputs are the bit (-1, 1, or 0 for none), whether there is one, and the call. From unit
    to unit the memory lasts longer, for 1 to 40 steps.

    Source: Tallec & Ollivier (2018), b_f = log(T - 1) keeps a memory for about T steps.
    """
    # Only who opens this explorer pays for NumPy.
    import numpy as np

    from lstm_lib.vector import VectorLSTM

    units, seq_len, rng = 20, 40, np.random.default_rng(3)
    x = np.zeros((4, seq_len, 3))  # (batch_size, seq_len, input_size)
    x[:, 1:5, 0], x[:, 1:5, 1], x[:, 35:39, 2] = rng.choice([-1, 1], (4, 4)), 1, 1
    model = VectorLSTM(3, units, seed=2)  # its weights on h stay random
    weights, biases = (model.parameters[name].reshape(4, units, -1)
                       for name in ("weight_ih_l0", "bias_ih_l0"))  # fmt: skip
    weights[:], biases[:], model.parameters["bias_hh_l0"][:] = 0, 0, 0
    weights[0, :, 1], biases[0] = 6, -4  # i opens for a bit
    biases[1, :, 0] = [log(40 ** ((k + 1.5) / units) - 1) for k in range(units)]
    weights[2, :, 0] = rng.uniform(0.5, 2, units) * rng.choice([-1, 1], units)
    weights[3, :, 2], biases[3] = 6, -4  # o opens at the call
    return model.forward(x)[1]
