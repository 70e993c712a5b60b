"""The shapes, numbers and colours every picture shares."""

import re
import xml.etree.ElementTree as ET

import pytest
import seaborn

from lstm_lib.drawing import svg
from lstm_lib.drawing.charts import Chart, apart, key, round_pitch
from lstm_lib.drawing.marks import DOWN, LEFT, RIGHT, UP, arrow, cross, marker, tick, verdict
from lstm_lib.notation import COLORS, INKS


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0.12345, 3, "0.123"),
        (-1.5, 2, "\N{MINUS SIGN}1.50"),
        (-0.0001, 3, "0.000"),
        (2.0, 0, "2"),
    ],
)
def test_numbers_are_rounded_for_people(value, decimals, shown):
    assert svg.number(value, decimals) == shown


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(1.5, 2, "1.50"), (-1.5, 2, "(−1.50)"), (-0.004, 2, "0.00"), (-0.004, 3, "(−0.004)")],
)
def test_a_number_below_zero_behind_a_sign_is_bracketed(value, decimals, shown):
    assert svg.bracketed(value, decimals) == shown


@pytest.mark.parametrize(("value", "shown"), [(3.0, "3"), (2.345, "2.3"), (-0.04, "-0")])
def test_coordinates_have_one_decimal_at_most(value, shown):
    assert svg.coordinate(value) == shown


def test_words_cannot_break_the_picture():
    picture = svg.document((10, 10), [svg.text(1, 2, "a < b & c", cls='"')], 'says "a < b"')
    root = ET.fromstring(picture)
    assert root.get("aria-label") == 'says "a < b"'
    assert [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")] == ["a < b & c"]


def test_the_colours_are_of_the_colour_blind_palette():
    palette = {color.lower() for color in seaborn.color_palette("colorblind").as_hex()}
    assert {color for name, color in COLORS.items() if name != "x"} <= palette


@pytest.mark.parametrize(
    ("which", "papers"),
    [(0, ("#ffffff", "#f3f4f6")), (1, ("#111111", "#424242"))],
    ids=["light", "dark"],
)
def test_coloured_words_can_be_read(which, papers):
    for name, ink in ((name, inks[which]) for name, inks in INKS.items()):
        for paper in papers:
            least = 3.0 if paper == "#424242" else 4.5  # only large, bold words stand on panels
            assert contrast(ink, paper) >= least, (name, paper)


def contrast(one, other):
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color):
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    parts = [int(part, 16) / 255 for part in re.findall("..", digits)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_chart_keeps_every_value_inside_its_frame():
    chart = Chart(10, 20, 100, 50, 4, -1.0, 1.0)
    assert (chart.up(1), chart.up(0), chart.up(-1)) == (20, 45, 70)
    assert (chart.up(9), chart.up(-9)) == (20, 70)
    assert (chart.across(0), chart.across(3)) == (22.5, 97.5)


def test_a_logarithmic_chart_counts_in_powers():
    chart = Chart(0, 0, 100, 30, 4, 0.001, 1.0, log=True)
    assert [chart.up(v) for v in (1, 0.1, 0.01, 0.001)] == pytest.approx([0, 10, 20, 30])


def test_names_are_pushed_apart_and_stay_above_the_limit():
    assert apart({"c": 12, "a": 10, "b": 11}, 50, gap=14) == {"a": 10, "b": 24, "c": 38}
    assert apart({"a": 48, "b": 49, "c": 50}, 50, gap=14) == {"a": 22, "b": 36, "c": 50}
    assert list(apart({"b": 3, "a": 3}, 50, gap=14, top=9).items()) == [("b", 9), ("a", 23)]


def test_colour_is_never_the_only_difference_between_markers():
    without_colour = {
        re.sub(r'class="[^"]*"', "", marker(name, 0, 0)) for name in ("f", "i", "o")
    } | {re.sub(r'class="[^"]*"', "", marker("g", 0, 0))}
    assert len(without_colour) == 4


def numbers(path):
    return [float(found) for found in re.findall(r"-?[\d.]+", path)]


@pytest.mark.parametrize(
    ("way", "foot"), [(RIGHT, (3, 20)), (LEFT, (17, 20)), (UP, (10, 27)), (DOWN, (10, 13))]
)
def test_an_arrow_points_where_it_should(way, foot):
    tip, *feet = [
        tuple(map(float, pair.split(",")))
        for pair in re.search('points="([^"]+)"', arrow(10, 20, "fill-h", way))[1].split()
    ]
    assert tip == (10, 20)
    (x1, y1), (x2, y2) = feet
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == foot
    assert sorted((abs(x2 - x1), abs(y2 - y1))) == [0, 10]


def test_a_tick_and_a_cross_stand_around_their_place():
    assert numbers(tick(10, 20, 5)) == [5, 20, 3.5, 4, 15, 15.5]
    assert numbers(cross(10, 20, 5)) == [5, 15, 10, 10, 0, -10, -10, 10]


def test_lines_across_and_down_a_chart_end_at_its_frame():
    chart = Chart(10, 20, 100, 50, 4, -1.0, 1.0)
    assert 'x1="10" y1="45" x2="110" y2="45"' in chart.level(0)
    assert 'x1="33" y1="20" x2="33" y2="70"' in chart.upright(33)
    assert re.findall(r">([^<]+)</text>", chart.ends()) == ["1", "\N{MINUS SIGN}1"]


@pytest.mark.parametrize(
    ("steps", "shown"), [(1, "1"), (3, "1 2 3"), (11, "1 2 3 4 5 6 7 8 9 10 11"),
                         (12, "1 2 4 6 8 10 12"), (70, "1 10 20 30 40 50 60 70"),
                         (1100, " ".join(["1", *(str(100 * k) for k in range(1, 12))]))],
)  # fmt: skip
def test_an_axis_has_round_steps(steps, shown):
    drawn = Chart(10, 20, 100, 50, steps, -1.0, 1.0).axis(90, 11, "day")
    assert re.findall(r">([^<]+)</text>", drawn) == ["day", *shown.split()]


@pytest.mark.parametrize(
    ("least", "pitch"), [(1, 1), (1.1, 2), (2.5, 5), (6, 10), (0.03, 0.05), (0.3 / 3, 0.1)]
)
def test_a_pitch_is_round_and_large_enough(least, pitch):
    assert round_pitch(least) == pytest.approx(pitch)


def test_a_key_leaves_room_for_its_words():
    drawn = key(
        10, 50, {"one": lambda x, y: f"[{x:g} {y:g}]", "two": lambda x, y: f"[{x:g} {y:g}]"}
    )
    assert re.findall(r"\[(.+?)\]", drawn) == ["10 46", f"{10 + 32 + 3 * 6.6 + 26:g} 46"]


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([0.3, -0.7], (-0.8, 0.3)),
        ([2.5, 4.1], (0, 5)),
        ([-3.0, -0.5], (-3, 0)),
        ([0.0], (0, 1)),
        ([0.001, -4.0], (-4, 0)),
        ([0.015], (0, 1)),
        ([0.03], (0, 0.03)),
    ],
)
def test_a_chart_with_zero_in_it_has_room_for_all_values_that_matter(values, ends):
    chart = Chart.with_zero((10, 20, 100, 50), 4, iter(values))
    assert (chart.low, chart.high) == pytest.approx(ends)
    assert (chart.x, chart.y, chart.w, chart.h, chart.steps) == (10, 20, 100, 50, 4)


def test_what_is_small_depends_on_what_is_large():
    assert Chart.with_zero((0, 0, 1, 1), 1, [0.015], least=0.5).high == pytest.approx(0.015)


def test_a_curve_can_be_thick_and_its_markers_small():
    drawn = Chart(0, 0, 10, 10, 2, 0, 1).curve("h", [0, 1], width=3, r=2)
    root = ET.fromstring(f"<svg>{drawn}</svg>")
    assert root.find("polyline").get("stroke-width") == "3"
    assert [node.get("r") for node in root.findall("circle")] == ["2", "2"]
    assert "circle" not in Chart(0, 0, 10, 10, 2, 0, 1).curve("h", [0, 1], markers=False)


def test_right_and_wrong_differ_in_shape_and_colour():
    right, wrong = verdict(3, 4, True), verdict(3, 4, False)
    assert tick(3, 4, 5) in right
    assert cross(3, 4, 5) in wrong
    assert 'class="i"' in right
    assert 'class="c"' in wrong


def test_a_circle_has_a_place_and_a_style():
    node = ET.fromstring(svg.circle(3, 4.5, 2, "ink", stroke_width=1.5))
    assert node.attrib == {"class": "ink", "cx": "3", "cy": "4.5", "r": "2", "stroke-width": "1.5"}


def test_a_dot_is_a_line_without_length():
    node = ET.fromstring(svg.dot(3, 4.5, 9, "ink"))
    assert (node.get("x1"), node.get("y1")) == (node.get("x2"), node.get("y2")) == ("3", "4.5")
    assert (node.get("stroke-width"), node.get("stroke-linecap")) == ("9", "round")
