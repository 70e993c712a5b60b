"""The checks of chapter 5: right answers, likely mistakes, stubs and odd input."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

from lstm_lib.course.checks import chapter_05, verdict
from lstm_lib.vector import VectorLSTM

CHECKS = [
    value
    for name, value in vars(chapter_05).items()
    if inspect.isfunction(value) and value.__module__ == chapter_05.__name__ and name[0] != "_"
]
FUNCTIONS = [chapter_05.from_onnx, chapter_05.rnn_layer_gradients]
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], [None] * 3, [[1, 2], [3]], ["a"] * 3, [1e308] * 3,
    float("nan"), float("inf"), [float("nan")] * 3, [[float("inf")] * 2] * 2, True, 1j, -1e308,
    10**400, [10**400] * 3, object(), len, lambda *_: float("nan"), lambda *_: "x", lambda *_: [1],
    lambda: 1, lambda *_: 1 / 0, VectorLSTM, np.zeros((0, 3)), np.zeros((2, 3, 4)), np.float32(7.5),
    np.array("x"), np.array([object()]), np.full((2, 2), 1e308), lambda *_: np.zeros((2, 3, 4)),
]  # fmt: skip


def words(capsys, check, answer):
    """Return what the check prints, which is one line."""
    check(answer)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    return printed.rstrip("\n")


def biases(steps=(1, 4, 16)):
    f = 0.5 ** (1 / np.array(steps))
    return np.log(f / (1 - f))


def from_onnx(stack, order=(0, 2, 3, 1)):
    size = len(stack) // 4
    return np.vstack([stack[k * size : (k + 1) * size].reshape(size, -1) for k in order]).reshape(
        stack.shape
    )


def in_order(*order):
    return lambda stack: from_onnx(stack, order)


def rnn(W, U, b, x, d_last, days=99, slope=True, late=0, back=lambda U: U, share=lambda n: 1):
    hs = [np.zeros(d_last.shape)]
    for t in range(x.shape[1]):
        hs.append(np.tanh(x[:, t] @ W.T + hs[-1] @ U.T + b))
    dW, dU, db, dh = 0 * W, 0 * U, 0 * b, d_last
    for t in list(reversed(range(x.shape[1])))[:days]:
        dz = dh * (1 - hs[t + 1] ** 2) if slope else dh
        dW, dU, db = dW + dz.T @ x[:, t], dU + dz.T @ hs[t + late], db + dz.sum(axis=0)
        dh = dz @ back(U)
    return [d * share(len(x)) for d in (dW, dU, db)]


def rnn_slip(**slip):
    return lambda *case: rnn(*case, **slip)


# ONNX's i, o, f, g: block 0 is i, 1 is o, 2 is f, 3 is g.
RIGHT = [
    (chapter_05.weight_count, 200),
    (chapter_05.weight_count, sum(p.size for p in VectorLSTM(3, 5).parameters.values())),
    (chapter_05.forget_biases, biases()),
    (chapter_05.forget_biases, [0, 1.66, 3.12]),
    (chapter_05.forget_biases, tuple(biases().tolist())),
    (chapter_05.from_onnx, from_onnx),
    (chapter_05.from_onnx, lambda stack: from_onnx(stack).tolist()),
    (chapter_05.tracker, [[0, 0], [-10, 0]]),
    (chapter_05.tracker, np.array([[0.5, -0.5], [-8.0, 0.1]])),
    (chapter_05.rnn_layer_gradients, rnn),
    (chapter_05.rnn_layer_gradients, lambda *case: tuple(rnn(*case))),
]

MISTAKES = [
    (chapter_05.weight_count, 180, "two biases"),
    (chapter_05.weight_count, 160, "the biases are missing"),
    (chapter_05.weight_count, 50, "one gate, and there are four"),
    (chapter_05.weight_count, 45, "one of its two biases"),
    (chapter_05.weight_count, 40, "one gate, without biases"),
    (chapter_05.weight_count, 100, "where is U"),
    (chapter_05.weight_count, 140, "where is W"),
    (chapter_05.weight_count, 120, "not only itself"),
    (chapter_05.weight_count, 60, "do not read each other"),
    (chapter_05.weight_count, 7, "multiply out"),
    (chapter_05.forget_biases, 0.5 ** (1 / np.array([1, 4, 16])), "those are the gates"),
    (chapter_05.forget_biases, -biases(), "near 1 means keep"),
    (chapter_05.forget_biases, biases()[::-1], "the units are turned round"),
    (chapter_05.forget_biases, np.log(0.5 ** (1 / np.array([1, 4, 16]))), "the sigmoid is undone"),
    (chapter_05.forget_biases, np.log([1, 4, 16]), "close to it"),
    (chapter_05.forget_biases, [1, 4, 16], "those are the steps"),
    (chapter_05.forget_biases, [7, 7, 7], "two stages"),
    (chapter_05.forget_biases, 1.66, "the shape should be (3,), and this is ()"),
    (chapter_05.forget_biases, biases()[:, None], "the shape should be (3,), and this is (3, 1)"),
    (chapter_05.from_onnx, lambda stack: stack, "nothing has moved"),
    (chapter_05.from_onnx, in_order(0, 3, 1, 2), "come from"),
    (chapter_05.from_onnx, in_order(0, 2, 1, 3), "the last two blocks"),
    (chapter_05.from_onnx, in_order(0, 1, 3, 2), "i is in its place"),
    (chapter_05.from_onnx, in_order(1, 0, 2, 3), "only two blocks"),
    (chapter_05.from_onnx, lambda stack: stack[[0, 2, 3, 1]], "those are rows"),
    (chapter_05.from_onnx, lambda stack: np.split(stack, 4)[0], "put all four together"),
    (
        chapter_05.from_onnx,
        lambda s: [np.split(s, 4)[k] for k in (0, 2, 3, 1)],
        "the order is right",
    ),
    (chapter_05.from_onnx, lambda stack: -stack, "cut the stack"),
    (chapter_05.from_onnx, lambda stack: stack @ np.ones((9, 9)), "an array (8, 3)"),
    (chapter_05.tracker, [[0, 0], [10, 0]], "and how?"),
    (chapter_05.tracker, [[0, 0], [0, 0]], "keeps 0.9820: does it listen"),
    (chapter_05.tracker, [[0, 0], [-5, 0]], "outweigh the bias"),
    (chapter_05.tracker, [[-10, 0], [0, 0]], "it is unit 1 that forgets"),
    (chapter_05.tracker, [[0, -10], [0, 0]], "row and column have changed places"),
    (chapter_05.tracker, [[0, -10], [-10, 0]], "unit 1 should keep whatever"),
    (chapter_05.tracker, [[0, 0], [-10, -5]], "no difference"),
    (chapter_05.tracker, [[0, 0], [-10, 5]], "no difference"),
    (chapter_05.tracker, [0, -10], "this is an array (2,)"),
    (chapter_05.tracker, "words", "no array of numbers"),
    (chapter_05.rnn_layer_gradients, rnn_slip(days=1), "only the last step"),
    (chapter_05.rnn_layer_gradients, rnn_slip(slope=False), "the slope of tanh"),
    (chapter_05.rnn_layer_gradients, rnn_slip(late=1), "the h of the step before"),
    (chapter_05.rnn_layer_gradients, rnn_slip(back=np.transpose), "U is turned round"),
    (chapter_05.rnn_layer_gradients, rnn_slip(back=lambda U: np.eye(len(U))), "go back through U"),
    (chapter_05.rnn_layer_gradients, rnn_slip(share=lambda n: 1 / n), "this is their mean"),
    (
        chapter_05.rnn_layer_gradients,
        lambda *case: [d.T for d in rnn(*case)],
        "the shapes of W and U",
    ),
    (chapter_05.rnn_layer_gradients, lambda *case: rnn(*case)[::-1], "the order"),
    (chapter_05.rnn_layer_gradients, lambda *case: [rnn(*case)[k] for k in (1, 0, 2)], "the order"),
    (chapter_05.rnn_layer_gradients, lambda *_: (7, 7, 7), "last step to first"),
    (
        chapter_05.rnn_layer_gradients,
        lambda W, U, b, x, d: d @ x,
        "your function stopped: ValueError",
    ),
]
SOLUTIONS = {
    chapter_05.weight_count: ("200", "4 *"),
    chapter_05.forget_biases: ("1.66", "3.12"),
    chapter_05.from_onnx: ("(0, 2, 3, 1)", "[0, 2, 3, 1]"),
    chapter_05.tracker: ("-10", "[["),
    chapter_05.rnn_layer_gradients: ("dz =", "dh ="),
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


def test_importing_the_checks_loads_no_numpy():
    code = "import sys, lstm_lib.course.checks; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the array verdict ----------------------------------------------------------------------


def array_words(capsys, answer, **options):
    @verdict.array(**options)
    def check():
        yield np.eye(2), verdict.CORRECT
        yield np.zeros((2, 2)), "zeros"
        yield np.arange(3.0), "three in a row"
        yield verdict.ELSE, "otherwise"

    check(answer)
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (np.eye(2), "correct"),
        ([[1, 0], [0, 1]], "correct"),
        (np.eye(2, dtype=bool), "correct"),
        (np.eye(2) + 2e-6, "not yet: otherwise"),
        ([[0, 0], [0, 0]], "not yet: zeros"),
        ([0, 1, 2], "not yet: three in a row"),
        (np.eye(3), "not yet: the shape should be (2, 2), and this is (3, 3)"),
        ("eye", "not yet: the answer should be an array of numbers, and this is 'eye'"),
        (
            [[1, float("nan")], [0, 1]],
            "not yet: the answer should be an array of numbers, and this is [[1, nan], [0, 1]]",
        ),
        (..., verdict.NOT_ATTEMPTED),
    ],
)
def test_an_array_is_judged_by_its_numbers_then_its_shape(capsys, answer, said):
    assert array_words(capsys, answer) == said


def test_an_array_may_be_off_by_as_much_as_is_allowed(capsys):
    assert array_words(capsys, np.eye(2) + 0.009, within=0.01) == verdict.CORRECT
    assert array_words(capsys, np.eye(2) + 0.011, within=0.01) == "not yet: otherwise"


@pytest.mark.parametrize("check", CHECKS)
def test_an_array_in_the_wrong_place_is_said_in_one_line(capsys, check):
    assert len(words(capsys, check, np.zeros((40, 40)))) < 120
