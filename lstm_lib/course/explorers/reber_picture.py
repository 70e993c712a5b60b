"""The embedded Reber automaton, the way through it, and what a network says may come next."""

from collections.abc import Sequence
from math import atan2, cos, hypot, sin
from typing import Any, NamedTuple

from lstm_lib.course.reading import Reading, softmax, verdicts
from lstm_lib.course.tasks.reber import REBER_SYMBOLS, reber_states, reber_twin, reber_walk
from lstm_lib.course.tasks.symbols import ahead
from lstm_lib.drawing.charts import Chart
from lstm_lib.drawing.marks import marker, verdict
from lstm_lib.drawing.svg import circle, line, number, path, polyline, rect, shape, text

SIZE = (880, 486)
CORNER, PITCH = (42, 146), (88, 37)  # where the start stands; from place to place
RADIUS = 9  # of a state
CELL, CELL_WIDTH, CELL_HEIGHT = (58, 320), 460, 108  # the chart of the unit
READS = 452  # the letters below it
BARS, BAR_WIDTH = (640, 320), 120  # the probabilities: one row per symbol
BAR_PITCH = 20
MOST_MARKERS = 30
PLAIN = "plain"
STROKES: dict[str, tuple[str, float, dict[str, Any]]] = {  # class, width and style of arrows
    "gone": ("c", 4, {}),
    "next": ("ink", 2.6, {"stroke_dasharray": "5 3"}),
    PLAIN: ("ink", 1, {"opacity": 0.55}),
}
Place = tuple[float, float]


class Arrow(NamedTuple):
    """An arrow of the automaton: the states at its ends, and its symbol."""

    start: str
    end: str
    symbol: str


STATES = reber_states()
ARROWS = [
    Arrow(name, end, symbol)
    for name, state in STATES.items()
    for symbol, end in state.arrows.items()
]


class Walk(NamedTuple):
    """A string on its way through the automaton and through a network.

    Fields:
        states: the names of the states walked through, the first one first, (1 + steps,).
        symbols: what is read, (steps,).
        chances: the probability of each symbol to be next, after each step, (steps, symbols).
        legal: the symbols that may come after each step, (steps,).
        right: whether all legal symbols are above all others, (steps,); None at the end.
        unit, remembers: which unit is shown, from 0; whether it is the one that remembers.
        cell, twin: its c, on the string and on that with the other second symbol, (steps,) each.
        other: the second symbol of the twin; "" if there is none yet.
    """

    states: Sequence[str]
    symbols: str
    chances: Sequence[Sequence[float]]
    legal: Sequence[str]
    right: Sequence[bool | None]
    unit: int
    remembers: bool
    cell: Sequence[float]
    twin: Sequence[float]
    other: str


def scene(string: str, reading: Reading, unit: int, remembers: bool) -> Walk:
    """Return the scene of one string, from the reading of it and of its twin, a batch of two."""
    logits, c = reading.outputs[0], reading.c[:, :, unit]
    states = reber_walk(string)
    legal = ["".join(STATES[name].arrows) for name in states[1:]]
    return Walk(
        states=states,
        symbols=string,
        chances=softmax(logits).tolist(),
        legal=legal,
        right=verdicts(ahead, logits, legal, REBER_SYMBOLS),
        unit=unit,
        remembers=remembers,
        cell=c[0].tolist(),
        twin=c[1].tolist(),
        other=reber_twin(string)[1:2],
    )


# --- what changes with the string only ----------------------------------------------------------


def frame(walk: Walk) -> str:
    """Draw the automaton, the unit's lines over the string, and the names of the bars."""
    arrows = [_arrow(arrow, PLAIN) for arrow in ARROWS]
    states = [_state(name) for name in STATES]
    return "".join((_branches(), *arrows, *states, _cells(walk), _letters(walk)))


def _at(name: str) -> Place:
    """Return where a state stands on the picture."""
    x, y = STATES[name].place
    return CORNER[0] + PITCH[0] * x, CORNER[1] - PITCH[1] * y


def _branches() -> str:
    """Draw a line around each of the two equal grammars."""
    pieces, height = [], 3.72 * PITCH[1]
    for branch, y in (("T", CORNER[1] - 3.84 * PITCH[1]), ("P", CORNER[1] + 0.12 * PITCH[1])):
        left, right = (_at(f"{branch}{k}")[0] for k in (0, 7))
        pieces.append(rect(left - 26, y, right - left + 52, height, "line", rx=8))
        foot = y + 17 if branch == "T" else y + height - 8
        words = f"{branch} came second: {branch} closes"
        pieces.append(text(left - 18, foot, words, 12, "soft"))
    return "".join(pieces)


def _state(name: str) -> str:
    """Draw one state; the first and the last have their names."""
    x, y = _at(name)
    drawn = circle(x, y, RADIUS, "ink paper", stroke_width=1.2)
    if name in ("start", "end"):
        drawn += text(x, y + RADIUS + 15, name, 12, "mid soft")
    return drawn


def _arrow(arrow: Arrow, kind: str) -> str:
    """Draw an arrow with its symbol; `kind` "gone" and "next" are the thick ones."""
    (x1, y1), (x2, y2) = _at(arrow.start), _at(arrow.end)
    if arrow.start == arrow.end:
        return _loop(x1, y1, arrow, kind)
    length = hypot(x2 - x1, y2 - y1)
    across, down = (x2 - x1) / length, (y2 - y1) / length
    start = x1 + RADIUS * across, y1 + RADIUS * down
    tip = x2 - (RADIUS + 1) * across, y2 - (RADIUS + 1) * down
    foot = tip[0] - 6 * across, tip[1] - 6 * down
    cls, width, style = STROKES[kind]
    drawn = line(*start, *foot, cls, stroke_width=width, **style)
    return drawn + _head(tip, atan2(down, across), kind)


def _loop(x: float, y: float, arrow: Arrow, kind: str) -> str:
    """Draw an arrow from a state to itself: above upper states, below lower ones."""
    way = _side(arrow.start)
    tip, foot = (x + 6, y + way * 10), (x + 9.5, y + way * 16)
    curve = (
        f"M{x - 6:.1f} {y + way * 8:.1f}C{x - 22:.1f} {y + way * 30:.1f} "
        f"{x + 20:.1f} {y + way * 38:.1f} {foot[0]:.1f} {foot[1]:.1f}"
    )
    cls, width, style = STROKES[kind]
    return path(curve, cls, width, **style) + _head(tip, atan2(-24 * way, -14), kind)


def _head(tip: Place, angle: float, kind: str) -> str:
    """Draw the head of an arrow."""
    size = 8.5 if kind == PLAIN else 11
    (x, y), turned = tip, (angle + 0.4, angle - 0.4)
    corners = [tip, *((x - size * cos(turn), y - size * sin(turn)) for turn in turned)]
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    if kind == "gone":
        return shape("polygon", "fill-c", points=places)
    return shape("polygon", "", points=places, style="fill:var(--ink)")


def _symbol(arrow: Arrow, kind: str) -> str:
    """Write the symbol of an arrow on its middle, that of a loop beside it."""
    (x1, y1), (x2, y2) = _at(arrow.start), _at(arrow.end)
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    if arrow.start == arrow.end:
        x, y = x + 24, y + 21 * _side(arrow.start)
    cls = {"gone": "b mid halo ink-c", "next": "b mid halo"}.get(kind, "mid halo")
    return text(x, y + 5, arrow.symbol, 14, cls)


def _side(name: str) -> int:
    """Return on which side of a state its loop is: -1 above the upper, 1 below the lower."""
    return -1 if name.endswith("2") else 1  # of the two in a branch that have a loop


# --- the unit over the string -------------------------------------------------------------------


def _chart(walk: Walk) -> Chart:
    """Return the chart of the unit."""
    steps = max(len(walk.symbols), 8)  # columns no wider than letters need
    return Chart.with_zero((*CELL, CELL_WIDTH, CELL_HEIGHT), steps, [*walk.cell, *walk.twin], 0.5)


def _cells(walk: Walk) -> str:
    """Draw c of the unit on the string, and on its twin."""
    chart, title = _chart(walk), f"cell state c of unit {walk.unit + 1}"
    pieces = [chart.frame(), chart.level(0), chart.ends()]
    if walk.remembers:
        title += ", which remembers"
    if walk.other:
        title += f"; dashed: had {walk.other} come second"
        pieces.append(polyline(chart.points(walk.twin), "ink", 1.4, stroke_dasharray="6 3"))
    pieces.append(chart.curve("c", walk.cell, len(walk.cell) <= MOST_MARKERS, width=3, r=3.5))
    return "".join((text(4, chart.y - 8, title, 12.5, "b"), *pieces))


def _letters(walk: Walk) -> str:
    """Write the string below its line, and the names and frames of the bars beside it."""
    chart = _chart(walk)
    pieces = [text(chart.x - 8, READS, "reads", 12, "end soft")]
    pieces += [text(chart.across(t), READS, symbol, 12.5, "b mid")
               for t, symbol in enumerate(walk.symbols)]  # fmt: skip
    x, y = BARS
    pieces.append(text(x - 60, y - 8, "next: the network says", 12.5, "b"))
    pieces += [text(x - 52, y + 14 + BAR_PITCH * k, symbol, 14, "b")
               for k, symbol in enumerate(REBER_SYMBOLS)]  # fmt: skip
    return "".join(pieces)


# --- what changes with every move ---------------------------------------------------------------


def cursor(walk: Walk, t: int) -> str:
    """Mark where step `t`, counted from 0, has led, the way there, and the next symbols."""
    here = walk.states[t + 1]
    ways = zip(walk.states[: t + 1], walk.states[1 : t + 2], walk.symbols[: t + 1], strict=True)
    gone = dict.fromkeys(Arrow(*way) for way in ways)  # each arrow once, in the order of the way
    following = [arrow for arrow in ARROWS if arrow.start == here]
    kinds = dict.fromkeys(ARROWS, PLAIN) | dict.fromkeys(following, "next")
    kinds |= dict.fromkeys(gone, "gone")
    pieces = [_arrow(arrow, kind) for arrow, kind in kinds.items() if kind != PLAIN]
    pieces += [_symbol(arrow, kind) for arrow, kind in kinds.items()]
    x, y = _at(here)
    pieces.append(circle(x, y, RADIUS + 3, "ink now", stroke_width=3))
    pieces.append(circle(x, y, 5, "", style="fill:var(--ink)"))
    return "".join((*pieces, _cell_now(walk, t), _bars(walk, t)))


def _cell_now(walk: Walk, t: int) -> str:
    """Mark step `t` of the string, and write c of the unit."""
    chart = _chart(walk)
    wide, x = chart.w / chart.steps, chart.across(t)
    words = f"c = {number(walk.cell[t])}"
    if walk.other:
        words += f", with {walk.other}: {number(walk.twin[t])}"
    return "".join(
        (
            rect(x - wide / 2, chart.y, wide, READS + 6 - chart.y, "ink", stroke_width=1.4),
            marker("c", x, chart.up(walk.cell[t]), 5.5),
            text(chart.x, READS + 26, f"after step {t + 1}: {words}", 13, "b ink-c"),
        )
    )


def _bars(walk: Walk, t: int) -> str:
    """Draw how probable each symbol is to be next, and which of them may be."""
    x, y = BARS
    if not walk.legal[t]:
        return text(x - 30, y + 14, "the string is over", 13, "soft")
    pieces = []
    for k, (symbol, chance) in enumerate(zip(REBER_SYMBOLS, walk.chances[t], strict=True)):
        top, may = y + BAR_PITCH * k, symbol in walk.legal[t]
        pieces.append(rect(x - 30, top + 3, BAR_WIDTH, 12, "now" if may else "panel"))
        pieces.append(rect(x - 30, top + 3, BAR_WIDTH * chance, 12, "fill-h"))
        if may:
            pieces.append(rect(x - 30, top + 3, BAR_WIDTH, 12, "ink", stroke_width=1.5))
        words = f"{number(chance)}  may come" if may else number(chance)
        pieces.append(text(x + BAR_WIDTH - 22, top + 14, words, 13, "b" if may else ""))
    words = "right: what may come is on top" if walk.right[t] else "wrong: another is on top"
    pieces.append(verdict(x - 22, READS + 21, bool(walk.right[t])))
    return "".join((*pieces, text(x - 10, READS + 26, words, 12.5, "b")))
