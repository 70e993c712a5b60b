"""The bias that exercise 2 asks for keeps the share that it names."""

import pytest

from lstm_lib.course.checks import chapter_11
from lstm_lib.scalar import half_life, sigmoid


def gate(lag: int, share: float) -> float:
    right, _ = next(chapter_11.bias_for_share.__wrapped__(lag, share))
    return sigmoid(right)


@pytest.mark.parametrize(("lag", "share"), [(1, 0.5), (100, 0.5), (1000, 0.1)])
def test_the_bias_keeps_the_share(lag, share):
    assert gate(lag, share) ** lag == pytest.approx(share)


def test_half_is_kept_for_a_half_life():
    assert half_life(gate(100, 0.5)) == pytest.approx(100)
