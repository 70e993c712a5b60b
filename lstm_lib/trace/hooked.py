"""A torch LSTM caught at work: found in its module, seen in one forward, its output replaced."""

import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence
from torch.utils._pytree import tree_map_only

from lstm_lib import layers
from lstm_lib.record import BatchTrace, Traced, Traces
from lstm_lib.record.trace import check_lengths
from lstm_lib.trace import calls, opened
from lstm_lib.trace.clamp import Clamp, Hold, Size, checked
from lstm_lib.trace.forms import AnyLSTM, Form, Layout, Results, State
from lstm_lib.trace.untouched import untouched

TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-4}
CELL = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
CHAOS = 10  # times further than by a last digit of its input, rounding may carry a run
TF32 = 1e-2  # where a GPU's own LSTM multiplies with 10 bits, as torch lets cuDNN do


@dataclass(frozen=True)
class Call:
    """One call of an LSTM: the module, its input and state in the form of `forms`, its results.

    Fields:
        layout: of the LSTM.
        weights: its parameters as this call used them, by their names.
        form: how its input came.
        x: (seq_len, batch_size, input_size).
        hx: (num_layers * directions, batch_size, size) each, or None.
        results: what its own forward returned.
    """

    layout: Layout
    weights: Mapping[str, Tensor]
    form: Form
    x: Tensor
    hx: State | None
    results: Results

    def closed(self, output: Tensor, state: State) -> Results:
        """Return results (seq_len, batch_size, size) and h_n, c_n just like the module's own."""
        own, (h_n, c_n) = self.results
        h, c = self.form.closed_state(state)
        found = _laid_out(self.form.closed(output), own.data)
        ends = _laid_out(h, h_n), _laid_out(c, c_n)
        return own._replace(data=found) if isinstance(own, PackedSequence) else found, ends

    def run(
        self, clamps: Sequence[Clamp] = (), before: int = 0, steps: int | None = None
    ) -> opened.Run:
        """Run it again in the open.

        Args:
            clamps: what is held.
            before, steps: how many steps went before it, and how many there are in all calls.
        """
        seq_len, batch_size, _ = self.x.shape
        size = Size(batch_size, steps or seq_len, self.layout.hidden_size, self.layout.h_size)
        holds = []
        for place in opened.places(self.layout):
            here = [clamp for clamp in clamps if (clamp.layer, clamp.direction) == place]
            holds.append(Hold(here, size, before=before) if here else None)
        return opened.run_layers(self.layout, self.weights, self.x, self.hx, self.form, holds)


@dataclass(frozen=True)
class Watched:
    """What is run and looked at: a model, the LSTM in it, its arguments, one call or all."""

    model: nn.Module
    module: AnyLSTM
    given: tuple[Any, Any, Any]
    call: int | None

    @classmethod
    def of(cls, model: Any, given: tuple[Any, Any, Any], path: str | None, call: object) -> Self:
        """Return it, of arguments as in `trace`; `given` are x, hx and lengths."""
        return cls(model, find(model, path), given, calls.chosen(call))


def trace_torch(watched: Watched, clamp: object) -> Traced:
    """Return the run of a torch module; `clamp` as in `trace`."""
    model, module, layout = watched.model, watched.module, Layout.of(watched.module)
    clamps = checked(clamp, opened.places(layout))
    is_bare = module is model and not module._forward_hooks and not layout.is_cell
    steps = _steps(watched) if clamps else None
    seen: list[tuple[list[BatchTrace], Results]] = []

    def look(call: Call) -> Results:
        if seen:
            calls.check_handed_on(seen[-1][1][1], layout, call.form, call.hx)
        run = call.run()
        closed = call.closed(run.output, run.state)
        check_equal(closed, call, run)
        if clamps:
            before = sum(len(traces[0]) for traces, _ in seen)
            run = call.run(clamps, before, steps)
            closed = call.closed(run.output, run.state)
        seen.append((run.traces, padded(closed, call.form)))
        return closed if is_bare else _copied(closed)  # others may write into it

    with torch.no_grad(), untouched(model, *watched.given):
        result = watch(watched, look)
        result = None if is_bare else _copied(result)  # what it may be a part of is put back
    traces, own = calls.joined(seen, layout)
    return Traced(*own, Traces(traces), own if is_bare else result)


def _steps(watched: Watched) -> int | None:
    """Return how many steps all calls have; None of a bare LSTM, which has one call."""
    if watched.module is watched.model or watched.call is not None:
        return None
    lengths: list[int] = []
    with torch.no_grad(), untouched(watched.model, *watched.given):
        watch(watched, lambda call: lengths.append(len(call.x)))
    return sum(lengths)


def _copied(result: Any) -> Any:
    """Return tensors that share no memory with those of a result, in the nest they came in."""
    return tree_map_only(Tensor, Tensor.clone, result)


def find(model: nn.Module, path: str | None) -> AnyLSTM:
    """Return the LSTM in a module: the only one, or the one that `path` names."""
    if not isinstance(model, nn.Module):
        raise TypeError(
            "model must be a ScalarLSTM, a VectorLSTM or a torch module with an LSTM, "
            f"got {type(model).__name__}"
        )
    found = {name: part for name, part in model.named_modules() if isinstance(part, AnyLSTM)}
    if not found:
        raise ValueError(f"model must contain an LSTM, got {_instead(model)}")
    names = ", ".join(map(repr, found))
    if path is None and len(found) != 1:
        raise ValueError(f"model must contain one LSTM, got {names}: name one with path=")
    if path is not None and path not in found:
        raise ValueError(f"path must name an LSTM of the model ({names}), got {path!r}")
    module = next(iter(found.values())) if path is None else found[path]
    if isinstance(module, nn.LSTM) and module.training and module.dropout and module.num_layers > 1:
        raise ValueError(
            "model must not draw dropout between layers while it is traced: call model.eval()"
        )
    return module


def _instead(model: nn.Module) -> str:
    """Say what a model has in place of an LSTM, and the way out if there is one."""
    kinds = {type(part).__name__: part for part in model.modules()}
    for name, part in kinds.items():
        if isinstance(part, torch.jit.ScriptModule):
            return f"a {name}, which torch.jit.script has closed: trace the module it was made of"
        if "quantized" in type(part).__module__:
            return f"a {name}, which is quantised: trace the module it was made of"
    other = [name for name, part in kinds.items() if isinstance(part, nn.RNNBase | nn.RNNCellBase)]
    return f"{', '.join(other) or 'none at all'}"


def watch(watched: Watched, look: Callable[[Call], Results | None]) -> Any:
    """Run a module's own forward, its LSTM's output replaced, and return what it returns.

    Args:
        watched: what is run.
        look: is shown each Call of the LSTM, or the one that was chosen, and returns what takes
            its results' place; None leaves them.
    """
    module = watched.module
    arguments, seq_len = _arguments(watched.model, module, *watched.given)
    count = itertools.count()

    def hook(_: nn.Module, args: tuple, kwargs: Mapping[str, Any], results: Any) -> Any:
        if watched.call not in (None, next(count)):
            return None
        found = look(_call(module, args, kwargs, results, seq_len))
        return found[1] if found and isinstance(module, nn.LSTMCell) else found

    handle = module.register_forward_hook(hook, with_kwargs=True, prepend=True)
    try:
        with (
            parametrize.cached() if isinstance(module, layers.LSTM | nn.LSTMCell) else nullcontext()
        ):
            result = watched.model(*arguments)
    finally:
        handle.remove()
    found = next(count)
    if not found:
        raise ValueError("model must call its LSTM in a forward, got no call of it")
    if watched.call is not None and watched.call >= found:
        raise ValueError(f"call must be from 0 to {found - 1}, got {watched.call}")
    return result


def _call(
    module: AnyLSTM, args: tuple, kwargs: Mapping[str, Any], results: Any, seq_len: int | None
) -> Call:
    """Return a call that a hook has seen, in the one form used here."""
    x, hx = _taken(module, args, kwargs)
    layout = Layout.of(module)
    results = (results[0], results) if layout.is_cell else results
    for part in (results[0], *results[1]):
        if part.data.dtype not in TOLERANCE:
            raise ValueError(f"model must compute in float32 or float64, got {part.data.dtype}")
    form = Form.of(layout, x, seq_len)
    hx = None if hx is None else form.opened_state(hx)
    return Call(layout, _used(module), form, form.opened(x).detach(), hx, results)


def _is_by_name(module: AnyLSTM) -> bool:
    """Return whether a forward looks its weights up by name, as all but torch.nn.LSTM's do."""
    return isinstance(module, layers.LSTM | nn.LSTMCell)


def _used(module: AnyLSTM) -> dict[str, Tensor]:
    """Return the very tensors that a forward has used: a parametrization may draw them anew."""
    if isinstance(module, nn.LSTMCell):
        return {f"{name}_l0": getattr(module, name) for name in CELL}
    names = module._flat_weights_names
    if _is_by_name(module):  # `watch` has kept what was found
        return {name: getattr(module, name) for name in names}
    used: list[Any] = module._flat_weights
    return dict(zip(names, used, strict=True))


def _taken(module: AnyLSTM, args: tuple, kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return x and hx of a call, whatever a subclass calls them."""
    bound = inspect.signature(module.forward).bind(*args, **kwargs).arguments.values()
    x, hx, *_ = *bound, None, None
    if not isinstance(x, Tensor | PackedSequence) or not isinstance(hx, tuple | list | None):
        raise ValueError(
            f"the forward of {type(module).__name__} must take the input and the state (h, c) "
            f"first, as torch.nn.LSTM's does, got {type(x).__name__} and {type(hx).__name__}"
        )
    return x, hx


def _arguments(
    model: nn.Module, module: AnyLSTM, x: Any, hx: Any, lengths: Any
) -> tuple[tuple[Any, ...], int | None]:
    """Return what the model is called with, and how many steps its output is padded to."""
    if module is not model:
        if hx is not None or lengths is not None:
            raise ValueError(
                "hx and lengths must be None for a module around an LSTM, which makes them itself"
            )
        spread = isinstance(x, tuple) and not isinstance(x, PackedSequence)
        return (x if spread else (x,)), None
    if not isinstance(x, Tensor | PackedSequence):
        raise TypeError(f"x must be a tensor or a PackedSequence, got {type(x).__name__}")
    if lengths is None:
        return (x, hx), None
    if isinstance(x, PackedSequence) or x.dim() != 3 or isinstance(module, nn.LSTMCell):
        raise ValueError("lengths must be None unless x is a padded batch, a tensor of 3 axes")
    batch_size, seq_len = x.shape[:2] if module.batch_first else (x.shape[1], x.shape[0])
    lengths = torch.tensor(check_lengths(lengths, batch_size, seq_len))
    packed = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
    return (packed, hx), seq_len


def padded(result: Results, form: Form) -> Results:
    """Return the results of an LSTM, unpacked again if they were packed here, for `lengths`."""
    output, state = result
    if form.seq_len is None or not isinstance(output, PackedSequence):
        return result
    return pad_packed_sequence(output, form.batch_first, total_length=form.seq_len)[0], state


def check_equal(found: Results, call: Call, run: opened.Run) -> None:
    """Refuse to go on if a run in the open gives something else than the module itself."""
    pairs = zip((found[0], *found[1]), (call.results[0], *call.results[1]), strict=True)
    for name, (ours, own) in zip(("output", "h_n", "c_n"), pairs, strict=True):
        ours, own = ours.data, own.data  # of a PackedSequence, or of a tensor all of it
        is_tf32 = own.is_cuda and own.dtype == torch.float32 and torch.backends.cudnn.allow_tf32
        limit = TF32 if is_tf32 else TOLERANCE[own.dtype]
        if (
            not _is_close(ours, own, limit)
            and not _is_close(ours, own, limit * _height(run.traces))
            and not _is_close(ours, own, CHAOS * _shaken(call, run))
        ):
            raise RuntimeError(
                f"trace must give the {name} that the module itself gives, got another: is its "
                "forward not that of torch.nn.LSTM, or does it draw numbers (then: model.eval())?"
            )


def _shaken(call: Call, run: opened.Run) -> float:
    """Return how far the results move if every input does by its last digit.

    Large weights make an LSTM chaotic: what is rounded in one step grows in the next ones, and
    two runs of the same equations part.
    """
    digit = torch.finfo(call.x.dtype).eps
    other = replace(call, x=call.x * (1 + digit)).run()
    pairs = zip((run.output, *run.state), (other.output, *other.state), strict=True)
    return max((ours - theirs).abs().max().item() for ours, theirs in pairs)


def _height(traces: Iterable[BatchTrace]) -> float:
    """Return the largest memory of a run, at least 1 and at most 1000.

    A memory that has climbed to 100 and come down again brings the rounding from up there.
    """
    heights = [max(1.0, trace.c.abs().max().item()) for trace in traces if trace.c.numel()]
    return min(max(heights, default=1.0), 1e3)


def _laid_out(tensor: Tensor, like: Tensor) -> Tensor:
    """Return a copy that lies in memory as `like` does, for a `view` later in the module."""
    if tensor.shape != like.shape:
        raise RuntimeError(
            f"trace must give results of shape {tuple(like.shape)} as the module itself does, got "
            f"{tuple(tensor.shape)}: is its forward not that of torch.nn.LSTM?"
        )
    return torch.empty_like(like).copy_(tensor)


def _is_close(ours: Tensor, own: Tensor, limit: float) -> bool:
    """Return whether two tensors are equal up to rounding; nan equals nan."""
    if not ours.numel() or (ours - own).abs_().max() <= limit:
        return True  # allclose takes as long as the LSTM; it is for large numbers, nan, infinity
    return torch.allclose(ours, own, limit, limit, equal_nan=True)
