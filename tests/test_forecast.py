"""The chart of a forecast, and the still pictures of trainings that are made of it."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from lstm_lib.course.explorers import forecast
from lstm_lib.drawing.charts import Chart
from tests.pictures import SVG, texts
from tools.stills.forming import drawing as forming

SEEN, TARGETS, OUTPUTS = (0.0, 1.0, 2.0), (3.0, 1.0), (2.5, 1.5)
CHART = Chart.holding((10.0, 20.0, 100.0, 50.0), 5, (0.0, 3.0))


def drawn(body, tag):
    root = ElementTree.fromstring(f'<svg xmlns="{SVG[1:-1]}">{body}</svg>')
    return list(root.iter(f"{SVG}{tag}"))


def points(body):
    (line,) = drawn(body, "polyline")
    return [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]


def place(t, value):
    return pytest.approx((CHART.across(t), CHART.up(value)), abs=0.06)


def test_the_axis_holds_every_value_with_room_and_round_ticks():
    assert (CHART.low, CHART.high) == (-0.15, 3.15)
    assert [label for _, label in CHART.ticks] == ["0", "2"]
    fine = Chart.holding((0, 0, 1, 1), 2, (-0.02, 0.07))
    assert [label for _, label in fine.ticks] == ["0.00", "0.05"]
    assert all(float(label.replace("−", "-")) == pytest.approx(v) for v, label in fine.ticks)


def test_values_that_are_all_the_same_have_an_axis():
    chart = Chart.holding((0, 0, 1, 1), 2, (2.0, 2.0))
    assert chart.low < 2.0 < chart.high


def test_the_border_stands_between_what_is_seen_and_what_is_forecast():
    body = forecast.frame(CHART, 3, "title")
    border = drawn(body, "line")[-1]
    assert float(border.get("x1")) == float(border.get("x2")) == 10 + 100 * 3 / 5
    assert [node.text for node in drawn(body, "text")][-3:] == ["title", "seen", "to forecast"]
    assert "to forecast" not in forecast.frame(CHART, 3, words=False)


def test_a_window_starts_at_the_first_step():
    assert points(forecast.window(CHART, SEEN)) == [place(t, v) for t, v in enumerate(SEEN)]
    assert len(drawn(forecast.window(CHART, SEEN, marks=True), "circle")) == 3


@pytest.mark.parametrize(
    ("draw", "values", "tag"),
    [(forecast.followed, TARGETS, "circle"), (forecast.forecast, OUTPUTS, "rect")],
)
def test_what_comes_after_a_window_goes_on_from_its_last_value(draw, values, tag):
    body = draw(CHART, SEEN, values)
    expected = [(2, SEEN[-1]), (3, values[0]), (4, values[1])]
    assert points(body) == [place(*pair) for pair in expected]
    assert len(drawn(body, tag)) in (2, 4)  # an open circle is a disc and a ring
    assert drawn(draw(CHART, SEEN, values, joined=False), "polyline") == []


def test_a_ghost_is_fainter_and_has_no_squares():
    ghost = forecast.forecast(CHART, SEEN, OUTPUTS, ghost=True)
    assert points(ghost) == points(forecast.forecast(CHART, SEEN, OUTPUTS))
    assert drawn(ghost, "rect") == []
    assert drawn(ghost, "polyline")[0].get("opacity") == "0.4"


def test_the_naive_forecast_repeats_the_last_value():
    assert points(forecast.naive(CHART, SEEN, 2)) == [place(t, SEEN[-1]) for t in (2, 3, 4)]


def test_forecast_and_truth_are_told_apart_without_colour():
    key = forecast.key(0, 20, {"followed": "truth", "forecast": "said", "naive": "naive"})
    assert [node.text for node in drawn(key, "text")] == ["truth", "said", "naive"]
    assert drawn(key, "circle")
    assert drawn(key, "rect")
    assert drawn(key, "line")[-1].get("stroke-dasharray")


# --- still pictures ---------------------------------------------------------------------------

OUTPUT = forming.Outputs((0, 50, 100), [(-0.04, -0.04), (0.3, 0.7), (0.00004, 0.95)])
FORECASTS = forming.Forecasts(
    (0, 1), (0, 4), ([0.0] * 30, [1.0] * 30), ([1.0, 2.0], [3.0, 4.0]),
    ([[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.9], [3.1, 4.0]]), (2.0, 0.25), 1.5,
)  # fmt: skip


def test_a_training_says_where_it_starts_and_what_it_reaches():
    words = texts(forming.training(OUTPUT, (50, 100), "ten lines"))
    for number in ("0.3000", "0.7000", "4.0·10⁻⁵", "0.9500", "0", "50", "100 epochs"):
        assert number in words
    assert "both start at −0.04" in words
    assert "0.0013" in words  # the loss at the end, (0.00004² + 0.05²) / 2


def test_the_curve_of_company_a_is_the_dashed_one():
    lines = drawn(re.sub(r"^.*?</style>", "", forming.training(OUTPUT, (), ""))[:-6], "polyline")
    a, b, loss = (line.get("points").split()[-1].split(",") for line in lines)
    assert [bool(line.get("stroke-dasharray")) for line in lines] == [True, False, False]
    assert float(a[1]) > float(b[1])  # A ends at 0, which is lower in the picture
    assert float(loss[0]) == 832


def test_the_strip_shows_every_moment_with_its_numbers():
    words = texts(forming.strip(OUTPUT, FORECASTS))
    for said in ("before training", "50 epochs", "1 epoch", "A 0.30 · B 0.70", "error 0.250"):
        assert said in words


def test_the_series_is_shown_with_its_parts_and_errors():
    words = texts(forming.series([float(t % 5) for t in range(400)], FORECASTS))
    for said in ("training, 70 %", "validation, 15 %", "test, 15 %", "window 2"):
        assert said in words
    assert words[-1].endswith("0.250, naive 1.500")
