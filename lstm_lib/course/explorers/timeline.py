"""All steps of a run on three small charts, and what the network says at the end."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from lstm_lib.drawing.charts import Chart, end_labels
from lstm_lib.drawing.svg import circle, line, number, text
from lstm_lib.notation import VALVES
from lstm_lib.record import Trace

SIZE = (880, 91)
LEFTS, TOP, WIDTH, HEIGHT = (32, 230, 428), 20, 140, 52
GROUPS = (("gates", VALVES), ("g and h", "gh"), ("memory", "c"))
PANEL, SCALE = 626, (704, 60)  # the panel of predictions; where its scales start, how wide


def charts(seq_len: int, memory: float = 1.0) -> list[Chart]:
    """Return the three charts: gates 0 to 1, g and h -1 to 1, the cell state +-`memory`."""
    ranges = ((0.0, 1.0), (-1.0, 1.0), (-memory, memory))
    places = zip(LEFTS, ranges, strict=True)
    return [Chart(x, TOP, WIDTH, HEIGHT, seq_len, *ends) for x, ends in places]


def frame(seq_len: int) -> str:
    """Draw what stays while numbers move: frames, names, the days, the scales but c's."""
    pieces, found = [], charts(seq_len)
    foot = TOP + HEIGHT + 15
    for chart, (title, _) in zip(found, GROUPS, strict=True):
        pieces += [chart.frame(), text(chart.x, TOP - 7, title, 12.5, "b")]
        if chart.low < 0:
            pieces.append(chart.level(0, opacity=0.7))
        pieces.append(text(chart.x - 6, foot, "day", 12.5, "end soft"))
        days = range(seq_len)
        pieces += [text(chart.across(t), foot, str(t + 1), 12.5, "mid soft") for t in days]
    return "".join((*pieces, *map(_scale, found[:-1])))


def now(seq_len: int, t: int) -> str:
    """Shade step `t` in every chart."""
    return "".join(chart.marked(t) for chart in charts(seq_len))


def curves(trace: Trace) -> str:
    """Draw every quantity of a run in its chart; c's scale ends at the next whole number."""
    found = charts(len(trace), float(ceil(max(1.0, *(abs(c) for c in trace.c)))))
    pieces = []
    for chart, (_, names) in zip(found, GROUPS, strict=True):
        values = {name: getattr(trace, name) for name in names}
        pieces += [chart.curve(name, column) for name, column in values.items()]
        pieces.append(end_labels(chart, {name: column[-1] for name, column in values.items()}))
    return "".join((*pieces, _scale(found[-1])))


def _scale(chart: Chart) -> str:
    """Write the lowest and highest value of a chart, inside its height."""
    ends = ((chart.y + 9, chart.high), (chart.y + HEIGHT - 1, chart.low))
    return "".join(text(chart.x - 6, y, number(value, 0), 12, "end soft") for y, value in ends)


class Verdict(NamedTuple):
    """What the network says of one sequence, and what it should say; None if nobody knows."""

    name: str
    prediction: float
    target: float | None


def verdicts_frame() -> str:
    """Draw the heads of the panel of predictions."""
    heads = (
        (PANEL, "after day 4", "b"),
        (826, "predicts", "end soft"),
        (876, "target", "end soft"),
    )
    return "".join(text(x, 13, words, 12.5, cls) for x, words, cls in heads)


def verdicts(rows: Sequence[Verdict], loss: float) -> str:
    """Draw what the network says against what it should say, and the sum of the squared errors."""
    pieces = [_verdict(29 + 18 * k, row) for k, row in enumerate(rows)]
    pieces.append(text(PANEL, 87, "loss", 13, "b"))
    pieces.append(text(PANEL + 36, 87, "squared errors, added", 12.5, "soft"))
    pieces.append(text(876, 87, number(loss, 4), 13, "b end"))
    return "".join(pieces)


def _verdict(y: float, row: Verdict) -> str:
    """Draw one row: a scale from -1 to 1, a ring at the target, a dot at the prediction."""
    start, width = SCALE
    zero = start + width / 2
    pieces = [
        text(PANEL, y + 4, row.name, 13),
        line(start, y, start + width, y),
        line(zero, y - 4, zero, y + 4),
    ]
    if row.target is not None:
        place = start + width * (row.target + 1) / 2
        pieces.append(circle(place, y, 6.5, "ink", stroke_width=1.5))
        pieces.append(text(876, y + 4, number(row.target, 0), 13, "end"))
    pieces.append(circle(start + width * (row.prediction + 1) / 2, y, 4, "fill-h"))
    pieces.append(text(826, y + 4, number(row.prediction, 3), 13, "b end"))
    return "".join(pieces)
