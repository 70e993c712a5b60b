"""The picture of the cell: one time step with every number on its wire.

A thick lane carries the memory from left to right. On it stand the keep valve (x f) and the
write joint (+ i g); the four gates stand below, each under the place it acts on. Bands are as
wide as the number they carry, solid above zero and dashed below it; a valve is as open as its
gate.
"""

from math import tanh

from lstm_lib.drawing.svg import coordinate, line, number, path, rect, shape, text
from lstm_lib.notation import LEFT_TO_RIGHT, NAMES, SQUASH
from lstm_lib.record import Step

SIZE = (880, 308)
CENTER = dict(zip(LEFT_TO_RIGHT, (110, 330, 550, 770), strict=True))

LANE, LANE_HALF = 52, 17  # the memory lane: its middle, half its greatest width
LANE_FULL = 3.0  # the cell state that fills the lane
PIPE_HALF = 12  # half the width of a pipe that carries 1
KEEP, WRITE, SHOW = 160, 550, 770  # where the keep valve, the write joint, the way out stand
VALVE, TURN = 122, 150  # heights of the upright valves and of h on its way out
BOX_TOP, BOX_W, BOX_H, HEAD = 171, 200, 96, 25
H_WIRE, X_WIRE = 283, 300
PLATE = 14  # length of a valve along the flow


def frame() -> str:
    """Draw what stays the same for every step: beds, housings, boxes, wires and names."""
    return "".join((_beds(), _inputs(), *map(_box, CENTER), _controls(), _labels()))


def state(step: Step, numbers: tuple[float, ...]) -> str:
    """Draw the numbers of one step.

    Args:
        step: the step, with the state before it.
        numbers: the model's twelve numbers, f, i, g, o, each w_h, w_x, b.
    """
    weights = {gate: numbers[3 * k : 3 * k + 3] for k, gate in enumerate(CENTER)}
    sums = (_sum(gate, step, weights[gate]) for gate in CENTER)
    return "".join((_written(step), _shown(step), _memory(step), _arriving(step), *sums))


def band(d: str, name: str, value: float, width: float | None = None) -> str:
    """Draw a flow along the path `d`, as wide as the value it carries; below zero it is dashed.

    `width` is that of a pipe, which is full at 1, unless it is given.
    """
    style: dict[str, object] = {"stroke_dasharray": "7 4"} if value < 0 else {}
    wide = 2.0 * PIPE_HALF * abs(value) if width is None else width
    return path(d, name, max(wide, 1.5), **style)


def lane_width(c: float) -> float:
    """Return how wide the lane is for a cell state; it is full at 3 and beyond."""
    return 2.0 * LANE_HALF * min(abs(c) / LANE_FULL, 1.0)


def valve(x: float, y: float, gate: str, half: float, share: float, rising: bool = False) -> str:
    """Draw the two plates of a valve; what they leave open is the gate's share of the bed.

    Args:
        x, y: its middle.
        gate: the gate that moves it.
        half: half the width of the bed.
        share: how open it is, 0 to 1.
        rising: whether the flow runs up or down instead of across.
    """
    plate = half * (1.0 - share)
    if rising:
        places = ((x - half, y - PLATE / 2), (x + half - plate, y - PLATE / 2))
        return "".join(rect(*place, plate, PLATE, f"fill-{gate}") for place in places)
    places = ((x - PLATE / 2, y - half), (x - PLATE / 2, y + half - plate))
    return "".join(rect(*place, PLATE, plate, f"fill-{gate}") for place in places)


def chip(x: float, y: float, name: str, value: float, width: float = 92) -> str:
    """Write `name = value` on a small plate that stands on a flow, its left edge at x."""
    words = text(x + width / 2, y + 5, f"{name} = {number(value, 3)}", 14, f"b mid ink-{name}")
    plate = rect(x, y - 10, width, 20, "paper", rx=10)
    return plate + rect(x, y - 10, width, 20, name, rx=10, stroke_width=1.2) + words


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
            wires.append(shape("circle", f"fill-{name}", cx=float(x), cy=float(y), r=3.5))
    return "".join(wires)


def _box(gate: str) -> str:
    """Draw a gate's box with its name."""
    left, right = CENTER[gate] - BOX_W / 2, CENTER[gate] + BOX_W / 2
    return "".join(
        (
            rect(left, BOX_TOP, BOX_W, BOX_H, "paper", rx=6),
            rect(left, BOX_TOP, BOX_W, BOX_H, gate, rx=6, stroke_width=1.8),
            text(left + 8, BOX_TOP + 18, gate, 17, f"b it ink-{gate}"),
            text(left + 24, BOX_TOP + 17, NAMES[gate], 13, f"ink-{gate}"),
            line(left, BOX_TOP + HEAD, right, BOX_TOP + HEAD, gate),
            *(
                text(left + 8, BOX_TOP + y, name, 12.5, "soft it")
                for name, y in (("h", 40), ("x", 55), ("b", 70))
            ),
            line(left + 8, BOX_TOP + 75, right - 8, BOX_TOP + 75),
        )
    )


def _controls() -> str:
    """Draw the wires from the gates' boxes to their valves, and the valves' housings."""
    upright = (2 * PIPE_HALF + 6, PLATE + 6)
    places = {
        "f": (KEEP, LANE, PLATE + 6, 2 * LANE_HALF + 6),
        "i": (WRITE, VALVE, *upright),
        "o": (SHOW, VALVE, *upright),
    }
    houses = (
        rect(x - w / 2, y - h / 2, w, h, gate, rx=4, stroke_width=1.5)
        for gate, (x, y, w, h) in places.items()
    )
    wires = (
        path(f"M{KEEP} {BOX_TOP}V{LANE + LANE_HALF + 3}", "f"),
        path(f"M{CENTER['i']} {BOX_TOP}V{VALVE}H{WRITE - PIPE_HALF - 3}", "i"),
        path(f"M{SHOW - 86} {BOX_TOP}V{VALVE}H{SHOW - PIPE_HALF - 3}", "o"),
    )
    return "".join((*wires, *houses))


def _labels() -> str:
    """Write what the flows are."""
    return "".join(
        (
            text(4, 27, "memory before", 12.5, "soft"),
            text(876, 27, "memory after", 12.5, "end soft"),
            text(876, TURN - 17, "shown", 12.5, "end soft"),
            text(CENTER["i"] + 8, VALVE - 8, "how much is written", 12.5, "soft"),
            text(KEEP + 8, VALVE - 8, "how much is kept", 12.5, "soft"),
        )
    )


def _memory(step: Step) -> str:
    """Draw the lane: the memory before, what is kept of it, the memory after."""
    kept, written = step.f * step.c_prev, step.i * step.g
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
            chip(4, LANE, "c", step.c_prev),
            chip(784, LANE, "c", step.c),
            text(KEEP, 27, f"\u00d7 {number(step.f, 3)}", 14, "b mid ink-f"),
            text(355, 27, f"kept: {_operation(step.f, chr(215), step.c_prev, kept)}", 12.5, "mid"),
            text(670, 27, _operation(kept, "+", written, step.c), 12.5, "mid"),
        )
    )


def _operation(a: float, sign: str, b: float, result: float) -> str:
    """Write `a sign b = result`; a negative number behind the sign stands in brackets."""
    second = f"({number(b, 3)})" if b < -0.0005 else number(b, 3)
    return f"{number(a, 3)} {sign} {second} = {number(result, 3)}"


def _written(step: Step) -> str:
    """Draw the candidate rising through the input valve into the lane."""
    written = step.i * step.g
    product, result = _operation(step.i, "\u00d7", step.g, written).split(" = ")
    return "".join(
        (
            band(f"M{WRITE} {BOX_TOP}V{VALVE}", "g", step.g),
            band(f"M{WRITE} {VALVE}V{LANE + 11}", "g", written),
            valve(WRITE, VALVE, "i", PIPE_HALF, step.i, rising=True),
            text(WRITE - 22, VALVE + 18, f"\u00d7 {number(step.i, 3)}", 14, "b end ink-i"),
            text(WRITE + 20, 88, product, 12.5),
            text(WRITE + 20, 104, f"= {result} written", 12.5),
        )
    )


def _shown(step: Step) -> str:
    """Draw the memory coming down through tanh and the output valve, and leaving as h."""
    squashed, edge = tanh(step.c), LANE + lane_width(step.c) / 2
    box = {"x": SHOW - 24.0, "y": 78.0, "width": 48.0, "height": 22.0, "rx": 10}
    return "".join(
        (
            band(f"M{SHOW} {coordinate(edge)}V88", "c", squashed),
            band(f"M{SHOW} 88V{VALVE}", "c", squashed),
            band(f"M{SHOW} {VALVE}V{TURN}H880", "h", step.h),
            valve(SHOW, VALVE, "o", PIPE_HALF, step.o, rising=True),
            shape("rect", "paper", **box),
            shape("rect", "ink", stroke_width=1.2, **box),
            text(SHOW, 93, "tanh", 12.5, "mid"),
            text(SHOW + 30, 94, f"= {number(squashed, 3)}", 12.5),
            text(SHOW - 22, VALVE + 18, f"\u00d7 {number(step.o, 3)}", 14, "b end ink-o"),
            chip(784, TURN, "h", step.h),
        )
    )


def _arriving(step: Step) -> str:
    """Write the two numbers that come in."""
    return "".join(
        text(4, y + 5, f"{name} = {number(value, 3)}", 14, f"b ink-{name}")
        for name, value, y in (("h", step.h_prev, H_WIRE), ("x", step.x, X_WIRE))
    )


def _sum(gate: str, step: Step, weights: tuple[float, float, float]) -> str:
    """Write the three parts of a gate's sum and the value it comes to."""
    w_h, w_x, b = weights
    right, value = CENTER[gate] + BOX_W / 2 - 8, getattr(step, gate)
    products = ((w_h, step.h_prev), (w_x, step.x))
    z = sum(weight * arriving for weight, arriving in products) + b
    lines = [
        text(right - 58, BOX_TOP + 40 + 15 * k, f"{number(w)} \u00d7 {number(v)}", 12.5, "end")
        for k, (w, v) in enumerate(products)
    ]
    results = [number(w * v) for w, v in products] + [number(b)]
    lines += [
        text(right, BOX_TOP + 40 + 15 * k, words, 12.5, "end") for k, words in enumerate(results)
    ]
    total = f"{SQUASH[gate]}({number(z)}) = {number(value, 3)}"
    return "".join((_gauge(gate, value), *lines, text(right, BOX_TOP + 90, total, 12.5, "end")))


def _gauge(gate: str, value: float) -> str:
    """Fill a gate's head as far as its value goes, from the right when it is below zero."""
    left, full = CENTER[gate] - BOX_W / 2, abs(value) * BOX_W
    start = left if value >= 0 else left + BOX_W - full
    fill = rect(start, BOX_TOP + 1, full, HEAD - 1, f"fill-{gate}", opacity=0.25)
    return fill + text(left + BOX_W - 8, BOX_TOP + 19, number(value, 3), 16, "b end")
