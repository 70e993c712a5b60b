"""The checks of chapter 9: right answers, likely mistakes, stubs and odd input."""

import inspect
import math
import subprocess
import sys

import lightning
import numpy as np
import pytest
import torch
from lightning.pytorch.callbacks import EarlyStopping

from lstm_lib.course.checks import chapter_09, verdict
from lstm_lib.course.tasks.waves import windows

CHECKS = [
    value
    for name, value in vars(chapter_09).items()
    if inspect.isfunction(value) and value.__module__ == chapter_09.__name__ and name[0] != "_"
]
FUNCTIONS = [chapter_09.one_period_back, chapter_09.early_stop]
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], ["a"] * 3, [1e308] * 3, float("nan"), float("inf"),
    True, 1j, -1e308, 10**400, object(), torch.zeros(3), np.zeros(3), torch.nn.LSTM, iter([1]), len,
    lambda *_: float("nan"), lambda *_: "x", lambda *_: [1], lambda *_: [[1], 2], lambda: 1,
    lambda *_: 1 / 0, lambda *_: torch.zeros(0), lambda *_: torch.zeros(2, 6, 4),
    lambda *_: torch.full((2, 6), float("nan")), lambda *_: (10**400, 1), lambda *_: object(),
]  # fmt: skip


def words(capsys, check, *answer):
    """Return what the check prints, which is one line."""
    check(*answer)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return printed.rstrip("\n")


def wrapped(x, period, horizon):
    return x[:, -period:, 0][:, torch.arange(horizon) % period]


def repeated(x, period, horizon):
    times = math.ceil(horizon / period)
    return x[:, -period:, 0].repeat(1, times)[:, :horizon]


def step_by_step(x, period, horizon):
    known = x[:, :, 0].tolist()
    for row in known:
        for _ in range(horizon):
            row.append(row[-period])
    return [row[-horizon:] for row in known]


def shifted(by):
    def forecast(x, period, horizon):
        start = x.shape[1] - period + by
        return x[:, start + torch.arange(horizon) % period, 0]

    return forecast


def no_wrap(x, period, horizon):
    return x[:, -period:, 0][:, :horizon]


def rotated(x, period, horizon):
    return x[:, -period:, 0].roll(-1, 1)[:, torch.arange(horizon) % period]


def stop(losses, patience):
    best, waited = 0, 0
    for k, loss in enumerate(losses):
        if k and loss >= losses[best]:
            waited += 1
        else:
            best, waited = k, 0
        if waited == patience:
            return k + 1, best + 1
    return len(losses), best + 1


def forgetful(losses, patience):
    """Return nothing where the training is not stopped."""
    waited = 0
    for k in range(1, len(losses)):
        waited = 0 if losses[k] < min(losses[:k]) else waited + 1
        if waited == patience:
            return k + 1, losses.index(min(losses[: k + 1])) + 1
    return None


def no_reset(losses, patience):
    best, waited = 0, 0
    for k in range(1, len(losses)):
        if losses[k] < losses[best]:
            best = k
        else:
            waited += 1
            if waited == patience:
                return k + 1, best + 1
    return len(losses), best + 1


def rises(losses, patience):
    """Compare with the epoch before."""
    waited = 0
    for k in range(1, len(losses)):
        waited = 0 if losses[k] < losses[k - 1] else waited + 1
        if waited == patience:
            return k + 1, losses.index(min(losses[: k + 1])) + 1
    return len(losses), losses.index(min(losses)) + 1


def ties_count(losses, patience):
    best, waited = 0, 0
    for k in range(1, len(losses)):
        waited = 0 if losses[k] <= min(losses[:k]) else waited + 1
        best = k if losses[k] < losses[best] else best
        if waited == patience:
            return k + 1, best + 1
    return len(losses), best + 1


def counted(width, series=(700, 150, 150)):
    return sum(len(windows(np.zeros(part), width - 6, 6)[0]) for part in series)


RIGHT = [
    (chapter_09.window_count, (895,)),
    (chapter_09.window_count, (counted(36),)),
    (chapter_09.honest_split, ("b",)),
    (chapter_09.honest_split, (" B ",)),
    (chapter_09.keeping_gate, (0.9715,)),
    (chapter_09.keeping_gate, (0.5 ** (1 / 24),)),
    (chapter_09.keeping_gate, (np.float64(math.exp(math.log(0.5) / 24)),)),
    (chapter_09.one_period_back, (wrapped,)),
    (chapter_09.one_period_back, (repeated,)),
    (chapter_09.one_period_back, (step_by_step,)),
    (chapter_09.one_period_back, (lambda *case: wrapped(*case).numpy(),)),
    (chapter_09.early_stop, (stop,)),
    (chapter_09.early_stop, (lambda *case: list(stop(*case)),)),
]
MISTAKES = [
    (chapter_09.window_count, (965,), "reach across a border"),
    (chapter_09.window_count, (964,), "reach across a border"),
    (chapter_09.window_count, (971,), "what follows needs room too"),
    (chapter_09.window_count, (780,), "there are three"),
    (chapter_09.window_count, (230,), "two smaller parts"),
    (chapter_09.window_count, (892,), "starts at step 0"),
    (chapter_09.window_count, (898,), "one too many"),
    (chapter_09.window_count, (913,), "has to be in the part as well"),
    (chapter_09.window_count, (985,), "6 more that are to be forecast"),
    (chapter_09.window_count, (665,), "the training part alone"),
    (chapter_09.window_count, (115,), "one of the smaller parts"),
    (chapter_09.window_count, (27,), "windows may overlap"),
    (chapter_09.window_count, (1000,), "does not fit"),
    (chapter_09.window_count, (7,), "how many places"),
    (chapter_09.honest_split, ("a",), "by lot"),
    (chapter_09.honest_split, ("c",), "at a border"),
    (chapter_09.honest_split, ("d",), "the test part as well"),
    (chapter_09.honest_split, ("e",), "choose one of a, b, c, d"),
    (chapter_09.keeping_gate, (1 - 1 / 24,), "loses a 24th"),
    (chapter_09.keeping_gate, (math.exp(-1 / 24),), "keeps 1/e"),
    (chapter_09.keeping_gate, (1 - 0.5 / 24,), "do not add up"),
    (chapter_09.keeping_gate, (0.5 / 24,), "a product of 24 factors"),
    (chapter_09.keeping_gate, (0.5**24,), "the other way round"),
    (chapter_09.keeping_gate, (0.5 ** (1 / 7.3),), "a period of 7.3"),
    (chapter_09.keeping_gate, (0.5 ** (1 / 12),), "half for 12 steps"),
    (chapter_09.keeping_gate, (0.5,), "a single step"),
    (chapter_09.keeping_gate, (2 ** (1 / 24),), "would grow"),
    (chapter_09.keeping_gate, (math.log(0.5) / 24,), "the logarithm"),
    (chapter_09.keeping_gate, (0.97,), "four decimals"),
    (chapter_09.keeping_gate, (0.972,), "four decimals"),
    (chapter_09.keeping_gate, (0.7,), "24 times"),
    (chapter_09.one_period_back, (no_wrap,), "longer than a period"),
    (chapter_09.one_period_back, (lambda x, p, h: x[:, -1].expand(-1, h),), "last value going on"),
    (chapter_09.one_period_back, (shifted(-1),), "one step too early"),
    (chapter_09.one_period_back, (rotated,), "one step too late"),
    (
        chapter_09.one_period_back,
        (lambda x, p, h: x.flip(1)[:, torch.arange(h) % p, 0],),
        "walks backwards",
    ),
    (
        chapter_09.one_period_back,
        (lambda x, p, h: x[:, -p].expand(-1, h),),
        "moves on step by step",
    ),
    (
        chapter_09.one_period_back,
        (lambda x, p, h: x[:, [min(len(x[0]) - p + k, len(x[0]) - 1) for k in range(h)], 0],),
        "it starts again",
    ),
    (
        chapter_09.one_period_back,
        (lambda x, p, h: x[:, torch.arange(h) % p, 0],),
        "the last one is fresher",
    ),
    (chapter_09.one_period_back, (lambda x, p, h: x[:, -h:, 0],), "where is the period"),
    (chapter_09.one_period_back, (lambda *case: wrapped(*case)[:, :, None],), "one axis too many"),
    (chapter_09.one_period_back, (lambda *case: wrapped(*case)[0],), "there are several"),
    (chapter_09.one_period_back, (lambda x, p, h: x[:, :3, 0],), "shape should be (2, 6)"),
    (chapter_09.one_period_back, (lambda x, p, h: x[:, :h, 0],), "after which step"),
    (chapter_09.one_period_back, (lambda x, p, h: x[:, -p : -p + h, 0],), "ends before it begins"),
    (
        chapter_09.one_period_back,
        (lambda x, p, h: x[:, [k - p for k in range(h)], 0],),
        "comes step 0",
    ),
    (chapter_09.one_period_back, (lambda x: x,), "stopped with TypeError"),
    (chapter_09.one_period_back, (3,), "should be a function"),
    (chapter_09.early_stop, (lambda a, n: stop(a, n + 1),), "one epoch too late"),
    (chapter_09.early_stop, (lambda a, n: chapter_09._stop(a, n - 1),), "one epoch too early"),
    (
        chapter_09.early_stop,
        (lambda *case: (stop(*case)[0],) * 2,),
        "not the one at which it stops",
    ),
    (chapter_09.early_stop, (rises,), "with the best so far"),
    (chapter_09.early_stop, (no_reset,), "starts the count again"),
    (chapter_09.early_stop, (ties_count,), "no improvement"),
    (chapter_09.early_stop, (lambda *case: tuple(e - 1 for e in stop(*case)),), "from 1"),
    (chapter_09.early_stop, (lambda *case: stop(*case)[::-1],), "first where it stops"),
    (chapter_09.early_stop, (lambda *case: stop(*case)[0],), "return both"),
    (chapter_09.early_stop, (lambda *case: stop(*case)[1],), "return both"),
    (chapter_09.early_stop, (lambda a, n: (stop(a, n)[0], a.index(min(a)) + 1),), "never happened"),
    (chapter_09.early_stop, (lambda a, n: (len(a), a.index(min(a)) + 1),), "it never stops"),
    (chapter_09.early_stop, (forgetful,), "runs through all its epochs"),
    (chapter_09.early_stop, (lambda a, n: (stop(a, n)[0], a[stop(a, n)[1] - 1]),), "not its loss"),
    (
        chapter_09.early_stop,
        (lambda a, n: (stop(a, n)[0], stop(a, n)[1] - 1),),
        "the best epoch from 1",
    ),
    (
        chapter_09.early_stop,
        (lambda a, n: (stop(a, n)[0] - 1, stop(a, n)[1]),),
        "up to the stop from 1",
    ),
    (chapter_09.early_stop, (lambda a, n: (1, 1),), "walk through the epochs"),
    (chapter_09.early_stop, (lambda a: (1, 1),), "your function stopped"),
    (chapter_09.early_stop, (3,), "should be a function"),
]
SOLUTIONS = {
    chapter_09.window_count: ("895", "665", "115"),
    chapter_09.honest_split: ("b:", "answer b"),
    chapter_09.keeping_gate: ("0.97", "1/24", "**"),
    chapter_09.one_period_back: ("%", "arange", "repeat("),
    chapter_09.early_stop: ("waited", "enumerate", "range"),
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


@pytest.mark.parametrize(
    ("losses", "patience"),
    [([5, 4, 3, 4, 5, 2], 2), ([3, 2, 2, 2, 2], 2), ([4, 3, 2, 1], 2), ([5, 3, 4, 3.5, 3.2, 1], 3)],
)
def test_early_stop_is_what_lightning_does(losses, patience):
    callback = EarlyStopping("val_loss", patience=patience, verbose=False)
    trainer = lightning.Trainer(logger=False, accelerator="cpu", enable_checkpointing=False)
    for epoch, loss in enumerate(losses, start=1):
        trainer.fit_loop.epoch_progress.current.processed = epoch
        trainer.callback_metrics["val_loss"] = torch.tensor(float(loss))
        callback._run_early_stopping_check(trainer)
        if trainer.should_stop:
            break
    assert (epoch, min(losses[:epoch])) == (stop(losses, patience)[0], callback.best_score)


def test_an_answer_that_empties_its_losses_spoils_no_later_one(capsys):
    words(capsys, chapter_09.early_stop, lambda losses, _: losses.clear() or (1, 1))
    assert words(capsys, chapter_09.early_stop, stop) == verdict.CORRECT


def test_the_checks_of_the_scalar_chapters_need_no_torch():
    program = "import sys, lstm_lib.course.checks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
