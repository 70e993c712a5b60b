"""Losses with their gradients, clipping and Adam for models of NumPy arrays."""

from math import sqrt

import numpy as np
from numpy import ndarray

from lstm_lib import _arrays, _validate


def sigmoid(z: ndarray) -> ndarray:
    """Return 1 / (1 + e^-z) of every element: a soft switch between 0 and 1."""
    with np.errstate(over="ignore"):  # e^-z may be infinite: 1 / infinity is the 0 it should be
        return 1.0 / (1.0 + np.exp(-z))


def mse(outputs: ndarray, targets: ndarray, asked: ndarray | None = None) -> tuple[float, ndarray]:
    """Return the mean of (output - target)^2, and how it changes with each output.

    Args:
        outputs: what the model says, any shape.
        targets: what it should say, the same shape.
        asked: True where it is judged, the same shape; everywhere if left out.

    Returns:
        loss, and its gradient, shaped like `outputs`.
    """
    outputs, targets, share = _judged("outputs", outputs, targets, asked)
    error = outputs - targets
    return float(np.sum(share * error * error)), 2.0 * share * error


def bce_with_logits(
    logits: ndarray, targets: ndarray, asked: ndarray | None = None
) -> tuple[float, ndarray]:
    """Return the mean binary cross-entropy of sigmoid(logits), and how it changes with each.

    -y log sigmoid(z) - (1 - y) log(1 - sigmoid(z)) = max(z, 0) - y z + log(1 + e^-|z|), where no
    logarithm of zero can occur; its derivative is sigmoid(z) - y.

    Args:
        logits: what the model says before the sigmoid, any shape; above 0 means "rather 1".
        targets: 0 to 1, the same shape.
        asked: True where it is judged, the same shape; everywhere if left out.

    Returns:
        loss in nats, and its gradient, shaped like `logits`.
    """
    z, y, share = _judged("logits", logits, targets, asked)
    if y.min() < 0 or y.max() > 1:
        raise ValueError(f"targets must be from 0 to 1, got {y.min()} to {y.max()}")
    losses = np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return float(np.sum(share * losses)), share * (sigmoid(z) - y)


def _judged(
    name: str, outputs: object, targets: object, asked: object
) -> tuple[ndarray, ndarray, ndarray]:
    """Return outputs, targets and each one's share of the mean, checked and of one shape."""
    outputs = _arrays.numbers(name, outputs)
    dtype = outputs.dtype if outputs.dtype == np.float32 else np.dtype(np.float64)
    if outputs.size == 0:
        raise ValueError(f"{name} must hold at least one number, got an empty array")
    outputs = _arrays.array(name, outputs, outputs.shape, dtype)
    targets = _arrays.array("targets", targets, outputs.shape, dtype)
    if asked is None:
        return outputs, targets, np.full(outputs.shape, 1.0 / outputs.size, dtype)
    counts = _arrays.array("asked", asked, outputs.shape, dtype) != 0
    if not counts.any():
        raise ValueError("asked must be True somewhere, got False everywhere")
    return outputs, targets, counts.astype(dtype) / counts.sum(dtype=dtype)


def clip_by_norm(gradients: dict[str, ndarray], max_norm: float) -> dict[str, ndarray]:
    """Return the gradients, all made smaller by one factor if together they are too long.

    factor = max_norm / (norm + 1e-6), at most 1, with the norm over every number of every array;
    torch.nn.utils.clip_grad_norm_ has the same 1e-6.

    Args:
        gradients: arrays by name.
        max_norm: the length they may have together, above 0.

    Source: Pascanu, Mikolov & Bengio (2013), algorithm 1.
    """
    max_norm = _validate.positive("max_norm", max_norm)
    norm = sqrt(sum(float(np.sum(d * d)) for d in gradients.values()))
    factor = min(1.0, max_norm / (norm + 1e-6))
    return {name: d * factor for name, d in gradients.items()}


class Adam:
    """Adam: steps of about the rate's size, whatever the size of the derivative.

    Args:
        lr: learning rate, above 0; may be set anew between updates.
        max_norm: gradients are clipped to this length first, see `clip_by_norm`; None for never.
        beta1, beta2: how much of the running means of d and d^2 is kept at a step.
        eps: keeps the division away from zero.

    Source: Kingma & Ba (2015), algorithm 1.
    """

    def __init__(
        self,
        lr: float = 0.001,
        max_norm: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        self.lr = _validate.positive("lr", lr)
        self.max_norm = None if max_norm is None else _validate.positive("max_norm", max_norm)
        self.beta1 = _validate.below_one("beta1", beta1)
        self.beta2 = _validate.below_one("beta2", beta2)
        self.eps = _validate.positive("eps", eps)
        self.means: dict[str, ndarray] = {}
        self.squares: dict[str, ndarray] = {}
        self.t = 0

    def update(self, parameters: dict[str, ndarray], gradients: dict[str, ndarray]) -> None:
        """Move every parameter, in place, one step against its gradient.

        Args:
            parameters: arrays by name; these change.
            gradients: an array of the same shape for each; what else there is, is left alone.
        """
        gradients = _of_each(parameters, gradients)
        if self.max_norm is not None:
            gradients = clip_by_norm(gradients, self.max_norm)
        self.t += 1
        rate = self.lr / (1.0 - self.beta1**self.t)
        correction = sqrt(1.0 - self.beta2**self.t)
        for name, d in gradients.items():
            self.means[name] = self.beta1 * self.means.get(name, 0.0) + (1 - self.beta1) * d
            self.squares[name] = self.beta2 * self.squares.get(name, 0.0) + (1 - self.beta2) * d * d
            scale = np.sqrt(self.squares[name]) / correction + self.eps
            parameters[name] -= rate * self.means[name] / scale


def _of_each(parameters: dict[str, ndarray], gradients: dict[str, ndarray]) -> dict[str, ndarray]:
    """Return the gradient of each parameter, or say which one is missing or does not fit."""
    missing = [name for name in parameters if name not in gradients]
    if missing:
        raise ValueError(f"gradients must hold {', '.join(missing)}, got {', '.join(gradients)}")
    return {
        name: _arrays.array(f"gradients[{name!r}]", gradients[name], p.shape, p.dtype)
        for name, p in parameters.items()
    }
