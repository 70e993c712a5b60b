"""LSTMCell and LSTM in torch: torch.nn.LSTMCell and nn.LSTM with a forward pass one can read.

Arguments, parameters and attributes are torch's own, inherited; what is computed from them is here.
`cell` holds the equations, one per line; everything else carries numbers to it and back. Inside,
every input has the form of a packed sequence: the rows of step 0, then those of step 1, and so on,
with `batch_sizes` saying how many rows each step has. A bad argument is a TypeError or ValueError
that names it; an input that does not fit raises what torch raises.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd import Function, forward_ad
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from lstm_lib import _validate

INITS = ("pytorch", "normal")
State = tuple[Tensor, Tensor]


def cell(z: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor, "CellStep"]:
    """Run the equations of the LSTM for one time step.

    Args:
        z: W_ih x + b_ih + W_hh h + b_hh, the four sums stacked i, f, g, o,
            (batch_size, 4*hidden_size).
        h, c: hidden state and cell state before the step, (batch_size, hidden_size), as are
            the new h and c, and everything in the CellStep.

    Source: Gers, Schmidhuber & Cummins (2000), without peepholes.
    """
    z_i, z_f, z_g, z_o = z.chunk(4, dim=1)  # (batch_size, hidden_size) each
    i = torch.sigmoid(z_i)
    f = torch.sigmoid(z_f)
    g = torch.tanh(z_g)
    o = torch.sigmoid(z_o)
    c_new = f * c + i * g
    shown = torch.tanh(c_new)
    h_new = o * shown
    return h_new, c_new, CellStep(h, c, i, f, g, o, shown)


class CellStep(NamedTuple):
    """What one time step starts from and computes, (batch_size, hidden_size) each.

    Fields:
        h_prev, c_prev: the state before the step; h proj_size wide, if there is a projection.
        i, f, g, o: input gate, forget gate, candidate, output gate.
        shown: tanh(c), what the output gate lets through.
    """

    h_prev: Tensor
    c_prev: Tensor
    i: Tensor
    f: Tensor
    g: Tensor
    o: Tensor
    shown: Tensor


def cell_backward(step: CellStep, d_h: Tensor, d_c: Tensor) -> State:
    """Go back through one time step, by the chain rule.

    Args:
        step: what `cell` recorded.
        d_h, d_c: how the loss changes with the new h and c, (batch_size, hidden_size) each.

    Returns:
        how it changes with the four sums z, (batch_size, 4*hidden_size), and with the c before
        the step, (batch_size, hidden_size).
    """
    _, c_prev, i, f, g, o, shown = step
    d_c = d_c + d_h * o * (1 - shown * shown)
    d_i = d_c * g * i * (1 - i)
    d_f = d_c * c_prev * f * (1 - f)
    d_g = d_c * i * (1 - g * g)
    d_o = d_h * shown * o * (1 - o)
    return torch.cat([d_i, d_f, d_g, d_o], dim=1), d_c * f


def initialise(
    module: nn.Module, hidden_size: int, init: str = "pytorch", forget_bias: float | None = None
) -> None:
    """Draw a module's parameters anew, in the order in which they were registered.

    Args:
        module: an LSTM or LSTMCell of this file, or of torch.
        hidden_size: the number of units.
        init: "pytorch" (all from U(-k, k), k = 1 / sqrt(hidden_size)) or "normal" (weights from
            N(0, 1), biases zero).
        forget_bias: None, or a number for `set_forget_bias`.
    """
    bound = 1.0 / math.sqrt(hidden_size)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if init == "pytorch":
                parameter.uniform_(-bound, bound)
            elif name.startswith("bias"):
                parameter.zero_()
            else:
                parameter.normal_()
    if forget_bias is not None:
        set_forget_bias(module, forget_bias)


def set_forget_bias(module: nn.Module, bias: float | Tensor) -> None:
    """Let the two biases of every forget gate add up to `bias`.

    Args:
        module: an LSTM or LSTMCell with biases, of this file or of torch.
        bias: a number such as 1, or one per unit, (hidden_size,).

    Source: Gers, Schmidhuber & Cummins (2000); Jozefowicz et al. (2015).
    """
    size: Any = module.hidden_size
    rows = slice(size, 2 * size)  # the second of i, f, g, o
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.startswith("bias"):
                parameter[rows] = bias if name.startswith("bias_ih") else 0.0


class LSTMCell(nn.LSTMCell):
    """One time step of an LSTM: a drop-in for torch.nn.LSTMCell.

    Args:
        input_size: numbers in one input.
        hidden_size: number of units.
        bias: whether there are biases.
        device, dtype: of the parameters.
        init, forget_bias: how the parameters start, see `initialise`.

    Parameters:
        weight_ih: (4*hidden_size, input_size), gates stacked i, f, g, o.
        weight_hh: (4*hidden_size, hidden_size).
        bias_ih, bias_hh: (4*hidden_size,) each, or None.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        init: str = "pytorch",
        forget_bias: float | None = None,
    ) -> None:
        self.init, self.forget_bias = _start(init, forget_bias, bias)  # before torch draws
        super().__init__(
            _validate.count("input_size", input_size, at_least=1),
            _validate.count("hidden_size", hidden_size, at_least=1),
            _validate.flag("bias", bias),
            device,
            dtype,
        )

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        initialise(self, self.hidden_size, self.init, self.forget_bias)

    def forward(self, input: Tensor, hx: State | None = None) -> State:
        """Run one time step.

        Args:
            input: (batch_size, input_size) or (input_size,).
            hx: state (h, c) before the step, (batch_size, hidden_size) or (hidden_size,) each;
                zeros without it.

        Returns:
            the new (h, c), of the same shapes.
        """
        x, h, c = self._checked(input, hx)  # (batch_size, input_size or hidden_size)
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        h, c, _ = cell(z, h, c)
        return (h, c) if input.dim() == 2 else (h[0], c[0])

    def extra_repr(self) -> str:
        """Return the arguments, as torch prints them."""
        return super().extra_repr() + _started(self)

    def __prepare_scriptable__(self) -> nn.LSTMCell:
        """Return torch's cell of these very parameters: torch.jit.script reads no code of ours."""
        return _of_torch(self, nn.LSTMCell)

    def _checked(self, x: Tensor, hx: State | None) -> tuple[Tensor, Tensor, Tensor]:
        """Return x, h, c as batches, or say what does not fit, with torch's exceptions."""
        if x.dim() not in (1, 2):
            raise ValueError(f"input must be 1-D or 2-D, got {x.dim()}-D")
        batch = x if x.dim() == 2 else x.unsqueeze(0)
        if batch.size(1) != self.input_size:
            raise RuntimeError(f"input must have input_size {self.input_size}, got {x.size(-1)}")
        _check_pair(hx)
        if hx is None:
            zeros = batch.new_zeros(batch.size(0), self.hidden_size)
            return batch, zeros, zeros
        shape = (*x.shape[:-1], self.hidden_size)
        for k, state in enumerate(hx):
            if state.dim() not in (1, 2):
                raise ValueError(f"hx[{k}] must be 1-D or 2-D, got {state.dim()}-D")
            if state.shape != shape:
                raise RuntimeError(f"hx[{k}] must have shape {shape}, got {tuple(state.shape)}")
        h, c = (state.view(batch.size(0), -1) for state in hx)
        return batch, h, c


class LSTM(nn.LSTM):
    """Layers of LSTM over whole sequences: a drop-in for torch.nn.LSTM.

    Args:
        input_size: numbers in one input.
        hidden_size: units of a layer, in each direction.
        num_layers: layers, each reading the outputs of the one below.
        bias: whether there are biases.
        batch_first: whether inputs and outputs are (batch_size, seq_len, size) instead of
            (seq_len, batch_size, size).
        dropout: share of the outputs of every layer but the last that is dropped in training.
        bidirectional: whether a second set of units reads each sequence backwards.
        proj_size: 0, or the size to which a matrix W_hr brings every hidden state (Sak, Senior &
            Beaufays 2014).
        device, dtype: of the parameters.
        init, forget_bias: how the parameters start, see `initialise`.

    Parameters:
        weight_ih_l[k]: (4*hidden_size, input_size), from layer 1 on
            (4*hidden_size, directions * size of h); gates stacked i, f, g, o.
        weight_hh_l[k]: (4*hidden_size, size of h).
        bias_ih_l[k], bias_hh_l[k]: (4*hidden_size,) each, or None.
        weight_hr_l[k]: (proj_size, hidden_size), with a proj_size only.
        All once more with the suffix _reverse, if bidirectional.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        init: str = "pytorch",
        forget_bias: float | None = None,
    ) -> None:
        given = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers}
        sizes = [_validate.count(name, size, at_least=1) for name, size in given.items()]
        bias, batch_first = _validate.flag("bias", bias), _validate.flag("batch_first", batch_first)
        dropout, proj_size = _dropout(dropout), _proj_size(proj_size, hidden_size)
        self.init, self.forget_bias = _start(init, forget_bias, bias)  # before torch draws
        super().__init__(
            *sizes, bias, batch_first, dropout, bidirectional, proj_size, device, dtype
        )

    @property
    def _h_size(self) -> int:
        """The size of a hidden state."""
        return self.proj_size or self.hidden_size

    @property
    def _directions(self) -> tuple[str, ...]:
        """The suffix of each direction's parameters."""
        return ("", "_reverse") if self.bidirectional else ("",)

    def _weights(self, row: str) -> list[nn.Parameter | None]:
        """Return w_ih, w_hh, b_ih, b_hh, w_hr of one layer and direction, e.g. "_l0_reverse"."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
        return [getattr(self, name + row, None) for name in names]

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        initialise(self, self.hidden_size, self.init, self.forget_bias)

    def extra_repr(self) -> str:
        """Return the arguments, as torch prints them."""
        return super().extra_repr() + _started(self)

    def __prepare_scriptable__(self) -> nn.LSTM:
        """Return torch's layer of these very parameters: torch.jit.script reads no code of ours."""
        return _of_torch(self, nn.LSTM)

    def forward(  # type: ignore[override]  # torch has an overload per kind of input
        self, input: Tensor | PackedSequence, hx: State | None = None
    ) -> tuple[Tensor | PackedSequence, State]:
        """Run whole sequences.

        Args:
            input: (seq_len, batch_size, input_size), (batch_size, seq_len, input_size) with
                batch_first, (seq_len, input_size) for one sequence, or a PackedSequence.
            hx: state (h_0, c_0) before the first step, (directions * num_layers, batch_size,
                size) each, without batch_size for one sequence; zeros without it. The size is
                hidden_size; for h_0, if there is one, proj_size.

        Returns:
            the last layer's h at every step, arranged like the input, both directions side by
            side; and the state (h_n, c_n) after the last step, arranged like hx.
        """
        _check_pair(hx)
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx)
        _check_dimensions(input, hx)
        if input.dim() == 3:
            return self._forward_padded(input, hx)
        batch_dim = 0 if self.batch_first else 1
        hx = hx and (hx[0].unsqueeze(1), hx[1].unsqueeze(1))
        outputs, (h_n, c_n) = self._forward_padded(input.unsqueeze(batch_dim), hx)
        return outputs.squeeze(batch_dim), (h_n.squeeze(1), c_n.squeeze(1))

    def _forward_padded(self, x: Tensor, hx: State | None) -> tuple[Tensor, State]:
        """Run sequences of equal length: pack, run, unpack."""
        x = x.transpose(0, 1) if self.batch_first else x  # (seq_len, batch_size, input_size)
        seq_len, batch_size, _ = x.shape
        hx = self._checked(x, batch_size, hx)
        outputs, state = self._run_layers(x.flatten(0, 1), [batch_size] * seq_len, hx)
        outputs = outputs.view(seq_len, batch_size, outputs.size(1))
        return (outputs.transpose(0, 1) if self.batch_first else outputs), state

    def _forward_packed(self, x: PackedSequence, hx: State | None) -> tuple[PackedSequence, State]:
        """Run packed sequences, the longest first; the states keep the caller's order."""
        batch_sizes = x.batch_sizes.tolist()
        if x.sorted_indices is not None and hx is not None:
            hx = _reordered(hx, x.sorted_indices)
        hx = self._checked(x.data, batch_sizes[0], hx)
        outputs, state = self._run_layers(x.data, batch_sizes, hx)
        if x.unsorted_indices is not None:
            state = _reordered(state, x.unsorted_indices)
        return x._replace(data=outputs), state

    def _checked(self, x: Tensor, batch_size: int, hx: State | None) -> State:
        """Return the state to start from, or say what does not fit, with torch's exceptions."""
        dtype = self.weight_ih_l0.dtype
        if x.dtype != dtype and not torch.is_autocast_enabled(x.device.type):
            raise ValueError(f"input must have the weights' dtype {dtype}, got {x.dtype}")
        if x.size(-1) != self.input_size:
            raise RuntimeError(f"input must have input_size {self.input_size}, got {x.size(-1)}")
        if x.dim() == 3 and x.size(0) == 0:
            raise RuntimeError("input must have at least one time step, got a seq_len of 0")
        rows = self.num_layers * len(self._directions)
        shapes = [(rows, batch_size, size) for size in (self._h_size, self.hidden_size)]
        if hx is None:
            return x.new_zeros(shapes[0]), x.new_zeros(shapes[1])
        for k, (state, shape) in enumerate(zip(hx, shapes, strict=True)):
            if state.shape != shape:
                raise RuntimeError(f"hx[{k}] must have shape {shape}, got {tuple(state.shape)}")
        return hx

    def _run_layers(self, x: Tensor, batch_sizes: list[int], hx: State) -> tuple[Tensor, State]:
        """Run layer after layer, every direction of it.

        Args:
            x: the rows of all steps, (rows, input_size).
            batch_sizes: how many rows each step has.
            hx: state to start from, (num_layers * directions, batch_size, size) each.
        """
        starts, ends = zip(*hx, strict=True), []
        for layer in range(self.num_layers):
            x = F.dropout(x, self.dropout, self.training) if layer and self.dropout else x
            outputs = []
            for suffix in self._directions:
                h, c = next(starts)
                weights = self._weights(f"_l{layer}{suffix}")
                out, *end = run_direction(x, weights, h, c, batch_sizes, bool(suffix))
                outputs.append(out)
                ends.append(end)
            x = torch.cat(outputs, dim=1) if self.bidirectional else outputs[0]
        h_n, c_n = (torch.stack(states) for states in zip(*ends, strict=True))
        return x, (h_n, c_n)


def _reordered(state: State, order: Tensor) -> State:
    """Return the states of sequences in another order."""
    h, c = state
    return h.index_select(1, order), c.index_select(1, order)


def run_direction(
    x: Tensor,
    weights: Sequence[Any],
    h: Tensor,
    c: Tensor,
    batch_sizes: Sequence[int],
    reverse: bool = False,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run one layer in one direction.

    Args:
        x: the rows of all steps, (rows, input_size).
        weights: w_ih, w_hh, b_ih, b_hh, w_hr as in LSTM; b_ih, b_hh and w_hr may be None.
        h, c: state to start from, (batch_size, size of h) and (batch_size, hidden_size).
        batch_sizes: how many rows each step has.
        reverse: whether to go from the last step to the first.

    Returns:
        h at every step, (rows, size of h), and the state h, c at the end.
    """
    if torch.compiler.is_dynamo_compiling() and not torch.compiler.is_exporting():
        run = torch.compiler.disable(run_direction)  # compiled, 100 steps would take a minute
        return run(x, weights, h, c, batch_sizes, reverse)
    w_ih, w_hh, b_ih, b_hh, w_hr = weights
    z = F.linear(x, w_ih, None if b_ih is None else b_ih + b_hh)  # (rows, 4*hidden_size)
    w_hh, h, c = w_hh.to(z.dtype), h.to(z.dtype), c.to(z.dtype)  # autocast may have changed z
    if w_hr is None and not _is_followed(z, w_hh, h, c):
        return Unrolled.apply(z, w_hh, h, c, batch_sizes, reverse)
    w_hr = None if w_hr is None else w_hr.to(z.dtype)
    return unroll(z, w_hh, h, c, batch_sizes, reverse, w_hr)[:3]


def _is_followed(*tensors: Tensor) -> bool:
    """Return whether torch.func, forward mode, torch.export or jit follows every operation."""
    return (
        torch._C._are_functorch_transforms_active()
        or torch.compiler.is_compiling()
        or torch.jit.is_tracing()
        or any(forward_ad.unpack_dual(x).tangent is not None for x in tensors)
    )


def unroll(
    z: Tensor,
    w_hh: Tensor,
    h: Tensor,
    c: Tensor,
    batch_sizes: Sequence[int],
    reverse: bool = False,
    w_hr: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor, list[CellStep]]:
    """Run the cell step by step; autograd can follow it.

    Args:
        z: the input's part of the four sums, W_ih x + b_ih + b_hh, (rows, 4*hidden_size).
        w_hh: (4*hidden_size, size of h).
        h, c, batch_sizes, reverse: as in `run_direction`.
        w_hr: None or the projection, (proj_size, hidden_size).

    Returns:
        h at every step, (rows, size of h); h and c at the end; and the CellSteps, in the order
        of the rows.
    """
    rows, outputs, steps = z.split(batch_sizes), [], []
    for z_t in reversed(rows) if reverse else rows:  # (n, 4*hidden_size), n sequences still run
        h_t, c_t = h[: z_t.size(0)], c[: z_t.size(0)]
        h_t, c_t, step = cell(torch.addmm(z_t, h_t, w_hh.T), h_t, c_t)
        h_t = h_t if w_hr is None else h_t @ w_hr.T  # (n, size of h)
        h, c = _onto(h, h_t), _onto(c, c_t)
        outputs.append(h_t)
        steps.append(step)
    if reverse:
        outputs.reverse()
        steps.reverse()
    return torch.cat(outputs), h, c, steps


def _onto(state: Tensor, now: Tensor) -> Tensor:
    """Return `state` with `now` as its first rows; sequences of the other rows are not running."""
    n = now.size(0)
    return now if n == state.size(0) else torch.cat([now, state[n:]])


class Unrolled(Function):
    """`unroll` without projection, with its backward pass by hand: backpropagation through time.

    Autograd through `unroll` is as right, and slower: it keeps a node for every operation of every
    step.
    """

    @staticmethod
    def forward(ctx, z, w_hh, h, c, batch_sizes, reverse):
        """Run `unroll` and keep what the way back needs."""
        outputs, h_n, c_n, steps = unroll(z, w_hh, h, c, batch_sizes, reverse)
        ctx.save_for_backward(z, w_hh, h, c, *(number for step in steps for number in step))
        ctx.batch_sizes, ctx.reverse = batch_sizes, reverse
        return outputs, h_n, c_n

    @staticmethod
    def backward(ctx, d_outputs, d_h, d_c):
        """Return how the loss changes with z, w_hh, h and c.

        Args:
            d_outputs: how it changes with h at every step, (rows, hidden_size).
            d_h, d_c: with h and c at the end, (batch_size, hidden_size) each.
        """
        z, w_hh, h, c, *saved = ctx.saved_tensors  # once: checkpointing recomputes them
        if torch.is_grad_enabled():  # someone asks for the derivative of the derivative
            return _backward_by_autograd(ctx, (z, w_hh, h, c), (d_outputs, d_h, d_c))
        columns = [saved[k :: len(CellStep._fields)] for k in range(len(CellStep._fields))]
        steps = [CellStep(*step) for step in zip(*columns, strict=True)]
        walk = list(zip(d_outputs.split(ctx.batch_sizes), steps, strict=True))
        d_z = []
        for d_now, step in walk if ctx.reverse else reversed(walk):
            n = len(d_now)
            d_z_t, d_c_t = cell_backward(step, d_h[:n] + d_now, d_c[:n])
            d_z.append(d_z_t)
            d_h, d_c = _onto(d_h, d_z_t @ w_hh), _onto(d_c, d_c_t)
        d_z = torch.cat(d_z if ctx.reverse else d_z[::-1])  # (rows, 4*hidden_size)
        d_w_hh = d_z.T @ torch.cat(columns[0])  # (4*hidden_size, hidden_size)
        return d_z, d_w_hh, d_h, d_c, None, None


def _backward_by_autograd(ctx, inputs: Sequence[Tensor], d_ends: Sequence[Tensor]) -> tuple:
    """Return what Unrolled.backward does, in a form that can be differentiated again."""
    z, w_hh, h, c = inputs
    ends = unroll(z, w_hh, h, c, ctx.batch_sizes, ctx.reverse)[:3]
    needed = [x for x, is_needed in zip(inputs, ctx.needs_input_grad, strict=False) if is_needed]
    found = iter(torch.autograd.grad(ends, needed, d_ends, create_graph=True))
    return tuple(next(found) if is_needed else None for is_needed in ctx.needs_input_grad)


def _of_torch(module: nn.Module, kind: type[nn.Module]) -> Any:
    """Return the same module as one of torch's own."""
    made = kind.__new__(kind)
    made.__dict__ = module.__dict__
    return made


def _started(module: LSTM | LSTMCell) -> str:
    """Return how the parameters start, where it is not torch's way, for a repr."""
    init = "" if module.init == "pytorch" else f", init={module.init!r}"
    return init if module.forget_bias is None else f"{init}, forget_bias={module.forget_bias}"


def _start(init: object, forget_bias: object, bias: bool) -> tuple[str, float | None]:
    """Return how the parameters start."""
    if init not in INITS:
        raise ValueError(f"init must be one of {', '.join(INITS)}, got {init!r}")
    if forget_bias is None:
        return init, None
    if not bias:
        raise ValueError(f"forget_bias must be None without biases, got {forget_bias!r}")
    return init, _validate.number("forget_bias", forget_bias)


def _dropout(dropout: object) -> float:
    """Return `dropout`, a share."""
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout <= 1:
        raise ValueError(f"dropout must be a number from 0 to 1, got {dropout!r}")
    return float(dropout)


def _proj_size(proj_size: int, hidden_size: int) -> int:
    """Return `proj_size`, 0 or more, below `hidden_size`."""
    if _validate.count("proj_size", proj_size) >= hidden_size:
        raise ValueError(f"proj_size must be below hidden_size {hidden_size}, got {proj_size}")
    return int(proj_size)


def _check_dimensions(x: Tensor, hx: State | None) -> None:
    """Say which tensor has not as many dimensions as it must, with torch's exceptions."""
    if x.dim() not in (2, 3):
        raise ValueError(f"input must be 2-D or 3-D, got {x.dim()}-D")
    for k, state in enumerate(hx or ()):
        if state.dim() != x.dim():
            raise RuntimeError(f"hx[{k}] must be {x.dim()}-D like the input, got {state.dim()}-D")


def _check_pair(hx: Any) -> None:
    """Refuse h alone, which a GRU takes."""
    if isinstance(hx, Tensor):
        raise TypeError("hx must be a pair (h, c), got one tensor")
    if hx is not None and len(hx) != 2:
        raise TypeError(f"hx must be a pair (h, c), got {len(hx)} parts")
