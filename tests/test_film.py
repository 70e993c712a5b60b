"""A film in one SVG: its frames take turns without a gap, and stand still where that is asked."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from tools.stills.film import film

SECONDS = [1.3, 0.5, 0.5, 3.0]


@pytest.fixture
def drawn():
    frames = [(seconds, f"<text>frame {k}</text>") for k, seconds in enumerate(SECONDS)]
    return film((100, 50), "<rect/>", frames, "a label with < in it")


def shown(drawn, k):
    """Return from when to when, in percent of the film, frame `k` is to be seen."""
    rule = re.search(rf"@keyframes k{k}\{{((?:[^{{}}]*\{{[^{{}}]*\}})*)\}}", drawn)[1]
    marks = dict(re.findall(r"([\d.]+)%\{visibility:(\w+)\}", rule))
    (start,) = (float(at) for at, state in marks.items() if state == "visible")
    ends = [float(at) for at, state in marks.items() if state == "hidden" and float(at) > start]
    assert start == 0 or marks["0"] == "hidden"
    return start, min(ends, default=100.0)


def test_the_frames_tile_the_film_in_their_order(drawn):
    spans = [shown(drawn, k) for k in range(len(SECONDS))]
    assert spans[0][0] == 0
    assert spans[-1][1] == 100
    for (_, end), (start, _) in pairwise(spans):
        assert end == start
    shares = [(end - start) / 100 for start, end in spans]
    assert shares == pytest.approx([s / sum(SECONDS) for s in SECONDS], abs=2e-4)


def test_every_frame_follows_its_own_rule_and_the_film_starts_again(drawn):
    assert f".shot{{animation:{sum(SECONDS):g}s infinite step-end}}" in drawn
    groups = re.findall(r'<g class="shot s(\d)"><text>frame (\d)</text></g>', drawn)
    assert groups == [(str(k), str(k)) for k in range(len(SECONDS))]
    for k in range(len(SECONDS)):
        assert f".s{k}{{animation-name:k{k}!important}}" in drawn


def test_with_reduced_motion_the_last_frame_stands_still(drawn):
    rules = re.search(r"@media \(prefers-reduced-motion:reduce\)\{(.*?\})\}", drawn)[1]
    still = f".s{len(SECONDS) - 1}{{visibility:visible}}"
    assert rules == f".shot{{animation:none!important;visibility:hidden}}{still}"


def test_it_is_one_picture_with_words(drawn):
    root = ET.fromstring(drawn)
    assert (root.get("role"), root.get("aria-label")) == ("img", "a label with < in it")
    assert drawn.index("<rect/>") < drawn.index("frame 0")
