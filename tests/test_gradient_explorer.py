"""The gradient explorer: a control's value in, the right numbers out."""

import random
import re
from math import exp

import pytest

from lstm_lib.course.explorers import gradient_picture as picture
from lstm_lib.course.explorers.gradient import GradientExplorer
from lstm_lib.scalar import Gate, half_life
from tests.pictures import boxes, outside, overlaps, says, sheets, texts


@pytest.fixture
def explorer():
    return GradientExplorer()


def sigmoid(z):
    return 1 / (1 + exp(-z))


# --- the numbers -----------------------------------------------------------------------------


def test_it_says_its_settings(explorer):
    assert repr(explorer) == (
        "GradientExplorer(weight=0.9, forget_bias=4.6, gate_weight=1, inputs=0.1, length=50)"
    )


def test_the_sentence_gives_both_units_both_ways_and_the_half_life(explorer):
    vanilla = explorer.rnn.gradient_flow(explorer.xs)[0]
    flow = explorer.lstm.gradient_flow(explorer.xs)
    said = says(explorer)
    assert "49 steps back" in said
    assert f"{picture.share(vanilla)} of the gradient arrives in the vanilla unit" in said
    assert f"{picture.share(flow.total[0])} in the LSTM" in said
    assert f"{picture.share(flow.kept[0])} along the lane" in said
    assert f"{picture.share(flow.through_gates[0])} through the gates" in said
    assert f"half-life of {half_life(sigmoid(4.6)):.0f} steps" in said
    assert "i, g, o read h with weight 1.00" in said


def test_with_no_inputs_the_shares_are_powers(explorer):
    explorer.inputs.value = 0
    explorer.gate_weight.value = 0
    explorer.length.value = 31
    for w, b in ((0.9, 4.6), (0.5, 1.0), (-1.1, 3.0), (1.2, 8.0)):
        explorer.weight.value, explorer.forget_bias.value = w, b
        assert f"{picture.share(w**30)} of the gradient arrives in the vanilla" in says(explorer)
        assert f"{picture.share(sigmoid(b) ** 30)} along the lane" in says(explorer)
        assert "and 0.0 % through the gates" in says(explorer)


@pytest.mark.parametrize("name", ["weight", "forget_bias", "gate_weight", "inputs", "length"])
def test_every_control_changes_the_picture_and_the_sentence(explorer, name):
    picture_before, said_before = explorer.render(), says(explorer)
    slider = explorer.controls[name]
    slider.value = (slider.value + slider.max) / 2 if name != "length" else 20
    assert explorer.render() != picture_before
    assert says(explorer) != said_before


def test_the_picture_shows_the_shares_of_both_units_and_of_both_ways(explorer):
    explorer.gate_weight.value = -1
    flow = explorer.lstm.gradient_flow(explorer.xs)
    vanilla = explorer.rnn.gradient_flow(explorer.xs)[0]
    shown = texts(explorer.render())
    assert shown[shown.index("vanilla") + 1] == picture.share(vanilla)
    assert shown[shown.index("LSTM") + 1] == picture.share(flow.total[0])
    assert shown[shown.index("lane") + 1] == picture.share(flow.kept[0])
    assert shown[shown.index("gates") + 1] == picture.share(flow.through_gates[0])
    assert flow.through_gates[0] < 0
    assert shown[shown.index("gates") + 1].startswith("−")


def test_the_lstm_is_the_one_the_sentence_names(explorer):
    explorer.forget_bias.value, explorer.gate_weight.value = 2.5, -0.7
    lstm = explorer.lstm
    assert lstm.f == Gate(0, 0, 2.5)
    assert lstm.i == Gate(-0.7, 1, -2.5)
    assert lstm.g == lstm.o == Gate(-0.7, 1, 0)
    assert explorer.rnn.w_h == 0.9


def test_a_shorter_sequence_is_the_end_of_a_longer_one(explorer):
    explorer.length.value = 100
    longest = explorer.xs
    assert len(longest) == 100
    assert max(map(abs, longest)) <= explorer.inputs.value
    explorer.length.value = 7
    assert explorer.xs == longest[-7:]


def test_the_table_gives_the_shares_after_some_steps(explorer):
    explorer.length.value = 60
    view = explorer.view()
    assert list(view.header) == ["steps back", "vanilla", "LSTM", "lane", "gates"]
    assert [row[0] for row in view.rows] == ["0", "1", "2", "5", "10", "20", "50", "59"]
    flow, vanilla = (
        explorer.lstm.gradient_flow(explorer.xs),
        explorer.rnn.gradient_flow(explorer.xs),
    )
    for back, row in ((0, view.rows[0]), (5, view.rows[3]), (59, view.rows[7])):
        shares = (vanilla, flow.total, flow.kept, flow.through_gates)
        assert list(row[1:]) == [picture.share(values[59 - back]) for values in shares]
    explorer.as_table.value = True
    assert f"<td>{view.rows[3][2]}</td>" in explorer._numbers.value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0.0 %"),
        (1.0, "100.0 %"),
        (0.6127, "61.3 %"),
        (-0.0512, "−5.1 %"),
        (0.00102, "0.10 %"),
        (9.99, "999.0 %"),
        (3.4e-7, "3·10⁻⁷"),
        (-2.7e17, "−3·10¹⁷"),
        (5e-324, "5·10⁻³²⁴"),
    ],
)
def test_shares_are_written_for_people(value, expected):
    assert picture.share(value) == expected


# --- the picture ------------------------------------------------------------------------------


def test_a_move_leaves_frame_and_scale_alone(explorer):
    before = sheets(explorer)
    for name, value in (("weight", 0.95), ("forget_bias", 2), ("inputs", 0.5), ("length", 40)):
        explorer.controls[name].value = value
        after = sheets(explorer)
        assert [key for key in after if after[key] != before[key]] == ["moves"]
        before = after
    explorer.length.value = 60
    assert sheets(explorer)["still"] != before["still"]


def test_what_changes_is_small(explorer):
    assert len(sheets(explorer)["moves"]) < 10_000
    explorer.length.value = 100
    explorer.inputs.value = 1
    assert sheets(explorer)["moves"].count("<") < 100
    assert len(sheets(explorer)["moves"]) < 15_000


def curve(explorer, cls, sheet="moves"):
    """Return the paths of one colour: (d, whether dotted)."""
    pattern = rf'<path class="{cls}" d="([^"]*)"([^>]*)/>'
    return [(d, "dasharray" in rest) for d, rest in re.findall(pattern, sheets(explorer)[sheet])]


def test_a_positive_gradient_is_solid_and_a_negative_one_dotted(explorer):
    explorer.inputs.value = 0
    assert [dotted for _, dotted in curve(explorer, "h")] == [False]
    explorer.weight.value = -0.9  # the sign flips at every step
    (solid, _), (dots, _) = curve(explorer, "h")
    assert [dotted for _, dotted in curve(explorer, "h")] == [False, True]
    assert abs(solid.count("L") - dots.count("L")) <= 1


def test_the_curve_stands_where_the_share_is(explorer):
    explorer.inputs.value, explorer.length.value = 0, 11
    chart = picture._charts(picture.span(11))[0]
    ((d, _),) = curve(explorer, "h")
    points = [tuple(map(float, place.split())) for place in re.split("[ML]", d)[1:]]
    assert len(points) == 11
    for back in (0, 4, 10):
        assert points[back][0] == pytest.approx(chart.x + chart.w * back / 25, abs=0.06)
        assert points[back][1] == pytest.approx(chart.up(0.9**back), abs=0.06)


def test_the_strips_show_what_a_step_multiplies_by_and_what_was_remembered(explorer):
    explorer.inputs.value, explorer.length.value = 0.8, 10
    xs, hs = explorer.xs, explorer.rnn.run(explorer.xs)
    trace = explorer.lstm.run(xs)
    slopes = [0.9 * (1 - h * h) for h in hs]
    drawn = re.findall(r'<polyline class="(.)" points="([^"]*)"', sheets(explorer)["moves"])
    _, _, factors, states = picture._charts(10)
    expected = [(factors, "h", slopes), (factors, "f", trace.f)]
    expected += [(states, "x", xs), (states, "h", hs), (states, "c", trace.c)]
    assert [cls for cls, _ in drawn[2:]] == [cls for _, cls, _ in expected]
    for (_, points), (chart, _, values) in zip(drawn[2:], expected, strict=True):
        ends = [float(place.split(",")[1]) for place in (points.split()[0], points.split()[-1])]
        assert ends == pytest.approx([chart.up(values[-1]), chart.up(values[0])], abs=0.06)


def heads(explorer, cls):
    return re.findall(rf'<polygon class="fill-{cls}" points="([^"]*)"/>', sheets(explorer)["moves"])


def test_a_curve_that_leaves_the_axis_ends_in_an_arrowhead(explorer):
    explorer.inputs.value = 0
    assert heads(explorer, "h") == []
    explorer.weight.value = 0.5  # 0.5^39 > 1e-12 > 0.5^40
    chart = picture._charts(50)[0]
    x, y = map(float, heads(explorer, "h")[0].split()[0].split(","))
    assert x == pytest.approx(chart.x + chart.w * 40 / 50, abs=0.06)
    assert y == chart.y + chart.h
    ((d, _),) = curve(explorer, "h")
    assert d.startswith(f"M{chart.x} ")
    assert d.count("L") == 39
    explorer.weight.value = 1.5
    assert float(heads(explorer, "h")[0].split()[0].split(",")[1]) == chart.y


@pytest.mark.parametrize("weight", [0.5, 1.5])
def test_the_arrowhead_stays_inside_the_frame(explorer, weight):
    explorer.inputs.value, explorer.weight.value = 0, weight
    chart = picture._charts(50)[0]
    for corner in heads(explorer, "h")[0].split():
        assert chart.y <= float(corner.split(",")[1]) <= chart.y + chart.h


def test_the_name_of_a_negative_share_stands_at_its_size(explorer):
    explorer.inputs.value, explorer.weight.value = 0, -0.9
    (top,) = [top for words, _, top, _, _ in boxes(explorer.render()) if words.startswith("−0.57")]
    assert abs(top - picture._charts(50)[0].up(0.9**49)) < 12


def test_a_weight_of_zero_passes_nothing(explorer):
    explorer.weight.value = 0
    assert "0.0 % of the gradient arrives in the vanilla unit" in says(explorer)
    assert len(heads(explorer, "h")) == 1


@pytest.mark.parametrize(
    ("length", "most"), [(2, 10), (10, 10), (11, 25), (50, 50), (51, 100), (100, 100)]
)
def test_the_axis_is_the_shortest_that_holds_the_sequence(explorer, length, most):
    explorer.length.value = length
    assert picture.span(length) == most
    assert texts(explorer.render()).count(str(most)) == 2


def test_one_step_back_is_one_step(explorer):
    explorer.length.value = 2
    assert says(explorer).startswith("1 step back, ")


def test_nothing_overlaps_or_leaves_the_picture(explorer):
    draw = random.Random(9)
    for _ in range(60):
        for slider in explorer.controls.values():
            value = draw.choice([slider.min, slider.max, draw.uniform(slider.min, slider.max)])
            slider.value = round(value) if slider is explorer.length else value
        assert outside(explorer.render()) == []
        assert overlaps(explorer.render()) == []


def test_every_corner_draws_a_picture(explorer):
    for corner in range(2**5):
        with explorer.together():
            for k, slider in enumerate(explorer.controls.values()):
                slider.value = slider.max if corner >> k & 1 else slider.min
        assert "lstm-trouble" not in sheets(explorer)["moves"]
        assert texts(explorer.render())
        assert not re.search(r"\bnan\b|\binf\b", explorer.render())


def test_the_bundle_holds_the_picture_and_the_settings(explorer):
    bundle = explorer._repr_mimebundle_()
    assert bundle["image/svg+xml"] == explorer.render()
    assert bundle["text/plain"] == repr(explorer)


def test_every_control_has_a_name_for_screen_readers(explorer):
    names = [control.name for control in explorer.controls.values()]
    assert all(names)
    assert len(set(names)) == len(names)
