"""An LSTM of twelve numbers in plain Python: forward, and backward through time.

The functions take bare floats and are the whole of it. The class after them refuses whatever is
no finite number, or leaves the range of floats, with a TypeError or ValueError that names it.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, isnan, log, tanh
from operator import mul
from typing import NamedTuple

from lstm_lib import _validate
from lstm_lib.notation import LEFT_TO_RIGHT
from lstm_lib.record import Step, Trace


def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^-z): a soft switch between 0 and 1."""
    return 0.0 if z <= -700.0 else 1.0 / (1.0 + exp(-z))  # e^710 does not fit a float


def step(numbers: Sequence[float], x: float, h: float, c: float) -> Step:
    """Run one time step: the equations of the LSTM.

    Args:
        numbers: f, i, g, o, each w_h, w_x, b, (12,).
        x: the input now.
        h, c: hidden state and cell state before the step.

    Source: Gers, Schmidhuber & Cummins (2000), without peepholes; the same as torch.nn.LSTM with
    input_size = hidden_size = 1 and its two biases added into one.
    """
    f_h, f_x, f_b, i_h, i_x, i_b, g_h, g_x, g_b, o_h, o_x, o_b = numbers
    f = sigmoid(f_h * h + f_x * x + f_b)
    i = sigmoid(i_h * h + i_x * x + i_b)
    g = tanh(g_h * h + g_x * x + g_b)
    o = sigmoid(o_h * h + o_x * x + o_b)
    c_new = f * c + i * g
    return Step(x, h, c, i, f, g, o, c_new, o * tanh(c_new))


def forward(
    numbers: Sequence[float], xs: Sequence[float], h: float = 0.0, c: float = 0.0
) -> list[Step]:
    """Run every step of a sequence, each from the state the one before it left."""
    steps = []
    for x in xs:
        steps.append(step(numbers, x, h, c))
        h, c = steps[-1].h, steps[-1].c
    return steps


def walk_back(
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


def gradients(
    numbers: Sequence[float], xs: Sequence[float], target: float
) -> tuple[float, list[float]]:
    """Return the loss (h_T - target)^2 and its twelve derivatives, in the order of `numbers`.

    A weight's share at one step is what came in on its wire times the change at its gate's
    sum; the share of a bias is that change itself. The shares of all steps add up.
    """
    steps = forward(numbers, xs)
    error = steps[-1].h - target
    _, *gates = zip(*walk_back(numbers, steps, 2.0 * error), strict=True)
    wires = [[step.h_prev for step in reversed(steps)], [step.x for step in reversed(steps)]]
    derivatives = []
    for gate in gates:
        derivatives += [sum(map(mul, gate, wire)) for wire in wires]
        derivatives.append(sum(gate))
    return error * error, derivatives


# --- the model, which checks what it is given -----------------------------------------------------

GATES = LEFT_TO_RIGHT  # the published weights stand in the order of the picture


class Gate(NamedTuple):
    """The three numbers of one gate: weight on h, weight on x, bias."""

    w_h: float
    w_x: float
    b: float

    def weighted_sum(self, h: float, x: float) -> float:
        """Return z = w_h h + w_x x + b, what the gate's sigmoid or tanh is taken of."""
        w_h, w_x, b = (_validate.number(name, getattr(self, name)) for name in self._fields)
        return w_h * _validate.number("h", h) + w_x * _validate.number("x", x) + b


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

    Args:
        f, i, g, o: forget gate, input gate, candidate, output gate, each (w_h, w_x, b).
    """

    f: Gate
    i: Gate
    g: Gate
    o: Gate

    def __post_init__(self) -> None:
        for name in GATES:
            weights = _validate.sequence(name, getattr(self, name))
            if len(weights) != 3:
                raise ValueError(f"{name} must be three numbers w_h, w_x, b, got {len(weights)}")
            object.__setattr__(self, name, Gate(*weights))

    @classmethod
    def published(cls, decimals: int = 4) -> "ScalarLSTM":
        """Return the trained weights for the two companies, to 4 decimals or the video's 2.

        Source: StatQuest, "LSTM with PyTorch + Lightning" (J. Starmer, 2022).
        """
        if decimals not in (4, 2):
            raise ValueError(f"decimals must be 4 or 2, got {decimals!r}")
        model = cls(
            f=Gate(2.7043, 1.6307, 1.6234),
            i=Gate(1.9983, 1.6525, 0.6204),
            g=Gate(1.4122, 0.9393, -0.3217),
            o=Gate(4.3848, -0.1943, 0.5935),
        )
        return cls.from_numbers(round(weight, int(decimals)) for weight in model.numbers)

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
        """Run one time step from hidden state `h` and cell state `c`."""
        x, h, c = map(_validate.number, ("x", "h", "c"), (x, h, c))
        return _in_range("x, h and the weights", [step(self.numbers, x, h, c)])[0]

    def run(self, xs: Sequence[float], h0: float = 0.0, c0: float = 0.0) -> Trace:
        """Run a whole sequence and record every number of it.

        Args:
            xs: inputs, (seq_len,), at least one.
            h0, c0: the state before the first step.

        Returns:
            Trace with (seq_len,) columns.
        """
        return Trace.from_steps(self._steps(xs, h0, c0))

    def predict(self, xs: Sequence[float]) -> float:
        """Return the hidden state after the last input of `xs`, (seq_len,)."""
        return self._steps(xs)[-1].h

    def loss(self, pairs: Iterable[tuple[Sequence[float], float]]) -> float:
        """Return the squared error of the predictions, summed over (xs, target) pairs."""
        sequences, targets = zip(*_validate.pairs("pairs", pairs), strict=True)
        return squared_error(map(self.predict, sequences), targets)

    def gradients(self, xs: Sequence[float], target: float) -> tuple[float, "ScalarLSTM"]:
        """Return the loss and how it changes with each of the twelve numbers.

        Args:
            xs: inputs, (seq_len,), at least one.
            target: what h should be after the last input.

        Returns:
            loss (h_T - target)^2, and the twelve derivatives arranged like the model.
        """
        steps, target = self._steps(xs), _validate.number("target", target)
        loss, derivatives = gradients(self.numbers, [step.x for step in steps], target)
        if not all(map(isfinite, (loss, *derivatives))):
            what = f"target {target!r}, xs and the weights"
            raise ValueError(f"{what} leave the range of floats on the way back")
        return loss, ScalarLSTM.from_numbers(derivatives)

    def gradient_flow(self, xs: Sequence[float]) -> GradientFlow:
        """Return how much of the gradient at the last cell state arrives at each earlier one.

        Args:
            xs: inputs, (seq_len,), at least one.

        Raises:
            ValueError: the last step lets no gradient in at all (its output gate is shut).
        """
        steps = self._steps(xs)
        arrived = [dc for dc, *_ in walk_back(self.numbers, steps, 1.0)]
        if arrived[0] == 0.0:
            raise ValueError("o shuts the last step completely: no gradient enters the cell")
        if not all(map(isfinite, arrived)):
            raise ValueError("xs and the weights leave the range of floats on the way back")
        lane, kept = arrived[0], []  # the same products as `arrived`, so that equal means equal
        for each in reversed(steps):
            kept.append(lane / arrived[0])
            lane *= each.f
        total = (dc / arrived[0] for dc in reversed(arrived))
        return GradientFlow(tuple(total), tuple(reversed(kept)))

    def _steps(self, xs: object, h0: object = 0.0, c0: object = 0.0) -> list[Step]:
        """Return every step of a run, its arguments checked."""
        h0, c0 = _validate.number("h0", h0), _validate.number("c0", c0)
        steps = forward(self.numbers, _validate.sequence("xs", xs), h0, c0)
        return _in_range("xs and the weights", steps)


def _in_range(what: str, steps: list[Step]) -> list[Step]:
    """Return `steps`, unless products of `what` overflowed; nan, once there, never leaves h."""
    if isnan(steps[-1].h):
        raise ValueError(f"{what} leave the range of floats")
    return steps


def squared_error(predictions: Iterable[float], targets: Iterable[float]) -> float:
    """Return the sum of (prediction - target)^2; both have the same length."""
    errors = [p - t for p, t in zip(predictions, targets, strict=True)]
    return sum(map(mul, errors, errors))


def half_life(f: float) -> float:
    """Return after how many steps half of a memory is left if every step keeps the share `f`.

    f^n = 1/2 for n = ln 0.5 / ln f: seldom a whole number; 0 for f = 0 (gone at once), infinite
    for f = 1.
    """
    f = _validate.share("f", f)
    if f in (0.0, 1.0):
        return inf if f else 0.0
    return log(0.5) / log(f)
