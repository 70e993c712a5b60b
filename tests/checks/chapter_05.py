"""Answers to the exercises of chapter 5."""

import numpy as np

from lstm_lib.course.checks import chapter_05 as checks
from lstm_lib.vector import VectorLSTM
from tests.checks import Answers


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


ANSWERS = {
    checks.weight_count: Answers(
        right=[200, sum(p.size for p in VectorLSTM(3, 5).parameters.values())],
        mistakes=[
            (180, "two biases"),
            (160, "the biases are missing"),
            (50, "one gate, and there are four"),
            (45, "one of its two biases"),
            (40, "one gate, without biases"),
            (100, "where is U"),
            (140, "where is W"),
            (120, "not only itself"),
            (60, "do not read each other"),
            (7, "multiply out"),
        ],
        secrets=("200", "4 *"),
    ),
    checks.forget_biases: Answers(
        right=[biases(), [0, 1.66, 3.12], tuple(biases().tolist())],
        mistakes=[
            (0.5 ** (1 / np.array([1, 4, 16])), "those are the gates"),
            (-biases(), "near 1 means keep"),
            (biases()[::-1], "the units are turned round"),
            (np.log(0.5 ** (1 / np.array([1, 4, 16]))), "the sigmoid is undone"),
            (np.log([1, 4, 16]), "close to it"),
            (biases() / np.log(2), "natural logarithm"),
            (-np.log(np.expm1(1 / np.array([1, 4, 16]))), "those memories fall to 1/e"),
            (np.exp(-1 / np.array([1, 4, 16])), "those are gates, and their memories"),
            ([1, 4, 16], "those are the steps"),
            (0.5 ** np.array([1, 4, 16]), "those are powers"),
            ([0, 1.7, 3.1], "right so far: give at least 2 decimals"),
            ([7, 7, 7], "two stages"),
            (1.66, "the shape should be (3,), and this is ()"),
            (biases()[:, None], "the shape should be (3,), and this is (3, 1)"),
        ],
        secrets=("1.66", "3.12"),
    ),
    checks.from_onnx: Answers(
        right=[from_onnx, lambda stack: from_onnx(stack).tolist()],
        mistakes=[
            (lambda stack: stack, "nothing has moved"),
            (in_order(0, 3, 1, 2), "come from"),
            (in_order(0, 2, 1, 3), "the last two blocks"),
            (in_order(0, 1, 3, 2), "i is in its place"),
            (in_order(1, 0, 2, 3), "only two blocks"),
            (lambda stack: stack[[0, 2, 3, 1]], "those are rows"),
            (lambda stack: np.split(stack, 4)[0], "put all four together"),
            (lambda s: [np.split(s, 4)[k] for k in (0, 2, 3, 1)], "the order is right"),
            (lambda stack: -stack, "cut the stack"),
            (lambda stack: stack @ np.ones((9, 9)), "an array (8, 3)"),
        ],
        secrets=("(0, 2, 3, 1)", "[0, 2, 3, 1]"),
    ),
    checks.tracker: Answers(
        right=[
            [[0, 0], [-10, 0]],
            [[0, 0], [-6.95, 0]],
            [[0, 0], [-9, 1.05]],
            [[0, 1.05], [-9, 0]],
            np.array([[0.5, -0.5], [-8.0, 0.1]]),
        ],
        mistakes=[
            ([[0, 0], [10, 0]], "and how?"),
            ([[0, 0], [0, 0]], "keeps 0.9820: does it listen"),
            ([[0, 0], [-1.05, 0]], "does it listen"),
            ([[0, 0], [-1.06, 0]], "outweigh the bias"),
            ([[0, 0], [-6.94, 0]], "outweigh the bias"),
            ([[0, 0], [-9, 1.06]], "no difference"),
            ([[0, 1.06], [-9, 0]], "unit 1 should keep whatever"),
            ([[0, float("nan")], [-9, 0]], "nan came out"),
            ([[0, 0], [-5, 0]], "outweigh the bias"),
            ([[-10, 0], [0, 0]], "it is unit 1 that forgets"),
            ([[0, -10], [0, 0]], "row and column have changed places"),
            ([[0, -10], [-10, 0]], "unit 1 should keep whatever"),
            ([[0, 0], [-10, -5]], "no difference"),
            ([[0, 0], [-10, 5]], "no difference"),
            ([0, -10], "this is an array (2,)"),
            (np.full((2, 2), 1e308), "and how?"),
            (np.full((2, 2), -1e308), "no difference"),
            ("words", "no array of numbers"),
        ],
        secrets=("-10", "[["),
    ),
    checks.rnn_layer_gradients: Answers(
        right=[rnn, lambda *case: tuple(rnn(*case))],
        mistakes=[
            (rnn_slip(days=1), "only the last step"),
            (rnn_slip(slope=False), "the slope of tanh"),
            (rnn_slip(late=1), "the h of the step before"),
            (rnn_slip(back=np.transpose), "U is turned round"),
            (rnn_slip(back=lambda U: np.eye(len(U))), "go back through U"),
            (rnn_slip(share=lambda n: 1 / n), "this is their mean"),
            (lambda *case: [d.T for d in rnn(*case)], "the shapes of W and U"),
            (lambda *case: rnn(*case)[::-1], "the order"),
            (lambda *case: [rnn(*case)[k] for k in (1, 0, 2)], "the order"),
            (lambda *_: (7, 7, 7), "last step to first"),
            (lambda W, U, b, x, d: d @ x, "your function stopped: ValueError"),
        ],
        secrets=("dz =", "dh ="),
    ),
}
