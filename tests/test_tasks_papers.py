"""Tasks on which the papers decided: temporal order, copying memory, the continual grammar."""

import math
from itertools import product

import numpy as np
import pytest

from lstm_lib.course.tasks.copying import BLANK, MARKER, baseline, copying
from lstm_lib.course.tasks.order import ALPHABET, PLACES, temporal_order
from lstm_lib.course.tasks.reber import REBER_SYMBOLS, continual_reber, reber_next, reber_walk

# --- temporal order -----------------------------------------------------------------------------


@pytest.mark.parametrize("marks", [2, 3])
def test_temporal_order_keeps_the_rules_of_the_paper(marks):
    batch = temporal_order(500, marks, seed=1)
    assert set(batch.lengths) == set(range(100, 111))
    seen = [set() for _ in range(marks)]
    orders = ["".join(letters) for letters in product("XY", repeat=marks)]
    for k, length in enumerate(batch.lengths):
        assert not batch.x[k, length:].any()
        text = "".join(ALPHABET[row.argmax()] for row in batch.x[k, :length])
        assert batch.x[k, :length].sum() == length
        places = [t for t, symbol in enumerate(text) if symbol in "XY"]
        assert places == batch.marked[k].tolist()
        for t, (low, high), there in zip(places, PLACES[marks], seen, strict=True):
            assert low <= t <= high
            there.add(t)
        assert text[0] == "E"
        assert text[-1] == "B"
        assert set(text[1:-1]) <= set("abcdXY")
        order = "".join(text[t] for t in places)
        assert orders[batch.classes[k]] == order
    assert [len(there) for there in seen] == [11] * marks
    assert np.bincount(batch.classes).min() > 500 / 2**marks / 2


def test_a_class_is_right_if_every_output_is_near():
    batch = temporal_order(4)
    assert batch.correct(batch.targets).all()
    assert batch.correct(abs(batch.targets - 0.29)).all()
    assert not batch.correct(abs(batch.targets - 0.31)).any()
    one = batch.targets.copy()
    one[2, 0] = 0.5
    assert batch.correct(one).tolist() == [True, True, False, True]


def test_the_seed_says_everything():
    assert np.array_equal(temporal_order(5, seed=2).x, temporal_order(5, seed=2).x)
    assert not np.array_equal(temporal_order(5, seed=2).targets, temporal_order(5, seed=4).targets)


# --- copying memory -----------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [1, 7, 50])
def test_copying_keeps_the_rules_of_the_paper(gap):
    batch = copying(40, gap, seed=1)
    assert batch.x.shape == (40, gap + 20, 10)
    read = batch.x.argmax(axis=2)
    assert (batch.x.sum(axis=2) == 1).all()
    assert (read[:, :10] < 8).all()
    assert np.array_equal(batch.asked, read[:, :10])
    assert (read[:, gap + 9] == MARKER).all()
    assert (read == MARKER).sum() == 40
    assert (np.delete(read[:, 10:], gap - 1, axis=1) == BLANK).all()
    assert (batch.targets[:, :-10] == BLANK).all()
    assert set(read[:, :10].ravel()) == set(range(8))


def test_the_baseline_is_the_cross_entropy_of_a_guess():
    batch = copying(3, 25)
    chances = np.zeros(batch.x.shape)
    chances[:, :-10, BLANK] = 1
    chances[:, -10:, :8] = 1 / 8
    said = np.take_along_axis(chances, batch.targets[..., None], axis=2)
    assert -np.log(said).mean() == pytest.approx(baseline(25))
    assert baseline(500) == pytest.approx(10 * math.log(8) / 520)


# --- the continual grammar ----------------------------------------------------------------------


def test_a_stream_is_strings_one_after_the_other():
    batch = continual_reber(20, 300, seed=1)
    assert batch.x.shape == (20, 300, 7)
    assert (batch.lengths == 300).all()
    whole = 0
    for k in range(20):
        numbers = [*batch.x[k].argmax(axis=1), batch.targets[k, -1]]
        text = "".join(REBER_SYMBOLS[n] for n in numbers)
        begun = ""
        for t, symbol in enumerate(text[:-1]):
            begun += symbol
            ended = reber_walk(begun)[-1] == "end"
            may = "B" if ended else reber_next(begun)
            allowed = {REBER_SYMBOLS[n] for n in batch.legal[k, t].nonzero()[0]}
            assert allowed == set(may)
            assert text[t + 1] in allowed
            whole, begun = whole + ended, "" if ended else begun
    assert whole > 300


def test_a_stream_may_be_shorter_than_a_string():
    assert continual_reber(3, 1).x.argmax(axis=2).tolist() == [[0]] * 3


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: temporal_order(0), "count must be at least 1, got 0"),
        (lambda: temporal_order(1, marks=4), "marks must be 2 or 3, got 4"),
        (lambda: copying(1, gap=0), "gap must be at least 1, got 0"),
        (lambda: baseline(0), "gap must be at least 1, got 0"),
        (lambda: continual_reber(1, 0), "seq_len must be at least 1, got 0"),
    ],
)
def test_what_is_no_task_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
