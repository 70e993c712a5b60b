"""The forms in which torch's LSTM takes and gives sequences, and the one form used here.

Inside, a batch is (seq_len, batch_size, size), padded with zeros, in the caller's order. A
packed, unbatched or batch_first input is brought into that form, and results back out of it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

AnyLSTM = nn.LSTM | nn.LSTMCell  # those of lstm_lib.layers are such
State = tuple[Tensor, Tensor]
Results = tuple[Tensor | PackedSequence, State]  # output, and h_n and c_n


class Layout(NamedTuple):
    """What an LSTM consists of, by the names of torch.nn.LSTM; a cell is one layer."""

    hidden_size: int
    proj_size: int = 0
    num_layers: int = 1
    bidirectional: bool = False
    batch_first: bool = False
    is_cell: bool = True

    @classmethod
    def of(cls, module: AnyLSTM) -> "Layout":
        """Return the layout of a module."""
        if isinstance(module, nn.LSTMCell):
            return cls(module.hidden_size)
        sizes = module.hidden_size, module.proj_size, module.num_layers
        return cls(*sizes, module.bidirectional, module.batch_first, is_cell=False)

    @property
    def h_size(self) -> int:
        """The size of a hidden state."""
        return self.proj_size or self.hidden_size


@dataclass(frozen=True)
class Form:
    """How an LSTM's input came, and how its results are to look.

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
        """Return the input as (seq_len, batch_size, input_size)."""
        if isinstance(x, PackedSequence):
            return pad_packed_sequence(x, total_length=self.seq_len)[0]
        x = x.unsqueeze(0) if self.is_cell else x
        if self.is_single:
            return x.unsqueeze(1).clone()
        return (x.transpose(0, 1) if self.batch_first else x).clone(
            memory_format=torch.contiguous_format
        )

    def opened_state(self, state: State) -> State:
        """Return h and c as (rows, batch_size, size)."""
        h, c = (part.unsqueeze(0) if self.is_cell else part for part in state)
        return (h.unsqueeze(1), c.unsqueeze(1)) if self.is_single else (h, c)

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
        """Return h_n and c_n in the form that the module gives them."""
        h, c = (part.squeeze(0) if self.is_cell else part for part in state)
        return (h.squeeze(-2), c.squeeze(-2)) if self.is_single else (h, c)

    def running(self, x: Tensor) -> Tensor | None:
        """Return which steps are real, (seq_len, batch_size, 1); None: all of them."""
        if self.lengths is None or min(self.lengths) == len(x):
            return None
        steps = torch.arange(len(x), device=x.device)[:, None, None]  # (seq_len, 1, 1)
        return steps < torch.tensor(self.lengths, device=x.device)[:, None]
