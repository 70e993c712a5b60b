"""How the twelve numbers of a ScalarLSTM are learned: two optimizers, and training.

An argument that is not what it has to be is a TypeError or ValueError that names it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt

from lstm_lib import _validate
from lstm_lib.scalar import ScalarLSTM, gradients


class GradientDescent:
    """Plain gradient descent: every number steps against its derivative, times the rate.

    Args:
        lr: learning rate, above 0.
    """

    def __init__(self, lr: float) -> None:
        self.lr = _validate.positive("lr", lr)

    def update(self, numbers: Sequence[float], derivatives: Sequence[float]) -> list[float]:
        """Return the numbers after one step.

        Args:
            numbers: what is learned, (count,).
            derivatives: how the loss changes with each, (count,).
        """
        return [w - self.lr * d for w, d in zip(numbers, derivatives, strict=True)]


class Adam:
    """Adam: steps of about the rate's size, whatever the size of the derivative.

    Args:
        lr: learning rate, above 0.
        beta1, beta2: how much of the running means of d and d^2 is kept at a step, 0 to below 1.
        eps: keeps the division away from zero, above 0.

    Source: Kingma & Ba (2015), algorithm 1.
    """

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        self.lr = _validate.positive("lr", lr)
        self.beta1 = _validate.below_one("beta1", beta1)
        self.beta2 = _validate.below_one("beta2", beta2)
        self.eps = _validate.positive("eps", eps)
        self.means: list[float] = []
        self.squares: list[float] = []
        self.t = 0

    def update(self, numbers: Sequence[float], derivatives: Sequence[float]) -> list[float]:
        """Return the numbers after one step, and remember the running means.

        Args:
            numbers: what is learned, (count,), as many at every call.
            derivatives: how the loss changes with each, (count,).
        """
        b1, b2, eps = self.beta1, self.beta2, self.eps
        self.t += 1
        means, squares = self.means or [0.0] * len(numbers), self.squares or [0.0] * len(numbers)
        self.means = [b1 * m + (1 - b1) * d for m, d in zip(means, derivatives, strict=True)]
        self.squares = [
            b2 * s + (1 - b2) * d * d for s, d in zip(squares, derivatives, strict=True)
        ]
        rate, root = self.lr / (1 - b1**self.t), sqrt(1 - b2**self.t)
        moved = zip(numbers, self.means, self.squares, strict=True)
        return [w - rate * m / (sqrt(s) / root + eps) for w, m, s in moved]


@dataclass(frozen=True)
class History:
    """What training went through: the twelve numbers after every epoch, 0 is the start.

    Args:
        pairs: the (xs, target) pairs it was trained on.
        numbers: twelve numbers per epoch, (epochs + 1, 12), the start included.
    """

    pairs: tuple[tuple[tuple[float, ...], float], ...]
    numbers: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", _validate.pairs("pairs", self.pairs))
        if not len(_validate.instance("numbers", self.numbers, tuple)):
            raise ValueError("numbers must hold twelve numbers for each epoch, got no epoch")

    @property
    def epochs(self) -> int:
        """The number of epochs trained."""
        return len(self.numbers) - 1

    def model(self, epoch: int) -> ScalarLSTM:
        """Return the model as it was after `epoch` epochs, 0 to `epochs`."""
        if _validate.count("epoch", epoch) > self.epochs:
            raise ValueError(f"epoch must be at most {self.epochs}, got {epoch}")
        return ScalarLSTM.from_numbers(self.numbers[epoch])

    def predictions(self, epoch: int) -> tuple[float, ...]:
        """Return the prediction for each pair after `epoch` epochs."""
        model = self.model(epoch)
        return tuple(model.predict(xs) for xs, _ in self.pairs)

    def loss(self, epoch: int) -> float:
        """Return the squared error after `epoch` epochs, summed over the pairs."""
        return self.model(epoch).loss(self.pairs)


def train(
    model: ScalarLSTM,
    pairs: Iterable[tuple[Sequence[float], float]],
    epochs: int,
    lr: float = 0.001,
    optimizer: type[Adam] | type[GradientDescent] = Adam,
) -> tuple[ScalarLSTM, History]:
    """Train on each pair in turn, one step of the optimizer per pair.

    Args:
        model: where to start.
        pairs: (xs, target) pairs.
        epochs: how many times to go through the pairs, 0 or more.
        lr: learning rate, above 0.
        optimizer: `Adam` or `GradientDescent`.

    Returns:
        the trained model, and the History of all epochs.

    Raises:
        ValueError: the rate is so high that the numbers leave the range of floats.
    """
    pairs, update = _validate.pairs("pairs", pairs), _optimizer(optimizer)(lr).update
    numbers = list(_validate.instance("model", model, ScalarLSTM).numbers)
    for xs, target in pairs:
        model.gradients(xs, target)  # from here on, numbers that overflow are the rate's doing
    history = [tuple(numbers)]
    for epoch in range(1, _validate.count("epochs", epochs) + 1):
        for xs, target in pairs:
            numbers = update(numbers, gradients(numbers, xs, target)[1])
        if not isfinite(sum(numbers)):
            raise ValueError(f"lr {lr!r} is too high: epoch {epoch} left the range of floats")
        history.append(tuple(numbers))
    return ScalarLSTM.from_numbers(numbers), History(pairs, tuple(history))


def _optimizer(kind: object) -> type[Adam] | type[GradientDescent]:
    """Return `kind` if it is the class of an optimizer."""
    if not isinstance(kind, type) or not issubclass(kind, Adam | GradientDescent):
        raise TypeError(f"optimizer must be Adam or GradientDescent (the class), got {kind!r}")
    return kind
