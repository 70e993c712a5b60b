"""Trace and its kin: the record of one run, and the only thing a picture ever reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lstm_lib import notation
from lstm_lib.record.base import KINDS, BatchRecord, Record

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


@dataclass(frozen=True, eq=False)
class Trace(Record):
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

    step = Step


@dataclass(frozen=True, eq=False)
class BatchTrace(BatchRecord, Trace):
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


class GRUStep(NamedTuple):
    """Every number of one time step of a GRU, the state before it included."""

    x: float
    h_prev: float
    r: float
    z: float
    n: float
    h: float


@dataclass(frozen=True, eq=False)
class GRUTrace(Record):
    """The record of a GRU's run: a Trace with other columns, by the names of torch.nn.GRU.

    n is computed from x and r times what h_prev gives, then h = (1 - z) * n + z * h_prev.

    Args:
        x: inputs.
        r, z, n: reset gate, update gate, candidate.
        h, h0: hidden state after each step, and before the first one.
        layer, direction, lengths: as in Trace.
    """

    x: Any
    r: Any
    z: Any
    n: Any
    h: Any
    h0: Any = 0.0
    layer: int = 0
    direction: str = "forward"
    lengths: tuple[int, ...] | None = None

    letters = notation.GRU
    step = GRUStep


class BatchGRUTrace(BatchRecord, GRUTrace):
    """A GRUTrace in arrays (batch_size, seq_len, size), as BatchTrace is one of an LSTM."""


class RNNStep(NamedTuple):
    """Every number of one time step of a simple RNN, the state before it included."""

    x: float
    h_prev: float
    h: float


@dataclass(frozen=True, eq=False)
class RNNTrace(Record):
    """The record of a simple RNN's run: h = tanh or relu of its sum, and no gate.

    Args:
        x, h, h0: inputs, hidden state after each step, and before the first one.
        layer, direction, lengths: as in Trace.
    """

    x: Any
    h: Any
    h0: Any = 0.0
    layer: int = 0
    direction: str = "forward"
    lengths: tuple[int, ...] | None = None

    letters = notation.RNN
    step = RNNStep


class BatchRNNTrace(BatchRecord, RNNTrace):
    """An RNNTrace in arrays (batch_size, seq_len, size), as BatchTrace is one of an LSTM."""


for _one, _batch in ((RNNTrace, BatchRNNTrace), (GRUTrace, BatchGRUTrace), (Trace, BatchTrace)):
    _one.in_arrays, _batch.of_a_unit = _batch, _one
    KINDS.append(_one)
