"""Marks on a picture: markers of the quantities, ticks and crosses, the heads of arrows."""

from lstm_lib.drawing.svg import path, polygon, shape
from lstm_lib.notation import MARKERS, alike

LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)  # ways an arrow points
_CORNERS: dict[str, list[tuple[float, float]]] = {
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
    "triangle": [(0, -1.2), (1.2, 1), (-1.2, 1)],
    "wedge": [(0, 1.2), (1.2, -1), (-1.2, -1)],
}


def marker(name: str, x: float, y: float, r: float = 4) -> str:
    """Draw the marker of one quantity: colour is never the only difference."""
    return mark(MARKERS.get(alike(name), "square"), f"fill-{alike(name)}", x, y, r)


def mark(form: str, cls: str, x: float, y: float, r: float = 4) -> str:
    """Draw a mark of some form: circle, square, triangle, diamond or wedge."""
    if form == "circle":
        return shape("circle", cls, cx=float(x), cy=float(y), r=r)
    places = " ".join(f"{x + a * r:.1f},{y + b * r:.1f}" for a, b in _CORNERS[form])
    return shape("polygon", cls, points=places)


def tick(x: float, y: float, r: float) -> str:
    """Return the path of a tick around (x, y)."""
    return f"M{x - r:.1f} {y:.1f}l{0.7 * r:.1f} {0.8 * r:.1f}L{x + r:.1f} {y - 0.9 * r:.1f}"


def cross(x: float, y: float, r: float) -> str:
    """Return the path of a cross around (x, y)."""
    across = f"{2 * r:.1f}"
    return f"M{x - r:.1f} {y - r:.1f}l{across} {across}m0 -{across}l-{across} {across}"


def verdict(x: float, y: float, is_right: bool) -> str:
    """Draw a tick or a cross at (x, y): right or wrong, by shape and colour."""
    form, cls = (tick, "i") if is_right else (cross, "c")
    return path(form(x, y, 5), cls, 2.4)


def arrow(
    x: float, y: float, cls: str, way: tuple[int, int] = RIGHT, length: float = 7, half: float = 5
) -> str:
    """Draw the head of an arrow, its tip at (x, y), `half` as wide to either side."""
    (dx, dy), sides = way, (-half, half)
    feet = [(x - length * dx + s * abs(dy), y - length * dy + s * abs(dx)) for s in sides]
    return polygon([(x, y), *feet], cls)
