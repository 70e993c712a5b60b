"""The forms in which torch's recurrent layers take and give sequences, and the one used here.

Inside, a batch is (seq_len, batch_size, size), padded with zeros, in the caller's order, and a
state is a tuple: (h, c) of an LSTM, (h,) of the others. A packed, unbatched or batch_first input
is brought into that form, and results back out of it.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_lib.notation import LSTM
from lstm_lib.trace.kinds import KINDS, Kind, State, kind_of

Results = tuple[Tensor | PackedSequence, State]  # output, and the state at the end


class Layout(NamedTuple):
    """What a recurrent layer consists of, by the names of torch.nn.LSTM; a cell is one layer."""

    hidden_size: int
    proj_size: int = 0
    num_layers: int = 1
    bidirectional: bool = False
    batch_first: bool = False
    is_cell: bool = True
    nonlinearity: str = "tanh"
    kind: Kind = KINDS[0]

    @classmethod
    def of(cls, module: Any) -> "Layout":
        """Return the layout of a module."""
        kind = kind_of(module)
        more: dict[str, Any] = {
            "nonlinearity": getattr(module, "nonlinearity", "tanh"), "kind": kind,
        }  # fmt: skip
        if isinstance(module, nn.RNNCellBase):
            return cls(module.hidden_size, **more)
        sizes = module.hidden_size, module.proj_size, module.num_layers
        return cls(*sizes, module.bidirectional, module.batch_first, is_cell=False, **more)

    @property
    def h_size(self) -> int:
        """The size of a hidden state."""
        return self.proj_size or self.hidden_size

    def taken(self, results: Any) -> Results | None:
        """Return what a module of this layout has returned as (output, state), None if it is not.

        A cell's output is its h.
        """
        is_lstm, parts = self.kind.letters is LSTM, results
        if self.is_cell:
            parts = (results[0], results) if is_lstm and isinstance(results, tuple) else results
            parts = parts if is_lstm else (results, results)
        if not isinstance(parts, tuple) or len(parts) != 2:
            return None
        output, state = parts[0], parts[1] if is_lstm else (parts[1],)
        is_state = isinstance(state, tuple | list) and len(state) == len(self.kind.letters.states)
        if not is_state or not isinstance(output, Tensor | PackedSequence):
            return None
        return (output, tuple(state)) if all(isinstance(s, Tensor) for s in state) else None

    def returned(self, results: Results) -> Any:
        """Return (output, state) as a module of this layout returns them."""
        output, state = results
        ends = state if self.kind.letters is LSTM else state[0]
        return ends if self.is_cell else (output, ends)


@dataclass(frozen=True)
class Form:
    """How the input of a recurrent layer came, and how its results are to look.

    Args:
        batch_first: whether the batch is the first axis.
        is_single: whether there is no batch axis.
        is_cell: whether there is no axis of the steps.
        packed: the PackedSequence that came, or None.
        lengths: how many steps of each sequence are real, (batch_size,); None: all.
        seq_len: None, or how many steps a packed output is padded to.
    """

    batch_first: bool = False
    is_single: bool = False
    is_cell: bool = False
    packed: PackedSequence | None = None
    lengths: tuple[int, ...] | None = None
    seq_len: int | None = None

    @classmethod
    def of(cls, layout: Layout, x: Tensor | PackedSequence, seq_len: int | None) -> "Form":
        """Return the form of an input that a module of this layout has accepted."""
        if isinstance(x, PackedSequence):
            lengths = tuple(pad_packed_sequence(x)[1].tolist())
            return cls(layout.batch_first, packed=x, lengths=lengths, seq_len=seq_len)
        is_single = x.dim() == (1 if layout.is_cell else 2)
        return cls(layout.batch_first, is_single, layout.is_cell)

    def opened(self, x: Tensor | PackedSequence) -> Tensor:
        """Return an input or output as (seq_len, batch_size, size); it may share its memory."""
        if isinstance(x, PackedSequence):
            return pad_packed_sequence(x, total_length=self.seq_len)[0]
        x = x.unsqueeze(0) if self.is_cell else x
        if self.is_single:
            return x.unsqueeze(1)
        return x.transpose(0, 1) if self.batch_first and not self.is_cell else x

    def opened_state(self, state: State) -> State:
        """Return a state as (rows, batch_size, size) each."""
        state = tuple(part.unsqueeze(0) for part in state) if self.is_cell else state
        return tuple(part.unsqueeze(1) for part in state) if self.is_single else state

    def closed(self, output: Tensor) -> Tensor:
        """Return an output (seq_len, batch_size, size) as the module gives it, or packs it."""
        if self.is_cell:
            output = output.squeeze(0)
        if self.is_single:
            return output.squeeze(-2)
        if self.packed is None:
            return output.transpose(0, 1) if self.batch_first else output
        order = self.packed.sorted_indices
        lengths = torch.tensor(self.lengths)
        if order is not None:
            output, lengths = output.index_select(1, order), lengths[order.cpu()]
        return pack_padded_sequence(output, lengths).data

    def closed_state(self, state: State) -> State:
        """Return a state in the form that the module gives it."""
        state = tuple(part.squeeze(0) for part in state) if self.is_cell else state
        return tuple(part.squeeze(-2) for part in state) if self.is_single else state

    def running(self, x: Tensor) -> Tensor | None:
        """Return which steps are real, (seq_len, batch_size, 1); None: all of them."""
        if self.lengths is None or min(self.lengths) == len(x):
            return None
        steps = torch.arange(len(x), device=x.device)[:, None, None]  # (seq_len, 1, 1)
        return steps < torch.tensor(self.lengths, device=x.device)[:, None]
