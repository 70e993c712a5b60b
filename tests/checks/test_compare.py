"""When a number counts as the right one with fewer digits, and how far apart answers are."""

from math import inf, nan

import numpy as np
import pytest
import torch

from lstm_lib.course.checks.compare import ELSE, as_float, distance, is_shortened, unusual

SHARE = 0.99**100  # 0.36603


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (0.4, SHARE),
        (0.37, SHARE),
        (0.366, SHARE),
        (np.float32(0.366), SHARE),
        (0.366 * (1 + 9e-8), SHARE),  # as exact as a float32
        (torch.tensor(0.37), SHARE),
        (0.36, SHARE),  # cut off
        (0.66, 2 / 3),
        (0.7, 2 / 3),
        (1, 2 / 3),
        (-0.66, -2 / 3),
        (-0.7, -2 / 3),
        (3, 3.106),
        (3.1, 3.106),
        (0.1, 0.09),
        (0.02, 0.015625),
        (0.01562, 0.015625),
        (0.01563, 0.015625),
        (123.5, 123.456),
        (123.4, 123.456),
        (120, 123.456),
        (1235.0, 1234.567),
        ([0, 1.7, 3.1], [0, 1.664, 3.124]),
        ([[0, 2], [3, 0]], np.array([[0.04, 1.96], [3.01, 0.0]])),
    ],
)
def test_an_answer_with_fewer_digits_is_shortened(answer, right):
    assert is_shortened(answer, right)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (0.38, SHARE),
        (0.35, SHARE),
        (0.3, SHARE),  # one digit, cut off
        (0.365, SHARE),
        (0.366 * (1 + 1.1e-7), SHARE),  # a number of many digits, another one
        (0.367, SHARE),
        (0.3697, SHARE),  # 0.99**99
        (0, SHARE),
        (0.6, 2 / 3),
        (0.68, 2 / 3),
        (-0.67, 2 / 3),
        (0.01561, 0.015625),
        (4, 3.106),
        (4000, 3500),  # a count has no digits to spare
        (900.0, 895.0),
        ([0, 0, 0], [0.01, 0.02, 0.03]),
        ([0, 1.6, 3.1], [0, 1.664, 3.124]),  # a list is rounded, not cut off
        ([0, 10], [0.1, 12.3]),
        ([1.0, 3.0], [1.0, 2.0]),
        ([0.4, 0.4], SHARE),
        (0.4, [SHARE, SHARE]),
        ([0.4, 0.4], [SHARE]),
        (nan, SHARE),
        (inf, SHARE),
        ("0.4", SHARE),
        (None, SHARE),
        (0.4, inf),
    ],
)
def test_another_answer_is_not(answer, right):
    assert not is_shortened(answer, right)


@pytest.mark.parametrize(
    ("answer", "wanted", "apart"),
    [
        (3, 5.5, 2.5),
        (torch.tensor([3]), 5.5, 2.5),
        ([3], 5.5, inf),
        ([1, [2, 3]], [1.0, np.array([2.0, 3.25])], 0.25),
        ((3.0, 1.0), [1.0, 1.0], 2.0),
        ([], [], 0),
        ([1], [1, 2], inf),
        (inf, inf, 0),
        (inf, -inf, inf),
        (-inf, 1, inf),
        (nan, nan, 0),
        (nan, 1, inf),
        ([1, nan], [1, 1], inf),
        ([nan, 1], [1, 1], inf),
        (None, None, 0),
        (0, None, inf),
        (None, 0, inf),
        ("1", 1, inf),
        ([object(), 1], [ELSE, 1.5], 0.5),
        (10**400, inf, 0),
        (-(10**400), -inf, 0),
    ],
)
def test_the_distance_is_that_of_the_worst_number(answer, wanted, apart):
    assert distance(answer, wanted) == apart


def test_what_is_no_number_is_no_float():
    found = [as_float(value) for value in ("1", None, 1j, [1.0], np.ones(2), np.array("x"))]
    assert found == [None] * 6


def test_nan_and_infinity_are_found_wherever_they_lie():
    assert unusual([1, [2, -inf], torch.tensor([[inf]])]) == [-inf, inf]
    assert [str(number) for number in unusual(np.array([nan, 1]))] == ["nan"]
    assert unusual([1, "nan", None]) == []
