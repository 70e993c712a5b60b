"""The checks of chapter 6 and the network it looks into."""

import inspect

import numpy as np
import pytest

from lstm_lib.course.checks import chapter_06, verdict
from lstm_lib.course.networks.recall import two_bit_recall
from lstm_lib.course.tasks.bits import delayed_recall
from lstm_lib.vector import VectorLSTM

CHECKS = [
    value
    for name, value in vars(chapter_06).items()
    if inspect.isfunction(value) and value.__module__ == chapter_06.__name__ and name[0] != "_"
]
FUNCTIONS = [chapter_06.window, chapter_06.exact_share]
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], float("nan"), float("inf"), True, 1j, -1e308,
    10**400, object(), len, lambda *_: float("nan"), lambda *_: "x", lambda *_: [1], lambda: 1,
    lambda *_: 1 / 0, lambda *_: object(), lambda *_: 10**400, np.array([1.0, 2.0]), np.array([]),
    lambda *_: np.array([1.0, 2.0]), VectorLSTM, VectorLSTM(2, 2, 1), VectorLSTM(2, 1),
    VectorLSTM(2, 1, 1).forward,
]  # fmt: skip


def words(capsys, check, answer):
    """Return what the check prints, which is one line."""
    check(answer)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return printed.rstrip("\n")


def unit(i=8.0, f=8.0, g=0.0, o=8.0, on_bit=4.0, on_marker=0.0, out=10.0, bias=0.0):
    """Return one unit with its weights by hand."""
    model = VectorLSTM(2, 1, 1)
    for array in model.parameters.values():
        array[:] = 0.0
    model.parameters["bias_ih_l0"][:] = i, f, g, o
    model.parameters["weight_ih_l0"][2] = on_bit, on_marker
    model.parameters["weight_out"][:] = out
    model.parameters["bias_out"][:] = bias
    return model


def broken(name, values, **weights):
    """Return a unit one of whose parameters was overwritten."""
    model = unit(**weights)
    model.parameters[name] = values
    return model


def share(logits, targets, asked):
    right = (logits > 0) == (targets == 1)
    return (right | ~asked).all(axis=(1, 2)).mean()


def share_where_asked(logits, targets, asked):
    count = len(logits)
    right = ((logits > 0) == (targets == 1))[asked].reshape(count, -1)
    return sum(row.all() for row in right) / count


RIGHT = [
    (chapter_06.blind_recall, 0.0156),
    (chapter_06.blind_recall, 1 / 64),
    (chapter_06.window, lambda width, gap: width + gap + 1),
    (chapter_06.exact_share, share),
    (chapter_06.exact_share, share_where_asked),
    (chapter_06.one_bit, unit()),
    (chapter_06.one_bit, unit(out=-10.0, on_bit=-4.0)),
    (chapter_06.one_bit, unit(f=5.0)),
    (chapter_06.one_bit, unit(f=40.0, on_bit=0.5)),
]

MISTAKES = [
    (chapter_06.blind_recall, 0.5, "that is one bit"),
    (chapter_06.blind_recall, 1 / 12, "multiplied"),
    (chapter_06.blind_recall, 1 / 6, "not six sequences"),
    (chapter_06.blind_recall, 1 / 36, "not 6 to the 2nd"),
    (chapter_06.blind_recall, 3, "at most 1"),
    (chapter_06.blind_recall, 0.0625, "for four bits"),
    (chapter_06.blind_recall, 1 - 0.5**6, "at least one wrong bit"),
    (chapter_06.blind_recall, 64, "so many sequences"),
    (chapter_06.blind_recall, 1.5625, "in percent"),
    (chapter_06.blind_recall, 7, "half of the time"),
    (chapter_06.window, lambda width, gap: width + gap, "one short"),
    (chapter_06.window, lambda width, gap: width + gap - 1, "two short"),
    (chapter_06.window, lambda width, gap: gap, "the other bits"),
    (chapter_06.window, lambda width, gap: gap + 1, "the other bits"),
    (chapter_06.window, lambda width, gap: 2 * width + gap, "the whole sequence"),
    (chapter_06.window, lambda width, gap: 15, "for 4 bits and a gap of 10 only"),
    (chapter_06.window, lambda width, gap: width + gap + 2, "one too many"),
    (chapter_06.window, lambda width, gap: width * gap, "draw it"),
    (chapter_06.exact_share, lambda z, y, a: ((z > 0) == (y == 1)).all((1, 2)).mean(), "use asked"),
    (chapter_06.exact_share, lambda z, y, a: share(z - 0.5, y, a), "a logit above 0"),
    (chapter_06.exact_share, lambda z, y, a: ((z > 0) == (y == 1))[a].mean(), "the share of bits"),
    (
        chapter_06.exact_share,
        lambda z, y, a: (((z > 0) == (y == 1)) & a).any((1, 2)).mean(),
        "one right bit",
    ),
    (chapter_06.exact_share, lambda z, y, a: len(z) * share(z, y, a), "that is how many"),
    (chapter_06.exact_share, lambda z, y, a: 1 - share(z, y, a), "with a wrong bit"),
    (chapter_06.exact_share, lambda z, y, a: 0.123, "all along a sequence"),
    (chapter_06.one_bit, unit(on_bit=0.0), "the candidate's weight on the bit"),
    (chapter_06.one_bit, unit(i=-8.0), "look at the input gate"),
    (chapter_06.one_bit, unit(f=-2.0), "gap 5: "),
    (chapter_06.one_bit, unit(f=-2.0), "look at the forget gate, 0.12 in the silence"),
    (
        chapter_06.one_bit,
        broken("weight_ih_l0", np.array([[0.0, 0], [20, 0], [4, 0], [0, 0]]), f=-2.0),
        "look at the forget gate, 0.12 in the silence",
    ),
    (chapter_06.one_bit, unit(f=2.0), "gap 20: "),
    (chapter_06.one_bit, unit(on_marker=8.0), "something besides the bit"),
    (chapter_06.one_bit, unit(out=0.5), "not sure enough"),
    (chapter_06.one_bit, unit(o=-8.0, bias=1.0), "look at the output gate"),
    (chapter_06.one_bit, unit(out=0.0), "the read-out has no weight"),
    (chapter_06.one_bit, unit(out=-10.0), "wrong way round"),
    (chapter_06.one_bit, unit(bias=20.0), "not around 0"),
    (chapter_06.one_bit, unit(g=1.0), "one side of 0"),
    (chapter_06.one_bit, broken("bias_ih_l0", "words"), "forward() stopped with"),
    (chapter_06.one_bit, broken("weight_hh_l0", np.ones((3, 3))), "forward() stopped with"),
    (chapter_06.one_bit, VectorLSTM(2, 2, 1), "it should be VectorLSTM(2, 1, output_size=1)"),
    (chapter_06.one_bit, "words", "should be a VectorLSTM"),
]
SOLUTIONS = {
    chapter_06.blind_recall: ("0.0156", "1 / 64", "0.5**6"),
    chapter_06.window: ("width + gap",),
    chapter_06.exact_share: ("| ~asked", "~asked"),
    chapter_06.one_bit: ("= 8", "bias_ih_l0"),
}


def test_every_check_of_the_chapter_is_tested():
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


@pytest.mark.parametrize("check", FUNCTIONS)
@pytest.mark.parametrize("stub", [..., None])
def test_function_stub_is_not_attempted(capsys, check, stub):
    assert words(capsys, check, lambda *_: stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_input_gets_a_hint(capsys, check, odd):
    assert words(capsys, check, odd).startswith("not yet: ")


# --- the network the chapter looks into -----------------------------------------------------


def pairs(gap):
    """Return all four sequences of two bits."""
    parts = [delayed_recall(1, 2, gap, numbers=[number]) for number in range(4)]
    return type(parts[0])(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


@pytest.mark.parametrize(
    "gap", [*range(25), pytest.param(25, marks=pytest.mark.xfail(strict=True))]
)
def test_two_bits_are_recalled_over_gaps_up_to_24(gap):
    bits = pairs(gap)
    assert bits.exact(two_bit_recall().forward(bits.x)[0]).all()


def test_each_call_returns_a_network_of_its_own():
    two_bit_recall().parameters["bias_out"][:] = 99
    assert two_bit_recall().parameters["bias_out"] == 0.5


def test_weights_have_the_shapes_of_the_model_and_one_decimal():
    model = two_bit_recall()
    assert {name: array.shape for name, array in model.parameters.items()} == model.shapes
    for array in model.parameters.values():
        assert np.array_equal(array, array.round(1))
