"""Tensors and NumPy's numbers are numbers wherever a number is asked for."""

import numpy as np
import pytest
import torch

from lstm_lib.course.checks.verdict import CORRECT, NOTHING
from tests.checks.test_contract import ANSWERS, words
from tests.checks.test_rounding import in_numbers

KINDS = {
    "tensor": lambda number: torch.tensor(number, dtype=torch.float64),
    "tensor of one": lambda number: torch.tensor([number], dtype=torch.float64, requires_grad=True),
    "scalar": np.float64,
    "array": np.array,
    "array of one": lambda number: np.array([[number]]),
}


def told_as(answer, kind):
    """Return an answer with its numbers as tensors or arrays; of a function, so too."""
    if isinstance(answer, list | tuple):
        return [told_as(one, kind) for one in answer]
    if isinstance(answer, int | float):
        return kind(answer)
    if callable(answer) and not isinstance(answer, type | torch.nn.Module):
        return lambda *case: told_as(answer(*case), kind)
    return answer


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize(
    "check",
    [check for check, answers in ANSWERS.items() if in_numbers(answers.right[0])],
    ids=lambda check: check.__name__,
)
def test_a_right_answer_may_be_a_tensor_or_an_array(check, kind):
    assert words(check, told_as(ANSWERS[check].right[0], kind)) == CORRECT


@pytest.mark.parametrize(
    "check",
    [c for c, a in ANSWERS.items() if callable(a.right[0]) and not isinstance(a.right[0], type)],
    ids=lambda check: check.__name__,
)
def test_a_function_that_returns_nothing_hears_so(check):
    assert words(check, lambda *_: None) in (
        f"not yet: {NOTHING}",
        "not yet: nothing came back: `fit` trains a module and returns None",
    )
