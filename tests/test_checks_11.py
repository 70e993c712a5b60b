"""The checks of chapter 11: right answers, likely mistakes, stubs and odd input."""

import inspect
import subprocess
import sys
from math import exp, log

import numpy as np
import pytest
import torch

from lstm_lib.course.checks import chapter_11, verdict
from lstm_lib.scalar import half_life, sigmoid

CHECKS = [
    value
    for name, value in vars(chapter_11).items()
    if inspect.isfunction(value) and value.__module__ == chapter_11.__name__ and name[0] != "_"
]
FUNCTIONS = [chapter_11.bias_for_share, chapter_11.along_the_lane, chapter_11.clipped]
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], [None] * 3, ["a"] * 3, float("nan"), float("inf"),
    True, 1j, -1e308, 10**400, [10**400] * 3, object(), torch.zeros(3), np.zeros(3), iter([1]), len,
    lambda *_: float("nan"), lambda *_: "x", lambda *_: [1], lambda *_: [[1], 2], lambda: 1,
    lambda *_: 1 / 0, lambda *_: torch.zeros(0), lambda *_: torch.zeros(2, 3), lambda *_: 10**400,
    lambda *_: [torch.zeros(2)], lambda *_: np.zeros(3), lambda *_: {}, lambda *_: torch.nn.LSTM,
]  # fmt: skip


def words(capsys, check, *answer):
    """Return what the check prints, which is one line."""
    check(*answer)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return printed.rstrip("\n")


def bias(lag, share):
    f = share ** (1 / lag)
    return log(f / (1 - f))


def walked_back(f, d_last):
    rows = [d_last]
    for t in range(len(f) - 1, 0, -1):
        rows.insert(0, rows[0] * f[t])
    return torch.stack(rows)


def turned(f, d_last):
    ones = torch.ones_like(f[:1])
    return d_last * torch.cat([f[1:], ones]).flip(0).cumprod(0).flip(0)


def by_torch(gradients, max_norm):
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)
    return [parameter.grad for parameter in parameters]


def in_place(gradients, max_norm):
    norm = torch.cat([g.flatten() for g in gradients]).norm()
    for gradient in gradients:
        gradient *= min(1.0, max_norm / max(norm.item(), 1e-12))
    return tuple(gradients)


RIGHT = [
    (chapter_11.kept_share, 0.366),
    (chapter_11.kept_share, 0.99**100),
    (chapter_11.bias_for_share, bias),
    (chapter_11.bias_for_share, lambda lag, share: -log(share ** (-1 / lag) - 1)),
    (chapter_11.along_the_lane, walked_back),
    (chapter_11.along_the_lane, turned),
    (chapter_11.along_the_lane, lambda f, d: list(walked_back(f, d))),
    (chapter_11.along_the_lane, lambda f, d: walked_back(f, d).numpy()),
    (chapter_11.clipped, by_torch),
    (chapter_11.clipped, in_place),
]


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_right_answers_are_correct(capsys, check, answer):
    assert words(capsys, check, answer) == verdict.CORRECT


def each_by_itself(gradients, max_norm):
    return [g * min(1.0, max_norm / max(g.norm().item(), 1e-12)) for g in gradients]


def always(gradients, max_norm, power=1):
    norm = max(sum(g.square().sum().item() for g in gradients) ** 0.5, 1e-12)
    return [g * (max_norm / norm**power) for g in gradients]


MISTAKES = [
    (chapter_11.kept_share, 0.370, "one factor is missing"),
    (chapter_11.kept_share, 0.3624, "one factor too many"),
    (chapter_11.kept_share, 0.634, "lost on the way"),
    (chapter_11.kept_share, 99.0, "multiply"),
    (chapter_11.kept_share, 0.99, "one step back"),
    (chapter_11.kept_share, 68.97, "half-life"),
    (chapter_11.kept_share, 36.6, "percent"),
    (chapter_11.kept_share, 100 * 0.99**100, "percent"),
    (chapter_11.kept_share, 69, "half-life"),
    (chapter_11.kept_share, 0.0, "what does it hand on"),
    (chapter_11.kept_share, 0.5, "one factor f for each step"),
    (chapter_11.bias_for_share, lambda lag, share: share ** (1 / lag), "this is the gate"),
    (chapter_11.bias_for_share, lambda lag, share: -bias(lag, share), "bias above 0"),
    (chapter_11.bias_for_share, lambda lag, share: bias(1, share), "hand on more"),
    (chapter_11.bias_for_share, lambda lag, share: bias(lag, 0.5), "leaves a half"),
    (chapter_11.bias_for_share, lambda lag, share: log(lag), "chrono"),
    (chapter_11.bias_for_share, lambda lag, share: log(share) / lag, "logarithm of the gate"),
    (chapter_11.bias_for_share, lambda n, s: 1 / (1 + exp(-(s ** (1 / n)))), "the way back"),
    (chapter_11.bias_for_share, lambda lag, share: 1.0, "f to the power of lag"),
    (
        chapter_11.along_the_lane,
        lambda f, d: d * f.flip(0).cumprod(0).flip(0),
        "one factor too many",
    ),
    (chapter_11.along_the_lane, lambda f, d: d * f.cumprod(0), "from the first step"),
    (chapter_11.along_the_lane, lambda f, d: walked_back(f, d) / d, "d_last"),
    (chapter_11.along_the_lane, lambda f, d: walked_back(f, d).flip(0), "row 0 is the first"),
    (chapter_11.along_the_lane, lambda f, d: walked_back(f, d)[0], "all of them"),
    (
        chapter_11.along_the_lane,
        lambda f, d: d * torch.cat([f[1:], 0 * f[:1] + 1]),
        "one step only",
    ),
    (chapter_11.along_the_lane, lambda f, d: walked_back(f * f, d), "each step back multiplies"),
    (chapter_11.clipped, each_by_itself, "by itself"),
    (chapter_11.clipped, lambda gs, m: [g.clamp(-m, m) for g in gs], "bends"),
    (chapter_11.clipped, always, "shorter gradients stay"),
    (chapter_11.clipped, lambda gs, m: always(gs, 1.0), "not 1"),
    (chapter_11.clipped, lambda gs, m: gs, "nothing was shortened"),
    (chapter_11.clipped, lambda gs, m: [2 * g for g in gs], "root of the sum"),
]


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES)
def test_likely_mistakes_get_their_hint(capsys, check, answer, hint):
    said = words(capsys, check, answer)
    assert said.startswith("not yet: ")
    assert hint in said


def test_a_missing_root_is_recognised(capsys):
    def squared(gradients, max_norm):
        norm = max(sum(g.square().sum().item() for g in gradients), 1e-12)
        return [g * min(1.0, max_norm / norm) for g in gradients]

    assert "square root" in words(capsys, chapter_11.clipped, squared)


def test_two_steps_too_far_is_recognised(capsys):
    def skipping(f, d_last):
        return torch.stack([d_last * f[t + 2 :].prod(0) for t in range(len(f))])

    assert "f of step t + 1" in words(capsys, chapter_11.along_the_lane, skipping)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("stub", [..., None])
def test_stubs_are_not_attempted(capsys, check, stub):
    assert words(capsys, check, stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", FUNCTIONS)
@pytest.mark.parametrize("stub", [..., None])
def test_functions_that_return_nothing_are_not_attempted(capsys, check, stub):
    assert words(capsys, check, lambda *_: stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_odd_answers_get_one_line_and_raise_nothing(capsys, check, odd):
    assert words(capsys, check, odd).startswith("not yet: ")


def test_no_hint_gives_the_solution_away(capsys):
    said = [words(capsys, check, answer) for check, answer, _ in MISTAKES]
    assert not [line for line in said if "0.366" in line or "1 -" in line or "prod(" in line]


def test_a_function_that_changes_its_input_is_judged_by_what_it_returns(capsys):
    seen = []

    def spoils(f, d_last):
        seen.append(f.clone())
        result = walked_back(f, d_last)
        f.zero_()
        return result

    assert words(capsys, chapter_11.along_the_lane, spoils) == verdict.CORRECT
    assert all(f.abs().sum() > 0 for f in seen)


def test_the_bias_of_the_second_exercise_keeps_the_share():
    for lag, share in ((1, 0.5), (100, 0.5), (1000, 0.1)):
        f = sigmoid(bias(lag, share))
        assert f**lag == pytest.approx(share)
    assert half_life(sigmoid(bias(100, 0.5))) == pytest.approx(100)


def test_checks_leave_torch_unimported_until_one_is_asked():
    code = "import sys, lstm_lib.course.checks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
