"""A recurrent layer caught at work: found, seen in one forward, its results replaced."""

import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence
from torch.utils._pytree import tree_map_only

from lstm_lib import layers
from lstm_lib.notation import LSTM, Letters
from lstm_lib.record import BatchRecord, Traced, Traces
from lstm_lib.record.base import check_lengths
from lstm_lib.trace import calls, opened
from lstm_lib.trace.calls import Call, padded
from lstm_lib.trace.clamp import Clamp, checked
from lstm_lib.trace.equal import check_equal
from lstm_lib.trace.forms import Form, Layout, Results
from lstm_lib.trace.kinds import CELLS, MODULES
from lstm_lib.trace.untouched import untouched

CELL = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
KINDS = "an LSTM, a GRU, an RNN or a cell of one"


@dataclass(frozen=True)
class Given:
    """What a model is called with, arguments as in `trace`."""

    x: Any
    hx: Any = None
    lengths: Any = None
    kwargs: Any = None

    def normal(self) -> Self:
        """Return the same with clones of inference tensors, which autograd does not take."""
        values = (tree_map_only(Tensor, _normal, value) for value in vars(self).values())
        return type(self)(*values)


def _normal(tensor: Tensor) -> Tensor:
    return tensor.clone() if tensor.is_inference() else tensor


@dataclass(frozen=True)
class Watched:
    """What is run and looked at: a model, the layer in it, its arguments, one call or all."""

    model: nn.Module
    module: Any
    given: Given
    call: int | None

    @classmethod
    def of(cls, model: Any, given: Given, path: str | None, call: object) -> Self:
        """Return it, of arguments as in `trace`."""
        return cls(model, find(model, path), given, calls.chosen(call))

    @cached_property
    def layout(self) -> Layout:
        """The layout of the layer."""
        return Layout.of(self.module)

    @cached_property
    def signature(self) -> inspect.Signature:
        """What the forward of the layer takes."""
        return inspect.signature(self.module.forward)

    @property
    def is_bare(self) -> bool:
        """Whether the model is the layer itself."""
        return self.module is self.model


def trace_torch(watched: Watched, clamp: object, first: list[opened.Run] | None = None) -> Traced:
    """Return the run of a torch module; `clamp` as in `trace`.

    `first` keeps the run in the open of the first call, which no clamp has changed, for the next
    clamp: it is made and compared with the module's own if the list is empty.
    """
    layout = watched.layout
    clamps = checked(clamp, opened.places(layout), layout.kind.letters)
    is_alone = watched.is_bare and not watched.module._forward_hooks and not layout.is_cell
    with torch.no_grad(), untouched(watched.model, *vars(watched.given).values()):
        results, traces, result = (
            _held(watched, clamps, [] if first is None else first)
            if clamps
            else _left(watched, is_alone)
        )
        result = None if is_alone else _copied(result)  # what it may be a part of is put back
    output, state = calls.joined_results(results, layout)
    ends = state if layout.kind.letters is LSTM else state[0]
    found = Traces(calls.joined_traces(traces))
    return Traced(output, ends, found, (output, ends) if is_alone else result)


Seen = tuple[list[Results], list[list[BatchRecord]], Any]


def _left(watched: Watched, is_alone: bool) -> Seen:
    """Return the results and traces of each call, and what the model returns, left as it is."""
    seen: list[Call] = []

    def look(call: Call, hx: Any) -> None:
        if seen:
            calls.check_handed_on(seen[-1].results[1], call, hx)
        kept = call.results if is_alone else _copied(call.results)  # others may write into them
        seen.append(replace(call, results=kept))

    result, traces = watch(watched, look), []
    for call in calls.in_one(seen):
        run = call.run()
        check_equal(call, run)
        traces.append(run.traces)
    return [padded(call.results, call.form) for call in seen], traces, result


def _held(watched: Watched, clamps: list[Clamp], first: list[opened.Run]) -> Seen:
    """Return the same of a run with clamps, whose results take the place of the module's own."""
    steps = _steps(watched) if any(one.counts_steps for one in clamps) else None
    seen: list[Results] = []
    traces: list[list[BatchRecord]] = []

    def look(call: Call, hx: Any) -> Results:
        if seen:
            calls.check_handed_on(seen[-1][1], call, hx)
        if seen or not first:
            own = call.run()
            check_equal(call, own)
            first[:] = first or [own]
        else:
            own = first[0]
        run = call.run(clamps, sum(len(row[0]) for row in traces), steps)
        found = call.closed(run, own)
        traces.append(run.traces)
        seen.append(_copied(padded(found, call.form)))
        return found

    return seen, traces, watch(watched, look)


def _steps(watched: Watched) -> int | None:
    """Return how many steps all calls have; None of a bare layer, which has one call."""
    if watched.is_bare or watched.call is not None:
        return None
    lengths: list[int] = []
    with torch.no_grad(), untouched(watched.model, *vars(watched.given).values()):
        watch(watched, lambda call, _: lengths.append(len(call.x)))
    return sum(lengths)


def _copied(result: Any) -> Any:
    """Return tensors that share no memory with those of a result, in the nest they came in."""
    return tree_map_only(Tensor, Tensor.clone, result)


def find(model: nn.Module, path: str | None) -> Any:
    """Return the recurrent layer in a module: the only one, or the one that `path` names."""
    if not isinstance(model, nn.Module):
        raise TypeError(
            "model must be a ScalarLSTM, a VectorLSTM or a torch module with an LSTM, "
            f"got {type(model).__name__}"
        )
    named = model.named_modules(remove_duplicate=False)  # one module may have two names
    found = {name: part for name, part in named if isinstance(part, MODULES)}
    if not found:
        raise ValueError(f"model must contain {KINDS}, got {_instead(model)}")
    names = ", ".join(map(repr, found))
    if path is None and len({id(part) for part in found.values()}) != 1:
        raise ValueError(f"model must contain one LSTM, got {names}: name one with path=")
    if path is not None and path not in found:
        raise ValueError(f"path must name an LSTM of the model ({names}), got {path!r}")
    module: Any = next(iter(found.values())) if path is None else found[path]
    is_stack = isinstance(module, nn.RNNBase) and module.num_layers > 1
    if is_stack and module.training and module.dropout:
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
    return "none at all"


def watch(watched: Watched, look: Callable[[Call, Any], Any]) -> Any:
    """Run a module's own forward, its layer's results replaced, and return what it returns.

    Args:
        watched: what is run.
        look: is shown each Call of the layer, or the one that was chosen, and the state that it
            was given, and returns what takes its results' place; None leaves them.
    """
    args, kwargs, seq_len = _arguments(watched)
    count = itertools.count()
    with _hooked(watched, look, count, seq_len):
        result = watched.model(*args, **kwargs)
    found = next(count)
    if not found:
        raise ValueError("model must call its LSTM in a forward, got no call of it")
    if watched.call is not None and watched.call >= found:
        raise ValueError(f"call must be from 0 to {found - 1}, got {watched.call}")
    return result


@contextmanager
def _hooked(
    watched: Watched, look: Callable[[Call, Any], Any], count: Iterator[int], seq_len: int | None
) -> Iterator[None]:
    """Let `look` see the calls of the layer, which `count` counts."""
    module, cache = watched.module, ExitStack()

    def before(*_: Any) -> None:
        if _is_by_name(module):  # what a call finds under a name is found again after it
            cache.enter_context(parametrize.cached())

    def after(_: nn.Module, args: tuple, kwargs: Mapping[str, Any], results: Any) -> Any:
        with cache:
            if watched.call not in (None, next(count)):
                return None
            seen = _call(watched, args, kwargs, results, seq_len)
        found = look(*seen)
        return found and watched.layout.returned(found)

    first = module.register_forward_pre_hook(before)
    last = module.register_forward_hook(after, with_kwargs=True, prepend=True)
    with cache, first, last:  # they remove themselves
        yield


def _call(
    watched: Watched, args: tuple, kwargs: Mapping[str, Any], results: Any, seq_len: int | None
) -> tuple[Call, Any]:
    """Return a call that a hook has seen, and the state that it was given, a tuple or None."""
    x, hx = _taken(watched, args, kwargs)
    layout, module = watched.layout, watched.module
    found = layout.taken(results)
    if found is None:
        raise ValueError(
            f"the forward of {type(module).__name__} must return what that of "
            f"torch.nn.{layout.kind.modules[layout.is_cell].__name__} does, got "
            f"{type(results).__name__}"
        )
    form = Form.of(layout, x, seq_len)
    return Call.of(layout, _used(module), form, x, hx, found), hx


def _is_by_name(module: Any) -> bool:
    """Return whether a forward looks its weights up by name, as all but torch's own stacks do."""
    return isinstance(module, (layers.LSTM, *CELLS))


def _used(module: Any) -> dict[str, Tensor]:
    """Return the very tensors that a forward has used: a parametrization may draw them anew."""
    if isinstance(module, CELLS):
        found = {f"{name}_l0": getattr(module, name) for name in CELL}
        return {name: one for name, one in found.items() if one is not None}
    names = module._flat_weights_names
    if _is_by_name(module):
        return {name: getattr(module, name) for name in names}
    used: list[Any] = module._flat_weights
    return dict(zip(names, used, strict=True))


def _taken(watched: Watched, args: tuple, kwargs: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return x and the state of a call, a tuple or None, whatever a subclass calls them."""
    bound = watched.signature.bind(*args, **kwargs).arguments.values()
    x, hx, *_ = *bound, None, None
    is_lstm = watched.layout.kind.letters is LSTM
    is_state = isinstance(hx, tuple | list) if is_lstm else isinstance(hx, Tensor)
    if not isinstance(x, Tensor | PackedSequence) or not (is_state or hx is None):
        raise ValueError(
            f"the forward of {type(watched.module).__name__} must take the input and the state "
            f"{'(h, c)' if is_lstm else 'h'} first, as torch's does, got {type(x).__name__} and "
            f"{type(hx).__name__}"
        )
    return x, hx if is_lstm or hx is None else (hx,)


def _check_state(hx: Any, letters: Letters) -> None:
    """Refuse a state to start from that is not one of the kind's."""
    if hx is None:
        return
    if letters is LSTM and (not isinstance(hx, tuple | list) or len(hx) != 2):
        raise TypeError(f"hx must be a pair (h_0, c_0) for an LSTM, got {type(hx).__name__}")
    if letters is not LSTM and not isinstance(hx, Tensor):
        raise TypeError(f"hx must be the tensor h_0 for {letters.a}, got {type(hx).__name__}")


def _arguments(watched: Watched) -> tuple[tuple[Any, ...], Mapping[str, Any], int | None]:
    """Return what the model is called with, and how many steps its output is padded to."""
    module, given = watched.module, watched.given
    x, hx, lengths, kwargs = given.x, given.hx, given.lengths, given.kwargs or {}
    if not isinstance(kwargs, Mapping):
        raise TypeError(f"kwargs must be a dict of arguments by name, got {type(kwargs).__name__}")
    if not watched.is_bare:
        if hx is not None or lengths is not None:
            raise ValueError(
                "hx and lengths must be None for a module around an LSTM, which makes them itself"
            )
        spread = isinstance(x, tuple) and not isinstance(x, PackedSequence)
        return (x if spread else (x,)), kwargs, None
    if not isinstance(x, Tensor | PackedSequence):
        raise TypeError(f"x must be a tensor or a PackedSequence, got {type(x).__name__}")
    _check_state(hx, watched.layout.kind.letters)
    if lengths is None:
        return (x, hx), kwargs, None
    if isinstance(x, PackedSequence) or x.dim() != 3 or isinstance(module, CELLS):
        raise ValueError("lengths must be None unless x is a padded batch, a tensor of 3 axes")
    batch_size, seq_len = x.shape[:2] if module.batch_first else (x.shape[1], x.shape[0])
    lengths = torch.tensor(check_lengths(lengths, batch_size, seq_len))
    packed = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
    return (packed, hx), kwargs, seq_len
