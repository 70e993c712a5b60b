"""LightningExplorer: the checkpoints of a training, and how forecast and gates form in them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib import _validate
from lstm_lib.course.explorers import lightning_picture as picture
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import train
from lstm_lib.drawing.heatmap import round_up
from lstm_lib.drawing.svg import number, scientific
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.slider import among, counted, index, whole
from lstm_lib.notation import CHARTED, QUANTITIES
from lstm_lib.record import Trace
from lstm_lib.scalar import ScalarLSTM, squared_error

if TYPE_CHECKING:
    from lightning import LightningModule
    from numpy import ndarray

Folder = str | PathLike
NONE = "\N{EN DASH}"


class Checkpoint(NamedTuple):
    """What a model said and did on some sequences when so many epochs lay behind it.

    Fields:
        epoch: how many epochs, 0 for the model before its training.
        outputs: what it said after the last step, (batch_size, horizon).
        trace: every gate and state on the way, columns (batch_size, seq_len, hidden_size).
    """

    epoch: int
    outputs: "ndarray"
    trace: Trace


class LightningExplorer(Explorer):
    """Walk through the checkpoints of a training, and see forecast and gates form.

    The controls are `epoch`, which has the epochs of the checkpoints and no others, `sequence`
    and `unit`, both counted from 1; one that has nothing to choose is left out. `selected` is the
    Trace of the chosen unit on the chosen sequence at the chosen epoch. Errors are mean squared
    errors; where several steps are forecast, the last value going on is the naive forecast.

    `from_checkpoints` reads the files of a Lightning training, `from_modules` takes its modules.

    Args:
        checkpoints: what the model said and did at each, all on the same sequences; by default
            the by-hand LSTM on its way through 5000 epochs with the two companies.
        targets: what it should have said, (batch_size, horizon).
        names: what the sequences are called, (batch_size,).
        time: what a time step is called.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, not finite, or of another shape; two
            checkpoints of the same epoch.
    """

    def __init__(
        self,
        checkpoints: Iterable[Checkpoint] | None = None,
        targets: "ndarray | None" = None,
        names: Sequence[str] | None = None,
        time: str = "step",
    ) -> None:
        if checkpoints is None:
            checkpoints, targets, names, time = _example()
        self.checkpoints = _checked(checkpoints)
        batch_size, _, hidden_size = self.checkpoints[0].trace.c.shape
        self.names = None if names is None else _validate.names("names", names, batch_size)
        self.time = _validate.instance("time", time, str)
        self._errors = _measured(self.checkpoints, targets)
        self.epoch = _epoch_slider([checkpoint.epoch for checkpoint in self.checkpoints])
        self.sequence, self.unit = counted("sequence", batch_size), counted("unit", hidden_size)
        self._drawn: tuple[tuple[int, int], picture.Walk, str] | None = None
        sliders = {name: getattr(self, name) for name in ("epoch", "sequence", "unit")}
        controls = {name: slider for name, slider in sliders.items() if not slider.disabled}
        rows = [columns(controls.values())] if controls else []
        super().__init__(controls, rows, picture.SIZE)

    @classmethod
    def from_checkpoints(
        cls,
        kind: "type[LightningModule]",
        folder: Folder | Sequence[Folder],
        x: Any,
        targets: Any,
        names: Sequence[str] | None = None,
        time: str = "step",
        start: "LightningModule | None" = None,
        **arguments: Any,
    ) -> "LightningExplorer":
        """Return an explorer of the files `epoch=500.ckpt`, `epoch=1000.ckpt`, ... of a training.

        Args:
            kind: the class of the module, such as LSTMByHand or SequenceRegressor.
            folder: where they are; several folders for a training that went on from a checkpoint.
                What is called otherwise in them, such as last.ckpt, is left alone.
            x: inputs, (batch_size, seq_len, 1).
            targets: see the class; of targets at every step, (batch_size, seq_len, horizon), the
                last are taken, and so are the outputs.
            names, time: see the class.
            start: the module before the training, shown as epoch 0; None to leave it out.
            **arguments: of the module's class, in place of those in the checkpoints.

        Raises:
            FileNotFoundError: no such folder, or no such file in it.
            TypeError, ValueError: a file that is damaged or of another model; see the class.
        """
        from lstm_lib.course.training.trainer import load

        modules = {} if start is None else {0: start}
        modules |= {epoch: load(kind, path, **arguments) for epoch, path in _files(folder).items()}
        return cls.from_modules(modules, x, targets, names, time)

    @classmethod
    def from_modules(
        cls,
        modules: "Mapping[int, LightningModule]",
        x: Any,
        targets: Any,
        names: Sequence[str] | None = None,
        time: str = "step",
    ) -> "LightningExplorer":
        """Return an explorer of modules by the number of epochs behind them; each is run once.

        Args:
            modules: modules with `forward` and `trace`, by epoch.
            x, targets, names, time: see `from_checkpoints`.

        Raises:
            TypeError, ValueError: see the class.
        """
        run = [_run(epoch, module, x) for epoch, module in modules.items()]
        return cls(run, _last(targets), names, time)

    @property
    def selected(self) -> Trace:
        """The run of the chosen sequence through the chosen unit, at the chosen epoch."""
        trace = self.checkpoints[self._at].trace
        return trace.select(batch=index(self.sequence), unit=index(self.unit))

    def view(self) -> View:
        """Return forecast, gates and errors at the chosen checkpoint."""
        k, trace, (walk, still) = self._at, self.selected, self._walk()
        said = f"{self._forecast_aloud(walk, k)} {_unit_aloud(walk, trace, index(self.unit))}"
        table = _table(walk, k, trace, index(self.unit))
        return View(still, picture.at(walk, k, trace), said, *table)

    @property
    def _at(self) -> int:
        """Which checkpoint is chosen, counted from 0."""
        return [checkpoint.epoch for checkpoint in self.checkpoints].index(int(self.epoch.value))

    @property
    def _name(self) -> str:
        """What the chosen sequence is called."""
        batch = index(self.sequence)
        return f"sequence {batch + 1}" if self.names is None else self.names[batch]

    def _walk(self) -> tuple[picture.Walk, str]:
        """Return what stays while the epoch moves, and its drawing; the last one is kept."""
        batch, unit = index(self.sequence), index(self.unit)
        if self._drawn is None or self._drawn[0] != (batch, unit):
            first, errors = self.checkpoints[0].trace, self._errors
            walk = picture.Walk(
                epochs=[checkpoint.epoch for checkpoint in self.checkpoints],
                seen=first.x[batch, :, 0].tolist(),
                targets=errors.targets[batch].tolist(),
                outputs=errors.outputs[:, batch].tolist(),
                errors=errors.ahead.mean(1).tolist(),
                ahead=errors.ahead.tolist(),
                naive=errors.naive.tolist(),
                memory=_memory(self.checkpoints, unit),
                time=self.time,
            )
            self._drawn = ((batch, unit), walk, picture.frame(walk, self._name, unit))
        return self._drawn[1:]

    def _forecast_aloud(self, walk: picture.Walk, k: int) -> str:
        """Say what the checkpoint forecasts, and how far it is off."""
        epochs = walk.epochs[k]
        place = f"After {epochs} epochs" if epochs else "Before training"
        if walk.is_single:
            said, target = walk.outputs[k][0], walk.targets[0]
            here = f"forecast {number(said, 4)}, {number(target, 4)} followed"
            there = f"mean squared error {scientific(walk.errors[k])}"
        else:
            here = f"squared error {scientific(_off(walk.outputs[k], walk.targets))}"
            last = _off([walk.seen[-1]] * len(walk.targets), walk.targets)
            here += f" here, {scientific(last)} if the last value went on"
            both = scientific(walk.errors[k]), scientific(picture.mean(walk.naive))
            there = f"mean squared error {both[0]} against {both[1]}"
        every = f"over all {len(self._errors.targets)} sequences {there}"
        return f"{place}, {self._name}: {here}; {every}."


# --- what is given ------------------------------------------------------------------------------


class _Errors(NamedTuple):
    """What was forecast, and mean squared errors over all sequences.

    Fields:
        targets: (batch_size, horizon).
        outputs: (count, batch_size, horizon).
        ahead: by checkpoint and step ahead, (count, horizon).
        naive: of the last value going on, (horizon,); empty when the horizon is 1.
    """

    targets: "ndarray"
    outputs: "ndarray"
    ahead: "ndarray"
    naive: "ndarray"


def _checked(checkpoints: object) -> list[Checkpoint]:
    """Return the checkpoints from first to last, or say what is wrong with one."""
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


def _check_trace(checkpoint: Checkpoint, first: Trace) -> None:
    """Raise unless a checkpoint ran the sequences of the first one, of one input each."""
    trace, where = checkpoint.trace, f"the trace of epoch {checkpoint.epoch}"
    if not isinstance(trace, Trace) or not trace.is_batch:
        raise TypeError(f"{where} must be the Trace of a batch, got {type(trace).__name__}")
    if trace.input_size != 1 or 0 in trace.c.shape:
        shape = f"{tuple(trace.x.shape)} and {tuple(trace.c.shape)}"
        raise ValueError(f"{where} must have one input and some steps and units, got {shape}")
    if trace.c.shape != first.c.shape or not bool((trace.x == first.x).all()):
        raise ValueError(f"{where} must be of the same sequences and units as the first one's")
    for name in QUANTITIES:
        most = float(abs(getattr(trace, name)).max())
        _validate.number(f"{name} in {where}", most)
    trace.select()  # refuses a projected h, which belongs to no unit


def _measured(checkpoints: Sequence[Checkpoint], targets: Any) -> _Errors:
    """Return all outputs with their errors, or say what is wrong with outputs or targets."""
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
    return _Errors(targets, outputs, ((outputs - targets) ** 2).mean(1), naive)


def _detached(values: Any) -> Any:
    """Return a tensor of torch as NumPy can read it, anything else as it is."""
    return values.detach().cpu() if hasattr(values, "detach") else values


def _memory(checkpoints: Sequence[Checkpoint], unit: int) -> float:
    """Return the end of a scale that holds a unit's c at every checkpoint."""
    most = max(float(abs(c.trace.c[:, :, unit]).max()) for c in checkpoints)
    return round_up(most)


def _run(epoch: int, module: Any, x: Any) -> Checkpoint:
    """Run a module on all sequences, without gradients and in evaluation mode."""
    import torch

    if not isinstance(module, torch.nn.Module):
        raise TypeError(f"modules[{epoch!r}] must be a module, got {type(module).__name__}")
    x = torch.as_tensor(x).to(next(module.parameters()))
    was_training = module.training
    try:
        with torch.no_grad():
            outputs, trace = module.eval()(x), module.trace(x)
    finally:
        module.train(was_training)
    return Checkpoint(epoch, _last(outputs), trace)


def _last(values: Any) -> Any:
    """Return what stands at the last step of (batch_size, seq_len, horizon)."""
    return values[:, -1] if getattr(values, "ndim", 2) == 3 else values


def _files(folder: object) -> dict[int, Path]:
    """Return the checkpoints in a folder or several by their epochs; the last folder counts."""
    found, places = {}, [folder] if isinstance(folder, Folder) else list(folder)
    for place in map(Path, places):
        if not place.is_dir():
            raise FileNotFoundError(f"there is no folder {str(place)!r}")
        names = ((path, re.fullmatch(r"epoch=(\d+)\.ckpt", path.name)) for path in place.iterdir())
        found |= {int(name[1]): path for path, name in names if name}
    if not found:
        where = ", ".join(map(str, places)) or "no folder"
        raise FileNotFoundError(f"there is no file such as epoch=500.ckpt in {where}")
    return found


def _epoch_slider(epochs: list[int]) -> Any:
    """Return a slider over the epochs, at the last one; disabled where that is no choice."""
    label, name = "epoch", "epoch of the checkpoint"
    if len(epochs) == 1:
        return whole(label, name, epochs[0], epochs[0], epochs[0] + 1, disabled=True)
    return among(label, name, epochs[-1], epochs, play=300)


# --- what is said -------------------------------------------------------------------------------


def _unit_aloud(walk: picture.Walk, trace: Trace, unit: int) -> str:
    """Say what a unit does at the last step."""
    step = trace[-1]
    return (
        f"At {walk.time} {len(walk.seen)} unit {unit + 1} keeps {step.f:.1%} of its memory "
        f"{number(step.c_prev, 3)}, writes {step.i:.1%} of the candidate {number(step.g, 3)} and "
        f"shows {step.o:.1%}: h = {number(step.h, 3)}."
    )


def _off(outputs: Sequence[float], targets: Sequence[float]) -> float:
    """Return the mean squared error of one forecast."""
    return squared_error(outputs, targets) / len(targets)


def _table(
    walk: picture.Walk, k: int, trace: Trace, unit: int
) -> tuple[list[str], list[list[str]]]:
    """Return every step that was seen with the unit's gates, and every step that was forecast."""
    header = [f"unit {unit + 1}", "input", *CHARTED, "forecast", "followed"]
    rows = []
    for t, step in enumerate(trace):
        values = (number(value, 4) for value in (step.x, *(getattr(step, n) for n in CHARTED)))
        rows.append([f"{walk.time} {t + 1}", *values, NONE, NONE])
    for j, pair in enumerate(zip(walk.outputs[k], walk.targets, strict=True), len(trace) + 1):
        rows.append([f"{walk.time} {j}", *NONE * 7, *(number(value, 4) for value in pair)])
    return header, rows


# --- an example ---------------------------------------------------------------------------------


def _example() -> tuple[list[Checkpoint], list[list[float]], list[str], str]:
    """Return the by-hand LSTM every 250 epochs of the published training, on both companies."""
    # Only who opens this explorer pays for NumPy.
    from lstm_lib.vector import VectorLSTM

    pairs = companies()
    history = train(ScalarLSTM.untrained(), pairs, 5000)[1]
    x = [[[price] for price in pair.xs] for pair in pairs]  # (2, 4, 1)
    found = []
    for epoch in range(0, 5001, 250):
        trace = VectorLSTM.from_scalar(history.model(epoch)).forward(x)[1]
        found.append(Checkpoint(epoch, trace.prediction, trace))
    return found, [[pair.target] for pair in pairs], ["company A", "company B"], "day"
