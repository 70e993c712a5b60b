"""Where a loss sends its gradient: to every h and c of an LSTM, and by which way.

The loss is differentiated by autograd down to the LSTM's output; from there the gradient walks
back through layers and steps by the chain rule in the open (backpropagation through time), with
every number on the way kept.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from lstm_lib.layers import CellStep, cell_backward
from lstm_lib.record import BatchTrace, Flow, Flows
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace.forms import Results
from lstm_lib.trace.hooked import Call, Watched, check_equal, padded, watch
from lstm_lib.trace.opened import Run, Weights, who_runs
from lstm_lib.trace.plain import pair
from lstm_lib.trace.untouched import untouched
from lstm_lib.vector import VectorLSTM

Gradients = tuple[Tensor, Tensor, Tensor]


def flow_torch(watched: Watched, loss: Callable) -> Flows:
    """Return the gradient flow of a torch module; `loss` as in `gradient_flow`."""
    model, module = watched.model, watched.module
    seen: list[tuple[Call, Run, list[Tensor]]] = []

    def look(call: Call) -> Results:
        if seen:
            raise ValueError("model must call its LSTM once: choose a call with call=, from 0")
        with torch.no_grad():
            run = call.run()
            check_equal(call.closed(run.output, run.state), call, run)
        leaves = [part.clone().requires_grad_() for part in (run.output, *run.state)]
        seen.append((call, run, leaves))
        output, h_n, c_n = leaves
        return call.closed(output, (h_n, c_n))

    with untouched(model, *watched.given), torch.inference_mode(False), torch.enable_grad():
        result = watch(watched, look)
        ((call, run, leaves),) = seen
        if module is model:
            result, _ = padded(result, call.form)
        value = _checked(loss(result))
        found = torch.autograd.grad(value, leaves, allow_unused=True)
        with torch.no_grad():
            return Flows(_down(call, run, _reached(found, leaves)), value.item())


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


def _down(call: Call, run: Run, gradients: Iterable[Tensor]) -> list[Flow]:
    """Return the flow of every layer and direction: walk from the top layer to the bottom.

    Args:
        call, run: the LSTM's call, and the run of it in the open.
        gradients: of the loss by output, h_n and c_n, shaped like them.
    """
    d_x, d_h_n, d_c_n = gradients
    flows: list[Flow] = []
    width = 1 + call.layout.bidirectional
    running = call.form.running(call.x)
    for start in reversed(range(0, len(run.traces), width)):
        parts, d_x, row = d_x.chunk(width, dim=2), d_x.new_zeros(()), []
        for k, d_outputs in enumerate(parts, start):
            trace, ends = run.traces[k], (d_outputs, d_h_n[k], d_c_n[k])
            weights = Weights.of(call.weights, trace.layer, trace.direction)
            d_h, d_c, d_z = walk_back(trace, weights, ends, running)
            _, kept, _ = walk_back(trace, weights, ends, running, around=False)
            d_x = d_x + d_z @ weights.w_ih  # (seq_len, batch_size, input_size)
            d_h, d_c, kept = (part.transpose(0, 1) for part in (d_h, d_c, kept))
            row.append(Flow(d_h, d_c, kept, trace.layer, trace.direction, trace.lengths))
        flows = row + flows
    return flows


def walk_back(
    trace: BatchTrace,
    weights: Weights,
    ends: Gradients,
    running: Tensor | None,
    around: bool = True,
) -> Gradients:
    """Go back through one layer in one direction, from the step walked last to the first.

    Args:
        trace: the run, columns (batch_size, seq_len, size).
        weights: of the layer.
        ends: what the loss says to its h at every step, (seq_len, batch_size, size of h), and to
            its last h and c, (batch_size, size) each.
        running: which steps are real, (seq_len, batch_size, 1), or None for all.
        around: whether the way around through h and the gates of the next step is open; closed,
            what a step gets from the next came along the lane of the cell, by its forget gate.

    Returns:
        dL/dh and dL/dc, (seq_len, batch_size, size) each, and the same by the sums inside the
        gates, (seq_len, batch_size, 4*hidden_size); 0 behind the end of a sequence.
    """
    (d_outputs, d_h, d_c), rows = ends, []
    steps = range(len(trace))
    for t in steps if trace.direction == "reverse" else reversed(steps):
        _, h_prev, c_prev, i, f, g, o, c, _ = trace[t]
        step = CellStep(h_prev, c_prev, i, f, g, o, torch.tanh(c))
        d_h_t = d_h + d_outputs[t]
        d_m = d_h_t if weights.w_hr is None else d_h_t @ weights.w_hr  # by o * tanh(c)
        d_z, d_lane = cell_backward(step, d_m, d_c)
        rows.append((d_h_t, d_c + d_m * o * (1 - step.shown * step.shown), d_z))
        before = d_z @ weights.w_hh if around else torch.zeros_like(d_h), d_lane
        # who has not started to walk back keeps what it was given
        d_h, d_c = before if running is None else who_runs(running[t], before, (d_h, d_c))
    rows = rows if trace.direction == "reverse" else rows[::-1]
    d_h, d_c, d_z = (torch.stack(column) for column in zip(*rows, strict=True))
    return (d_h, d_c, d_z) if running is None else (d_h * running, d_c * running, d_z * running)


def flow_vector(model: VectorLSTM, x: Any, loss: Callable, hx: Any) -> Flows:
    """Return the gradient flow of a VectorLSTM in NumPy; arguments as in `gradient_flow`."""
    _, trace = model.forward(x, *pair(hx))  # checks the numbers
    read_out = nn.Identity() if model.output_size is None else model.read_out_to_torch()
    state = tuple(torch.from_numpy(part)[None] for part in (trace.h0, trace.c0))
    inputs = torch.from_numpy(trace.x)
    watched = Watched.of(model.to_torch(), (inputs, state, None), None, "all")
    flows = flow_torch(watched, lambda h: loss(read_out(h)))
    arrays = (Flow(*(part.numpy() for part in (f.d_h, f.d_c, f.kept))) for f in flows)
    return Flows(arrays, flows.loss)


def flow_scalar(model: ScalarLSTM, x: Any, loss: Callable, hx: Any) -> Flows:
    """Return the gradient flow of a ScalarLSTM, (1, seq_len, 1); arguments as in the above."""
    trace = model.run(x, *pair(hx))  # checks the numbers
    state = ([[trace.h0]], [[trace.c0]])
    return flow_vector(VectorLSTM.from_scalar(model), [[[v] for v in trace.x]], loss, state)
