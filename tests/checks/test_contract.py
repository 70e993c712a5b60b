"""What every check keeps: right answers, mistakes, stubs and odd input get the line they should."""

import ast
import inspect
import pkgutil
import random
import re
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from io import StringIO
from numbers import Real

import numpy as np
import pytest
import torch

from lstm_lib.course import checks
from lstm_lib.course.checks import verdict

CHAPTERS = [m.name for m in pkgutil.iter_modules(checks.__path__) if m.name.startswith("chapter")]
TABLES = {name: import_module(f"tests.checks.{name}").ANSWERS for name in CHAPTERS}
ANSWERS = {check: answers for table in TABLES.values() for check, answers in table.items()}
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], [None] * 12, ["a"] * 3, [[1, 2], [3]],
    [1e308] * 3, [True] * 3, [10**400] * 3, [float("nan")] * 12, [[float("inf")] * 2] * 2,
    float("nan"), float("inf"), True, 1j, -1e308, 10**400, object(), len, type, iter([1]),
    np.zeros(3), np.zeros((0, 3)), np.zeros((40, 40)), np.array("x"), np.array([object()]),
    np.float32(7.5), torch.zeros(2, 2), torch.nn.LSTM, torch.nn.LSTM(1, 1),
    lambda: 1, lambda *_: None, lambda *_: 1 / 0, lambda *_: True, lambda *_: float("nan"),
    lambda *_: 10**400,
    lambda *_: "text", lambda *_: object(), lambda *_: {}, lambda *_: [1], lambda *_: [[1], 2],
    lambda *_: (10**400, 1), lambda *_: np.zeros((2, 3, 4)), lambda *_: torch.zeros(0),
    lambda *_: torch.zeros(2, 3), lambda *_: torch.full((2, 6), float("nan")),
    lambda *_: torch.nn.LSTM(1, 1), lambda *_: torch.nn.LSTM(2, 3, bias=False),
]  # fmt: skip


def checks_of(module) -> set:
    """Return the public functions of a module of checks."""
    found = [f for name, f in vars(module).items() if inspect.isfunction(f) and name[0] != "_"]
    return {function for function in found if function.__module__ == module.__name__}


def takes_two(check) -> bool:
    return len(inspect.signature(check).parameters) == 2


def words(check, answer) -> str:
    """Return the one line that a check prints about an answer, or about two."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        check(*answer) if takes_two(check) else check(answer)
    assert err.getvalue() == ""
    assert out.getvalue().count("\n") == 1
    return out.getvalue().rstrip("\n")


@cache
def said_to_mistake(check, k: int) -> str:
    return words(check, ANSWERS[check].mistakes[k][0])


@cache
def said_to_odd(check) -> list[str]:
    """Return what a check says to odd input; of two answers one may be right."""
    answers = ODD
    if takes_two(check):
        first, second = ANSWERS[check].right[0]
        answers = [pair for odd in ODD for pair in ((odd, odd), (odd, second), (first, odd))]
    return [words(check, answer) for answer in answers]


def each(kind: str) -> list:
    """Return each check with the number of each of its right answers or mistakes."""
    return [
        pytest.param(check, k, id=f"{check.__name__}-{k}")
        for check, answers in ANSWERS.items()
        for k in range(len(getattr(answers, kind)))
    ]


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_check_has_right_answers_and_mistakes_in_its_table(name):
    assert set(TABLES[name]) == checks_of(import_module(f"{checks.__name__}.{name}"))
    assert all(answers.right and answers.mistakes for answers in TABLES[name].values())


every_check = pytest.mark.parametrize("check", ANSWERS, ids=lambda check: check.__name__)


@every_check
def test_the_question_is_one_line_and_nothing_is_returned(check):
    assert re.fullmatch(r"Check .+\.", check.__doc__)
    assert inspect.signature(check).return_annotation is None


@pytest.mark.parametrize(("check", "k"), each("right"))
def test_a_right_answer_is_correct(check, k):
    assert words(check, ANSWERS[check].right[k]) == verdict.CORRECT


@pytest.mark.parametrize(("check", "k"), each("mistakes"))
def test_a_mistake_gets_its_hint_and_not_the_solution(check, k):
    said = said_to_mistake(check, k)
    assert said.startswith("not yet: ")
    assert ANSWERS[check].mistakes[k][1] in said
    right, secrets = ANSWERS[check].right[0], ANSWERS[check].secrets
    assert not [secret for secret in secrets if secret in said]
    if isinstance(right, Real):
        numbers = map(float, re.findall(r"\d+\.\d+|\d+", said))
        assert not [number for number in numbers if number == pytest.approx(abs(right), rel=0.02)]


@every_check
@pytest.mark.parametrize("stub", [..., None])
def test_a_stub_is_not_attempted(check, stub):
    answer = (stub, stub) if takes_two(check) else stub
    assert words(check, answer) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize(
    "check", [check for check, answers in ANSWERS.items() if inspect.isfunction(answers.right[0])]
)
def test_a_function_with_a_stub_in_it_is_not_attempted(check):
    assert words(check, lambda *_: ...) == verdict.NOT_ATTEMPTED


@every_check
def test_odd_input_gets_a_hint(check):
    assert [said for said in said_to_odd(check) if not said.startswith("not yet: ")] == []


@every_check
def test_a_check_leaves_random_numbers_and_files_alone(check, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = random.getstate(), torch.get_rng_state().tolist()
    words(check, ANSWERS[check].right[0])
    assert (random.getstate(), torch.get_rng_state().tolist()) == before
    assert list(tmp_path.iterdir()) == []


# --- no hint without a mistake --------------------------------------------------------------------


def hints_in(module) -> set[str]:
    """Return the strings of a module that look like sentences; of an f-string its parts."""
    tree = ast.parse(inspect.getsource(module))
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = {node for node in ast.walk(tree) if isinstance(getattr(node, "value", ""), str)}
    texts = {node.value for node in strings - docstrings if isinstance(node, ast.Constant)}
    return {text for text in texts if re.search(r"[a-z]{2} [a-z]{2}", text)}


@cache
def said_in(name: str) -> str:
    """Return all that the checks of a chapter say to mistakes and to odd input."""
    lines = [line for check in TABLES[name] for line in said_to_odd(check)]
    for check, answers in TABLES[name].items():
        lines += [said_to_mistake(check, k) for k in range(len(answers.mistakes))]
    return "\n".join(lines)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_hint_is_said_to_some_answer_of_the_table(name):
    hints = hints_in(import_module(f"{checks.__name__}.{name}"))
    assert {hint for hint in hints if hint not in said_in(name)} == set()


UNSAID = ("the last line of a sheet should be for ELSE", "math domain error|expected a .+ input")


def test_every_sentence_that_checks_have_in_common_is_said():
    said = "\n".join(map(said_in, CHAPTERS))
    unsaid = {hint for hint in hints_in(verdict) if hint not in said}
    assert unsaid == {verdict.NOT_ATTEMPTED, *UNSAID}
