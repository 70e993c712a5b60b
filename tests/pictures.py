"""What the tests read off a picture: its texts and where they stand."""

import re
import xml.etree.ElementTree as ET
from html import unescape

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    """Return every text in an SVG, in order; fails when the SVG is not well formed."""
    return ["".join(node.itertext()) for node in ET.fromstring(picture).iter(f"{SVG}text")]


def sheets(explorer) -> dict[str, str]:
    """Return what an explorer has sent to the browser: what stays, and what moves with words."""
    return {"still": explorer._still.value, "moves": explorer._moves.value}


def says(explorer) -> str:
    """Return what the learner reads below the picture."""
    return unescape(re.search(r'<div class="lstm-\w+">(.*)</div>$', explorer._moves.value)[1])


def boxes(picture: str) -> list[tuple[str, float, float, float, float]]:
    """Return (words, left, top, right, bottom) of every text, its width estimated generously."""
    return list(_walk(ET.fromstring(picture), 0.0, 0.0))


def overlaps(picture: str) -> list[tuple[str, str]]:
    """Return the pairs of texts that stand on each other."""
    found, places = [], boxes(picture)
    for k, (words, left, top, right, bottom) in enumerate(places):
        for other, left2, top2, right2, bottom2 in places[k + 1 :]:
            if left < right2 and left2 < right and top < bottom2 and top2 < bottom:
                found.append((words, other))
    return found


def outside(picture: str) -> list[str]:
    """Return the texts that leave the picture."""
    root = ET.fromstring(picture)
    width, height = float(root.get("width")), float(root.get("height"))
    return [
        words
        for words, left, top, right, bottom in boxes(picture)
        if left < 0 or top < 0 or right > width or bottom > height
    ]


def _walk(node, dx, dy):
    """Yield the boxes of the texts below a node, moved by the groups they stand in."""
    if move := re.match(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", node.get("transform", "")):
        dx, dy = dx + float(move[1]), dy + float(move[2])
    if node.tag == f"{SVG}text":
        yield _box(node, dx, dy)
    for child in node:
        yield from _walk(child, dx, dy)


def _box(node, dx, dy):
    words, size = "".join(node.itertext()), float(node.get("font-size"))
    classes = (node.get("class") or "").split()
    width = (
        sum(_WIDTHS.get(letter, 0.6) for letter in words) * size * (1.1 if "b" in classes else 1)
    )
    x, y = float(node.get("x")) + dx, float(node.get("y")) + dy
    left = x - width * (1 if "end" in classes else 0.5 if "mid" in classes else 0)
    return words, left, y - 0.72 * size, left + width, y + 0.1 * size


# Widths in DejaVu Sans, the widest of the usual fonts; other letters count as 0.6.
_WIDTHS = dict.fromkeys("0123456789", 0.636) | dict.fromkeys("ijlI.,:'|() ", 0.34) | {
    "=": 0.84, "\u2212": 0.84, "+": 0.84, "\u00d7": 0.84, "m": 0.97, "w": 0.82,
}  # fmt: skip
