"""The network that chapter 6 looks into."""

import numpy as np
import pytest

from lstm_lib.course.networks.recall import two_bit_recall
from lstm_lib.course.tasks.bits import delayed_recall


def pairs(gap):
    """Return all four sequences of two bits."""
    parts = [delayed_recall(1, 2, gap, numbers=[number]) for number in range(4)]
    return type(parts[0])(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


@pytest.mark.parametrize(
    "gap", [*range(25), pytest.param(25, marks=pytest.mark.xfail(strict=True))]
)
def test_two_bits_are_recalled_over_gaps_up_to_24(gap):
    bits = pairs(gap)
    assert bits.exact(two_bit_recall().forward(bits.x)[0]).all()


def test_each_call_returns_a_network_of_its_own():
    two_bit_recall().parameters["bias_out"][:] = 99
    assert two_bit_recall().parameters["bias_out"] == 0.5


def test_weights_have_the_shapes_of_the_model_and_one_decimal():
    model = two_bit_recall()
    assert {name: array.shape for name, array in model.parameters.items()} == model.shapes
    for array in model.parameters.values():
        assert np.array_equal(array, array.round(1))
