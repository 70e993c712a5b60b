"""The flagship: every control moves the right numbers of the picture, and nothing overlaps."""

import random
from dataclasses import replace
from math import tanh
from types import SimpleNamespace

import pytest

from lstm_lib.course.explorers import cell
from lstm_lib.course.explorers import cell_picture as picture
from lstm_lib.course.explorers.cell import SEQUENCES, CellExplorer
from lstm_lib.course.tasks.companies import companies
from lstm_lib.drawing.svg import number
from lstm_lib.scalar import ScalarLSTM
from tests.pictures import outside, overlaps, says, sheets, texts

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


@pytest.mark.parametrize(("name", "day"), [("company A", 3), ("company B", 2)])
def test_the_sentence_follows_the_equations(explorer, name, day):
    explorer.sequence.value, explorer.day.value = name, day
    step = explorer.model.run(SEQUENCES[name].xs)[day - 1]
    kept, written = step.f * step.c_prev, step.i * step.g
    assert says(explorer) == (
        f"{name}, day {day} of 4: the forget gate keeps {step.f:.1%} of the memory "
        f"{number(step.c_prev, 3)}, leaving {number(kept, 3)}; the input gate writes "
        f"{step.i:.1%} of the candidate {number(step.g, 3)}, adding {number(written, 3)}. The "
        f"memory is now {number(kept + written, 3)}; the output gate shows {step.o:.1%} of its "
        f"tanh, so h = {number(step.o * tanh(step.c), 3)}."
    )


def test_each_row_of_the_table_holds_what_it_is_called(explorer):
    trace, model = ScalarLSTM.published().run(companies()[1].xs), ScalarLSTM.published()
    header, rows = explorer.view()[3:]
    assert header == ["", "day 1", "day 2", "day 3", "day 4"]
    table = {name: cells for name, *cells in rows}
    names = {
        "x": "input x", "f": "forget gate f", "i": "input gate i", "g": "candidate g",
        "o": "output gate o", "c": "memory c", "h": "shown h",
    }  # fmt: skip
    for quantity, name in names.items():
        assert table[name] == [number(value, 4) for value in getattr(trace, quantity)]
    for name, pair in SEQUENCES.items():
        assert table[f"{name} predicts"][-1] == number(model.predict(pair.xs), 4)
    assert table["loss"][-1] == number(model.loss(companies()), 4)


def test_the_ranges_of_its_sliders(explorer):
    assert {(s.min, s.max) for s in explorer.inputs.values()} == {(-2, 2)}
    assert {(s.min, s.max) for s in explorer.weights.values()} == {(-8, 8)}
    assert (explorer.day.min, explorer.day.max, explorer.day.play) == (1, 4, 1200)
    assert explorer.day.whole
    assert explorer.seed.whole


@pytest.mark.parametrize(
    ("control", "value"),
    [("preset", "random"), ("preset", "write nothing"), ("seed", 9), ("sequence", "company A"),
     ("f_b", -1.0), ("x1", 0.3), ("day", 2)],
)  # fmt: skip
def test_every_move_draws_once(explorer, control, value, monkeypatch):
    drawn, view = [], explorer.view
    monkeypatch.setattr(explorer, "view", lambda: drawn.append(repr(explorer)) or view())
    explorer.controls[control].value = value
    assert drawn == [repr(explorer)]


def test_a_preset_that_fails_leaves_moves_by_hand_working(explorer, monkeypatch):
    monkeypatch.setitem(cell.PRESETS, "untrained", lambda _: SimpleNamespace(numbers=[9.0] * 12))
    with pytest.raises(ValueError, match="value must be from"):
        explorer.preset.value = "untrained"
    explorer.f_b.value = 1.0
    assert explorer.preset.value == "your own"


@pytest.mark.parametrize("bad", [0, "", (), "published", [0.0] * 12, ScalarLSTM])
def test_a_model_that_is_none_is_named(bad):
    with pytest.raises(TypeError, match=r"^model must be a ScalarLSTM, got "):
        CellExplorer(bad)


def test_a_model_beyond_the_sliders_is_named():
    far = replace(ScalarLSTM.published(), o=(0, 8.5, 0))
    with pytest.raises(ValueError, match=r"^model\.o\.w_x must be from -8 to 8, got 8\.5"):
        CellExplorer(far)


def test_a_cell_state_of_three_fills_the_lane():
    full = 2.0 * picture.LANE_HALF
    widths = [picture.lane_width(c) for c in (0.0, 1.5, -1.5, 3.0, -3.0, 7.0)]
    assert widths == [0.0, full / 2, full / 2, full, full, full]


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
