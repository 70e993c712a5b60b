"""The vanilla recurrent unit in plain Python, for comparison: three numbers and no gate.

Whatever is no finite number is a TypeError or ValueError that names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, prod, tanh

from lstm_lib import _validate


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
        for name in ("w_h", "w_x", "b"):
            object.__setattr__(self, name, _validate.number(name, getattr(self, name)))

    def step(self, x: float, h: float) -> float:
        """Return the hidden state after one input.

        Args:
            x: the input now.
            h: the hidden state before the step.
        """
        return self.run([_validate.number("x", x)], _validate.number("h", h))[0]

    def run(self, xs: Sequence[float], h0: float = 0.0) -> tuple[float, ...]:
        """Return the hidden state after every input, (seq_len,).

        Args:
            xs: inputs, (seq_len,), at least one.
            h0: the hidden state before the first of them.
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
        """
        return tuple(self.w_h * (1.0 - h * h) for h in self.run(xs))

    def gradient_flow(self, xs: Sequence[float]) -> tuple[float, ...]:
        """Return dh_T/dh_t for every step t, (seq_len,); 1 at the last.

        One step back multiplies by the slope of that step: of tanh, times the weight.

        Args:
            xs: inputs, (seq_len,), at least one.
        """
        slopes = self.slopes(xs)
        return tuple(prod(slopes[t + 1 :]) for t in range(len(slopes)))
