"""What TensorBoard shows beside the loss: gates as histograms, predictions as pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers import TensorBoardLogger
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray
from torch import Tensor, nn

from lstm_lib import _validate
from lstm_lib.drawing.svg import number
from lstm_lib.notation import COLORS, LSTM, NAMES, STATES

MOST_SHOWN = 4  # sequences in a picture: more are too small to read
PICTURE = "prediction and target"
INK, DPI = "#333333", 100
FEW = 12  # steps that are marked one by one


class Watch(Callback):
    """Show TensorBoard how gates and predictions form: histograms, pictures and numbers.

    At ten epochs, more of them early, where most happens: a histogram of every gate and
    state over all of `x`, if the module has `trace(x)`, and a picture of up to four sequences of
    `x` with the prediction beside its target. After every epoch, for a module without `labels`:
    what it says of each sequence in the picture, one step ahead.

    Like the loss they stand over the steps of the optimizer; the picture's title has the epochs.
    Without a TensorBoard logger nothing happens. A missing value, nan, leaves a gap. An odd
    argument gets a TypeError or ValueError.

    Args:
        x: sequences, (count, seq_len, input_size).
        targets: what should come out, shaped like the module's outputs: (count, horizon), or
            (count, seq_len, horizon) with an output at every step.
        every: write after every so many epochs; None: `pictures` times.
        pictures: how often to write in a training, the start and the end included, at least 2.
            TensorBoard shows ten of a training's pictures; for more it needs the option
            `--samples_per_plugin images=100`.
    """

    def __init__(
        self, x: Tensor, targets: Tensor, every: int | None = None, pictures: int = 10
    ) -> None:
        self.x, self.targets = _checked(x, targets)
        self.every = every if every is None else _validate.count("every", every, at_least=1)
        self.pictures = _validate.count("pictures", pictures, at_least=2)
        count = min(len(x), MOST_SHOWN)
        self.shown = torch.linspace(0, len(x) - 1, count).round().long()  # (count,)
        self._first, self._drawn = 0, -1  # the epoch this training starts from, the last written

    def on_train_start(self, trainer: lightning.Trainer, module: Any) -> None:
        """Write what the module says before this training."""
        self._first, self._drawn = trainer.current_epoch, -1
        self._write(trainer, module, self._first)

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: Any) -> None:
        """Write what the module says now, if it is time."""
        epoch = trainer.current_epoch + 1
        if not getattr(module, "labels", ()):
            self._write_numbers(trainer, module)
        if self._is_time(epoch, trainer.max_epochs):
            self._write(trainer, module, epoch)

    def on_train_end(self, trainer: lightning.Trainer, module: Any) -> None:
        """Write where the training ended, early or not."""
        if self._drawn != trainer.current_epoch:
            self._write(trainer, module, trainer.current_epoch)

    def _is_time(self, epoch: int, last: int | None) -> bool:
        """Say whether to write after `epoch` epochs of a training that ends after `last`."""
        if self.every is not None:
            return epoch % self.every == 0
        return (epoch - self._first) in spread((last or -1) - self._first, self.pictures)

    def _write(self, trainer: lightning.Trainer, module: Any, epoch: int) -> None:
        """Write the histograms and the picture of the module after `epoch` epochs."""
        self._drawn, step = epoch, trainer.global_step
        x, targets = self.x[self.shown], self.targets[self.shown]
        for writer in _writers(trainer):
            trace, outputs = _trace(module, self.x), outputs_for(module, x)
            for name in () if trace is None else trace.letters.quantities:
                values = _finite(_array(getattr(trace, name)))
                if values.size:
                    writer.add_histogram(tag(name), values, step)
            title = f"after {epoch} epochs"
            figure = picture(_array(x), _array(targets), _array(outputs), title)
            writer.add_figure(PICTURE, figure, step, close=False)

    def _write_numbers(self, trainer: lightning.Trainer, module: Any) -> None:
        """Write what the module says of each sequence in the picture, one step ahead."""
        for writer in _writers(trainer):
            outputs = outputs_for(module, self.x[self.shown])
            numbers = outputs.reshape(len(outputs), -1, outputs.size(-1))[:, -1, 0]  # (count,)
            for which, value in zip(self.shown.tolist(), numbers.tolist(), strict=True):
                writer.add_scalar(f"prediction/sequence {which}", value, trainer.global_step)


def tag(quantity: str) -> str:
    """Return under which name TensorBoard shows a gate or a state."""
    return f"{'states' if quantity in STATES else 'gates'}/{quantity} {NAMES[quantity]}"


TAGS = {name: tag(name) for name in LSTM.quantities}


def spread(epochs: int, pictures: int) -> list[int]:
    """Return after how many of `epochs` epochs to draw: `pictures` of them, the early ones denser.

    Where the end of the training is open (`epochs` below 0) they double from one to the next.
    """
    if epochs < 0:
        return [0, *(2**k for k in range(40))]
    return sorted({round(epochs * (k / (pictures - 1)) ** 2) for k in range(pictures)})


def picture(x: ndarray, targets: ndarray, outputs: ndarray, title: str = "") -> Figure:
    """Draw up to four sequences, what should follow them and what the module says of it.

    The shapes are those of `Watch`; `outputs` are shaped like `targets`.
    """
    count = len(x)
    columns = min(count, 2)
    rows = -(-count // columns)
    figure = Figure(figsize=(6.4, 0.6 + 2.4 * rows), dpi=DPI, layout="constrained")
    drawn = figure.subplots(rows, columns, squeeze=False, sharey=True).flatten()
    for axes, *sequence in zip(drawn, x, targets, outputs, strict=False):
        _draw(axes, *sequence)
    for axes in drawn[count:]:
        axes.set_visible(False)
    low, high = _ends(x, targets)
    figure.axes[0].set_ylim(low, high)
    figure.suptitle(title, fontsize=13, fontweight="bold")
    lines = dict(zip(*figure.axes[0].get_legend_handles_labels()[::-1], strict=True))
    figure.legend(lines.values(), lines, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _draw(axes: Axes, x: ndarray, target: ndarray, output: ndarray) -> None:
    """Draw one sequence: x (seq_len, input_size), target and output as after its last step."""
    seen, ahead = len(x), target.shape[-1]
    if x.shape[1] == 1:
        marker = "." if seen <= FEW else ""
        axes.plot(range(1, seen + 1), x[:, 0], marker=marker, color=COLORS["x"], label="seen")
    if target.ndim == 2:  # an output at every step: the first number of those before the last
        steps = range(2, seen + 1)
        axes.plot(steps, target[:-1, 0], color=INK, linewidth=0.8)
        axes.plot(steps, output[:-1, 0], color=COLORS["h"])
        target, output = target[-1], output[-1]
    steps = range(seen + 1, seen + ahead + 1)
    axes.plot(steps, target, "o", color=INK, markerfacecolor="none", label="target")
    axes.plot(steps, output, "s-", color=COLORS["h"], markersize=3.5, label="prediction")
    axes.axvline(seen + 0.5, color=INK, linewidth=0.8, linestyle=":")
    axes.set_title(_in_words(target, output), fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.locator_params(axis="x", integer=True)
    axes.grid(alpha=0.3)


def _in_words(target: ndarray, output: ndarray) -> str:
    """Say how far a prediction is from its target."""
    if target.size == 1:
        return f"{number(output.item(), 3)}, should be {number(target.item(), 1)}"
    return f"mean squared error {np.mean((output - target) ** 2):.3f}"


def _ends(x: ndarray, targets: ndarray) -> tuple[float, float]:
    """Return the ends of a vertical axis that stays the same in every picture."""
    values = _finite(np.append(targets, x) if x.shape[-1] == 1 else targets)
    values = values if values.size else np.zeros(1)
    room = 0.2 * np.ptp(values) or 1.0
    return values.min() - room, values.max() + room


def _trace(module: Any, x: Tensor) -> Any:
    """Return the gates and states on `x`, or None: no trace to be had, or weights that diverged."""
    if not is_finite(module) or not hasattr(module, "trace"):
        return None
    try:
        with at_rest(module):
            return module.trace(_for(module, x))
    except (NotImplementedError, ValueError):  # a layer that is not recurrent
        return None


def _writers(trainer: lightning.Trainer) -> list[Any]:
    """Return the TensorBoard writers of this training, none but in the first process."""
    loggers = trainer.loggers if trainer.is_global_zero else ()
    return [logger.experiment for logger in loggers if isinstance(logger, TensorBoardLogger)]


def is_finite(module: nn.Module) -> bool:
    """Return whether all parameters of a module are finite numbers."""
    return all(bool(parameter.isfinite().all()) for parameter in module.parameters())


def outputs_for(module: nn.Module, x: Tensor) -> Tensor:
    """Return a module's outputs without dropout and gradients, in the precision of `x`."""
    with at_rest(module):
        return module(_for(module, x)).to(x)


@contextmanager
def at_rest(module: nn.Module) -> Iterator[None]:
    """Run a module without dropout and gradients, and leave every part of it as it was."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, mode in modes.items():
            part.training = mode


def _for(module: nn.Module, x: Tensor) -> Tensor:
    """Return `x` where the parameters of a module are, in their precision."""
    return x.to(next(module.parameters()))


def _array(values: Any) -> ndarray:
    """Return a tensor or an array as an array of floats."""
    return torch.as_tensor(values).detach().cpu().double().numpy()


def _finite(values: ndarray) -> ndarray:
    """Return the values that are there, (count,): a missing one is nan."""
    return values[np.isfinite(values)]


def _checked(x: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Return sequences and targets that fit each other."""
    for name, values, sizes in (("x", x, (3,)), ("targets", targets, (2, 3))):
        _validate.instance(name, values, Tensor)
        if values.dim() not in sizes or not values.numel():
            axes = " or ".join(map(str, sizes))
            raise ValueError(f"{name} must have {axes} axes, got shape {tuple(values.shape)}")
    if targets.shape[:-1] != x.shape[: targets.dim() - 1]:
        shapes = f"x of shape {tuple(x.shape)}, got {tuple(targets.shape)}"
        raise ValueError(f"targets must have one output for each of {shapes}")
    return x.detach().cpu(), targets.detach().cpu()
