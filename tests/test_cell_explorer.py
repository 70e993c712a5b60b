"""The flagship: every control moves the right numbers of the picture, and nothing overlaps."""

import random

import pytest

from lstm_lib.diagram.svg import number
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.tasks import companies
from lstm_lib.widgets import CellExplorer
from tests.pictures import outside, overlaps, sheets, texts

QUANTITIES = ("f", "i", "g", "o")


@pytest.fixture
def explorer():
    return CellExplorer()


def test_it_opens_on_the_published_numbers_exactly(explorer):
    assert explorer.model == ScalarLSTM.published()
    assert "0.0009" in texts(explorer.render())
    assert {"0.002", "0.969"} <= set(texts(explorer.render()))


@pytest.mark.parametrize("name", ["company A", "company B"])
@pytest.mark.parametrize("day", [1, 2, 3, 4])
def test_the_picture_shows_the_step_of_the_trace(explorer, name, day):
    explorer.sequence.value, explorer.day.value = name, day
    pair = companies()["AB".index(name[-1])]
    step = ScalarLSTM.published().run(pair.xs)[day - 1]
    shown = texts(explorer.render())
    assert f"c = {number(step.c_prev, 3)}" in shown
    assert f"c = {number(step.c, 3)}" in shown
    assert f"h = {number(step.h, 3)}" in shown
    assert f"h = {number(step.h_prev, 3)}" in shown
    assert f"x = {number(step.x, 3)}" in shown
    for gate in "fio":
        assert f"\u00d7 {number(getattr(step, gate), 3)}" in shown
    assert f"= {number(step.i * step.g, 3)} written" in shown
    assert f"day {day} of 4" in explorer.view().says


@pytest.mark.parametrize("gate", QUANTITIES)
@pytest.mark.parametrize("wire", ["w_h", "w_x", "b"])
def test_each_weight_slider_is_that_weight_of_the_model(explorer, gate, wire):
    explorer.day.value = 2
    before = explorer.render()
    getattr(explorer, f"{gate}_{wire}").value = -1.25
    assert getattr(getattr(explorer.model, gate), wire) == -1.25
    pairs = zip(explorer.model.numbers, ScalarLSTM.published().numbers, strict=True)
    assert sum(now != then for now, then in pairs) == 1
    assert explorer.render() != before
    assert explorer.preset.value == "your own"


def test_a_moved_weight_changes_the_prediction_to_what_the_model_says(explorer):
    explorer.f_b.value = -3.0
    for pair in companies():
        assert number(explorer.model.predict(pair.xs), 3) in texts(explorer.render())


@pytest.mark.parametrize(
    ("preset", "gate", "share"),
    [
        ("keep everything", "f", 0.998),
        ("forget everything", "f", 0.002),
        ("write nothing", "i", 0.002),
    ],
)
def test_presets_set_their_gate_at_every_step(explorer, preset, gate, share):
    explorer.preset.value = preset
    trace = explorer.model.run(companies()[0].xs)
    assert all(abs(value - share) < 0.001 for value in getattr(trace, gate))


def test_presets_and_back_leave_the_exact_numbers(explorer):
    for preset in ("untrained", "random", "published"):
        explorer.preset.value = preset
    assert explorer.model == ScalarLSTM.published()
    assert explorer.preset.value == "published"


def test_moving_the_seed_draws_random_numbers(explorer):
    explorer.seed.value = 7
    assert explorer.preset.value == "random"
    assert explorer.model == ScalarLSTM.random(7)


def test_moving_an_input_makes_the_sequence_your_own(explorer):
    explorer.x1.value = 0.25
    assert explorer.sequence.value == "your own"
    own = explorer.model.predict((0.25, 0.5, 0.25, 1.0))
    assert texts(explorer.render()).count(number(own, 3)) >= 1
    explorer.sequence.value = "company A"
    assert [explorer.inputs[f"x{day}"].value for day in (1, 2, 3, 4)] == [0, 0.5, 0.25, 1]


def test_the_frame_is_sent_once(explorer):
    before = sheets(explorer)
    explorer.day.value = 3
    after = sheets(explorer)
    assert [name for name in before if before[name] != after[name]] == ["moves"]
    explorer.o_b.value = 0.7
    assert [name for name in before if after[name] != sheets(explorer)[name]] == ["moves"]


def test_the_table_holds_every_number_of_the_run(explorer):
    explorer.as_table.value = True
    trace = ScalarLSTM.published().run(companies()[1].xs)
    for quantity in (*QUANTITIES, "c", "h"):
        for value in getattr(trace, quantity):
            assert f"<td>{number(value, 4)}</td>" in explorer._numbers.value


def test_the_output_bundle_holds_the_picture_and_the_values(explorer):
    bundle = explorer._repr_mimebundle_()
    assert bundle["image/svg+xml"] == explorer.render()
    assert "f_w_h=2.704" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_it_can_start_from_a_model_of_ones_own():
    model = ScalarLSTM.random(3)
    explorer = CellExplorer(model)
    assert explorer.model == model
    assert explorer.preset.value == "your own"


def test_nothing_overlaps_at_any_setting(explorer):
    draw = random.Random(0)
    for _ in range(60):
        with explorer.together():
            for slider in (*explorer.weights.values(), *explorer.inputs.values()):
                slider.value = draw.choice(
                    [slider.min, slider.max, draw.uniform(slider.min, slider.max)]
                )
            explorer.day.value = draw.randint(1, 4)
        picture = explorer.render()
        assert overlaps(picture) == []
        assert outside(picture) == []
