"""The still picture at the top of chapter 11: two ways back through one step, and how far one goes.

The way along the cell's lane multiplies by the forget gate and by nothing else. So with a gate
that stands still, the share that comes n steps back is f to the power of n.
"""

from math import log10

from lstm_lib.drawing.marks import LEFT as BACK
from lstm_lib.drawing.marks import UP, arrow
from lstm_lib.drawing.svg import document, line, polyline, rect, text
from lstm_lib.scalar import sigmoid

LEFT, RIGHT, TOP, BOTTOM = 470.0, 800.0, 52.0, 262.0  # the frame of the chart
LONGEST, LOWEST = 3, -6  # powers of ten: steps back, share that arrives
GATES = {"b = 0": sigmoid(0.0), "b = 1": sigmoid(1.0), "b = 3": sigmoid(3.0)}
DASHES = {"b = 0": "2 4", "b = 1": "7 4", "b = 3": "12 4 2 4", "chrono": "none"}
CHRONO = 0.999  # the longest span of the rule at T = 1000: 999 / (1 + 999)
SHARES = ((0, "1"), (-2, "1/100"), (-4, "10⁻⁴"), (-6, "10⁻⁶"))


def lanes() -> str:
    """Draw how a gradient goes one step back, and what is left of it after 1 to 1,000 steps."""
    return document(
        (840, 310),
        (_step(), _frame(), _curves()),
        "Left: one step back from c at step t to c at step t minus 1. Along the lane the gradient "
        "is multiplied by the forget gate f; a second way leads around, through the gates, h and "
        "their weights. Right: what is left along the lane after n steps, both axes logarithmic. "
        "With forget bias 0 a millionth is left after 20 steps, with bias 1 after 44, with bias 3 "
        "after 284; with the longest span of the chrono rule a third is left after 1,000.",
    )


def _step() -> str:
    """Draw the lane from c_t to c_{t-1} with its valve, and the way around under it."""
    title = text(16, 26, "one step back: two ways", 14, "b")
    return title + _lane(100.0) + _around(100.0, 218.0)


def _lane(y: float) -> str:
    """Draw the lane at height `y`, from right to left through the forget gate's valve."""
    pieces = [
        line(80, y, 320, y, "c", stroke_width=12, opacity=0.35),
        line(320, y, 96, y, "c", stroke_width=2.5),
        arrow(84, y, "fill-c", BACK, 12),
        rect(176, y - 22, 48, 44, "paper", rx=8),
        rect(176, y - 22, 48, 44, "f", rx=8, stroke_width=2.5),
        text(200, y + 6, "× f", 17, "mid b ink-f"),
        text(200, y - 34, "the lane: the forget gate, nothing else", 12.5, "mid soft"),
        text(328, y + 5, "dL/dc", 15, "b it ink-c") + text(378, y + 10, "t", 12, "it ink-c"),
        text(4, y + 5, "dL/dc", 15, "b it ink-c") + text(57, y + 10, "t−1", 12, "it ink-c"),
    ]
    return "".join(pieces)


def _around(y: float, low: float) -> str:
    """Draw the way around, from the lane at `y` down to the gates at `low`, and up again."""
    pieces = [
        line(300, y + 8, 300, low, "h", stroke_width=2),
        line(300, low, 292, low, "h", stroke_width=2),
        arrow(281, low, "fill-h", BACK, 12),
        rect(120, low - 26, 160, 52, "panel", rx=8),
        rect(120, low - 26, 160, 52, "ink", rx=8, stroke_width=1.5),
        text(200, low - 5, "gates i, f, g, o", 13, "mid b"),
        text(200, low + 14, "their slopes and weights", 12, "mid soft"),
        line(120, low, 100, low, "h", stroke_width=2),
        line(100, low, 100, y + 20, "h", stroke_width=2),
        arrow(100, y + 8, "fill-h", UP),
        text(92, low - 40, "h", 15, "end b it ink-h"),
        text(200, low + 46, "the way around: all that a vanilla network has", 12.5, "mid soft"),
    ]
    return "".join(pieces)


def _frame() -> str:
    """Draw the frame of the chart, its scales and its title."""
    pieces = [
        text(LEFT - 40, 26, "along the lane: what is left n steps back", 14, "b"),
        rect(LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, "line"),
        text((LEFT + RIGHT) / 2, BOTTOM + 36, "n, steps back", 12, "mid soft"),
    ]
    for power, label in SHARES:
        pieces.append(line(LEFT, _up(power), RIGHT, _up(power), "line", opacity=0.6))
        pieces.append(text(LEFT - 6, _up(power) + 4, label, 12, "end soft"))
    for power in range(LONGEST + 1):
        x = _across(10**power)
        pieces.append(line(x, BOTTOM, x, BOTTOM + 5))
        pieces.append(text(x, BOTTOM + 18, f"{10**power:,}", 12, "mid soft"))
    return "".join(pieces)


def _curves() -> str:
    """Draw the share of each gate, and its name where the curve is steep."""
    pieces = []
    for name, f in (GATES | {"chrono": CHRONO}).items():
        points = [(_across(n), _up(n * log10(f))) for n in _steps(f)]
        pieces.append(polyline(points, "f", 2.5, stroke_dasharray=DASHES[name]))
    for name, f in GATES.items():
        x, first = _across(-3 / log10(f)), name == "b = 0"  # the first curve is named on its left
        place = (x - 12, _up(-3) + 18) if first else (x + 8, _up(-3) + 6)
        pieces.append(text(*place, name, 13, "b ink-f end" if first else "b ink-f"))
    x, y = _across(600), _up(1000 * log10(CHRONO))
    return "".join((*pieces, text(x, y + 20, "chrono rule", 13, "end b ink-f")))


def _steps(f: float) -> list[float]:
    """Return steps from 1 to 1,000, evenly spread on their axis, as far as the share shows."""
    last = min(LONGEST, log10(LOWEST / log10(f)))
    return [10 ** (last * k / 60) for k in range(61)]


def _across(steps: float) -> float:
    return LEFT + (RIGHT - LEFT) * log10(steps) / LONGEST


def _up(power: float) -> float:
    """Return the height of a share, given as a power of ten."""
    return TOP + (BOTTOM - TOP) * power / LOWEST


PICTURES = {"gradient_flow.svg": lanes}
