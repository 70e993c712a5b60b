"""Trace: the record of one run, and the only thing a picture ever reads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib import _validate
from lstm_lib.record.indices import Choice, indices

if TYPE_CHECKING:
    from numpy import ndarray
    from pandas import DataFrame

DIRECTIONS = ("forward", "reverse")


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
    """Every number of one run of an LSTM: inputs, gates and states at every time step.

    A run of one sequence through one unit has plain sequences of numbers; a run of a batch
    through a whole layer has arrays, batch first. `select` takes the first out of the second.

    The steps stand in the order of the sequence. A run in reverse direction walks them from the
    last to the first, so the state before step t is the one that step t + 1 left.

    Args:
        x: inputs, (seq_len,) or (batch_size, seq_len, input_size).
        i, f, g, o: input gate, forget gate, candidate, output gate, (seq_len,) each or
            (batch_size, seq_len, hidden_size) each.
        c, h: cell state and hidden state after each step, shaped like the gates; h is proj_size
            wide if it is projected.
        h0, c0: the state before the first step that is walked, numbers or
            (batch_size, hidden_size) each.
        layer: which layer of a stack, from 0.
        direction: "forward" or "reverse".
        lengths: how many steps of each sequence are real, (batch_size,); the numbers after them
            are 0. None: all are.

    Raises:
        TypeError, ValueError: a column that does not fit the others, or no such layer, direction
            or lengths.
    """

    x: "Sequence[float] | ndarray"
    i: "Sequence[float] | ndarray"
    f: "Sequence[float] | ndarray"
    g: "Sequence[float] | ndarray"
    o: "Sequence[float] | ndarray"
    c: "Sequence[float] | ndarray"
    h: "Sequence[float] | ndarray"
    h0: "float | ndarray" = 0.0
    c0: "float | ndarray" = 0.0
    layer: int = 0
    direction: str = "forward"
    lengths: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        check = self._check_batch if self.is_batch else self._check_sequence
        check()
        check_place(self.layer, self.direction)
        if self.lengths is not None:
            real = check_lengths(self.lengths, self.batch_size, len(self))
            object.__setattr__(self, "lengths", real)

    def _check_sequence(self) -> None:
        """Refuse columns of different lengths."""
        seq_len = len(self.c)
        for name in ("x", "i", "f", "g", "o", "h"):
            found = len(getattr(self, name))
            if found != seq_len:
                raise ValueError(f"{name} must hold {seq_len} numbers like c, got {found}")

    def _check_batch(self) -> None:
        """Refuse arrays that are not of one batch, one length and one layer."""
        batch_size, seq_len, hidden_size = self.c.shape
        last = getattr(self.h, "shape", (0,))[-1]  # smaller than hidden_size if h is projected
        expected = dict.fromkeys("ifgo", (batch_size, seq_len, hidden_size))
        expected |= {"h": (batch_size, seq_len, last)}
        expected |= {"h0": (batch_size, last), "c0": (batch_size, hidden_size)}
        for name, shape in expected.items():
            found = tuple(getattr(getattr(self, name), "shape", ()))
            if found != shape:
                raise ValueError(f"{name} must have shape {shape} to fit c, got {found}")
        found = tuple(getattr(self.x, "shape", ()))
        if len(found) != 3 or found[:2] != (batch_size, seq_len):
            raise ValueError(
                f"x must have shape ({batch_size}, {seq_len}, input_size) to fit c, got {found}"
            )

    @classmethod
    def from_steps(cls, steps: Sequence[Step]) -> "Trace":
        """Collect steps of one unit, first to last, into a Trace."""
        columns = dict(zip(Step._fields, zip(*steps, strict=True), strict=True))
        h0, c0 = columns.pop("h_prev")[0], columns.pop("c_prev")[0]
        return cls(**columns, h0=h0, c0=c0)

    @classmethod
    def load(cls, path: str | Path) -> "Trace":
        """Return the trace that `save` stored, its arrays as NumPy's.

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

        Returns:
            columns layer, direction, batch, step, unit, quantity (one of x, i, f, g, o, c, h)
            and value; for x, `unit` says which input.
        """
        from lstm_lib.record.frame import tidy

        return tidy([self], "xifgoch")

    @property
    def is_batch(self) -> bool:
        """Whether this is the run of a batch through a layer, in arrays."""
        return getattr(self.c, "ndim", 1) == 3

    @property
    def batch_size(self) -> int:
        """The number of sequences; 1 without a batch."""
        return self.c.shape[0] if self.is_batch else 1

    @property
    def input_size(self) -> int:
        """The number of inputs at a step; 1 without a batch."""
        return self.x.shape[2] if self.is_batch else 1

    @property
    def hidden_size(self) -> int:
        """The number of units; 1 without a batch."""
        return self.c.shape[2] if self.is_batch else 1

    def __len__(self) -> int:
        """Return the number of time steps."""
        return self.c.shape[1] if self.is_batch else len(self.c)

    def __eq__(self, other: object) -> bool:
        """Say whether every number is the same."""
        if not isinstance(other, Trace):
            return NotImplemented
        names = self.__dataclass_fields__
        return all(_plain(getattr(self, n)) == _plain(getattr(other, n)) for n in names)

    def __getitem__(self, t: int) -> Step:
        """Return step `t`, counted from 0; negative counts from the end.

        Its numbers are floats, or arrays (batch_size, input_size) and (batch_size, hidden_size).
        """
        if not -len(self) <= t < len(self):
            raise IndexError(f"step {t} is outside this trace of {len(self)} steps")
        t %= len(self)
        h_prev, c_prev = self._before("h", self.h0, t), self._before("c", self.c0, t)
        return Step(self._at("x", t), h_prev, c_prev, *(self._at(name, t) for name in "ifgoch"))

    def _at(self, name: str, t: int) -> "float | ndarray":
        """Return the numbers of one column at step `t`."""
        column = getattr(self, name)
        return column[:, t] if self.is_batch else column[t]

    def _before(self, name: str, start: "float | ndarray", t: int) -> "float | ndarray":
        """Return the state before step `t`, `start` where a sequence is entered there."""
        if self.direction == "forward":
            return self._at(name, t - 1) if t else start
        is_last = t == len(self) - 1
        if self.lengths is None or not self.is_batch:
            return start if is_last else self._at(name, t + 1)
        before = _copy(start if is_last else self._at(name, t + 1))
        for batch, length in enumerate(self.lengths):
            if t >= length - 1:
                before[batch] = start[batch] if t == length - 1 else 0.0
        return before

    @property
    def prediction(self) -> "float | ndarray":
        """The hidden state after the last step that is walked: what the network says."""
        if self.direction == "reverse":
            return self._at("h", 0)
        if self.lengths is None or not self.is_batch:
            return self._at("h", len(self) - 1)
        return self.h[list(range(self.batch_size)), [length - 1 for length in self.lengths]]

    def select(self, batch: int = 0, unit: int = 0, feature: int = 0) -> "Trace":
        """Return the run of one sequence through one unit, in plain floats.

        Whatever draws a scalar Trace can draw it: c_t = f_t c_{t-1} + i_t g_t and
        h_t = o_t tanh(c_t) hold for each unit by itself.

        Args:
            batch: which sequence, 0 to batch_size - 1.
            unit: which unit, 0 to hidden_size - 1.
            feature: which input is kept as `x`, 0 to input_size - 1.

        Returns:
            Trace with (seq_len,) columns, as long as the sequence is.

        Raises:
            TypeError, ValueError: a number outside; h is projected, so no h is a unit's own.
        """
        batch = _validate.index("batch", batch, self.batch_size)
        unit = _validate.index("unit", unit, self.hidden_size)
        feature = _validate.index("feature", feature, self.input_size)
        if not self.is_batch:
            return self
        self._refuse_projection("select")
        end = None if self.lengths is None else self.lengths[batch]
        columns = {k: tuple(getattr(self, k)[batch, :end, unit].tolist()) for k in "ifgoch"}
        columns["x"] = tuple(self.x[batch, :end, feature].tolist())
        h0, c0 = float(self.h0[batch, unit]), float(self.c0[batch, unit])
        return Trace(**columns, h0=h0, c0=c0, layer=self.layer, direction=self.direction)

    def part(self, batch: Choice = None, units: Choice = None) -> "Trace":
        """Return the run of some sequences through some units, in arrays as they are here.

        Args:
            batch: which sequences: a number, several or a slice; None for all.
            units: which units, said in the same ways.

        Returns:
            Trace with columns (len(batch), seq_len, len(units)); x is whole.

        Raises:
            TypeError, ValueError: a number outside, nothing chosen, a trace without batch, or
                units of a trace whose h is projected.
        """
        if not self.is_batch:
            raise ValueError("part needs the trace of a batch, got the trace of one unit")
        if units is not None:
            self._refuse_projection("part with units")
        rows = indices("batch", batch, self.batch_size)
        columns = slice(None) if units is None else indices("units", units, self.hidden_size)
        taken = {name: getattr(self, name)[rows][..., columns] for name in (*"ifgoch", "h0", "c0")}
        lengths = self.lengths and tuple(self.lengths[row] for row in rows)
        return replace(self, **taken, x=self.x[rows], lengths=lengths)

    def _refuse_projection(self, what: str) -> None:
        """Refuse what needs an h of each unit's own."""
        if tuple(self.h.shape) != tuple(self.c.shape):
            raise ValueError(f"{what} needs an h for each unit, got a trace with projected h")


def check_place(layer: object, direction: object) -> None:
    """Refuse what names no layer and direction."""
    _validate.count("layer", layer)
    if direction not in DIRECTIONS:
        raise ValueError(f"direction must be 'forward' or 'reverse', got {direction!r}")


def check_lengths(lengths: object, batch_size: int, seq_len: int) -> tuple[int, ...]:
    """Return the number of real steps of each sequence, or say what is wrong with it.

    Args:
        lengths: whole numbers, (batch_size,), each from 1 to `seq_len`.
        batch_size: how many sequences there are.
        seq_len: how many steps there is room for.
    """
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


def _copy(values: Any) -> Any:
    """Return a copy of an array, of torch's or NumPy's."""
    return values.clone() if hasattr(values, "clone") else values.copy()
