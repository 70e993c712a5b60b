"""Checkpoints of a training: found by their names, run as they are, measured against what came."""

import numpy as np
import pytest

from lstm_lib.course.checkpoints import Checkpoint, files, last_step, measured, ordered, run
from lstm_lib.vector import VectorLSTM


def checkpoint(epoch, x, horizon=2):
    """Return what a layer that was not trained says of some sequences."""
    outputs, trace = VectorLSTM(1, 3, horizon, seed=epoch).forward(x)
    return Checkpoint(epoch, outputs[:, -1], trace)


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(4, 5, 1))


def test_files_go_by_their_epochs_and_the_later_folder_counts(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, names in (
        (one, ("epoch=5", "epoch=10")),
        (two, ("epoch=10", "last", "epoch=7-v1")),
    ):
        folder.mkdir()
        for name in names:
            (folder / f"{name}.ckpt").write_bytes(b"")
    assert files(one) == files(str(one)) == {n: one / f"epoch={n}.ckpt" for n in (5, 10)}
    assert files([one, two]) == {5: one / "epoch=5.ckpt", 10: two / "epoch=10.ckpt"}
    with pytest.raises(FileNotFoundError, match=r"no file such as epoch=500\.ckpt in no folder"):
        files([])


def test_a_module_is_run_in_evaluation_mode_and_stays_as_it_was():
    torch = pytest.importorskip("torch")
    layer = torch.nn.LSTM(1, 2, batch_first=True)

    class Module(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.modes = layer, []

        def forward(self, x):
            self.modes.append((self.training, torch.is_grad_enabled()))
            return self.layer(x)[0]

        def trace(self, x):
            return x + 1

    learning, done = Module().train(), Module().eval()
    x = np.ones((3, 4, 1))
    found = run({0: learning, 7: done}, x)
    assert [checkpoint.epoch for checkpoint in found] == [0, 7]
    assert (learning.training, done.training) == (True, False)
    assert learning.modes == done.modes == [(False, False)]
    with torch.no_grad():
        expected = layer(torch.ones(3, 4, 1))[0][:, -1]
    for one in found:
        assert torch.equal(one.outputs, expected)
        assert torch.equal(one.trace, torch.full((3, 4, 1), 2.0))
    with pytest.raises(TypeError, match=r"modules\[2\] must be a module, got str"):
        run({2: "abc"}, x)


def test_a_module_of_ones_own_is_opened_or_refused_in_a_sentence(x):
    torch = pytest.importorskip("torch")

    class Own(torch.nn.Module):
        def __init__(self, count):
            super().__init__()
            made = (torch.nn.LSTM(1, 3, batch_first=True) for _ in range(count))
            self.lstms, self.out = torch.nn.ModuleList(made), torch.nn.Linear(3, 1)

        def forward(self, x):
            return self.out(self.lstms[0](x)[0])[:, -1]

    module = Own(1)
    (found,) = run({5: module}, x)
    expected = module.lstms[0](torch.as_tensor(x).float())[0]
    torch.testing.assert_close(found.trace.h, expected.detach())
    for count in (0, 2):
        own = Own(count) if count else torch.nn.Sequential(torch.nn.Linear(1, 1))
        with pytest.raises(ValueError, match=r"must have one LSTM, or a trace\(x\) of its own"):
            run({5: own}, x)
    with pytest.raises(ValueError, match=r"x must be what Own takes, got shape \(3, 4, 7\)"):
        run({5: module}, np.ones((3, 4, 7)))


def test_of_outputs_at_every_step_the_last_count():
    values = np.arange(24).reshape(2, 3, 4)
    assert np.array_equal(last_step(values), values[:, 2])
    assert last_step(values[0]) is not values
    assert np.array_equal(last_step(values[0]), values[0])
    assert last_step([1, 2]) == [1, 2]


def test_checkpoints_stand_in_the_order_of_their_epochs(x):
    given = [checkpoint(epoch, x) for epoch in (10, 0, 5)]
    assert [one.epoch for one in ordered(iter(given))] == [0, 5, 10]


def test_errors_are_means_over_the_sequences(x):
    targets = np.random.default_rng(1).normal(size=(4, 2))
    checkpoints = [checkpoint(epoch, x) for epoch in (0, 3)]
    found = measured(checkpoints, targets)
    assert np.array_equal(found.targets, targets)
    for k, one in enumerate(checkpoints):
        assert np.array_equal(found.outputs[k], one.outputs)
        for ahead in range(2):
            squares = [
                (o[ahead] - t[ahead]) ** 2 for o, t in zip(one.outputs, targets, strict=True)
            ]
            assert found.ahead[k, ahead] == pytest.approx(sum(squares) / 4)
    naive = [np.mean([(s[4, 0] - t[k]) ** 2 for s, t in zip(x, targets, strict=True)])
             for k in range(2)]  # fmt: skip
    assert found.naive == pytest.approx(naive)


def test_one_step_ahead_has_no_naive_forecast(x):
    torch = pytest.importorskip("torch")
    found = measured([checkpoint(0, x, horizon=1)], torch.zeros(4, 1, requires_grad=True))
    assert found.naive.shape == (0,)
    assert found.ahead.shape == (1, 1)
