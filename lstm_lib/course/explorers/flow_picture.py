"""The picture of a gradient on its way back through a layer, step by step and way by way.

Three sheets: `frame` never changes, `scale` with the length of the sequence, `flow` with every
move. The horizontal axis counts steps back from the last, in the direction the gradient travels.
"""

from collections.abc import Sequence
from functools import cache
from math import inf, log10
from typing import NamedTuple

from lstm_lib.course.explorers.gradient_picture import share
from lstm_lib.drawing import svg
from lstm_lib.drawing.charts import Chart, apart
from lstm_lib.drawing.heatmap import PLAIN, Heatmap, Scale

SIZE = (880, 352)
POWERS = (
    (1e4, "10⁴"), (1.0, "1"), (1e-4, "10⁻⁴"), (1e-8, "10⁻⁸"), (1e-12, "10⁻¹²"), (1e-16, "10⁻¹⁶"),
)  # fmt: skip
LOW, HIGH = POWERS[-1][0], POWERS[0][0]
BOX, MAP = (50, 24, 700, 200), (50, 246, 700, 64)
DIM = -6.0  # the power of ten at which the map of the units is black
LINES = (
    ("arrives", "arrives", "c", 3.5, None),
    ("lane", "kept", "f", 2, None),
    ("around", "around", "h", 2, "6 3"),
)


class Flow(NamedTuple):
    """What is drawn, first to last time step.

    Fields:
        arrives: the size of dL/dc_t, as a share of that of dL/dc_T, (seq_len,).
        kept, around: the same of its two parts, along the lane and through h, (seq_len,) each;
            sizes of arrows, which need not add up.
        units: the size of dL/dc_t of each unit, as a share of the largest at T,
            (hidden_size, seq_len).
        unit: which unit the curves are of, counted from 1; 0 for the whole layer.
        f, i: the average forget gate and input gate.
        c: the average size of the last cell state.
    """

    arrives: Sequence[float]
    kept: Sequence[float]
    around: Sequence[float]
    units: Sequence[Sequence[float]]
    unit: int
    f: float
    i: float
    c: float


@cache
def frame() -> str:
    """Draw what no setting changes: frame and scale of the chart, and the titles."""
    x, y, w, _ = MAP
    title = "share of the gradient that arrives, log scale"
    return "".join(
        [
            _chart(1).frame(title),
            svg.text(x, y - 6, "each unit: the brighter, the more arrives", 12, "b"),
            SHADES.bar(x + w, y - 15),
            svg.text(x + w / 2, SIZE[1] - 4, "steps back from the last", 12, "mid soft"),
        ]
    )


SHADES = Scale(PLAIN, DIM, 0.0)


@cache
def scale(length: int) -> str:
    """Draw the numbers on the horizontal axis, which both charts share."""
    chart, (_, y, _, h) = _chart(length), MAP
    every = next(step for step in (10, 20, 50, 100) if length <= 8 * step)
    backs = range(0, length, every)
    places = [(chart.across(back), back) for back in backs]
    ticks = [svg.line(x, y + h, x, y + h + 4) for x, _ in places]
    return "".join([*ticks, *(svg.text(x, y + h + 17, str(b), 12, "mid soft") for x, b in places)])


def flow(flow: Flow) -> str:
    """Draw the curves of one setting, what has arrived at their ends, and the map of the units."""
    chart, pieces, heights = _chart(len(flow.arrives)), [], {}
    for name, field, cls, width, dash in LINES:
        values = getattr(flow, field)
        pieces.append(_curve(chart, cls, values[::-1], width, dash))
        heights[name, cls, share(values[0])] = chart.up(max(values[0], LOW))
    x = chart.x + chart.w + 8
    bottom = chart.y + chart.h - 14
    for (name, cls, words), y in apart(heights, bottom, 34, top=chart.y + 14).items():
        pieces.append(svg.text(x, y - 3, name, 13, f"b ink-{cls} halo"))
        pieces.append(svg.text(x, y + 13, words, 14, "b halo"))
    rows = [[_power(value) for value in row[::-1]] for row in flow.units]
    heat = Heatmap(*MAP, len(rows), len(flow.arrives))
    pieces.append(heat.draw(rows, SHADES))
    if flow.unit:
        pieces.append(heat.mark_row(flow.unit - 1))
    return "".join(pieces)


def _chart(length: int) -> Chart:
    """Return the chart of a sequence."""
    return Chart(*BOX, length, LOW, HIGH, POWERS, log=True)


def _power(value: float) -> float:
    """Return the power of ten of a share, no lower than the map shows."""
    return max(log10(value), DIM) if value > 0 else DIM


def _curve(chart: Chart, cls: str, values: Sequence[float], width: float, dash: str | None) -> str:
    """Draw sizes as far as they are on the axis."""
    on_axis = [(chart.across(k), chart.up(v)) for k, v in enumerate(values) if LOW <= v < inf]
    return svg.polyline(on_axis, cls, width, **({"stroke_dasharray": dash} if dash else {}))
