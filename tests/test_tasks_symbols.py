"""What counts as a right prediction of the next symbol."""

import re

import numpy as np
import pytest

from lstm_lib.course.tasks.symbols import Symbols, ahead, one_hot, right

LEGAL = np.array([[[1, 0, 0], [1, 1, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 1], [0, 0, 0]]], float)
LENGTHS = np.array([3, 2])


def changed(*place, to):
    """Return predictions that are right but for one value."""
    predictions = np.where(LEGAL > 0, 0.9, 0.1)
    predictions[place] = to
    return predictions


# --- exactly the legal ones above a threshold -------------------------------------------------


@pytest.mark.parametrize(
    ("place", "to", "verdict"),
    [
        ((0, 0, 0), 0.9, [True, True]),
        ((0, 0, 0), 0.51, [True, True]),
        ((0, 0, 0), 0.5, [False, True]),  # above, not at
        ((0, 1, 1), 0.4, [False, True]),  # one of two legal ones is missing
        ((0, 1, 2), 0.6, [False, True]),  # one too many
        ((0, 2, 0), 0.5, [True, True]),
        ((1, 1, 2), 0.1, [True, False]),
        ((1, 2, 0), 0.9, [True, True]),  # padding
    ],
)
def test_right_is_exactly_the_legal_symbols(place, to, verdict):
    assert right(changed(*place, to=to), LEGAL, LENGTHS).tolist() == verdict


def test_the_threshold_of_logits_is_zero():
    logits = np.where(LEGAL > 0, 0.2, -0.2)
    assert right(logits, LEGAL, LENGTHS, threshold=0).all()
    assert not right(logits, LEGAL, LENGTHS).any()


# --- all the legal ones above all others ------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "to", "verdict"),
    [
        ((0, 1, 1), 0.11, [True, True]),  # far below 0.5, still ahead
        ((0, 1, 1), 0.1, [False, True]),  # a tie is not ahead
        ((0, 1, 0), 0.05, [False, True]),  # the other legal one does not help
        ((0, 2, 1), 0.95, [False, True]),
        ((1, 1, 0), 0.95, [True, False]),
        ((1, 2, 0), 0.95, [True, True]),  # padding
    ],
)
def test_ahead_is_every_legal_symbol_above_every_other(place, to, verdict):
    assert ahead(changed(*place, to=to), LEGAL, LENGTHS).tolist() == verdict


def test_ahead_asks_for_an_order_only():
    logits = np.where(LEGAL > 0, -5.0, -6.0)
    assert ahead(logits, LEGAL, LENGTHS).all()
    assert not ahead(-logits, LEGAL, LENGTHS).any()


def test_where_everything_is_legal_nothing_can_be_wrong():
    assert ahead(np.zeros((1, 1, 2)), np.ones((1, 1, 2)), [1]).all()


# --- one hot ----------------------------------------------------------------------------------


def test_one_hot_by_hand():
    assert one_hot("ba", "abT").tolist() == [[0, 1, 0], [1, 0, 0]]
    assert one_hot("", "abT").shape == (0, 3)


def test_the_fields_of_a_batch():
    assert Symbols._fields == ("x", "targets", "legal", "lengths")


# --- bad input --------------------------------------------------------------------------------

GOOD = np.zeros(LEGAL.shape)
BAD_INPUT = [
    (lambda f: f(GOOD[:, :2], LEGAL, LENGTHS), ValueError, "predictions must have shape (2, 3, 3)"),
    (lambda f: f(GOOD * np.nan, LEGAL, LENGTHS), ValueError, "predictions must hold finite"),
    (lambda f: f(None, LEGAL, LENGTHS), TypeError, "predictions must be an array of numbers"),
    (lambda f: f(GOOD, LEGAL[0], LENGTHS), ValueError, "legal must have shape"),
    (lambda f: f(GOOD, LEGAL, [3]), ValueError, "lengths must have shape (2,), got (1,)"),
    (lambda f: f(GOOD, LEGAL, [3, 4]), ValueError, "lengths must be from 1 to 3, got 3 to 4"),
    (lambda f: f(GOOD, LEGAL, [0, 3]), ValueError, "lengths must be from 1 to 3, got 0 to 3"),
]


@pytest.mark.parametrize("judge", [right, ahead])
@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(judge, act, error, names):
    with pytest.raises(error, match=f"^{re.escape(names)}"):
        act(judge)


def test_a_bad_threshold_is_named():
    with pytest.raises(TypeError, match=r"^threshold must be a number"):
        right(GOOD, LEGAL, LENGTHS, "high")


def test_a_strange_symbol_is_named():
    with pytest.raises(ValueError, match=r"^text must be made of abT, got 'c' in 'abc'"):
        one_hot("abc", "abT")
    with pytest.raises(TypeError, match=r"^text must be a str"):
        one_hot(["a"], "abT")
