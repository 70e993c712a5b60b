"""Six units that read Reber strings, and how such readers are trained."""

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from lstm_lib import _validate
from lstm_lib.course.networks import stored
from lstm_lib.course.tasks.reber import reber, reber_strings
from lstm_lib.course.tasks.symbols import Symbols, ahead
from lstm_lib.vector import VectorLSTM

if TYPE_CHECKING:
    from torch import Tensor

    from lstm_lib.course.networks.network import Network, Progress


def reber_reader() -> VectorLSTM:
    """Return six units that predict the next symbol of embedded Reber strings: `tasks.reber`.

    Unit 1 remembers whether the second symbol was T or P. Outputs are logits of B, T, P, S, X, V
    and E; their softmax is the probability that the symbol comes next. The weights have two
    decimals.
    """
    return stored.load("reber")


def reber_split(seed: int = 0) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return 500 different Reber strings to train on, and 1,000 others that are held out."""
    training = reber_strings(500, seed=seed)
    return training, reber_strings(1000, seed=seed + 10**6, avoid=training)


def train_reber(
    seed: int = 0,
    hidden_size: int = 8,
    count: int = 4000,
    cycles: int = 3,
    layer: str = "lstm",
    on_progress: "Progress | None" = None,
) -> "Network":
    """Return a network that has learned to predict the next symbol of embedded Reber strings.

    It is trained on the first part of `reber_split(seed)` in batches of 32. In the first half of
    a cycle these are drawn as often as the grammar makes them, which are mostly short ones, so
    that the second symbol is soon found to matter; in the other half every string alike, so that
    it is kept through long ones. It ends when in all training strings the legal symbols are
    ahead of all others by more than 1, which is looked at after every 200 updates.

    The outputs are logits, one per symbol; their softmax is the probability that it is next.

    Args:
        seed: of strings, weights and batches.
        count: updates in a cycle of the learning rate.
        cycles: how many at most.
        hidden_size, layer, on_progress: as in `train_counter`.
    """
    from lstm_lib.course.networks.network import Network, run, updates

    strings, draw = reber(reber_split(seed)[0]), np.random.default_rng(seed)
    network = Network(7, hidden_size, 7, layer, seed, forget_bias=1.0)
    by_grammar, alike = _chances(strings)

    def loss_of(update: int) -> "Tensor":
        chances = by_grammar if 2 * update < count else alike
        return _surprise(network, strings, draw, chances)

    rounds = range(_validate.count("cycles", cycles, at_least=1))
    losses = chain.from_iterable(updates(network, loss_of, count, lr=0.07) for _ in rounds)
    run(losses, on_progress, lambda done: done % 200 == 0 and _is_ahead(network, strings))
    return network


def retrained() -> "Network":
    """Return the stored network, trained again: all batches drawn as the grammar makes them."""
    from lstm_lib.course.networks.network import Network, run, updates

    strings, draw = reber(reber_split()[0]), np.random.default_rng(0)
    network = Network(7, 6, 7, forget_bias=1.0)
    by_grammar, _ = _chances(strings)
    run(updates(network, lambda _: _surprise(network, strings, draw, by_grammar), 3000, lr=0.1))
    return network


# What is said of the stored network.
JUDGED = "100.0% of held-out strings right"


def judged(model: VectorLSTM) -> str:
    """Say in how many held-out strings a network is right at every step."""
    strings = reber(reber_split()[1])
    outputs, _ = model.forward(strings.x)
    share = ahead(outputs, strings.legal, strings.lengths).mean()
    return f"{share:.1%} of held-out strings right"


def _chances(strings: Symbols) -> tuple[np.ndarray, np.ndarray]:
    """Return how likely the grammar makes each string, and equal chances, (batch_size,) each."""
    forks = (strings.legal.sum(axis=2) == 2).sum(axis=1)  # (batch_size,)
    return 0.5**forks / np.sum(0.5**forks), np.full(len(forks), 1 / len(forks))


def _surprise(
    network: "Network", strings: Symbols, draw: np.random.Generator, chances: np.ndarray
) -> "Tensor":
    """Return the mean of -log(probability of the symbol that came) over a batch drawn at random."""
    import torch
    from torch.nn import functional as F

    rows = draw.choice(len(chances), size=32, p=chances)
    steps = strings.lengths[rows].max()
    x = torch.as_tensor(strings.x[rows, :steps]).float()  # (32, steps, symbols)
    targets = torch.as_tensor(strings.targets[rows, :steps])  # (32, steps)
    return F.cross_entropy(network(x).flatten(0, 1), targets.flatten(), ignore_index=-1)


def _is_ahead(network: "Network", strings: Symbols) -> bool:
    """Say whether in every string the legal symbols are ahead by more than 1."""
    handicap = network.predict(strings.x) - strings.legal
    return bool(ahead(handicap, strings.legal, strings.lengths).all())
