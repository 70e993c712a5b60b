"""The picture of the cell: one time step with every number on its wire.

A thick lane carries the memory from left to right. On it stand the keep valve (x f) and the
write joint (+ i g); the four gates stand below, each under the place it acts on. Bands are as
wide as the number they carry, solid above zero and dashed below it; a valve is as open as its
gate.
"""

from math import tanh

from lstm_lib.course.explorers.valves import band, housing, valve
from lstm_lib.drawing import svg
from lstm_lib.drawing.svg import circle, line, number, path, rect, shape, text
from lstm_lib.notation import LEFT_TO_RIGHT, NAMES, SQUASH
from lstm_lib.record import Step
from lstm_lib.scalar import Gate, ScalarLSTM

SIZE = (880, 276)
CENTER = dict(zip(LEFT_TO_RIGHT, (110, 330, 550, 770), strict=True))

LANE, LANE_HALF = 40, 17  # the memory lane: its middle, half its greatest width
LANE_FULL = 3.0  # the cell state that fills the lane
PIPE_HALF = 12  # half the width of a pipe that carries 1
KEEP, WRITE, SHOW = 160, 550, 770  # where the keep valve, the write joint, the way out stand
VALVE, TURN = 104, 130  # heights of the upright valves and of h on its way out
BOX_TOP, BOX_W, BOX_H, HEAD = 150, 200, 90, 25
H_WIRE, X_WIRE = 253, 268
CROSS = "\N{MULTIPLICATION SIGN}"


def frame() -> str:
    """Draw what stays the same for every step: beds, housings, boxes, wires and names."""
    return "".join((_beds(), _inputs(), *map(_box, CENTER), _controls(), _labels()))


def state(step: Step, model: ScalarLSTM) -> str:
    """Draw the numbers of one step of a model, with the state before it."""
    sums = (_sum(gate, step, getattr(model, gate)) for gate in CENTER)
    return "".join((_written(step), _shown(step), _memory(step), _arriving(step), *sums))


def lane_width(c: float) -> float:
    """Return how wide the lane is for a cell state; it is full at 3 and beyond."""
    return 2.0 * LANE_HALF * min(abs(c) / LANE_FULL, 1.0)


def _pipe(d: str, name: str, value: float) -> str:
    """Draw a flow in a pipe, which is full at 1."""
    return band(d, name, value, 2.0 * PIPE_HALF * abs(value))


def _chip(x: float, y: float, name: str, value: float) -> str:
    """Write `name = value` on a small plate that stands on a flow, its left edge at x."""
    words = text(x + 46, y + 5, f"{name} = {number(value, 3)}", 14, f"b mid ink-{name}")
    plate = rect(x, y - 10, 92, 20, "paper", rx=10)
    return plate + rect(x, y - 10, 92, 20, name, rx=10, stroke_width=1.2) + words


def _beds() -> str:
    """Draw the beds the flows run in: the lane, the rising candidate, the falling memory."""
    top, side = LANE + LANE_HALF, 2 * PIPE_HALF
    falling = (
        f"M{SHOW - PIPE_HALF} {top}V{TURN + PIPE_HALF}H880V{TURN - PIPE_HALF}"
        f"H{SHOW + PIPE_HALF}V{top}z"
    )
    lane = rect(0, LANE - LANE_HALF, 880, 2 * LANE_HALF)
    rising = rect(WRITE - PIPE_HALF, top, side, BOX_TOP - top)
    return lane + rising + shape("path", "panel", d=falling)


def _inputs() -> str:
    """Draw the two wires on which h and x come in, and their taps into the boxes."""
    wires = [
        line(100, H_WIRE, 772, H_WIRE, "h", stroke_width=2.5),
        line(100, X_WIRE, 792, X_WIRE, "x", stroke_width=1.5),
    ]
    bottom = BOX_TOP + BOX_H
    for center in CENTER.values():
        for name, x, y in (("h", center + 2, H_WIRE), ("x", center + 22, X_WIRE)):
            wires.append(line(x, bottom, x, y, name, stroke_width=2))
            wires.append(circle(x, y, 3.5, f"fill-{name}"))
    return "".join(wires)


def _box(gate: str) -> str:
    """Draw a gate's box with its name."""
    left, right = CENTER[gate] - BOX_W / 2, CENTER[gate] + BOX_W / 2
    parts = zip("hxb", (39, 53, 67), strict=True)
    return "".join(
        (
            rect(left, BOX_TOP, BOX_W, BOX_H, "paper", rx=6),
            rect(left, BOX_TOP, BOX_W, BOX_H, gate, rx=6, stroke_width=1.8),
            text(left + 8, BOX_TOP + 18, gate, 17, f"b it ink-{gate}"),
            text(left + 24, BOX_TOP + 17, NAMES[gate], 13, f"ink-{gate}"),
            line(left, BOX_TOP + HEAD, right, BOX_TOP + HEAD, gate),
            *(text(left + 8, BOX_TOP + y, name, 12.5, "soft it") for name, y in parts),
            line(left + 8, BOX_TOP + 71, right - 8, BOX_TOP + 71),
        )
    )


def _controls() -> str:
    """Draw the wires from the gates' boxes to their valves, and the valves' housings."""
    return "".join(
        (
            path(f"M{KEEP} {BOX_TOP}V{LANE + LANE_HALF + 3}", "f"),
            path(f"M{CENTER['i']} {BOX_TOP}V{VALVE}H{WRITE - PIPE_HALF - 3}", "i"),
            path(f"M{SHOW - 86} {BOX_TOP}V{VALVE}H{SHOW - PIPE_HALF - 3}", "o"),
            housing(KEEP, LANE, "f", LANE_HALF),
            housing(WRITE, VALVE, "i", PIPE_HALF, rising=True),
            housing(SHOW, VALVE, "o", PIPE_HALF, rising=True),
        )
    )


def _labels() -> str:
    """Write what the flows are."""
    labels = (
        (4, 15, "memory before", "soft"),
        (876, 15, "memory after", "end soft"),
        (876, TURN - 17, "shown", "end soft"),
        (CENTER["i"] + 8, VALVE - 8, "how much is written", "soft"),
        (KEEP + 8, VALVE - 8, "how much is kept", "soft"),
    )
    return "".join(text(x, y, words, 12.5, cls) for x, y, words, cls in labels)


def _memory(step: Step) -> str:
    """Draw the lane: the memory before, what is kept of it, the memory after."""
    kept, written = step.f * step.c_prev, step.i * step.g
    product = _term(step.f, CROSS, step.c_prev)
    flows = ((0, KEEP, step.c_prev), (KEEP, WRITE, kept), (WRITE, 880, step.c))
    lane = (band(f"M{a} {LANE}H{b}", "c", c, lane_width(c)) for a, b, c in flows)
    joint = {"cx": float(WRITE), "cy": float(LANE), "r": 11}
    return "".join(
        (
            *lane,
            valve(KEEP, LANE, "f", LANE_HALF, step.f),
            shape("circle", "paper", **joint),
            shape("circle", "ink", stroke_width=1.5, **joint),
            text(WRITE, LANE + 6, "+", 18, "b mid"),
            _chip(4, LANE, "c", step.c_prev),
            _chip(784, LANE, "c", step.c),
            text(KEEP, 15, f"{CROSS} {number(step.f, 3)}", 14, "b mid ink-f"),
            text(355, 15, f"kept: {product} = {number(kept, 3)}", 12.5, "mid"),
            text(670, 15, f"{_term(kept, '+', written)} = {number(step.c, 3)}", 12.5, "mid"),
        )
    )


def _term(a: float, sign: str, b: float) -> str:
    """Write `a sign b`."""
    return f"{number(a, 3)} {sign} {svg.bracketed(b, 3)}"


def _written(step: Step) -> str:
    """Draw the candidate rising through the input valve into the lane."""
    written = step.i * step.g
    return "".join(
        (
            _pipe(f"M{WRITE} {BOX_TOP}V{VALVE}", "g", step.g),
            _pipe(f"M{WRITE} {VALVE}V{LANE + 11}", "g", written),
            valve(WRITE, VALVE, "i", PIPE_HALF, step.i, rising=True),
            text(WRITE - 22, VALVE + 18, f"{CROSS} {number(step.i, 3)}", 14, "b end ink-i"),
            text(WRITE + 20, 73, _term(step.i, CROSS, step.g), 12.5),
            text(WRITE + 20, 89, f"= {number(written, 3)} written", 12.5),
        )
    )


def _shown(step: Step) -> str:
    """Draw the memory coming down through tanh and the output valve, and leaving as h."""
    squashed, edge = tanh(step.c), LANE + lane_width(step.c) / 2
    box = {"x": SHOW - 24.0, "y": 63.0, "width": 48.0, "height": 22.0, "rx": 10}
    return "".join(
        (
            _pipe(f"M{SHOW} {svg.coordinate(edge)}V74", "c", squashed),
            _pipe(f"M{SHOW} 74V{VALVE}", "c", squashed),
            _pipe(f"M{SHOW} {VALVE}V{TURN}H880", "h", step.h),
            valve(SHOW, VALVE, "o", PIPE_HALF, step.o, rising=True),
            shape("rect", "paper", **box),
            shape("rect", "ink", stroke_width=1.2, **box),
            text(SHOW, 78, "tanh", 12.5, "mid"),
            text(SHOW + 30, 79, f"= {number(squashed, 3)}", 12.5),
            text(SHOW - 22, VALVE + 18, f"{CROSS} {number(step.o, 3)}", 14, "b end ink-o"),
            _chip(784, TURN, "h", step.h),
        )
    )


def _arriving(step: Step) -> str:
    """Write the two numbers that come in."""
    return "".join(
        text(4, y + 5, f"{name} = {number(value, 3)}", 14, f"b ink-{name}")
        for name, value, y in (("h", step.h_prev, H_WIRE), ("x", step.x, X_WIRE))
    )


def _sum(name: str, step: Step, gate: Gate) -> str:
    """Write the three parts of a gate's sum and the value it comes to."""
    right, value = CENTER[name] + BOX_W / 2 - 8, getattr(step, name)
    from_h, from_x = gate.w_h * step.h_prev, gate.w_x * step.x
    rows = (
        (58, 39, f"{number(gate.w_h)} {CROSS} {number(step.h_prev)}"),
        (58, 53, f"{number(gate.w_x)} {CROSS} {number(step.x)}"),
        (0, 39, number(from_h)),
        (0, 53, number(from_x)),
        (0, 67, number(gate.b)),
        (0, 85, f"{SQUASH[name]}({number(from_h + from_x + gate.b)}) = {number(value, 3)}"),
    )
    words = (text(right - x, BOX_TOP + y, said, 12.5, "end") for x, y, said in rows)
    return "".join((_gauge(name, value), *words))


def _gauge(gate: str, value: float) -> str:
    """Fill a gate's head as far as its value goes, from the right when it is below zero."""
    left, full = CENTER[gate] - BOX_W / 2, abs(value) * BOX_W
    start = left if value >= 0 else left + BOX_W - full
    fill = rect(start, BOX_TOP + 1, full, HEAD - 1, f"fill-{gate}", opacity=0.25)
    return fill + text(left + BOX_W - 8, BOX_TOP + 19, number(value, 3), 16, "b end")
