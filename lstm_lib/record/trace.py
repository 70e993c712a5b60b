"""Trace and BatchTrace: the record of one run, and the only thing a picture ever reads.

A column that does not fit the others, a place that is not there and a choice of nothing are
TypeErrors and ValueErrors that name it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib import _validate
from lstm_lib._validate import Choice
from lstm_lib.notation import GATES, QUANTITIES

if TYPE_CHECKING:
    from pandas import DataFrame

DIRECTIONS = ("forward", "reverse")
COLUMNS = ("x", *QUANTITIES)
Array = Any  # of NumPy or torch


class Step(NamedTuple):
    """Every number of one time step, the state before it included.

    Names and order follow the equations: i, f, g, o are computed from x and h_prev, then
    c = f * c_prev + i * g, then h = o * tanh(c).
    """

    x: float
    h_prev: float
    c_prev: float
    i: float
    f: float
    g: float
    o: float
    c: float
    h: float


@dataclass(frozen=True)
class Trace:
    """Every number of the run of one sequence through one unit, in plain numbers.

    The steps stand in the order of the sequence. A run in reverse direction walks them from the
    last to the first, so the state before step t is the one that step t + 1 left.

    The run of a batch through a whole layer is a BatchTrace: what holds of a Trace holds of it,
    with an array for each number. Trace(...) of arrays with three axes makes one.

    Args:
        x: inputs, (seq_len,).
        i, f, g, o: input gate, forget gate, candidate, output gate, (seq_len,) each.
        c, h: cell state and hidden state after each step, (seq_len,) each.
        h0, c0: the state before the first step that is walked.
        layer: which layer of a stack, from 0.
        direction: "forward" or "reverse".
        lengths: how many steps of each sequence are real, (batch_size,); the numbers after them
            are 0. None: all are.
    """

    x: Sequence[float]
    i: Sequence[float]
    f: Sequence[float]
    g: Sequence[float]
    o: Sequence[float]
    c: Sequence[float]
    h: Sequence[float]
    h0: float = 0.0
    c0: float = 0.0
    layer: int = 0
    direction: str = "forward"
    lengths: tuple[int, ...] | None = None

    def __new__(cls, *columns: Any, **named: Any) -> "Trace":
        """Make a BatchTrace if the columns are arrays of a batch."""
        c = columns[5] if len(columns) > 5 else named.get("c")
        is_batch = getattr(c, "ndim", 1) == 3
        return object.__new__(BatchTrace if is_batch and cls is Trace else cls)

    def __post_init__(self) -> None:
        self._check()
        check_place(self.layer, self.direction)
        if self.lengths is not None:
            real = check_lengths(self.lengths, self.batch_size, len(self))
            object.__setattr__(self, "lengths", real)

    def _check(self) -> None:
        """Refuse columns that do not fit each other."""
        seq_len = len(self.c)
        for name in COLUMNS:
            found = len(getattr(self, name))
            if found != seq_len:
                raise ValueError(f"{name} must hold {seq_len} numbers like c, got {found}")

    @classmethod
    def from_steps(cls, steps: Sequence[Step]) -> "Trace":
        """Collect steps of one unit, first to last, into a Trace."""
        columns: dict[str, Any] = dict(zip(Step._fields, zip(*steps, strict=True), strict=True))
        h0, c0 = columns.pop("h_prev")[0], columns.pop("c_prev")[0]
        return cls(**columns, h0=h0, c0=c0)

    @classmethod
    def load(cls, path: str | Path) -> "Trace":
        """Return the trace that `save` stored; of a batch a BatchTrace, in NumPy's arrays.

        Raises:
            OSError: there is no such file.
            ValueError: the file is damaged, holds something else, or more than one trace.
        """
        from lstm_lib.record.files import load

        found = load(path, Trace)
        if len(found) != 1:
            raise ValueError(f"{path} must hold one trace, got {len(found)}: use Traces.load")
        return found[0]

    def save(self, path: str | Path) -> None:
        """Store every number in a .npz file, exactly, under the very name that is given."""
        from lstm_lib.record.files import save

        save(path, [vars(self)])

    def to_frame(self) -> "DataFrame":
        """Return a tidy table, one row per number; what is behind a sequence's end is left out.

        Its columns are layer, direction, batch, step, unit (for x: which input), quantity (x, i,
        f, g, o, c or h) and value.
        """
        from lstm_lib.record.files import tidy

        return tidy([self], COLUMNS)

    @property
    def is_batch(self) -> bool:
        """Whether this is the run of a batch through a layer, in arrays."""
        return isinstance(self, BatchTrace)

    @property
    def batch_size(self) -> int:
        """The number of sequences."""
        return 1

    @property
    def input_size(self) -> int:
        """The number of inputs at a step."""
        return 1

    @property
    def hidden_size(self) -> int:
        """The number of units."""
        return 1

    def __len__(self) -> int:
        """Return the number of time steps."""
        return len(self.c)

    def __eq__(self, other: object) -> bool:
        """Say whether every number is the same."""
        if not isinstance(other, Trace):
            return NotImplemented
        return all(
            _plain(mine) == _plain(getattr(other, name)) for name, mine in vars(self).items()
        )

    def __getitem__(self, t: int) -> Step:
        """Return step `t`, counted from 0; negative counts from the end."""
        if not -len(self) <= t < len(self):
            raise IndexError(f"step {t} is outside this trace of {len(self)} steps")
        t %= len(self)
        h_prev, c_prev = self._before("h", self.h0, t), self._before("c", self.c0, t)
        return Step(self._at("x", t), h_prev, c_prev, *(self._at(name, t) for name in QUANTITIES))

    def _at(self, name: str, t: int) -> Any:
        """Return the numbers of one column at step `t`."""
        return getattr(self, name)[t]

    def _before(self, name: str, start: Any, t: int) -> Any:
        """Return the state before step `t`, `start` where the sequence is entered there."""
        before = t - 1 if self.direction == "forward" else t + 1
        return self._at(name, before) if 0 <= before < len(self) else start

    @property
    def prediction(self) -> Any:
        """The hidden state after the last step that is walked: what the network says."""
        return self._at("h", len(self) - 1 if self.direction == "forward" else 0)

    def select(self, batch: int = 0, unit: int = 0, feature: int = 0) -> "Trace":
        """Return the run of one sequence through one unit, in plain floats, as long as it is.

        Whatever draws a Trace can draw it: c_t = f_t c_{t-1} + i_t g_t and h_t = o_t tanh(c_t)
        hold for each unit by itself.

        Args:
            batch: which sequence, 0 to batch_size - 1.
            unit: which unit, 0 to hidden_size - 1.
            feature: which input is kept as `x`, 0 to input_size - 1.

        Raises:
            ValueError: h is projected, so no h is a unit's own.
        """
        batch = _validate.index("batch", batch, self.batch_size)
        unit = _validate.index("unit", unit, self.hidden_size)
        return self._one(batch, unit, _validate.index("feature", feature, self.input_size))

    def _one(self, batch: int, unit: int, feature: int) -> "Trace":
        """Return the run that `select` has found to be there."""
        return self

    def part(self, batch: Choice = None, units: Choice = None) -> "BatchTrace":
        """Refuse: see `BatchTrace.part`."""
        raise ValueError("part needs the trace of a batch, got the trace of one unit")


@dataclass(frozen=True, eq=False)
class BatchTrace(Trace):
    """Every number of the run of a batch through a layer: a Trace in arrays, batch first.

    Args:
        x: inputs, (batch_size, seq_len, input_size).
        i, f, g, o: the gates, (batch_size, seq_len, hidden_size) each.
        c, h: the states, shaped like the gates; h is proj_size wide if it is projected.
        h0, c0: the state before the first step that is walked, (batch_size, hidden_size) each.
        layer, direction, lengths: as in Trace.
    """

    x: Array
    i: Array
    f: Array
    g: Array
    o: Array
    c: Array
    h: Array
    h0: Array = 0.0
    c0: Array = 0.0

    def _check(self) -> None:
        """Refuse arrays that are not of one batch, one length and one layer."""
        if len(_shape(self.c)) != 3:
            wanted = "(batch_size, seq_len, hidden_size)"
            raise ValueError(f"c must have shape {wanted}, got {_shape(self.c)}")
        batch_size, seq_len, hidden_size = self.c.shape
        h_size = (_shape(self.h) or (0,))[-1]  # smaller than hidden_size if h is projected
        expected: dict[str, tuple[int, ...]] = {
            **dict.fromkeys(GATES, (batch_size, seq_len, hidden_size)),
            "h": (batch_size, seq_len, h_size),
            "h0": (batch_size, h_size),
            "c0": (batch_size, hidden_size),
        }
        for name, shape in expected.items():
            found = _shape(getattr(self, name))
            if found != shape:
                raise ValueError(f"{name} must have shape {shape} to fit c, got {found}")
        found = _shape(self.x)
        if len(found) != 3 or found[:2] != (batch_size, seq_len):
            raise ValueError(
                f"x must have shape ({batch_size}, {seq_len}, input_size) to fit c, got {found}"
            )

    @property
    def batch_size(self) -> int:
        """The number of sequences."""
        return self.c.shape[0]

    @property
    def input_size(self) -> int:
        """The number of inputs at a step."""
        return self.x.shape[2]

    @property
    def hidden_size(self) -> int:
        """The number of units."""
        return self.c.shape[2]

    def __len__(self) -> int:
        return self.c.shape[1]

    def __getitem__(self, t: int) -> Any:
        """Return step `t` in arrays (batch_size, input_size) and (batch_size, hidden_size)."""
        return super().__getitem__(t)

    def _at(self, name: str, t: int) -> Any:
        """Return the numbers of one column at step `t`, (batch_size, size)."""
        return getattr(self, name)[:, t]

    def _before(self, name: str, start: Any, t: int) -> Any:
        """Return the states before step `t`; in reverse, sequences are entered at their ends."""
        before = super()._before(name, start, t)
        if self.direction == "forward" or self.lengths is None:
            return before
        before = before.clone() if hasattr(before, "clone") else before.copy()
        for batch, length in enumerate(self.lengths):
            if t >= length - 1:
                before[batch] = start[batch] if t == length - 1 else 0.0
        return before

    @property
    def prediction(self) -> Any:
        """The hidden state after the last step that is walked, (batch_size, size of h)."""
        if self.direction == "reverse" or self.lengths is None:
            return super().prediction
        return self.h[list(range(self.batch_size)), [length - 1 for length in self.lengths]]

    def _one(self, batch: int, unit: int, feature: int) -> Trace:
        """Return the run of one sequence through one unit, in plain floats."""
        self._refuse_projection("select")
        end = None if self.lengths is None else self.lengths[batch]
        columns: dict[str, Any] = {
            name: tuple(getattr(self, name)[batch, :end, unit].tolist()) for name in QUANTITIES
        }
        columns["x"] = tuple(self.x[batch, :end, feature].tolist())
        h0, c0 = float(self.h0[batch, unit]), float(self.c0[batch, unit])
        return Trace(**columns, h0=h0, c0=c0, layer=self.layer, direction=self.direction)

    def part(self, batch: Choice = None, units: Choice = None) -> "BatchTrace":
        """Return the run of some sequences through some units, in arrays as they are here.

        Args:
            batch: which sequences: a number, several or a slice; None for all.
            units: which units, said in the same ways.

        Returns:
            BatchTrace with columns (len(batch), seq_len, len(units)); x is whole.

        Raises:
            ValueError: units are chosen and h is projected, so no h is a unit's own.
        """
        rows = _validate.indices("batch", batch, self.batch_size)
        columns: Any = slice(None)
        if units is not None:
            self._refuse_projection("part with units")
            columns = _validate.indices("units", units, self.hidden_size)
        names = (*QUANTITIES, "h0", "c0")
        taken = {name: getattr(self, name)[rows][..., columns] for name in names}
        lengths = self.lengths and tuple(self.lengths[row] for row in rows)
        return replace(self, **taken, x=self.x[rows], lengths=lengths)

    def _refuse_projection(self, what: str) -> None:
        """Refuse what needs an h of each unit's own."""
        if _shape(self.h) != _shape(self.c):
            raise ValueError(f"{what} needs an h for each unit, got a trace with projected h")


def check_place(layer: object, direction: object) -> int:
    """Return the number of the layer, or refuse what names no layer and direction."""
    if direction not in DIRECTIONS:
        raise ValueError(f"direction must be 'forward' or 'reverse', got {direction!r}")
    return _validate.count("layer", layer)


def check_lengths(lengths: object, batch_size: int, seq_len: int) -> tuple[int, ...]:
    """Return the number of real steps of each sequence, from 1 to `seq_len`."""
    lengths = _plain(lengths)
    if isinstance(lengths, str) or not isinstance(lengths, Sequence):
        raise TypeError(f"lengths must be a sequence of whole numbers, got {lengths!r}")
    if len(lengths) != batch_size:
        raise ValueError(f"lengths must hold {batch_size} numbers, one a sequence, got {lengths!r}")
    for k, length in enumerate(lengths):
        if _validate.count(f"lengths[{k}]", length, at_least=1) > seq_len:
            raise ValueError(f"lengths[{k}] must be from 1 to {seq_len}, got {length!r}")
    return tuple(map(int, lengths))


def _plain(values: Any) -> Any:
    """Return an array as nested lists, anything else as it is."""
    return values.tolist() if hasattr(values, "tolist") else values


def _shape(values: Any) -> tuple[int, ...]:
    """Return the shape of an array, () of anything else."""
    return tuple(getattr(values, "shape", ()))
