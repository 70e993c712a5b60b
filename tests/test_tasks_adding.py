"""The adding problem, by the rules of the paper."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib.course.tasks.adding import Sums, adding


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(20, 200), st.integers(0, 1000))
def test_every_sequence_keeps_the_rules(count, seq_len, seed):
    x, targets, lengths, marked = adding(count, seq_len, seed)
    assert x.shape == (count, lengths.max(), 2)
    assert targets.shape == (count, 1)
    assert lengths.shape == (count,)
    for sequence, target, length, marks in zip(x, targets, lengths, marked, strict=True):
        values, markers = sequence[:length].T
        assert seq_len <= length <= seq_len + seq_len // 10
        ones = [t for t in range(length) if markers[t] == 1]
        assert ones == sorted(marks)
        assert len(ones) == 2
        assert marks[0] < 10
        assert length - 1 - max(ones) >= seq_len / 2
        others = [t for t in range(length) if t not in ones]
        assert all(markers[t] == -(t in (0, length - 1)) for t in others)
        assert markers[-1] == -1
        total = sum(value for value, marker in zip(values, markers, strict=True) if marker == 1)
        assert target == pytest.approx([0.5 + total / 4.0])
        assert abs(values).max() <= 1
        assert not sequence[length:].any()
        if 0 in marks:
            assert values[0] == 0


def test_every_step_that_may_be_marked_is_marked_equally_often():
    first, second = adding(20000, 20, seed=1).marked.T
    for marks in (first, second):
        assert set(marks) == set(range(10))
        assert np.bincount(marks) / 20000 == pytest.approx(0.1, abs=0.015)
    assert (first != second).all()


def test_the_second_mark_is_one_of_the_first_half_of_the_unmarked():
    first, second = adding(5000, 60, seed=2).marked.T
    rank = second - (second > first)  # among those still unmarked, from 0
    assert set(rank) == set(range(60 // 2 - 1))
    assert second.max() == 29


def test_all_lengths_come_up_and_all_values():
    x, _, lengths, _ = adding(3000, 50, seed=3)
    assert set(lengths) == set(range(50, 56))
    values = x[:, 1:50, 0]
    assert values.min() < -0.99
    assert values.max() > 0.99
    assert values.mean() == pytest.approx(0.0, abs=0.01)
    assert values.var() == pytest.approx(1 / 3, abs=0.01)


def test_a_marked_first_step_adds_nothing():
    x, targets, _, marked = adding(2000, 20, seed=4)
    rows = np.flatnonzero((marked == 0).any(axis=1))
    assert len(rows) > 200
    assert (x[rows, 0] == [0, 1]).all()
    others = np.flatnonzero((marked > 0).all(axis=1))
    assert (x[others, 0, 1] == -1).all()
    assert (x[others, 0, 0] != 0).all()
    assert abs(targets[rows] - 0.5).max() <= 0.25


def test_a_seed_says_everything():
    one, same, other = (adding(20, 40, seed) for seed in (7, 7, 8))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert (one.targets != other.targets).all()


# --- being correct ----------------------------------------------------------------------------


def test_correct_is_an_error_below_four_hundredths():
    sums = Sums(np.zeros((4, 1, 2)), np.full((4, 1), 0.5), np.ones(4, int), np.zeros((4, 2), int))
    outputs = [[0.5], [0.5399], [0.4601], [0.5401]]
    assert sums.correct(outputs).tolist() == [True, True, True, False]


def test_one_half_for_everything_is_right_in_fifteen_percent():
    sums = adding(20000, 100, seed=5)
    always = np.full((20000, 1), 0.5)
    assert sums.correct(always).mean() == pytest.approx(0.15, abs=0.02)
    assert np.mean((sums.targets - always) ** 2) == pytest.approx(2 / 3 / 16, rel=0.07)


def test_the_fields_of_a_batch():
    assert Sums._fields == ("x", "targets", "lengths", "marked")


# --- bad input --------------------------------------------------------------------------------

BAD_INPUT = [
    (lambda: adding(0), ValueError, "count must be at least 1, got 0"),
    (lambda: adding(1.0), TypeError, "count must be a whole number"),
    (lambda: adding(1, 19), ValueError, "seq_len must be at least 20, got 19"),
    (lambda: adding(1, "100"), TypeError, "seq_len must be a whole number"),
    (lambda: adding(1, seed=-1), ValueError, "seed"),
    (
        lambda: adding(2).correct(np.zeros(2)),
        ValueError,
        "outputs must have shape (2, 1), got (2,)",
    ),
    (lambda: adding(2).correct([[0.5], [np.nan]]), ValueError, "outputs must hold finite"),
    (lambda: adding(2).correct(None), TypeError, "outputs must be an array of numbers"),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{re.escape(names)}"):
        act()
