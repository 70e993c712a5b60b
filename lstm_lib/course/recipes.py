"""Trainings that work: a counter, a reader of Reber strings, an adder over a thousand steps."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lib import _validate
from lstm_lib.course.tasks.adding import Sums, adding
from lstm_lib.course.tasks.counting import counting
from lstm_lib.course.tasks.reber import reber, reber_strings
from lstm_lib.course.tasks.symbols import Symbols, ahead

LAYERS = {"lstm": nn.LSTM, "rnn": nn.RNN}
Progress = Callable[[int, float], object]


class Network(nn.Module):
    """A recurrent layer with `batch_first`, and a linear read-out of h at every step.

    Args:
        input_size: numbers that come in at a step.
        hidden_size: units.
        output_size: numbers that go out at a step.
        layer: "lstm" for `nn.LSTM`, "rnn" for `nn.RNN`, the layer without gates.
        seed: of the weights, 0 or more; torch's own generator stays as it was.

    Raises:
        TypeError, ValueError: an argument is not what it has to be.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        layer: str = "lstm",
        seed: int = 0,
    ) -> None:
        super().__init__()
        if layer not in LAYERS:
            raise ValueError(f"layer must be {' or '.join(LAYERS)}, got {layer!r}")
        hidden_size = _validate.count("hidden_size", hidden_size, at_least=1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_validate.count("seed", seed))
            self.layer = LAYERS[layer](input_size, hidden_size, batch_first=True)
            self.read_out = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is read out at every step, (batch_size, seq_len, output_size).

        Args:
            x: (batch_size, seq_len, input_size).
        """
        return self.read_out(self.layer(x)[0])

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the same as `forward`, from an array to an array."""
        with torch.no_grad():
            return self(torch.as_tensor(x, dtype=self.read_out.weight.dtype)).numpy()


def set_forget_bias(lstm: nn.LSTM, bias: float | Tensor) -> None:
    """Let the two biases of every forget gate add up to `bias`: a number, or one per unit.

    Args:
        lstm: a layer with one direction and biases; its first layer is changed.
        bias: such as 1, or (hidden_size,).

    Source: Gers, Schmidhuber & Cummins (2000); Jozefowicz et al. (2015).
    """
    size = lstm.hidden_size
    with torch.no_grad():
        lstm.bias_ih_l0[size : 2 * size] = bias
        lstm.bias_hh_l0[size : 2 * size] = 0.0


def chrono(lstm: nn.LSTM, longest: int, seed: int = 0) -> None:
    """Give each unit a span to remember, drawn from 2 to `longest` steps, before it learns.

    b_f = log u with u from U[1, longest - 1], so that f = u / (1 + u): half-forgotten after
    0.7 u steps or so; b_i = -b_f, so that as much is written as is forgotten. The other biases
    are zero.

    Args:
        lstm: a layer with one direction and biases; its first layer is changed.
        longest: steps to be bridged at most, above 2.
        seed: of the spans, 0 or more.

    Source: Tallec & Ollivier (2018), section 2.
    """
    size, longest = lstm.hidden_size, _validate.count("longest", longest, at_least=3)
    draw = np.random.default_rng(_validate.count("seed", seed))
    bias = torch.as_tensor(np.log(draw.uniform(1, longest - 1, size)))  # (hidden_size,)
    with torch.no_grad():
        lstm.bias_ih_l0.zero_()
        lstm.bias_hh_l0.zero_()
        lstm.bias_ih_l0[:size] = -bias
    set_forget_bias(lstm, bias)


def updates(
    network: nn.Module, loss_of: Callable[[int], Tensor], count: int, lr: float
) -> Iterator[float]:
    """Train by Adam and yield the loss of each update, before it is made.

    The rate rises to `lr` and falls again, to a thousandth (one cycle); gradients longer than 1
    are clipped to 1.

    Args:
        network: what is trained.
        loss_of: the loss, from the number of the update.
        count: how many updates.
        lr: the highest rate, above 0.

    Source: Kingma & Ba (2015), Smith & Topin (2019), Pascanu, Mikolov & Bengio (2013).
    """
    count = _validate.count("count", count, at_least=1)
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, lr, total_steps=count, final_div_factor=40.0
    )
    for update in range(count):
        loss = loss_of(update)
        yield loss.item()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def train_counter(
    seed: int = 0,
    hidden_size: int = 2,
    count: int = 4000,
    letters: str = "ab",
    layer: str = "lstm",
    on_progress: Progress | None = None,
) -> Network:
    """Return a network trained on a^n b^n with n from 1 to 10, all ten strings at each update.

    Its outputs are logits, one for each symbol that may follow: above 0 means it may.

    Args:
        seed: of the weights.
        hidden_size: units.
        count: updates, about 1 ms each.
        letters: "ab", or "abc" for a^n b^n c^n.
        layer: "lstm" or "rnn".
        on_progress: called at every update with its number, from 1, and the loss.

    Raises:
        TypeError, ValueError: an argument is not what it has to be.
    """
    strings = counting(range(1, 11), letters)
    size = strings.x.shape[2]
    network = Network(size, hidden_size, size, layer, seed)
    if layer == "lstm":
        set_forget_bias(network.layer, 3.0)
    x, legal = torch.as_tensor(strings.x).float(), torch.as_tensor(strings.legal).float()
    judged = torch.as_tensor(strings.targets >= 0)  # (10, seq_len)

    def loss_of(_: int) -> Tensor:
        return F.binary_cross_entropy_with_logits(network(x)[judged], legal[judged])

    _run(updates(network, loss_of, count, lr=0.1), on_progress)
    return network


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
    on_progress: Progress | None = None,
) -> Network:
    """Return a network that has learned to predict the next symbol of embedded Reber strings.

    It is trained on the first part of `reber_split(seed)` in batches of 32. In the first half of
    a cycle these are drawn as often as the grammar makes them, which are mostly short ones, so
    that the second symbol is soon found to matter; in the other half every string alike, so that
    it is kept through long ones. It ends when in all training strings the legal symbols are
    ahead of all others by more than 1, which is looked at after every 200 updates.

    The outputs are logits, one per symbol; their softmax is the probability that it is next.

    Args:
        seed: of strings, weights and batches.
        hidden_size: units.
        count: updates in a cycle of the learning rate.
        cycles: how many at most.
        layer: "lstm" or "rnn".
        on_progress: called at every update with its number, from 1, and the loss.

    Raises:
        TypeError, ValueError: an argument is not what it has to be.
    """
    strings, draw = reber(reber_split(seed)[0]), np.random.default_rng(seed)
    network = Network(7, hidden_size, 7, layer, seed)
    if layer == "lstm":
        set_forget_bias(network.layer, 1.0)
    chances = _chances(strings)

    def loss_of(update: int) -> Tensor:
        rows = draw.choice(len(strings.x), size=32, p=chances[2 * update >= count])
        return _surprise(network, strings, rows)

    cycles = range(_validate.count("cycles", cycles, at_least=1))
    losses = chain.from_iterable(updates(network, loss_of, count, lr=0.07) for _ in cycles)
    _run(losses, on_progress, lambda done: done % 200 == 0 and _is_ahead(network, strings))
    return network


def _chances(strings: Symbols) -> tuple[np.ndarray, np.ndarray]:
    """Return how likely the grammar makes each string, and equal chances, (batch_size,) each."""
    forks = (strings.legal.sum(axis=2) == 2).sum(axis=1)  # (batch_size,)
    return 0.5**forks / np.sum(0.5**forks), np.full(len(forks), 1 / len(forks))


def _surprise(network: Network, strings: Symbols, rows: np.ndarray) -> Tensor:
    """Return the mean of -log(probability of the symbol that came) over some of the strings."""
    steps = strings.lengths[rows].max()
    x = torch.as_tensor(strings.x[rows, :steps]).float()  # (rows, steps, symbols)
    targets = torch.as_tensor(strings.targets[rows, :steps])  # (rows, steps)
    return F.cross_entropy(network(x).flatten(0, 1), targets.flatten(), ignore_index=-1)


def _is_ahead(network: Network, strings: Symbols) -> bool:
    """Say whether in every string the legal symbols are ahead by more than 1."""
    handicap = network.predict(strings.x) - strings.legal
    return bool(ahead(handicap, strings.legal, strings.lengths).all())


class Adder(NamedTuple):
    """A network after training on the adding problem.

    Fields:
        network: what was trained; its answer is the output at a sequence's last step.
        sequences: how many it had seen when the stopping rule was met, None if it never was.
        errors: mean absolute error of each batch, before it was learned from, (updates,).
    """

    network: Network
    sequences: int | None
    errors: tuple[float, ...]

    def answer(self, sums: Sums) -> np.ndarray:
        """Return the answer at the last step of each sequence, (batch_size, 1)."""
        rows = np.arange(len(sums.x))
        return self.network.predict(sums.x)[rows, sums.lengths - 1]


def train_adder(
    seq_len: int = 100,
    seed: int = 0,
    hidden_size: int = 16,
    count: int = 2000,
    layer: str = "lstm",
    on_progress: Progress | None = None,
    batch_size: int = 32,
    lr: float = 0.01,
) -> Adder:
    """Return a network trained on the adding problem until the paper's stopping rule is met.

    The rule: the last 2,000 sequences all right within 0.04, each judged before it is learned
    from, and their mean error below 0.01. Every batch is new; the biases start by the chrono rule.

    Args:
        seq_len: steps of the shortest sequences, at least 20.
        seed: of weights, spans and sequences.
        hidden_size: units.
        count: updates at most.
        layer: "lstm" or "rnn".
        on_progress: called at every update with its number, from 1, and the mean error.
        batch_size: sequences per update. Over a thousand steps an update with 16 takes less than
            half the time of one with 32, as far more of it stays in the processor's cache.
        lr: the highest rate, above 0.

    Raises:
        TypeError, ValueError: an argument is not what it has to be.

    Source of the rule: Hochreiter & Schmidhuber (1997), section 5.4.
    """
    network = Network(2, hidden_size, 1, layer, seed)
    if layer == "lstm":
        chrono(network.layer, seq_len, seed)
    recent, errors, size = deque(maxlen=2000), [], _validate.count("batch_size", batch_size, 1)

    def loss_of(update: int) -> Tensor:
        distance = _distance(network, adding(size, seq_len, seed=seed * 10**6 + update))
        recent.extend(distance.detach().abs().tolist())
        errors.append(float(distance.detach().abs().mean()))
        return distance.square().mean()

    tell = on_progress and (lambda done, _: on_progress(done, errors[-1]))
    done = _run(updates(network, loss_of, count, lr), tell, lambda _: _is_learned(recent))
    return Adder(network, done and size * done, tuple(errors))


def _distance(network: Network, sums: Sums) -> Tensor:
    """Return how far the output at each sequence's last step is off, (batch_size,)."""
    outputs = network(torch.as_tensor(sums.x).float())  # (batch_size, seq_len, 1)
    last = outputs[range(len(outputs)), sums.lengths - 1]  # (batch_size, 1)
    return (last - torch.as_tensor(sums.targets).float())[:, 0]


def _is_learned(recent: deque[float]) -> bool:
    """Say whether the rule is met: enough errors, all below 0.04, their mean below 0.01."""
    return len(recent) == recent.maxlen and max(recent) < 0.04 and np.mean(recent) < 0.01


def _run(
    losses: Iterator[float],
    on_progress: Progress | None,
    is_done: Callable[[int], bool] = lambda _: False,
) -> int | None:
    """Make updates and tell about each, until one is enough; return its number, or None."""
    for done, loss in enumerate(losses, 1):
        if on_progress:
            on_progress(done, loss)
        if is_done(done):
            return done
    return None
