"""The tasks made of bits: what they hold, how they are judged, and that they can be learned."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib.course.tasks.bits import Bits, binary_copy, delayed_recall, to_binary
from lstm_lib.learning import Adam, bce_with_logits
from lstm_lib.vector import VectorLSTM


def numbers_of(bits):
    """Return the numbers that rows of bits stand for, highest bit first."""
    return [int("".join(str(int(bit)) for bit in row), 2) for row in bits]


# --- binary -------------------------------------------------------------------------------------


def test_twenty_five_in_eight_bits():
    assert to_binary(25) == to_binary(25, width=8) == (0, 0, 0, 1, 1, 0, 0, 1)
    assert binary_copy(1, numbers=[25]).x[0, :, 0].tolist() == [0, 0, 0, 1, 1, 0, 0, 1]


@given(st.integers(1, 62), st.data())
def test_binary_is_that_of_python(width, data):
    number = data.draw(st.integers(0, 2**width - 1))
    assert "".join(map(str, to_binary(number, width))) == f"{number:0{width}b}"


# --- copy ---------------------------------------------------------------------------------------


def test_the_target_of_a_copy_is_its_input():
    x, targets, asked = binary_copy(50, width=8, seed=3)
    assert x.shape == targets.shape == asked.shape == (50, 8, 1)
    assert (x == targets).all()
    assert asked.all()
    assert not np.shares_memory(x, targets)
    assert set(np.unique(x)) == {0.0, 1.0}


def test_all_numbers_come_up_and_only_those_asked_for():
    assert set(numbers_of(binary_copy(500, width=4).x[:, :, 0])) == set(range(16))
    assert set(numbers_of(binary_copy(500, numbers=[0, 7, 255]).x[:, :, 0])) == {0, 7, 255}


def test_long_numbers_use_every_bit():
    means = binary_copy(400, width=62, seed=1).x.mean(axis=0)
    assert means.min() > 0.35
    assert means.max() < 0.65


# --- delayed recall -----------------------------------------------------------------------------


def test_recall_is_the_bits_then_silence_then_the_question():
    x, targets, asked = delayed_recall(1, width=4, gap=3, numbers=[0b1011])
    assert x[0, :, 0].tolist() == [1, -1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    assert x[0, :, 1].tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    assert targets[0, :, 0].tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1]
    assert asked[0, :, 0].tolist() == [False] * 7 + [True] * 4


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 20), st.integers(1, 12), st.integers(0, 20), st.integers(0, 1000))
def test_every_recall_gives_back_what_came_in(count, width, gap, seed):
    x, targets, asked = delayed_recall(count, width, gap, seed)
    assert x.shape == (count, 2 * width + gap, 2)
    assert targets.shape == asked.shape == (count, 2 * width + gap, 1)
    assert {x.dtype, targets.dtype} == {np.dtype(float)}
    assert asked.dtype == bool
    assert ((x[:, :width, 0] > 0) == targets[:, -width:, 0]).all()
    assert (abs(x[:, :width, 0]) == 1).all()
    assert not x[:, width:, 0].any()
    assert (x[:, :, 1:] == asked).all()
    assert not targets[~asked].any()
    assert asked.sum() == count * width


@pytest.mark.parametrize("task", [binary_copy, delayed_recall])
def test_a_seed_says_everything(task):
    one, same, other = (task(30, seed=seed) for seed in (4, 4, 5))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert (one.x != other.x).any()


# --- being exact --------------------------------------------------------------------------------


def test_exact_asks_for_every_bit_and_for_no_other():
    bits = delayed_recall(3, width=2, gap=1, seed=0)
    logits = np.where(bits.targets > 0, 0.1, -0.1)
    assert bits.exact(logits).tolist() == [True, True, True]
    logits[0, 4] *= -1.0  # an answer
    logits[1, 2] *= -1.0  # silence
    assert bits.exact(logits).tolist() == [False, True, True]
    assert not bits.exact(-logits).any()


def test_a_logit_of_zero_means_zero():
    assert binary_copy(1, 2, numbers=[0]).exact(np.zeros((1, 2, 1))).all()
    assert not binary_copy(1, 2, numbers=[1]).exact(np.zeros((1, 2, 1))).any()


# --- they can be learned ------------------------------------------------------------------------


def trained(make, input_size, hidden_size, lr, updates, seed=0):
    model = VectorLSTM(input_size, hidden_size, 1, seed=seed, forget_bias=1.0)
    optimizer = Adam(lr, max_norm=1.0)
    for update in range(updates):
        x, targets, asked = make(update)
        outputs, trace = model.forward(x)
        _, d_outputs = bce_with_logits(outputs, targets, asked)
        optimizer.update(model.parameters, model.backward(trace, d_outputs))
    return model


def test_a_copy_is_learned_and_holds_for_new_and_longer_numbers():
    shuffled = np.random.default_rng(0).permutation(256).tolist()
    model = trained(lambda seed: binary_copy(32, 8, seed, shuffled[128:]), 1, 8, 0.03, 150)
    for test in (binary_copy(1000, 8, 999, shuffled[:128]), binary_copy(1000, 32, 999)):
        assert test.exact(model.forward(test.x)[0]).all()


def test_recall_is_learned_and_needs_its_memory():
    model = trained(lambda seed: delayed_recall(32, 2, 3, seed), 2, 8, 0.02, 500)
    test = delayed_recall(200, 2, 3, seed=999)
    outputs, trace = model.forward(test.x)
    assert test.exact(outputs).all()
    _, emptied = model.forward(test.x[:, 5:])  # the question alone, from an empty memory
    assert far_apart(trace.h[:, 5:]) > 0
    assert far_apart(emptied.h) == 0


def far_apart(h):
    """Return how much the sequences of a batch differ."""
    return float(np.ptp(h, axis=0).max())


# --- bad input ----------------------------------------------------------------------------------

BAD_INPUT = [
    (lambda: to_binary(256), ValueError, "number must be from 0 to 255, got 256"),
    (lambda: to_binary(-1), ValueError, "number must be at least 0"),
    (lambda: to_binary(2.5), TypeError, "number must be a whole number"),
    (lambda: to_binary(1, width=0), ValueError, "width must be at least 1, got 0"),
    (lambda: to_binary(1, width=63), ValueError, "width must be at most 62, got 63"),
    (lambda: binary_copy(0), ValueError, "count must be at least 1, got 0"),
    (lambda: binary_copy(2.0), TypeError, "count must be a whole number"),
    (lambda: binary_copy(2, width="8"), TypeError, "width"),
    (lambda: binary_copy(2, width=63), ValueError, "width must be at most 62"),
    (lambda: binary_copy(2, seed=-1), ValueError, "seed"),
    (lambda: binary_copy(2, seed=None), TypeError, "seed"),
    (lambda: binary_copy(2, numbers=[]), ValueError, "numbers must hold at least one"),
    (lambda: binary_copy(2, numbers=[1, 256]), ValueError, "numbers[1] must be from 0 to 255"),
    (lambda: binary_copy(2, numbers=[1.5]), TypeError, "numbers[0] must be a whole number"),
    (lambda: binary_copy(2, numbers=7), TypeError, "numbers must be a sequence"),
    (lambda: binary_copy(2, numbers="01"), TypeError, "numbers must be a sequence"),
    (lambda: delayed_recall(0), ValueError, "count"),
    (lambda: delayed_recall(2, width=0), ValueError, "width"),
    (lambda: delayed_recall(2, gap=-1), ValueError, "gap must be at least 0, got -1"),
    (lambda: delayed_recall(2, gap=1.0), TypeError, "gap must be a whole number"),
    (lambda: delayed_recall(2, seed=0.5), TypeError, "seed"),
    (lambda: delayed_recall(2, numbers=[16]), ValueError, "numbers[0] must be from 0 to 15"),
    (
        lambda: binary_copy(2).exact(np.zeros((2, 8))),
        ValueError,
        "logits must have shape (2, 8, 1), got (2, 8)",
    ),
    (lambda: binary_copy(2).exact(np.full((2, 8, 1), np.nan)), ValueError, "logits must hold"),
    (lambda: binary_copy(2).exact(None), TypeError, "logits must be an array of numbers"),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{re.escape(names)}"):
        act()


def test_a_batch_unpacks_into_inputs_targets_and_where_they_are_asked_for():
    assert Bits._fields == ("x", "targets", "asked")
