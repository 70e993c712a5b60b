"""A network that reads symbols is run one way, and the unit that does the work is found."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lib.course.networks.counter import counter
from lstm_lib.course.networks.reber import reber_reader
from lstm_lib.course.reading import (
    Reader,
    Reading,
    closest,
    counting_unit,
    remembering_unit,
    softmax,
    steadiest,
    verdicts,
)
from lstm_lib.course.tasks.reber import REBER_SYMBOLS
from lstm_lib.course.tasks.symbols import ahead, one_hot, right
from lstm_lib.vector import VectorLSTM


class Wrapped(nn.Module):
    """A stack of two layers in float32, with a read-out."""

    def __init__(self):
        super().__init__()
        self.inner, self.out = nn.LSTM(3, 4, 2, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        return self.out(self.inner(x)[0])


@pytest.mark.parametrize("texts", [("Tab",), ("Taab", "Tabb")])
def test_strings_are_read_as_they_stand(texts):
    model = VectorLSTM(3, 5, 3, seed=1)
    x = np.stack([one_hot(text, "abT") for text in texts])
    outputs, trace = model.forward(x)
    reader = Reader(model, "abT")
    reading = reader.read(*texts)
    assert np.array_equal(reading.outputs, outputs)
    assert np.array_equal(reading.c, trace.c)
    assert np.array_equal(reader.predict(x), outputs)
    assert reader.hidden_size == 5


def test_of_a_stack_in_torch_the_top_layer_is_read_in_float64():
    model = Wrapped()
    reading = Reader(model, "abT").read("Tab", "TTa")
    x = torch.tensor(np.stack([one_hot(text, "abT") for text in ("Tab", "TTa")])).float()
    with torch.no_grad():
        outputs, (_, c) = model(x), model.inner(x)[1]
    assert reading.outputs.dtype == reading.c.dtype == float
    assert np.allclose(reading.outputs, outputs, atol=1e-6)
    assert np.allclose(reading.c[:, -1], c[-1], atol=1e-6)


# --- what is right --------------------------------------------------------------------------------


def test_a_step_is_right_by_itself_and_nothing_where_nothing_may_come():
    logits = np.array([[1.0, -1.0], [1.0, 2.0], [3.0, 1.0], [-1.0, -2.0], [-1.0, 1.0]])
    legal = ["a", "a", "a", "a", ""]
    assert verdicts(partial(right, threshold=0), logits, legal, "ab") == [
        *(True, False, False, False, None)
    ]
    assert verdicts(ahead, logits, legal, "ab") == [True, False, True, True, None]
    assert verdicts(partial(right, threshold=0), logits[1:2], ["ab"], "ab") == [True]


def test_a_softmax_is_a_probability_however_large_the_logits():
    logits = np.array([[0.0, np.log(3)], [1000.0, 1000.0], [-1000.0, 0.0]])
    assert np.allclose(softmax(logits), [[0.25, 0.75], [0.5, 0.5], [0, 1]])


# --- which unit does the work ---------------------------------------------------------------------


def test_the_closest_unit_is_the_one_of_the_largest_correlation_up_or_down():
    rng = np.random.default_rng(0)
    for _ in range(50):
        cells, values = rng.normal(size=(20, 6)), rng.normal(size=20)
        found = [abs(np.corrcoef(cell, values)[0, 1]) for cell in cells.T]
        assert closest(cells, values) == np.argmax(found)
    assert closest(np.array([[0.0, 5.0], [1.0, 5.0], [2.0, 5.0]]), np.arange(3)) == 0
    assert closest(np.array([[5.0, 0.0], [5.0, -1.0], [5.0, -2.0]]) + 7, np.arange(3)) == 1


def test_the_steadiest_unit_has_the_largest_mean_in_standard_deviations():
    rng = np.random.default_rng(1)
    for _ in range(50):
        differences = rng.normal(rng.normal(size=6), rng.uniform(0.1, 3, 6), (30, 6))
        found = abs(differences.mean(0)) / differences.std(0)
        assert steadiest(differences) == np.argmax(found)
    assert steadiest(np.array([[0.0, 1.0], [0.0, 2.0]])) == 1


@pytest.mark.parametrize("place", [0, 2])
def test_a_unit_that_counts_downwards_is_found(place):
    model = VectorLSTM(3, 3, 3)
    model.parameters = {name: np.zeros_like(values) for name, values in model.parameters.items()}
    model.parameters["weight_ih_l0"].reshape(4, 3, 3)[2, place] = [-3, 3, 0]
    model.parameters["bias_ih_l0"].reshape(4, 3)[:2, place] = 10
    assert counting_unit(Reader(model, "abT")) == place


def test_the_unit_that_remembers_is_steady_between_the_two_symbols_and_there_alone():
    draw = np.random.default_rng(2)

    def reader(x):
        """Return three units: a loud one that wavers, one that is silent, one that remembers."""
        t_or_p = x[:, 1, REBER_SYMBOLS.index("T")] - x[:, 1, REBER_SYMBOLS.index("P")]
        steps, lengths = np.arange(x.shape[1]), x.any(2).sum(1)
        inside = (steps >= 2) & (steps < lengths[:, None] - 1)
        c = draw.normal(size=(*x.shape[:2], 3)) * [3, 0, 0.01] + t_or_p[:, None, None] * [9, 0, 0.1]
        c[~inside, 2] = draw.normal(size=(~inside).sum()) * 1000
        return Reading(x, c)

    assert remembering_unit(reader) == 2


def test_the_stored_networks_have_such_units():
    assert counting_unit(Reader(counter(), "abT")) == 1
    assert remembering_unit(Reader(reber_reader(), REBER_SYMBOLS)) == 0
