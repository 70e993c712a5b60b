"""A figure of lines: round numbers on its axes, lines that are told apart, names that are apart."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from math import log10

import pytest

from lstm_lib.course.figure import DASHES, FORMS, HEIGHT, ROOM, WIDTH, Line, figure
from lstm_lib.drawing.charts import Chart, round_powers, round_values
from lstm_lib.notation import COLORS, SPARES
from tests.pictures import SVG, boxes, outside, overlaps, texts
from tests.test_svg import contrast

MANY = {f"a name that is rather long, {k}": [k / 10, k / 5, 1.0] for k in range(20)}


def drawn(rows, axes=("time step", "value"), first=1, **options):
    """Draw rows of values over steps."""
    lines = [Line(name, range(first, first + len(row)), row) for name, row in rows.items()]
    return figure(lines, axes, "words", **{"steps": True} | options)


def every(picture, tag):
    return list(ET.fromstring(picture).iter(f"{SVG}{tag}"))


def polylines(picture):
    """Return the points of every line of a picture, without the samples beside the names."""
    found = [node.get("points").split() for node in every(picture, "polyline")]
    return [
        [tuple(map(float, pair.split(","))) for pair in row] for row in found[: len(found) // 2]
    ]


def across(picture):
    """Return {label: x} of the horizontal axis."""
    nodes = [n for n in every(picture, "text") if n.get("class") == "mid soft"]
    return {node.text: float(node.get("x")) for node in nodes}


def upright(picture):
    """Return {label: baseline} of the vertical axis."""
    nodes = [n for n in every(picture, "text") if n.get("class") == "end soft"]
    return {node.text: float(node.get("y")) for node in nodes}


# --- axes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"),
        (-1.2, 0.3, "−1.0 −0.5 0.0"),
        (3, 47, "10 20 30 40"),
        (0.00004, 0.00016, "0.00005 0.00010 0.00015"),
        (0, 2.2e-7, "0 5·10⁻⁸ 1.0·10⁻⁷ 1.5·10⁻⁷ 2.0·10⁻⁷"),
        (-3e9, 3e9, "−2·10⁹ 0 2·10⁹"),
    ],
)
def test_round_values_have_the_digits_they_need(low, high, labels):
    assert " ".join(label for _, label in round_values(low, high, 5)) == labels


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.04, 3.3, "0.05 0.1 0.2 0.5 1 2"),
        (0.0009, 1.1, "0.001 0.01 0.1 1"),
        (0.5e-6, 2e6, "10⁻⁶ 10⁻⁴ 10⁻² 10⁰ 10² 10⁴ 10⁶"),
        (0.49, 0.71, "0.50 0.55 0.60 0.65 0.70"),
        (1e-300, 1, "10⁻³⁰⁰ 10⁻²⁵⁰ 10⁻²⁰⁰ 10⁻¹⁵⁰ 10⁻¹⁰⁰ 10⁻⁵⁰ 10⁰"),
    ],
)
def test_round_powers_are_evenly_spread(low, high, labels):
    found = round_powers(low, high, 8)
    assert " ".join(label for _, label in found) == labels
    assert all(low <= value <= high for value, _ in found)


def test_every_value_stands_at_its_step_and_height():
    picture = drawn({"a": [0.0, 1.0, 0.5], "b": [1.0]})
    (a, b), places, heights = polylines(picture), across(picture), upright(picture)
    assert [x for x, _ in a] == [places["1"], places["2"], places["3"]]
    assert [y + 4 for _, y in a] == pytest.approx(
        [heights["0.0"], heights["1.0"], (heights["0.0"] + heights["1.0"]) / 2], abs=0.11
    )
    assert b == a[1:2] or b[0][0] == places["1"]


@pytest.mark.parametrize(
    ("first", "count", "labels"),
    [
        (1, 1, "1"),
        (1, 4, "1 2 3 4"),
        (0, 12, "0 1 2 3 4 5 6 7 8 9 10 11"),
        (1, 21, "1 5 10 15 20"),
        (0, 21, "0 5 10 15 20"),
        (110, 36, "110 115 120 125 130 135 140 145"),
        (1, 500, "1 100 200 300 400 500"),
    ],
)
def test_steps_are_whole_numbers(first, count, labels):
    assert " ".join(across(drawn({"a": [0.5] * count}, first=first))) == labels


def test_a_curve_may_have_fractions_on_its_axis():
    picture = figure([Line("a", [0.0, 0.5, 1.0], [1, 2, 3])], ("z", ""), "words")
    assert list(across(picture))[:2] == ["0.0", "0.2"]


def test_a_logarithmic_axis_counts_in_powers():
    picture = drawn({"a": [1.0, 0.1, 0.001]}, log=True)
    ((first, second, third),) = ([y for _, y in row] for row in polylines(picture))
    assert third - second == pytest.approx(2 * (second - first), abs=0.2)
    assert list(upright(picture)) == ["0.001", "0.01", "0.1", "1"]


def test_what_is_not_above_0_stands_at_the_foot_of_a_logarithmic_axis():
    ((first, second, third),) = polylines(drawn({"a": [0.0, -1.0, 5e-324]}, log=True))
    assert first[1] == second[1]
    assert first[1] >= third[1]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    "row", [[2.0, 2.0], [1.0, 1 + 2e-16], [1e17], [0.0, 5e-324, 1.7e307], [1e-320, 1.0]]
)
def test_no_numbers_break_it(row, log):
    picture = drawn({"a": row}, log=log)
    assert not re.search(r"\b(nan|inf)\b", picture)
    heights = [y for line in polylines(picture) for _, y in line]
    assert all(34 <= y <= 34 + HEIGHT for y in heights)


def test_a_chart_in_powers_holds_every_value_above_0():
    chart = Chart.in_powers((0, 0, 10, 100), 1, [0.0, -3.0, 0.01, 100.0])
    below, above = log10(0.01 / chart.low), log10(chart.high / 100)
    assert below == pytest.approx(above)
    assert 0 < below < 0.5


# --- lines --------------------------------------------------------------------------------------


def test_a_quantity_keeps_its_colour_and_other_names_take_none_of_them():
    picture = drawn({"mine": [1.0], "c": [2.0], "yours": [3.0]})
    classes = [node.get("class") for node in every(picture, "polyline")][:3]
    assert classes == ["s0", "c", "s1"]
    assert not {color for pair in SPARES for color in pair} & set(COLORS.values())


@pytest.mark.parametrize(("paper", "which"), [("#ffffff", 0), ("#111111", 1)])
def test_the_colours_of_lines_are_seen_on_light_and_dark_paper(paper, which):
    assert all(contrast(pair[which], paper) >= 3 for pair in SPARES)


@pytest.mark.parametrize("steps", [True, False])
def test_no_two_lines_differ_by_colour_alone(steps):
    picture = drawn({f"{k}": [k, k + 1.0] for k in range(20)}, steps=steps)
    lines = every(picture, "polyline")[:20]
    looks = {(node.get("class"), node.get("stroke-dasharray")) for node in lines}
    assert len(looks) == 20
    assert len({dashes for _, dashes in looks}) == len(DASHES) == len(FORMS)


def test_steps_have_marks_and_curves_have_none():
    few = drawn({"a": [1, 2, 3]})
    assert len(every(few, "circle")) == 3 + 1  # one beside the name
    assert every(drawn({"a": [1, 2, 3]}, steps=False), "circle") == []


def test_marks_of_many_steps_do_not_touch():
    (node, *_) = every(drawn({"a": [0.0] * 200}), "circle")
    assert 2 * float(node.get("r")) < (WIDTH - 200) / 200


def test_a_line_that_another_covers_is_broader():
    widths = [
        float(node.get("stroke-width"))
        for node in every(drawn({"a": [1, 2], "b": [1, 2], "c": [1, 3]}), "polyline")
    ]
    assert widths[:3] == [4, 2, 2]


# --- names --------------------------------------------------------------------------------------


def test_every_line_is_named_where_it_ends():
    picture = drawn({"low": [0.0, 0.0], "high": [0.0, 9.0]})
    places = {words: (left, top) for words, left, top, _, _ in boxes(picture)}
    assert places["low"][0] == places["high"][0] > max(x for x, _ in polylines(picture)[0])
    assert places["high"][1] < places["low"][1]


@pytest.mark.parametrize(
    "rows",
    [MANY, {"a": [1.0]}, {"w" * 120: [1e9, -1e9]}, {f"{k}": [k % 3] * 40 for k in range(9)}],
    ids=["many", "one", "long", "ends that meet"],
)
@pytest.mark.parametrize("log", [False, True])
def test_names_and_numbers_stand_apart_and_inside(rows, log):
    picture = drawn(rows, log=log)
    assert overlaps(picture) == []
    assert outside(picture) == []
    assert set(rows) <= set(texts(picture))


def test_ticks_have_room_between_long_names():
    picture = figure(
        [Line("n" * 60, [0.001, 0.0019], [0, 1]), Line("m", [0, 0], [0, 1])], ("z", "y"), "words"
    )
    places = list(across(picture).values())
    assert all(b - a > 30 for a, b in pairwise(places))
    assert overlaps(picture) == []


# --- the whole ----------------------------------------------------------------------------------


def test_words_cannot_break_it():
    picture = figure([Line("a < b & c", [0, 1], [0, 1])], ('"x"', "<y>"), 'says "a < b"')
    root = ET.fromstring(picture)
    assert (root.get("role"), root.get("aria-label")) == ("img", 'says "a < b"')
    assert {"a < b & c", '"x"', "<y>"} <= set(texts(picture))


def test_it_follows_a_dark_page():
    style = "".join(node.text for node in every(drawn({"a": [1]}), "style"))
    dark = "".join(
        re.findall(r"@media \(prefers-color-scheme:dark\)\{((?:[^{}]*\{[^{}]*\})+)\}", style)
    )
    assert "--paper:#111" in dark
    assert all(f".s{k}{{stroke:{pair[1]}" in dark for k, pair in enumerate(SPARES))
    light = style.partition("@media")[0]
    assert all(f".s{k}{{stroke:{pair[0]}" in light for k, pair in enumerate(SPARES))


def test_an_axis_without_a_word_leaves_no_gap():
    named, bare = (drawn({"a": [1]}, axes=("t", name)) for name in ("y", ""))
    sizes = [float(ET.fromstring(picture).get("height")) for picture in (named, bare)]
    assert sizes[0] - sizes[1] == 34 - ROOM
