"""What a function is tried with, and how near a number has to be: both decide what is right."""

import numpy as np
import pytest
import torch

from lstm_lib.course.checks import chapter_05
from lstm_lib.course.checks.verdict import CORRECT
from lstm_lib.record import BatchTrace
from tests.checks.test_contract import ANSWERS, words

PRICES = (1.0, 0.5, 0.25, 1.0)
TRIED = {  # of an array its shape and the sum of its sizes
    "left_over": [(0.5, 1), (0.9, 5), (2.0, 3), (0.7, 0)],
    "input_gradient": [
        (PRICES, 0.5, 1.0), (PRICES, -0.9, 0.7), ((0.2, -0.4, 0.1), 1.5, 2.0), ((0.3,), 0.5, 2.0),
    ],
    "bias_for": [(1,), (2,), (10,), (100,)],
    "final_memory": [
        (0.0, (0.5,), (1.0,)),
        (2.0, (0.5, 0.5), (0.0, 1.0)),
        (-1.0, (0.9, 0.8, 0.7), (0.3, -0.2, 0.1)),
    ],
    "rnn_gradients": [
        (0.5, 1.0, 0.0, (1.0,), 0.0),
        (0.9, 0.8, 0.1, (1.0, 0.5, 0.25), 1.0),
        (-0.7, 1.2, -0.3, (0.0, 0.5, 0.25, 1.0), 0.0),
    ],
    "window": [(4, 10), (1, 0), (3, 7), (8, 100)],
    "early_stop": [
        ([5, 4, 3, 4, 5, 6, 7, 2], 2), ([3, 2, 2, 2, 2], 2), ([4, 3, 2, 1], 2),
        ([5, 3, 4, 3.5, 3.2, 1], 3), ([5, 6, 4, 5, 3, 4, 4], 2), ([9, 8], 1),
    ],
    "bias_for_share": [(1, 0.5), (10, 0.5), (100, 0.5), (1000, 0.1), (20, 0.9)],
    "clipped": [
        (["(2, 2): 7.0", "(1,): 12.0"], 1.0), (["(2, 2): 7.0", "(1,): 12.0"], 6.5),
        (["(2, 2): 7.0", "(1,): 12.0"], 20.0), (["(2,): 0.7"], 1.0), (["(2,): 0.0"], 1.0),
    ],
    "from_onnx": [
        ("(8, 3): 18.0",),
        ("(4, 1): 3.1",),
        ("(12, 3): 28.4",),
        ("(20,): 13.9",),
    ],
    "rnn_layer_gradients": [
        ("(3, 2): 3.2", "(3, 3): 6.4", "(3,): 2.4", "(1, 1, 2): 0.9", "(1, 3): 1.1"),
        ("(3, 2): 3.8", "(3, 3): 4.6", "(3,): 2.0", "(4, 5, 2): 24.4", "(4, 3): 6.7"),
        ("(2, 2): 2.9", "(2, 2): 1.5", "(2,): 0.5", "(3, 4, 2): 14.6", "(3, 2): 2.3"),
    ],
    "exact_share": [
        ("(8, 5, 1): 39.3", "(8, 5, 1): 23.0", "(8, 5, 1): 24.0"),
        ("(8, 5, 1): 39.3", "(8, 5, 1): 18.0", "(8, 5, 1): 24.0"),
        ("(8, 5, 1): 39.3", "(8, 5, 1): 20.0", "(8, 5, 1): 24.0"),
    ],
    "in_two_parts": [
        ("LSTM", "(2, 6, 2): 12.5", 2),
    ],
    "last_outputs": [
        ("(2, 4, 2): 280.0", "(2,): 6.0"),
        ("(3, 4, 2): 540.0", "(3,): 8.0"),
        ("(4, 3, 2): 648.0", "(4,): 9.0"),
    ],
    "one_period_back": [
        ("(2, 7, 1): 53.0", 4, 6),
    ],
    "counting_unit": [
        ("(1, 13, 6): 307.4", 6),
        ("(1, 17, 6): 560.3", 8),
        ("(1, 11, 6): 172.1", 5),
    ],
    "exchanged_unit": [
        ("Network", "(4, 6, 2): 39.5", 1, 2),
        ("Network", "(4, 6, 2): 39.5", 2, 3),
    ],
    "along_the_lane": [
        ("(4, 1): 3.1", "(1,): 1.0"),
        ("(5, 3): 6.6", "(3,): 4.5"),
    ],
}  # fmt: skip


def seen(value):
    """Return what is tried, with its arrays in short."""
    if isinstance(value, BatchTrace):
        return seen(value.c)
    if torch.is_tensor(value) or isinstance(value, np.ndarray):
        return f"{tuple(value.shape)}: {abs(np.asarray(value)).sum():.1f}"
    if isinstance(value, list | tuple):
        return type(value)(map(seen, value))
    return value if isinstance(value, int | float) else type(value).__name__


@pytest.mark.parametrize(
    "check", [check for check in ANSWERS if check.__name__ in TRIED], ids=lambda c: c.__name__
)
def test_a_function_is_tried_with_these(check):
    tried = []
    words(check, lambda *case: tried.append(seen(case)) or ...)
    assert tried == TRIED[check.__name__]


# --- how near -------------------------------------------------------------------------------------

TOLERANCES = {  # where it is not 0.005
    "half_life": 0.02, "first_adam_step": 1e-6, "forget_biases": 0.006, "blind_recall": 0.0005,
    "max_epochs": 0.0, "keeping_gate": 0.0002, "kept_share": 0.001,
}  # fmt: skip
OF_NUMBERS = [
    check
    for check, answers in ANSWERS.items()
    if isinstance(answers.right[0], int | float) and check.__name__ != "rate"
] + [chapter_05.forget_biases]


@pytest.mark.parametrize("check", OF_NUMBERS, ids=lambda check: check.__name__)
def test_a_number_has_to_be_so_near(check):
    right, _ = next(check.__wrapped__())
    tolerance = TOLERANCES.get(check.__name__, 0.005)
    for sign in (-1, 1):
        assert words(check, right + sign * 0.9 * tolerance) == CORRECT
        assert words(check, right + sign * max(1.1 * tolerance, 1e-7)) != CORRECT
