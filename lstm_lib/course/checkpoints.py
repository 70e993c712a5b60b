"""The checkpoints of a training: read from their files, run, and how far off they are.

What is no checkpoint, or does not fit the others, is a TypeError or ValueError that says which.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib import _validate
from lstm_lib.notation import QUANTITIES
from lstm_lib.record import BatchTrace

if TYPE_CHECKING:
    from numpy import ndarray

Folder = str | PathLike


class Checkpoint(NamedTuple):
    """What a model said and did on some sequences when so many epochs lay behind it.

    Fields:
        epoch: how many epochs, 0 for the model before its training.
        outputs: what it said after the last step, (batch_size, horizon).
        trace: every gate and state on the way, columns (batch_size, seq_len, hidden_size).
    """

    epoch: int
    outputs: "ndarray"
    trace: BatchTrace


# --- read and run -------------------------------------------------------------------------------


def files(folder: Folder | Sequence[Folder]) -> dict[int, Path]:
    """Return the files `epoch=500.ckpt`, ... of a folder or several, by their epochs.

    Of two files of the same epoch the one in the later folder counts; what is called otherwise,
    such as last.ckpt, is left alone.

    Raises:
        FileNotFoundError: no such folder, or no such file in it.
    """
    found: dict[int, Path] = {}
    places = [folder] if isinstance(folder, Folder) else list(folder)
    for place in map(Path, places):
        if not place.is_dir():
            raise FileNotFoundError(f"there is no folder {str(place)!r}")
        names = ((path, re.fullmatch(r"epoch=(\d+)\.ckpt", path.name)) for path in place.iterdir())
        found |= {int(name[1]): path for path, name in names if name}
    if not found:
        where = ", ".join(map(str, places)) or "no folder"
        raise FileNotFoundError(f"there is no file such as epoch=500.ckpt in {where}")
    return found


def run(modules: Mapping[int, Any], x: Any) -> list[Checkpoint]:
    """Run LightningModules as they are, without gradients and in evaluation mode.

    Args:
        modules: modules with `forward` around one LSTM, or with a `trace(x)` of their own, by the
            number of epochs behind them.
        x: inputs, (batch_size, seq_len, 1).
    """
    import torch

    found = []
    for epoch, module in modules.items():
        is_module = isinstance(module, torch.nn.Module)
        if not is_module:
            raise TypeError(f"modules[{epoch!r}] must be a module, got {type(module).__name__}")
        given, was_training = torch.as_tensor(x).to(next(module.parameters())), module.training
        try:
            with torch.no_grad():
                outputs, trace = module.eval()(given), _traced(module, given)
        except RuntimeError as error:  # torch's own, for what does not fit
            kind, shape = type(module).__name__, tuple(given.shape)
            raise ValueError(f"x must be what {kind} takes, got shape {shape}: {error}") from None
        finally:
            module.train(was_training)
        found.append(Checkpoint(epoch, last_step(outputs), trace))
    return found


def _traced(module: Any, x: Any) -> Any:
    """Return the first layer's run, as a module itself records it or as `trace` opens it."""
    from lstm_lib.trace import trace

    if hasattr(module, "trace"):
        return module.trace(x)
    try:
        return trace(module, x).traces[0]
    except ValueError as error:
        needed = f"{type(module).__name__} must have one LSTM, or a trace(x) of its own"
        raise ValueError(f"{needed}: {error}") from None


def last_step(values: Any) -> Any:
    """Return what stands at the last step of (batch_size, seq_len, horizon), else `values`."""
    return values[:, -1] if getattr(values, "ndim", 2) == 3 else values


# --- measured -----------------------------------------------------------------------------------


class Forecasts(NamedTuple):
    """What was forecast at each checkpoint, and mean squared errors over all sequences.

    Fields:
        targets: what followed, (batch_size, horizon).
        outputs: what was forecast, (count, batch_size, horizon).
        ahead: the error by checkpoint and step ahead, (count, horizon).
        naive: that of the last value going on, (horizon,); empty when the horizon is 1.
    """

    targets: "ndarray"
    outputs: "ndarray"
    ahead: "ndarray"
    naive: "ndarray"


def measured(checkpoints: Sequence[Checkpoint], targets: Any) -> Forecasts:
    """Return all outputs with their errors.

    Args:
        checkpoints: as `ordered` returns them.
        targets: what followed, (batch_size, horizon), in NumPy or torch.
    """
    import numpy as np

    from lstm_lib import _arrays

    first, real = checkpoints[0].trace, np.dtype(float)
    size = first.batch_size
    targets = _arrays.array("targets", _detached(targets), (size, "horizon"), real)
    outputs = np.stack(
        [_arrays.array(f"outputs of epoch {c.epoch}", _detached(c.outputs), targets.shape, real)
         for c in checkpoints]
    )  # (count, batch_size, horizon)  # fmt: skip
    last = np.array(first.x[:, -1].tolist())  # (batch_size, 1)
    naive = ((last - targets) ** 2).mean(0) if targets.shape[1] > 1 else np.empty(0)
    return Forecasts(targets, outputs, ((outputs - targets) ** 2).mean(1), naive)


def ordered(checkpoints: Iterable[Checkpoint]) -> list[Checkpoint]:
    """Return checkpoints of the same sequences from the first epoch to the last."""
    if isinstance(checkpoints, str) or not isinstance(checkpoints, Iterable):
        raise TypeError(f"checkpoints must be a sequence of Checkpoint, got {checkpoints!r}")
    found = []
    for k, checkpoint in enumerate(checkpoints):
        if not isinstance(checkpoint, tuple) or len(checkpoint) != 3:
            raise TypeError(f"checkpoints[{k}] must be a Checkpoint, got {checkpoint!r}")
        found.append(Checkpoint(_validate.count("epoch", checkpoint[0]), *checkpoint[1:]))
    found.sort(key=lambda checkpoint: checkpoint.epoch)
    epochs = [checkpoint.epoch for checkpoint in found]
    if not found or len(set(epochs)) < len(epochs):
        raise ValueError(f"checkpoints must be of different epochs, at least one, got {epochs}")
    for checkpoint in found:
        _check_trace(checkpoint, found[0].trace)
    return found


def _check_trace(checkpoint: Checkpoint, first: BatchTrace) -> None:
    """Raise unless a checkpoint ran the sequences of the first one, of one input each."""
    trace, where = checkpoint.trace, f"the trace of epoch {checkpoint.epoch}"
    if not isinstance(trace, BatchTrace):
        raise TypeError(f"{where} must be the Trace of a batch, got {type(trace).__name__}")
    if trace.input_size != 1 or 0 in trace.c.shape:
        shape = f"{tuple(trace.x.shape)} and {tuple(trace.c.shape)}"
        raise ValueError(f"{where} must have one input and some steps and units, got {shape}")
    if trace.c.shape != first.c.shape or not bool((trace.x == first.x).all()):
        raise ValueError(f"{where} must be of the same sequences and units as the first one's")
    for name in QUANTITIES:
        _validate.number(f"{name} in {where}", float(abs(getattr(trace, name)).max()))
    trace.select()  # refuses a projected h, which belongs to no unit


def _detached(values: Any) -> Any:
    """Return a tensor of torch as NumPy can read it, anything else as it is."""
    return values.detach().cpu() if hasattr(values, "detach") else values
