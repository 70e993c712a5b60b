"""Training with Lightning: modules, data, checkpoints, resuming, refusals."""

import contextlib
import pickle
import signal
import warnings
from pathlib import Path

import lightning
import numpy as np
import pytest
import torch
import tqdm.notebook
from lightning.pytorch.callbacks import Callback
from torch import nn
from torch.nn import functional as F

from lstm_lib import layers
from lstm_lib.course.tasks.companies import companies
from lstm_lib.course.tasks.waves import waves
from lstm_lib.course.training import (
    CompaniesData,
    LightningLSTM,
    LSTMByHand,
    SequenceRegressor,
    WavesData,
    by_horizon,
    check,
    last_value,
    load,
    seed,
    trainer,
)
from lstm_lib.course.training.data import share
from lstm_lib.course.training.trainer import EpochBar, defaults
from lstm_lib.descent import train
from lstm_lib.scalar import ScalarLSTM

COMPANIES = CompaniesData().dataset().tensors
SMALL = {"length": 12, "horizon": 3, "batch_size": 16, "seq_len": 300}


@pytest.fixture(autouse=True)
def one_thread_and_a_folder(tmp_path, monkeypatch):
    """Run in a folder of its own, on one core, and undo what Lightning sets for the process."""
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)


def quiet_trainer(epochs, **options):
    return trainer(epochs, enable_progress_bar=False, **options)


def trained(module, data, epochs, path=None, **options):
    """Train to `epochs` and return what the last checkpoint holds, and its path."""
    run = quiet_trainer(epochs, name="run", keep_every=1, **options)
    run.fit(module, datamodule=data, ckpt_path=path)
    last = run.checkpoint_callback.last_model_path
    return check(last), last


def assert_same(a, b):
    """Assert that two things made of tensors are the same to the last bit."""
    if isinstance(a, torch.Tensor):
        assert a.dtype == b.dtype
        assert torch.equal(a, b)
    elif isinstance(a, dict):
        assert a.keys() == b.keys()
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, list | tuple):
        for one, other in zip(a, b, strict=True):
            assert_same(one, other)
    else:
        assert a == b


# --- LSTMByHand -------------------------------------------------------------------------------


def test_seed_42_draws_the_course_s_untrained_lstm():
    seed(42)
    drawn, expected = LSTMByHand().to_scalar().numbers, ScalarLSTM.untrained().numbers
    assert drawn == pytest.approx(expected, abs=1e-7)


def test_by_hand_equals_the_scalar_lstm_and_its_trace():
    model = ScalarLSTM.published()
    module = LSTMByHand.from_scalar(model)
    assert module.to_scalar().numbers == pytest.approx(model.numbers, abs=1e-6)
    outputs, trace = module(COMPANIES[0]), module.trace(COMPANIES[0])
    for k, (xs, _) in enumerate(companies()):
        assert outputs[k].item() == pytest.approx(model.predict(xs), abs=1e-6)
        assert trace.h[k, -1, 0] == pytest.approx(model.predict(xs), abs=1e-6)


def test_by_hand_has_torchs_gradients():
    seed(1)
    module, layer = LSTMByHand().double(), nn.LSTM(1, 1, batch_first=True).double()
    with torch.no_grad():
        for part, rows in (("w_x", layer.weight_ih_l0), ("w_h", layer.weight_hh_l0)):
            for k, gate in enumerate("ifgo"):
                rows[k] = getattr(module, f"{gate}_{part}")
        layer.bias_ih_l0.zero_()
        layer.bias_hh_l0.zero_()
    x = torch.randn(3, 5, 1, dtype=torch.float64)
    torch.testing.assert_close(module(x), layer(x)[0][:, -1])
    module(x).sum().backward()
    layer(x)[0][:, -1].sum().backward()
    for part, rows in (("w_x", layer.weight_ih_l0), ("w_h", layer.weight_hh_l0)):
        for k, gate in enumerate("ifgo"):
            found = getattr(module, f"{gate}_{part}").grad
            torch.testing.assert_close(found, rows.grad[k, 0])


@pytest.mark.parametrize("shape", [(4, 1), (2, 4, 2), (4,)])
def test_by_hand_says_which_shape_it_takes(shape):
    with pytest.raises(ValueError, match=r"x must have shape \(batch_size, seq_len, 1\), got"):
        LSTMByHand()(torch.zeros(shape))


def test_by_hand_learns_as_in_plain_python_through_a_checkpoint():
    """The first 200 epochs of the published table; chapter 08 goes on to all 5000."""
    seed(42)
    first, module = quiet_trainer(150, name="first", keep_every=150), LSTMByHand()
    first.fit(module, datamodule=CompaniesData())
    _, history = train(ScalarLSTM.untrained(), companies(), 200)
    said = module(COMPANIES[0]).flatten().tolist()
    assert said == pytest.approx(history.predictions(150), abs=2e-5)
    resumed, path = LSTMByHand(), first.checkpoint_callback.last_model_path
    quiet_trainer(200).fit(resumed, datamodule=CompaniesData(), ckpt_path=path)
    said = resumed(COMPANIES[0]).flatten().tolist()
    assert said == pytest.approx(history.predictions(200), abs=2e-5)


def test_the_trainer_takes_the_steps_of_the_ten_line_loop():
    seed(42)
    module, plain = LSTMByHand(), LSTMByHand()
    plain.load_state_dict(module.state_dict())
    quiet_trainer(20).fit(module, datamodule=CompaniesData())
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.001)
    for _ in range(20):
        for x, target in zip(*COMPANIES, strict=True):
            optimizer.zero_grad()
            F.mse_loss(plain(x[None]), target[None]).backward()
            optimizer.step()
    assert_same(module.state_dict(), plain.state_dict())


# --- SequenceRegressor ------------------------------------------------------------------------


def test_native_solves_the_companies_in_300_epochs():
    seed(42)
    module = LightningLSTM()
    quiet_trainer(300).fit(module, datamodule=CompaniesData())
    a, b = module(COMPANIES[0]).flatten().tolist()
    assert a == pytest.approx(0, abs=0.001)
    assert b == pytest.approx(0.981, abs=0.005)


@pytest.mark.parametrize("every_step", [True, False])
def test_one_word_changes_the_layer_and_nothing_else(every_step):
    seed(3)
    native = SequenceRegressor("native", every_step=every_step)
    seed(3)
    vector = SequenceRegressor("vector", every_step=every_step)
    assert isinstance(native.layer, nn.LSTM)
    assert isinstance(vector.layer, layers.LSTM)
    assert_same(native.state_dict(), vector.state_dict())
    x = torch.randn(4, 7, 1)
    h = native.layer(x)[0]  # (4, 7, 16)
    torch.testing.assert_close(native(x), native.read_out(h if every_step else h[:, 6]))
    assert native(x).shape == ((4, 7, 12) if every_step else (4, 12))
    torch.testing.assert_close(native(x), vector(x))
    for quantity in "xifgoch":
        found, other = (getattr(m.trace(x), quantity) for m in (native, vector))
        torch.testing.assert_close(torch.as_tensor(found), torch.as_tensor(other))
    torch.testing.assert_close(torch.as_tensor(native.trace(x).h), h, atol=1e-5, rtol=1e-4)


def test_both_layers_forecast_the_waves_equally_well():
    data, errors = WavesData(seq_len=1000), []
    x, targets = data.dataset("test").tensors
    for word in ("native", "vector"):
        seed(42)
        module = SequenceRegressor(word)
        quiet_trainer(12, precision="64-true").fit(module, datamodule=data)
        with torch.no_grad():
            errors.append(by_horizon(module(x.double()), targets.double()))
    naive = by_horizon(last_value(x, 12, every_step=True), targets).mean().item()
    native, vector = (error.mean().item() for error in errors)
    assert native == pytest.approx(vector, abs=1e-4)
    assert max(native, vector) < 0.7 * naive
    assert errors[0][0] < errors[0][-1]  # the near future is easier


def test_a_layer_of_your_own_is_trained_kept_and_loaded():
    class Own(nn.Module):
        batch_first, hidden_size = True, 3

        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(1, 3))

        def forward(self, x):
            return torch.cumsum(x @ self.weight, 1), None

    module, data = SequenceRegressor(Own(), output_size=3), WavesData(**SMALL)
    _, path = trained(module, data, 2)
    loaded = load(SequenceRegressor, path, layer=Own())
    x = data.dataset("val").tensors[0]
    assert torch.equal(loaded(x), module(x))
    with pytest.raises(ValueError, match="is of another model than SequenceRegressor"):
        load(SequenceRegressor, path)


def test_both_directions_and_projections_fit_the_read_out():
    for options, size in (({"bidirectional": True}, 10), ({"proj_size": 2}, 2)):
        layer = nn.LSTM(1, 5, batch_first=True, **options)
        assert SequenceRegressor(layer).read_out.in_features == size


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        (
            {"layer": "lstm"},
            ValueError,
            "layer must be 'native' or 'vector' or a layer, got 'lstm'",
        ),
        ({"layer": 3}, ValueError, "layer must be 'native' or 'vector' or a layer, got 3"),
        ({"layer": nn.LSTM(1, 2)}, ValueError, "layer must have batch_first=True"),
        (
            {"layer": nn.LSTM(1, 2, batch_first=True, bidirectional=True), "every_step": False},
            ValueError,
            "every_step must be True for a bidirectional layer, got False",
        ),
        ({"every_step": "no"}, TypeError, "every_step must be a bool, got 'no'"),
        ({"hidden_size": 0}, ValueError, "hidden_size must be at least 1, got 0"),
        ({"hidden_size": "8"}, TypeError, "hidden_size must be a whole number, got '8'"),
        ({"output_size": 0}, ValueError, "output_size must be at least 1, got 0"),
        ({"lr": 0}, ValueError, "lr must be above 0, got 0"),
    ],
)
def test_odd_arguments_of_the_module_are_refused(given, kind, says):
    with pytest.raises(kind, match=says):
        SequenceRegressor(**given)


def test_targets_of_another_shape_are_refused_not_broadcast():
    module = SequenceRegressor(every_step=False, output_size=3)
    with pytest.raises(
        ValueError, match=r"targets must have shape \(16, 3\) like the outputs, got"
    ):
        quiet_trainer(1).fit(module, datamodule=WavesData(**SMALL))


# --- data -------------------------------------------------------------------------------------


def test_the_companies_come_in_their_order():
    batches = list(CompaniesData().train_dataloader())
    assert [targets.item() for _, targets in batches] == [0.0, 1.0]
    for (x, _), (xs, _) in zip(batches, companies(), strict=True):
        assert x.flatten().tolist() == pytest.approx(list(xs))


def test_windows_are_split_in_time_and_scaled_by_the_training_part():
    data = WavesData(**SMALL, every_step=False)
    series = torch.tensor(waves(300, noise=0.1, seed=0))
    scale = series[:210].std()
    for part, start, end in (("train", 0, 210), ("val", 210, 255), ("test", 255, 300)):
        x, targets = data.dataset(part).tensors
        assert len(x) == end - start - 14
        for k in (0, len(x) - 1):
            window = (series[start + k :][:15] - series[start + k]) / scale
            torch.testing.assert_close(x[k, :, 0], window[:12].float())
            torch.testing.assert_close(targets[k], window[12:].float())


def test_an_unknown_part_of_the_waves_is_refused():
    with pytest.raises(ValueError, match="part must be train, val, test, got 'tests'"):
        WavesData(**SMALL).dataset("tests")


def test_targets_at_every_step_are_the_values_that_follow_it():
    x, targets = WavesData(**SMALL, every_step=True).dataset("val").tensors
    last = WavesData(**SMALL, every_step=False).dataset("val").tensors[1]
    assert targets.shape == (len(x), 12, 3)
    assert torch.equal(targets[:, -1], last)
    for t in range(9):
        assert torch.equal(targets[:, t], x[:, t + 1 : t + 4, 0])


def test_training_windows_are_shuffled_anew_every_epoch_and_repeatably():
    orders = []
    for epoch in (0, 1, 0):
        loader = WavesData(**SMALL).train_dataloader()
        loader.sampler.set_epoch(epoch)
        orders.append(torch.cat([x for x, _ in loader]))
    assert torch.equal(orders[0], orders[2])
    assert not torch.equal(orders[0], orders[1])
    x = WavesData(**SMALL).val_dataloader()
    assert torch.equal(torch.cat([part for part, _ in x]), WavesData(**SMALL).dataset("val")[:][0])


def test_the_naive_forecast_is_the_last_value():
    x = torch.randn(5, 7, 1)
    assert torch.equal(last_value(x, 3), x[:, -1].repeat(1, 3))
    assert torch.equal(last_value(x, 3, every_step=True), x.repeat(1, 1, 3))


def test_errors_by_horizon_look_at_the_last_step():
    outputs, targets = torch.randn(5, 7, 3), torch.randn(5, 7, 3)
    expected = ((outputs[:, -1] - targets[:, -1]) ** 2).mean(0)
    torch.testing.assert_close(by_horizon(outputs, targets), expected)
    torch.testing.assert_close(by_horizon(outputs[:, -1], targets[:, -1]), expected)
    with pytest.raises(ValueError, match="targets must have shape"):
        by_horizon(outputs, targets[:, -1])


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"length": 0}, ValueError, "length must be at least 1, got 0"),
        ({"horizon": 0}, ValueError, "horizon must be at least 1, got 0"),
        ({"horizon": 1.5}, TypeError, "horizon must be a whole number, got 1.5"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"every_step": 1}, TypeError, "every_step must be a bool, got 1"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"seq_len": 419}, ValueError, "seq_len must be at least 420 for windows of 60 steps"),
        ({"seq_len": 420, "batch_size": 900}, ValueError, "in batches of 900, got 420"),
    ],
)
def test_odd_arguments_of_the_waves_are_refused(given, kind, says):
    with pytest.raises(kind, match=says):
        WavesData(**given)


def test_the_shortest_series_has_a_window_in_every_part_and_a_training_batch():
    for given in ({"length": 48, "horizon": 12}, {"length": 12, "horizon": 3, "batch_size": 64}):
        for total in range(1, 1000):
            try:
                data = WavesData(seq_len=total, **given)
            except ValueError:
                continue
            assert min(len(data.dataset(part)) for part in data.parts) >= 1
            assert len(data.train_dataloader()) >= 1
            break


@pytest.mark.parametrize("batch_size", [0, 3, "2", True])
def test_companies_come_one_by_one_or_together(batch_size):
    with pytest.raises((TypeError, ValueError), match="batch_size must be"):
        CompaniesData(batch_size)


def test_processes_share_a_batch_evenly():
    assert share(64, 4) == 16
    with pytest.raises(ValueError, match="a multiple of 3, the number of processes, got 64"):
        share(64, 3)


# --- going on from a checkpoint ---------------------------------------------------------------


def with_dropout():
    seed(7)
    layer = nn.LSTM(1, 4, num_layers=2, dropout=0.5, batch_first=True)
    return SequenceRegressor(layer, output_size=3)


def test_shuffling_and_dropout_go_on_as_if_nothing_had_happened():
    whole, _ = trained(with_dropout(), WavesData(**SMALL), 5)
    _, path = trained(with_dropout(), WavesData(**SMALL), 2)
    module = with_dropout()
    torch.rand(1000)  # whatever else happens to the random numbers
    resumed, _ = trained(module, WavesData(**SMALL), 5, path)
    assert_same(whole["state_dict"], resumed["state_dict"])
    assert_same(whole["optimizer_states"], resumed["optimizer_states"])
    assert_same(whole["callbacks"], resumed["callbacks"])
    assert whole["global_step"] == resumed["global_step"]


def test_a_checkpoint_holds_no_path():
    _, path = trained(LightningLSTM(), CompaniesData(), 1)
    content = Path(path).read_bytes()
    assert b"checkpoints" not in content
    assert b"run" + b"/" not in content


def test_going_on_with_other_callbacks_does_not_warn(recwarn):
    _, path = trained(LightningLSTM(), CompaniesData(), 2)
    quiet_trainer(3).fit(LightningLSTM(), datamodule=CompaniesData(), ckpt_path=path)
    run = quiet_trainer(4, name="run", keep_every=2)
    run.fit(LightningLSTM(), datamodule=CompaniesData(), ckpt_path=path)
    assert not [str(warning.message) for warning in recwarn]


def test_nothing_is_said_and_nothing_littered(capsys, tmp_path):
    trainer(2).fit(LightningLSTM(), datamodule=CompaniesData())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet_trainer(1, name="a", keep_every=1).fit(
            SequenceRegressor(output_size=3), datamodule=WavesData(**SMALL)
        )
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2/2" in captured.err
    assert "lightning" not in captured.err.lower()
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_checkpoints_are_named_after_the_epochs_behind_them(tmp_path):
    run = quiet_trainer(5, name="a", keep_every=2)
    run.fit(LightningLSTM(), datamodule=CompaniesData())
    folder = tmp_path / "logs" / "a" / "version_0" / "checkpoints"
    assert sorted(path.name for path in folder.iterdir()) == [
        "epoch=2.ckpt",
        "epoch=4.ckpt",
        "epoch=5.ckpt",
        "last.ckpt",
    ]
    assert check(folder / "epoch=4.ckpt")["epoch"] == 3
    assert_same(
        check(folder / "epoch=5.ckpt")["state_dict"], check(folder / "last.ckpt")["state_dict"]
    )


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    _, path = trained(LightningLSTM(), CompaniesData(), 1)
    before = Path(path).read_bytes()

    def full(_, file):
        Path(file).write_bytes(b"half")
        raise OSError("disk full")

    run = quiet_trainer(1)
    run.fit(LightningLSTM(), datamodule=CompaniesData())
    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="disk full"):
        run.save_checkpoint(path)
    assert Path(path).read_bytes() == before


class Interrupt(Callback):
    """Ctrl-C after three epochs."""

    def on_train_epoch_end(self, trainer, module):
        if trainer.current_epoch == 2:
            signal.raise_signal(signal.SIGINT)


def test_an_interrupt_says_how_to_go_on_and_can_be_repeated():
    handler = signal.getsignal(signal.SIGINT)
    for _ in range(2):
        run = quiet_trainer(9, name="a", keep_every=1, callbacks=[Interrupt()])
        with pytest.raises(
            KeyboardInterrupt, match="stopped after 2 of 9 epochs; go on with"
        ) as hit:
            run.fit(LightningLSTM(), datamodule=CompaniesData())
        assert signal.getsignal(signal.SIGINT) is handler
    path = str(hit.value).split("'")[1]
    quiet_trainer(9).fit(LightningLSTM(), datamodule=CompaniesData(), ckpt_path=path)


class InterruptEarly(Callback):
    """Ctrl-C before the first step."""

    def setup(self, *_, **__):
        signal.raise_signal(signal.SIGINT)


def test_an_early_interrupt_leaves_no_process_that_cannot_be_interrupted():
    handler = signal.getsignal(signal.SIGINT)
    run = quiet_trainer(9, callbacks=[InterruptEarly()])
    with pytest.raises(KeyboardInterrupt, match=r"stopped after 0 of 9 epochs$"):
        run.fit(LightningLSTM(), datamodule=CompaniesData())
    assert signal.getsignal(signal.SIGINT) is handler


# --- what is wrong with a file ----------------------------------------------------------------


class Evil:
    def __reduce__(self):
        return open, ("was_run", "w")


def foreign(tmp_path, name):
    """Write a file that is no checkpoint of ours and return its path."""
    path = tmp_path / "some.ckpt"
    if name == "text":
        path.write_text("hello\nworld\n")
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "a pickle with code":
        path.write_bytes(pickle.dumps({"state_dict": Evil(), "pytorch-lightning_version": "2"}))
    elif name == "code in torch.save":
        torch.save({"state_dict": Evil(), "pytorch-lightning_version": "2"}, path)
    elif name == "weights only":
        torch.save(LightningLSTM().state_dict(), path)
    elif name == "a tensor":
        torch.save(torch.zeros(3), path)
    elif name == "no weights":
        torch.save({"pytorch-lightning_version": "2.6.6"}, path)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "empty",
        "a pickle with code",
        "code in torch.save",
        "weights only",
        "a tensor",
        "no weights",
    ],
)
def test_a_foreign_file_is_refused_and_no_code_in_it_runs(tmp_path, name):
    path = foreign(tmp_path, name)
    says = r"some.ckpt' is (damaged, or not a checkpoint|not a checkpoint of a Lightning training)$"
    for read in (
        lambda: load(LightningLSTM, path),
        lambda: quiet_trainer(1).fit(LightningLSTM(), datamodule=CompaniesData(), ckpt_path=path),
        lambda: quiet_trainer(1).validate(LightningLSTM(), WavesData(**SMALL), ckpt_path=str(path)),
    ):
        with pytest.raises(ValueError, match=says):
            read()
    assert not (tmp_path / "was_run").exists()


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    _, path = trained(LightningLSTM(), CompaniesData(), 1)
    content = Path(path).read_bytes()
    for share_left in range(20):
        cut = tmp_path / "cut.ckpt"
        cut.write_bytes(content[: len(content) * share_left // 20])
        with pytest.raises(ValueError, match="is damaged, or not a checkpoint"):
            check(cut)


def test_checkpoints_of_other_models_and_no_files_are_refused(tmp_path):
    _, path = trained(LightningLSTM(), CompaniesData(), 3)
    with pytest.raises(ValueError, match="another model: LSTMByHand has a parameter 'f_b'"):
        quiet_trainer(9).fit(LSTMByHand(), datamodule=CompaniesData(), ckpt_path=path)
    wide = SequenceRegressor(hidden_size=2, output_size=None, every_step=False)
    with pytest.raises(ValueError, match=r"has shape \(4,\), got \(8,\)|has shape \(8,"):
        check(path, wide)
    with pytest.raises(ValueError, match="another model than LSTMByHand"):
        load(LSTMByHand, path)
    with pytest.raises(ValueError, match="max_epochs must be at least 3, the epochs behind"):
        quiet_trainer(2).fit(LightningLSTM(), datamodule=CompaniesData(), ckpt_path=path)
    for missing in ("no.ckpt", tmp_path):
        with pytest.raises(FileNotFoundError, match="there is no checkpoint"):
            load(LightningLSTM, missing)


def test_what_is_loaded_is_what_was_kept():
    module = LightningLSTM(lr=0.05)
    _, path = trained(module, CompaniesData(), 2)
    loaded = load(LightningLSTM, path)
    assert_same(loaded.state_dict(), module.state_dict())
    assert loaded.lr == 0.05


# --- the Trainer ------------------------------------------------------------------------------


def test_the_trainer_s_arguments_are_checked():
    with pytest.raises(ValueError, match="name must be given with keep_every=5"):
        trainer(10, keep_every=5)
    with pytest.raises(ValueError, match="max_epochs must be at least 0"):
        trainer(-1)
    with pytest.raises(TypeError, match="number must be a whole number"):
        seed("42")


def test_defaults_are_options_of_lightnings_trainer():
    lightning.Trainer(logger=False, enable_checkpointing=False, **defaults())


def test_the_bar_goes_on_where_a_checkpoint_ends(capsys):
    _, path = trained(LightningLSTM(), CompaniesData(), 3)
    trainer(5).fit(LightningLSTM(), datamodule=CompaniesData(), ckpt_path=path)
    shown = capsys.readouterr().err
    assert "3/5" in shown
    assert "5/5" in shown
    assert "train_loss 0." in shown


class StopAfter(Callback):
    """End a training after two epochs, in one way or another."""

    def __init__(self, error=None):
        self.error = error

    def on_train_epoch_end(self, trainer, module):
        if trainer.current_epoch == 1:
            trainer.should_stop = True
            if self.error:
                raise self.error


def colour_of_bar(monkeypatch, epochs, *callbacks):
    """Train with the bar of a notebook, and return its style: a colour."""
    monkeypatch.setattr("tqdm.notebook.display", lambda _: None)
    monkeypatch.setitem(EpochBar.on_train_start.__globals__, "tqdm", tqdm.notebook.tqdm)
    run = trainer(epochs, callbacks=callbacks)
    with contextlib.suppress(ZeroDivisionError):
        run.fit(LightningLSTM(), datamodule=CompaniesData())
    (bar,) = (callback.bar for callback in run.callbacks if isinstance(callback, EpochBar))
    assert bar.n == min(epochs, 2)
    return bar.container.children[1].bar_style


def test_a_bar_is_red_only_where_a_training_broke_off(monkeypatch):
    assert colour_of_bar(monkeypatch, 2) == "success"
    assert colour_of_bar(monkeypatch, 1) == "success"
    assert colour_of_bar(monkeypatch, 9, StopAfter()) == "success"
    assert colour_of_bar(monkeypatch, 9, StopAfter(ZeroDivisionError())) == "danger"


def test_what_a_notebook_stores_of_a_bar_is_the_same_at_every_run(monkeypatch):
    stored = []
    monkeypatch.setattr("tqdm.notebook.display", lambda shown: stored.append(repr(shown)))
    monkeypatch.setitem(EpochBar.on_train_start.__globals__, "tqdm", tqdm.notebook.tqdm)
    _, path = trained(LightningLSTM(), CompaniesData(), 2)
    trainer(4).fit(LightningLSTM(), datamodule=CompaniesData(), ckpt_path=path)
    assert stored == ["epochs:  50%|#####     | 2/4 [00:00<?, ?it/s]"]


def test_an_error_before_the_first_epoch_finds_no_bar_to_close(capsys):
    class Broken(CompaniesData):
        def setup(self, stage):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        trainer(2).fit(LightningLSTM(), datamodule=Broken())
    assert capsys.readouterr().err == ""


def test_only_the_first_process_shows_a_bar(monkeypatch, capsys):
    monkeypatch.setattr("lightning.Trainer.is_global_zero", False)
    trainer(2).fit(LightningLSTM(), datamodule=CompaniesData())
    assert capsys.readouterr().err == ""


def test_losses_of_all_parts_are_logged():
    module, data = SequenceRegressor(output_size=3), WavesData(**SMALL)
    run = quiet_trainer(1)
    run.fit(module, datamodule=data)
    assert {"train_loss", "val_loss"} <= run.callback_metrics.keys()
    (result,) = run.test(module, data, verbose=False)
    x, targets = data.dataset("test").tensors
    assert result["test_loss"] == pytest.approx(F.mse_loss(module(x), targets).item(), rel=1e-5)
    (outputs,) = run.predict(module, datamodule=data)[:1]
    torch.testing.assert_close(outputs, module(x[: len(outputs)]))


@pytest.mark.parametrize("kind", [LSTMByHand, LightningLSTM])
def test_what_comes_out_for_each_company_is_logged(kind):
    module, run = kind(), quiet_trainer(1)
    run.fit(module, datamodule=CompaniesData())
    assert run.callback_metrics.keys() == {"train_loss", "out_0", "out_1"}


def test_settings_of_numpy_go_through_a_checkpoint():
    labels = np.array([0.0, 1.0])
    options = {"output_size": 1, "every_step": False, "labels": labels}
    module = SequenceRegressor(hidden_size=np.int64(2), lr=np.float64(0.25), **options)
    found, path = trained(module, CompaniesData(batch_size=np.int64(2)), 1)
    assert type(found["hyper_parameters"]["lr"]) is float
    assert type(found["datamodule_hyper_parameters"]["batch_size"]) is int
    loaded = load(SequenceRegressor, path)
    assert (loaded.lr, loaded.labels) == (0.25, (0.0, 1.0))
    assert loaded.hparams.hidden_size == 2
