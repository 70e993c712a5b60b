"""Small line charts: a frame that stays, and the lines that move."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf, log10
from sys import float_info
from typing import Self, TypeVar

from lstm_lib.drawing.heatmap import round_up
from lstm_lib.drawing.marks import marker
from lstm_lib.drawing.svg import line, number, polyline, power_of_ten, rect, short, text
from lstm_lib.notation import COLORS, DASHES, alike

Name = TypeVar("Name")
Box = tuple[float, float, float, float]  # x, y, width, height


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

    @classmethod
    def holding(cls, box: Box, steps: int, values: Iterable[float], ticks: int = 3) -> Self:
        """Return a chart whose vertical axis holds all values, with ticks at round numbers.

        Args:
            box: x, y, width and height in the picture's units.
            steps: how many places there are along the horizontal axis.
            values: all that will be drawn in it.
            ticks: about how many labels the vertical axis has.
        """
        found = list(values)
        low, high = min(found), max(found)
        size = max(-low, high)
        room = (high - low) / 20 if high - low > 1e-9 * size else size / 2 or 0.5
        low, high = low - room, high + room
        return cls(*box, steps, low, high, round_values(low, high, ticks))

    @classmethod
    def in_powers(cls, box: Box, steps: int, values: Iterable[float], ticks: int = 8) -> Self:
        """Return the same with a logarithmic axis for the values above 0, one or more."""
        found = [max(value, float_info.min) for value in values if value > 0]
        low, high = min(found), max(found)
        room = (high / low) ** 0.05 if high > low else 2
        low, high = max(low / room, float_info.min), min(high * room, float_info.max)
        return cls(*box, steps, low, high, round_powers(low, high, ticks), log=True)

    @classmethod
    def with_zero(cls, box: Box, steps: int, values: Iterable[float], least: float = 1.0) -> Self:
        """Return a chart whose vertical axis has 0 in it and room for all values.

        Args:
            box, steps, values: as in `holding`.
            least: the size of values from which on they have a scale of their own.
        """
        found = list(values)
        low, high = max(0.0, -min(found)), max(0.0, max(found))
        small = 0.02 * max(low, high, least)  # needs no room of its own
        low, high = (round_up(end) if end > small else 0.0 for end in (low, high))
        return cls(*box, steps, -low, high if low or high else 1.0)

    def across(self, t: float) -> float:
        """Return where step `t`, counted from 0, stands."""
        return self.x + self.w * (t + 0.5) / self.steps

    def up(self, value: float) -> float:
        """Return the height at which `value` stands, kept inside the frame."""
        scale: Callable[[float], float] = log10 if self.log else float
        value = min(max(value, self.low), self.high)
        share = (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return self.y + self.h * (1 - share)

    def frame(self, title: str = "", size: float = 11) -> str:
        """Draw what stays: the frame, the ticks, labelled in `size`, and the title."""
        pieces = [rect(self.x, self.y, self.w, self.h, "line")]
        for value, label in self.ticks:
            y = self.up(value)
            pieces.append(line(self.x, y, self.x + self.w, y, "line", opacity=0.6))
            pieces.append(text(self.x - 6, y + 4, label, size, "end soft"))
        if title:
            pieces.append(text(self.x, self.y - 6, title, 12, "b"))
        return "".join(pieces)

    def marked(self, t: int) -> str:
        """Shade the column of step `t`."""
        width = self.w / self.steps
        return rect(self.x + t * width, self.y, width, self.h, "now")

    def level(self, value: float, cls: str = "line", **style: object) -> str:
        """Draw a line across the chart at a value."""
        return line(self.x, self.up(value), self.x + self.w, self.up(value), cls, **style)

    def upright(self, x: float, cls: str = "ink", **style: object) -> str:
        """Draw a line down the chart at `x`."""
        return line(x, self.y, x, self.y + self.h, cls, **style)

    def ends(self) -> str:
        """Write the highest and the lowest value beside the chart, inside its height."""
        places = ((self.y + 9, self.high), (self.y + self.h - 1, self.low))
        return "".join(text(self.x - 6, y, short(value), 11, "end soft") for y, value in places)

    def axis(self, foot: float, most: int, name: str = "step", gap: float = 8) -> str:
        """Number the steps on the baseline `foot`, about `most` of them, with `name` before."""
        pitch = max(1, int(round_pitch(self.steps / most)))
        named = (1, *(t for t in range(pitch, self.steps + 1, pitch) if t > 1))
        return text(self.x - gap, foot, name, 11, "end soft") + "".join(
            text(self.across(t - 1), foot, str(t), 11, "mid soft") for t in named
        )

    def points(self, values: Iterable[float], start: int = 0) -> list[tuple[float, float]]:
        """Return where values stand, the first at step `start`."""
        return [(self.across(t), self.up(value)) for t, value in enumerate(values, start)]

    def curve(
        self,
        name: str,
        values: Sequence[float],
        markers: bool = True,
        width: float = 2,
        r: float = 4,
    ) -> str:
        """Draw the values of one quantity, in its colour, line style and marker of size `r`."""
        points, like = self.points(values), alike(name)
        style = {"stroke_dasharray": DASHES[like]} if like in DASHES else {}
        drawn = polyline(points, like, width, **style)
        if markers:
            drawn += "".join(marker(name, x, y, r) for x, y in points)
        return drawn


def end_labels(chart: Chart, ends: dict[str, float]) -> str:
    """Write each quantity's name at the right end of its curve, pushed apart where they meet."""
    heights = {name: chart.up(value) + 5 for name, value in ends.items()}
    return "".join(
        text(chart.x + chart.w + 8, y, name, 14, f"b it ink-{name}" if name in COLORS else "b")
        for name, y in apart(heights, chart.y + chart.h + 1, 14).items()
    )


def apart(
    heights: Mapping[Name, float], bottom: float, gap: float, top: float = -inf
) -> dict[Name, float]:
    """Return heights pushed at least `gap` apart and kept inside, from top to bottom."""
    order, moved = sorted(heights, key=heights.__getitem__), {}
    y = top - gap
    for name in order:
        y = moved[name] = max(heights[name], y + gap)
    y = bottom + gap
    for name in reversed(order):
        y = moved[name] = min(moved[name], y - gap)
    return moved


def round_pitch(least: float) -> float:
    """Return the 1, 2 or 5 times a power of ten that is next above `least`, or equal."""
    power = 10.0 ** floor(log10(least))
    return next(k * power for k in (1, 2, 5, 10) if k * power >= least * (1 - 1e-9))


def round_values(low: float, high: float, most: int, least: float = 0.0) -> list[tuple[float, str]]:
    """Return about `most` round numbers between two, with the digits that tell them apart.

    They are at least `least` apart.
    """
    pitch = round_pitch(max((high - low) / most, least))
    rounds = (k * pitch for k in range(ceil(low / pitch), floor(high / pitch) + 1))
    last = floor(log10(pitch))  # the place of the last digit
    if -5 < log10(max(-low, high)) < 6:
        return [(value, number(value, max(0, -last))) for value in rounds]
    return [
        (value, power_of_ten(value, floor(log10(abs(value))) - last) if value else "0")
        for value in rounds
    ]


def round_powers(low: float, high: float, most: int) -> list[tuple[float, str]]:
    """Return about `most` round numbers between two, evenly spread on a logarithmic axis."""
    if high / low < 5:
        return round_values(low, high, most)
    decades = log10(high) - log10(low)
    pitch = max(1, int(round_pitch(decades / most)))
    powers = range(pitch * floor(log10(low) / pitch), floor(log10(high)) + 1, pitch)
    digits = (1, 2, 5) if decades < most / 3 else (1,)
    rounds = [d * 10.0**power for power in powers for d in digits if low <= d * 10.0**power <= high]
    if rounds[0] >= 0.001 and rounds[-1] < 10_000:
        return [(value, short(value)) for value in rounds]
    return [(value, power_of_ten(value, 0).removeprefix("1·")) for value in rounds]


def key(
    x: float, y: float, entries: Mapping[str, Callable[[float, float], str]], gap: float = 26
) -> str:
    """Explain marks in one row, each entry a sample drawn from its left end and its words.

    Args:
        x: where the row starts.
        y: the baseline of its words.
        entries: what draws a sample 26 wide, by the words behind it.
        gap: room between two entries.
    """
    pieces = []
    for words, sample in entries.items():
        pieces += [sample(x, y - 4), text(x + 32, y, words, 12)]
        x += 32 + 6.6 * len(words) + gap
    return "".join(pieces)
