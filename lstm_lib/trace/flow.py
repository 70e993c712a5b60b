"""Where a loss sends its gradient: to every h and c of an LSTM, and by which way.

The loss is differentiated by autograd down to the layer's output; from there the gradient walks
back through layers and steps by the chain rule in the open (backpropagation through time), with
every number on the way kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lstm_lib.notation import LSTM
from lstm_lib.record import BatchRecord, Flow, Flows
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace.calls import Call, padded
from lstm_lib.trace.equal import check_equal
from lstm_lib.trace.forms import Layout, Results
from lstm_lib.trace.hooked import Given, Watched, watch
from lstm_lib.trace.kinds import State, Weights
from lstm_lib.trace.opened import Run, weights_of, who_runs
from lstm_lib.trace.plain import pair
from lstm_lib.trace.untouched import untouched
from lstm_lib.vector import VectorLSTM


def flow_torch(watched: Watched, loss: Callable) -> Flows:
    """Return the gradient flow of a torch module; `loss` as in `gradient_flow`."""
    seen: list[tuple[Call, Run, list[Tensor]]] = []

    def look(call: Call, _: Any) -> Results:
        if seen:
            raise ValueError("model must call its LSTM once: choose a call with call=, from 0")
        with torch.no_grad():
            run = call.run()
            check_equal(call, run)
        leaves = [part.clone().requires_grad_() for part in (run.output, *run.state)]
        seen.append((call, run, leaves))
        output, *state = leaves
        return call.closed(run._replace(output=output, state=tuple(state)))

    given = vars(watched.given).values()
    with untouched(watched.model, *given), torch.inference_mode(False), torch.enable_grad():
        result = watch(replace(watched, given=watched.given.normal()), look)
        ((call, run, leaves),) = seen
        if watched.is_bare:
            found = watched.layout.taken(result)
            result = result if found is None else padded(found, call.form)[0]
        value = _checked(loss(result))
        gradients = torch.autograd.grad(value, leaves, allow_unused=True)
        with torch.no_grad():
            return Flows(_down(call, run, _reached(gradients, leaves)), value.item())


def _reached(found: Sequence[Tensor | None], leaves: Sequence[Tensor]) -> list[Tensor]:
    """Return the gradients by output, h_n and c_n, 0 by what the loss does not look at."""
    if all(gradient is None for gradient in found):
        raise ValueError(
            "loss must depend on the LSTM's output, which its gradient does not reach: is it cut "
            "on its way, by no_grad, detach or checkpointing?"
        )
    pairs = zip(found, leaves, strict=True)
    return [torch.zeros_like(leaf) if d is None else d for d, leaf in pairs]


def _checked(value: object) -> Tensor:
    """Return a loss if it is one number that depends on the LSTM."""
    if not isinstance(value, Tensor):
        raise TypeError(f"loss must return a tensor, got {type(value).__name__}")
    if value.numel() != 1:
        raise ValueError(f"loss must return one number, got shape {tuple(value.shape)}")
    if not value.requires_grad:
        raise ValueError("loss must depend on the LSTM's output, got a constant")
    return value


def _down(call: Call, run: Run, gradients: Sequence[Tensor]) -> list[Flow]:
    """Return the flow of every layer and direction: walk from the top layer to the bottom.

    Args:
        call, run: the call of the layer, and the run of it in the open.
        gradients: of the loss by the output and each part of the state, shaped like them.
    """
    d_x, *d_state = gradients
    flows: list[Flow] = []
    layout, running, width = call.layout, call.form.running(call.x), 1 + call.layout.bidirectional
    for start in reversed(range(0, len(run.traces), width)):
        parts, d_x, row = d_x.chunk(width, dim=2), d_x.new_zeros(()), []
        for k, d_outputs in enumerate(parts, start):
            trace, d_end = run.traces[k], tuple(part[k] for part in d_state)
            place = trace.layer, trace.direction
            weights = weights_of(layout, call.weights, place, call.x.dtype)
            back = partial(walk_back, layout, trace, weights, d_outputs, d_end, running)
            (d_h, d_memory, d_sums), (_, kept, _) = back(), back(around=False)
            d_x = d_x + d_sums @ weights.w_ih  # (seq_len, batch_size, input_size)
            d_h, d_memory, kept = (part.transpose(0, 1) for part in (d_h, d_memory, kept))
            d_c = d_memory if layout.kind.letters is LSTM else None
            row.append(Flow(d_h, d_c, kept, *place, trace.lengths))
        flows = row + flows
    return flows


def walk_back(
    layout: Layout,
    trace: BatchRecord,
    weights: Weights,
    d_outputs: Tensor,
    d_end: State,
    running: Tensor | None,
    around: bool = True,
) -> tuple[Tensor, Tensor, Tensor]:
    """Go back through one layer in one direction, from the step walked last to the first.

    Args:
        layout: of the module.
        trace: the run, columns (batch_size, seq_len, size).
        weights: of the layer.
        d_outputs: what the loss says to its h at every step, (seq_len, batch_size, size of h).
        d_end: what it says to its state at the end, (batch_size, size) each.
        running: which steps are real, (seq_len, batch_size, 1), or None for all.
        around: whether the way around through h and the gates of the next step is open; closed,
            what a step gets from the next came along the lane of the memory.

    Returns:
        dL/dh and the gradient by the memory, (seq_len, batch_size, size) each, and the same by
        the sums inside the gates, (seq_len, batch_size, gates * hidden_size); 0 behind the end
        of a sequence.
    """
    d, rows = d_end, []
    steps = range(len(trace))
    for t in steps if trace.direction == "reverse" else reversed(steps):
        now = (d[0] + d_outputs[t], *d[1:])
        back = layout.kind.back(trace[t], weights, now, layout.nonlinearity)
        rows.append((now[0], back.d_memory, back.d_sums))
        d_h, *rest = back.d_lane
        before = (d_h + back.d_around if around else d_h, *rest)
        # who has not started to walk back keeps what it was given
        d = before if running is None else who_runs(running[t], before, d)
    rows = rows if trace.direction == "reverse" else rows[::-1]
    d_h, d_memory, d_sums = (torch.stack(column) for column in zip(*rows, strict=True))
    if running is None:
        return d_h, d_memory, d_sums
    return d_h * running, d_memory * running, d_sums * running


def flow_vector(model: VectorLSTM, x: Any, loss: Callable, hx: Any) -> Flows:
    """Return the gradient flow of a VectorLSTM in NumPy; arguments as in `gradient_flow`."""
    _, trace = model.forward(x, *pair(hx))  # checks the numbers
    read_out = nn.Identity() if model.output_size is None else model.read_out_to_torch()
    state = tuple(torch.from_numpy(part)[None] for part in (trace.h0, trace.c0))
    inputs = torch.from_numpy(trace.x)
    watched = Watched.of(model.to_torch(), Given(inputs, state), None, "all")
    flows = flow_torch(watched, lambda h: loss(read_out(h)))
    arrays = (Flow(*(part.numpy() for part in (f.d_h, f.d_c, f.kept))) for f in flows)
    return Flows(arrays, flows.loss)


def flow_scalar(model: ScalarLSTM, x: Any, loss: Callable, hx: Any) -> Flows:
    """Return the gradient flow of a ScalarLSTM, (1, seq_len, 1); arguments as in the above."""
    trace = model.run(x, *pair(hx))  # checks the numbers
    state = ([[trace.h0]], [[trace.c0]])
    return flow_vector(VectorLSTM.from_scalar(model), [[[v] for v in trace.x]], loss, state)
