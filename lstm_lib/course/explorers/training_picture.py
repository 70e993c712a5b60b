"""The picture of a training: two curves over its epochs, and the gates as they are at one of them.

Three sheets, from what never changes to what changes with every move: `frame`, `curves` (one
training) and `epoch` (one epoch of it). Company A is dashed with open circles, company B solid
with filled squares; the colour says which quantity it is.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from lstm_lib.descent import History
from lstm_lib.drawing import svg
from lstm_lib.drawing.charts import Chart, apart
from lstm_lib.notation import CHARTED, NAMES
from lstm_lib.record import Trace
from lstm_lib.scalar import squared_error

SIZE = (880, 410)
PANELS_X = 424
POWERS = tuple((10.0**k, f"10{sup}") for k, sup in ((0, "⁰"), (-2, "⁻²"), (-4, "⁻⁴"), (-6, "⁻⁶")))
ENDS = {"g": 1, "c": 4, "h": 1}  # of the scales around 0; the gates' go from 0 to 1
DAYS = 4
COMPANIES = ("A", "B")
MOST_SAMPLES = 100


class Samples(NamedTuple):
    """Some epochs of one training, evenly spread from the first to the last.

    A spike between two of them is not seen on the curves; the walk meets it.

    Fields:
        epochs: which ones, (samples,), starting with 0.
        losses: the loss after each, (samples,).
        predictions: for company A and B after each, (samples, 2).
    """

    epochs: Sequence[int]
    losses: Sequence[float]
    predictions: Sequence[Sequence[float]]


def scene(history: History) -> Samples:
    """Return the epochs the curves are drawn from: all of a short training, some of a long one."""
    count = min(history.epochs, MOST_SAMPLES)
    epochs = [round(k * history.epochs / count) for k in range(count + 1)]
    predictions = [history.predictions(epoch) for epoch in epochs]
    targets = [target for _, target in history.pairs]
    losses = [squared_error(row, targets) for row in predictions]
    return Samples(epochs, losses, predictions)


@cache
def frame() -> str:
    """Draw what no setting changes: the frames, their scales, the targets and the names."""
    loss, predicted = _loss_chart(), _prediction_chart()
    x = loss.x
    pieces = [
        loss.frame("loss"),
        loss.level(0.5, "ink", stroke_dasharray="1 4"),
        svg.text(x + 38, loss.y - 6, "dotted: the same guess for both", 11, "soft"),
        predicted.frame("predictions"),
    ]
    pieces += [predicted.level(target, "ink", opacity=0.45) for target in (0, 1)]
    captions = (
        (x + loss.w / 2, "epochs of training; lines at 0 and 1: the targets"),
        (PANELS_X + 207, "days of company A (dashed) and company B, at the chosen epoch"),
    )
    pieces += [svg.text(at, SIZE[1] - 5, words, 12, "mid soft") for at, words in captions]
    return "".join([*pieces, *(_panel_frame(name, panel) for name, panel in _panels().items())])


def curves(samples: Samples) -> str:
    """Draw one training: loss and both predictions over its epochs."""
    loss, predicted, last = _loss_chart(), _prediction_chart(), samples.epochs[-1]
    across = [loss.x + loss.w * epoch / last for epoch in samples.epochs]
    pieces = [_line(zip(across, map(loss.up, samples.losses), strict=True), "ink", "B")]
    for name, values in zip(COMPANIES, zip(*samples.predictions, strict=True), strict=True):
        points = zip(across, map(predicted.up, values), strict=True)
        pieces.append(_line(points, "h", name))
    ends = dict(zip(COMPANIES, samples.predictions[-1], strict=True))
    pieces += _names_at_end(predicted, ends, 14)
    for share, anchor in ((0, ""), (0.5, "mid"), (1, "end")):
        x = loss.x + share * loss.w
        y = predicted.y + predicted.h + 17
        pieces.append(svg.text(x, y, f"{round(share * last)}", 12, f"{anchor} soft".strip()))
    return "".join(pieces)


def epoch(at: float, loss: float, traces: Sequence[Trace]) -> str:
    """Draw one epoch: where it stands on the curves, and every gate on every day.

    It lies at `at` from 0 to 1; loss and traces of companies A and B are those after it.
    """
    losses, predicted = _loss_chart(), _prediction_chart()
    x = losses.x + at * losses.w
    pieces = [chart.upright(x) for chart in (losses, predicted)]
    pieces.append(svg.dot(x, losses.up(loss), 9, "ink"))
    pieces.append(_readout(losses, svg.scientific(loss)))
    for name, trace in zip(COMPANIES, traces, strict=True):
        pieces.append(_mark(name, "h", x, predicted.up(trace.prediction)))
    said = (f"{n} {svg.number(t.prediction, 4)}" for n, t in zip(COMPANIES, traces, strict=True))
    pieces.append(_readout(predicted, " · ".join(said)))
    pieces += [_panel(name, panel, traces) for name, panel in _panels().items()]
    return "".join(pieces)


def _loss_chart() -> Chart:
    return Chart(50, 26, 314, 146, 1, 1e-6, 10.0, POWERS, log=True)


def _prediction_chart() -> Chart:
    return Chart(50, 216, 314, 146, 1, -1, 1.15, ((0, "A: 0"), (1, "B: 1")))


def _panels() -> dict[str, Chart]:
    """Return the six small charts: the gates above, what comes of them below."""
    found = {}
    for k, name in enumerate(CHARTED):
        end = ENDS.get(name, 1)
        low = -end if name in ENDS else 0
        ticks = [(value, svg.short(value)) for value in sorted({low, 0, end})]
        x, y = PANELS_X + k % 3 * 157, 26 + k // 3 * 190
        found[name] = Chart(x, y, 72, 146, DAYS, low, end, ticks)
    return found


def _panel_frame(name: str, panel: Chart) -> str:
    words = svg.text(panel.x + 14, panel.y - 7, NAMES[name], 12)
    letter = svg.text(panel.x, panel.y - 7, name, 15, f"b it ink-{name}")
    y = panel.y + panel.h + 16
    days = (svg.text(panel.across(t), y, str(t + 1), 12, "mid soft") for t in range(DAYS))
    return "".join([panel.frame(), letter, words, *days])


def _panel(name: str, panel: Chart, traces: Sequence[Trace]) -> str:
    """Draw one quantity of both companies over the four days, with day 4 as a number."""
    rows = [getattr(trace, name) for trace in traces]
    pieces = []
    for company, values in zip(COMPANIES, rows, strict=True):
        points = panel.points(values)
        pieces.append(_line(points, name, company))
        pieces += [_mark(company, name, x, y) for x, y in points]
    ends = {f"{n} {svg.number(v[-1])}": v[-1] for n, v in zip(COMPANIES, rows, strict=True)}
    return "".join([*pieces, *_names_at_end(panel, ends, 12)])


def _line(points: Iterable[tuple[float, float]], cls: str, company: str) -> str:
    """Draw the curve of one company, dashed for A."""
    dash = {"stroke_dasharray": "6 3"} if company == "A" else {}
    return svg.polyline(points, cls, 2.5, stroke_linejoin="round", **dash)


def _mark(company: str, cls: str, x: float, y: float) -> str:
    """Draw a company's marker: an open circle for A, a filled square for B that fits into it."""
    if company == "A":
        return svg.circle(x, y, 4.5, f"{cls} paper", stroke_width=2)
    return svg.shape("rect", f"fill-{cls}", x=x - 3, y=y - 3, width=6, height=6)


def _names_at_end(chart: Chart, ends: dict[str, float], size: int) -> list[str]:
    """Write a name beside the end of each of two curves, pushed apart where they meet."""
    gap, half = size + 3, size * 0.4
    heights = {name: chart.up(value) + half for name, value in ends.items()}
    middle = (sum(heights.values()) - gap) / 2  # both give way, not the lower one alone
    upper = min(heights, key=heights.__getitem__)
    heights[upper] = min(heights[upper], middle)
    placed = apart(heights, chart.y + chart.h + half, gap, top=chart.y + 2 * half)
    return [svg.text(chart.x + chart.w + 5, y, name, size, "b") for name, y in placed.items()]


def _readout(chart: Chart, words: str) -> str:
    """Write the numbers of the chosen epoch at the top right of a chart."""
    return svg.text(chart.x + chart.w, chart.y - 7, words, 15, "b end")
