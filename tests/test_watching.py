"""Watch: what TensorBoard's own reader finds in a log, and a training that goes on unwatched."""

import io

import lightning
import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import nn

from lstm_lib.course.training import (
    CompaniesData,
    LightningLSTM,
    LSTMByHand,
    Regressor,
    SequenceRegressor,
    Watch,
    WavesData,
    seed,
    trainer,
)
from lstm_lib.course.training.watching import PICTURE, TAGS, picture, spread
from lstm_lib.notation import COLORS

ALL = {"images": 0, "histograms": 0, "scalars": 0}
X, TARGETS = CompaniesData().dataset().tensors


def short_waves(every_step=False):
    return WavesData(
        length=12, horizon=3, batch_size=32, every_step=every_step, seq_len=300, noise=0.0
    )


def forecaster(every_step=False, **options):
    seed(1)
    return SequenceRegressor(hidden_size=3, output_size=3, every_step=every_step, **options)


def fit(module, data, folder, epochs=4, callbacks=(), **options):
    options = {"enable_progress_bar": False, "name": "run", "logs": folder} | options
    fitted = trainer(epochs, callbacks=callbacks, **options)
    fitted.fit(module, datamodule=data)
    return fitted


def read(fitted):
    """Open a log with TensorBoard's own reader."""
    return EventAccumulator(fitted.logger.log_dir, size_guidance=ALL).Reload()


def steps(events):
    return [event.step for event in events]


def opened(event):
    return np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))


def pixels(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3]


def has_color(pixels, color):
    wanted = np.round(np.array(to_rgb(color)) * 255)
    return bool((np.abs(pixels - wanted).sum(-1) < 6).any())


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """Four epochs of twelve numbers on two companies, every epoch watched, and its log."""
    seed(42)
    module = LSTMByHand()
    start = LSTMByHand.from_scalar(module.to_scalar())
    watch = Watch(X, TARGETS, every=1)
    return (
        start,
        module,
        read(fit(module, CompaniesData(), tmp_path_factory.mktemp("a"), 4, [watch])),
    )


# --- what is in the log ---------------------------------------------------------------------


def test_the_log_holds_scalars_histograms_and_images(by_hand):
    tags = by_hand[2].Tags()
    assert {"train_loss", "out_0", "out_1"} <= set(tags["scalars"])
    assert set(tags["histograms"]) == set(TAGS.values())
    assert tags["images"] == [PICTURE]


def test_everything_stands_over_the_steps_of_the_optimizer(by_hand):
    log = by_hand[2]
    assert steps(log.Images(PICTURE)) == [0, 2, 4, 6, 8]
    for tag in TAGS.values():
        assert steps(log.Histograms(tag)) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("name", TAGS)
def test_a_histogram_holds_the_values_of_its_quantity(by_hand, name):
    start, module, log = by_hand
    events = log.Histograms(TAGS[name])
    for network, event in ((start, events[0]), (module, events[-1])):
        values = getattr(network.trace(X), name)
        found = event.histogram_value
        assert found.num == values.size == 8
        assert (found.min, found.max) == pytest.approx((values.min(), values.max()))
        assert found.sum == pytest.approx(values.sum())


def test_the_names_of_the_histograms_say_which_gate_is_which():
    words = {"i": "input", "f": "forget", "g": "candidate", "o": "output", "c": "cell",
             "h": "hidden"}  # fmt: skip
    for name, word in words.items():
        assert f"/{name} {word}" in TAGS[name]


def test_a_picture_is_readable_and_in_the_colours_of_the_course(by_hand):
    drawn = opened(by_hand[2].Images(PICTURE)[-1])
    assert drawn.shape == (300, 640, 3)
    assert has_color(drawn, COLORS["h"])
    assert has_color(drawn, COLORS["x"])


def test_the_last_picture_is_of_the_last_weights(by_hand):
    _, module, log = by_hand
    with torch.no_grad():
        figure = picture(X.numpy(), TARGETS.numpy(), module(X).numpy(), "after 4 epochs")
    np.testing.assert_array_equal(opened(log.Images(PICTURE)[-1]), pixels(figure))


@pytest.mark.parametrize("every_step", [False, True])
def test_a_forecaster_is_watched_with_and_without_an_output_at_every_step(every_step, tmp_path):
    data, module = short_waves(every_step), forecaster(every_step)
    x, targets = data.dataset("val").tensors
    watch = Watch(x, targets)
    log = read(fit(module, data, tmp_path, 2, [watch]))
    assert opened(log.Images(PICTURE)[-1]).shape == (540, 640, 3)
    assert log.Histograms(TAGS["f"])[-1].histogram_value.num == x.shape[0] * 12 * 3
    numbers = [tag for tag in log.Tags()["scalars"] if tag.startswith("prediction/")]
    assert len(numbers) == 4
    assert watch.shown.tolist()[::3] == [0, len(x) - 1]
    with torch.no_grad():
        outputs = module(x)
    first_ahead = outputs[-1, -1, 0] if every_step else outputs[-1, 0]
    events = log.Scalars(f"prediction/sequence {len(x) - 1}")
    assert len(events) == 2
    assert events[-1].value == pytest.approx(first_ahead.item())


def test_values_that_are_all_the_same_get_room():
    same = np.full((1, 4, 1), 3.0)
    figure = picture(same, same[:, -1], same[:, -1])
    assert figure.axes[0].get_ylim() == (2.0, 4.0)


def test_native_logs_its_labels_and_no_numbers_beside(tmp_path):
    seed(42)
    log = read(fit(LightningLSTM(), CompaniesData(), tmp_path, 2, [Watch(X, TARGETS)]))
    assert {"out_0", "out_1"} <= set(log.Tags()["scalars"])
    assert not any(tag.startswith("prediction/") for tag in log.Tags()["scalars"])
    assert set(log.Tags()["histograms"]) == set(TAGS.values())


class Plain(lightning.LightningModule):
    """What a learner writes in a cell: no trace, no labels."""

    def __init__(self):
        super().__init__()
        self.layer = nn.LSTM(1, 1, batch_first=True)

    def forward(self, x):
        return self.layer(x)[0][:, -1]

    def training_step(self, batch, batch_idx):
        return ((self(batch[0]) - batch[1]) ** 2).mean()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.1)


def test_a_module_without_trace_is_watched_without_histograms(tmp_path):
    tags = read(fit(Plain(), CompaniesData(), tmp_path, 1, [Watch(X, TARGETS)])).Tags()
    assert tags["images"] == [PICTURE]
    assert tags["histograms"] == []


def test_double_precision_is_watched(tmp_path):
    options = {"precision": "64-true"}
    log = read(fit(LightningLSTM(), CompaniesData(), tmp_path, 1, [Watch(X, TARGETS)], **options))
    assert log.Tags()["images"] == [PICTURE]


def test_a_training_that_diverged_is_still_watched(tmp_path):
    seed(42)
    module = LSTMByHand()
    with torch.no_grad():
        module.f_b.fill_(float("nan"))
    log = read(fit(module, CompaniesData(), tmp_path, 1, [Watch(X, TARGETS)]))
    tags = log.Tags()
    assert tags["histograms"] == []
    assert tags["images"] == [PICTURE]


# --- when ------------------------------------------------------------------------------------


def test_spread_starts_at_the_start_ends_at_the_end_and_is_denser_early():
    drawn = spread(5000, 10)
    assert len(drawn) == 10
    assert (drawn[0], drawn[-1]) == (0, 5000)
    gaps = np.diff(drawn)
    assert (np.diff(gaps) > 0).all()
    assert spread(3, 10) == [0, 1, 2, 3]
    assert spread(0, 10) == [0]
    assert spread(-1, 10)[:5] == [0, 1, 2, 4, 8]


def test_ten_pictures_of_a_training_unless_told_otherwise(tmp_path):
    module = LSTMByHand()
    log = read(fit(module, CompaniesData(), tmp_path, 40, [Watch(X, TARGETS)]))
    assert steps(log.Images(PICTURE)) == [2 * epoch for epoch in spread(40, 10)]


def test_a_training_that_goes_on_has_pictures_of_its_own(tmp_path):
    first = fit(LSTMByHand(), CompaniesData(), tmp_path, 3, keep_every=3)
    (kept,) = (file for file in tmp_path.rglob("epoch=3.ckpt"))
    assert first.current_epoch == 3
    watched = trainer(
        9, "on", callbacks=[Watch(X, TARGETS, pictures=3)], logs=tmp_path, enable_progress_bar=False
    )
    watched.fit(LSTMByHand(), datamodule=CompaniesData(), ckpt_path=kept)
    assert steps(read(watched).Images(PICTURE)) == [6, 10, 18]  # after 3, 5 and 9 epochs


class StopAfter(lightning.Callback):
    """End a training after two epochs."""

    def on_train_epoch_end(self, trainer, module):
        trainer.should_stop = trainer.current_epoch == 1


def test_a_training_that_stops_early_has_a_last_picture(tmp_path):
    watch = Watch(X, TARGETS, every=50)
    fitted = fit(LSTMByHand(), CompaniesData(), tmp_path, 100, [watch, StopAfter()])
    assert steps(read(fitted).Images(PICTURE)) == [0, 4]


# --- nobody watched ---------------------------------------------------------------------------


def weights(module):
    return torch.cat([p.detach().flatten() for p in module.parameters()])


def with_dropout():
    seed(1)
    layer = nn.LSTM(1, 3, num_layers=2, dropout=0.5, batch_first=True)
    return SequenceRegressor(layer, output_size=3, every_step=False)


def test_a_watched_training_ends_at_the_same_weights(tmp_path):
    data, ends = short_waves(), []
    x, targets = data.dataset("val").tensors
    for watchers in ([], [Watch(x, targets, every=1)]):
        module = with_dropout()
        fit(module, data, tmp_path, 3, watchers)
        ends.append((weights(module), torch.get_rng_state()))
    assert torch.equal(ends[0][0], ends[1][0])
    assert torch.equal(ends[0][1], ends[1][1])


class Flags(lightning.Callback):
    """Freeze a part, and keep what mode every part is in when a batch starts."""

    def on_train_start(self, trainer, module):
        module.read_out.eval()
        self.seen = []

    def on_train_batch_start(self, trainer, module, *_):
        self.seen.append((module.training, module.layer.training, module.read_out.training))
        assert torch.is_grad_enabled()


def test_every_part_of_a_module_keeps_its_mode(tmp_path):
    data, flags = short_waves(), Flags()
    watch = Watch(*data.dataset("val").tensors, every=1)
    fit(forecaster(), data, tmp_path, 2, [flags, watch])
    assert set(flags.seen) == {(True, True, False)}


def test_without_a_log_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lstm_lib.course.training.watching.picture", None)
    fitted = trainer(2, callbacks=[Watch(X, TARGETS)], enable_progress_bar=False)
    fitted.fit(LSTMByHand(), datamodule=CompaniesData())
    assert list(tmp_path.iterdir()) == []


def test_only_the_first_process_writes(tmp_path, monkeypatch):
    monkeypatch.setattr("lightning.Trainer.is_global_zero", False)
    log = read(fit(LSTMByHand(), CompaniesData(), tmp_path, 1, [Watch(X, TARGETS)]))
    assert log.Tags()["images"] == []


def test_pyplot_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr("matplotlib.pyplot.figure", None)
    monkeypatch.setattr("matplotlib.pyplot.switch_backend", None)
    fit(LSTMByHand(), CompaniesData(), tmp_path, 1, [Watch(X, TARGETS)])


# --- the picture ------------------------------------------------------------------------------


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_a_picture_shows_window_target_and_prediction():
    outputs = np.array([[0.2], [0.7]])
    figure = picture(X.numpy(), TARGETS.numpy(), outputs, "after 7 epochs")
    assert figure.get_suptitle() == "after 7 epochs"
    for k, (axes, title) in enumerate(
        zip(figure.axes, ("0.200, should be 0.0", "0.700, should be 1.0"), strict=True)
    ):
        drawn = lines(axes)
        assert list(drawn["seen"].get_ydata()) == pytest.approx(X[k, :, 0].tolist())
        assert list(drawn["seen"].get_xdata()) == [1, 2, 3, 4]
        assert drawn["target"].get_xydata().tolist() == [[5, k]]
        assert drawn["prediction"].get_xydata().tolist() == [[5, outputs[k, 0]]]
        assert axes.get_title() == title
    legend = [words.get_text() for words in figure.legends[0].get_texts()]
    assert legend == ["seen", "target", "prediction"]


def test_outputs_at_every_step_stand_one_step_ahead():
    x = np.arange(4.0)[None, :, None]
    targets = x + np.array([1.0, 2.0])  # (1, 4, 2): what follows each step
    figure = picture(x, targets, targets + 10)
    window, target_before, before, target, after, _ = figure.axes[0].lines
    assert window.get_xydata().tolist() == [[1, 0], [2, 1], [3, 2], [4, 3]]
    assert target_before.get_xydata().tolist() == [[2, 1], [3, 2], [4, 3]]
    assert before.get_xydata().tolist() == [[2, 11], [3, 12], [4, 13]]
    assert target.get_xydata().tolist() == [[5, 4], [6, 5]]
    assert after.get_xydata().tolist() == [[5, 14], [6, 15]]
    assert figure.axes[0].get_title() == "mean squared error 100.000"


def test_the_vertical_axis_does_not_follow_the_prediction():
    near, far = (
        picture(X.numpy(), TARGETS.numpy(), np.full((2, 1), value)).axes[0].get_ylim()
        for value in (0.5, 50.0)
    )
    assert near == far == pytest.approx((-0.2, 1.2))


def test_inputs_of_several_numbers_are_not_drawn():
    x, targets = np.zeros((1, 4, 2)), np.ones((1, 1))
    assert "seen" not in lines(picture(x, targets, targets).axes[0])


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_sequence_has_a_place(count):
    x, targets = np.zeros((count, 4, 1)), np.ones((count, 1))
    figure = picture(x, targets, targets)
    assert sum(axes.get_visible() for axes in figure.axes) == count


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"x": [1.0]}, TypeError, "x must be a Tensor"),
        ({"targets": None}, TypeError, "targets must be a Tensor, got None"),
        ({"x": X[0]}, ValueError, r"x must have 3 axes, got shape \(4, 1\)"),
        ({"x": X[:0]}, ValueError, r"x must have 3 axes.*got shape \(0, 4, 1\)"),
        ({"targets": TARGETS[0]}, ValueError, r"targets must have 2 or 3 axes"),
        ({"targets": TARGETS[:1]}, ValueError, r"targets .* x of shape \(2, 4, 1\), got \(1, 1\)"),
        ({"targets": torch.zeros(2, 3, 1)}, ValueError, r"got \(2, 3, 1\)"),
        ({"every": 0}, ValueError, "every must be at least 1, got 0"),
        ({"every": 1.5}, TypeError, "every must be a whole number, got 1.5"),
        ({"pictures": 1}, ValueError, "pictures must be at least 2, got 1"),
    ],
)
def test_a_bad_argument_is_named(arguments, kind, words):
    with pytest.raises(kind, match=words):
        Watch(**{"x": X, "targets": TARGETS} | arguments)


class Untraced(Regressor):
    """A module that has no trace of its own."""

    def __init__(self):
        super().__init__(lr=0.1)
        self.read_out = nn.Linear(4, 1)

    def forward(self, x):
        return self.read_out(x[:, :, 0])


class Twice(nn.Module):
    """A layer that remembers nothing."""

    hidden_size, input_size, batch_first = 1, 1, True

    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.ones(1))

    def forward(self, x):
        return self.factor * x, None


@pytest.mark.parametrize("case", ["no trace", "no LSTM"])
def test_where_no_trace_is_to_be_had_the_training_goes_on_without_histograms(tmp_path, case):
    module = Untraced()
    if case == "no LSTM":
        module = SequenceRegressor(Twice(), output_size=1, every_step=False)
    log = read(fit(module, CompaniesData(), tmp_path, callbacks=[Watch(X, TARGETS)]))
    assert log.Tags()["histograms"] == []
    assert log.Tags()["images"] == [PICTURE]


def test_the_gates_of_a_gru_are_watched_by_their_names(tmp_path):
    gru = nn.GRU(1, 2, batch_first=True)
    module = SequenceRegressor(gru, output_size=1, every_step=False)
    log = read(fit(module, CompaniesData(), tmp_path, callbacks=[Watch(X, TARGETS)]))
    names = {"gates/r reset gate", "gates/z update gate", "gates/n candidate"}
    assert set(log.Tags()["histograms"]) == names | {"states/h hidden state"}


def test_half_precision_is_watched_too(tmp_path):
    options = {"precision": "bf16-true", "callbacks": [Watch(X, TARGETS)]}
    log = read(fit(LightningLSTM(), CompaniesData(), tmp_path, **options))
    assert set(log.Tags()["histograms"]) == set(TAGS.values())


@pytest.mark.parametrize("missing", ["one of x", "all of x", "one of targets", "all of targets"])
def test_missing_values_leave_gaps_and_the_training_goes_on(tmp_path, missing):
    x, targets = X.clone(), TARGETS.clone()
    gaps = (x if missing.endswith("x") else targets).flatten()  # a view
    gaps[: 1 if missing.startswith("one") else None] = float("nan")
    module = SequenceRegressor("native", hidden_size=2, output_size=1, every_step=False)
    fitted = fit(module, CompaniesData(), tmp_path, callbacks=[Watch(x, targets)])
    log = read(fitted)
    assert log.Tags()["images"] == [PICTURE]
    assert fitted.current_epoch > 0
    assert bool(log.Tags()["histograms"]) == (missing != "all of x")
