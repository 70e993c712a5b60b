"""Whether a run in the open gives what the module itself gives, up to rounding."""

from typing import Any

import torch
from torch import Tensor

from lstm_lib.trace.calls import Call
from lstm_lib.trace.opened import Run

TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-4, torch.float16: 1e-2, torch.bfloat16: 5e-2}
TF32 = 1e-2  # where a GPU's own LSTM multiplies with 10 bits, as torch lets cuDNN do
DROWNED = 0.5  # an error that a check of numbers between -1 and 1 must notice

# How many times further than by moved last digits rounding may carry a run. Measured with weights
# from N(0, 0.1) to N(0, 3) over 100 steps: right runs stay within 170 in float32 and float64,
# where the smallest of wrong ones is 86,000; within 29 in float16 and 6 in bfloat16.
GROWN = {torch.float64: 1000, torch.float32: 1000, torch.float16: 60, torch.bfloat16: 10}


class OtherForwardError(ValueError, RuntimeError):
    """The forward of a module is not that of torch's layer, whose class it has."""


def check_equal(call: Call, run: Run) -> None:
    """Refuse to go on if a run in the open gives something else than the module itself."""
    own = call.form.opened(call.results[0]).to(run.output.dtype)
    ends = [part.to(run.output.dtype) for part in call.form.opened_state(call.results[1])]
    pairs = {"output": (run.output, own), "h_n": (run.state[0], ends[0])}
    if len(ends) == 2:
        pairs["c_n"] = run.state[1], ends[1]
    for ours, theirs in pairs.values():
        if ours.shape != theirs.shape:
            raise OtherForwardError(
                f"trace must give results of shape {tuple(ours.shape)}, the module itself gives "
                f"{tuple(theirs.shape)}: is its forward not that of torch.nn.LSTM?"
            )
    limit = _tolerance(call)
    if all(_is_close(*pair, limit) for pair in pairs.values()):
        return
    limits = _grown(call, run)
    for name, (ours, theirs) in pairs.items():
        if not _is_within(ours, theirs, limits[name]):
            raise OtherForwardError(
                f"trace must give the {name} that the module itself gives, got another: is its "
                "forward not that of torch.nn.LSTM, or does it draw numbers (then: model.eval())?"
            )


def _tolerance(call: Call) -> float:
    """Return how far apart the numbers of two right runs may be if no rounding grows."""
    allowed = call.x.is_cuda and torch.backends.cudnn.allow_tf32
    is_tf32 = allowed and call.coarsest == torch.float32
    return TF32 if is_tf32 else TOLERANCE[call.coarsest]


def _grown(call: Call, run: Run) -> dict[str, Any]:
    """Return how far rounding may have carried each result from another run of the same equations.

    Large weights make a network chaotic: what is rounded at one step grows at the next ones, and
    two right runs part. How fast, a run says in which every weight, and the memory at every step,
    is moved by its last digit. What is wrong shows at the steps that rounding has hardly reached.
    """
    other, grown = call.run_moved(), GROWN[call.coarsest]
    least = torch.finfo(call.coarsest).eps
    width = 1 + call.layout.bidirectional
    moved = (run.output - other.output).abs().nan_to_num(nan=torch.inf)  # it may overflow
    parts = moved.chunk(width, dim=2)
    far = [part.amax(2, keepdim=True) for part in parts]  # (seq_len, batch_size, 1) each
    far[0] = far[0].cummax(0)[0]
    if call.layout.bidirectional:
        far[1] = far[1].flip(0).cummax(0)[0].flip(0)
    spread = [part.expand_as(one) for part, one in zip(far, parts, strict=True)]
    limits = grown * (torch.cat(spread, dim=2) + least)
    if limits.numel() and limits.min() > DROWNED:
        raise OtherForwardError(
            "trace must be able to tell its run from a wrong one, but rounding alone moves every "
            f"step of it by {limits.min() / grown:.1g} or more: the weights are too large"
        )
    both = zip(run.traces, other.traces, strict=True)
    inside = [(one.memory - two.memory).abs().nan_to_num(nan=torch.inf).max() for one, two in both]
    end = grown * (max(*inside, moved.max()) + least)
    return {"output": limits, "h_n": end, "c_n": end}


def _is_within(ours: Tensor, theirs: Tensor, limits: Tensor) -> bool:
    """Return whether every number is as near as its limit; nan equals nan."""
    both = ours.isnan() & theirs.isnan()
    return bool(((ours - theirs).abs().le(limits) | both | (ours == theirs)).all())


def _is_close(ours: Tensor, own: Tensor, limit: float) -> bool:
    """Return whether two tensors are equal up to rounding; nan equals nan."""
    if not ours.numel() or (ours - own).abs_().max() <= limit:
        return True  # allclose takes as long as the LSTM; it is for large numbers, nan, infinity
    return torch.allclose(ours, own, limit, limit, equal_nan=True)
