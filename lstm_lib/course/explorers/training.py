"""TrainingExplorer: a whole training, run again at every move, and a walk through its epochs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from lstm_lib import _validate
from lstm_lib.course.explorers import training_picture as picture
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import Adam, GradientDescent, History, train
from lstm_lib.drawing.svg import number, scientific
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, whole
from lstm_lib.notation import CHARTED
from lstm_lib.record import Trace
from lstm_lib.scalar import ScalarLSTM

OPTIMIZERS = {"Adam": Adam, "gradient descent": GradientDescent}
UNTRAINED, RANDOM = "untrained", "random"
EPOCHS = (100, 10_000)  # the shortest training and the longest


class Settings(NamedTuple):
    """What a training depends on; `seed` is None for the untrained start of the course."""

    lr: float
    optimizer: str
    seed: int | None
    epochs: int


class TrainingExplorer(Explorer):
    """Train the LSTM on both companies with your own settings, and watch its gates form.

    The controls are `lr`, `optimizer` ("Adam" or "gradient descent"), `start` ("untrained" or
    "random"), `seed`, `epochs`, and `epoch`, which walks through the training. A walk reads the
    history; every other move trains again. At its end, `epoch` follows `epochs`. Moving the seed
    turns `start` to "random".

    Args:
        epochs: how many epochs to start with, 100 to 10,000.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(self, epochs: int = 5000, *, tries: Sequence[str] = ()) -> None:
        epochs = _validate.count("epochs", epochs)
        _validate.between("epochs", epochs, *EPOCHS)
        self.lr = Slider(
            label="rate", name="learning rate",
            value=0.001, min=1e-4, max=1, step=0.1, by_factors=True,
        )  # fmt: skip
        self.optimizer = Choice(list(OPTIMIZERS), name="optimizer", buttons=True)
        self.start = Choice([UNTRAINED, RANDOM], label="start", name="start weights", buttons=True)
        self.seed = whole("seed", "seed of the random start", value=1, min=0, max=99)
        self.epochs = whole("epochs", "number of epochs", epochs, *EPOCHS, step=100)
        self.epoch = whole("epoch", "epoch to look at", epochs, 0, epochs, step=50)
        self._run = lru_cache(maxsize=1)(_train)
        self.epochs.observe(self._fit_walk, "value")
        self.seed.observe(self._start_at_random, "value")
        names = ("lr", "optimizer", "start", "seed", "epochs", "epoch")
        rows = [
            columns([self.lr, self.optimizer, self.epochs], "minmax(0, 1fr) 200px minmax(0, 1fr)"),
            columns([self.epoch, self.start, self.seed], "minmax(0, 1fr) 200px minmax(0, 1fr)"),
        ]
        super().__init__(
            {name: getattr(self, name) for name in names}, rows, picture.SIZE, tries=tries
        )

    @property
    def settings(self) -> Settings:
        """The settings of the training the controls ask for."""
        seed = int(self.seed.value) if self.start.value == RANDOM else None
        return Settings(self.lr.value, self.optimizer.value, seed, int(self.epochs.value))

    @property
    def history(self) -> History:
        """The training for the controls' settings, run when one of them has changed."""
        return self._run(self.settings)[0]

    def view(self) -> View:
        """Return the curves of the training, and the gates at the chosen epoch."""
        history, curves = self._run(self.settings)
        epoch = min(int(self.epoch.value), history.epochs)
        model, loss = history.model(epoch), history.loss(epoch)
        traces = [model.run(xs) for xs, _ in history.pairs]
        now = picture.epoch(epoch / history.epochs, loss, traces)
        said = _aloud(self.settings, epoch, loss, traces)
        return View(picture.frame() + curves, now, said, *_table(traces))

    def _fit_walk(self, change: Any) -> None:
        """Let the walk end with the training; at the end it stays at the end."""
        with self._lock, self.epoch.hold_sync():
            end, at = change.new, self.epoch.value
            at = end if at == self.epoch.max else min(at, end)
            if end > self.epoch.max:  # a value never lies beyond its max
                self.epoch.max = end
            self.epoch.value = at
            self.epoch.max = end

    def _start_at_random(self, _change: object) -> None:
        self.start.value = RANDOM


def _train(settings: Settings) -> tuple[History, str]:
    """Return the training on both companies with these settings, and its curves."""
    seed, optimizer = settings.seed, OPTIMIZERS[settings.optimizer]
    model = ScalarLSTM.untrained() if seed is None else ScalarLSTM.random(seed)
    history = train(model, companies(), settings.epochs, settings.lr, optimizer)[1]
    return history, picture.curves(picture.scene(history))


def _aloud(settings: Settings, epoch: int, loss: float, traces: list[Trace]) -> str:
    """Say what the picture shows."""
    start = "the untrained start" if settings.seed is None else f"random start {settings.seed}"
    said = [trace.prediction for trace in traces]
    return (
        f"Epoch {epoch} of {settings.epochs}, {settings.optimizer} with rate {settings.lr:g} "
        f"from {start}: loss {scientific(loss)}. The model says {number(said[0], 4)} for "
        f"company A (target 0) and {number(said[1], 4)} for company B (target 1). "
        f"{_verdict(*said)}"
    )


def _verdict(a: float, b: float) -> str:
    """Say how far the training has come, from the predictions for A and B."""
    if max(abs(a), abs(b - 1)) <= 0.05:
        return "Both are right to within 0.05."
    if abs(b - a) <= 0.05:
        return "It does not tell the companies apart."
    return (
        "It tells them apart and is not there yet." if b > a else "It has them the wrong way round."
    )


def _table(traces: list[Trace]) -> tuple[list[str], list[list[str]]]:
    """Return every gate and both states, a row for each day of each company."""
    header = ["", "x", *CHARTED]
    rows = []
    for company, trace in zip(picture.COMPANIES, traces, strict=True):
        for t in range(len(trace)):
            values = (number(getattr(trace, name)[t], 4) for name in header[1:])
            rows.append([f"company {company}, day {t + 1}", *values])
    return header, rows
