"""Where one hint of chapter 3 ends and the next begins."""

import pytest

from lstm_lib.course.checks import chapter_03, verdict
from lstm_lib.record import Trace


def corners(opened=(1.0, 1.0, 1.0), closed=(0.0, 0.0, 0.0)):
    """Return the six situations of the reset gate: price 0, then 1, with h = 0, -1 and 1."""
    places = ((price, h) for price in (0.0, 1.0) for h in (0.0, -1.0, 1.0))
    return dict(zip(places, opened + closed, strict=True))


@pytest.mark.parametrize(
    ("opened", "closed", "hint"),
    [
        ((0.991, 0.991, 0.991), (0.009, 0.009, 0.009), verdict.CORRECT),
        ((0.989, 1.0, 1.0), (0.0, 0.0, 0.0), "there the bias alone decides"),
        ((1.0, 0.989, 1.0), (0.0, 0.0, 0.0), "at price 0 and h = -1 the gate stands at 0.9890"),
        ((1.0, 1.0, 0.989), (0.0, 0.0, 0.0), "at price 0 and h = 1 the gate stands at 0.9890"),
        ((1.0, 1.0, 1.0), (0.011, 0.0, 0.0), "must outweigh the bias"),
        ((1.0, 1.0, 1.0), (0.0, 0.011, 0.0), "at price 1 and h = -1 the gate stands at 0.0110"),
        ((1.0, 1.0, 1.0), (0.0, 0.0, 0.011), "at price 1 and h = 1 the gate stands at 0.0110"),
        ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "there the bias alone decides"),
        ((0.5, 0.5, 0.5), (0.51, 0.5, 0.5), "the wrong way round"),
    ],
)
def test_the_reset_gate_is_open_from_099_and_shut_to_001(opened, closed, hint):
    assert hint in chapter_03._reset_hint(corners(opened, closed))


def run(h, c=(0.0, 0.0, 0.0, 0.0), f=(1.0,) * 4, o=(1.0,) * 4):
    """Return a run of four days that ends by saying `h`."""
    same = (0.5,) * 4
    return Trace(x=same, i=same, f=f, g=same, o=o, c=c, h=(0.0, 0.0, 0.0, h))


@pytest.mark.parametrize(
    ("a", "b", "hint"),
    [
        (run(0.099), run(0.901), verdict.CORRECT),
        (run(-0.099), run(0.901), verdict.CORRECT),
        (run(0.101), run(0.901), "B is right, A is off"),
        (run(-0.101), run(0.901), "B is right, A is off"),
        (run(0.099), run(0.899), "A is right, B is off"),
        (run(0.101), run(0.899), "both are off; begin with B"),
        (run(0.5), run(0.599), "almost the same"),
        (run(0.5), run(0.401), "almost the same"),
        (run(0.5), run(0.601), "both are off; begin with B"),
    ],
)
def test_a_prediction_is_right_within_a_tenth(a, b, hint):
    assert hint in chapter_03._challenge_hint(a, b)


FAR = (0.31, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("a", "b", "hint"),
    [
        (run(0.5), run(0.5, c=(0.29, 0.0, 0.0, 0.0)), "hardly a difference"),
        (run(0.5), run(0.5, c=FAR, o=(1.0, 1.0, 1.0, 0.89)), "look at the output gate, 0.89"),
        (run(0.5), run(0.5, c=FAR, o=(0.0, 0.0, 0.0, 0.91)), "tanh makes nearly the same"),
        (run(0.5), run(0.5, c=FAR, f=(1.0, 1.0, 0.79, 1.0)), "the forget gate, 0.79 on day 3"),
        (run(0.5, f=(1.0, 0.79, 1.0, 1.0)), run(0.5, c=FAR), "the forget gate, 0.79 on day 2"),
        (run(0.5), run(0.5, c=FAR, f=(0.0, 0.81, 0.81, 0.81)), "tanh makes nearly the same"),
        (run(0.0), run(0.5, o=(1.0, 1.0, 1.0, 0.89)), "the output gate shows only 0.89"),
        (run(0.0), run(0.5, o=(0.0, 0.0, 0.0, 0.91)), "tanh makes"),
        (run(0.0), run(0.5, f=(1.0, 1.0, 1.0, 0.79)), "its forget gate goes down to 0.79"),
        (run(0.0), run(0.5, f=(0.0, 0.81, 0.81, 0.81)), "tanh makes"),
    ],
)
def test_each_hint_begins_where_it_says(a, b, hint):
    assert hint in chapter_03._challenge_hint(a, b)


@pytest.mark.parametrize(
    ("first", "third", "hint"),
    [
        (0.71, -0.11, "Day 1 writes 0.71, then day 3 takes 0.11 away"),
        (0.69, -0.11, "write more on day 1"),
        (0.71, -0.09, "write more on day 1"),
    ],
)
def test_a_day_takes_away_what_day_1_wrote(first, third, hint):
    same = (1.0,) * 4
    g = (first, 0.0, third, 0.0)
    b = Trace(x=same, i=same, f=same, g=g, o=same, c=(0.0,) * 4, h=(0.0, 0.0, 0.0, 0.5))
    assert hint in chapter_03._challenge_hint(run(0.0), b)
