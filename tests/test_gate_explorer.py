"""One gate: every slider moves the right numbers, and nothing overlaps anywhere."""

import random
import re
from math import log10, tanh

import pytest

from lstm_lib.course.explorers import gate_picture as picture
from lstm_lib.course.explorers.gate import GateExplorer
from lstm_lib.drawing.svg import coordinate, number
from lstm_lib.scalar import Gate, half_life, sigmoid
from tests.pictures import outside, overlaps, sheets, texts

CONTROLS = ("w_h", "w_x", "b", "h", "x")


@pytest.fixture
def explorer():
    return GateExplorer()


def set_all(explorer, **values):
    with explorer.together():
        for name, value in values.items():
            getattr(explorer, name).value = value


def test_it_opens_on_the_published_forget_gate_exactly(explorer):
    assert explorer.gate == Gate(2.7043, 1.6307, 1.6234)
    assert repr(explorer) == "GateExplorer(w_h=2.7043, w_x=1.6307, b=1.6234, h=0.61, x=0.25)"
    assert list(explorer.controls) == list(CONTROLS)


def test_the_picture_shows_the_sum_part_by_part(explorer):
    set_all(explorer, w_h=2, w_x=-3, b=0.5, h=0.25, x=-0.5)
    shown = texts(explorer.render())
    assert "2.00 × 0.25 = 0.50" in shown
    assert "−3.00 × −0.50 = 1.50" in shown
    assert "0.50" in shown
    assert "z = 2.50" in shown
    assert "2.00 × 0.25 + (−3.00) × (−0.50) + 0.50 = 2.50" in explorer.view().says


@pytest.mark.parametrize("name", CONTROLS)
def test_each_slider_moves_its_own_number(explorer, name):
    before, still = texts(explorer.render()), sheets(explorer)["still"]
    getattr(explorer, name).value = -0.37
    values = {control: widget.value for control, widget in explorer.controls.items()}
    z = values["w_h"] * values["h"] + values["w_x"] * values["x"] + values["b"]
    shown = texts(explorer.render())
    assert f"z = {number(z)}" in shown
    assert number(sigmoid(z), 3) in shown
    assert number(tanh(z), 3) in shown
    assert shown != before
    assert f"σ({number(z)}) = {number(sigmoid(z), 3)}" in explorer.view().says
    assert f"{name}=-0.37" in repr(explorer)
    assert sheets(explorer)["still"] == still


@pytest.mark.parametrize(
    ("z", "f", "steps"),
    [(0.0, "0.500", "1.0"), (4.5951, "0.990", "69.0"), (-5.0, "0.007", "0.1")],
)
def test_the_ruler_says_the_half_life(explorer, z, f, steps):
    set_all(explorer, w_h=0, w_x=0, b=z)
    assert f"f = {f}: half is left after {steps} steps" in texts(explorer.render())
    assert f"half of a memory left after {steps} steps" in explorer.view().says


def test_the_marker_stands_over_the_share_it_has_reached():
    """Gate values above and steps below are one scale: 0.9 stands at 6.58 steps."""
    marks = [picture.RULER.at(log10(half_life(f))) for f in picture.SHARES]
    assert marks == sorted(marks)
    assert picture.RULER.at(0) == marks[picture.SHARES.index(0.5)]


def test_what_is_left_of_a_memory_is_in_picture_and_table(explorer):
    set_all(explorer, w_h=0, w_x=0, b=0)
    header, rows = explorer.view()[3:]
    assert header[:4] == ["steps", "1", "2", "5"]
    assert rows[0][:5] == ["% left", "50.0", "25.0", "3.1", "0.1"]
    assert {"50.0", "25.0", "3.1", "0.1"} <= set(texts(explorer.render()))


def test_the_sum_ends_where_the_curve_is_read():
    gate, h, x = Gate(2.0, -1.5, 0.75), 0.5, 0.6
    z = gate.weighted_sum(h, x)
    place = coordinate(picture.SIGMOID.z.at(z))
    drawn = picture.state(gate, h, x)
    assert f"L{picture.SIGMOID.z.at(z):.1f} {picture.LANES[-1]}" in drawn
    assert f'cx="{place}"' in drawn


@pytest.mark.parametrize("f", [0.3, 0.9, 0.995])
def test_the_ruler_marks_the_half_life_and_its_bars_what_is_left(f):
    drawn = picture._memory(f)
    mark = float(re.search(r'<circle class="fill-f" cx="([^"]+)"', drawn)[1])
    decades = picture.RULER.low + (mark - picture.RULER.start) / 160
    assert 10**decades == pytest.approx(half_life(f), rel=0.002)
    tops = [float(top) for top in re.findall(r"V([\d.]+)h18", drawn)]
    height = picture.BARS_BOTTOM - picture.BARS_TOP
    left = [(picture.BARS_BOTTOM - top) / height for top in tops]
    assert left == pytest.approx([f**count for count in picture.STEPS], abs=0.002)


@pytest.mark.parametrize("f", [0.2, 0.75])
def test_what_passes_the_valve_is_the_gates_share(f):
    before, after = map(
        float, re.findall(r'class="c" d="[^"]*" stroke-width="([^"]+)"', picture._passing(f))
    )
    assert after / before == pytest.approx(f, abs=0.003)


def test_a_gate_almost_open_or_shut_is_told_from_one_that_is(explorer):
    assert picture.fine(0.5) == "0.500"
    assert picture.fine(0.9999997) == "0.9999997"
    assert picture.fine(0.00004) == "0.00004"
    assert picture.fine(1.0) == "1.000"
    assert picture.steps(float("inf")) == "∞"


def test_the_extreme_gates_are_drawn():
    for f, steps in ((0.0, "0.00"), (1.0, "∞")):
        words = f"f = {picture.fine(f)}: half is left after {steps} steps"
        assert words in picture._memory(f)


def test_the_button_sets_the_published_gate_back(explorer):
    set_all(explorer, w_h=0, w_x=1, b=-2, h=-1)
    explorer.published.click()
    assert explorer.gate == Gate(2.7043, 1.6307, 1.6234)
    assert explorer.h.value == -1


def test_nothing_overlaps_and_nothing_is_outside_at_any_setting(explorer):
    draw = random.Random(3)
    for _ in range(150):
        sliders = {name: getattr(explorer, name) for name in CONTROLS}
        values = {
            name: draw.choice((s.min, s.max, 0.0, draw.uniform(s.min, s.max)))
            for name, s in sliders.items()
        }
        set_all(explorer, **values)
        assert overlaps(explorer.render()) == [], values
        assert outside(explorer.render()) == [], values


def test_what_moves_is_small(explorer):
    moves = explorer.view().moves
    assert len(moves) < 10_000
    assert moves.count("<") - moves.count("</") < 120


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 7.0])
def test_a_bad_number_is_named_and_changes_nothing(explorer, name, bad):
    before = explorer.render()
    with pytest.raises(ValueError, match=r"value must be "):
        getattr(explorer, name).value = bad
    assert explorer.render() == before


def test_a_bad_start_is_named():
    with pytest.raises(TypeError, match="w_x must be a number, got '1'"):
        GateExplorer(w_x="1")
    with pytest.raises(ValueError, match="b must be a finite number"):
        GateExplorer(b=float("nan"))
    with pytest.raises(ValueError, match=r"^w_h must be from -5 to 5, got 9"):
        GateExplorer(w_h=9)
    with pytest.raises(ValueError, match=r"^x must be from -1 to 1, got -2"):
        GateExplorer(x=-2)


def test_the_ruler_is_marked_where_half_is_left():
    middle = (picture.BARS_TOP + picture.BARS_BOTTOM) / 2
    dashed = re.search(r'y1="([\d.]+)"[^>]*stroke-dasharray="2 3"', picture._ruler_frame())
    assert float(dashed[1]) == pytest.approx(middle, abs=0.05)
    for f in (0.3, 0.9):
        circle = re.search(r'<circle class="fill-f"[^>]*cy="([^"]+)"', picture._memory(f))
        assert float(circle[1]) == pytest.approx(middle, abs=0.05)
