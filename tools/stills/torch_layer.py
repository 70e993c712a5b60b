"""The still picture at the top of chapter 7: what torch.nn.LSTM holds, and how layers stack."""

from lstm_lib.drawing.marks import UP, arrow
from lstm_lib.drawing.svg import document, line, rect, text
from lstm_lib.notation import GATES, NAMES

INPUT_SIZE, HIDDEN_SIZE = 2, 3
CELL, TOP = 14, 62  # side of one number, upper edge of the arrays


def torch_layer() -> str:
    """Draw the four arrays of one layer with their gates, and four such sets in a deep layer."""
    return document(
        (840, 310),
        (_arrays(), _deep()),
        "Left: one layer of torch.nn.LSTM with 2 inputs and 3 units. weight_ih_l0 times x plus "
        "bias_ih_l0 plus weight_hh_l0 times h plus bias_hh_l0 is the sum z; all have twelve rows, "
        "three each for i, f, g and o. Right: with two layers and two directions there are four "
        "such sets, named l0, l0_reverse, l1 and l1_reverse.",
    )


def _arrays() -> str:
    """Draw z = W_ih x + b_ih + W_hh h + b_hh, every array cut into its four gates."""
    pieces = [text(20, 26, "one layer: four arrays, and in each the rows of i, f, g, o", 14, "b")]
    for k, name in enumerate(GATES):
        y = TOP + (k + 0.5) * HIDDEN_SIZE * CELL + 5
        pieces += [
            text(20, y, name, 17, f"b it ink-{name}"),
            text(36, y, NAMES[name], 12.5, "soft"),
        ]
    pieces += [_array(160, INPUT_SIZE, "weight_ih_l0"), _vector(194, INPUT_SIZE, "x")]
    pieces += [_array(262, 1, "bias_ih_l0"), _array(356, HIDDEN_SIZE, "weight_hh_l0")]
    pieces += [_vector(396, HIDDEN_SIZE, "h"), _array(464, 1, "bias_hh_l0"), _array(528, 1, "z")]
    middle = TOP + 2 * HIDDEN_SIZE * CELL + 6
    places = ((232, "+"), (305, "+"), (433, "+"), (499, "="))
    pieces += [text(x, middle, sign, 18, "mid b") for x, sign in places]
    return "".join(pieces)


def _array(x: float, columns: int, name: str) -> str:
    """Draw one array around `x`: twelve rows, three in each gate's colour, and its name."""
    left, width, height = x - columns * CELL / 2, columns * CELL, HIDDEN_SIZE * CELL
    pieces = []
    for k, gate in enumerate(GATES):
        y = TOP + k * height
        pieces.append(rect(left, y, width, height, f"fill-{gate}", fill_opacity=0.32))
        pieces += [
            line(left, y + n * CELL, left + width, y + n * CELL, "line") for n in (1, 2)
        ]  # between units
        pieces += [
            line(left + n * CELL, y, left + n * CELL, y + height, "line") for n in range(1, columns)
        ]
        pieces.append(rect(left, y, width, height, gate, stroke_width=2))
    rows = f"({4 * HIDDEN_SIZE}, {columns})" if columns > 1 else f"({4 * HIDDEN_SIZE},)"
    below = TOP + 4 * height
    names = (text(x, below + 20, name, 13, "b mid"), text(x, below + 37, rows, 12, "mid soft"))
    return "".join((*pieces, *names))


def _vector(x: float, size: int, name: str) -> str:
    """Draw what an array is multiplied with, standing beside its middle."""
    top = TOP + 2 * HIDDEN_SIZE * CELL - size * CELL / 2
    cells = (rect(x, top + k * CELL, CELL, CELL, name, stroke_width=2) for k in range(size))
    return text(x + CELL / 2, top - 7, name, 15, f"b it mid ink-{name}") + "".join(cells)


def _deep() -> str:
    """Draw two layers in two directions: which set reads what."""
    left, right = 640, 760
    pieces = [
        line(563, 14, 563, 296, "line"),
        text(585, 26, "two layers, two directions", 14, "b"),
        text(700, 74, "outputs", 14, "mid b it ink-h"),
        text(700, 288, "x", 16, "mid b it ink-x"),
    ]
    for layer, y in ((1, 112), (0, 204)):
        for x, suffix in ((left, ""), (right, "_reverse")):
            pieces.append(_set(x, y, f"_l{layer}{suffix}", reverse=bool(suffix)))
    for x in (left, right):
        pieces += [_up(700, 270, x, 250, "x"), _up(x, 112, 700, 82, "h")]
        pieces += [_up(x, 204, to, 158, "h") for to in (left, right)]
    return "".join(pieces)


def _set(x: float, y: float, suffix: str, reverse: bool) -> str:
    """Draw one set of four arrays as a box, with the way in which it reads."""
    way = "← from the end" if reverse else "from the start →"
    return "".join(
        (
            rect(x - 54, y, 108, 44, "panel", rx=8),
            rect(x - 54, y, 108, 44, "ink", rx=8, stroke_width=1.5),
            text(x, y + 19, suffix, 13.5, "b mid"),
            text(x, y + 36, way, 11.5, "mid soft"),
        )
    )


def _up(x1: float, y1: float, x2: float, y2: float, name: str) -> str:
    """Draw a wire that goes up, with an arrow's head."""
    head = arrow(x2, y2, f"fill-{name}", UP, 8, 4)
    return line(x1, y1, x2, y2 + 6, name, stroke_width=2) + head


PICTURES = {"torch_layer.svg": torch_layer}
