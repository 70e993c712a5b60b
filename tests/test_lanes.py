"""The picture of chapter 11: two ways back, and what is left along the lane."""

import re
from itertools import pairwise
from math import log10

import pytest

from lstm_lib.course.networks.adder import adder
from lstm_lib.course.tasks.adding import adding
from tests.pictures import texts
from tools.stills import lanes


def curves():
    """Return the points of each curve as (steps back, share as a power of ten), in its order."""
    found = []
    for points in re.findall(r'<polyline [^>]*points="([^"]*)"', lanes.lanes()):
        places = [tuple(map(float, place.split(","))) for place in points.split()]
        width, height = lanes.RIGHT - lanes.LEFT, lanes.BOTTOM - lanes.TOP
        found.append(
            [
                (10 ** (3 * (x - lanes.LEFT) / width), -6 * (y - lanes.TOP) / height)
                for x, y in places
            ]
        )
    return found


@pytest.mark.parametrize(
    ("k", "f"), list(enumerate((0.5, 0.7310586, 0.9525741, 0.999))), ids=["0", "1", "3", "chrono"]
)
def test_a_curve_is_f_to_the_power_of_the_steps(k, f):
    for steps, power in curves()[k]:
        assert power == pytest.approx(steps * log10(f), abs=0.03)


@pytest.mark.parametrize(("k", "steps"), [(0, 20), (1, 44), (2, 284)])
def test_a_millionth_is_left_where_the_words_say_so(k, steps):
    last, power = curves()[k][-1]
    assert (last, power) == (pytest.approx(steps, rel=0.02), pytest.approx(-6, abs=0.01))
    assert f" {steps}" in lanes.lanes()


def test_the_longest_span_keeps_a_third_after_a_thousand_steps():
    steps, power = curves()[3][-1]
    assert steps == pytest.approx(1000)
    assert 0.33 < 10**power < 0.38


def test_curves_fall_inside_the_frame_and_are_told_apart_without_colour():
    for curve in curves():
        assert all(a[1] >= b[1] for a, b in pairwise(curve))
        assert all(-6.01 <= power <= 0 for _, power in curve)
    dashes = re.findall(r'stroke-dasharray="([^"]*)"', lanes.lanes())
    assert len(set(dashes)) == 4
    assert {"b = 0", "b = 1", "b = 3", "chrono rule"} <= set(texts(lanes.lanes()))


def test_the_stored_adder_adds_as_chapter_11_says():
    import numpy as np

    model, shares = adder(), []
    for seq_len in (100, 200, 500):
        sums = adding(300, seq_len, seed=5)
        outputs, trace = model.forward(sums.x)
        shares.append(sums.correct(outputs[np.arange(300), sums.lengths - 1]).mean())
        i, marks = trace.i[:, :, 1], sums.x[:, :, 1] == 1  # unit 2
        assert i[marks].mean() > 0.2 > 10 * i[~marks].mean() - 0.2
    assert shares[0] == 1
    assert 0.3 < shares[1] < 0.6
    assert shares[2] == 0
    model.parameters["bias_out"][:] = 99
    assert adder().parameters["bias_out"][0] == 0.48
