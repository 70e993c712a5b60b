"""The picture of chapter 5: four gates as one product, cut in four afterwards."""

from lstm_lib.drawing.svg import document, group, line, rect, shape, text
from lstm_lib.notation import GATES, NAMES, SQUASH

CELL, GAP, UNITS, INPUTS = 18.0, 8.0, 3, 2
TOP, PITCH = 58.0, UNITS * CELL + GAP  # from one gate's rows to the next gate's
MIDDLE = TOP + 2 * PITCH - GAP / 2  # half way down the stack


def fused() -> str:
    """Draw z = W x + U h + b for two inputs and three units, and the cut into i, f, g, o."""
    pieces = (
        *(_gate_rows(name, k) for k, name in enumerate(GATES)),
        _stack_title(134, "W", f"{4 * UNITS} × {INPUTS}"),
        _column(193, INPUTS, "x", "x", "x", f"{INPUTS}"),
        _stack_title(275, "U", f"{4 * UNITS} × {UNITS}"),
        _column(343, UNITS, "h", "h", "h", f"{UNITS}"),
        _stack_title(409, "b", f"{4 * UNITS}"),
        _stack_title(489, "z", f"{4 * UNITS}"),
        *(_sign(x, sign) for x, sign in ((169, "·"), (225, "+"), (319, "·"), (379, "+"))),
        _sign(449, "="),
        text(586, 40, "cut in four", 14, "b mid"),
        text(400, 346, "two inputs, three units; h comes from the step before", 13.5, "mid soft"),
    )  # fmt: skip
    return document(
        (800, 360),
        pieces,
        "The four gates of three units as one product. W has 12 rows and 2 columns, U 12 rows and "
        "3 columns, b 12 numbers; W times x plus U times h plus b gives z with 12 numbers. Its "
        "first 3 go through a sigmoid and are the input gates, the next 3 the forget gates, the "
        "next 3 through tanh the candidates, the last 3 the output gates.",
    )


def _gate_rows(name: str, place: int) -> str:
    """Draw one gate's rows of W, U, b and z, and what becomes of them."""
    y = TOP + place * PITCH
    half = y + UNITS * CELL / 2
    blocks = ((116, INPUTS, 0.3), (248, UNITS, 0.3), (400, 1, 0.3), (480, 1, 0.75))
    return group(
        (
            text(102, half + 5, NAMES[name], 13.5, f"b end ink-{name}"),
            *(_block(x, y, columns, name, share) for x, columns, share in blocks),
            line(506, half, 560, half, name, stroke_width=2.5),
            rect(560, half - 15, 52, 30, "paper", rx=8),
            rect(560, half - 15, 52, 30, name, rx=8, stroke_width=2),
            text(586, half + 5, SQUASH[name], 14, "mid"),
            line(612, half, 660, half, name, stroke_width=2.5),
            _block(664, y, 1, name, 0.75),
            text(696, half + 5, name, 17, f"b it ink-{name}"),
            text(714, half + 5, f"{UNITS} numbers", 12.5, "soft"),
        )
    )


def _block(x: float, y: float, columns: int, name: str, share: float) -> str:
    """Draw the cells of `columns` columns, one row per unit, shaded in the gate's colour."""
    width, height = columns * CELL, UNITS * CELL
    inner = [line(x + k * CELL, y, x + k * CELL, y + height) for k in range(1, columns)]
    inner += [line(x, y + k * CELL, x + width, y + k * CELL) for k in range(1, UNITS)]
    fill = rect(x, y, width, height, f"fill-{name}", opacity=share)
    return "".join((fill, *inner, rect(x, y, width, height, name, stroke_width=1.5)))


def _column(x: float, count: int, name: str, symbol: str, words: str, size: str) -> str:
    """Draw a vector as a column of cells half way down, its name above and its size below."""
    y = MIDDLE - count * CELL / 2
    cells = (rect(x - CELL / 2, y + k * CELL, CELL, CELL, symbol) for k in range(count))
    return "".join(
        (
            rect(x - CELL / 2, y, CELL, count * CELL, f"fill-{symbol}", opacity=0.35),
            *cells,
            text(x, y - 10, words, 14, f"b it mid ink-{name}"),
            text(x, y + count * CELL + 20, size, 12.5, "mid soft"),
        )
    )


def _stack_title(x: float, name: str, size: str) -> str:
    """Write the name over a stack of four gates, and its size under it."""
    bottom = TOP + 4 * PITCH - GAP
    return text(x, 40, name, 16, "b it mid") + text(x, bottom + 19, size, 12.5, "mid soft")


def _sign(x: float, sign: str) -> str:
    """Write a sign of the equation half way down."""
    if sign == "·":
        return shape("circle", "fill-x", cx=float(x), cy=MIDDLE, r=3)
    return text(x, MIDDLE + 7, sign, 20, "mid")


PICTURES = {"fused.svg": fused}
