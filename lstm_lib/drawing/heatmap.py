"""Heatmaps: one small PNG for a whole table of numbers, and the frame and cursor around it.

In every map brighter is larger, so that it reads in greyscale as well, on light and dark paper. A
number is rounded to one of 65 levels. 0, 1/4, 1/2 and 1 of a scale stand in the middle of a level:
there the last digits, which differ from machine to machine, do not change the picture.
"""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from math import ceil, floor, log10
from struct import pack
from typing import Any, NamedTuple
from zlib import adler32, crc32

from lstm_lib.drawing.svg import line, path, rect, shape, short, text
from lstm_lib.notation import COLORS

LEVELS = 65  # odd: the middle of a scale is a level, not a border between two
SIGNED, PLAIN = "signed", "plain"
STOPS = {  # colours from the lowest to the highest level, evenly spaced
    "f": ("#002338", COLORS["f"], "#dcf0fc"),
    "i": ("#00291c", COLORS["i"], "#d9f7ec"),
    "o": ("#36122f", COLORS["o"], "#fdebf8"),
    PLAIN: ("#1e1e1e", "#808080", "#f4f4f4"),
    SIGNED: ("#0a1550", "#3762bd", "#8c8c8c", "#e3ab3d", "#fff5b8"),
}
SMALLEST = 0.01  # the end of the finest scale: smaller numbers would not fit beside it
ENDS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
_STORED = 0xFFFF  # bytes a stored block of zlib can hold


@cache
def colors(scale: str) -> bytes:
    """Return red, green, blue of a blank and of every level of a scale: a key of STOPS."""
    stops = [bytes.fromhex(stop[1:]) for stop in STOPS[scale]]
    spread = bytearray(3)
    for level in range(LEVELS):
        place = level * (len(stops) - 1) / (LEVELS - 1)
        k = min(int(place), len(stops) - 2)
        pairs = zip(stops[k], stops[k + 1], strict=True)
        spread += bytes(floor(a + (b - a) * (place - k) + 0.5) for a, b in pairs)
    return bytes(spread)


def levels(values: Sequence[float], low: float, high: float) -> bytes:
    """Return the level of each value, 1 at `low` or below to LEVELS at `high` or above; nan is 0.

    0 is the blank of `colors`.
    """
    factor = (LEVELS - 1) / (high - low)
    # Cut off first: what is too large for a byte, and nan, which is not equal to itself.
    return bytes(
        int((min(max(value, low), high) - low) * factor + 1.5) if value == value else 0
        for value in values
    )


def png(rows: Sequence[bytes], palette: bytes) -> bytes:
    """Return a PNG of colours from a palette, the first see-through; the same bytes everywhere.

    Nothing is compressed, since compressors differ from machine to machine.

    Args:
        rows: one index into the palette per pixel, top row first.
        palette: red, green, blue of each colour, at most 256.

    Source: W3C, Portable Network Graphics, third edition (2025); RFC 1950 and 1951.
    """
    pixels = b"".join(b"\0" + row for row in rows)  # 0: this row is not filtered
    blocks = [pixels[k : k + _STORED] for k in range(0, len(pixels), _STORED)]
    data = b"\x78\x01" + b"".join(
        pack("<BHH", k == len(blocks) - 1, len(block), _STORED - len(block)) + block
        for k, block in enumerate(blocks)
    )
    header = pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)  # 8 bits, by palette
    chunks = (
        (b"IHDR", header),
        (b"PLTE", palette),
        (b"tRNS", b"\0"),
        (b"IDAT", data + pack(">I", adler32(pixels))),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(body)) + name + body + pack(">I", crc32(name + body))
        for name, body in chunks
    )


def image(x: float, y: float, w: float, h: float, data: bytes, sharp: bool = True) -> str:
    """Place a PNG, stretched; `sharp` keeps the edges of its pixels."""
    source = f"data:image/png;base64,{b64encode(data).decode()}"
    style: dict[str, Any] = {"style": "image-rendering:pixelated"} if sharp else {}
    box: dict[str, Any] = {"x": float(x), "y": float(y), "width": float(w), "height": float(h)}
    return shape("image", **box, preserveAspectRatio="none", href=source, **style)


def hatch(x: float, y: float, w: float, h: float, apart: float = 7) -> str:
    """Draw slanted lines over a place where there are no numbers."""
    away = [k * apart for k in range(1, ceil((w + h) / apart))]  # from the upper left corner
    ends = ((x + min(s, w), y + max(0.0, s - w), x + max(0.0, s - h), y + min(s, h)) for s in away)
    return path("".join("M{:.1f} {:.1f}L{:.1f} {:.1f}".format(*end) for end in ends), "line", 1)


def round_up(most: float) -> float:
    """Return the end of a scale that holds `most`, a number of one or two digits; at least 0.01.

    A scale of nothing but zeros ends at 1.
    """
    if most == 0:
        return 1.0
    power = 10.0 ** floor(log10(max(most, SMALLEST)))
    # A last digit more or less must not double a scale.
    return next(k * power for k in ENDS if most <= k * power * (1 + 1e-9))


class Scale(NamedTuple):
    """Which colours a heatmap has, and the values at their two ends."""

    colors: str
    low: float
    high: float

    @classmethod
    def around_zero(cls, most: float) -> "Scale":
        """Return the scale with zero in its middle that holds +-`most`."""
        return cls(SIGNED, -round_up(most), round_up(most))

    @property
    def decimals(self) -> int:
        """How many digits after the point a value of this scale has, at most five in all."""
        size = max(abs(self.low), abs(self.high))
        return min(max(0, 4 - ceil(log10(size))), 3 if size > 0.1 else 4)

    def bar(self, right: float, y: float) -> str:
        """Draw the colours in a row, with both ends as numbers; it ends at about `right`."""
        x, w, h = right - 94.0, 62.0, 9.0
        strip = image(x, y, w, h, png([bytes(range(1, LEVELS + 1))], colors(self.colors)))
        ends = ((x - 4, self.low, "end soft"), (x + w + 4, self.high, "soft"))
        words = "".join(text(place, y + 8.5, short(end), 11, cls) for place, end, cls in ends)
        return strip + rect(x, y, w, h, "line") + words


class Heatmap(NamedTuple):
    """A table of numbers over time on the picture, one row per unit.

    Fields:
        x, y, w, h: the frame, in the picture's units.
        rows, steps: how many units and time steps there are.
    """

    x: float
    y: float
    w: float
    h: float
    rows: int
    steps: int

    def draw(self, values: Sequence[Sequence[float]], scale: Scale) -> str:
        """Draw the values, (rows, steps), and the frame; a blank is a line on bare paper.

        Rows that end before the last step leave the rest hatched.
        """
        pixels = [levels(row, scale.low, scale.high) for row in values]
        width = self.w * len(pixels[0]) / self.steps
        lines = "".join(
            line(self.x, self.middle(k), self.x + width, self.middle(k))
            for k, row in enumerate(pixels)
            if 0 in row
        )
        # Averaged where a unit is lower than a pixel, so that none is left out.
        sharp = self.rows <= self.h and self.steps <= self.w
        drawn = image(self.x, self.y, width, self.h, png(pixels, colors(scale.colors)), sharp)
        if len(pixels[0]) < self.steps:
            drawn += hatch(self.x + width, self.y, self.w - width, self.h)
        return lines + drawn + rect(self.x, self.y, self.w, self.h, "line")

    def middle(self, row: int) -> float:
        """Return the height of the middle of a row."""
        return self.y + self.h * (row + 0.5) / self.rows

    def mark_step(self, t: int) -> str:
        """Draw a line around the column of step `t`."""
        width = self.w / self.steps
        return around(self.x + t * width, self.y, width, self.h)

    def mark_row(self, row: int) -> str:
        """Draw a line around a row, and an arrow that points to it from the left."""
        height = self.h / self.rows
        box = around(self.x, self.middle(row) - height / 2, self.w, height)
        return box + self.point_at(row)

    def point_at(self, row: int) -> str:
        """Draw an arrow that points to a row from the left."""
        x, y = self.x - 8, self.middle(row)
        corners = f"{x:.1f},{y - 4.5:.1f} {x:.1f},{y + 4.5:.1f} {x + 6.5:.1f},{y:.1f}"
        return shape("polygon", "ink", points=corners, style="fill:var(--ink)")


def around(x: float, y: float, w: float, h: float) -> str:
    """Draw two thin lines around a box, so that one is seen on any colour; inside is free."""
    return "".join(
        rect(x - by, y - by, w + 2 * by, h + 2 * by, "ink", style=style)
        for by, style in ((1.5, "stroke:var(--paper)"), (0.5, "stroke:var(--ink)"))
    )
