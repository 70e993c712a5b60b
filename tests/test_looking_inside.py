"""The picture at the top of chapter 10: a closed layer, and the memory that counts in it."""

import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from tests.pictures import SVG, texts
from tools.stills.looking_inside import counting_cell, looking_inside

DRAWN = looking_inside("Taab", (0.0, 1.0, 2.0, 1.0), (0.0, 0.9, 1.5, -0.5))


def lines(picture):
    """Return the heights of the points of every line, and whether it is dashed."""
    found = ElementTree.fromstring(picture).iter(f"{SVG}polyline")
    return [
        ([float(pair.split(",")[1]) for pair in line.get("points").split()],
         line.get("stroke-dasharray") is not None)
        for line in found
    ]  # fmt: skip


def test_both_memories_are_drawn_on_one_scale_and_the_leaking_one_is_dashed():
    (held, is_dashed), (untouched, is_dashed_too) = lines(DRAWN)
    assert (is_dashed, is_dashed_too) == (True, False)
    unit = untouched[0] - untouched[1]  # how much higher 1 stands than 0
    assert unit > 0
    for memory, wanted in ((untouched, (0, 1, 2, 1)), (held, (0, 0.9, 1.5, -0.5))):
        assert [(untouched[0] - y) / unit for y in memory] == pytest.approx(wanted, abs=0.01)


def test_its_steps_carry_the_symbols_in_their_order():
    said = texts(DRAWN)
    start = said.index("T")
    assert said[start : start + 4] == ["T", "a", "a", "b"]
    assert {"i", "f", "g", "o", "c", "h"} <= set(said)


def test_the_stored_counter_climbs_by_one_a_symbol_and_leaks_when_it_is_held():
    drawn = counting_cell()
    (held, _), (untouched, _) = lines(drawn)
    steps = [p - q for p, q in pairwise(untouched)]
    assert len(untouched) == len(held) == 17
    assert [round(step / steps[0]) for step in steps] == [1] * 8 + [-1] * 8
    assert held[-1] > untouched[-1] + 2 * steps[0]  # lower in the picture
    assert re.search(r"by one with every a, to 7\.6\d", drawn)
