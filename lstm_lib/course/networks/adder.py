"""Four units that add two marked numbers, and how such adders are trained."""

from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lstm_lib import _validate
from lstm_lib.course.networks import stored
from lstm_lib.course.tasks.adding import Sums, adding
from lstm_lib.vector import VectorLSTM

if TYPE_CHECKING:
    from torch import Tensor

    from lstm_lib.course.networks.network import Network, Progress, Start


def adder() -> VectorLSTM:
    """Return four units that add two marked numbers over 100 steps or so: `tasks.adding`.

    Unit 2 has the sum: its input gate opens at the marks, and its forget gate keeps half of a
    memory for more than 200 steps. The answer is the output at the last step. The weights have two
    decimals.
    """
    return stored.load("adder")


class Adder(NamedTuple):
    """A network after training on the adding problem.

    Fields:
        network: what was trained; its answer is the output at a sequence's last step.
        sequences: how many it had seen when the stopping rule was met, None if it never was.
        errors: mean absolute error of each batch, before it was learned from, (updates,).
    """

    network: "Network"
    sequences: int | None
    errors: tuple[float, ...]

    def answer(self, sums: Sums) -> np.ndarray:
        """Return the answer at the last step of each sequence, (batch_size, 1)."""
        return _last(self.network.predict(sums.x), sums)


def train_adder(
    seq_len: int = 100,
    seed: int = 0,
    hidden_size: int = 16,
    count: int = 2000,
    layer: str = "lstm",
    on_progress: "Progress | None" = None,
    batch_size: int = 32,
    lr: float = 0.01,
    start: "Start | None" = None,
) -> Adder:
    """Return a network trained on the adding problem until the paper's stopping rule is met.

    The rule: the last 2,000 sequences all right within 0.04, each judged before it is learned
    from, and their mean error below 0.01. Every batch is new.

    Args:
        seq_len: steps of the shortest sequences, at least 20.
        seed: of weights, spans and sequences.
        count: updates at most.
        hidden_size, layer, on_progress: as in `train_counter`; it is told the mean error.
        batch_size: sequences per update. Over a thousand steps an update with 16 takes less than
            half the time of one with 32, as far more of it stays in the processor's cache.
        lr: the highest rate, above 0.
        start: what sets an LSTM's layer before it learns; it gets the layer and the seed. By
            default the biases start by the chrono rule.

    Source of the rule: Hochreiter & Schmidhuber (1997), section 5.4.
    """
    from lstm_lib.course.networks.network import Network, chrono, run, updates

    network = Network(2, hidden_size, 1, layer, seed)
    _begin(network, start or partial(chrono, longest=seq_len), seed)
    size, errors = _validate.count("batch_size", batch_size, at_least=1), list[np.ndarray]()

    def loss_of(update: int) -> "Tensor":
        distance = _distance(network, adding(size, seq_len, seed=seed * 10**6 + update))
        errors.append(distance.detach().abs().double().numpy())
        return distance.square().mean()

    tell = on_progress and (lambda done, _: on_progress(done, float(errors[-1].mean())))
    done = run(updates(network, loss_of, count, lr), tell, lambda _: _is_learned(errors))
    return Adder(network, done and size * done, tuple(float(each.mean()) for each in errors))


def retrained() -> "Network":
    """Return the stored network, trained again: of seeds 0 to 4 the one that is always right."""
    return train_adder(100, seed=1, hidden_size=4, count=2500).network


# What is said of the stored network.
JUDGED = "100.0% of new sequences right"


def judged(model: VectorLSTM) -> str:
    """Say how many new sums a network gets right."""
    sums = adding(1000, 100, seed=10**9)
    share = sums.correct(_last(model.forward(sums.x)[0], sums)).mean()
    return f"{share:.1%} of new sequences right"


def _last(outputs: Any, sums: Sums) -> Any:
    """Return the output at the last step of each sequence, (batch_size, 1), in torch or NumPy."""
    return outputs[np.arange(len(outputs)), sums.lengths - 1]


def _begin(network: "Network", start: "Start", seed: int) -> None:
    """Set the layer of an LSTM; another has no gates to be set."""
    if network.layer.mode == "LSTM":
        start(network.layer, seed=seed)


def _distance(network: "Network", sums: Sums) -> "Tensor":
    """Return how far the output at each sequence's last step is off, (batch_size, 1)."""
    import torch

    outputs = network(torch.as_tensor(sums.x).float())  # (batch_size, seq_len, 1)
    return _last(outputs, sums) - torch.as_tensor(sums.targets).float()


def _is_learned(errors: list[np.ndarray]) -> bool:
    """Say whether the last 2,000 errors are all below 0.04, and their mean below 0.01."""
    recent = np.concatenate(errors[-ceil(2000 / len(errors[0])) :])[-2000:]
    return len(recent) == 2000 and recent.max() < 0.04 and recent.mean() < 0.01
