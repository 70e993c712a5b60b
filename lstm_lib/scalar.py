"""An LSTM of twelve numbers in plain Python: forward, backward through time, training.

Everything is a float, nothing is imported but `math`, and every line is one equation. The
vector and torch models of the course are this file with matrices in place of numbers.

Equations: Gers, Schmidhuber & Cummins (2000), without peepholes; the same as torch.nn.LSTM
with input_size = hidden_size = 1 and its two biases added into one.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log, prod, sqrt, tanh
from operator import mul
from typing import NamedTuple

from lstm_lib import _validate
from lstm_lib.trace import Step, Trace

GATES = ("f", "i", "g", "o")


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z): a soft switch between 0 and 1."""
    return 1.0 / (1.0 + exp(-z)) if z > -700.0 else 0.0  # e^710 does not fit a float


def half_life(f: float) -> float:
    """Return after how many steps half of a memory is left if every step keeps the share `f`.

    f^n = 1/2 for n = ln 0.5 / ln f.

    Args:
        f: a forget gate's value, 0 to 1.

    Returns:
        steps, seldom a whole number; 0 for f = 0 (gone at once), infinite for f = 1.
    """
    f = _validate.share("f", f)
    if f in (0.0, 1.0):
        return inf if f else 0.0
    return log(0.5) / log(f)


class Gate(NamedTuple):
    """The three numbers of one gate: weight on h, weight on x, bias."""

    w_h: float
    w_x: float
    b: float

    def weighted_sum(self, h: float, x: float) -> float:
        """Return z = w_h h + w_x x + b, what the gate's sigmoid or tanh is taken of."""
        h, x = _validate.number("h", h), _validate.number("x", x)
        return self.w_h * h + self.w_x * x + self.b


class GradientFlow(NamedTuple):
    """The gradient that reaches each cell state, as a share of what enters at the last one.

    Fields:
        total: dL/dc_t divided by dL/dc_T, (seq_len,); 1 at the last step.
        kept: the part that stayed on the cell's lane, f_{t+1} f_{t+2} ... f_T, (seq_len,).
    """

    total: tuple[float, ...]
    kept: tuple[float, ...]

    @property
    def through_gates(self) -> tuple[float, ...]:
        """The part that went around, through h and the gates' weights, (seq_len,)."""
        return tuple(total - kept for total, kept in zip(self.total, self.kept, strict=True))


@dataclass(frozen=True)
class ScalarLSTM:
    """An LSTM with one number of input and one number of memory.

    i_t = sigmoid(i.w_h h_{t-1} + i.w_x x_t + i.b)
    f_t = sigmoid(f.w_h h_{t-1} + f.w_x x_t + f.b)
    g_t = tanh(g.w_h h_{t-1} + g.w_x x_t + g.b)
    o_t = sigmoid(o.w_h h_{t-1} + o.w_x x_t + o.b)
    c_t = f_t c_{t-1} + i_t g_t
    h_t = o_t tanh(c_t)

    Args:
        f, i, g, o: forget gate, input gate, candidate, output gate, each (w_h, w_x, b).

    Raises:
        TypeError, ValueError: a gate is not three finite numbers.
    """

    f: Gate
    i: Gate
    g: Gate
    o: Gate

    def __post_init__(self) -> None:
        for name in GATES:
            object.__setattr__(self, name, _gate(name, getattr(self, name)))

    @classmethod
    def published(cls, decimals: int = 4) -> "ScalarLSTM":
        """Return the trained weights for the two companies, to 4 decimals or the video's 2.

        Source: StatQuest, "LSTM with PyTorch + Lightning" (J. Starmer, 2022).
        """
        if decimals == 4:
            return cls(
                f=Gate(2.7043, 1.6307, 1.6234),
                i=Gate(1.9983, 1.6525, 0.6204),
                g=Gate(1.4122, 0.9393, -0.3217),
                o=Gate(4.3848, -0.1943, 0.5935),
            )
        if decimals == 2:
            return cls(
                f=Gate(2.70, 1.63, 1.62),
                i=Gate(2.00, 1.65, 0.62),
                g=Gate(1.41, 0.94, -0.32),
                o=Gate(4.38, -0.19, 0.59),
            )
        raise ValueError(f"decimals must be 4 or 2, got {decimals!r}")

    @classmethod
    def untrained(cls) -> "ScalarLSTM":
        """Return the weights training starts from: N(0, 1) from torch's seed 42, zero biases."""
        return cls(
            f=Gate(0.33669037, 0.12880941, 0.0),
            i=Gate(0.23446237, 0.23033303, 0.0),
            g=Gate(-1.12285638, -0.18632829, 0.0),
            o=Gate(2.20820141, -0.63799703, 0.0),
        )

    @classmethod
    def random(cls, seed: int) -> "ScalarLSTM":
        """Return weights drawn from N(0, 1) by Python's generator, zero biases."""
        draw = random.Random(_validate.count("seed", seed)).gauss
        return cls(*(Gate(draw(0, 1), draw(0, 1), 0.0) for _ in GATES))

    @classmethod
    def from_numbers(cls, numbers: Iterable[float]) -> "ScalarLSTM":
        """Return the model with these twelve numbers: f, i, g, o, each w_h, w_x, b."""
        numbers = _validate.sequence("numbers", numbers)
        if len(numbers) != 12:
            raise ValueError(f"numbers must be 12 numbers, got {len(numbers)}")
        return cls(*(Gate(*numbers[k : k + 3]) for k in range(0, 12, 3)))

    @property
    def numbers(self) -> tuple[float, ...]:
        """The twelve numbers in one row: f, i, g, o, each w_h, w_x, b."""
        return (*self.f, *self.i, *self.g, *self.o)

    def step(self, x: float, h: float, c: float) -> Step:
        """Run one time step.

        Args:
            x: the input now.
            h, c: hidden state and cell state before the step.

        Returns:
            Step with the gates i, f, g, o and the new c and h.
        """
        x, h, c = (_validate.number(*named) for named in (("x", x), ("h", h), ("c", c)))
        return _step(self.numbers, x, h, c)

    def run(self, xs: Sequence[float], h0: float = 0.0, c0: float = 0.0) -> Trace:
        """Run a whole sequence and record every number of it.

        Args:
            xs: inputs, (seq_len,), at least one.
            h0, c0: the state before the first step.
        """
        h0, c0 = _validate.number("h0", h0), _validate.number("c0", c0)
        return Trace.from_steps(_forward(self.numbers, _validate.sequence("xs", xs), h0, c0))

    def predict(self, xs: Sequence[float]) -> float:
        """Return the hidden state after the last input."""
        return self.run(xs).prediction

    def gradients(self, xs: Sequence[float], target: float) -> tuple[float, "ScalarLSTM"]:
        """Return the loss and how it changes with each of the twelve numbers.

        Args:
            xs: inputs, (seq_len,), at least one.
            target: what h should be after the last input.

        Returns:
            loss (h_T - target)^2, and the twelve derivatives arranged like the model.
        """
        xs, target = _validate.sequence("xs", xs), _validate.number("target", target)
        loss, derivatives = _gradients(self.numbers, xs, target)
        return loss, ScalarLSTM.from_numbers(derivatives)

    def gradient_flow(self, xs: Sequence[float]) -> "GradientFlow":
        """Return how much of the gradient at the last cell state arrives at each earlier one.

        Args:
            xs: inputs, (seq_len,), at least one.

        Raises:
            ValueError: the last step lets no gradient in at all (its output gate is shut).
        """
        steps = _forward(self.numbers, _validate.sequence("xs", xs), 0.0, 0.0)
        arrived = [dc for dc, *_ in _walk_back(self.numbers, steps, 1.0)]
        if arrived[0] == 0.0:
            raise ValueError("o shuts the last step completely: no gradient enters the cell")
        product, kept = 1.0, []
        for step in reversed(steps):
            kept.append(product)
            product *= step.f
        total = (dc / arrived[0] for dc in reversed(arrived))
        return GradientFlow(tuple(total), tuple(reversed(kept)))


def _gate(name: str, weights: object) -> Gate:
    """Return `weights` as a Gate of three finite floats."""
    weights = _validate.sequence(name, weights)
    if len(weights) != 3:
        raise ValueError(f"{name} must be three numbers w_h, w_x, b, got {len(weights)}")
    return Gate(*weights)


def _step(numbers: Sequence[float], x: float, h: float, c: float) -> Step:
    """Run one time step with twelve bare numbers: the equations of the LSTM."""
    f_h, f_x, f_b, i_h, i_x, i_b, g_h, g_x, g_b, o_h, o_x, o_b = numbers
    f = sigmoid(f_h * h + f_x * x + f_b)
    i = sigmoid(i_h * h + i_x * x + i_b)
    g = tanh(g_h * h + g_x * x + g_b)
    o = sigmoid(o_h * h + o_x * x + o_b)
    c_new = f * c + i * g
    return Step(x, h, c, i, f, g, o, c_new, o * tanh(c_new))


def _forward(numbers: Sequence[float], xs: Sequence[float], h: float, c: float) -> list[Step]:
    """Run every step of a sequence, each from the state the one before it left."""
    steps = []
    for x in xs:
        steps.append(_step(numbers, x, h, c))
        h, c = steps[-1].h, steps[-1].c
    return steps


def _walk_back(
    numbers: Sequence[float], steps: Sequence[Step], dh: float
) -> Iterator[tuple[float, float, float, float, float]]:
    """Yield (dc, df, di, dg, do) for every step, last to first: backpropagation through time.

    `dh` and `dc` say how the loss changes with the hidden state and the cell state of a step;
    `df`, `di`, `dg`, `do` how it changes with the sum inside each gate, before its sigmoid or
    tanh.
    """
    f_h, i_h, g_h, o_h = numbers[::3]
    dc = 0.0
    for _, _, c_prev, i, f, g, o, c, _ in reversed(steps):
        shown = tanh(c)
        dc += dh * o * (1.0 - shown * shown)
        df = dc * c_prev * f * (1.0 - f)
        di = dc * g * i * (1.0 - i)
        dg = dc * i * (1.0 - g * g)
        do = dh * shown * o * (1.0 - o)
        yield dc, df, di, dg, do
        dh = df * f_h + di * i_h + dg * g_h + do * o_h
        dc *= f


def _gradients(
    numbers: Sequence[float], xs: Sequence[float], target: float
) -> tuple[float, list[float]]:
    """Return the loss and its twelve derivatives, in the order of `numbers`.

    A weight's share at one step is what came in on its wire times the change at its gate's
    sum; the share of a bias is that change itself. The shares of all steps add up.
    """
    steps = _forward(numbers, xs, 0.0, 0.0)
    error = steps[-1].h - target
    _, *gates = zip(*_walk_back(numbers, steps, 2.0 * error), strict=True)
    wires = [[step.h_prev for step in reversed(steps)], [step.x for step in reversed(steps)]]
    derivatives = []
    for gate in gates:
        derivatives += [sum(map(mul, gate, wire)) for wire in wires]
        derivatives.append(sum(gate))
    return error * error, derivatives


def run_gates(
    g: Sequence[float], f: Sequence[float], i: Sequence[float], o: Sequence[float]
) -> Trace:
    """Run the cell with gates set by hand, no weights: c_t = f_t c_{t-1} + i_t g_t.

    Args:
        g: candidates, (seq_len,), at least one; the Trace's inputs too.
        f, i, o: forget, input and output gate at every step, 0 to 1, (seq_len,) each.

    Returns:
        Trace from c = h = 0, with h_t = o_t tanh(c_t).
    """
    g = _validate.sequence("g", g)
    f, i, o = (_set_by_hand(*named, len(g)) for named in (("f", f), ("i", i), ("o", o)))
    c, h, steps = 0.0, 0.0, []
    for candidate, keep, write, show in zip(g, f, i, o, strict=True):
        c_new = keep * c + write * candidate
        h_new = show * tanh(c_new)
        steps.append(Step(candidate, h, c, write, keep, candidate, show, c_new, h_new))
        c, h = c_new, h_new
    return Trace.from_steps(steps)


def _set_by_hand(name: str, values: object, seq_len: int) -> tuple[float, ...]:
    """Return one gate's values, 0 to 1, one per step."""
    values = _validate.sequence(name, values)
    if len(values) != seq_len:
        raise ValueError(f"{name} must hold {seq_len} numbers like g, got {len(values)}")
    return tuple(_validate.share(f"{name}[{t}]", value) for t, value in enumerate(values))


class GradientDescent:
    """Plain gradient descent: every number steps against its derivative, times the rate.

    Args:
        lr: learning rate, above 0.
    """

    def __init__(self, lr: float) -> None:
        self.lr = _validate.positive("lr", lr)

    def update(self, numbers: Sequence[float], derivatives: Sequence[float]) -> list[float]:
        """Return the numbers after one step."""
        return [w - self.lr * d for w, d in zip(numbers, derivatives, strict=True)]


class Adam:
    """Adam: steps of about the rate's size, whatever the size of the derivative.

    Args:
        lr: learning rate, above 0.
        beta1, beta2: how much of the running means of d and d^2 is kept at a step.
        eps: keeps the division away from zero.

    Source: Kingma & Ba (2015), algorithm 1.
    """

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        self.lr = _validate.positive("lr", lr)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.means, self.squares, self.t = None, None, 0

    def update(self, numbers: Sequence[float], derivatives: Sequence[float]) -> list[float]:
        """Return the numbers after one step, and remember the running means."""
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
        numbers: twelve numbers per epoch, (epochs + 1, 12).
    """

    pairs: tuple[tuple[tuple[float, ...], float], ...]
    numbers: tuple[tuple[float, ...], ...]

    @property
    def epochs(self) -> int:
        """The number of epochs trained."""
        return len(self.numbers) - 1

    def model(self, epoch: int) -> ScalarLSTM:
        """Return the model as it was after `epoch` epochs."""
        if _validate.count("epoch", epoch) > self.epochs:
            raise ValueError(f"epoch must be at most {self.epochs}, got {epoch}")
        return ScalarLSTM.from_numbers(self.numbers[epoch])

    def predictions(self, epoch: int) -> tuple[float, ...]:
        """Return the prediction for each pair after `epoch` epochs."""
        model = self.model(epoch)
        return tuple(model.predict(xs) for xs, _ in self.pairs)

    def loss(self, epoch: int) -> float:
        """Return the squared error after `epoch` epochs, summed over the pairs."""
        targets = (target for _, target in self.pairs)
        return sum((p - t) ** 2 for p, t in zip(self.predictions(epoch), targets, strict=True))


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
        ValueError: a bad argument, or a rate so high that the numbers leave the range of floats.
    """
    pairs, update = _pairs(pairs), optimizer(lr).update
    numbers = list(model.numbers)
    history = [tuple(numbers)]
    for epoch in range(1, _validate.count("epochs", epochs) + 1):
        for xs, target in pairs:
            numbers = update(numbers, _gradients(numbers, xs, target)[1])
        if not isfinite(sum(numbers)):
            raise ValueError(f"lr {lr!r} is too high: epoch {epoch} left the range of floats")
        history.append(tuple(numbers))
    return ScalarLSTM.from_numbers(numbers), History(pairs, tuple(history))


def _pairs(pairs: object) -> tuple[tuple[tuple[float, ...], float], ...]:
    """Return `pairs` as (xs, target) pairs of finite numbers, at least one."""
    if isinstance(pairs, str | bytes) or not isinstance(pairs, Iterable):
        raise TypeError(f"pairs must be (xs, target) pairs, got {pairs!r}")
    checked = []
    for k, pair in enumerate(pairs):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise TypeError(f"pairs[{k}] must be a pair (xs, target), got {pair!r}")
        xs = _validate.sequence(f"pairs[{k}] xs", pair[0])
        checked.append((xs, _validate.number(f"pairs[{k}] target", pair[1])))
    if not checked:
        raise ValueError("pairs must hold at least one (xs, target), got none")
    return tuple(checked)


@dataclass(frozen=True)
class ScalarRNN:
    """The vanilla recurrent unit: h_t = tanh(w_h h_{t-1} + w_x x_t + b).

    Args:
        w_h, w_x, b: weight on the hidden state, weight on the input, bias.

    Source: Elman (1990), with one unit.
    """

    w_h: float
    w_x: float = 1.0
    b: float = 0.0

    def __post_init__(self) -> None:
        for name in Gate._fields:
            object.__setattr__(self, name, _validate.number(name, getattr(self, name)))

    def step(self, x: float, h: float) -> float:
        """Return the hidden state after one input."""
        return tanh(self.w_h * h + self.w_x * x + self.b)

    def run(self, xs: Sequence[float], h0: float = 0.0) -> tuple[float, ...]:
        """Return the hidden state after every input, (seq_len,)."""
        h, hs = _validate.number("h0", h0), []
        for x in _validate.sequence("xs", xs):
            h = self.step(x, h)
            hs.append(h)
        return tuple(hs)

    def gradient_flow(self, xs: Sequence[float]) -> tuple[float, ...]:
        """Return dh_T/dh_t for every step t, (seq_len,); 1 at the last.

        One step back multiplies by w_h (1 - h^2): the slope of tanh times the weight.
        """
        hs = self.run(xs)
        slopes = [self.w_h * (1.0 - h * h) for h in hs]
        return tuple(prod(slopes[t + 1 :]) for t in range(len(hs)))
