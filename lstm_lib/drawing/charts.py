"""Small line charts: a frame that stays, and the lines that move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log10

from lstm_lib.drawing.svg import line, polyline, rect, shape, text
from lstm_lib.notation import COLORS, DASHES, MARKERS


@dataclass(frozen=True)
class Chart:
    """A frame on the picture with its two scales.

    Args:
        x, y, w, h: the frame, in the picture's units.
        steps: how many places there are along the horizontal axis.
        low, high: the range of the vertical axis.
        ticks: where the vertical axis is labelled, as (value, label).
        log: whether the vertical axis is logarithmic.
    """

    x: float
    y: float
    w: float
    h: float
    steps: int
    low: float
    high: float
    ticks: Sequence[tuple[float, str]] = field(default=())
    log: bool = False

    def across(self, t: float) -> float:
        """Return where step `t`, counted from 0, stands."""
        return self.x + self.w * (t + 0.5) / self.steps

    def up(self, value: float) -> float:
        """Return the height at which `value` stands, kept inside the frame."""
        scale: Callable[[float], float] = log10 if self.log else float
        value = min(max(value, self.low), self.high)
        share = (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return self.y + self.h * (1 - share)

    def frame(self, title: str = "") -> str:
        """Draw what stays: the frame, the ticks and the title."""
        pieces = [rect(self.x, self.y, self.w, self.h, "line")]
        for value, label in self.ticks:
            y = self.up(value)
            pieces.append(line(self.x, y, self.x + self.w, y, "line", opacity=0.6))
            pieces.append(text(self.x - 6, y + 4, label, 11, "end soft"))
        if title:
            pieces.append(text(self.x, self.y - 6, title, 12, "b"))
        return "".join(pieces)

    def marked(self, t: int) -> str:
        """Shade the column of step `t`."""
        width = self.w / self.steps
        return rect(self.x + t * width, self.y, width, self.h, "now")

    def curve(self, name: str, values: Sequence[float], markers: bool = True) -> str:
        """Draw the values of one quantity, in its colour, line style and marker."""
        points = [(self.across(t), self.up(v)) for t, v in enumerate(values)]
        style = {"stroke_dasharray": DASHES[name]} if name in DASHES else {}
        drawn = polyline(points, name, 2, **style)
        if markers:
            drawn += "".join(marker(name, x, y) for x, y in points)
        return drawn


def marker(name: str, x: float, y: float, r: float = 4) -> str:
    """Draw the marker of one quantity: colour is never the only difference."""
    form = MARKERS.get(name, "square")
    if form == "circle":
        return shape("circle", f"fill-{name}", cx=float(x), cy=float(y), r=r)
    corners = {
        "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
        "triangle": [(0, -1.2), (1.2, 1), (-1.2, 1)],
    }[form]
    places = " ".join(f"{x + a * r:.1f},{y + b * r:.1f}" for a, b in corners)
    return shape("polygon", f"fill-{name}", points=places)


def end_labels(chart: Chart, ends: dict[str, float], gap: float = 14) -> str:
    """Write each quantity's name at the right end of its curve, pushed apart where they meet."""
    wanted = sorted((chart.up(value) + 5, name) for name, value in ends.items())
    heights = spread([y for y, _ in wanted], chart.y + chart.h + 1, gap)
    return "".join(
        text(chart.x + chart.w + 8, y, name, 14, f"b it ink-{name}" if name in COLORS else "b")
        for y, (_, name) in zip(heights, wanted, strict=True)
    )


def spread(places: Sequence[float], limit: float, gap: float) -> list[float]:
    """Push sorted places at least `gap` apart, the last one no further than `limit`."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else place)
    for k in reversed(range(len(moved))):
        moved[k] = min(moved[k], limit)
        limit = moved[k] - gap
    return moved
