"""The kinds of recurrent networks that can be opened: one row each, equations beside them.

A kind says how one step is computed in the open, in memory that is there for it, and how a
gradient goes back through that step. All else, layers, directions, lengths, is the same for all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lib.layers import CellStep, cell_backward
from lstm_lib.notation import GRU, LSTM, RNN, Letters
from lstm_lib.record.trace import BatchGRUTrace, BatchRNNTrace, BatchTrace
from lstm_lib.trace.clamp import Hold

State = tuple[Tensor, ...]  # h and c of an LSTM, h of the others


class Weights(NamedTuple):
    """The parameters of one layer in one direction, None where there is none.

    Fields:
        w_ih, w_hh: as torch stacks them, (gates * hidden_size, size).
        b: what is added to W_ih x, all biases of an LSTM and an RNN in one.
        w_hr: the projection.
        b_n: a GRU's bias inside its reset gate, (hidden_size,).
    """

    w_ih: Tensor
    w_hh: Tensor
    b: Tensor | None
    w_hr: Tensor | None = None
    b_n: Tensor | None = None


class Opened(NamedTuple):
    """A layer that is ready to run.

    Fields:
        columns: what is recorded, by its letter, (seq_len, batch_size, size) each.
        memory: what a step writes into, (seq_len, ...) each; the columns are among it.
        step: takes t, the rows of `memory` at t and the state, and returns the next state.
    """

    columns: dict[str, Tensor]
    memory: Sequence[Tensor]
    step: Callable[[int, Sequence[Tensor], State], State]


class Back(NamedTuple):
    """What goes back through one step.

    Fields:
        d_memory: by c of an LSTM, by h of the others, all ways counted.
        d_sums: by what W_ih x goes into, (batch_size, gates * hidden_size).
        d_lane: by the state before, along the lane of the memory alone.
        d_around: by the h before, along all other ways.
    """

    d_memory: Tensor
    d_sums: Tensor
    d_lane: State
    d_around: Tensor


class Kind(NamedTuple):
    """One kind of network; the functions are those of this file."""

    letters: Letters
    modules: tuple[type[nn.Module], type[nn.Module]]  # of a sequence, of one step
    record: type
    opened: Callable[..., Opened]
    back: Callable[..., Back]


def gathered(parts: Mapping[str, Tensor | None], kind: Kind) -> Weights:
    """Return the parameters of a layer by the names weight_ih, weight_hh, bias_ih ..."""
    w_ih, w_hh, b, b_hh = (parts.get(name) for name in NAMES[:4])
    if w_ih is None or w_hh is None:
        raise ValueError("a layer must have weight_ih and weight_hh, got none")
    if b is None or b_hh is None:
        return Weights(w_ih, w_hh, None, parts.get("weight_hr"))
    if kind.letters is not GRU:
        return Weights(w_ih, w_hh, b + b_hh, parts.get("weight_hr"))
    inside = 2 * len(b) // 3  # the candidate's b_hn stays inside the reset gate
    return Weights(w_ih, w_hh, torch.cat((b[:inside] + b_hh[:inside], b[inside:])), None,
                   b_hh[inside:])  # fmt: skip


NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")


# --- LSTM ---------------------------------------------------------------------------------------


def _lstm(z: Tensor, weights: Weights, state: State, hold: Hold | None, _: str) -> Opened:
    """Return an LSTM's layer, ready to run.

    Args:
        z: W_ih x and the biases, (seq_len, batch_size, 4*hidden_size); it becomes the gates.
        weights, state: of the layer; h and c to start from.
        hold: what is clamped.
    """
    gates = z.chunk(4, dim=2)  # views of z: the gates are computed where their sums stand
    h, c = (part.new_empty(len(z), *part.shape) for part in state)
    w_hh = weights.w_hh.T

    def step(t: int, row: Sequence[Tensor], state: State) -> State:
        z, i_f, i, f, g, o, c, h = row
        h_prev, c_prev = state
        z.addmm_(h_prev, w_hh)
        i_f.sigmoid_()
        g.tanh_()
        o.sigmoid_()
        if hold:
            hold.all("ifgo", t, (i, f, g, o))
        torch.mul(f, c_prev, out=c).add_(i * g)
        if hold:
            hold("c", t, c)
        _shown(o, c, weights.w_hr, h)
        if hold:
            hold("h", t, h)
        return h, c

    memory = (z, z[..., : 2 * c.shape[2]], *gates, c, h)
    return Opened(dict(zip("ifgoch", memory[2:], strict=True)), memory, step)


def _shown(o: Tensor, c: Tensor, w_hr: Tensor | None, h: Tensor) -> None:
    """Write o * tanh(c) to `h`, projected if there is a projection."""
    if w_hr is None:
        torch.tanh(c, out=h).mul_(o)
    else:
        torch.mm(o * torch.tanh(c), w_hr.T, out=h)


def _lstm_back(step: Any, weights: Weights, d: State, _: str) -> Back:
    """Go back through one step of an LSTM; `d` is by its h and c."""
    _, h_prev, c_prev, i, f, g, o, c, _ = step
    d_h, d_c = d
    shown = torch.tanh(c)
    d_m = d_h if weights.w_hr is None else d_h @ weights.w_hr  # by o * tanh(c)
    d_z, d_lane = cell_backward(CellStep(h_prev, c_prev, i, f, g, o, shown), d_m, d_c)
    d_memory = d_c + d_m * o * (1 - shown * shown)
    return Back(d_memory, d_z, (torch.zeros_like(d_h), d_lane), d_z @ weights.w_hh)


# --- GRU ----------------------------------------------------------------------------------------


def _gru(z: Tensor, weights: Weights, state: State, hold: Hold | None, _: str) -> Opened:
    """Return a GRU's layer, ready to run; arguments as for an LSTM.

    Source: Cho et al. (2014), with the reset gate where torch.nn.GRU has it: on W_hn h + b_hn.
    """
    h = state[0].new_empty(len(z), *state[0].shape)
    size, b_n = h.shape[2], weights.b_n
    w_hh, w_hn = weights.w_hh[: 2 * size].T, weights.w_hh[2 * size :].T

    def step(t: int, row: Sequence[Tensor], state: State) -> State:
        r_z, r, z, n, h = row
        (h_prev,) = state
        r_z.addmm_(h_prev, w_hh).sigmoid_()
        if hold:
            hold.all("rz", t, (r, z))
        inside = h_prev @ w_hn if b_n is None else torch.addmm(b_n, h_prev, w_hn)
        n.addcmul_(r, inside).tanh_()
        if hold:
            hold("n", t, n)
        torch.lerp(n, h_prev, z, out=h)  # (1 - z) n + z h_prev
        if hold:
            hold("h", t, h)
        return (h,)

    memory = (z[..., : 2 * size], *z.chunk(3, dim=2), h)
    return Opened(dict(zip("rznh", memory[1:], strict=True)), memory, step)


def _gru_back(step: Any, weights: Weights, d: State, _: str) -> Back:
    """Go back through one step of a GRU; `d` is by its h."""
    _, h_prev, r, z, n, _ = step
    (d_h,) = d
    size = h_prev.shape[1]
    inside = F.linear(h_prev, weights.w_hh[2 * size :], weights.b_n)
    d_n = d_h * (1 - z) * (1 - n * n)
    d_r = d_n * inside * r * (1 - r)
    d_z = d_h * (h_prev - n) * z * (1 - z)
    d_around = torch.cat([d_r, d_z, d_n * r], dim=1) @ weights.w_hh
    return Back(d_h, torch.cat([d_r, d_z, d_n], dim=1), (d_h * z,), d_around)


# --- RNN ----------------------------------------------------------------------------------------


def _rnn(z: Tensor, weights: Weights, _: State, hold: Hold | None, nonlinearity: str) -> Opened:
    """Return a simple RNN's layer, ready to run: h stands where its sum stood.

    Source: Elman (1990).
    """
    w_hh, squash = weights.w_hh.T, torch.tanh_ if nonlinearity == "tanh" else torch.relu_

    def step(t: int, row: Sequence[Tensor], state: State) -> State:
        (h,) = row
        squash(h.addmm_(state[0], w_hh))
        if hold:
            hold("h", t, h)
        return (h,)

    return Opened({"h": z}, (z,), step)


def _rnn_back(step: Any, weights: Weights, d: State, nonlinearity: str) -> Back:
    """Go back through one step of a simple RNN; it has no lane."""
    (d_h,) = d
    slope = 1 - step.h * step.h if nonlinearity == "tanh" else (step.h > 0).to(d_h.dtype)
    d_sums = d_h * slope
    return Back(d_h, d_sums, (torch.zeros_like(d_h),), d_sums @ weights.w_hh)


KINDS = (
    Kind(LSTM, (nn.LSTM, nn.LSTMCell), BatchTrace, _lstm, _lstm_back),
    Kind(GRU, (nn.GRU, nn.GRUCell), BatchGRUTrace, _gru, _gru_back),
    Kind(RNN, (nn.RNN, nn.RNNCell), BatchRNNTrace, _rnn, _rnn_back),
)
CELLS = tuple(kind.modules[1] for kind in KINDS)
MODULES = tuple(module for kind in KINDS for module in kind.modules)


def kind_of(module: nn.Module) -> Kind:
    """Return the kind of a module that is one of `MODULES`."""
    return next(kind for kind in KINDS if isinstance(module, kind.modules))


def walked(columns: Iterable[Tensor], direction: str) -> Iterable[tuple[int, tuple]]:
    """Return (t, every column (seq_len, ...) at step t) in the order that a direction walks."""
    steps = list(enumerate(zip(*(column.unbind() for column in columns), strict=True)))
    return steps if direction == "forward" else reversed(steps)
