"""What a run must leave as it was: all that a module and its inputs hold, and the generators.

Put back are parameters, buffers and plain attributes, with what stands in tensors, arrays, random
generators and any nest of lists, tuples, dicts, sets and deques; an object of another class is the
same object afterwards, and keeps what a forward wrote into it.
"""

import random
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import partial
from types import BuiltinMethodType, MethodType
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from lstm_lib import _chance

INTERNAL = vars(nn.Module()).keys() - {"training"}  # parameters, buffers, parts and hooks
Undo = Callable[[], object]


@contextmanager
def untouched(model: nn.Module, *given: Any) -> Iterator[None]:
    """Leave a module, what it is given, and all random generators as they were."""
    tensors = [*model.parameters(), *model.buffers()]
    devices = sorted({p.device.index for p in tensors if p.device.type == "cuda"})
    seen: set[int] = set()  # ids: what is met again, as a part of itself may be, is held already
    undo: list[Undo] = [*_held(given, seen), *_chance.stand()]
    for part in model.modules():
        undo += _module(part, seen)
    try:
        with torch.random.fork_rng(devices=devices, device_type="cuda"):
            yield
    finally:
        with torch.no_grad():
            _chance.go(undo)


def _module(part: nn.Module, seen: set[int]) -> Iterator[Undo]:
    """Return what puts the parameters, buffers and plain attributes of one module back."""
    plain = {name: value for name, value in vars(part).items() if name not in INTERNAL}
    yield partial(_restore, vars(part), plain)
    for values in (part._modules, part._parameters, part._buffers, *plain.values()):
        yield from _held(values, seen)


def _restore(attributes: dict[str, Any], plain: dict[str, Any]) -> None:
    """Put plain attributes back, and drop those that have come since."""
    for name in attributes.keys() - plain.keys() - INTERNAL:
        del attributes[name]
    attributes.update(plain)


def _held(value: Any, seen: set[int]) -> Iterator[Undo]:
    """Return what puts the contents of a value back, and of all that it contains."""
    if id(value) in seen:
        return
    seen.add(id(value))
    inside: Iterable[Any] = ()
    if isinstance(value, Tensor) and not is_lazy(value):
        yield partial(_write, value, value.detach().clone())
    elif isinstance(value, MutableMapping):
        yield partial(_refill, value, value.update, dict(value))
        inside = value.values()
    elif isinstance(value, list | deque | set):
        fill = value.update if isinstance(value, set) else value.extend
        yield partial(_refill, value, fill, list(value))
        inside = value
    elif isinstance(value, tuple):  # a PackedSequence is one
        inside = value
    elif isinstance(value, MethodType | BuiltinMethodType):  # of a generator, as rng.random
        inside = [value.__self__]
    else:
        yield from _chance_or_array(value)
    for part in inside:
        yield from _held(part, seen)


def _chance_or_array(value: Any) -> Iterator[Undo]:
    """Return what puts a random generator or an array of NumPy back."""
    numpy: Any = sys.modules.get("numpy")
    if isinstance(value, random.Random):
        yield partial(value.setstate, value.getstate())
    elif isinstance(value, torch.Generator):
        yield partial(value.set_state, value.get_state())
    elif numpy and isinstance(value, numpy.ndarray):
        yield partial(value.__setitem__, ..., value.copy())
    elif numpy and isinstance(value, numpy.random.RandomState):
        yield partial(value.set_state, value.get_state())
    elif numpy and isinstance(value, numpy.random.Generator):
        yield partial(setattr, value.bit_generator, "state", value.bit_generator.state)


def _write(tensor: Tensor, before: Tensor) -> None:
    """Write a tensor's numbers back, if others stand there: a write makes autograd refuse."""
    if not torch.equal(tensor, before):
        tensor.copy_(before)


def _refill(values: Any, fill: Callable[[Any], object], before: Any) -> None:
    """Empty a container and fill it with what was in it."""
    values.clear()
    fill(before)
