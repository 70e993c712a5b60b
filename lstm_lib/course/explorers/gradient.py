"""GradientExplorer: how much of a gradient survives the way back through time, in two units."""

import random
from collections.abc import Sequence

from lstm_lib.course.explorers import gradient_picture as picture
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.slider import Slider, whole
from lstm_lib.notation import COLORS
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import Gate, ScalarLSTM, half_life

LONGEST = 100
ROWS = (0, 1, 2, 5, 10, 20, 50, 99)
DRAW = random.Random(0)
NOISE = [DRAW.uniform(-1, 1) for _ in range(LONGEST)]  # a shorter sequence is its end


class GradientExplorer(Explorer):
    """Follow the gradient from the last step back to the first, in a vanilla unit and an LSTM.

    The controls are `weight` (the vanilla unit's w_h), `forget_bias`, `gate_weight` (with which
    the LSTM's i, g and o read h), `inputs` (the size of the random inputs) and `length`.

    The forget gate is its bias alone, so that the lane keeps sigmoid(b)^n exactly; the bias of
    the input gate is -b. All other biases are 0, all other weights on x are 1.

    Source: Tallec & Ollivier (2018), chrono initialisation, for the two biases.

    Args:
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(self, *, tries: Sequence[str] = ()) -> None:
        self.weight = Slider(
            label="vanilla w_h", name="vanilla unit, weight on h", color=COLORS["h"],
            value=0.9, min=-1.5, max=1.5,
        )  # fmt: skip
        self.forget_bias = Slider(
            label="forget bias", name="LSTM, bias of the forget gate", color=COLORS["f"],
            value=4.6, min=-2, max=8, step=0.1,
        )  # fmt: skip
        self.gate_weight = Slider(
            label="gates’ w_h", name="LSTM, weight on h of i, g and o", color=COLORS["g"],
            value=1, min=-2, max=2, step=0.1,
        )  # fmt: skip
        self.inputs = Slider(label="inputs up to", name="size of inputs", value=0.1, min=0, max=1)
        self.length = whole("length", "length of the sequence", value=50, min=2, max=LONGEST)
        names = ("weight", "forget_bias", "gate_weight", "inputs", "length")
        rows = [columns([self.weight, self.forget_bias, self.gate_weight]),
                columns([self.length, self.inputs])]  # fmt: skip
        super().__init__(
            {name: getattr(self, name) for name in names}, rows, picture.SIZE, tries=tries
        )

    @property
    def rnn(self) -> ScalarRNN:
        """The vanilla unit."""
        return ScalarRNN(self.weight.value)

    @property
    def lstm(self) -> ScalarLSTM:
        """The LSTM."""
        b, w_h = self.forget_bias.value, self.gate_weight.value
        reads = Gate(w_h, 1.0, 0.0)
        return ScalarLSTM(f=Gate(0.0, 0.0, b), i=Gate(w_h, 1.0, -b), g=reads, o=reads)

    @property
    def xs(self) -> tuple[float, ...]:
        """The inputs, (seq_len,)."""
        return tuple(self.inputs.value * x for x in NOISE[-int(self.length.value) :])

    def view(self) -> View:
        """Return what arrives at every step, and why."""
        way = picture.scene(self.rnn, self.lstm, self.xs)
        still = picture.frame() + picture.scale(picture.span(len(way.x)))
        said = _aloud(way, self.gate_weight.value)
        return View(still, picture.curves(way), said, *_table(way))


def _aloud(way: picture.WayBack, gate_weight: float) -> str:
    """Say what the picture shows, and which LSTM it is."""
    shares = (way.vanilla, way.lstm, way.kept, way.around)
    vanilla, lstm, kept, around = (picture.share(values[0]) for values in shares)
    back, f = len(way.x) - 1, way.f[0]
    return (
        f"{back} {'step' if back == 1 else 'steps'} back, {vanilla} of the gradient arrives in the "
        f"vanilla unit and {lstm} in the LSTM: {kept} along the lane, where f = {number(f, 4)} has "
        f"a half-life of {_steps(half_life(f))}, and {around} through the gates. In this LSTM f is "
        f"its bias alone, the bias of i is minus that one, and i, g, o read h with "
        f"weight {number(gate_weight)} and x with 1."
    )


def _steps(count: float) -> str:
    """Say a number of steps, with a decimal where it matters."""
    return f"{count:.1f} steps" if count < 10 else f"{count:.0f} steps"


def _table(way: picture.WayBack) -> tuple[list[str], list[list[str]]]:
    """Return what has arrived after some numbers of steps back, the last of them included."""
    last = len(way.x) - 1
    header = ["steps back", "vanilla", "LSTM", "lane", "gates"]
    columns = (way.vanilla, way.lstm, way.kept, way.around)
    backs = [*(back for back in ROWS if back < last), last]
    return header, [
        [str(back), *(picture.share(values[last - back]) for values in columns)] for back in backs
    ]
