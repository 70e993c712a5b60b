"""The training explorer: a control's value in, the right numbers out."""

import random
import re

import pytest

from lstm_lib.course.explorers import training as module
from lstm_lib.course.explorers import training_picture as picture
from lstm_lib.course.explorers.training import TrainingExplorer
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import Adam, GradientDescent, train
from lstm_lib.drawing.svg import scientific
from lstm_lib.scalar import ScalarLSTM
from tests.pictures import boxes, outside, overlaps, says, sheets, texts

PUBLISHED = {
    0: ("−0.0377", "−0.0383"),
    2000: ("0.4342", "0.6171"),
    3000: ("0.2708", "0.7534"),
    5000: ("0.0022", "0.9693"),
}


@pytest.fixture(scope="module")
def shared():
    """One explorer for tests that only walk through the published training."""
    return TrainingExplorer()


def short(epochs=200):
    """Return an explorer whose training is short."""
    return TrainingExplorer(epochs)


def predictions(explorer):
    """Return the two numbers above the chart of predictions."""
    (line,) = (words for words in texts(explorer.render()) if re.match(r"A .* · B ", words))
    return tuple(word.removeprefix("A ").removeprefix("B ") for word in line.split(" · "))


# --- the numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(("epoch", "expected"), list(PUBLISHED.items()))
def test_the_published_table_appears(shared, epoch, expected):
    shared.epoch.value = epoch
    assert predictions(shared) == expected
    for company, said in zip("AB", expected, strict=True):
        assert f"{said} for company {company}" in says(shared)
    assert f"Epoch {epoch} of 5000, Adam with rate 0.001 from the untrained start" in says(shared)


def test_it_starts_with_the_published_training():
    explorer = TrainingExplorer()
    assert repr(explorer) == (
        "TrainingExplorer(lr=0.001, optimizer='Adam', start='untrained', seed=1, epochs=5000, "
        "epoch=5000)"
    )
    assert predictions(explorer) == PUBLISHED[5000]


@pytest.mark.parametrize(
    ("changes", "start", "lr", "optimizer", "epochs"),
    [
        ({"lr": 0.05}, ScalarLSTM.untrained(), 0.05, Adam, 200),
        ({"optimizer": "gradient descent"}, ScalarLSTM.untrained(), 0.001, GradientDescent, 200),
        ({"start": "random"}, ScalarLSTM.random(1), 0.001, Adam, 200),
        ({"start": "random", "seed": 7}, ScalarLSTM.random(7), 0.001, Adam, 200),
        ({"epochs": 350, "lr": 0.02}, ScalarLSTM.untrained(), 0.02, Adam, 350),
    ],
)
def test_every_setting_trains_again(changes, start, lr, optimizer, epochs):
    explorer = short()
    for name, value in changes.items():
        explorer.controls[name].value = value
    model, history = train(start, companies(), epochs, lr, optimizer)
    expected = tuple(picture.svg.number(p, 4) for p in history.predictions(epochs))
    assert predictions(explorer) == expected
    assert f"{expected[0]} for company A" in says(explorer)
    assert f"loss {scientific(history.loss(epochs))}" in says(explorer)
    assert explorer.history.model(epochs) == model


def test_the_loss_stands_above_its_chart(shared):
    shared.epoch.value = 3000
    assert "0.1341" in texts(shared.render())
    shared.epoch.value = 5000
    assert "9.5·10⁻⁴" in texts(shared.render())


def test_the_gates_of_both_companies_stand_beside_their_charts(shared):
    shared.epoch.value = 5000
    shown = texts(shared.render())
    traces = [shared.history.model(5000).run(pair.xs) for pair in companies()]
    for name in "figoch":
        for company, trace in zip("AB", traces, strict=True):
            assert f"{company} {picture.svg.number(getattr(trace, name)[-1])}" in shown


def test_the_table_has_every_day_of_both_companies(shared):
    shared.epoch.value = 2000
    view = shared.view()
    assert list(view.header) == ["", "x", "f", "i", "o", "g", "c", "h"]
    assert [row[0] for row in view.rows] == [f"company {n}, day {d}" for n in "AB" for d in "1234"]
    trace = shared.history.model(2000).run(companies()[1].xs)
    step = trace[2]
    expected = [picture.svg.number(getattr(step, name), 4) for name in view.header[1:]]
    assert list(view.rows[6][1:]) == expected
    assert view.rows[7][-1] == PUBLISHED[2000][1]
    shared.as_table.value = True
    assert all(f"<td>{cell}</td>" in shared._numbers.value for cell in expected)
    shared.as_table.value = False
    assert shared._numbers.layout.display == "none"


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (0.0022, 0.9693, "Both are right to within 0.05."),
        (0.06, 0.97, "It tells them apart and is not there yet."),
        (0.02, 0.94, "It tells them apart and is not there yet."),
        (0.5, 0.5, "It does not tell the companies apart."),
        (0.9, 0.2, "It has them the wrong way round."),
    ],
)
def test_the_verdict_follows_the_predictions(a, b, expected):
    assert module._verdict(a, b) == expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (0.0, "0.0000"),
        (1.07941, "1.0794"),
        (0.001, "0.0010"),
        (9.49e-4, "9.5·10⁻⁴"),
        (2e-16, "2.0·10⁻¹⁶"),
    ],
)
def test_a_small_loss_is_a_power_of_ten(loss, expected):
    assert scientific(loss) == expected


# --- the walk ---------------------------------------------------------------------------------


def test_a_walk_does_not_train_again(monkeypatch):
    explorer = short()
    calls = []
    monkeypatch.setattr(module, "train", lambda *given: calls.append(given) or train(*given))
    for epoch in (0, 50, 199, 200):
        explorer.epoch.value = epoch
        explorer.render()
    explorer.as_table.value = True
    assert calls == []
    explorer.lr.value = 0.01
    assert len(calls) == 1


def test_a_walk_moves_one_sheet_only(shared):
    shared.epoch.value = 1000
    before = sheets(shared)
    shared.epoch.value = 1050
    after = sheets(shared)
    assert [name for name in after if after[name] != before[name]] == ["moves"]
    assert len(after["moves"]) < 10_000
    assert after["moves"].count("<") < 200


def test_a_training_moves_the_curves_too():
    explorer = short()
    before = sheets(explorer)
    explorer.lr.value = 0.1
    after = sheets(explorer)
    assert [name for name in after if after[name] != before[name]] == ["still", "moves"]


@pytest.mark.parametrize(
    ("at", "epochs", "expected"),
    [
        (200, 100, 100),
        (150, 100, 100),
        (50, 100, 50),
        (200, 400, 400),
        (150, 400, 150),
        (0, 100, 0),
    ],
)
def test_the_walk_fits_the_training(at, epochs, expected):
    explorer = short(200)
    explorer.epoch.value = at
    explorer.epochs.value = epochs
    assert (explorer.epoch.max, explorer.epoch.value) == (epochs, expected)
    assert f"Epoch {expected} of {epochs}," in says(explorer)


def test_the_walk_fits_when_several_controls_change_together():
    explorer = short(200)
    with explorer.together():
        explorer.epochs.value = 100
        explorer.lr.value = 0.02
    assert (explorer.epoch.max, explorer.epoch.value) == (100, 100)
    assert "Epoch 100 of 100, Adam with rate 0.02" in says(explorer)


def test_an_epoch_beyond_the_training_is_refused():
    explorer = short(200)
    with pytest.raises(ValueError, match="value must be from"):
        explorer.epoch.value = 201
    assert explorer.epoch.value == 200


def test_moving_the_seed_starts_at_random():
    explorer = short(100)
    explorer.seed.value = 7
    assert explorer.start.value == "random"
    assert "random start 7" in says(explorer)
    explorer.start.value = "untrained"
    assert "the untrained start" in says(explorer)


# --- the picture ------------------------------------------------------------------------------


def test_curves_are_sampled_from_first_to_last_epoch():
    for epochs in (100, 130, 5000, 10_000):
        history = train(ScalarLSTM.untrained(), companies(), 3)[1]
        rows = (history.numbers * (epochs // 3 + 1))[: epochs + 1]
        samples = picture.scene(type(history)(history.pairs, rows))
        assert (samples.epochs[0], samples.epochs[-1]) == (0, epochs)
        assert len(set(samples.epochs)) == len(samples.epochs) <= 121
        assert len(samples.losses) == len(samples.predictions) == len(samples.epochs)


def test_the_marker_stands_on_the_curve(shared):
    shared.epoch.value = 3000
    at = re.search(r'<line class="ink" x1="([\d.]+)" y1="26" x2="\1"', sheets(shared)["moves"])[1]
    chart = picture._loss_chart()
    assert float(at) == pytest.approx(chart.x + 0.6 * chart.w, abs=0.1)
    curves = re.findall(r'points="([^"]*)"', sheets(shared)["still"])
    x, y = curves[0].split()[60].split(",")  # the sample of epoch 3000
    assert f'x1="{x}" y1="{y}" x2="{x}"' in sheets(shared)["moves"]
    for curve, found in zip(curves[1:], (0.2708, 0.7534), strict=True):
        x, y = map(float, curve.split()[60].split(","))
        assert (x, y) == pytest.approx((float(at), picture._prediction_chart().up(found)), abs=0.1)


def test_company_a_is_dashed_with_circles_and_b_solid_with_squares(shared):
    drawn = re.findall(r'<polyline class="h"([^>]*)/>', sheets(shared)["still"])
    assert ["dasharray" in rest for rest in drawn] == [True, False]
    now = sheets(shared)["moves"]
    trace = shared.history.model(int(shared.epoch.value)).run(companies()[0].xs)
    y = picture.svg.coordinate(picture._prediction_chart().up(trace.prediction))
    assert re.search(rf'<circle class="h paper" cx="[^"]*" cy="{y}"', now)
    assert now.count("<circle") == now.count("<rect") == 25  # 6 quantities on 4 days, and 1


def test_the_curves_are_named_where_they_end(shared):
    chart = picture._prediction_chart()
    tops = {
        words: top for words, left, top, *_ in boxes(shared.render()) if left > chart.x + chart.w
    }
    for company, end in (("A", 0.0022), ("B", 0.9693)):
        assert abs(tops[company] + 5 - chart.up(end)) < 5


def test_nothing_overlaps_or_leaves_the_picture():
    explorer, draw = short(100), random.Random(5)
    for _ in range(25):
        explorer.start.value = draw.choice(["random", "untrained"])
        explorer.seed.value = draw.randrange(100)
        explorer.lr.value = 10 ** draw.uniform(-4, 0)
        explorer.optimizer.value = draw.choice(["Adam", "gradient descent"])
        explorer.epochs.value = draw.choice([100, 200, 1000])
        explorer.epoch.value = draw.randrange(int(explorer.epochs.value) + 1)
        assert outside(explorer.render()) == []
        assert overlaps(explorer.render()) == []


def test_it_can_start_with_another_number_of_epochs():
    explorer = TrainingExplorer(epochs=300)
    assert (explorer.epochs.value, explorer.epoch.max, explorer.epoch.value) == (300, 300, 300)
    for epochs in (9, 99, 10_001):
        with pytest.raises(ValueError, match=f"^epochs must be from 100 to 10000, got {epochs}"):
            TrainingExplorer(epochs)
    for epochs in ("x", 200.5, None):
        with pytest.raises(TypeError, match=r"^epochs must be a whole number, got"):
            TrainingExplorer(epochs)


def test_the_curves_are_those_of_the_history():
    history = train(ScalarLSTM.untrained(), companies(), 7, 0.01)[1]
    samples = picture.scene(history)
    assert list(samples.epochs) == list(range(8))
    assert list(samples.losses) == [history.loss(epoch) for epoch in samples.epochs]
    assert list(samples.predictions) == [history.predictions(epoch) for epoch in samples.epochs]


def test_a_stale_epoch_from_the_browser_is_refused_in_silence():
    explorer = short(300)
    explorer.epochs.value = 200
    explorer.epoch.set_state({"value": 295})
    assert explorer.epoch.value == 200
    assert "Epoch 200 of 200," in says(explorer)


@pytest.mark.parametrize("optimizer", ["Adam", "gradient descent"])
@pytest.mark.parametrize("lr", [1e-4, 1.0])
@pytest.mark.parametrize("epochs", [100, 10_000])
def test_extreme_settings_draw_a_picture(optimizer, lr, epochs):
    explorer = short()
    with explorer.together():
        explorer.optimizer.value, explorer.lr.value = optimizer, lr
        explorer.start.value, explorer.seed.value = "random", 99
        explorer.epochs.value = epochs
    assert f"Epoch {epochs} of {epochs}, {optimizer} with rate {lr:g}" in says(explorer)
    assert predictions(explorer)
    assert "nan" not in explorer.render()


def test_a_rate_too_high_is_said_and_the_picture_stays(monkeypatch):
    explorer = short()
    before = explorer.render()

    def too_high(model, pairs, epochs, lr, optimizer):
        return train(model, pairs, epochs, 1e308, optimizer)

    monkeypatch.setattr(module, "train", too_high)
    explorer.lr.value = 1
    assert "lr 1e+308 is too high: epoch 1 left the range of floats" in says(explorer)
    assert explorer.render() == before
    monkeypatch.undo()
    explorer.lr.value = 0.5
    assert "rate 0.5" in says(explorer)


def test_the_bundle_holds_the_picture_and_the_settings(shared):
    shared.epoch.value = 3000
    bundle = shared._repr_mimebundle_()
    assert bundle["image/svg+xml"] == shared.render()
    assert bundle["text/plain"] == repr(shared)
    assert "0.2708 for company A" in re.search(r'aria-label="([^"]*)"', bundle["image/svg+xml"])[1]


def test_every_control_has_a_name_for_screen_readers(shared):
    names = [control.name or control.label for control in shared.controls.values()]
    assert all(names)
    assert len(set(names)) == len(names)
