"""Flows and the valves in them: what the pictures of the cell and of its gates are built from."""

from lstm_lib.drawing.svg import path, rect

PLATE = 14  # length of a valve along the flow
Box = tuple[float, float, float, float]


def band(d: str, name: str, value: float, width: float) -> str:
    """Draw a flow along the path `d`, as wide as what it carries; below zero it is dashed."""
    style: dict[str, object] = {"stroke_dasharray": "7 4"} if value < 0 else {}
    return path(d, name, max(width, 1.5), **style)


def plates(x: float, y: float, half: float, share: float, rising: bool = False) -> list[Box]:
    """Return (x, y, width, height) of the two plates of a valve with its middle at (x, y).

    They leave open a share of the bed, which is 2 `half` wide; `rising`, the flow runs up or down.
    """
    plate = half * (1.0 - share)
    edges = (-half, half - plate)
    if rising:
        return [(x + edge, y - PLATE / 2, plate, PLATE) for edge in edges]
    return [(x - PLATE / 2, y + edge, PLATE, plate) for edge in edges]


def valve(x: float, y: float, gate: str, half: float, share: float, rising: bool = False) -> str:
    """Draw the plates of a valve in the colour of the gate that moves it."""
    return "".join(rect(*box, f"fill-{gate}") for box in plates(x, y, half, share, rising))


def housing(x: float, y: float, gate: str, half: float, rising: bool = False) -> str:
    """Draw the housing around a valve."""
    w, h = (2 * half + 6, PLATE + 6) if rising else (PLATE + 6, 2 * half + 6)
    return rect(x - w / 2, y - h / 2, w, h, gate, rx=4, stroke_width=1.5)
