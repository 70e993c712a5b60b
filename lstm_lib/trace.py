"""Trace: the record of one run, and the only thing a picture ever reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


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

    Args:
        x: inputs, (seq_len,).
        i, f, g, o: input gate, forget gate, candidate, output gate, (seq_len,) each.
        c, h: cell state and hidden state after each step, (seq_len,) each.
        h0, c0: the state before the first step.
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

    @classmethod
    def from_steps(cls, steps: Sequence[Step]) -> "Trace":
        """Collect steps, first to last, into a Trace."""
        columns = dict(zip(Step._fields, zip(*steps, strict=True), strict=True))
        h0, c0 = columns.pop("h_prev")[0], columns.pop("c_prev")[0]
        return cls(**columns, h0=h0, c0=c0)

    def __len__(self) -> int:
        """Return the number of time steps."""
        return len(self.x)

    def __getitem__(self, t: int) -> Step:
        """Return step `t`, counted from 0; negative counts from the end."""
        if not -len(self) <= t < len(self):
            raise IndexError(f"step {t} is outside this trace of {len(self)} steps")
        t %= len(self)
        h_prev, c_prev = (self.h[t - 1], self.c[t - 1]) if t else (self.h0, self.c0)
        now = (column[t] for column in (self.i, self.f, self.g, self.o, self.c, self.h))
        return Step(self.x[t], h_prev, c_prev, *now)

    @property
    def prediction(self) -> float:
        """The hidden state after the last step: what the network says."""
        return self.h[-1]
