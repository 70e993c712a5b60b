"""What a run leaves: its results, and one record per layer and direction."""

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lstm_lib.record.base import of_columns

if TYPE_CHECKING:
    from pandas import DataFrame


class Records(Sequence[Any]):
    """One record per layer and direction: layer by layer, forward before reverse.

    `records[0]` is the first of them, `records[1, "reverse"]` the one of that layer and
    direction, `records[1]` the second of the row, whatever its layer.
    """

    def __init__(self, records: Iterable[Any]) -> None:
        self._records = tuple(records)

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, which: int | slice | tuple[int, str]) -> Any:
        """Return the record at a place in the row, or of a layer and direction."""
        if isinstance(which, tuple):
            return self.layer(*which)
        if not isinstance(which, slice):
            return self._records[which]
        some = copy.copy(self)
        some._records = self._records[which]
        return some

    def layer(self, layer: int, direction: str = "forward") -> Any:
        """Return the record of one layer, counted from 0, and direction."""
        for record in self:
            if (record.layer, record.direction) == (layer, direction):
                return record
        raise ValueError(
            f"layer and direction must be one of {self._places()}, got ({layer!r}, {direction!r})"
        )

    def to_frame(self) -> "DataFrame":
        """Return a table of all records, see `Trace.to_frame`; of Flows, of their gradients."""
        from lstm_lib.record.files import tidy

        return tidy(self)

    def __eq__(self, other: object) -> bool:
        """Say whether every record is the same."""
        return self._records == tuple(other) if isinstance(other, type(self)) else NotImplemented

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {self._places()}"

    def _places(self) -> str:
        """Return every layer and direction in words."""
        return ", ".join(f"({record.layer}, {record.direction!r})" for record in self)


class Traces(Records):
    """The Traces of one run, one per layer and direction."""

    def save(self, path: str | Path) -> None:
        """Store every number in a .npz file, exactly, under the very name that is given."""
        from lstm_lib.record.files import save

        save(path, map(vars, self))

    @classmethod
    def load(cls, path: str | Path) -> "Traces":
        """Return the traces that `save` stored, arrays as NumPy's; errors as of `Trace.load`."""
        from lstm_lib.record.files import load

        return cls(load(path, of_columns))


@dataclass(frozen=True, eq=False)
class Traced:
    """What `trace` returns.

    Fields:
        output: the LSTM's own output, arranged as the model arranges it; padded, if `lengths`
            were given.
        state: its (h_n, c_n), arranged likewise; h_n of a GRU and an RNN.
        traces: one BatchTrace per layer and direction; a Trace for a ScalarLSTM.
        result: what the whole module returned; for a bare LSTM (output, state).
    """

    output: Any
    state: Any
    traces: Traces
    result: Any

    def __getitem__(self, which: int | slice | tuple[int, str]) -> Any:
        """Return a trace: `traced[0]`, the first, or `traced[1, "reverse"]`."""
        return self.traces[which]

    def layer(self, layer: int, direction: str = "forward") -> Any:
        """Return the trace of one layer, counted from 0, and direction."""
        return self.traces.layer(layer, direction)

    def to_frame(self) -> "DataFrame":
        """Return the table of all traces, see `Trace.to_frame`."""
        return self.traces.to_frame()

    def save(self, path: str | Path) -> None:
        """Store the traces in a file; `Traces.load` reads it."""
        self.traces.save(path)


@dataclass(frozen=True, eq=False)
class Flow:
    """How a loss changes with every state of one layer in one direction.

    Fields:
        d_h: dL/dh_t, all ways counted, (batch_size, seq_len, size of h).
        d_c: dL/dc_t, all ways counted, (batch_size, seq_len, hidden_size); None where there is
            no c: then h is the memory, and what is said of d_c holds of d_h.
        kept: the part of d_c that, from where the loss entered a cell, stayed on the cell's
            lane: each step hands on f_t of it, z_t in a GRU, nothing in an RNN. Shaped like d_c.
        layer, direction, lengths: as in Trace; behind the end of a sequence all is 0.
    """

    d_h: Any
    d_c: Any
    kept: Any
    layer: int = 0
    direction: str = "forward"
    lengths: tuple[int, ...] | None = None

    @property
    def through_gates(self) -> Any:
        """The part of d_c that went around, through h and the gates, shaped like it."""
        return self.d_memory - self.kept

    @property
    def d_memory(self) -> Any:
        """The gradient by the memory: d_c, or d_h where there is no c."""
        return self.d_h if self.d_c is None else self.d_c

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of all that is there at every step."""
        some = ("d_h",) if self.d_c is None else ("d_h", "d_c")
        return (*some, "kept", "through_gates")


class Flows(Records):
    """The Flows of one loss, one per layer and direction, and the loss itself."""

    def __init__(self, records: Iterable[Flow], loss: float = 0.0) -> None:
        super().__init__(records)
        self.loss = loss
