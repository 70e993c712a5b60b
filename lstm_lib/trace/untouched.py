"""What a run must leave as it was: all that a module and its inputs hold, and the generators.

Put back are parameters, buffers and plain attributes, with what stands in tensors, arrays, random
generators and any nest of lists, tuples, dicts, sets and deques; an object of another class is the
same object afterwards, and keeps what a forward wrote into it.
"""

import random
import sys
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from functools import partial
from itertools import chain
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
    undo: list[Undo] = [*_held(given), *_chance.stand()]
    for part in model.modules():
        undo += _module(part)
    try:
        with torch.random.fork_rng(devices=devices, device_type="cuda"):
            yield
    finally:
        with torch.no_grad():
            _chance.go(undo)


def _module(part: nn.Module) -> Iterator[Undo]:
    """Return what puts the parameters, buffers and plain attributes of one module back."""
    plain = {name: value for name, value in vars(part).items() if name not in INTERNAL}
    yield partial(_restore, vars(part), plain)
    for values in (part._modules, part._parameters, part._buffers, plain):
        yield from _held(values)


def _restore(attributes: dict[str, Any], plain: dict[str, Any]) -> None:
    """Put plain attributes back, and drop those that have come since."""
    for name in attributes.keys() - plain.keys() - INTERNAL:
        del attributes[name]
    attributes.update(plain)


def _held(value: Any) -> Iterator[Undo]:
    """Return what puts the contents of a value back, and of all that it contains."""
    numpy: Any = sys.modules.get("numpy")
    if isinstance(value, Tensor) and not is_lazy(value):
        yield partial(_write, value, value.detach().clone())
    elif isinstance(value, MutableMapping):
        yield partial(_refill, value, value.update, dict(value))
        yield from chain.from_iterable(map(_held, value.values()))
    elif isinstance(value, list | deque | set):
        fill = value.update if isinstance(value, set) else value.extend
        yield partial(_refill, value, fill, list(value))
        yield from chain.from_iterable(map(_held, value))
    elif isinstance(value, tuple):  # a PackedSequence is one
        yield from chain.from_iterable(map(_held, value))
    elif isinstance(value, MethodType | BuiltinMethodType):  # of a generator, as rng.random
        yield from _held(value.__self__)
    elif isinstance(value, random.Random):
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
