"""A figure of lines: two axes with round numbers, and at the right the name of each line.

Its colours follow a page that is dark, and no two lines differ by their colour alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, pairwise
from math import ceil
from typing import NamedTuple

from lstm_lib.drawing.charts import Chart, apart, round_values
from lstm_lib.drawing.marks import mark
from lstm_lib.drawing.svg import DARK, breadth, document, number, polyline, text
from lstm_lib.notation import COLORS, SPARES

DASHES = ("none", "8 4", "2 3.5", "10 3 2 3", "16 5")
FORMS = ("circle", "square", "triangle", "diamond", "wedge")
WIDTH, HEIGHT, LEAST = 760.0, 200.0, 320.0  # of a figure; of the frame in it, and its least width
TOP, FOOT, ROOM = 34.0, 46.0, 10.0  # above and below the frame; from it to the first value
SAMPLE, PITCH = 34.0, 18.0  # how much of its line a name shows; from name to name

Points = Sequence[tuple[float, float]]


def _colors(paper: int) -> str:
    """Define the colours of lines that stand for no quantity of the cell."""
    return "".join(
        f".lstm .s{k}{{stroke:{pair[paper]};fill:none}}.lstm .fill-s{k}{{fill:{pair[paper]}}}"
        for k, pair in enumerate(SPARES)
    )


STYLE = f"{_colors(0)}{DARK}@media (prefers-color-scheme:dark){{{_colors(1)}}}"


class Line(NamedTuple):
    """A line of a figure: what it is called, and its points from left to right."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


class Look(NamedTuple):
    """What a line looks like.

    Fields:
        color: the class of its colour.
        dashes: its dashes.
        form: the form of its marks.
        under: how many lines cover it; it is so much broader that it is still seen.
    """

    color: str
    dashes: str
    form: str
    under: int

    def line(self, points: Points) -> str:
        """Draw points, joined."""
        style = {"stroke_dasharray": self.dashes, "stroke_linejoin": "round"}
        return polyline(points, self.color, 2 + 2 * self.under, **style)

    def marks(self, points: Points, r: float) -> str:
        """Draw marks of radius `r` on points, none if that is 0."""
        r *= 1 + 0.6 * self.under
        return "".join(mark(self.form, f"fill-{self.color}", x, y, r) for x, y in points if r)


class Plane(NamedTuple):
    """A frame with both its axes: a chart, and where its horizontal axis starts and ends."""

    chart: Chart
    left: float
    right: float

    @property
    def unit(self) -> float:
        """How far apart 0 and 1 stand on the horizontal axis."""
        return (self.chart.w - 2 * ROOM) / (self.right - self.left)

    @property
    def foot(self) -> float:
        """Where the frame ends below."""
        return self.chart.y + self.chart.h

    def across(self, x: float) -> float:
        """Return where `x` stands on the horizontal axis."""
        return self.chart.x + ROOM + (x - self.left) * self.unit

    def points(self, line: Line) -> Points:
        """Return where the points of a line stand."""
        return [(self.across(x), self.chart.up(y)) for x, y in zip(line.xs, line.ys, strict=True)]

    def ticks(self, whole: bool) -> list[tuple[float, str]]:
        """Return round numbers for the horizontal axis, as many as have room."""
        for most in range(12 if whole and self.right - self.left <= 12 else 8, 1, -1):
            ticks = round_values(self.left, self.right, most, 1.0 if whole else 0.0)
            if sum(breadth(label, 12) + 14 for _, label in ticks) < self.chart.w:
                break
        gaps = [b - a for (a, _), (b, _) in pairwise([(self.left, ""), *ticks])]
        if whole and len(gaps) > 1 and gaps[0] > 0.75 * gaps[1]:
            ticks.insert(0, (self.left, number(self.left, 0)))
        return ticks

    def axes(self, xlabel: str, ylabel: str, whole: bool) -> str:
        """Draw the frame, and the numbers and words of both axes."""
        pieces = [text(8, 20, ylabel, 13), self.chart.frame(size=12)]
        for x, label in self.ticks(whole):
            pieces.append(self.chart.upright(self.across(x), "line", opacity=0.35))
            pieces.append(text(self.across(x), self.foot + 17, label, 12, "mid soft"))
        middle = self.chart.x + self.chart.w / 2
        return "".join((*pieces, text(middle, self.foot + 37, xlabel, 13, "mid")))


def figure(
    lines: Sequence[Line], axes: tuple[str, str], words: str, steps: bool = False, log: bool = False
) -> str:
    """Return lines as a whole SVG.

    Args:
        lines: what is drawn, at least one.
        axes: what the horizontal and the vertical axis show.
        words: what the figure shows.
        steps: whether the points stand at whole numbers: then each has a mark.
        log: whether the vertical axis is logarithmic; what is not above 0 stands at its foot.
    """
    plane, beside = _plane(lines, TOP if axes[1] else ROOM, log)
    rows = [plane.points(line) for line in lines]
    looks, right, foot = _looks(lines, rows), plane.chart.x + plane.chart.w, plane.foot
    r = min(4.0, 0.35 * plane.unit) if steps else 0.0
    pieces = [plane.axes(*axes, whole=steps)]
    pieces += [look.line(row) + look.marks(row, r) for look, row in zip(looks, rows, strict=True)]
    for k, y in apart({k: row[-1][1] for k, row in enumerate(rows)}, foot - 2, PITCH).items():
        start, middle, end = ((right + 10 + SAMPLE * share, y) for share in (0.0, 0.5, 1.0))
        pieces += [looks[k].line((start, end)), looks[k].marks([middle], r)]
        pieces.append(text(right + 18 + SAMPLE, y + 4.5, lines[k].name, 13))
    return document((ceil(right + beside), ceil(foot + FOOT)), pieces, words, STYLE)


def _plane(lines: Sequence[Line], top: float, log: bool) -> tuple[Plane, float]:
    """Return a plane that holds all lines, and how much room their names need beside it."""
    left, right = min(line.xs[0] for line in lines), max(line.xs[-1] for line in lines)
    if left == right:
        left, right = left - 0.5, right + 0.5
    box = (0.0, top, 0.0, max(HEIGHT, PITCH * len(lines)))
    values = [y for line in lines for y in line.ys]
    chart = Chart.in_powers(box, 1, values) if log else Chart.holding(box, 1, values, ticks=6)
    x = 14 + max(breadth(label, 12) for _, label in chart.ticks)
    beside = 26 + SAMPLE + max(breadth(line.name, 13) for line in lines)
    return Plane(replace(chart, x=x, w=max(LEAST, WIDTH - x - beside)), left, right), beside


def _looks(lines: Sequence[Line], rows: Sequence[Points]) -> list[Look]:
    """Return the look of each line; a quantity of the cell keeps its own colour."""
    spares = cycle(f"s{k}" for k in range(len(SPARES)))
    return [
        Look(
            line.name if line.name in COLORS else next(spares),
            DASHES[k % len(DASHES)],
            FORMS[k % len(FORMS)],
            sum(_same(row, other) for other in rows[k + 1 :]),
        )
        for k, (line, row) in enumerate(zip(lines, rows, strict=True))
    ]


def _same(row: Points, other: Points) -> bool:
    """Return whether two rows of points are nowhere a unit of the picture apart."""
    heights = ((y, z) for (_, y), (_, z) in zip(row, other, strict=False))
    return len(row) == len(other) and all(abs(y - z) < 1 for y, z in heights)
