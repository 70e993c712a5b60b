"""The still picture at the top of chapter 10: a closed LSTM, and the memory that counts in it."""

from collections.abc import Sequence

from lstm_lib.course.networks.counter import counter
from lstm_lib.course.tasks.counting import counting
from lstm_lib.drawing.charts import Chart
from lstm_lib.drawing.marks import UP, arrow
from lstm_lib.drawing.svg import document, line, number, polyline, rect, shape, text
from lstm_lib.notation import GATES
from lstm_lib.trace import Clamp, trace
from tools.stills.chapters import ARROW, INK

BOX = (30, 96, 170, 112)  # x, y, width and height of the closed layer


def counting_cell() -> str:
    """Draw the memory of the stored counter over a^8 b^8, untouched and with a leak."""
    model, x = counter(), counting([8]).x  # (1, 17, 3)
    runs = trace(model, x), trace(model, x, clamp=Clamp("f", 0.9, units=1))
    memories = (run[0].select(unit=1).c for run in runs)
    return looking_inside("T" + "a" * 8 + "b" * 8, *memories)


def looking_inside(symbols: str, untouched: Sequence[float], held: Sequence[float]) -> str:
    """Draw nn.LSTM as a closed box, and beside it a memory that counts, with and without a clamp.

    Args:
        symbols: what the network reads, one symbol a step.
        untouched: the memory of the unit that counts, after each step.
        held: the same with its forget gate held at 0.9.
    """
    top, bottom = max(untouched), held[-1]
    return document(
        (860, 310),
        (_closed(), _opening(), _opened(symbols, untouched, held)),
        "Left: nn.LSTM as a closed box. Symbols go in and h comes out; i, f, g, o and c stay "
        "inside. Right: opened by trace, the memory c of one unit while the network reads "
        f"{symbols}. It climbs by one with every a, to {number(top)}, and comes down by one with "
        f"every b. With the forget gate held at 0.9 it ends at {number(bottom)}.",
    )


def _closed() -> str:
    """Draw the box: what goes in, what comes out, and what nobody sees."""
    x, y, width, height = BOX
    middle, centre = y + height / 2, x + width / 2
    hidden = (
        text(x + 33 + 26 * k, middle + 26, name, 18, f"mid b it ink-{name}")
        for k, name in enumerate((*GATES, "c"))
    )
    return "".join(
        (
            text(x, 40, "nn.LSTM", 15, "b"),
            text(x, 60, "shows h, and the last c", 12.5, "soft"),
            rect(x, y, width, height, "panel", rx=10),
            rect(x, y, width, height, "ink", rx=10, stroke_width=2),
            text(centre, middle - 12, "inside, at every step", 13, "mid soft"),
            *hidden,
            line(centre, y + height + 46, centre, y + height + 8, "x", stroke_width=2),
            arrow(centre, y + height + 3, "fill-x", UP),
            text(centre + 12, y + height + 36, "x: a, b or T", 13.5, "b ink-x"),
            line(x + width, middle, x + width + 34, middle, "h", stroke_width=4),
            arrow(x + width + 41, middle, "fill-h"),
            text(x + width + 20, middle - 12, "h", 17, "mid b it ink-h"),
        )
    )


def _opening() -> str:
    """Draw the way from the box to the chart."""
    x, y, width, _ = BOX
    start, end = (x + width - 34, y - 4), (x + width + 92, 84)
    bend = f"Q{start[0] + 20} {end[1] - 6} {end[0] - ARROW} {end[1]}"
    way = shape("path", "ink", d=f"M{start[0]} {start[1]} {bend}", stroke_width=2)
    head = shape("polygon", style=INK, points=_head(*end))
    return way + head + text(end[0] - 6, end[1] - 14, "trace", 14, "b end")


def _head(x: float, y: float) -> str:
    """Return the corners of an arrow's head with its tip at (x, y)."""
    return f"{x:g},{y:g} {x - ARROW:g},{y - 5:g} {x - ARROW:g},{y + 5:g}"


def _opened(symbols: str, untouched: Sequence[float], held: Sequence[float]) -> str:
    """Draw both memories over the symbols."""
    steps = len(symbols)
    low, high = min(*held, *untouched) - 0.6, max(untouched) + 1.0
    chart = Chart(
        330, 62, 390, 190, steps=steps, low=low, high=high, ticks=((0, "0"), (4, "4"), (8, "8"))
    )
    letters = (text(chart.across(t), 274, symbol, 15, "mid b") for t, symbol in enumerate(symbols))
    pieces = [chart.frame("memory c of one unit"), *letters]
    pieces.append(text(chart.x + chart.w / 2, 300, "what it reads, step by step", 12.5, "mid soft"))
    pieces.append(_memory(chart, held, dashed=True) + _memory(chart, untouched))
    ends = ((untouched, "untouched", "it has counted"), (held, "f held at 0.9", "it has leaked"))
    for values, name, words in ends:
        y = chart.up(values[-1])
        pieces += [text(732, y - 2, name, 13.5, "b ink-c"), text(732, y + 15, words, 12.5, "soft")]
    return "".join(pieces)


def _memory(chart: Chart, values: Sequence[float], dashed: bool = False) -> str:
    """Draw one memory: a line with a dot at every step, hollow if it is dashed."""
    points = chart.points(values)
    style = {"stroke_dasharray": "5 4"} if dashed else {}
    drawn = polyline(points, "c", 2.5, **style)
    for x, y in points:
        drawn += shape("circle", "paper" if dashed else "fill-c", cx=x, cy=y, r=4)
        drawn += shape("circle", "c", cx=x, cy=y, r=4, stroke_width=1.5)
    return drawn


PICTURES = {"looking_inside.svg": counting_cell}
