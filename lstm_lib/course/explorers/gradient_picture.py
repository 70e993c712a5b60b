"""The picture of a gradient on its way back through time, beside what each step does to it.

Three sheets: `frame` never changes, `scale` with the length of the axis, `curves` with every move.
The horizontal axis counts steps back from the last, in the direction the gradient travels. A curve
names itself at its end; on the logarithmic axis it is solid where the gradient is positive and
dotted where it is negative.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from lstm_lib.drawing import svg
from lstm_lib.drawing.charts import Chart, apart
from lstm_lib.drawing.marks import DOWN, UP, arrow
from lstm_lib.notation import DASHES
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import ScalarLSTM

SIZE = (880, 410)
LOW, HIGH = 1e-12, 1e4
POWERS = (
    (1e4, "10⁴"), (1.0, "1"), (1e-4, "10⁻⁴"), (1e-8, "10⁻⁸"), (1e-12, "10⁻¹²"),
)  # fmt: skip
PARTS = ((1, "100 %"), (0.5, "50 %"), (0, "0"), (-0.5, "−50 %"))
SIGNED = ((1, "1"), (0, "0"), (-1, "−1"))
SPANS = (10, 25, 50, 100)


class WayBack(NamedTuple):
    """Two gradients on their way back through time, each (seq_len,), first to last time step.

    Fields:
        vanilla: dh_T/dh_t of the vanilla unit.
        lstm: dL/dc_t of the LSTM, as a share of dL/dc_T.
        kept, around: the two parts of it, on the lane and through the gates.
        slopes: what one step back from t + 1 multiplies the vanilla unit's gradient by.
        f: the LSTM's forget gate, which does the same to `kept`.
        x, h, c: the inputs, the vanilla unit's hidden state, the LSTM's cell state.
    """

    vanilla: Sequence[float]
    lstm: Sequence[float]
    kept: Sequence[float]
    around: Sequence[float]
    slopes: Sequence[float]
    f: Sequence[float]
    x: Sequence[float]
    h: Sequence[float]
    c: Sequence[float]


class End(NamedTuple):
    """The end of a curve: its name, its colour's letter, what has arrived, and at which value."""

    name: str
    cls: str
    share: float
    at: float


def scene(rnn: ScalarRNN, lstm: ScalarLSTM, xs: Sequence[float]) -> WayBack:
    """Return what both units do with a sequence, and their gradients."""
    trace, back = lstm.run(xs), lstm.gradient_flow(xs)
    return WayBack(
        vanilla=rnn.gradient_flow(xs),
        lstm=back.total,
        kept=back.kept,
        around=back.through_gates,
        slopes=rnn.slopes(xs),
        f=trace.f,
        x=trace.x,
        h=rnn.run(xs),
        c=trace.c,
    )


def span(length: int) -> int:
    """Return the length of the axis for a sequence: the shortest of `SPANS` that holds it."""
    return next(most for most in SPANS if length <= most)


@cache
def frame() -> str:
    """Draw what no setting changes: the four frames, their scales and titles."""
    titles = (
        "share of the gradient that arrives, log scale",
        "the LSTM’s two ways back, linear scale",
        "one step back multiplies by",
        "what the units saw and remembered",
    )
    charts = _charts(1)
    pieces = [chart.frame(title) for chart, title in zip(charts, titles, strict=True)]
    for chart in charts[2:]:
        middle = chart.x + chart.w / 2
        pieces.append(svg.text(middle, SIZE[1] - 4, "steps back from the last", 12, "mid soft"))
    return "".join(pieces)


@cache
def scale(most: int) -> str:
    """Draw the numbers on the horizontal axes, for an axis of `most` steps."""
    pieces = []
    for chart in _charts(most):
        for back in range(0, most + 1, most // 5):
            x, y = _across(chart, back), chart.y + chart.h
            pieces.append(svg.line(x, y, x, y + 4))
            if chart.h < 100:
                pieces.append(svg.text(x, y + 16, str(back), 12, "mid soft"))
    return "".join(pieces)


def curves(way: WayBack) -> str:
    """Draw the curves of one setting and write at each end what has arrived there."""
    arrived, parts, factors, states = _charts(span(len(way.x)))
    vanilla, lstm, kept, around = way.vanilla[0], way.lstm[0], way.kept[0], way.around[0]
    sizes = [End("LSTM", "c", lstm, abs(lstm)), End("vanilla", "h", vanilla, abs(vanilla))]
    split = [End("gates", "g", around, (lstm + kept) / 2)]
    split += [End("LSTM", "c", lstm, lstm), End("lane", "f", kept, kept)]
    return "".join(
        (
            _signed_curve(arrived, "c", way.lstm, 3.5),
            _signed_curve(arrived, "h", way.vanilla, 2),
            _ends(arrived, len(way.x) - 1, sizes),
            _between(parts, way.kept, way.lstm),
            _curve(parts, "c", way.lstm, 3.5),
            _curve(parts, "f", way.kept, 2),
            _off_axis(parts, "c", way.lstm),
            _ends(parts, len(way.x) - 1, split),
            _strip(factors, {"vanilla": ("h", way.slopes), "f": ("f", way.f)}),
            _strip(states, {"x": ("x", way.x), "vanilla h": ("h", way.h), "LSTM c": ("c", way.c)}),
        )
    )


def share(value: float) -> str:
    """Return a share of the gradient for people: a percentage, or a power of ten."""
    size = abs(value)
    if size == 0 or 1e-4 <= size < 10:
        return f"{svg.number(100 * value, 1 if size >= 0.01 or size == 0 else 2)} %"
    return svg.power_of_ten(value, 0)


def _charts(most: int) -> tuple[Chart, Chart, Chart, Chart]:
    """Return the charts for an axis of `most` steps: above what arrives, below why."""
    return (
        Chart(50, 26, 290, 226, most, LOW, HIGH, POWERS, log=True),
        Chart(486, 26, 290, 226, most, -0.75, 1.5, PARTS),
        Chart(50, 288, 290, 84, most, -1.7, 1.7, SIGNED),
        Chart(486, 288, 290, 84, most, -1, 1, SIGNED),
    )


def _across(chart: Chart, back: float) -> float:
    return chart.x + chart.w * back / chart.steps


def _points(chart: Chart, values: Sequence[float]) -> list[tuple[float, float]]:
    """Return where the values stand, last time step first, without the inside of level runs."""
    backward = values[::-1]
    return [
        (_across(chart, k), chart.up(value))
        for k, value in enumerate(backward)
        if not 0 < k < len(backward) - 1 or not backward[k - 1] == value == backward[k + 1]
    ]


def _curve(chart: Chart, cls: str, values: Sequence[float], width: float) -> str:
    """Draw one curve in the colour and line style of its quantity."""
    dash = {"stroke_dasharray": DASHES[cls]} if cls in DASHES else {}
    return svg.polyline(_points(chart, values), cls, width, stroke_linejoin="round", **dash)


def _signed_curve(chart: Chart, cls: str, values: Sequence[float], width: float) -> str:
    """Draw sizes on the logarithmic axis: solid above zero, dotted below, nothing off the axis."""
    points = [(_across(chart, k), chart.up(abs(v))) for k, v in enumerate(reversed(values))]
    places = [" ".join(map(svg.coordinate, point)) for point in points]
    drawn = {True: "", False: ""}
    for (before, start), (after, end) in pairwise(zip(reversed(values), places, strict=True)):
        if LOW <= abs(before) <= HIGH and LOW <= abs(after) <= HIGH:
            d = drawn[after > 0]
            drawn[after > 0] = f"{d}L{end}" if d.endswith(start) else f"{d}M{start}L{end}"
    dotted = {"stroke_dasharray": "1 5", "stroke_linecap": "round"}
    curves = [svg.path(drawn[True], cls, width)] if drawn[True] else []
    curves += [svg.path(drawn[False], cls, width, **dotted)] if drawn[False] else []
    return "".join([*curves, _off_axis(chart, cls, [abs(value) for value in values])])


def _off_axis(chart: Chart, cls: str, values: Sequence[float]) -> str:
    """Draw an arrowhead where a curve leaves the axis for good."""
    count = len(list(takewhile(lambda value: not chart.low <= value <= chart.high, values)))
    if not count:
        return ""
    way = DOWN if values[0] < chart.low else UP
    x, y = _across(chart, len(values) - count), chart.up(values[0])
    return arrow(x, y, f"fill-{cls}", way, 9, 6)


def _between(chart: Chart, kept: Sequence[float], total: Sequence[float]) -> str:
    """Shade what the gates add to the lane, or take from it."""
    around = _points(chart, kept) + _points(chart, total)[::-1]
    return svg.polygon(around, "fill-g", opacity=0.45)


def _strip(chart: Chart, rows: dict[str, tuple[str, Sequence[float]]]) -> str:
    """Draw curves with their bare names at the end."""
    curves = [_curve(chart, cls, values, 2) for cls, values in rows.values()]
    heights = {name: chart.up(values[0]) for name, (_, values) in rows.items()}
    x = _across(chart, len(next(iter(rows.values()))[1]) - 1) + 7
    names = [
        svg.text(x, y + 4, name, 13, f"b ink-{rows[name][0]} halo")
        for name, y in apart(heights, chart.y + chart.h - 4, 14, top=chart.y + 4).items()
    ]
    return "".join(curves + names)


def _ends(chart: Chart, last: int, ends: Sequence[End]) -> str:
    """Write name and share beside curves that end together, after `last` steps."""
    x, pieces = _across(chart, last) + 8, []
    heights = {end: chart.up(end.at) for end in ends}
    for end, y in apart(heights, chart.y + chart.h - 14, 34, top=chart.y + 14).items():
        pieces.append(svg.text(x, y - 3, end.name, 13, f"b ink-{end.cls} halo"))
        pieces.append(svg.text(x, y + 13, share(end.share), 14, "b halo"))
    return "".join(pieces)
