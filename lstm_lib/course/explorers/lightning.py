"""LightningExplorer: the checkpoints of a training, and how forecast and gates form in them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lstm_lib import _validate
from lstm_lib.course.checkpoints import Checkpoint, Folder, files, last_step, measured, ordered, run
from lstm_lib.course.explorers import lightning_picture as picture
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import train
from lstm_lib.drawing.svg import number, scientific
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.slider import among, counted, index, whole
from lstm_lib.notation import CHARTED
from lstm_lib.record import Trace
from lstm_lib.scalar import ScalarLSTM

if TYPE_CHECKING:
    from lightning import LightningModule

NONE = "\N{EN DASH}"


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
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(
        self,
        checkpoints: Iterable[Checkpoint] | None = None,
        targets: Any = None,
        names: Sequence[str] | None = None,
        time: str = "step",
        *,
        tries: Sequence[str] = (),
    ) -> None:
        if checkpoints is None:
            checkpoints, targets, names, time = _example()
        self.checkpoints = ordered(checkpoints)
        batch_size, _, hidden_size = self.checkpoints[0].trace.c.shape
        self.names = None if names is None else _validate.names("names", names, batch_size)
        self.time = _validate.instance("time", time, str)
        self._forecasts = measured(self.checkpoints, targets)
        self.epoch = _epoch_slider([checkpoint.epoch for checkpoint in self.checkpoints])
        self.sequence, self.unit = counted("sequence", batch_size), counted("unit", hidden_size)
        self._read = lru_cache(maxsize=1)(self._draw)
        sliders = {name: getattr(self, name) for name in ("epoch", "sequence", "unit")}
        controls = {name: slider for name, slider in sliders.items() if not slider.disabled}
        rows = [columns(controls.values())] if controls else []
        super().__init__(controls, rows, picture.SIZE, tries=tries)

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
        *,
        tries: Sequence[str] = (),
        **arguments: Any,
    ) -> "LightningExplorer":
        """Return an explorer of the files `epoch=500.ckpt`, `epoch=1000.ckpt`, ... of a training.

        Args:
            kind: the class of the module, such as LSTMByHand or SequenceRegressor, or one of your
                own around an LSTM.
            folder: where they are; several folders for a training that went on from a checkpoint.
            x: inputs, (batch_size, seq_len, 1).
            targets: see the class; of targets at every step, (batch_size, seq_len, horizon), the
                last are taken, and so are the outputs.
            names, time, tries: see the class.
            start: the module before the training, shown as epoch 0; None to leave it out.
            **arguments: of the module's class, in place of those in the checkpoints.

        Raises:
            FileNotFoundError, ValueError: no such files, or one is damaged or of another model.
        """
        from lstm_lib.course.training.trainer import load

        modules = {} if start is None else {0: start}
        modules |= {epoch: load(kind, path, **arguments) for epoch, path in files(folder).items()}
        return cls.from_modules(modules, x, targets, names, time, tries=tries)

    @classmethod
    def from_modules(
        cls,
        modules: "Mapping[int, LightningModule]",
        x: Any,
        targets: Any,
        names: Sequence[str] | None = None,
        time: str = "step",
        *,
        tries: Sequence[str] = (),
    ) -> "LightningExplorer":
        """Return an explorer of modules by the number of epochs behind them; each is run once.

        Args:
            modules: modules around one LSTM, or with a `trace(x)` of their own, by epoch.
            x, targets, names, time, tries: see `from_checkpoints`.
        """
        return cls(run(modules, x), last_step(targets), names, time, tries=tries)

    @property
    def selected(self) -> Trace:
        """The run of the chosen sequence through the chosen unit, at the chosen epoch."""
        trace = self.checkpoints[self._at].trace
        return trace.select(batch=index(self.sequence), unit=index(self.unit))

    def view(self) -> View:
        """Return forecast, gates and errors at the chosen checkpoint."""
        k, trace, (stages, still) = self._at, self.selected, self._scene()
        said = f"{_forecast_aloud(stages, k)} {_unit_aloud(stages, trace)}"
        return View(still, picture.at(stages, k, trace), said, *_table(stages, k, trace))

    @property
    def _at(self) -> int:
        """Which checkpoint is chosen, counted from 0."""
        return [checkpoint.epoch for checkpoint in self.checkpoints].index(int(self.epoch.value))

    def _scene(self) -> tuple[picture.Stages, str]:
        """Return what stays while the epoch moves, and its drawing."""
        return self._read(index(self.sequence), index(self.unit))

    def _draw(self, batch: int, unit: int) -> tuple[picture.Stages, str]:
        count = len(self._forecasts.targets)
        names = self.names or [f"sequence {k}" for k in range(1, count + 1)]
        seen = self.checkpoints, self._forecasts
        stages = picture.scene(*seen, batch, unit, names, self.time)
        return stages, picture.frame(stages)


def _epoch_slider(epochs: list[int]) -> Any:
    """Return a slider over the epochs, at the last one; disabled where that is no choice."""
    label, name = "epoch", "epoch of the checkpoint"
    if len(epochs) == 1:
        return whole(label, name, epochs[0], epochs[0], epochs[0] + 1, disabled=True)
    return among(label, name, epochs[-1], epochs, play=300)


def _forecast_aloud(stages: picture.Stages, k: int) -> str:
    """Say what checkpoint `k` forecasts, and how far it is off."""
    epochs = stages.epochs[k]
    place = f"After {epochs} epochs" if epochs else "Before training"
    there = f"mean squared error {scientific(stages.errors[k])}"
    if stages.is_single:
        said, target = stages.outputs[k][0], stages.targets[0]
        here = f"prediction {number(said, 4)}, target {number(target, 4)}"
        here += "".join(f" ({name}: {number(row[k], 4)})" for name, row in stages.others.items())
    else:
        last = scientific(stages.off([stages.seen[-1]] * len(stages.targets)))
        here = f"squared error {scientific(stages.off(stages.outputs[k]))} here, {last} if the "
        here += "last value went on"
        there += f" against {scientific(stages.naive_error)}"
    return f"{place}, {stages.name}: {here}; over all {stages.sequences} sequences {there}."


def _unit_aloud(stages: picture.Stages, trace: Trace) -> str:
    """Say what the unit does at the last step."""
    step, who = trace[-1], f"unit {stages.unit + 1}" if stages.units > 1 else "the cell"
    return (
        f"At {stages.time} {len(trace)} {who} keeps {step.f:.1%} of its memory "
        f"{number(step.c_prev, 3)}, writes {step.i:.1%} of the candidate {number(step.g, 3)} and "
        f"shows {step.o:.1%}: h = {number(step.h, 3)}."
    )


def _table(stages: picture.Stages, k: int, trace: Trace) -> tuple[list[str], list[list[str]]]:
    """Return every step that was seen with the unit's gates, and every step that was forecast."""
    what = ("prediction", "target") if stages.is_single else ("forecast", "followed")
    header = [f"unit {stages.unit + 1}", "input", *CHARTED, *what]
    rows = []
    for t in range(len(trace)):
        values = (number(getattr(trace, name)[t], 4) for name in ("x", *CHARTED))
        rows.append([f"{stages.time} {t + 1}", *values, NONE, NONE])
    for j, pair in enumerate(zip(stages.outputs[k], stages.targets, strict=True), len(trace) + 1):
        rows.append([f"{stages.time} {j}", *[NONE] * 7, *(number(value, 4) for value in pair)])
    return header, rows


# --- an example ---------------------------------------------------------------------------------


def _example() -> tuple[list[Checkpoint], list[list[float]], list[str], str]:
    """Return the by-hand LSTM every 250 epochs of the published training, on both companies."""
    # Only who opens this explorer pays for NumPy.
    import numpy as np

    from lstm_lib.vector import VectorLSTM

    pairs = companies()
    history = train(ScalarLSTM.untrained(), pairs, 5000)[1]
    x = np.array([pair.xs for pair in pairs])[:, :, None]  # (2, 4, 1)
    found = []
    for epoch in range(0, 5001, 250):
        trace = VectorLSTM.from_scalar(history.model(epoch)).forward(x)[1]
        found.append(Checkpoint(epoch, trace.prediction, trace))
    return found, [[pair.target] for pair in pairs], ["company A", "company B"], "day"
