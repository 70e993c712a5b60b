"""The explorer of checkpoints: the epoch chosen is the epoch seen, in numbers and in lines."""

import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from lstm_lib.course.checkpoints import Checkpoint
from lstm_lib.course.explorers import lightning_picture as picture
from lstm_lib.course.explorers.lightning import LightningExplorer
from lstm_lib.course.tasks.companies import companies
from lstm_lib.course.tasks.waves import waves, windows
from lstm_lib.descent import train
from lstm_lib.drawing.svg import coordinate, number, scientific
from lstm_lib.explorers.controls.tries import Tries
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import BatchTrace, Trace
from lstm_lib.vector import VectorLSTM
from tests.pictures import SVG, outside, overlaps, says, sheets, texts

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = {
    0: ("−0.0377", "−0.0383"),
    2000: ("0.4342", "0.6171"),
    3000: ("0.2708", "0.7534"),
    5000: ("0.0022", "0.9693"),
}


@pytest.fixture(scope="module")
def example():
    return LightningExplorer()


def runs(epochs=(0, 1, 2, 5, 10), count=3, length=48, horizon=12, units=4, **more):
    """Return checkpoints of layers that were not trained, and the targets."""
    x, targets = windows(waves(length + horizon + 40 * count, seed=3), length, horizon)
    x, targets = x[::40][:count], targets[::40][:count]
    found = []
    for epoch in epochs:
        model = VectorLSTM(1, units, output_size=horizon, seed=epoch, **more)
        outputs, trace = model.forward(x)
        found.append(Checkpoint(epoch, outputs[:, -1], trace))
    return found, targets


def go(explorer, **values):
    for name, value in values.items():
        getattr(explorer, name).value = value


def lines(drawn, cls):
    """Return the points of every polyline of a class: arrays (count, 2)."""
    found = []
    for node in ET.fromstring(drawn).iter(f"{SVG}polyline"):
        if node.get("class") == cls:
            points = [place.split(",") for place in node.get("points").split()]
            found.append((np.array(points, float), node))
    return found


# --- the numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(("epoch", "expected"), PUBLISHED.items())
@pytest.mark.parametrize("company", [1, 2])
def test_the_published_table_appears(example, epoch, expected, company):
    go(example, epoch=epoch, sequence=company)
    said, target = expected[company - 1], ("0.0000", "1.0000")[company - 1]
    assert f"company {'AB'[company - 1]}: prediction {said}, target {target} (" in says(example)
    shown = texts(example.render())
    assert said in shown
    assert f"company {'AB'[company - 1]}" in shown
    assert ("before training" if epoch == 0 else f"after {epoch} epochs") in shown


def test_the_error_is_the_mean_over_all_sequences(example):
    history = train(ScalarLSTM.untrained(), companies(), 5000)[1]
    for epoch, expected in ((2000, "0.1676"), (3000, "0.0671"), (5000, "4.7·10⁻⁴")):
        for company in (1, 2):
            go(example, epoch=epoch, sequence=company)
            assert scientific(history.loss(epoch) / 2) == expected
            assert f"over all 2 sequences mean squared error {expected}." in says(example)
            assert expected in texts(example.render())


def test_errors_of_windows_are_those_of_their_arrays():
    checkpoints, targets = runs()
    explorer = LightningExplorer(checkpoints, targets)
    go(explorer, epoch=2, sequence=3)
    outputs, x = checkpoints[2].outputs, checkpoints[2].trace.x
    expected = [
        np.mean((outputs[2] - targets[2]) ** 2),
        np.mean((x[2, -1] - targets[2]) ** 2),
        np.mean((outputs - targets) ** 2),
        np.mean((x[:, -1] - targets) ** 2),
    ]
    here, last, every, naive = map(scientific, expected)
    assert says(explorer).startswith(
        f"After 2 epochs, sequence 3: squared error {here} here, {last} if the last value went "
        f"on; over all 3 sequences mean squared error {every} against {naive}."
    )


def test_the_sentence_about_the_unit_adds_up(example):
    go(example, epoch=3000, sequence=2)
    step = train(ScalarLSTM.untrained(), companies(), 3000)[0].run(companies()[1].xs)[3]
    assert says(example).endswith(
        f"At day 4 the cell keeps {step.f:.1%} of its memory {number(step.c_prev, 3)}, writes "
        f"{step.i:.1%} of the candidate {number(step.g, 3)} and shows {step.o:.1%}: "
        f"h = {number(step.h, 3)}."
    )


def test_selected_is_the_run_of_the_chosen_checkpoint_sequence_and_unit():
    checkpoints, targets = runs()
    explorer = LightningExplorer(checkpoints, targets)
    go(explorer, epoch=5, sequence=2, unit=3)
    assert explorer.selected == checkpoints[3].trace.select(batch=1, unit=2)


def test_the_table_has_every_step_seen_and_forecast(example):
    go(example, epoch=2000, sequence=2)
    view = example.view()
    assert list(view.header) == ["unit 1", "input", *"fiogch", "prediction", "target"]
    assert [row[0] for row in view.rows] == [f"day {d}" for d in range(1, 6)]
    step = example.selected[1]
    wanted = [number(getattr(step, name), 4) for name in ("x", *"fiogch")]
    assert view.rows[1][1:] == [*wanted, "–", "–"]
    assert view.rows[4] == ["day 5", *["–"] * 7, "0.6171", "1.0000"]
    assert view.rows[3][7] == "0.6171"


def test_it_starts_after_the_last_epoch(example):
    assert repr(LightningExplorer()) == "LightningExplorer(epoch=5000, sequence=1)"


# --- the controls -----------------------------------------------------------------------------


def test_the_epoch_moves_over_the_checkpoints_that_exist():
    explorer = LightningExplorer(*runs(epochs=(100, 0, 3)))
    assert explorer.epoch.stops == [0, 3, 100]
    assert explorer.epoch.play > 0
    for bad in (1, 99, 101):
        with pytest.raises(ValueError, match="value must be"):
            explorer.epoch.value = bad
    assert explorer.epoch.value == 100


@pytest.mark.parametrize(
    ("shape", "controls"),
    [
        ({"epochs": (7,), "count": 1, "units": 1}, []),
        ({"epochs": (0, 7), "count": 1, "units": 1}, ["epoch"]),
        ({"epochs": (7,), "count": 2, "units": 1}, ["sequence"]),
        ({"epochs": (7,), "count": 1, "units": 2}, ["unit"]),
    ],
)
def test_what_leaves_no_choice_has_no_slider(shape, controls):
    explorer = LightningExplorer(*runs(**shape))
    assert list(explorer.controls) == controls
    assert overlaps(explorer.render()) == []
    assert ("after 7 epochs" in texts(explorer.render())) == (explorer.epoch.value == 7)


def test_checkpoints_may_come_in_any_order():
    checkpoints, targets = runs()
    turned = LightningExplorer(checkpoints[::-1], targets)
    assert turned.render() == LightningExplorer(checkpoints, targets).render()


# --- the picture ------------------------------------------------------------------------------


@pytest.mark.parametrize(("epoch", "k"), [(0, 0), (2, 2), (10, 4)])
def test_forecast_and_earlier_ones_stand_where_their_numbers_are(epoch, k):
    checkpoints, targets = runs()
    explorer = LightningExplorer(checkpoints, targets)
    go(explorer, sequence=2, epoch=epoch)
    stages, _ = explorer._scene()
    chart = picture._forecasts(stages)
    drawn = [
        (points, "opacity" in node.attrib)
        for points, node in lines(explorer.render(), "h")
        if len(points) == 13
    ]
    wanted = [*(checkpoints[j].outputs[1] for j in range(k)), checkpoints[k].outputs[1]]
    assert [is_ghost for _, is_ghost in drawn] == [True] * k + [False]
    for (points, _), outputs in zip(drawn, wanted, strict=True):
        places = [(chart.across(48 + j), chart.up(v)) for j, v in enumerate(outputs)]
        assert np.abs(points[1:] - places).max() < 0.06
    assert ("faint: earlier ones" in texts(explorer.render())) == (k > 0)


def test_no_forecast_leaves_its_chart():
    checkpoints, targets = runs()
    checkpoints[1].outputs[0, 3] = 40
    explorer = LightningExplorer(checkpoints, targets)
    for epoch in (0, 1):
        go(explorer, epoch=epoch)
        assert picture._forecasts(explorer._scene()[0]).high > 40


def test_long_walks_show_some_earlier_forecasts_the_first_among_them():
    assert picture._earlier(0) == []
    assert picture._earlier(3) == [0, 1, 2]
    assert picture._earlier(100) == [0, 12, 25, 37, 50, 62, 75, 87]
    assert len(picture._earlier(9)) == picture.GHOSTS


def test_what_was_seen_and_what_followed_are_the_sequence():
    checkpoints, targets = runs()
    explorer = LightningExplorer(checkpoints, targets)
    go(explorer, sequence=3)
    chart = picture._forecasts(explorer._scene()[0])
    series = [*checkpoints[0].trace.x[2, :, 0], *targets[2]]
    ((seen, _),) = lines(explorer.render(), "x")
    assert np.abs(seen - [(chart.across(t), chart.up(series[t])) for t in range(48)]).max() < 0.06
    followed = next(points for points, node in lines(explorer.render(), "ink")
                    if len(points) == 13 and "stroke-dasharray" not in node.attrib)  # fmt: skip
    wanted = [(chart.across(t), chart.up(series[t])) for t in range(47, 60)]
    assert np.abs(followed - wanted).max() < 0.06


def test_lines_are_those_of_the_unit_and_stand_below_their_steps():
    checkpoints, targets = runs()
    explorer = LightningExplorer(checkpoints, targets)
    go(explorer, epoch=5, sequence=2, unit=3)
    stages, _ = explorer._scene()
    trace, whole = checkpoints[3].trace, picture._forecasts(stages)
    charts = {name: chart for chart, names in picture._unit_charts(stages) for name in names}
    for name in "fiogch":
        values = getattr(trace, name)[1, :, 2]
        wanted = [(charts[name].across(t), charts[name].up(v)) for t, v in enumerate(values)]
        drawn = [p for p, _ in lines(explorer.render(), name)]
        assert any(len(p) == 48 and np.abs(p - wanted).max() < 0.06 for p in drawn), name
        assert f"{name} {number(values[-1], 3)}" in texts(explorer.render())
        assert charts[name].across(20) == pytest.approx(whole.across(20))
        assert charts[name].low <= values.min() <= values.max() <= charts[name].high


def test_the_scale_of_c_is_the_same_at_every_checkpoint_and_for_every_sequence():
    checkpoints, targets = runs()
    checkpoints[2].trace.c[1, 5, 0] = -7.5
    explorer = LightningExplorer(checkpoints, targets)
    for epoch, sequence in ((0, 1), (10, 3), (2, 2)):
        go(explorer, epoch=epoch, sequence=sequence)
        assert explorer._scene()[0].memory == 7.5
        assert "−8" in texts(explorer.render())
    go(explorer, unit=2)
    assert explorer._scene()[0].memory < 8


def test_the_error_curve_has_every_checkpoint_and_a_mark_at_the_chosen_one():
    checkpoints, targets = runs()
    explorer = LightningExplorer(checkpoints, targets)
    go(explorer, epoch=5)
    chart = picture._errors_chart(explorer._scene()[0])
    errors = [np.mean((c.outputs - targets) ** 2) for c in checkpoints]
    wanted = [(chart.across(k), chart.up(error)) for k, error in enumerate(errors)]
    drawn = [p for p, _ in lines(explorer.render(), "ink") if len(p) == 5]
    assert np.abs(drawn[0] - wanted).max() < 0.06
    x, y = (coordinate(v) for v in wanted[3])
    assert f'x1="{x}" y1="{y}" x2="{x}" y2="{y}" stroke-width="9"' in explorer.render()
    naive = np.mean((checkpoints[0].trace.x[:, -1] - targets) ** 2)
    level = f'<line class="ink" x1="{coordinate(chart.x)}" y1="{coordinate(chart.up(naive))}"'
    assert level in explorer.render()


def test_errors_by_step_ahead_stand_beside_the_naive_ones():
    checkpoints, targets = runs()
    explorer = LightningExplorer(checkpoints, targets)
    go(explorer, epoch=2)
    chart = picture._detail_chart(explorer._scene()[0])
    for cls, outputs in (("h", checkpoints[2].outputs), ("ink", checkpoints[0].trace.x[:, -1])):
        errors = np.mean((outputs - targets) ** 2, axis=0)
        wanted = [(chart.across(k), chart.up(error)) for k, error in enumerate(errors)]
        drawn = [p for p, _ in lines(explorer.render(), cls) if len(p) == 12]
        assert any(np.abs(p - wanted).max() < 0.06 for p in drawn)


def test_single_predictions_are_a_curve_with_the_target_as_a_level(example):
    go(example, epoch=3000, sequence=2)
    chart = picture._detail_chart(example._scene()[0])
    values = [c.outputs[1][0] for c in example.checkpoints]
    wanted = [(chart.across(k), chart.up(value)) for k, value in enumerate(values)]
    other = [
        (chart.across(k), chart.up(c.outputs[0][0])) for k, c in enumerate(example.checkpoints)
    ]
    curves = [p for p, _ in lines(example.render(), "h") if len(p) == 21]
    for drawn, places in zip(curves, (other, wanted), strict=True):
        assert np.abs(drawn - places).max() < 0.06
    assert {"faint: company A", "prediction", "target"} <= set(texts(example.render()))
    level = f'<line class="ink" x1="{coordinate(chart.x)}" y1="{coordinate(chart.up(1))}"'
    assert level in sheets(example)["still"]
    assert "last value" not in texts(example.render())


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.2, 0.3], ["0.1", "1"]),
        ([0.02, 3], ["0.01", "0.1", "1", "10"]),
        ([4e-4, 0.6], ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]),
        ([1e-9, 1], ["10⁻⁹", "10⁻⁶", "10⁻³", "10⁰"]),
        ([0.1, 0.1], ["0.1", "1"]),
        ([0.0, 0.0], ["10⁻¹²", "10⁻¹¹"]),
    ],
)
def test_errors_have_powers_of_ten_as_ticks(values, labels):
    chart = picture._decades((0, 0, 10, 10), 2, values)
    assert [label for _, label in chart.ticks] == labels
    assert chart.low <= max(min(values), picture.SMALLEST)
    assert max(values) <= chart.high


def test_a_walk_moves_one_sheet_only():
    explorer = LightningExplorer(*runs(epochs=range(0, 40, 2), units=16))
    before = sheets(explorer)
    go(explorer, epoch=20)
    after = sheets(explorer)
    assert [name for name in after if after[name] != before[name]] == ["moves"]
    assert len(after["moves"]) < 16_000
    go(explorer, unit=2)
    assert sheets(explorer)["still"] != before["still"]


def test_a_model_runs_once_and_not_at_every_move():
    checkpoints, targets = runs()
    calls = []

    class Counted(BatchTrace):
        def select(self, *args, **kwargs):
            calls.append(args)
            return super().select(*args, **kwargs)

    counted = [
        c._replace(trace=Counted(**{n: getattr(c.trace, n) for n in c.trace.__dataclass_fields__}))
        for c in checkpoints
    ]
    explorer = LightningExplorer(counted, targets)
    calls.clear()
    go(explorer, epoch=2)
    assert len(calls) == 1


def test_no_text_stands_on_another_wherever_it_goes():
    draw = random.Random(0)
    kinds = [
        LightningExplorer(*runs(epochs=(0, 1, 500, 100_000))),
        LightningExplorer(*runs(horizon=1, epochs=range(0, 5000, 125))),
        LightningExplorer(*runs(length=4, horizon=40, units=1), time="hour"),
        LightningExplorer(*runs(length=150)),
        LightningExplorer(),
    ]
    for explorer in kinds:
        for _ in range(12):
            with explorer.together():
                for slider in explorer.controls.values():
                    count = int(slider.max)
                    slider.value = draw.choice(slider.stops or range(1, count + 1))
            assert overlaps(explorer.render()) == []
            assert outside(explorer.render()) == []
            assert not re.search(r"\bnan\b|\binf\b", explorer.render())


# --- modules and files ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return two folders of checkpoints of a training that went on, and its start."""
    pytest.importorskip("lightning")
    from lstm_lib.course import training

    logs = tmp_path_factory.mktemp("logs")
    training.seed(42)
    module, folders, path = training.LSTMByHand(), [], None
    start = training.LSTMByHand.from_scalar(module.to_scalar())
    for epochs in (4, 6):
        run = training.trainer(epochs, "x", 2, logs=logs, enable_progress_bar=False)
        run.fit(module, datamodule=training.CompaniesData(), ckpt_path=path)
        folders.append(run.checkpoint_callback.dirpath)
        path = f"{folders[-1]}/epoch={epochs}.ckpt"
    return start, module, folders


@pytest.fixture(scope="module")
def prices():
    torch = pytest.importorskip("torch")
    pairs = companies()
    x = torch.tensor([pair.xs for pair in pairs])[:, :, None]  # (2, 4, 1)
    return x, torch.tensor([[pair.target] for pair in pairs])  # (2, 1)


def test_the_files_of_a_training_are_its_epochs(trained, prices):
    from lstm_lib.course.training import LSTMByHand

    start, module, folders = trained
    explorer = LightningExplorer.from_checkpoints(
        LSTMByHand, folders, *prices, ["A", "B"], "day", start=start
    )
    assert explorer.epoch.stops == [0, 2, 4, 6]
    history = train(ScalarLSTM.untrained(), companies(), 6)[1]
    for epoch in (0, 2, 4, 6):
        go(explorer, epoch=epoch, sequence=2)
        expected = history.model(epoch).run(companies()[1].xs)
        assert explorer.selected.f == pytest.approx(expected.f, abs=1e-5)
        assert explorer.selected.h == pytest.approx(expected.h, abs=1e-5)
        assert f"prediction {number(expected.prediction, 4)}" in says(explorer)
    assert explorer.selected.prediction == pytest.approx(module(prices[0])[1].item(), abs=1e-6)
    tries = ["Walk."]
    one = LightningExplorer.from_checkpoints(LSTMByHand, folders[0], *prices, tries=tries)
    assert one.epoch.stops == [2, 4]
    assert [child.tries for child in one.children if isinstance(child, Tries)] == [tries]


def test_a_later_folder_counts(trained, prices, tmp_path):
    import shutil

    from lstm_lib.course.training import LSTMByHand

    for name, source in (("a", "epoch=2.ckpt"), ("b", "epoch=4.ckpt")):
        (tmp_path / name).mkdir()
        shutil.copy(Path(trained[2][0]) / source, tmp_path / name / "epoch=9.ckpt")
    for other in ("last.ckpt", "epoch=7-v1.ckpt", "epoch=7.ckpt.part", "my-epoch=7.ckpt"):
        (tmp_path / "b" / other).write_bytes(b"no checkpoint")
    both = [tmp_path / "a", tmp_path / "b"]
    explorer = LightningExplorer.from_checkpoints(LSTMByHand, both, *prices)
    later = LightningExplorer.from_checkpoints(LSTMByHand, trained[2][0], *prices)
    assert later.epoch.value == 4
    assert explorer.epoch.value == 9
    assert explorer.selected == later.selected


@pytest.mark.parametrize("every_step", [False, True])
@pytest.mark.parametrize("layer", ["native", "vector"])
def test_a_regressor_of_windows_is_run_as_it_is(every_step, layer):
    torch = pytest.importorskip("torch")
    from lstm_lib.course.training import SequenceRegressor, seed

    seed(1)
    x, targets = map(torch.from_numpy, windows(waves(80), 20, 5))
    x, targets = x[::8], targets[::8]
    modules = {
        epoch: SequenceRegressor(layer, hidden_size=3, output_size=5, every_step=every_step)
        for epoch in (1, 2)
    }
    given = targets[:, None].expand(-1, 20, -1) if every_step else targets
    modules[1].train()
    state = torch.get_rng_state()
    explorer = LightningExplorer.from_modules(modules, x, given)
    assert torch.equal(state, torch.get_rng_state())
    assert modules[1].training
    assert all(p.grad is None for module in modules.values() for p in module.parameters())
    go(explorer, epoch=1, sequence=2, unit=3)
    hidden, (_, memory) = modules[1].layer(x.float())
    assert explorer.selected.h == pytest.approx(hidden[1, :, 2].tolist(), abs=1e-5)
    assert explorer.selected.c[-1] == pytest.approx(memory[0, 1, 2].item(), abs=1e-5)
    outputs = modules[1].read_out(hidden[:, -1])
    expected = ((outputs - targets) ** 2).mean().item()
    assert f"mean squared error {scientific(expected)} against" in says(explorer)


def test_files_that_are_not_there_are_named(tmp_path, prices):
    pytest.importorskip("lightning")
    from lstm_lib.course.training import LSTMByHand

    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere'"):
        LightningExplorer.from_checkpoints(LSTMByHand, tmp_path / "nowhere", *prices)
    (tmp_path / "last.ckpt").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"no file such as epoch=500\.ckpt in"):
        LightningExplorer.from_checkpoints(LSTMByHand, str(tmp_path), *prices)
    (tmp_path / "epoch=5.ckpt").write_bytes(b"no checkpoint")
    with pytest.raises(ValueError, match="is damaged, or not a checkpoint"):
        LightningExplorer.from_checkpoints(LSTMByHand, tmp_path, *prices)


# --- bad input --------------------------------------------------------------------------------


def without(trace, **columns):
    names = trace.__dataclass_fields__
    return Trace(**{name: getattr(trace, name) for name in names} | columns)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda c, t: ("abc", t), TypeError, "checkpoints must be a sequence of Checkpoint"),
        (lambda c, t: (3, t), TypeError, "checkpoints must be a sequence of Checkpoint, got 3"),
        (lambda c, t: ([3], t), TypeError, r"checkpoints\[0\] must be a Checkpoint, got 3"),
        (lambda c, t: ([], t), ValueError, r"different epochs, at least one, got \[\]"),
        (lambda c, t: ([c[1], c[1]], t), ValueError, r"different epochs, .* got \[1, 1\]"),
        (lambda c, t: ([c[1]._replace(epoch=-1)], t), ValueError, "epoch must be at least 0"),
        (lambda c, t: ([c[1]._replace(epoch=1.5)], t), TypeError, "epoch must be a whole number"),
        (lambda c, t: ([c[1]._replace(trace=3)], t), TypeError,
         "the trace of epoch 1 must be the Trace of a batch, got int"),
        (lambda c, t: ([c[1]._replace(trace=c[1].trace.select())], t), TypeError,
         "the trace of epoch 1 must be the Trace of a batch"),
        (lambda c, t: ([c[0], c[1]._replace(trace=runs(units=2)[0][0].trace)], t), ValueError,
         "the trace of epoch 1 must be of the same sequences and units"),
        (lambda c, t: ([c[0], c[1]._replace(trace=without(c[1].trace, x=c[1].trace.x + 1))], t),
         ValueError, "the trace of epoch 1 must be of the same sequences"),
        (lambda c, t: ([c[1]._replace(trace=without(c[1].trace, x=np.zeros((3, 48, 2))))], t),
         ValueError, "the trace of epoch 1 must have one input"),
        (lambda c, t: ([c[1]._replace(trace=without(c[1].trace, f=c[1].trace.f * np.nan))], t),
         ValueError, "f in the trace of epoch 1 must be a finite number, got nan"),
        (lambda c, t: ([c[1]._replace(outputs=t[:, :3])], t), ValueError,
         r"outputs of epoch 1 must have shape \(3, 12\), got \(3, 3\)"),
        (lambda c, t: ([c[1]._replace(outputs=t * np.inf)], t), ValueError,
         "outputs of epoch 1 must hold finite"),
        (lambda c, t: (c, None), TypeError, "targets must be an array of numbers, got None"),
        (lambda c, t: (c, t[:2]), ValueError, r"targets must have shape \(3, horizon\)"),
        (lambda c, t: (c, t[:, 0]), ValueError, r"targets must have shape \(3, horizon\)"),
        (lambda c, t: (c, t, ["a"]), ValueError, "names must hold 3 names, one a sequence, got 1"),
        (lambda c, t: (c, t, "abc"), TypeError, "names must be a sequence of strings, got 'abc'"),
        (lambda c, t: (c, t, None, 3), TypeError, "time must be a str, got 3"),
    ],
)  # fmt: skip
def test_bad_input_is_named(change, error, message):
    with pytest.raises(error, match=message):
        LightningExplorer(*change(*runs()))


def test_what_is_no_module_is_named(prices):
    with pytest.raises(TypeError, match=r"modules\[5\] must be a module, got ScalarLSTM"):
        LightningExplorer.from_modules({5: ScalarLSTM.published()}, *prices)


# --- what it costs ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "heavy"),
    [("", ["numpy", "torch", "lightning"]), ("; LightningExplorer()", ["torch", "lightning"])],
)
def test_torch_is_loaded_by_modules_only(code, heavy):
    code = f"from lstm_lib.course.explorers.lightning import LightningExplorer{code}\n"
    code += "import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not set(heavy) & set(done.stdout.split())
