"""The tool that records the trainings the pictures show."""

import json

import numpy as np
import pytest
import torch

from lstm_lib.course.training import CompaniesData, LSTMByHand, trainer
from tools.stills.forming import record


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """A place to store in, and two trainings that are over at once."""
    monkeypatch.setattr(record, "RECORDED", tmp_path / "recorded.json")
    monkeypatch.setattr(record, "native", lambda: {"epochs": [0, 1], "predictions": [[0.5, 1.0]]})
    monkeypatch.setattr(record, "waves", lambda: {"naive": 2.0})
    return tmp_path / "recorded.json"


def test_what_was_recorded_is_stored_and_found_again(stored, capsys):
    assert record.main([]) == 0
    assert json.loads(stored.read_text())["waves"] == {"naive": 2.0}
    assert record.main(["--check"]) == 0
    assert "at most 0.000" in capsys.readouterr().out


def test_check_sees_a_training_that_ends_elsewhere(stored, monkeypatch):
    record.main([])
    before = stored.read_text()
    monkeypatch.setattr(record, "waves", lambda: {"naive": 2.1})
    assert record.main(["--check"]) == 1
    assert stored.read_text() == before


def test_distance_is_that_of_the_two_numbers_furthest_apart():
    assert record.distance({"a": [0.0, 1.0], "b": 3}, {"a": [0.25, 1.0], "b": 3}) == 0.25


def test_rounded_numbers_have_no_minus_zero():
    assert json.dumps(record.rounded(np.array([-0.0001, 0.1239]))) == "[0.0, 0.124]"


def test_listen_hears_the_module_before_and_after_its_epochs():
    x, module = CompaniesData().dataset().tensors[0], LSTMByHand()
    listen = record.Listen(x, (0, 2))
    with torch.no_grad():
        before = module(x)
    fitted = trainer(2, callbacks=[listen], enable_progress_bar=False)
    fitted.fit(module, datamodule=CompaniesData())
    with torch.no_grad():
        after = module(x)
    assert len(listen.heard) == 2
    np.testing.assert_array_equal(listen.heard[0], before.numpy())
    np.testing.assert_array_equal(listen.heard[1], after.numpy())
