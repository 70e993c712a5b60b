"""An LSTM of twelve numbers in plain Python: forward, backward through time, training.

Everything is a float, nothing outside the standard library is needed, and every line is one
equation. The vector and torch models of the course are this file with matrices in place of
numbers.

Equations: Gers, Schmidhuber & Cummins (2000), without peepholes; the same as torch.nn.LSTM
with input_size = hidden_size = 1 and its two biases added into one.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, isnan, log, prod, sqrt, tanh
from operator import mul
from typing import NamedTuple

from lstm_lib import _validate
from lstm_lib.record import Step, Trace

GATES = ("f", "i", "g", "o")


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z): a soft switch between 0 and 1.

    Args:
        z: any number.

    Returns:
        0 to 1; 1/2 for z = 0.

    Raises:
        TypeError, ValueError: `z` is not a finite number.
    """
    return _sigmoid(_validate.number("z", z))


def _sigmoid(z: float) -> float:
    """Return the sigmoid of a bare float; nan stays nan."""
    return 0.0 if z <= -700.0 else 1.0 / (1.0 + exp(-z))  # e^710 does not fit a float


def half_life(f: float) -> float:
    """Return after how many steps half of a memory is left if every step keeps the share `f`.

    f^n = 1/2 for n = ln 0.5 / ln f.

    Args:
        f: a forget gate's value, 0 to 1.

    Returns:
        steps, seldom a whole number; 0 for f = 0 (gone at once), infinite for f = 1.

    Raises:
        TypeError, ValueError: `f` is not a number from 0 to 1.
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
        """Return z = w_h h + w_x x + b, what the gate's sigmoid or tanh is taken of.

        Args:
            h, x: hidden state and input.

        Raises:
            TypeError, ValueError: `h`, `x` or one of the gate's own is not a finite number.
        """
        w_h, w_x, b = map(_validate.number, self._fields, self)
        return w_h * _validate.number("h", h) + w_x * _validate.number("x", x) + b


# --- the LSTM on bare numbers: forward, and backward through time -------------------------------


def _step(numbers: Sequence[float], x: float, h: float, c: float) -> Step:
    """Run one time step with twelve bare numbers: the equations of the LSTM."""
    f_h, f_x, f_b, i_h, i_x, i_b, g_h, g_x, g_b, o_h, o_x, o_b = numbers
    f = _sigmoid(f_h * h + f_x * x + f_b)
    i = _sigmoid(i_h * h + i_x * x + i_b)
    g = tanh(g_h * h + g_x * x + g_b)
    o = _sigmoid(o_h * h + o_x * x + o_b)
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


# --- the model ------------------------------------------------------------------------------------


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

        Raises:
            ValueError: `decimals` is neither.

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
        """Return weights drawn from N(0, 1) by Python's generator, zero biases.

        Raises:
            TypeError, ValueError: `seed` is not a whole number of at least 0.
        """
        draw = random.Random(_validate.count("seed", seed)).gauss
        return cls(*(Gate(draw(0, 1), draw(0, 1), 0.0) for _ in GATES))

    @classmethod
    def from_numbers(cls, numbers: Iterable[float]) -> "ScalarLSTM":
        """Return the model with these twelve numbers: f, i, g, o, each w_h, w_x, b.

        Raises:
            TypeError, ValueError: `numbers` are not twelve finite numbers.
        """
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

        Raises:
            TypeError, ValueError: an argument is not a finite number, or its product with a
                weight leaves the range of floats.
        """
        x, h, c = map(_validate.number, ("x", "h", "c"), (x, h, c))
        return _in_range("x, h and the weights", [_step(self.numbers, x, h, c)])[0]

    def run(self, xs: Sequence[float], h0: float = 0.0, c0: float = 0.0) -> Trace:
        """Run a whole sequence and record every number of it.

        Args:
            xs: inputs, (seq_len,), at least one.
            h0, c0: the state before the first step.

        Returns:
            Trace with (seq_len,) columns.

        Raises:
            TypeError, ValueError: an argument is not finite numbers, or their products with the
                weights leave the range of floats.
        """
        return Trace.from_steps(self._steps(xs, h0, c0))

    def predict(self, xs: Sequence[float]) -> float:
        """Return the hidden state after the last input.

        Args:
            xs: inputs, (seq_len,), at least one.

        Raises:
            TypeError, ValueError: as for `run`.
        """
        return self._steps(xs)[-1].h

    def loss(self, pairs: Iterable[tuple[Sequence[float], float]]) -> float:
        """Return the squared error of the predictions, summed over (xs, target) pairs.

        Args:
            pairs: (xs, target) pairs, at least one.

        Raises:
            TypeError, ValueError: `pairs` are no such pairs of finite numbers.
        """
        sequences, targets = zip(*_pairs(pairs), strict=True)
        return squared_error(map(self.predict, sequences), targets)

    def gradients(self, xs: Sequence[float], target: float) -> tuple[float, "ScalarLSTM"]:
        """Return the loss and how it changes with each of the twelve numbers.

        Args:
            xs: inputs, (seq_len,), at least one.
            target: what h should be after the last input.

        Returns:
            loss (h_T - target)^2, and the twelve derivatives arranged like the model.

        Raises:
            TypeError, ValueError: as for `run`, or `target` is not a finite number, or it is so
                far away that the derivatives leave the range of floats.
        """
        steps, target = self._steps(xs), _validate.number("target", target)
        loss, derivatives = _gradients(self.numbers, [step.x for step in steps], target)
        if not all(map(isfinite, (loss, *derivatives))):
            what = f"target {target!r}, xs and the weights"
            raise ValueError(f"{what} leave the range of floats on the way back")
        return loss, ScalarLSTM.from_numbers(derivatives)

    def gradient_flow(self, xs: Sequence[float]) -> "GradientFlow":
        """Return how much of the gradient at the last cell state arrives at each earlier one.

        Args:
            xs: inputs, (seq_len,), at least one.

        Raises:
            TypeError, ValueError: as for `run`, or the last step lets no gradient in at all (its
                output gate is shut).
        """
        steps = self._steps(xs)
        arrived = [dc for dc, *_ in _walk_back(self.numbers, steps, 1.0)]
        if arrived[0] == 0.0:
            raise ValueError("o shuts the last step completely: no gradient enters the cell")
        if not all(map(isfinite, arrived)):
            raise ValueError("xs and the weights leave the range of floats on the way back")
        lane, kept = arrived[0], []  # the same products as `arrived`, so that equal means equal
        for step in reversed(steps):
            kept.append(lane / arrived[0])
            lane *= step.f
        total = (dc / arrived[0] for dc in reversed(arrived))
        return GradientFlow(tuple(total), tuple(reversed(kept)))

    def _steps(self, xs: object, h0: object = 0.0, c0: object = 0.0) -> list[Step]:
        """Return every step of a run, its arguments checked."""
        h0, c0 = _validate.number("h0", h0), _validate.number("c0", c0)
        steps = _forward(self.numbers, _validate.sequence("xs", xs), h0, c0)
        return _in_range("xs and the weights", steps)


def _gate(name: str, weights: object) -> Gate:
    """Return `weights` as a Gate of three finite floats."""
    weights = _validate.sequence(name, weights)
    if len(weights) != 3:
        raise ValueError(f"{name} must be three numbers w_h, w_x, b, got {len(weights)}")
    return Gate(*weights)


def _in_range(what: str, steps: list[Step]) -> list[Step]:
    """Return `steps`, unless products of `what` overflowed; nan, once there, never leaves h."""
    if isnan(steps[-1].h):
        raise ValueError(f"{what} leave the range of floats")
    return steps


def squared_error(predictions: Iterable[float], targets: Iterable[float]) -> float:
    """Return the sum of (prediction - target)^2; both have the same length."""
    errors = [p - t for p, t in zip(predictions, targets, strict=True)]
    return sum(map(mul, errors, errors))


def run_gates(
    g: Sequence[float], f: Sequence[float], i: Sequence[float], o: Sequence[float]
) -> Trace:
    """Run the cell with gates set by hand, no weights: c_t = f_t c_{t-1} + i_t g_t.

    Args:
        g: candidates, (seq_len,), at least one; the Trace's inputs too.
        f, i, o: forget, input and output gate at every step, 0 to 1, (seq_len,) each.

    Returns:
        Trace from c = h = 0, with h_t = o_t tanh(c_t).

    Raises:
        TypeError, ValueError: `g` is not finite numbers, a gate is not as many from 0 to 1, or
            the memory leaves the range of floats.
    """
    g = _validate.sequence("g", g)
    f, i, o = (_set_by_hand(*named, len(g)) for named in (("f", f), ("i", i), ("o", o)))
    c, h, steps = 0.0, 0.0, []
    for candidate, keep, write, show in zip(g, f, i, o, strict=True):
        c_new = keep * c + write * candidate
        h_new = show * tanh(c_new)
        steps.append(Step(candidate, h, c, write, keep, candidate, show, c_new, h_new))
        c, h = c_new, h_new
    if not isfinite(c):
        raise ValueError("g leaves the range of floats when it is added up")
    return Trace.from_steps(steps)


def _set_by_hand(name: str, values: object, seq_len: int) -> tuple[float, ...]:
    """Return one gate's values, 0 to 1, one per step."""
    values = _validate.sequence(name, values, seq_len)
    return tuple(_validate.share(f"{name}[{t}]", value) for t, value in enumerate(values))


# --- training -------------------------------------------------------------------------------------


class GradientDescent:
    """Plain gradient descent: every number steps against its derivative, times the rate.

    Args:
        lr: learning rate, above 0.

    Raises:
        TypeError, ValueError: `lr` is not a number above 0.
    """

    def __init__(self, lr: float) -> None:
        self.lr = _validate.positive("lr", lr)

    def update(self, numbers: Sequence[float], derivatives: Sequence[float]) -> list[float]:
        """Return the numbers after one step.

        Args:
            numbers: what is learned, (count,).
            derivatives: how the loss changes with each, (count,).

        Raises:
            ValueError: the two differ in length.
        """
        return [w - self.lr * d for w, d in zip(numbers, derivatives, strict=True)]


class Adam:
    """Adam: steps of about the rate's size, whatever the size of the derivative.

    Args:
        lr: learning rate, above 0.
        beta1, beta2: how much of the running means of d and d^2 is kept at a step, 0 to below 1.
        eps: keeps the division away from zero, above 0.

    Raises:
        TypeError, ValueError: one of them is not such a number.

    Source: Kingma & Ba (2015), algorithm 1.
    """

    def __init__(
        self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        self.lr = _validate.positive("lr", lr)
        self.beta1, self.beta2 = _below_one("beta1", beta1), _below_one("beta2", beta2)
        self.eps = _validate.positive("eps", eps)
        self.means, self.squares, self.t = None, None, 0

    def update(self, numbers: Sequence[float], derivatives: Sequence[float]) -> list[float]:
        """Return the numbers after one step, and remember the running means.

        Args:
            numbers: what is learned, (count,), as many at every call.
            derivatives: how the loss changes with each, (count,).

        Raises:
            ValueError: the two, or this call and the last, differ in length.
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


def _below_one(name: str, value: object) -> float:
    """Return `value` as a float from 0 to below 1."""
    if _validate.share(name, value) == 1:
        raise ValueError(f"{name} must be below 1, got {value!r}")
    return float(value)


@dataclass(frozen=True)
class History:
    """What training went through: the twelve numbers after every epoch, 0 is the start.

    Args:
        pairs: the (xs, target) pairs it was trained on.
        numbers: twelve numbers per epoch, (epochs + 1, 12), the start included.

    Raises:
        TypeError, ValueError: `pairs` are no (xs, target) pairs, or `numbers` has no row.
    """

    pairs: tuple[tuple[tuple[float, ...], float], ...]
    numbers: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "pairs", _pairs(self.pairs))
        if not len(_validate.instance("numbers", self.numbers, tuple)):
            raise ValueError("numbers must hold twelve numbers for each epoch, got no epoch")

    @property
    def epochs(self) -> int:
        """The number of epochs trained."""
        return len(self.numbers) - 1

    def model(self, epoch: int) -> ScalarLSTM:
        """Return the model as it was after `epoch` epochs.

        Raises:
            TypeError, ValueError: `epoch` is not a whole number from 0 to `epochs`.
        """
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
        TypeError, ValueError: a bad argument, or a rate so high that the numbers leave the range
            of floats.
    """
    pairs, update = _pairs(pairs), _optimizer(optimizer)(lr).update
    numbers = list(_validate.instance("model", model, ScalarLSTM).numbers)
    for xs, target in pairs:
        model.gradients(xs, target)  # from here on, numbers that overflow are the rate's doing
    history = [tuple(numbers)]
    for epoch in range(1, _validate.count("epochs", epochs) + 1):
        for xs, target in pairs:
            numbers = update(numbers, _gradients(numbers, xs, target)[1])
        if not isfinite(sum(numbers)):
            raise ValueError(f"lr {lr!r} is too high: epoch {epoch} left the range of floats")
        history.append(tuple(numbers))
    return ScalarLSTM.from_numbers(numbers), History(pairs, tuple(history))


def _optimizer(kind: object) -> type[Adam] | type[GradientDescent]:
    """Return `kind` if it is the class of an optimizer."""
    if not isinstance(kind, type) or not issubclass(kind, Adam | GradientDescent):
        raise TypeError(f"optimizer must be Adam or GradientDescent (the class), got {kind!r}")
    return kind


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


# --- the vanilla unit, for comparison -------------------------------------------------------------


@dataclass(frozen=True)
class ScalarRNN:
    """The vanilla recurrent unit: h_t = tanh(w_h h_{t-1} + w_x x_t + b).

    Args:
        w_h, w_x, b: weight on the hidden state, weight on the input, bias.

    Raises:
        TypeError, ValueError: one of them is not a finite number.

    Source: Elman (1990), with one unit.
    """

    w_h: float
    w_x: float = 1.0
    b: float = 0.0

    def __post_init__(self) -> None:
        for name in Gate._fields:
            object.__setattr__(self, name, _validate.number(name, getattr(self, name)))

    def step(self, x: float, h: float) -> float:
        """Return the hidden state after one input.

        Args:
            x: the input now.
            h: the hidden state before the step.

        Raises:
            TypeError, ValueError: as for `run`.
        """
        return self.run([_validate.number("x", x)], _validate.number("h", h))[0]

    def run(self, xs: Sequence[float], h0: float = 0.0) -> tuple[float, ...]:
        """Return the hidden state after every input, (seq_len,).

        Args:
            xs: inputs, (seq_len,), at least one.
            h0: the hidden state before the first of them.

        Raises:
            TypeError, ValueError: an argument is not finite numbers, or their products with the
                weights leave the range of floats.
        """
        h, hs = _validate.number("h0", h0), []
        for x in _validate.sequence("xs", xs):
            h = tanh(self.w_h * h + self.w_x * x + self.b)
            hs.append(h)
        if isnan(h):
            raise ValueError("xs and the weights leave the range of floats")
        return tuple(hs)

    def slopes(self, xs: Sequence[float]) -> tuple[float, ...]:
        """Return dh_t/dh_{t-1} = w_h (1 - h_t^2) for every step t, (seq_len,).

        Args:
            xs: inputs, (seq_len,), at least one.

        Raises:
            TypeError, ValueError: as for `run`.
        """
        return tuple(self.w_h * (1.0 - h * h) for h in self.run(xs))

    def gradient_flow(self, xs: Sequence[float]) -> tuple[float, ...]:
        """Return dh_T/dh_t for every step t, (seq_len,); 1 at the last.

        One step back multiplies by the slope of that step: of tanh, times the weight.

        Args:
            xs: inputs, (seq_len,), at least one.

        Raises:
            TypeError, ValueError: as for `run`.
        """
        slopes = self.slopes(xs)
        return tuple(prod(slopes[t + 1 :]) for t in range(len(slopes)))
