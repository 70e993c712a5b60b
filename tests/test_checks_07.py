"""The checks of chapter 7: right answers, likely mistakes, stubs and odd input."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
import torch

from lstm_lib.course.checks import chapter_07, verdict

CHECKS = [
    value
    for name, value in vars(chapter_07).items()
    if inspect.isfunction(value) and value.__module__ == chapter_07.__name__ and name[0] != "_"
]
FUNCTIONS = [chapter_07.in_two_parts, chapter_07.last_outputs, chapter_07.open_forget_gates]
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], [None] * 3, ["a"] * 3, [1.0, 2.0, 3.0], [1e308] * 3,
    float("nan"), float("inf"), [True] * 3, True, 1j, -1e308, 10**400, [10**400] * 3, object(),
    torch.zeros(3), torch.zeros(2, 2), np.zeros(3), torch.nn.LSTM, torch.nn.LSTM(1, 1), iter([1]),
    len, lambda *_: float("nan"), lambda *_: "x", lambda *_: [1], lambda *_: [[1], 2], lambda: 1,
    lambda *_: 1 / 0, lambda *_: torch.zeros(0), lambda *_: torch.zeros(2, 3, 4),
    lambda *_: torch.nn.LSTM(1, 1), lambda *_: torch.nn.LSTM(2, 3, num_layers=2),
    lambda *_: torch.nn.LSTM(2, 3, bias=False),
]  # fmt: skip


def words(capsys, check, *answer):
    """Return what the check prints, which is one line."""
    check(*answer)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return printed.rstrip("\n")


def parts(state=lambda h, c: (h, c), axis=1, calls=2):
    """Return an answer to exercise 3 that hands over this state."""

    def run(layer, x, cut):
        if calls == 1:
            return layer(x)[0]
        first, (h, c) = layer(x[:, :cut])
        second, _ = layer(x[:, cut:], state(h, c))
        return torch.cat([first, second], dim=axis) if axis is not None else [first, second]

    return run


def step_by_step(layer, x, cut):
    outputs, state = [], None
    for t in range(x.shape[1]):
        output, state = layer(x[:, t : t + 1], state)
        outputs.append(output)
    return torch.cat(outputs, dim=1)


def looped(outputs, lengths):
    return torch.stack([row[n - 1] for row, n in zip(outputs, lengths, strict=True)])


def as_list(outputs, lengths):
    return [row[n - 1] for row, n in zip(outputs, lengths, strict=True)]


def at(shift):
    def pick(outputs, lengths):
        steps = (lengths + shift).clamp(max=outputs.shape[1] - 1)
        return outputs[torch.arange(len(outputs)), steps]

    return pick


def setting(ih=1.0, hh=0.0, gates="f", units=slice(None), back=True):
    """Return an answer to exercise 5 that writes these values into these gates' biases."""

    def change(layer):
        with torch.no_grad():
            for gate in gates:
                for bias, value in ((layer.bias_ih_l0, ih), (layer.bias_hh_l0, hh)):
                    if value is not None:
                        bias.view(4, -1)["ifgo".index(gate)][units] = value
        return layer if back else None

    return change


def shared(layer):
    """Leave bias_hh as it was drawn, and set the other to what is missing to 1."""
    with torch.no_grad():
        rows = slice(layer.hidden_size, 2 * layer.hidden_size)
        layer.bias_ih_l0[rows] = 1.0 - layer.bias_hh_l0[rows]
    return layer


def all_weights(layer):
    with torch.no_grad():
        layer.weight_hh_l0[3:6] = 1.0
    return setting()(layer)


def renamed(layer):
    copy = torch.nn.LSTM(2, 3, dtype=torch.float64)
    copy.load_state_dict(layer.state_dict())
    return setting()(copy)


DEEP = torch.nn.LSTM(3, 10, num_layers=2, bidirectional=True)
RIGHT = [
    (chapter_07.parameter_count, (3760,)),
    (chapter_07.parameter_count, (sum(p.numel() for p in DEEP.parameters()),)),
    (chapter_07.in_two_parts, (parts(),)),
    (chapter_07.shapes, ((5, 7, 16), (6, 5, 8))),
    (chapter_07.shapes, ([5, 7, 16], torch.Size([6, 5, 8]))),
    (chapter_07.shapes, (torch.tensor([5, 7, 16]).tolist(), np.array([6, 5, 8]))),
    (chapter_07.last_outputs, (at(-1),)),
    (chapter_07.last_outputs, (looped,)),
    (chapter_07.last_outputs, (as_list,)),
    (chapter_07.open_forget_gates, (setting(),)),
    (chapter_07.open_forget_gates, (setting(0.0, 1.0),)),
    (chapter_07.open_forget_gates, (setting(0.5, 0.5),)),
    (chapter_07.open_forget_gates, (shared,)),
    (chapter_07.open_forget_gates, (renamed,)),
]
GOOD = (5, 7, 16)
MISTAKES = [
    (chapter_07.parameter_count, (2960,), "both directions of the first"),
    (chapter_07.parameter_count, (2400,), "does not read x"),
    (chapter_07.parameter_count, (1880,), "arrays of its own"),
    (chapter_07.parameter_count, (1480,), "two directions, in both layers"),
    (chapter_07.parameter_count, (3600,), "how many are there?"),
    (chapter_07.parameter_count, (3440,), "the biases are missing"),
    (chapter_07.parameter_count, (940,), "four blocks of rows"),
    (chapter_07.parameter_count, (600,), "one layer in one direction"),
    (chapter_07.parameter_count, (1200,), "that is the first layer"),
    (chapter_07.parameter_count, (2560,), "the second layer alone"),
    (chapter_07.parameter_count, (2480,), "the second layer, too"),
    (chapter_07.parameter_count, (7,), "rows times numbers in a row"),
    (chapter_07.in_two_parts, (parts(lambda h, c: None),), "starts from zeros"),
    (chapter_07.in_two_parts, (parts(lambda h, c: (c, h)),), "in this order"),
    (chapter_07.in_two_parts, (parts(lambda h, c: (h, 0 * c)),), "h alone is not the state"),
    (chapter_07.in_two_parts, (parts(lambda h, c: (0 * h, c)),), "c alone is not the state"),
    (chapter_07.in_two_parts, (parts(lambda h, c: (h, h)),), "handed over twice"),
    (chapter_07.in_two_parts, (parts(lambda h, c: (h + 1, c)),), "what does the first part leave"),
    (chapter_07.in_two_parts, (parts(calls=1),), "call the layer twice"),
    (chapter_07.in_two_parts, (step_by_step,), "call the layer twice"),
    (chapter_07.in_two_parts, (parts(axis=None),), "should return the outputs, one array"),
    (chapter_07.in_two_parts, (lambda layer, x, cut: layer(x[:, :cut])[0],), "of all steps"),
    (chapter_07.in_two_parts, (lambda layer, x, cut: layer(x, cut),), "stopped with"),
    (chapter_07.in_two_parts, (3,), "should be a function"),
    (chapter_07.shapes, ((5, 7, 8), ...), "the shape of h_n should be three sizes"),
    (chapter_07.shapes, (..., (6, 5, 8)), "the shape of outputs should be three sizes"),
    (chapter_07.shapes, ((5, 7), (6, 5, 8)), "the shape of outputs should be three sizes"),
    (chapter_07.shapes, ((5, 7, 8), (6, 5, 8)), "outputs: there are two directions"),
    (chapter_07.shapes, ((7, 5, 16), (6, 5, 8)), "which size comes first?"),
    (chapter_07.shapes, ((7, 5, 8), (6, 5, 8)), "And two directions"),
    (chapter_07.shapes, ((5, 7, 24), (6, 5, 8)), "only the top layer"),
    (chapter_07.shapes, ((5, 7, 48), (6, 5, 8)), "only the top layer"),
    (chapter_07.shapes, ((5, 7, 2), (6, 5, 8)), "what comes in"),
    (chapter_07.shapes, ((5, 7, 4), (6, 5, 8)), "not of the input"),
    (chapter_07.shapes, ((6, 5, 8), (5, 7, 16)), "changed places"),
    (chapter_07.shapes, ((1, 1, 1), (6, 5, 8)), "what one step gives"),
    (chapter_07.shapes, (GOOD, (3, 5, 8)), "each direction has its own"),
    (chapter_07.shapes, (GOOD, (2, 5, 8)), "each layer has its own"),
    (chapter_07.shapes, (GOOD, (1, 5, 8)), "each layer and each direction"),
    (chapter_07.shapes, (GOOD, (5, 6, 8)), "not the states"),
    (chapter_07.shapes, (GOOD, (5, 3, 8)), "not the states"),
    (chapter_07.shapes, (GOOD, (3, 5, 16)), "in outputs only"),
    (chapter_07.shapes, (GOOD, (6, 5, 16)), "in outputs only"),
    (chapter_07.shapes, (GOOD, (6, 7, 8)), "after the last step"),
    (chapter_07.shapes, (GOOD, GOOD), "the shape of outputs; h_n"),
    (chapter_07.shapes, (GOOD, (1, 1, 1)), "one row for each layer and direction"),
    (chapter_07.last_outputs, (lambda outputs, _: outputs[:, -1],), "after the filling"),
    (chapter_07.last_outputs, (lambda outputs, _: outputs[:, 0],), "the first step"),
    (chapter_07.last_outputs, (at(-2),), "one step too early"),
    (chapter_07.last_outputs, (at(0),), "one step too late"),
    (chapter_07.last_outputs, (lambda outputs, n: outputs[:, n - 1],), "not all pairs"),
    (chapter_07.last_outputs, (lambda outputs, n: outputs[torch.arange(len(n)), n],), "IndexError"),
    (chapter_07.last_outputs, (lambda outputs, _: outputs,), "pick both together"),
    (chapter_07.open_forget_gates, (setting(gates="i"),), "gate i has changed"),
    (chapter_07.open_forget_gates, (setting(gates="g"),), "gate g has changed"),
    (chapter_07.open_forget_gates, (setting(gates="ifgo"),), "gate i has changed"),
    (chapter_07.open_forget_gates, (setting(gates="fo"),), "gate o has changed"),
    (chapter_07.open_forget_gates, (setting(1.0, 1.0),), "what counts is 2"),
    (chapter_07.open_forget_gates, (setting(1.0, None),), "not 1"),
    (chapter_07.open_forget_gates, (setting(units=slice(1)),), "each unit has one"),
    (chapter_07.open_forget_gates, (lambda layer: layer,), "no bias that counts has changed"),
    (chapter_07.open_forget_gates, (all_weights,), "weight_hh_l0 has changed"),
    (chapter_07.open_forget_gates, (setting(back=False),), "now return it"),
    (chapter_07.open_forget_gates, (lambda _: torch.nn.LSTM(1, 1),), "the layer that came in"),
    (chapter_07.open_forget_gates, (lambda _: 3,), "should return the layer, and this is 3"),
    (chapter_07.open_forget_gates, (lambda a: a.bias_ih_l0.fill_(1),), "stopped with RuntimeError"),
    (chapter_07.open_forget_gates, (3,), "should be a function"),
]
SOLUTIONS = {
    chapter_07.parameter_count: ("3760", "40", "32"),
    chapter_07.in_two_parts: ("cut:", "state)", "torch.cat"),
    chapter_07.shapes: ("16", "(6, 5, 8)", "6"),
    chapter_07.last_outputs: ("arange", "gather"),
    chapter_07.open_forget_gates: ("slice", "hidden_size", "bias_hh_l0"),
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
    answer = (stub, stub) if check is chapter_07.shapes else (stub,)
    assert words(capsys, check, *answer) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", FUNCTIONS, ids=name_of)
@pytest.mark.parametrize("stub", [..., None])
def test_function_stub_is_not_attempted(capsys, check, stub):
    assert words(capsys, check, lambda *_: stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_input_gets_a_hint(capsys, check, odd):
    answer = (odd, GOOD) if check is chapter_07.shapes else (odd,)
    assert words(capsys, check, *answer).startswith("not yet: ")


def test_a_check_leaves_the_random_numbers_alone():
    torch.manual_seed(1)
    first = torch.rand(1)
    torch.manual_seed(1)
    chapter_07.open_forget_gates(lambda layer: layer)
    assert torch.equal(torch.rand(1), first)


def test_the_checks_of_the_scalar_chapters_need_no_torch():
    program = "import sys, lstm_lib.course.checks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
