"""A torch LSTM opened: the same equations, step by step, with every number kept.

torch.nn.LSTM runs a whole sequence inside one call and returns the last layer's h alone. `walk`
takes its weights and runs the equations in the open. Each result is computed where it is kept:
that, and one product for the inputs of all steps, is what makes it fast.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_lib.record import BatchTrace
from lstm_lib.record.trace import DIRECTIONS
from lstm_lib.trace.clamp import Hold
from lstm_lib.trace.forms import Form, Layout, State

Mask = Tensor | None


class Weights(NamedTuple):
    """The parameters of one layer in one direction, biases in one; None where there is none."""

    w_ih: Tensor
    w_hh: Tensor
    b: Tensor | None
    w_hr: Tensor | None

    @classmethod
    def of(cls, used: Mapping[str, Tensor], layer: int, direction: str) -> "Weights":
        """Return the parameters of one layer, of those that a forward has used, by their names."""
        suffix = f"_l{layer}" + ("_reverse" if direction == "reverse" else "")
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        found = (used.get(name + suffix) for name in names)
        parts: list[Any] = [None if p is None else p.detach() for p in found]  # autograd is out
        w_ih, w_hh, b_ih, b_hh, w_hr = parts
        return cls(w_ih, w_hh, None if b_ih is None else b_ih + b_hh, w_hr)


class Run(NamedTuple):
    """A run of all layers: output (seq_len, batch_size, size), h_n and c_n, and the Traces."""

    output: Tensor
    state: State
    traces: list[BatchTrace]


def places(layout: Layout) -> list[tuple[int, str]]:
    """Return every (layer, direction) of an LSTM, in the order of its states."""
    directions = DIRECTIONS if layout.bidirectional else DIRECTIONS[:1]
    return [(layer, direction) for layer in range(layout.num_layers) for direction in directions]


def run_layers(
    layout: Layout,
    used: Mapping[str, Tensor],
    x: Tensor,
    hx: State | None,
    form: Form,
    holds: Sequence[Hold | None],
) -> Run:
    """Run every layer and direction of an LSTM in the open.

    Args:
        layout: of the LSTM.
        used: its parameters, by their names.
        x: (seq_len, batch_size, input_size), zeros behind the end of a sequence.
        hx: state to start from, (num_layers * directions, batch_size, size) each; None: zeros.
        form: of the input.
        holds: what is clamped, one per layer and direction; None for nothing.
    """
    state = _zeros(layout, x) if hx is None else [part.detach().clone() for part in hx]
    running, traces, ends = form.running(x), [], []
    outputs: list[Tensor] = []
    for place, hold, h_0, c_0 in zip(places(layout), holds, *state, strict=True):
        if len(outputs) == 1 + layout.bidirectional:
            x, outputs = torch.cat(outputs, dim=2), []  # the layer above starts
        columns, end = walk(x, Weights.of(used, *place), (h_0, c_0), hold, running, place[1])
        outputs.append(columns["h"].transpose(0, 1))
        ends.append(end)
        traces.append(
            BatchTrace(x.transpose(0, 1), **columns, h0=h_0, c0=c_0, layer=place[0],
                       direction=place[1], lengths=form.lengths)
        )  # fmt: skip
    h_n, c_n = (torch.stack(states) for states in zip(*ends, strict=True))
    return Run(torch.cat(outputs, dim=2) if len(outputs) > 1 else outputs[0], (h_n, c_n), traces)


def walk(
    x: Tensor, weights: Weights, state: State, hold: Hold | None, running: Mask, direction: str
) -> tuple[dict[str, Tensor], State]:
    """Run one layer in one direction.

    Args:
        x: (seq_len, batch_size, input_size).
        weights: of the layer.
        state: h and c to start from, (batch_size, size of h) and (batch_size, hidden_size).
        hold: what is clamped, None for nothing; holds numbers in place.
        running: which steps are real, (seq_len, batch_size, 1), or None for all.
        direction: "forward" or "reverse".

    Returns:
        i, f, g, o, c, h of every step, (batch_size, seq_len, size) each, and h and c at the end.
    """
    h, c = state
    z = F.linear(x, weights.w_ih, weights.b)  # W_hh h is added step by step
    gates = z.chunk(4, dim=2)  # views of z: the gates are computed where their sums stand
    states = h.new_empty(len(x), *h.shape), c.new_empty(len(x), *c.shape)
    memory = (z, z[..., : 2 * c.shape[1]], *gates, *states)
    end = _run_steps(memory, direction, state, weights, hold, running)
    rows = (*gates, *states)
    if running is not None:  # 0 where nothing runs
        rows = tuple(part.masked_fill_(~running, 0.0) for part in rows)
    return {name: part.transpose(0, 1) for name, part in zip("ifgohc", rows, strict=True)}, end


@torch.inference_mode()  # no bookkeeping for autograd: faster where operations are this small
def _run_steps(
    memory: Iterable[Tensor],
    direction: str,
    state: State,
    weights: Weights,
    hold: Hold | None,
    running: Mask,
) -> State:
    """Run the equations, each in the memory that is there for it; return h and c at the end.

    Args:
        memory: the four sums; of these i and f; i, f, g, o; h and c; (seq_len, ...) each.
        direction, state, weights, hold, running: as in `walk`.
    """
    (h, c), w_hh, w_hr = state, weights.w_hh.T, weights.w_hr
    for t, (z_t, if_t, i, f, g, o, h_t, c_t) in walked(memory, direction):
        z_t.addmm_(h, w_hh)
        if_t.sigmoid_()
        g.tanh_()
        o.sigmoid_()
        if hold:
            hold.gates(t, i, f, g, o)
        torch.mul(f, c, out=c_t).add_(i * g)
        if hold:
            hold("c", t, c_t)
        _show(o, c_t, w_hr, h_t)
        if hold:
            hold("h", t, h_t)
        h, c = (h_t, c_t) if running is None else who_runs(running[t], (h_t, c_t), (h, c))
    return h, c


def walked(columns: Iterable[Tensor], direction: str) -> Iterable[tuple[int, tuple]]:
    """Return (t, every column (seq_len, ...) at step t) in the order that a direction walks."""
    steps = list(enumerate(zip(*(column.unbind() for column in columns), strict=True)))
    return steps if direction == "forward" else reversed(steps)


def who_runs(running: Tensor, now: State, before: State) -> State:
    """Return the state of sequences that run, and of those that wait the one they had."""
    (h, c), (h_0, c_0) = now, before
    return torch.where(running, h, h_0), torch.where(running, c, c_0)


def _show(o: Tensor, c: Tensor, w_hr: Tensor | None, h: Tensor) -> Tensor:
    """Write o * tanh(c) to `h`, projected if there is a projection."""
    if w_hr is None:
        return torch.tanh(c, out=h).mul_(o)
    return torch.mm(o * torch.tanh(c), w_hr.T, out=h)


def _zeros(layout: Layout, x: Tensor) -> State:
    """Return the state that an LSTM starts from if none is given."""
    rows, batch_size = len(places(layout)), x.shape[1]
    h = x.new_zeros(rows, batch_size, layout.h_size)
    return h, x.new_zeros(rows, batch_size, layout.hidden_size)
