"""The picture of one gate: its weighted sum, the two soft curves, the memory ruler.

The three parts of the sum are laid head to tail under the sigmoid, on the curve's own axis, so
that they end where the curve is read. The ruler has two rows of numbers, the forget gate's value
and the steps after which half of a memory is left; below it, on the same steps, what is left.
"""

from collections.abc import Callable
from functools import cache
from math import ceil, isinf, log10, tanh
from typing import NamedTuple

from lstm_lib.course.explorers.valves import band, housing, valve
from lstm_lib.drawing.svg import circle, line, number, path, polyline, rect, shape, text
from lstm_lib.scalar import Gate, half_life, sigmoid

SIZE = (880, 428)
COLUMNS = (0, 220, 440, 660)  # w_h h, w_x x, b, z: the sliders stand in the same four
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SHARES = (0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)
INKS = {"h": "fill-h", "x": "ink-x", "": "soft"}  # of the arrows: seen on dark paper too
LANES, TICKS = (206, 222, 238), (-10, -5, 0, 5, 10)
BED_HALF = 17  # half the width of the bed in which a memory meets the gate
WHOLE = 26  # the width of a memory that is whole
PASS = 490  # the middle of the valve that shows what passes
RULER_LINE = 314
BARS_TOP, BARS_BOTTOM = 340, 392


class Axis(NamedTuple):
    """A straight scale on the picture: `low` stands at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where `value` stands, kept on the scale."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


class Curve(NamedTuple):
    """One of the two soft curves with its axes z and y, and the place of the gauge beside it."""

    name: str  # of the quantity it makes; none for tanh, which makes none of this sum
    title: str
    squash: Callable[[float], float]
    z: Axis
    y: Axis
    gauge: float


SIGMOID = Curve("f", "a gate: sigmoid σ(z), from shut 0 to open 1", sigmoid,
                Axis(-10, 10, 60, 400), Axis(0, 1, 192, 84), 412)  # fmt: skip
TANH = Curve("", "the same sum in tanh: −1 to 1", tanh,
             Axis(-10, 10, 570, 764), Axis(-1, 1, 246, 84), 776)  # fmt: skip
CURVES = (SIGMOID, TANH)
RULER = Axis(-1, 4, 44, 844)  # log10 of steps
LEFT = Axis(0, 1, BARS_BOTTOM, BARS_TOP)


@cache
def frame() -> str:
    """Draw what stays: the frames, the curves, the ruler and all that is written on them."""
    curves = map(_curve_frame, CURVES)
    return "".join((_sum_frame(), *curves, _lanes_frame(), _passing_frame(), _ruler_frame()))


def state(gate: Gate, h: float, x: float) -> str:
    """Draw the gate's numbers for one hidden state `h` and one input `x`."""
    z = gate.weighted_sum(h, x)
    points = "".join(_operating_point(curve, z) for curve in CURVES)
    f = sigmoid(z)
    return _sum(gate, h, x, z) + _lanes(gate, h, x) + points + _passing(f) + _memory(f)


def fine(value: float) -> str:
    """Return a gate's value with as many decimals as it takes to tell it from 0 and from 1."""
    rest = min(value, 1.0 - value)
    return number(value, max(3, min(9, ceil(-log10(rest)))) if rest > 0 else 3)


def steps(count: float) -> str:
    """Return a number of steps for people."""
    if isinf(count):
        return "\N{INFINITY}"
    return f"{count:,.0f}" if count >= 100 else number(count, 1 if count >= 0.1 else 2)


def left(f: float, count: int) -> str:
    """Return how much of a memory is left after `count` steps, in per cent."""
    return number(100 * f**count, 1)


def _sum_frame() -> str:
    """Write what the four columns of the sum are."""
    heads = ("weight × h", "weight × x", "bias", "the weighted sum")
    words = [text(x + 14, 14, head, 12, "soft") for x, head in zip(COLUMNS, heads, strict=True)]
    signs = zip(COLUMNS[1:], "++=", strict=True)
    return "".join((*words, *(text(x - 6, 34, sign, 16, "b mid") for x, sign in signs)))


def _sum(gate: Gate, h: float, x: float, z: float) -> str:
    """Write the sum in numbers, each part above the sliders it is made of."""
    words = (
        (f"{number(gate.w_h)} × {number(h)} = {number(gate.w_h * h)}", "b ink-h"),
        (f"{number(gate.w_x)} × {number(x)} = {number(gate.w_x * x)}", "b ink-x"),
        (number(gate.b), "b"),
        (f"z = {number(z)}", "b"),
    )
    places = zip(COLUMNS, words, strict=True)
    return "".join(text(column + 14, 34, word, 15, cls) for column, (word, cls) in places)


def _curve_frame(curve: Curve) -> str:
    """Draw a curve with its axes and its empty gauge."""
    left, right = curve.z.start, curve.z.end
    top, bottom, zero = curve.y.end, curve.y.start, curve.y.at(0)
    zs = [curve.z.low + k / 4 for k in range(81)]
    pieces = [
        rect(left, top, right - left, bottom - top, "line"),
        line(curve.z.at(0), top, curve.z.at(0), bottom),
        line(left, zero, right, zero),
        polyline(
            [(curve.z.at(z), curve.y.at(curve.squash(z))) for z in zs], curve.name or "ink", 2.5
        ),
        rect(curve.gauge, top, 22, bottom - top),
        rect(curve.gauge, top, 22, bottom - top, "line"),
        text(left, top - 12, curve.title, 13, "b"),
    ]
    for value in (curve.y.low, (curve.y.low + curve.y.high) / 2, curve.y.high):
        label = number(value, 1) if value % 1 else number(value, 0)
        pieces.append(text(left - 6, curve.y.at(value) + 4, label, 12, "end soft"))
    pieces += [text(curve.z.at(z), 264, number(z, 0), 12, "mid soft") for z in TICKS]
    return "".join(pieces)


def _operating_point(curve: Curve, z: float) -> str:
    """Mark where a curve is read, and fill its gauge to the value."""
    value = curve.squash(z)
    x, y, zero = curve.z.at(z), curve.y.at(value), curve.y.at(0)
    bottom = LANES[-1] + 8
    written = fine(value) if curve is SIGMOID else number(value, 3)
    fill, ink = (f"fill-{curve.name}", f"ink-{curve.name}") if curve.name else ("soft", "")
    return "".join(
        (
            path(f"M{x:.1f} {bottom}V{y:.1f}H{curve.gauge}", "ink", 1, stroke_dasharray="4 3"),
            rect(curve.gauge + 1, min(y, zero), 20, abs(y - zero), fill),
            circle(x, y, 6, fill),
            circle(x, y, 6, "ink", stroke_width=1.5),
            text(curve.gauge + 28, y + 6, written, 16, f"b {ink}".strip()),
        )
    )


def _lanes_frame() -> str:
    """Name the lanes in which the parts of the sum lie head to tail."""
    left, right, zero = SIGMOID.z.start, SIGMOID.z.end, SIGMOID.z.at(0)
    names = zip(("w_h × h", "w_x × x", "b"), LANES, strict=True)
    pieces = [text(left - 6, y + 4, name, 12, "end soft") for name, y in names]
    pieces.append(rect(left, LANES[0] - 8, right - left, 48))
    pieces.append(line(zero, LANES[0] - 8, zero, LANES[-1] + 8))
    return "".join(pieces)


def _lanes(gate: Gate, h: float, x: float) -> str:
    """Lay the parts of the sum head to tail; the last one ends at z."""
    reached, drawn = 0.0, []
    parts = ((gate.w_h * h, "h"), (gate.w_x * x, "x"), (gate.b, ""))
    for (part, name), y in zip(parts, LANES, strict=True):
        drawn.append(_arrow(SIGMOID.z.at(reached), SIGMOID.z.at(reached + part), y, name))
        reached += part
    return "".join(drawn)


def _arrow(start: float, end: float, y: float, name: str) -> str:
    """Draw a fat arrow from `start` to `end`, and a thread down from its tip."""
    way = 1 if end >= start else -1
    neck = end - way * min(8.0, abs(end - start))
    head = f"V{y - 6}L{end:.1f} {y}L{neck:.1f} {y + 6}V{y + 3}"
    d = f"M{start:.1f} {y - 3}H{neck:.1f}{head}H{start:.1f}z"
    return shape("path", INKS[name], d=d) + line(end, y, end, y + 16, "ink")


def _passing_frame() -> str:
    """Draw the bed in which a memory meets the gate."""
    bed = rect(PASS - 46, LANES[1] - BED_HALF, 92, 2 * BED_HALF)
    return bed + text(PASS, 264, "what passes", 12, "mid soft")


def _passing(f: float) -> str:
    """Draw a memory that meets the gate: whole before it, as much as passes behind."""
    y = LANES[1]
    flow = band(f"M{PASS - 46} {y}H{PASS}", "c", 1, WHOLE)
    if f * WHOLE > 0.2:
        flow += band(f"M{PASS} {y}H{PASS + 46}", "c", 1, WHOLE * f)
    return flow + housing(PASS, y, "f", BED_HALF) + valve(PASS, y, "f", BED_HALF, f)


def _ruler_frame() -> str:
    """Draw the ruler, gate values above and half-lives below, and the box of what is left."""
    start, end, half = RULER.start, RULER.end, LEFT.at(0.5)
    pieces = [
        text(14, 287, "the memory ruler: gate f above, steps to half below", 13, "b"),
        line(start, RULER_LINE, end, RULER_LINE, "f", stroke_width=2),
        text(start - 24, RULER_LINE - 8, "f", 14, "b it end ink-f"),
        rect(start, BARS_TOP, end - start, BARS_BOTTOM - BARS_TOP),
        line(start, half, end, half, "line", stroke_dasharray="2 3"),
        text(end + 6, half + 4, "half", 12, "soft"),
        line(start, BARS_BOTTOM, end, BARS_BOTTOM, "ink"),
        text(start, BARS_BOTTOM + 15, "after … steps", 12, "soft"),
        text(start, BARS_BOTTOM + 32, "% of it is left", 12, "soft"),
    ]
    for share in SHARES:
        x = RULER.at(log10(half_life(share)))
        pieces.append(line(x, RULER_LINE - 4, x, RULER_LINE + 4, "f", stroke_width=2))
        pieces.append(text(x, RULER_LINE - 8, f"{share:g}", 12, "mid ink-f"))
        pieces.append(text(x, RULER_LINE + 18, steps(half_life(share)), 12, "mid soft"))
    for count in STEPS:
        pieces.append(text(RULER.at(log10(count)), BARS_BOTTOM + 15, f"{count:,}", 12, "mid soft"))
    return "".join(pieces)


def _memory(f: float) -> str:
    """Draw what is left of a memory after 1, 2, 5, ... steps, and where half of it is left."""
    half = half_life(f)
    mark = RULER.at(log10(half)) if half > 0 and not isinf(half) else RULER.at(10 * half - 5)
    words = f"f = {fine(f)}: half is left after {steps(half)} steps"
    columns = [(RULER.at(log10(count)), f**count, left(f, count)) for count in STEPS]
    bars = "".join(
        f"M{x - 9:.1f} {BARS_BOTTOM}V{LEFT.at(s):.1f}h18V{BARS_BOTTOM}z" for x, s, _ in columns
    )
    return "".join(
        (
            shape("path", "fill-c", d=bars, opacity=0.75),
            line(mark, BARS_TOP, mark, BARS_BOTTOM, "ink", stroke_width=1.5),
            circle(mark, LEFT.at(0.5), 5, "fill-f"),
            shape("path", "fill-f", d=f"M{mark:.1f} {RULER_LINE}l-7 -9h14z"),
            text(RULER.end, 287, words, 14, "b end"),
            *(text(x, BARS_BOTTOM + 32, share, 12, "b mid") for x, _, share in columns),
        )
    )
