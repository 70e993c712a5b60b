"""TrainingExplorer: a whole training, run again at every move, and a walk through its epochs."""

from typing import NamedTuple

from lstm_lib import _validate
from lstm_lib.course.explorers import training_picture as picture
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import Adam, GradientDescent, History, train
from lstm_lib.drawing.svg import number, scientific
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, whole
from lstm_lib.record import Trace
from lstm_lib.scalar import ScalarLSTM, squared_error

OPTIMIZERS = {"Adam": Adam, "gradient descent": GradientDescent}
UNTRAINED, RANDOM = "untrained", "random"
MOST_SAMPLES = 100
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

    Raises:
        TypeError, ValueError: `epochs` is not such a whole number.
    """

    def __init__(self, epochs: int = 5000) -> None:
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
        self._trained: tuple[Settings, History, str] | None = None
        self.epochs.observe(self._fit_walk, "value")
        self.seed.observe(self._start_at_random, "value")
        names = ("lr", "optimizer", "start", "seed", "epochs", "epoch")
        rows = [
            columns([self.lr, self.optimizer, self.epochs], "minmax(0, 1fr) 200px minmax(0, 1fr)"),
            columns([self.epoch, self.start, self.seed], "minmax(0, 1fr) 200px minmax(0, 1fr)"),
        ]
        super().__init__({name: getattr(self, name) for name in names}, rows, picture.SIZE)

    @property
    def settings(self) -> Settings:
        """The settings of the training the controls ask for."""
        seed = int(self.seed.value) if self.start.value == RANDOM else None
        return Settings(self.lr.value, self.optimizer.value, seed, int(self.epochs.value))

    @property
    def history(self) -> History:
        """The training for the controls' settings, run when one of them has changed."""
        return self._run()[0]

    def view(self) -> View:
        """Return the curves of the training, and the gates at the chosen epoch."""
        history, curves = self._run()
        epoch = min(int(self.epoch.value), history.epochs)
        model, loss = history.model(epoch), history.loss(epoch)
        traces = [model.run(xs) for xs, _ in history.pairs]
        now = picture.epoch(epoch / history.epochs, loss, traces)
        said = _aloud(self.settings, epoch, loss, traces)
        return View(picture.frame() + curves, now, said, *_table(traces))

    def _run(self) -> tuple[History, str]:
        """Return the training for the settings and its curves; one they had already is kept."""
        settings = self.settings
        if self._trained is None or self._trained[0] != settings:
            history = _train(settings)
            self._trained = (settings, history, picture.curves(_samples(history)))
        return self._trained[1:]

    def _fit_walk(self, change: object) -> None:
        """Let the walk end with the training; at the end it stays at the end."""
        with self._lock, self.epoch.hold_sync():
            end, at = change.new, self.epoch.value
            at = end if at == self.epoch.max else min(at, end)
            order = ("max", "value") if end > self.epoch.max else ("value", "max")
            for name in order:
                setattr(self.epoch, name, {"max": end, "value": at}[name])

    def _start_at_random(self, _change: object) -> None:
        self.start.value = RANDOM


def _train(settings: Settings) -> History:
    """Train on both companies with these settings."""
    seed, optimizer = settings.seed, OPTIMIZERS[settings.optimizer]
    model = ScalarLSTM.untrained() if seed is None else ScalarLSTM.random(seed)
    return train(model, companies(), settings.epochs, settings.lr, optimizer)[1]


def _samples(history: History) -> picture.Samples:
    """Return the epochs the curves are drawn from: all of a short training, some of a long one."""
    count = min(history.epochs, MOST_SAMPLES)
    epochs = [round(k * history.epochs / count) for k in range(count + 1)]
    predictions = [history.predictions(epoch) for epoch in epochs]
    targets = [target for _, target in history.pairs]
    losses = [squared_error(row, targets) for row in predictions]
    return picture.Samples(epochs, losses, predictions)


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
    header = ["", "x", *picture.PANELS]
    rows = []
    for company, trace in zip(picture.COMPANIES, traces, strict=True):
        for t, step in enumerate(trace):
            values = (number(getattr(step, name), 4) for name in header[1:])
            rows.append([f"company {company}, day {t + 1}", *values])
    return header, rows
