"""The shapes, numbers and colours every picture shares."""

import re
import xml.etree.ElementTree as ET

import pytest
import seaborn

from lstm_lib.drawing import svg
from lstm_lib.drawing.charts import Chart, marker, spread
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
    assert spread([10, 11, 12], limit=50, gap=14) == [10, 24, 38]
    assert spread([48, 49, 50], limit=50, gap=14) == [22, 36, 50]


def test_colour_is_never_the_only_difference_between_markers():
    without_colour = {
        re.sub(r'class="[^"]*"', "", marker(name, 0, 0)) for name in ("f", "i", "o")
    } | {re.sub(r'class="[^"]*"', "", marker("g", 0, 0))}
    assert len(without_colour) == 4
