"""The picture of a short sequence and its three hand-set gates: where the memory goes.

One column per step. A value arrives from above, passes the input valve and joins the memory on
the lane; the forget valve stands at the start of every column and drops what it does not keep;
the output valve lets the memory down to what is shown. Bands are as wide as the number they
carry and dashed below zero.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from math import tanh

from lstm_lib.course.explorers.valves import Box, band, housing, plates
from lstm_lib.course.tasks.puzzles import GatePuzzle
from lstm_lib.drawing.svg import coordinate, line, number, path, rect, shape, text
from lstm_lib.record import Step, Trace

SIZE = (880, 374)
MARGIN, COLUMN = 100, 122  # the sliders stand in the same columns
KEEP, WRITE, SHOW = 11, 51, 92  # from the left edge of a column
UNIT = 40.0  # width of a band that carries 1
LANE, LANE_HALF, PIPE_HALF = 152, 34, 20
ARRIVE, IN_VALVE, OUT_VALVE = 54, 80, 206
ZERO, TALL = 266, 26  # of the chart of h: its zero line, the height of 1
SHOWN_ROW, WANTED_ROW, OFF_ROW, SCORE_ROW = 309, 325, 341, 366
SCORE_LEFT, SCORE_WIDTH = 290, 300
SILENT = 0.005  # what rounds to 0.00 is not drawn


@cache
def frame(puzzle: GatePuzzle) -> str:
    """Draw what the puzzle fixes: what arrives, what is wanted, the beds and the names."""
    columns = (
        _column_frame(_left(t), t + 1, x, want)
        for t, (x, want) in enumerate(zip(puzzle.xs, puzzle.wanted, strict=True))
    )
    end = _left(len(puzzle.xs))
    lane = rect(MARGIN, LANE - LANE_HALF, end + 14 - MARGIN, 2 * LANE_HALF)
    return "".join((lane, line(MARGIN, ZERO, end, ZERO), *columns, _names()))


@cache
def joints(seq_len: int) -> str:
    """Draw the joints where the lane takes in what is written; they lie on top of everything."""
    places = [_left(t) + WRITE for t in range(seq_len)]
    rings = "".join(f"M{x - 9} {LANE}a9 9 0 1 1 18 0a9 9 0 1 1 -18 0z" for x in places)
    signs = "".join(f"M{x - 5} {LANE}h10m-5 -5v10" for x in places)
    return shape("path", "paper", d=rings) + path(rings, "ink", 1.2) + path(signs, "ink")


def state(puzzle: GatePuzzle, trace: Trace) -> str:
    """Draw one run, with the gates as they are set."""
    columns = (_column(_left(t), trace[t]) for t in range(len(trace)))
    offs = (abs(h - want) for h, want in zip(trace.h, puzzle.wanted, strict=True))
    numbers = (text(_left(t) + SHOW, OFF_ROW, number(o), 13, "b mid") for t, o in enumerate(offs))
    lost = puzzle.lost_at(trace.c)
    flag = "" if lost is None else _lost(_left(lost))
    score = _score(puzzle.score(trace.h), puzzle.best)
    return "".join((*columns, _valves(trace), _bars(trace.h), *numbers, flag, score))


def _left(t: int) -> int:
    """Return the left edge of the column of step `t`, counted from 0."""
    return MARGIN + COLUMN * t


def _names() -> str:
    """Name the rows at the left."""
    rows = (
        (48, "arrives", "ink-g"),
        (IN_VALVE + 4, "write × i", "ink-i"),
        (LANE - LANE_HALF - 6, "keep × f", "ink-f"),
        (LANE + 5, "memory c", "ink-c"),
        (LANE + 28, "tanh c", "soft"),
        (OUT_VALVE + 2, "show × o", "ink-o"),
        (LANE + LANE_HALF + 39, "dropped", "ink-c"),
        (SHOWN_ROW, "shown h", "ink-h"),
        (WANTED_ROW, "wanted h", ""),
        (OFF_ROW, "off by", ""),
    )
    ends, x = ((1, "1"), (0, "0"), (-1, "−1")), MARGIN - 14
    return "".join(
        (
            *(text(x, y, name, 13, f"end {cls}".strip()) for y, name, cls in rows),
            *(text(x, ZERO - TALL * v + 4, words, 12, "end soft") for v, words in ends),
            rect(6, SHOWN_ROW - 10, 14, 10, "fill-h"),
            line(4, WANTED_ROW - 5, 22, WANTED_ROW - 5, "ink", stroke_width=2.5),
        )
    )


def _column_frame(left: float, step: int, x: float, want: float) -> str:
    """Draw what stays in one column: its number, what arrives, the valves' housings, the goal."""
    write, show, goal = left + WRITE, left + SHOW, ZERO - TALL * want
    floor, width = LANE + LANE_HALF, 2 * PIPE_HALF
    return "".join(
        (
            rect(write - PIPE_HALF, ARRIVE, width, LANE - LANE_HALF - ARRIVE),
            rect(show - PIPE_HALF, floor, width, OUT_VALVE + 24 - floor),
            band(f"M{write} {ARRIVE}V{IN_VALVE}", "g", x, UNIT * abs(x)),
            housing(left + KEEP, LANE, "f", LANE_HALF),
            housing(write, IN_VALVE, "i", PIPE_HALF, rising=True),
            housing(show, OUT_VALVE, "o", PIPE_HALF, rising=True),
            text(left + COLUMN / 2, 30, f"step {step}", 13, "mid soft"),
            text(write, 48, f"g = {number(x)}", 15, "b mid ink-g"),
            rect(show - 13, min(goal, ZERO), 26, abs(goal - ZERO), "line"),
            line(show - 22, goal, show + 22, goal, "ink", stroke_width=2.5),
            text(show, WANTED_ROW, number(want), 13, "mid"),
        )
    )


def _valves(trace: Trace) -> str:
    """Draw the plates of all valves."""
    boxes: dict[str, list[Box]] = {"f": [], "i": [], "o": []}
    for t in range(len(trace)):
        step, left = trace[t], _left(t)
        boxes["f"] += plates(left + KEEP, LANE, LANE_HALF, step.f)
        boxes["i"] += plates(left + WRITE, IN_VALVE, PIPE_HALF, step.i, rising=True)
        boxes["o"] += plates(left + SHOW, OUT_VALVE, PIPE_HALF, step.o, rising=True)
    return "".join(shape("path", f"fill-{gate}", d=_surface(d)) for gate, d in boxes.items())


def _surface(boxes: Iterable[Box]) -> str:
    """Return boxes as the data of one path; none is drawn that has no surface."""
    cut = (map(coordinate, box) for box in boxes if box[2] and box[3])
    return "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in cut)


def _bars(hs: Sequence[float]) -> str:
    """Draw what is shown as bars."""
    d = (f"M{_left(t) + SHOW - 10} {ZERO}v{-TALL * h:.1f}h20V{ZERO}z" for t, h in enumerate(hs))
    return shape("path", "fill-h", d="".join(d))


def _column(left: float, step: Step) -> str:
    """Draw one step: what is written, what is kept and dropped, what is shown."""
    return _written(left + WRITE, step) + _lane(left, step) + _shown(left + SHOW, step)


def _flow(d: str, name: str, value: float) -> str:
    """Draw a band as wide as its value, and nothing for nothing."""
    width = min(UNIT * abs(value), 2 * LANE_HALF)
    return band(d, name, value, width) if abs(value) >= SILENT else ""


def _lane(left: float, step: Step) -> str:
    """Draw the memory on its lane, and what the forget valve drops of it."""
    keep, join, end = left + KEEP, left + WRITE, left + COLUMN + KEEP
    kept = step.f * step.c_prev
    dropped, floor = step.c_prev - kept, LANE + LANE_HALF
    drawn = [
        _flow(f"M{keep} {LANE}H{join}", "c", kept),
        _flow(f"M{join} {LANE}H{end}", "c", step.c),
        text(keep, LANE - LANE_HALF - 6, number(step.f), 12, "b mid ink-f"),
    ]
    if abs(dropped) >= SILENT:
        drawn.append(_flow(f"M{keep} {floor + 3}V{floor + 24}", "c", dropped))
        drawn.append(text(keep, floor + 39, number(dropped), 12, "b mid ink-c"))
    return "".join(drawn)


def _written(x: float, step: Step) -> str:
    """Draw what passes the input valve and joins the lane."""
    written, beside = step.i * step.g, x + PIPE_HALF + 5
    sign = "+" if written > -SILENT else ""
    return "".join(
        (
            _flow(f"M{x} {IN_VALVE}V{LANE}", "g", written),
            text(beside, IN_VALVE + 4, number(step.i), 12, "b ink-i"),
            text(beside, IN_VALVE + 19, f"{sign}{number(written)}", 13, "b ink-g"),
        )
    )


def _shown(x: float, step: Step) -> str:
    """Draw the memory going down through the output valve, and write what it is."""
    edge = coordinate(LANE + min(UNIT * abs(step.c) / 2, LANE_HALF))
    return "".join(
        (
            _flow(f"M{x} {edge}V{OUT_VALVE}", "c", tanh(step.c)),
            _flow(f"M{x} {OUT_VALVE}V{OUT_VALVE + 24}", "h", step.h),
            text(x - PIPE_HALF - 5, OUT_VALVE + 2, number(step.o), 12, "b end ink-o"),
            text(x, SHOWN_ROW, number(step.h), 13, "b mid ink-h"),
            text(x, LANE + 6, number(step.c), 16, "b mid halo"),
        )
    )


def _lost(left: float) -> str:
    """Frame the column at which the memory left what is needed."""
    box = rect(left - 5, 2, COLUMN, OFF_ROW + 4, "c", rx=8, stroke_width=2, stroke_dasharray="6 4")
    return box + text(left - 5 + COLUMN / 2, 16, "lost here", 13, "b mid ink-c")


def _score(score: int, best: int) -> str:
    """Write the score, and the best there is, beside a bar."""
    top = SCORE_ROW - 12
    return "".join(
        (
            text(MARGIN - 4, SCORE_ROW, f"score {score} of 100", 16, "b"),
            rect(SCORE_LEFT, top, SCORE_WIDTH, 14, "panel"),
            rect(SCORE_LEFT, top, SCORE_WIDTH * score / 100, 14, "soft"),
            rect(SCORE_LEFT, top, SCORE_WIDTH, 14, "line"),
            text(SCORE_LEFT + SCORE_WIDTH + 14, SCORE_ROW, f"best possible {best}", 14),
        )
    )
