"""No right idea is called wrong: few digits, near mistakes, and what a function returned so far."""

from functools import cache
from unittest.mock import patch

import numpy as np
import pytest
import torch

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE
from tests.checks.test_contract import ANSWERS, takes_two, words

# --- every check ----------------------------------------------------------------------------------


@cache
def sheets(check) -> list:
    """Return the arguments of every comparison that a check makes for a right answer."""
    found = []

    def recognised(answer, sheet, *args, **kwargs):
        found.append((list(sheet), args, kwargs))
        return CORRECT

    with patch.object(verdict, "recognised", recognised):
        words(check, ANSWERS[check].right[0])
    return found


def lines() -> list:
    """Return each mistake of every sheet, as a check and two numbers."""
    return [
        pytest.param(check, n, k, id=f"{check.__name__}-{n}-{k}")
        for check in ANSWERS
        for n, (sheet, _, _) in enumerate(sheets(check))
        for k, (value, said) in enumerate(sheet)
        if said != CORRECT and not has_else(value)
    ]


def has_else(value) -> bool:
    return value is ELSE or (isinstance(value, list | tuple) and any(map(has_else, value)))


@pytest.mark.parametrize(("check", "n", "k"), lines())
def test_no_listed_mistake_hides_behind_another_or_the_right_answer(check, n, k):
    sheet, args, kwargs = sheets(check)[n]
    assert sheet[k][1] in verdict.recognised(sheet[k][0], sheet, *args, **kwargs)


def rounded(answer, digits: int, significant: bool = False):
    """Return an answer with its numbers rounded, in whatever they lie; of a function, so too."""
    if torch.is_tensor(answer):
        return torch.tensor(rounded(answer.tolist(), digits), dtype=answer.dtype)
    if isinstance(answer, np.ndarray | np.generic):
        return np.array(rounded(answer.tolist(), digits, significant))
    if isinstance(answer, list | tuple):
        return type(answer)(rounded(one, digits, significant) for one in answer)
    if isinstance(answer, float):
        return float(f"{answer:.{digits - 1}e}") if significant else round(answer, digits)
    if callable(answer) and not isinstance(answer, type | torch.nn.Module):
        return lambda *case: rounded(answer(*case), digits)
    return answer


def in_numbers(answer) -> bool:
    """Return whether an answer is a number, numbers, or a function."""
    try:
        return callable(answer) or np.asarray(answer).dtype.kind in "iuf"
    except ValueError:
        return False


OF_NUMBERS = [
    pytest.param(check, k, id=f"{check.__name__}-{k}")
    for check, answers in ANSWERS.items()
    for k, right in enumerate(answers.right)
    if in_numbers(right) and sheets(check) and not takes_two(check)  # which has many answers
]


@pytest.mark.parametrize("significant", [False, True], ids=["decimals", "significant"])
@pytest.mark.parametrize("digits", range(1, 7))
@pytest.mark.parametrize(("check", "k"), OF_NUMBERS)
def test_the_right_answer_rounded_is_never_called_a_mistake(check, k, digits, significant):
    right = ANSWERS[check].right[k]
    few = rounded(right, digits, significant)
    said = words(check, few).removeprefix("not yet: ")
    anything_else = {sheet[-1][1] for sheet, _, _ in sheets(check)}
    is_right_so_far = said == CORRECT or said.startswith("right so far")
    assert is_right_so_far or (digits == 1 and said in anything_else), said
