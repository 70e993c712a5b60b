"""How answers are compared with a sheet, and what is said where no sheet says it."""

import numpy as np
import pytest
import torch

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, NOT_ATTEMPTED


@verdict.number(within=0.01)
def seven():
    """Check a number."""
    yield 7, CORRECT
    yield 5, "five"
    yield ELSE, "otherwise"


@verdict.choice()
def letter():
    """Check a letter."""
    yield "b", CORRECT
    yield "a", "not that one"


@verdict.array(within=0.01)
def eye():
    """Check an array."""
    yield np.eye(2), CORRECT
    yield np.zeros((2, 2)), "zeros"
    yield np.arange(3.0), "three in a row"
    yield ELSE, "otherwise"


@verdict.function(cases=[([1, 2],), ([3],), ([],)])
def doubled(numbers):
    """Check a function."""
    yield [2 * n for n in numbers] or None, CORRECT
    yield [2 * n for n in numbers], "nothing comes of nothing"
    yield numbers, "as they were"
    yield ELSE, "otherwise"


def double(numbers):
    return [2 * n for n in numbers] or None


def spoil(numbers):
    result = double(numbers)
    numbers.clear()
    return result


@pytest.mark.parametrize(
    ("check", "answer", "said"),
    [
        (seven, 7.009, CORRECT),
        (seven, np.float32(7), CORRECT),
        (seven, 7.011, "not yet: otherwise"),
        (seven, 4.991, "not yet: five"),
        (seven, True, "not yet: the answer should be a number, and this is True"),
        (seven, "x" * 99, f"not yet: the answer should be a number, and this is '{'x' * 56}..."),
        (seven, 10**400, f"not yet: the answer should be a number, and this is 1{'0' * 56}..."),
        (seven, 10**56, "not yet: otherwise"),
        (letter, " B\n", CORRECT),
        (letter, "A", "not yet: not that one"),
        (letter, "c", "not yet: choose one of a, b; this is 'c'"),
        (eye, [[1, 0], [0, 1]], CORRECT),
        (eye, torch.eye(2), CORRECT),
        (eye, np.eye(2, dtype=bool), CORRECT),
        (eye, np.eye(2) + 0.009, CORRECT),
        (eye, np.eye(2) + 0.011, "not yet: otherwise"),
        (eye, [[0, 0], [0, 0]], "not yet: zeros"),
        (eye, [0, 1, 2], "not yet: three in a row"),
        (eye, np.eye(3), "not yet: the shape should be (2, 2), and this is (3, 3)"),
        (eye, "eye", "not yet: the answer should be an array of numbers, and this is 'eye'"),
        (
            eye,
            [[1, float("nan")], [0, 1]],
            "not yet: the answer should be an array of numbers, and this is [[1, nan], [0, 1]]",
        ),
        (doubled, double, CORRECT),
        (doubled, spoil, CORRECT),
        (doubled, lambda numbers: tuple(double(numbers) or ()) or None, CORRECT),
        (doubled, lambda numbers: np.array(double(numbers)) if numbers else None, CORRECT),
        (doubled, lambda numbers: [torch.tensor(2 * n) for n in numbers] or None, CORRECT),
        (doubled, lambda numbers: [2 * n + 1.1e-6 for n in numbers] or None, "not yet: otherwise"),
        (doubled, lambda numbers: [2 * n + 9e-7 for n in numbers] or None, CORRECT),
        (
            doubled,
            lambda numbers: [2 * n for n in numbers],
            "not yet: nothing comes of nothing",
        ),
        (doubled, lambda numbers: numbers, "not yet: as they were"),
        (doubled, lambda numbers: (double(numbers) or [])[:1] or None, "not yet: otherwise"),
        (doubled, lambda _: None, NOT_ATTEMPTED),
        (doubled, len, "not yet: otherwise"),
        (doubled, 7, "not yet: the answer should be a function, and this is 7"),
        (
            doubled,
            lambda: 7,
            "not yet: for ([1, 2]) your function stopped: TypeError: "
            "<lambda>() takes 0 positional arguments but 1 was given",
        ),
    ],
)
def test_an_answer_is_compared_with_the_sheet(capsys, check, answer, said):
    check(answer)
    assert capsys.readouterr().out == f"{said}\n"


def test_a_check_takes_its_answers_by_name_and_no_others(capsys):
    @verdict.check
    def both(f, i):
        """Check two answers."""
        return CORRECT if (f, i) == (1, 2) else "swapped"

    both(1, i=2)
    both(i=1, f=2)
    both(..., None)
    assert capsys.readouterr().out.splitlines() == [CORRECT, "not yet: swapped", NOT_ATTEMPTED]
    with pytest.raises(TypeError, match="'i'"):
        both(1)


def test_a_check_has_the_name_and_the_question_of_its_sheet():
    assert (seven.__name__, seven.__doc__) == ("seven", "Check a number.")


def test_a_likely_mistake_is_computed_only_when_it_comes_to_it():
    def sheet():
        yield 1, CORRECT
        raise AssertionError

    assert verdict.recognised(1, sheet()) == CORRECT
    assert verdict.recognised([1, 1], verdict.together([sheet(), sheet()])) == CORRECT


def test_sheets_of_different_lengths_are_refused():
    def sheet(length):
        yield from [(k, CORRECT) for k in range(length)]

    with pytest.raises(ValueError, match="shorter"):
        verdict.recognised([9, 9], verdict.together([sheet(2), sheet(1)]))
