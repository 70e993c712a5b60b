"""SVG as text: the few shapes and the style every picture of the course shares.

Every function but the last returns a piece of SVG. Coordinates are in the picture's own units and
are written with one decimal, so that the same numbers always give the same text.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from lstm_lib.notation import COLORS, INKS, LEFT_TO_RIGHT, STATES

FONT = "system-ui,-apple-system,Segoe UI,Helvetica,Arial,sans-serif"


_STYLED = (*LEFT_TO_RIGHT, *STATES, "x")


def _inks(paper: int) -> str:
    """Define the colours of words on light (0) or dark (1) paper."""
    return "".join(f"--{name}-ink:{INKS[name][paper]};" for name in _STYLED)


STYLE = (
    "<style>"
    f".lstm{{{_inks(0)}"
    "--paper:var(--jp-layout-color0,#fff);--ink:var(--jp-content-font-color1,#1b1b1b);"
    "--soft:var(--jp-content-font-color2,#5a5a5a);--line:var(--jp-border-color1,#c4c4c4);"
    "--panel:var(--jp-layout-color2,#f3f4f6);--now:#fdf0cd}"
    f"[data-jp-theme-light=false] .lstm{{{_inks(1)}--now:#4a4023}}"
    f".lstm text{{font-family:{FONT};font-variant-numeric:tabular-nums;fill:var(--ink)}}"
    ".lstm .soft{fill:var(--soft)}.lstm .b{font-weight:650}.lstm .it{font-style:italic}"
    ".lstm .mid{text-anchor:middle}.lstm .end{text-anchor:end}"
    ".lstm .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}"
    + "".join(
        f".lstm .{name}{{stroke:{COLORS[name]};fill:none}}.lstm .fill-{name}{{fill:{COLORS[name]}}}"
        f".lstm .ink-{name}{{fill:var(--{name}-ink)}}"
        for name in _STYLED
    )
    + ".lstm .line{stroke:var(--line);fill:none}.lstm .ink{stroke:var(--ink);fill:none}"
    ".lstm .paper{fill:var(--paper)}.lstm .panel{fill:var(--panel)}.lstm .now{fill:var(--now)}"
    "</style>"
)

# For a picture in an <img>: the page's colours do not reach it, but whether the page is dark does.
DARK = (
    f"@media (prefers-color-scheme:dark){{.lstm{{{_inks(1)}--now:#4a4023;"
    "--paper:#111;--ink:#fff;--soft:#b3b3b3;--line:#616161;--panel:#424242}}"
)


def number(value: float, decimals: int = 2) -> str:
    """Return `value` rounded for people: a real minus sign, and never a minus zero."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "\N{MINUS SIGN}")


def bracketed(value: float, decimals: int = 2) -> str:
    """Return `value` as it may stand behind a sign: below zero in brackets."""
    words = number(value, decimals)
    return f"({words})" if words.startswith("\N{MINUS SIGN}") else words


def power_of_ten(value: float, decimals: int = 1) -> str:
    """Return `value` as a number from 1 to 10 times a power of ten, e.g. 9.5·10⁻⁴."""
    digits, power = f"{value:.{decimals}e}".split("e")
    superscripts = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return f"{number(float(digits), decimals)}·10{str(int(power)).translate(superscripts)}"


def scientific(value: float, decimals: int = 4) -> str:
    """Return `value` with some decimals, or as a power of ten where they would hide it."""
    return number(value, decimals) if value == 0 or abs(value) >= 0.001 else power_of_ten(value)


def short(value: float) -> str:
    """Write the end of a scale with no more digits than it has."""
    if abs(value) >= 1e6:
        return power_of_ten(value, 0)
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def coordinate(value: float) -> str:
    """Return `value` with at most one decimal."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _attributes(attributes: dict[str, object]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
    )


def _value(value: object) -> str:
    return coordinate(value) if isinstance(value, float) else escape(str(value))


def breadth(words: str, size: float) -> float:
    """Return about how broad words are, rather too much than too little."""
    return size * sum(0.98 if letter in "mwMW@%" else 0.64 for letter in words)


def text(x: float, y: float, words: str, size: float = 12, cls: str = "", **more: object) -> str:
    """Write `words` with their baseline at (x, y)."""
    given = {"class_": cls} if cls else {}
    place = {"x": float(x), "y": float(y), "font_size": size}
    return f"<text{_attributes(place | given | more)}>{escape(words)}</text>"


def shape(tag: str, cls: str = "", **attributes: object) -> str:
    """Draw any SVG element, e.g. `shape("circle", "fill-f", cx=1.0, cy=2.0, r=3)`."""
    given = {"class_": cls} if cls else {}
    return f"<{tag}{_attributes(given | attributes)}/>"


def line(x1: float, y1: float, x2: float, y2: float, cls: str = "line", **more: object) -> str:
    """Draw a straight line."""
    ends = {"x1": float(x1), "y1": float(y1), "x2": float(x2), "y2": float(y2)}
    return shape("line", cls, **ends, **more)


def rect(x: float, y: float, w: float, h: float, cls: str = "panel", **more: object) -> str:
    """Draw a rectangle; `rx` rounds its corners."""
    box = {"x": float(x), "y": float(y), "width": float(w), "height": float(h)}
    return shape("rect", cls, **box, **more)


def circle(x: float, y: float, r: float, cls: str, **more: object) -> str:
    """Draw a circle."""
    return shape("circle", cls, cx=float(x), cy=float(y), r=r, **more)


def dot(x: float, y: float, size: float, cls: str) -> str:
    """Draw a dot in the colour of a line, `size` wide."""
    return line(x, y, x, y, cls, stroke_width=size, stroke_linecap="round")


def path(d: str, cls: str, width: float = 2, **more: object) -> str:
    """Draw a path."""
    return shape("path", cls, d=d, stroke_width=width, **more)


def polyline(
    points: Iterable[tuple[float, float]], cls: str, width: float = 2, **more: object
) -> str:
    """Draw straight lines from point to point."""
    return shape("polyline", cls, points=_places(points), stroke_width=width, **more)


def polygon(points: Iterable[tuple[float, float]], cls: str, **more: object) -> str:
    """Fill the surface between points."""
    return shape("polygon", cls, points=_places(points), **more)


def _places(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{coordinate(x)},{coordinate(y)}" for x, y in points)


def group(pieces: Iterable[str], **attributes: object) -> str:
    """Put pieces together, e.g. under one `transform`."""
    return f"<g{_attributes(attributes)}>{''.join(pieces)}</g>"


def layer(size: tuple[int, int], body: str) -> str:
    """Return one see-through sheet of a live picture; its numbers are read from the text beside."""
    width, height = size
    return f'<svg class="lstm" viewBox="0 0 {width} {height}" aria-hidden="true">{body}</svg>'


def document(size: tuple[int, int], bodies: Iterable[str], label: str, style: str = "") -> str:
    """Return a whole SVG that stands on its own; `label` says in words what it shows.

    `style` is a style sheet of its own, e.g. for a picture that moves.
    """
    own = f"<style>{style}</style>" if style else ""
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lstm" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{escape(label)}">{STYLE}{own}'
        f'<rect class="paper" width="{width}" height="{height}"/>{"".join(bodies)}</svg>'
    )


def image(drawn: str, words: str) -> str:
    """Return an `<img>` of a whole SVG, with words for those who do not see it.

    JupyterLab 4.6 and nbconvert show an SVG output without alternative text, and JupyterLab not at
    all in a notebook that is not trusted. An `<img>` they show with both.
    """
    source = f"data:image/svg+xml,{quote(drawn, safe=' /:;,=()!*')}"
    return f'<img alt="{escape(words)}" src="{source}" style="max-width: 100%">'
