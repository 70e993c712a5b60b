"""The checks of chapters 3 and 4: right answers, likely mistakes, stubs and odd input."""

import inspect
from math import exp, tanh

import pytest

from lstm_lib.course.checks import chapter_03, chapter_04, verdict
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import Gate, ScalarLSTM
from lstm_lib.trace import Trace

CHECKS = [
    getattr(module, name)
    for module in (chapter_03, chapter_04)
    for name, value in vars(module).items()
    if inspect.isfunction(value) and value.__module__ == module.__name__ and name[0] != "_"
]
OPEN, SHUT = (0, 0, 5), (0, 0, -5)
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], [None] * 12, ["a"] * 12, [1e308] * 3, [1e308] * 12,
    float("nan"), float("inf"), [float("nan")] * 12, True, 1j, -1e308, 10**400, [10**400] * 3,
    object(), len, lambda *_: float("nan"), lambda *_: "x", lambda *_: [1],
    lambda: 1, lambda *_: 1 / 0, ScalarLSTM, ScalarLSTM.untrained(), ScalarLSTM.untrained().run,
]  # fmt: skip


def words(capsys, check, answer):
    """Return what the check prints, which is one line."""
    check(answer)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return printed.rstrip("\n")


def model(f=OPEN, i=OPEN, g=(0, 8, -3), o=OPEN):
    return ScalarLSTM(f=f, i=i, g=g, o=o)


def final_memory(c0, keeps, writes):
    for f, written in zip(keeps, writes, strict=True):
        c0 = f * c0 + written
    return c0


def forget_last(c0, keeps, writes):
    for f, written in zip(keeps, writes, strict=True):
        c0 = f * (c0 + written)
    return c0


def early_return(c0, keeps, writes):
    for f, written in zip(keeps, writes, strict=True):
        return f * c0 + written


def rnn_gradients(w_h, w_x, b, xs, target, factor=2, slope=True, carry=True, days=99, late=0):
    hs = [0.0, *ScalarRNN(w_h, w_x, b).run(xs)]
    dh, sums = factor * (hs[-1] - target), [0.0, 0.0, 0.0]
    for t in list(range(len(xs), 0, -1))[:days]:
        dz = dh * (1 - hs[t] ** 2) if slope else dh
        shares = (dz * hs[t - 1 + late], dz * xs[t - 1], dz)
        sums = [a + b for a, b in zip(sums, shares, strict=True)]
        dh = dz * w_h if carry else dz
    return sums


def rnn_slip(**slip):
    return lambda *case: rnn_gradients(*case, **slip)


RIGHT = [
    (chapter_03.new_memory, -0.96),
    (chapter_03.new_memory, 0.8 * -1.5 + 0.4 * 0.6),
    (chapter_03.shown_memory, 0.482),
    (chapter_03.shown_memory, 0.5 * tanh(2)),
    (chapter_03.reset_gate, (0, -10, 5)),
    (chapter_03.reset_gate, [0.1, -20.0, 9.0]),
    (chapter_03.reset_gate, Gate(0.0, -12.0, 6.0)),
    (chapter_03.final_memory, final_memory),
    (chapter_03.both_companies, (*ScalarLSTM.published().numbers[:11], 0.6)),
    (chapter_03.both_companies, ((0, 0, 10), (0, 0, 10), (0, 6, -2.25), (0, 0, 10))),
    (chapter_03.both_companies, [0, 0, 5, 0, 0, 5, 0, 8, -3, 0, 0, 5]),
    (chapter_04.error_slope, -1.4),
    (chapter_04.gate_slope, 0.09),
    (chapter_04.first_adam_step, 0.51),
    (chapter_04.rate, 0.1),
    (chapter_04.rate, 0.3),
    (chapter_04.rnn_gradients, rnn_gradients),
    (chapter_04.rnn_gradients, lambda *case: tuple(rnn_gradients(*case))),
]

MISTAKES = [
    (chapter_03.new_memory, 0.4 * -1.5 + 0.8 * 0.6, "changed places"),
    (chapter_03.new_memory, 0.4 * -1.5 + 0.4 * 0.6, "look at the forget gate"),
    (chapter_03.new_memory, 0.2 * -1.5 + 0.4 * 0.6, "near 1 means keep"),
    (chapter_03.new_memory, 0.8 * (-1.5 + 0.4 * 0.6), "the old memory only"),
    (chapter_03.new_memory, 0.8 * -1.5 - 0.4 * 0.6, "written is added"),
    (chapter_03.new_memory, 0.8 * -1.5, "that is what is kept"),
    (chapter_03.new_memory, 0.4 * 0.6, "that is what is written"),
    (chapter_03.new_memory, 0.8 * -1.5 + 0.6, "only a part of g"),
    (chapter_03.new_memory, 0.8 * -1.5 + 0.4, "you need both"),
    (chapter_03.new_memory, -1.5 + 0.4 * 0.6, "nothing was forgotten"),
    (chapter_03.new_memory, 0.8 * 1.5 + 0.4 * 0.6, "sign"),
    (chapter_03.new_memory, tanh(-0.96), "only its copy"),
    (chapter_03.new_memory, 7, "kept plus written"),
    (chapter_03.shown_memory, 1.0, "squeeze the memory"),
    (chapter_03.shown_memory, tanh(1.0), "tanh comes first"),
    (chapter_03.shown_memory, tanh(2.0), "only a part of it"),
    (chapter_03.shown_memory, 0.5 / (1 + exp(-2)), "not with sigmoid"),
    (chapter_03.shown_memory, 0.5, "that is the gate"),
    (chapter_03.shown_memory, 7, "the last of the six"),
    (chapter_03.reset_gate, (0, 10, -5), "wrong way round"),
    (chapter_03.reset_gate, (0, -10, 0), "the bias alone decides"),
    (chapter_03.reset_gate, (0, 0, 5), "must outweigh the bias"),
    (chapter_03.reset_gate, (0, -5, 5), "must outweigh the bias"),
    (chapter_03.reset_gate, (5, -10, 5), "h should have no say"),
    (chapter_03.reset_gate, (-2, -14, 8), "h should have no say"),
    (chapter_03.reset_gate, (0, -10), "three numbers"),
    (chapter_03.reset_gate, 5, "three numbers"),
    (chapter_03.final_memory, forget_last, "you forget after writing"),
    (chapter_03.final_memory, lambda c, _, writes: c + sum(writes), "the keeps are never used"),
    (chapter_03.final_memory, lambda _, k, w: final_memory(0, k, w), "starts at c0"),
    (
        chapter_03.final_memory,
        lambda c, k, _: final_memory(c, k, [0] * len(k)),
        "written is missing",
    ),
    (chapter_03.final_memory, lambda c, k, w: k[-1] * c + w[-1], "only the last day"),
    (chapter_03.final_memory, early_return, "after the first day"),
    (chapter_03.final_memory, lambda *_: 7, "day by day"),
    (chapter_03.final_memory, lambda c: c, "your function stopped: TypeError"),
    (chapter_03.both_companies, ScalarLSTM.published(), "now find some of your own"),
    (
        chapter_03.both_companies,
        ScalarLSTM.untrained(),
        "hardly a difference: look at the candidate's",
    ),
    (chapter_03.both_companies, model(f=SHUT), "look at the forget gate, 0.01 on day 2"),
    (chapter_03.both_companies, model(o=SHUT), "look at the output gate, 0.01 on day 4"),
    (
        chapter_03.both_companies,
        model(o=(0, 0, 0)),
        "A is right, B is off. On day 4 of B the output",
    ),
    (chapter_03.both_companies, model(f=(0, 0, 1)), "its forget gate goes down to 0.73"),
    (chapter_03.both_companies, model(i=(0, 0, -0.5)), "write more on day 1"),
    (chapter_03.both_companies, model(g=(0, 8, -2)), "B is right, A is off. A should end"),
    (chapter_03.both_companies, model(g=(0, 8, -4)), "both are off; begin with B"),
    (chapter_03.both_companies, [0] * 11, "twelve numbers"),
    (chapter_03.both_companies, 3, "twelve numbers"),
    (chapter_04.error_slope, 0.49, "the loss itself"),
    (chapter_04.error_slope, 1.4, "the sign of the slope"),
    (chapter_04.error_slope, -0.7, "twice what is squared"),
    (chapter_04.error_slope, 0.7, "points down"),
    (chapter_04.error_slope, 0.6, "not at h"),
    (chapter_04.error_slope, 7, "then the slope"),
    (chapter_04.gate_slope, 0.19, "the slope of tanh"),
    (chapter_04.gate_slope, 0.2055, "not the sum inside it"),
    (chapter_04.gate_slope, 0.25, "the steepest place"),
    (chapter_04.gate_slope, 0.9, "that is the gate itself"),
    (chapter_04.gate_slope, 0.1, "one factor of two"),
    (chapter_04.gate_slope, 0.81, "missing to 1"),
    (chapter_04.gate_slope, 7, "measure it"),
    (chapter_04.first_adam_step, 0.49, "that steps uphill"),
    (chapter_04.first_adam_step, 0.500004, "that is gradient descent: Adam"),
    (chapter_04.first_adam_step, 0.499996, "gradient descent, uphill"),
    (chapter_04.first_adam_step, 0.501, "divide it by 1 - 0.9"),
    (chapter_04.first_adam_step, 0.499, "uphill, and the mean"),
    (chapter_04.first_adam_step, 0.5 + 0.01 / 0.001**0.5, "divide them by 1 - 0.999"),
    (chapter_04.first_adam_step, 0.5 + 0.001 / 0.001**0.5, "correct both"),
    (chapter_04.first_adam_step, 0.01, "that is the step"),
    (chapter_04.first_adam_step, 0.5, "w does move"),
    (chapter_04.first_adam_step, 7, "d / |d|"),
    (chapter_04.rate, 0.001, "has not left the plateau"),
    (
        chapter_04.rnn_gradients,
        lambda *case: rnn_gradients(*case)[1:],
        "last day to first",
    ),
    (
        chapter_04.rnn_gradients,
        lambda *case: [rnn_gradients(*case)[k] for k in (1, 0, 2)],
        "the order should be",
    ),
    (chapter_04.rnn_gradients, lambda *case: sum(rnn_gradients(*case)), "not their sum"),
    (chapter_04.rate, 0.03, "not yet at its end"),
    (chapter_04.rate, 1, "thrown shut"),
    (chapter_04.rate, 1e200, "thrown shut"),
    (chapter_04.rate, 1e308, "leave the range of floats"),
    (chapter_04.rate, 0, "above 0"),
    (chapter_04.rate, -0.1, "above 0"),
    (chapter_04.rate, "fast", "one finite number"),
    (chapter_04.rnn_gradients, rnn_slip(days=1), "only the last day"),
    (chapter_04.rnn_gradients, rnn_slip(slope=False), "the slope of tanh"),
    (chapter_04.rnn_gradients, rnn_slip(factor=1), "twice the error"),
    (chapter_04.rnn_gradients, rnn_slip(factor=-2), "the signs"),
    (chapter_04.rnn_gradients, rnn_slip(carry=False), "multiply by w_h"),
    (chapter_04.rnn_gradients, rnn_slip(late=1), "the h of the day before"),
    (chapter_04.rnn_gradients, lambda *case: rnn_gradients(*case)[::-1], "the order"),
    (chapter_04.rnn_gradients, lambda *_: (7, 7, 7), "last day to first"),
]
SOLUTIONS = {
    chapter_03.new_memory: ("0.96",),
    chapter_03.shown_memory: ("0.48",),
    chapter_03.reset_gate: ("w_h = ", "w_x = ", "b = "),
    chapter_03.final_memory: ("c = f * c", "f * c +"),
    chapter_03.both_companies: ("0.9693", "2.70", "-3"),
    chapter_04.error_slope: ("1.4", "2 *"),
    chapter_04.gate_slope: ("0.09", "s(1 - s)"),
    chapter_04.first_adam_step: ("0.51",),
    chapter_04.rate: ("0.1 ", "0.3 "),
    chapter_04.rnn_gradients: ("dz =", "dh ="),
}


def test_every_check_of_both_chapters_is_tested():
    assert {check for check, *_ in RIGHT} == {check for check, *_ in MISTAKES} == set(CHECKS)
    assert set(SOLUTIONS) == set(CHECKS)


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_right_answer_is_correct(capsys, check, answer):
    assert words(capsys, check, answer) == verdict.CORRECT


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES)
def test_mistake_gets_its_hint_and_not_the_solution(capsys, check, answer, hint):
    said = words(capsys, check, answer)
    assert said.startswith("not yet: ")
    assert hint in said
    assert not any(solution in said for solution in SOLUTIONS[check])


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("stub", [..., None])
def test_stub_is_not_attempted(capsys, check, stub):
    assert words(capsys, check, stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", [chapter_03.final_memory, chapter_04.rnn_gradients])
@pytest.mark.parametrize("stub", [..., None])
def test_function_stub_is_not_attempted(capsys, check, stub):
    assert words(capsys, check, lambda *_: stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_input_gets_a_hint(capsys, check, odd):
    assert words(capsys, check, odd).startswith("not yet: ")


# --- where one hint ends and the next begins ------------------------------------------------------


def corners(opened=(1.0, 1.0, 1.0), closed=(0.0, 0.0, 0.0)):
    """Return the six situations of the reset gate: price 0, then 1, with h = 0, -1 and 1."""
    places = ((price, h) for price in (0.0, 1.0) for h in (0.0, -1.0, 1.0))
    return dict(zip(places, opened + closed, strict=True))


@pytest.mark.parametrize(
    ("opened", "closed", "hint"),
    [
        ((0.991, 0.991, 0.991), (0.009, 0.009, 0.009), verdict.CORRECT),
        ((0.989, 1.0, 1.0), (0.0, 0.0, 0.0), "there the bias alone decides"),
        ((1.0, 0.989, 1.0), (0.0, 0.0, 0.0), "at price 0 and h = -1 the gate stands at 0.9890"),
        ((1.0, 1.0, 0.989), (0.0, 0.0, 0.0), "at price 0 and h = 1 the gate stands at 0.9890"),
        ((1.0, 1.0, 1.0), (0.011, 0.0, 0.0), "must outweigh the bias"),
        ((1.0, 1.0, 1.0), (0.0, 0.011, 0.0), "at price 1 and h = -1 the gate stands at 0.0110"),
        ((1.0, 1.0, 1.0), (0.0, 0.0, 0.011), "at price 1 and h = 1 the gate stands at 0.0110"),
        ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "there the bias alone decides"),
        ((0.5, 0.5, 0.5), (0.51, 0.5, 0.5), "the wrong way round"),
    ],
)
def test_the_reset_gate_is_open_from_099_and_shut_to_001(opened, closed, hint):
    assert hint in chapter_03._reset_hint(corners(opened, closed))


def run(h, c=(0.0, 0.0, 0.0, 0.0), f=(1.0,) * 4, o=(1.0,) * 4):
    """Return a run of four days that ends by saying `h`."""
    same = (0.5,) * 4
    return Trace(x=same, i=same, f=f, g=same, o=o, c=c, h=(0.0, 0.0, 0.0, h))


@pytest.mark.parametrize(
    ("a", "b", "hint"),
    [
        (run(0.099), run(0.901), verdict.CORRECT),
        (run(-0.099), run(0.901), verdict.CORRECT),
        (run(0.101), run(0.901), "B is right, A is off"),
        (run(-0.101), run(0.901), "B is right, A is off"),
        (run(0.099), run(0.899), "A is right, B is off"),
        (run(0.101), run(0.899), "both are off; begin with B"),
        (run(0.5), run(0.599), "almost the same"),
        (run(0.5), run(0.401), "almost the same"),
        (run(0.5), run(0.601), "both are off; begin with B"),
    ],
)
def test_a_prediction_is_right_within_a_tenth(a, b, hint):
    assert hint in chapter_03._challenge_hint(a, b)


FAR = (0.31, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("a", "b", "hint"),
    [
        (run(0.5), run(0.5, c=(0.29, 0.0, 0.0, 0.0)), "hardly a difference"),
        (run(0.5), run(0.5, c=FAR), "look at the output gate"),
        (run(0.5), run(0.5, c=FAR, f=(1.0, 1.0, 0.79, 1.0)), "the forget gate, 0.79 on day 3"),
        (run(0.5, f=(1.0, 0.79, 1.0, 1.0)), run(0.5, c=FAR), "the forget gate, 0.79 on day 2"),
        (run(0.5), run(0.5, c=FAR, f=(0.0, 0.81, 0.81, 0.81)), "look at the output gate"),
        (run(0.0), run(0.5, o=(1.0, 1.0, 1.0, 0.89)), "the output gate shows only 0.89"),
        (run(0.0), run(0.5, o=(0.0, 0.0, 0.0, 0.91)), "tanh makes"),
        (run(0.0), run(0.5, f=(1.0, 1.0, 1.0, 0.79)), "its forget gate goes down to 0.79"),
        (run(0.0), run(0.5, f=(0.0, 0.81, 0.81, 0.81)), "tanh makes"),
    ],
)
def test_each_hint_begins_where_it_says(a, b, hint):
    assert hint in chapter_03._challenge_hint(a, b)
