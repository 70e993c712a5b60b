"""How answers are compared with a sheet, and what is said where no sheet says it."""

import numpy as np
import pytest
import torch

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, NOT_ATTEMPTED

NAN = "nan came out, as from 0 / 0 or infinity - infinity: which step makes it?"
DIVIDED = "your function stopped: ZeroDivisionError: float division by zero"
INFINITE = "infinity came out, as from a division by 0: a finite number is asked for"


@verdict.number(within=0.01)
def seven():
    """Check a number."""
    yield 7, CORRECT
    yield 5, "five"
    yield ELSE, "otherwise"


@verdict.number(within=0.001)
def third():
    """Check a number with decimals."""
    yield 1 / 3, CORRECT
    yield 0.3, "three tenths"
    yield 0.3345, "in between"
    yield 0.3351, "a little more"
    yield ELSE, "otherwise"


@verdict.function(cases=[(1.0,), (2.0,), (0.0,)])
def halved(number):
    """Check a function that may stop."""
    yield number / 2, CORRECT
    yield number, "as it was"
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
        (seven, 10**400, f"not yet: {INFINITE}"),
        (seven, float("-inf"), f"not yet: {INFINITE}"),
        (seven, np.float64("nan"), f"not yet: {NAN}"),
        (seven, torch.tensor(7), CORRECT),
        (seven, torch.tensor([[7.0]], requires_grad=True), CORRECT),
        (seven, np.array(7), CORRECT),
        (seven, np.array([5]), "not yet: five"),
        (
            seven,
            np.array([7, 7]),
            "not yet: the answer should be a number, and this is an array (2,)",
        ),
        (seven, [7], "not yet: the answer should be a number, and this is [7]"),
        (seven, 10**56, "not yet: otherwise"),
        (third, 0.333, CORRECT),
        (third, 0.33, "not yet: right so far: give at least 3 decimals, rounded"),
        (third, torch.tensor([0.33]), "not yet: right so far: give at least 3 decimals, rounded"),
        (
            third,
            0.3,
            "not yet: right so far if you rounded: give at least 3 decimals, rounded. "
            "If you did not, three tenths",
        ),
        (third, 0.3345, "not yet: in between"),
        (third, 0.3347, "not yet: in between"),
        (third, 0.3349, "not yet: a little more"),
        (third, 0.3351, "not yet: a little more"),
        (third, 0.3362, "not yet: otherwise"),
        (halved, lambda x: x / 2, CORRECT),
        (halved, lambda x: torch.tensor([x / 2]), CORRECT),
        (halved, lambda x: x, "not yet: as it was"),
        (halved, lambda x: x if 1 / x else 0.0, "not yet: as it was"),
        (halved, lambda x: 7.0 if 1 / x else 0.0, f"not yet: for (0.0) {DIVIDED}"),
        (halved, lambda x: x / 2 if 1 / x else 0.0, f"not yet: for (0.0) {DIVIDED}"),
        (halved, lambda x: 1 / (x - 1), f"not yet: for (1.0) {DIVIDED}"),
        (halved, lambda x: x / 2 if x else None, "not yet: otherwise"),
        (letter, " B\n", CORRECT),
        (letter, "b)", CORRECT),
        (letter, "(b).", CORRECT),
        (letter, ["b"], CORRECT),
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
            f"not yet: {NAN}",
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
        (doubled, lambda _: ..., NOT_ATTEMPTED),
        (doubled, lambda _: None, f"not yet: {verdict.NOTHING}"),
        (doubled, lambda numbers: [float("inf")] * len(numbers), f"not yet: {INFINITE}"),
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


def test_a_sheet_has_a_line_for_anything_else():
    with pytest.raises(ValueError, match="the last line of a sheet should be for ELSE"):
        verdict.recognised(8, iter([(7, CORRECT), (5, "five")]))


def test_sheets_of_different_lengths_are_refused():
    def sheet(length):
        yield from [(k, CORRECT) for k in range(length)]

    with pytest.raises(ValueError, match="shorter"):
        verdict.recognised([9, 9], verdict.together([sheet(2), sheet(1)]))
