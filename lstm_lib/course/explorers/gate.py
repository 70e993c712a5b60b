"""GateExplorer: one gate made of three numbers, and how long it can keep a memory."""

from collections.abc import Sequence

from ipywidgets import Button, Layout

from lstm_lib import _validate
from lstm_lib.course.explorers import gate_picture as picture
from lstm_lib.drawing.svg import bracketed, number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.slider import Slider
from lstm_lib.notation import COLORS
from lstm_lib.scalar import Gate, ScalarLSTM, half_life, sigmoid

PUBLISHED = ScalarLSTM.published().f


class GateExplorer(Explorer):
    """Move the three numbers of one gate and the two it gets, and see how open it is.

    The controls are `w_h`, `w_x`, `b`, `h` and `x`; `published` sets the three numbers back.

    Args:
        w_h, w_x, b: the gate to start with, -5 to 5; by default the published forget gate.
        h, x: hidden state and input to start with, -1 to 1.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(
        self,
        w_h: float = PUBLISHED.w_h,
        w_x: float = PUBLISHED.w_x,
        b: float = PUBLISHED.b,
        h: float = 0.61,
        x: float = 0.25,  # h and x are about what company B's gates get on day 3
        *,
        tries: Sequence[str] = (),
    ) -> None:
        self.w_h = _slider("w_h", "weight on h", w_h, 5, COLORS["h"])
        self.w_x = _slider("w_x", "weight on x", w_x, 5, COLORS["x"])
        self.b = _slider("b", "bias", b, 5, "")
        self.h = _slider("h", "hidden state h", h, 1, COLORS["h"])
        self.x = _slider("x", "input x", x, 1, COLORS["x"])
        self.published = Button(description="published forget gate", layout=Layout(width="96%"))
        self.published.on_click(self._set_published)
        names = ("w_h", "w_x", "b", "h", "x")
        widgets = (self.w_h, self.w_x, self.b, self.published, self.h, self.x)
        grid = columns(widgets, "repeat(4, 25%)", gap="0")
        super().__init__(
            {name: getattr(self, name) for name in names}, [grid], picture.SIZE, tries=tries
        )

    @property
    def gate(self) -> Gate:
        """The gate with the three numbers the sliders show."""
        return Gate(self.w_h.value, self.w_x.value, self.b.value)

    def view(self) -> View:
        """Return the picture of the gate, and the same in words and as a table."""
        gate, h, x = self.gate, self.h.value, self.x.value
        f = sigmoid(gate.weighted_sum(h, x))
        still, moves = picture.frame(), picture.state(gate, h, x)
        return View(still, moves, _aloud(gate, h, x, f), *_table(f))

    def _set_published(self, _button: Button) -> None:
        """Put the three published numbers back."""
        with self.together():
            self.w_h.value, self.w_x.value, self.b.value = PUBLISHED


def _slider(label: str, name: str, value: float, reach: float, color: str) -> Slider:
    """Return a slider from -reach to reach."""
    return Slider(
        value=_validate.between(label, value, -reach, reach), min=-reach, max=reach,
        step=reach / 100, label=label, name=name, color=color, layout=Layout(width="92%"),
    )  # fmt: skip


def _aloud(gate: Gate, h: float, x: float, f: float) -> str:
    """Say what the picture shows."""
    z = gate.weighted_sum(h, x)
    w_h, h_now, w_x, x_now, b = map(bracketed, (gate.w_h, h, gate.w_x, x, gate.b))
    return (
        f"The sum {w_h} × {h_now} + {w_x} × {x_now} + {b} = {number(z)} opens the gate to "
        f"σ({number(z)}) = {picture.fine(f)}: that share passes. A forget gate that stays there "
        f"has half of a memory left after {picture.steps(half_life(f))} steps, and "
        f"{picture.left(f, 10)} % after 10."
    )


def _table(f: float) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: what is left of a memory after so many steps."""
    header = ["steps", *(f"{count:,}" for count in picture.STEPS)]
    return header, [["% left", *(picture.left(f, count) for count in picture.STEPS)]]
