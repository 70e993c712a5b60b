"""The picture of a short sequence and its three hand-set gates: where the memory goes.

One column per step. A value arrives from above, passes the input valve and joins the memory on
the lane; the forget valve stands at the start of every column and drops what it does not keep;
the output valve lets the memory down to what is shown. Bands are as wide as the number they
carry and dashed below zero.
"""

from collections.abc import Sequence
from math import tanh

from lstm_lib.diagram.cell import PLATE, band, valve
from lstm_lib.diagram.svg import coordinate, line, number, rect, shape, text
from lstm_lib.tasks import GatePuzzle
from lstm_lib.trace import Step, Trace

SIZE = (880, 400)
MARGIN, COLUMN = 100, 122  # the sliders stand in the same columns
KEEP, WRITE, SHOW = 8, 54, 90  # from the left edge of a column
UNIT = 40.0  # width of a band that carries 1
LANE, LANE_HALF, PIPE_HALF = 152, 34, 20
ARRIVE, IN_VALVE, OUT_VALVE = 56, 82, 208
ZERO, TALL = 276, 34  # of the chart of h: its zero line, the height of 1
SHOWN_ROW, WANTED_ROW, OFF_ROW, SCORE_ROW = 330, 346, 362, 390
SCORE_LEFT, SCORE_WIDTH = 290, 300
SILENT = 0.005  # what rounds to 0.00 is not drawn


def frame(puzzle: GatePuzzle) -> str:
    """Draw what the puzzle fixes: what arrives, what is wanted, the beds and the names."""
    columns = (
        _column_frame(_left(t), t + 1, x, want)
        for t, (x, want) in enumerate(zip(puzzle.xs, puzzle.wanted, strict=True))
    )
    end = _left(len(puzzle.xs))
    lane = rect(MARGIN, LANE - LANE_HALF, end + 14 - MARGIN, 2 * LANE_HALF)
    zero = line(MARGIN, ZERO, end, ZERO)
    return "".join((lane, zero, *columns, _names()))


def state(puzzle: GatePuzzle, trace: Trace, best: int) -> str:
    """Draw one run.

    Args:
        puzzle: what is asked.
        trace: the run with the gates as they are set.
        best: the score of the best gates.
    """
    columns = (_column(_left(t), trace[t]) for t in range(len(trace)))
    offs = (abs(h - want) for h, want in zip(trace.h, puzzle.wanted, strict=True))
    numbers = (text(_left(t) + SHOW, OFF_ROW, number(o), 13, "b mid") for t, o in enumerate(offs))
    lost = puzzle.lost_at(trace.c)
    flag = "" if lost is None else _lost(_left(lost))
    return "".join((*columns, *numbers, flag, _score(puzzle.score(trace.h), best)))


def _left(t: int) -> int:
    """Return the left edge of the column of step `t`, counted from 0."""
    return MARGIN + COLUMN * t


def _names() -> str:
    """Name the rows at the left."""
    rows = (
        (50, "arrives", "ink-g"),
        (LANE + 5, "memory c", "ink-c"),
        (LANE + LANE_HALF + 38, "dropped", "ink-c"),
        (SHOWN_ROW, "shown h", "ink-h"),
        (WANTED_ROW, "wanted h", ""),
        (OFF_ROW, "off by", ""),
    )
    words = (text(MARGIN - 14, y, name, 13, f"end {cls}".strip()) for y, name, cls in rows)
    ticks = (
        text(MARGIN - 14, ZERO - TALL * v + 4, number(v, 0), 12, "end soft") for v in (1, 0, -1)
    )
    return "".join((*words, *ticks))


def _column_frame(left: float, step: int, x: float, want: float) -> str:
    """Draw what stays in one column: its number, what arrives, the valves' housings, the goal."""
    write, show = left + WRITE, left + SHOW
    pipe = {"w": 2 * PIPE_HALF, "h": LANE - LANE_HALF - ARRIVE}
    way_out = rect(
        show - PIPE_HALF, LANE + LANE_HALF, 2 * PIPE_HALF, OUT_VALVE + 24 - LANE - LANE_HALF
    )
    goal = ZERO - TALL * want
    return "".join(
        (
            rect(write - PIPE_HALF, ARRIVE, **pipe),
            way_out,
            band(f"M{write} {ARRIVE}V{IN_VALVE}", "g", x, UNIT * abs(x)),
            _house(left + KEEP, LANE, "f", PLATE, 2 * LANE_HALF),
            _house(write, IN_VALVE, "i", 2 * PIPE_HALF, PLATE),
            _house(show, OUT_VALVE, "o", 2 * PIPE_HALF, PLATE),
            text(left + COLUMN / 2, 30, f"step {step}", 13, "mid soft"),
            text(write, 50, f"g = {number(x)}", 15, "b mid ink-g"),
            rect(show - 13, min(goal, ZERO), 26, abs(goal - ZERO), "line"),
            line(show - 22, goal, show + 22, goal, "ink", stroke_width=2.5),
            text(show, WANTED_ROW, number(want), 13, "mid"),
        )
    )


def _house(x: float, y: float, gate: str, w: float, h: float) -> str:
    """Draw the housing of a valve around its middle."""
    return rect(x - w / 2 - 3, y - h / 2 - 3, w + 6, h + 6, gate, rx=4, stroke_width=1.5)


def _column(left: float, step: Step) -> str:
    """Draw one step: what is kept and dropped, what is written, what is shown."""
    return _lane(left, step) + _written(left + WRITE, step) + _shown(left + SHOW, step)


def _flow(d: str, name: str, value: float) -> str:
    """Draw a band as wide as its value, and nothing for nothing."""
    return (
        "" if abs(value) < SILENT else band(d, name, value, min(UNIT * abs(value), 2 * LANE_HALF))
    )


def _lane(left: float, step: Step) -> str:
    """Draw the memory on its lane, and what the forget valve drops of it."""
    keep, join, end = left + KEEP, left + WRITE, left + COLUMN + KEEP
    kept = step.f * step.c_prev
    dropped, floor = step.c_prev - kept, LANE + LANE_HALF
    drawn = [
        _flow(f"M{keep} {LANE}H{join}", "c", kept),
        _flow(f"M{join} {LANE}H{end}", "c", step.c),
        valve(keep, LANE, "f", LANE_HALF, step.f),
        text(keep, LANE - LANE_HALF - 7, f"× {number(step.f)}", 12, "b mid ink-f"),
        text(left + SHOW - 4, LANE + 6, number(step.c), 16, "b mid halo"),
    ]
    if abs(dropped) >= SILENT:
        drawn.append(_flow(f"M{keep} {floor + 3}V{floor + 24}", "c", dropped))
        drawn.append(text(keep, floor + 38, number(dropped), 13, "b mid ink-c"))
    return "".join(drawn)


def _written(x: float, step: Step) -> str:
    """Draw what passes the input valve and joins the lane."""
    written = step.i * step.g
    sign = "+" if written > -SILENT else ""
    return "".join(
        (
            _flow(f"M{x} {IN_VALVE}V{LANE}", "g", written),
            valve(x, IN_VALVE, "i", PIPE_HALF, step.i, rising=True),
            text(x + PIPE_HALF + 6, IN_VALVE + 4, f"× {number(step.i)}", 12, "b ink-i"),
            text(x + PIPE_HALF + 6, IN_VALVE + 24, f"{sign}{number(written)}", 13, "b ink-g"),
        )
    )


def _shown(x: float, step: Step) -> str:
    """Draw the memory going down through the output valve, and the h it makes as a bar."""
    edge = coordinate(LANE + min(UNIT * abs(step.c) / 2, LANE_HALF))
    top = ZERO - TALL * max(step.h, 0.0)
    return "".join(
        (
            _flow(f"M{x} {edge}V{OUT_VALVE}", "c", tanh(step.c)),
            _flow(f"M{x} {OUT_VALVE}V{OUT_VALVE + 24}", "h", step.h),
            valve(x, OUT_VALVE, "o", PIPE_HALF, step.o, rising=True),
            text(x - PIPE_HALF - 5, OUT_VALVE + 4, f"× {number(step.o)}", 12, "b end ink-o"),
            rect(x - 10, top, 20, TALL * abs(step.h), "fill-h"),
            text(x, SHOWN_ROW, number(step.h), 13, "b mid ink-h"),
        )
    )


def _lost(left: float) -> str:
    """Frame the column after which the task is out of reach."""
    box = rect(left - 10, 2, COLUMN, OFF_ROW + 4, "c", rx=8, stroke_width=2, stroke_dasharray="6 4")
    return box + text(left - 10 + COLUMN / 2, 16, "memory lost here", 13, "b mid ink-c")


def _score(score: int, best: int) -> str:
    """Write the score, and the best there is, beside a bar."""
    top = SCORE_ROW - 12
    return "".join(
        (
            text(MARGIN, SCORE_ROW, f"score {score} of 100", 16, "b"),
            rect(SCORE_LEFT, top, SCORE_WIDTH, 14, "panel"),
            rect(SCORE_LEFT, top, SCORE_WIDTH * score / 100, 14, "soft"),
            rect(SCORE_LEFT, top, SCORE_WIDTH, 14, "line"),
            text(SCORE_LEFT + SCORE_WIDTH + 14, SCORE_ROW, f"best possible {best}", 14),
        )
    )
