"""A recurrent layer of torch opened: the same equations, step by step, with every number kept.

torch.nn.LSTM runs a whole sequence inside one call and returns the last layer's h alone. `walk`
takes its weights and runs the equations in the open. Each result is computed where it is kept:
that, and one product for the inputs of all steps, is what makes it fast.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_lib.record import BatchRecord
from lstm_lib.record.base import DIRECTIONS
from lstm_lib.trace.clamp import Hold
from lstm_lib.trace.forms import Form, Layout
from lstm_lib.trace.kinds import NAMES, Opened, State, Weights, gathered, walked

Mask = Tensor | None


class Run(NamedTuple):
    """A run of all layers: output (seq_len, batch_size, size), the state at the end, the records.

    The state has (num_layers * directions, batch_size, size) for each of its parts.
    """

    output: Tensor
    state: State
    traces: list[BatchRecord]


def places(layout: Layout) -> list[tuple[int, str]]:
    """Return every (layer, direction) of a module, in the order of its states."""
    directions = DIRECTIONS if layout.bidirectional else DIRECTIONS[:1]
    return [(layer, direction) for layer in range(layout.num_layers) for direction in directions]


def weights_of(
    layout: Layout, used: Mapping[str, Tensor], place: tuple[int, str], dtype: torch.dtype
) -> Weights:
    """Return the parameters of one layer, of those that a forward has used, by their names."""
    layer, direction = place
    suffix = f"_l{layer}" + ("_reverse" if direction == "reverse" else "")
    found = {name: used.get(name + suffix) for name in NAMES}
    parts = {name: None if p is None else p.detach().to(dtype) for name, p in found.items()}
    return gathered(parts, layout.kind)


def run_layers(
    layout: Layout,
    used: Mapping[str, Tensor],
    x: Tensor,
    hx: State | None,
    form: Form,
    holds: Sequence[Hold | None],
) -> Run:
    """Run every layer and direction in the open.

    Args:
        layout: of the module.
        used: its parameters, by their names.
        x: (seq_len, batch_size, input_size), zeros behind the end of a sequence.
        hx: state to start from, (num_layers * directions, batch_size, size) each; None: zeros.
        form: of the input.
        holds: what is clamped, one per layer and direction; None for nothing.
    """
    state = _zeros(layout, x) if hx is None else tuple(part.clone() for part in hx)
    running, traces, ends = form.running(x), [], []
    outputs: list[Tensor] = []
    for place, hold, *start in zip(places(layout), holds, *state, strict=True):
        if len(outputs) == 1 + layout.bidirectional:
            x, outputs = torch.cat(outputs, dim=2), []  # the layer above starts
        weights = weights_of(layout, used, place, x.dtype)
        columns, end = walk(layout, x, weights, start, hold, running, place[1])
        ends.append(end)
        outputs.append(columns["h"])
        columns = {name: column.transpose(0, 1) for name, column in columns.items()}
        columns |= zip(("h0", "c0"), start, strict=False)
        columns["x"] = x.transpose(0, 1)
        traces.append(layout.kind.record(**columns, **_named(place), lengths=form.lengths))
    state = tuple(torch.stack(states) for states in zip(*ends, strict=True))
    return Run(torch.cat(outputs, dim=2) if len(outputs) > 1 else outputs[0], state, traces)


def walk(
    layout: Layout,
    x: Tensor,
    weights: Weights,
    state: Sequence[Tensor],
    hold: Hold | None,
    running: Mask,
    direction: str,
) -> tuple[dict[str, Tensor], State]:
    """Run one layer in one direction.

    Args:
        layout: of the module.
        x: (seq_len, batch_size, input_size).
        weights: of the layer.
        state: to start from, (batch_size, size) each.
        hold: what is clamped, None for nothing; holds numbers in place.
        running: which steps are real, (seq_len, batch_size, 1), or None for all.
        direction: "forward" or "reverse".

    Returns:
        every quantity by its letter, (seq_len, batch_size, size) each, and the state at the end.
    """
    z = F.linear(x, weights.w_ih, weights.b)  # W_hh h is added step by step
    opened = layout.kind.opened(z, weights, state, hold, layout.nonlinearity)
    end = _walk_steps(opened, tuple(state), running, direction)
    if running is None:
        return opened.columns, end
    columns = opened.columns.items()
    return {name: column.masked_fill_(~running, 0.0) for name, column in columns}, end


@torch.inference_mode()  # no bookkeeping for autograd: faster where operations are this small
def _walk_steps(opened: Opened, state: State, running: Mask, direction: str) -> State:
    """Fill a layer's columns step by step, and return the state at the end."""
    for t, row in walked(opened.memory, direction):
        now = opened.step(t, row, state)
        state = now if running is None else who_runs(running[t], now, state)
    return state


def who_runs(running: Tensor, now: State, before: State) -> State:
    """Return the state of sequences that run, and of those that wait the one they had."""
    pairs = zip(now, before, strict=True)
    return tuple(torch.where(running, new, old) for new, old in pairs)


def _named(place: tuple[int, str]) -> Mapping[str, Any]:
    """Return a layer and direction by their names."""
    return {"layer": place[0], "direction": place[1]}


def _zeros(layout: Layout, x: Tensor) -> State:
    """Return the state that is started from if none is given."""
    rows, batch_size = len(places(layout)), x.shape[1]
    sizes = (layout.h_size, layout.hidden_size)[: len(layout.kind.letters.states)]
    return tuple(x.new_zeros(rows, batch_size, size) for size in sizes)
