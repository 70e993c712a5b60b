"""The picture of chapter 6: a bit asked for where it comes in, and a bit asked for much later."""

from collections.abc import Sequence

from lstm_lib.course.tasks.bits import to_binary
from lstm_lib.drawing.marks import DOWN, arrow
from lstm_lib.drawing.svg import document, path, rect, text

SIDE, GAP = 26, 10  # of a square, and the silent steps of the recall
PITCH, LEFT = 34, 122
BITS = to_binary(13, 4)
IN, OUT = 48, 128  # where the rows of the aligned copy stand; the recall's are LOWER below them
LOWER = 152


def copy_task() -> str:
    """Draw the aligned copy of four bits above their delayed recall over ten silent steps."""
    return document(
        (800, 332),
        (_aligned(), _delayed()),
        "Above, the aligned copy: the bits 1, 1, 0, 1 come in, and each is asked for at the same "
        "step. Below, delayed recall: the same bits come in, ten silent steps follow, then a "
        "marker says that they are asked for, each 14 steps after it came in.",
    )


def _aligned() -> str:
    """Draw the copy: four bits, and an arrow straight down from each to where it is asked for."""
    steps = range(len(BITS))
    words = text(
        _across(4) - SIDE / 2 + 8, 100, "aligned copy: asked for at once. Does it need memory?", 14
    )
    return "".join(
        (
            _names(0, "comes in", "asked for"),
            _row(BITS, 0, IN, "h"),
            _row(BITS, 0, OUT, "c"),
            *(_arrow(_across(t), IN + SIDE, _across(t), OUT - 3, 0) for t in steps),
            words,
        )
    )


def _delayed() -> str:
    """Draw the recall: the bits, the silence, the marker, and what has to be carried over."""
    first = len(BITS) + GAP
    steps = range(len(BITS))
    silence = (
        rect(_across(len(BITS) + t) - SIDE / 2, IN + LOWER, SIDE, SIDE, rx=4)
        for t in range(GAP + len(BITS))
    )
    marks = (text(_across(first + t), IN + LOWER + 18, "?", 15, "b mid ink-i") for t in steps)
    carried = (
        _arrow(_across(t), IN + LOWER + SIDE, _across(first + t), OUT + LOWER - 3, 24)
        for t in steps
    )
    return "".join(
        (
            _names(LOWER, "comes in", "asked for"),
            *silence,
            *carried,
            _row(BITS, 0, IN + LOWER, "h"),
            *marks,
            _row(BITS, first, OUT + LOWER, "c"),
            _titles(first),
        )
    )  # fmt: skip


def _titles(first: int) -> str:
    """Write what the parts of the recall are, its answers starting at step `first`."""
    above = IN + LOWER - 12
    words = "delayed recall: every bit has to be kept for 14 steps"
    return "".join(
        (
            text(_across(len(BITS)) - SIDE / 2, above, "ten silent steps", 13, "soft"),
            text(_across(first) - SIDE / 2, above, "the marker", 13, "b ink-i"),
            text(LEFT, OUT + LOWER + 46, words, 14),
        )
    )


def _across(t: float) -> float:
    """Return the middle of the column of step `t`."""
    return LEFT + SIDE / 2 + PITCH * t


def _names(down: float, above: str, below: str) -> str:
    """Name the two rows of a task at the left."""
    return "".join(
        text(LEFT - 14, y + down + 18, words, 14, "end soft")
        for y, words in ((IN, above), (OUT, below))
    )


def _row(bits: Sequence[int], start: int, y: float, name: str) -> str:
    """Draw bits as squares, the first at step `start`; a 1 is filled, and both have their digit."""
    drawn = []
    for t, bit in enumerate(bits, start):
        x = _across(t) - SIDE / 2
        drawn.append(rect(x, y, SIDE, SIDE, "paper", rx=4))
        if bit:
            drawn.append(rect(x, y, SIDE, SIDE, f"fill-{name}", rx=4, opacity=0.3))
        drawn.append(rect(x, y, SIDE, SIDE, name, rx=4, stroke_width=2))
        drawn.append(text(_across(t), y + 18, f"{bit}", 15, "b mid"))
    return "".join(drawn)


def _arrow(x1: float, y1: float, x2: float, y2: float, bend: float) -> str:
    """Draw the way of one bit with an arrow's head at its end, flat between `bend` and `-bend`."""
    way = f"M{x1:g} {y1:g}C{x1:g} {y1 + bend + 26:g} {x2:g} {y2 - bend - 26:g} {x2:g} {y2 - 6:g}"
    return path(way, "c", 2) + arrow(x2, y2, "fill-c", DOWN, 8)


PICTURES = {"copy_task.svg": copy_task}
