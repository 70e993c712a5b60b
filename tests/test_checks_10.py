"""The checks of chapter 10: right answers, likely mistakes, stubs and odd input."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
import torch

from lstm_lib.course.checks import chapter_10, verdict
from lstm_lib.trace import Clamp, Trace, trace

CHECKS = [
    value
    for name, value in vars(chapter_10).items()
    if inspect.isfunction(value) and value.__module__ == chapter_10.__name__ and name[0] != "_"
]
FUNCTIONS = [chapter_10.counting_unit, chapter_10.knocked_out]
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], [None] * 3, float("nan"), float("inf"), True, 1j,
    -1e308, 10**400, object(), torch.zeros(3), np.zeros(3), torch.nn.LSTM(1, 1), iter([1]), len,
    lambda *_: float("nan"), lambda *_: "x", lambda *_: [1], lambda *_: [[1], 2], lambda: 1,
    lambda *_: 1 / 0, lambda *_: torch.zeros(0), lambda *_: torch.zeros(2, 3, 4), lambda *_: True,
    lambda *_: torch.zeros(4, 6, 2), lambda *_: (torch.zeros(1), 2), lambda *_: object(),
]  # fmt: skip


def words(capsys, check, *answer):
    """Return what the check prints, which is one line."""
    check(*answer)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return printed.rstrip("\n")


def changes(run, n, first=1):
    return run.c[0, first : n + 1].diff(dim=0)


def steadiest(run, n, first=1):
    steps = changes(run, n, first)
    return (steps.std(dim=0) / steps.mean(dim=0).abs()).argmin().item()


def scores(steps):
    return steps.std(dim=0) / steps.mean(dim=0).abs()


def looped(run, n):
    """The same in NumPy, unit by unit, the other way round."""
    steps = np.diff(np.asarray(run.c)[0, 1 : n + 1], axis=0)
    scores = [abs(steps[:, k].mean()) / steps[:, k].std() for k in range(steps.shape[1])]
    return np.argmax(scores)


def signed(run, n):
    steps = changes(run, n)
    return (steps.std(dim=0) / steps.mean(dim=0)).argmin()


def knocked(value=None, quantity="c", units=lambda unit: unit, part=lambda c: c, of="c"):
    """Return an answer to exercise 4 that holds this."""

    def run(model, x, unit):
        seen = part(getattr(trace(model, x)[0], of))
        mean = seen[:, :, unit].mean().item() if value is None else value
        return trace(model, x, clamp=Clamp(quantity, mean, units=units(unit))).result

    return run


def of_all(model, x, unit):
    return knocked(value=trace(model, x)[0].c.mean().item())(model, x, unit)


def seen(model, x):
    return trace(model, x)[0].c


def held_at(model, x, unit, value):
    return knocked(value.item())(model, x, unit)


def whole_run(model, x, unit, **steps):
    mean = seen(model, x)[:, :, unit].mean().item()
    return trace(model, x, clamp=Clamp("c", mean, units=unit, **steps))


def late(model, x, unit):
    return whole_run(model, x, unit, steps=slice(2, None)).result


RIGHT = [
    (chapter_10.ceiling, (50,)),
    (chapter_10.ceiling, (0.5 / (1 - 0.99),)),
    (chapter_10.probe, ("c",)),
    (chapter_10.probe, (" C",)),
    (chapter_10.counting_unit, (steadiest,)),
    (chapter_10.counting_unit, (looped,)),
    (chapter_10.counting_unit, (lambda run, n: torch.tensor(steadiest(run, n)),)),
    (chapter_10.knocked_out, (knocked(),)),
    (chapter_10.knocked_out, (lambda *case: knocked()(*case).numpy(),)),
    (chapter_10.knocked_out, (lambda *case: knocked()(*case).tolist(),)),
]
MISTAKES = [
    (chapter_10.ceiling, (0.5,), "after the first step"),
    (chapter_10.ceiling, (0.995,), "after two steps"),
    (chapter_10.ceiling, (100,), "how much is written"),
    (chapter_10.ceiling, (0.5 / 0.99,), "what leaks: 1 - f"),
    (chapter_10.ceiling, (49.5,), "before 0.5 is added"),
    (chapter_10.ceiling, (0.495,), "one write after one leak"),
    (chapter_10.ceiling, (0.005,), "what leaks of 0.5"),
    (chapter_10.ceiling, (0.01,), "or of 1"),
    (chapter_10.ceiling, (7,), "it climbs until"),
    (chapter_10.probe, ("a",), "does anything break"),
    (chapter_10.probe, ("b",), "from another"),
    (chapter_10.probe, ("d",), "another question"),
    (chapter_10.probe, ("e",), "choose one of a, b, c, d"),
    (chapter_10.counting_unit, (lambda run, n: steadiest(run, n) + 1,), "counted from 0"),
    (chapter_10.counting_unit, (lambda run, _: run.c[0].var(dim=0).argmax(),), "largest variance"),
    (
        chapter_10.counting_unit,
        (lambda r, n: changes(r, n).mean(0).abs().argmax(),),
        "moves furthest",
    ),
    (
        chapter_10.counting_unit,
        (lambda r, n: changes(r, n).std(0).argmin(),),
        "divide their spread",
    ),
    (chapter_10.counting_unit, (signed,), "mind the sign"),
    (chapter_10.counting_unit, (lambda run, _: steadiest(run, len(run) - 1),), "at the a's alone"),
    (chapter_10.counting_unit, (lambda run, n: steadiest(run, n, 0),), "that the first a makes"),
    (chapter_10.counting_unit, (lambda run, n: scores(changes(run, n)).argmax(),), "least steady"),
    (chapter_10.counting_unit, (lambda run, n: scores(run.c[0, 1 : n + 1]).argmin(),), "c itself"),
    (chapter_10.counting_unit, (lambda *_: 0,), "over the size of their mean"),
    (chapter_10.counting_unit, (lambda run: 0,), "stopped: TypeError"),
    (chapter_10.counting_unit, (2,), "should be a function"),
    (chapter_10.knocked_out, (lambda model, x, _: trace(model, x).result,), "the untouched run"),
    (chapter_10.knocked_out, (knocked(0.0),), "held the unit at 0"),
    (chapter_10.knocked_out, (knocked(quantity="h", of="h"),), "the memory is c"),
    (chapter_10.knocked_out, (knocked(of="h"),), "at the mean of h"),
    (chapter_10.knocked_out, (knocked(units=lambda _: None),), "held every unit"),
    (chapter_10.knocked_out, (of_all,), "the mean over all units"),
    (chapter_10.knocked_out, (lambda m, x, u: knocked()(m, x, u - 1),), "counted from 0"),
    (chapter_10.knocked_out, (knocked(part=lambda c: c[:1]),), "of the first sequence"),
    (chapter_10.knocked_out, (knocked(part=lambda c: c[:, -1:]),), "of the last step"),
    (
        chapter_10.knocked_out,
        (lambda m, x, u: held_at(m, x, u, seen(m, x)[:, u].mean()),),
        "one step:",
    ),
    (
        chapter_10.knocked_out,
        (lambda m, x, u: held_at(m, x, u, seen(m, x)[u].mean()),),
        "one sequence:",
    ),
    (chapter_10.knocked_out, (late,), "left out the first steps"),
    (chapter_10.knocked_out, (whole_run,), "return what the whole model says"),
    (chapter_10.knocked_out, (lambda *case: whole_run(*case).output,), "what the whole model says"),
    (chapter_10.knocked_out, (lambda *case: whole_run(*case)[0].h,), "what the whole model says"),
    (chapter_10.knocked_out, (knocked(3.0),), "trace once untouched"),
    (chapter_10.knocked_out, (lambda model, x, _: trace(model, x),), "trace once untouched"),
    (chapter_10.knocked_out, (lambda model, x: 0,), "stopped: TypeError"),
    (chapter_10.knocked_out, (2,), "should be a function"),
]
SOLUTIONS = {
    chapter_10.ceiling: ("50",),
    chapter_10.probe: ("answer is c",),
    chapter_10.counting_unit: ("argmin", "std("),
    chapter_10.knocked_out: (".mean()", "result"),
}


def name_of(value):
    return getattr(value, "__name__", repr(value)[:20])


def test_every_check_of_the_chapter_is_tested():
    assert {check for check, *_ in RIGHT} == {check for check, *_ in MISTAKES} == set(CHECKS)
    assert set(SOLUTIONS) == set(CHECKS)


@pytest.mark.parametrize(("check", "answer"), RIGHT, ids=name_of)
def test_right_answer_is_correct(capsys, check, answer):
    assert words(capsys, check, *answer) == verdict.CORRECT


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=name_of)
def test_mistake_gets_its_hint_and_not_the_solution(capsys, check, answer, hint):
    said = words(capsys, check, *answer)
    assert said.startswith("not yet: ")
    assert hint in said
    assert not any(solution in said for solution in SOLUTIONS[check])


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
@pytest.mark.parametrize("stub", [..., None])
def test_stub_is_not_attempted(capsys, check, stub):
    assert words(capsys, check, stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", FUNCTIONS, ids=name_of)
@pytest.mark.parametrize("stub", [..., None])
def test_function_stub_is_not_attempted(capsys, check, stub):
    assert words(capsys, check, lambda *_: stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_input_gets_a_hint(capsys, check, odd):
    assert words(capsys, check, odd).startswith("not yet: ")


def test_the_runs_of_exercise_3_have_their_counters_in_different_units():
    sheets = [chapter_10.counting_unit.__wrapped__(*case) for case in chapter_10._memories()]
    assert [next(sheet)[0] for sheet in sheets] == [2, 1, 4]


def test_a_learner_gets_a_trace_like_that_of_a_torch_layer(capsys):
    given = []
    chapter_10.counting_unit(lambda run, n: given.append((run, n)))
    assert [n for _, n in given] == [6, 8, 5]
    for run, n in given:
        assert isinstance(run, Trace)
        assert run.c.shape == (1, 2 * n + 1, 6)
        assert torch.is_tensor(run.c)


def test_a_check_leaves_the_random_numbers_alone():
    torch.manual_seed(1)
    first = torch.rand(1)
    torch.manual_seed(1)
    chapter_10.knocked_out(knocked())
    assert torch.equal(torch.rand(1), first)


def test_the_checks_need_no_torch_to_be_there():
    program = "import sys, lstm_lib.course.checks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
