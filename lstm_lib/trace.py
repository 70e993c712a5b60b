"""Trace: the record of one run, and the only thing a picture ever reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lstm_lib import _validate

if TYPE_CHECKING:
    from numpy import ndarray


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

    Args:
        x: inputs, (seq_len,) or (batch_size, seq_len, input_size).
        i, f, g, o: input gate, forget gate, candidate, output gate, (seq_len,) each or
            (batch_size, seq_len, hidden_size) each.
        c, h: cell state and hidden state after each step, shaped like the gates.
        h0, c0: the state before the first step, numbers or (batch_size, hidden_size) each.

    Raises:
        ValueError: a column that does not fit the others.
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

    def __post_init__(self) -> None:
        check = self._check_batch if self.is_batch else self._check_sequence
        check()

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
        h_prev, c_prev = (self._at("h", t - 1), self._at("c", t - 1)) if t else (self.h0, self.c0)
        return Step(self._at("x", t), h_prev, c_prev, *(self._at(name, t) for name in "ifgoch"))

    def _at(self, name: str, t: int) -> "float | ndarray":
        """Return the numbers of one column at step `t`."""
        column = getattr(self, name)
        return column[:, t] if self.is_batch else column[t]

    @property
    def prediction(self) -> "float | ndarray":
        """The hidden state after the last step: what the network says."""
        return self._at("h", len(self) - 1)

    def select(self, batch: int = 0, unit: int = 0, feature: int = 0) -> "Trace":
        """Return the run of one sequence through one unit, in plain floats.

        Whatever draws a scalar Trace can draw it: c_t = f_t c_{t-1} + i_t g_t and
        h_t = o_t tanh(c_t) hold for each unit by itself.

        Args:
            batch: which sequence, 0 to batch_size - 1.
            unit: which unit, 0 to hidden_size - 1.
            feature: which input is kept as `x`, 0 to input_size - 1.

        Returns:
            Trace with (seq_len,) columns.

        Raises:
            TypeError, ValueError: a number outside; h is projected, so no h is a unit's own.
        """
        batch = _validate.index("batch", batch, self.batch_size)
        unit = _validate.index("unit", unit, self.hidden_size)
        feature = _validate.index("feature", feature, self.input_size)
        if not self.is_batch:
            return self
        if self.h.shape != self.c.shape:
            raise ValueError("select needs an h for each unit, got a trace with projected h")
        columns = {name: tuple(getattr(self, name)[batch, :, unit].tolist()) for name in "ifgoch"}
        columns["x"] = tuple(self.x[batch, :, feature].tolist())
        h0, c0 = float(self.h0[batch, unit]), float(self.c0[batch, unit])
        return Trace(**columns, h0=h0, c0=c0)


def _plain(values: object) -> object:
    """Return an array as nested lists, anything else as it is."""
    return values.tolist() if hasattr(values, "tolist") else values
