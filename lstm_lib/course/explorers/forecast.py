"""A stretch of a series, what followed it and what was forecast: the pieces of such a chart.

What was seen is a grey line, what followed is drawn in the colour of the text with open circles,
and a forecast, which is read off h, has the colour of h and filled squares. The naive forecast,
the last value going on, is a dashed line without marks.
"""

from collections.abc import Callable, Sequence

from lstm_lib.drawing import charts
from lstm_lib.drawing.charts import Chart
from lstm_lib.drawing.svg import circle, line, polyline, rect, text

Point = tuple[float, float]
NAIVE: dict[str, object] = {"stroke_dasharray": "5 4", "opacity": 0.7}  # the style of its line


def frame(
    chart: Chart, seen: int, title: str = "", words: bool = True, ahead: str = "to forecast"
) -> str:
    """Draw what stays: the frame, and the border between what is seen and what is forecast."""
    border, far = chart.across(seen - 0.5), chart.x + chart.w
    pieces = [
        rect(border, chart.y, far - border, chart.h, "panel"),
        chart.frame(title),
        chart.upright(border, stroke_dasharray="2 3"),
    ]
    if words:
        foot = chart.y + chart.h + 16
        pieces.append(text((chart.x + border) / 2, foot, "seen", 12, "mid soft"))
        pieces.append(text(far, foot, ahead, 12, "end soft"))
    return "".join(pieces)


def window(chart: Chart, seen: Sequence[float], marks: bool = False) -> str:
    """Draw the values that are seen; `marks` puts a dot at each."""
    points = chart.points(seen)
    dots = (circle(x, y, 3.5, "fill-x") for x, y in points if marks)
    return polyline(points, "x", 2, stroke_linejoin="round") + "".join(dots)


def followed(
    chart: Chart, seen: Sequence[float], targets: Sequence[float], joined: bool = True
) -> str:
    """Draw the values that really followed, as open circles, `joined` by a line."""
    points = chart.points(targets, len(seen))
    drawn = polyline([_last(chart, seen), *points], "ink", 1.2) if joined else ""
    return drawn + "".join(_open(x, y) for x, y in points)


def forecast(
    chart: Chart,
    seen: Sequence[float],
    outputs: Sequence[float],
    ghost: bool = False,
    joined: bool = True,
) -> str:
    """Draw what was forecast as filled squares, `joined` by a line.

    A `ghost`, an earlier forecast, is a faint line with a dot at its end.
    """
    points = chart.points(outputs, len(seen))
    ends = [_last(chart, seen), *points]
    if ghost:
        return polyline(ends, "h", 1.2, opacity=0.4) + circle(*ends[-1], 2, "fill-h", opacity=0.4)
    drawn = polyline(ends, "h", 2.5) if joined else ""
    return drawn + "".join(square(x, y) for x, y in points)


def naive(chart: Chart, seen: Sequence[float], ahead: int) -> str:
    """Draw the naive forecast: the last value goes on for `ahead` steps."""
    points = chart.points([seen[-1]] * ahead, len(seen))
    return polyline([_last(chart, seen), *points], "ink", 1.2, **NAIVE)


def key(x: float, y: float, names: dict[str, str], gap: float = 26) -> str:
    """Explain the marks in one row from (x, y) on.

    `names` has the words of each kind: "window", "followed", "forecast", "naive".
    """
    return charts.key(x, y, {words: _SAMPLES[kind] for kind, words in names.items()}, gap)


def _sample_forecast(x: float, y: float) -> str:
    return line(x, y, x + 26, y, "h", stroke_width=2.5) + square(x + 13, y)


def _sample_followed(x: float, y: float) -> str:
    return line(x, y, x + 26, y, "ink", stroke_width=1.2) + _open(x + 13, y)


_SAMPLES: dict[str, Callable[[float, float], str]] = {
    "window": lambda x, y: line(x, y, x + 26, y, "x", stroke_width=2),
    "followed": _sample_followed,
    "forecast": _sample_forecast,
    "naive": lambda x, y: line(x, y, x + 26, y, "ink", **NAIVE),
}


def _open(x: float, y: float) -> str:
    """Draw a value that really followed."""
    return circle(x, y, 4, "paper") + circle(x, y, 4, "ink", stroke_width=1.5)


def square(x: float, y: float) -> str:
    """Draw a value that was forecast; it fits into the open circle of the one that followed."""
    return rect(x - 2.5, y - 2.5, 5, 5, "fill-h")


def _last(chart: Chart, seen: Sequence[float]) -> Point:
    """Return the place of the last value that is seen."""
    return chart.across(len(seen) - 1), chart.up(seen[-1])
