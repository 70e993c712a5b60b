"""Answers to the exercises of chapter 3."""

from math import exp, tanh

from lstm_lib.course.checks import chapter_03 as checks
from lstm_lib.scalar import Gate, ScalarLSTM
from tests.checks import Answers

OPEN, SHUT = (0, 0, 5), (0, 0, -5)


def model(f=OPEN, i=OPEN, g=(0, 8, -3), o=OPEN):
    return ScalarLSTM(f=f, i=i, g=g, o=o)


def final_memory(c0, keeps, writes):
    for f, written in zip(keeps, writes, strict=True):
        c0 = f * c0 + written
    return c0


def memories(c0, keeps, writes):
    return [final_memory(c0, keeps[:n], writes[:n]) for n in range(len(keeps) + 1)]


def forget_last(c0, keeps, writes):
    for f, written in zip(keeps, writes, strict=True):
        c0 = f * (c0 + written)
    return c0


def early_return(c0, keeps, writes):
    for f, written in zip(keeps, writes, strict=True):
        return f * c0 + written


ANSWERS = {
    checks.new_memory: Answers(
        right=[-0.96, 0.8 * -1.5 + 0.4 * 0.6],
        mistakes=[
            (0.4 * -1.5 + 0.8 * 0.6, "changed places"),
            (0.4 * -1.5 + 0.4 * 0.6, "look at the forget gate"),
            (0.2 * -1.5 + 0.4 * 0.6, "near 1 means keep"),
            (0.8 * (-1.5 + 0.4 * 0.6), "the old memory only"),
            (0.8 * -1.5 - 0.4 * 0.6, "written is added"),
            (0.8 * -1.5, "that is what is kept"),
            (0.4 * 0.6, "that is what is written"),
            (0.8 * -1.5 + 0.6, "only a part of g"),
            (0.8 * -1.5 + 0.4, "you need both"),
            (-1.5 + 0.4 * 0.6, "nothing was forgotten"),
            (0.8 * 1.5 + 0.4 * 0.6, "sign"),
            (tanh(-0.96), "only its copy"),
            (7, "kept plus written"),
        ],
        secrets=("0.96",),
    ),
    checks.shown_memory: Answers(
        right=[0.482, 0.5 * tanh(2)],
        mistakes=[
            (1.0, "squeeze the memory"),
            (tanh(1.0), "tanh comes first"),
            (tanh(2.0), "only a part of it"),
            (0.5 / (1 + exp(-2)), "not with sigmoid"),
            (0.5, "that is the gate"),
            (1 / (1 + exp(-2)), "take tanh, then the output gate"),
            (tanh(2) / (1 + exp(-0.5)), "the gate itself: its sum"),
            (2 * tanh(0.5), "not the gate"),
            (7, "the last of the six"),
        ],
        secrets=("0.48",),
    ),
    checks.reset_gate: Answers(
        right=[(0, -10, 5), [0.1, -20.0, 9.0], Gate(0.0, -12.0, 6.0)],
        mistakes=[
            ((0, 10, -5), "wrong way round"),
            ((0, -10, 0), "the bias alone decides"),
            ((0, 0, 5), "must outweigh the bias"),
            ((0, -5, 5), "must outweigh the bias"),
            ((5, -10, 5), "h should have no say"),
            ((-2, -14, 8), "h should have no say"),
            ((0, 5, -10), "in another order"),
            ((-10, 0, 5), "in another order"),
            ((0, -10), "three numbers"),
            (5, "three numbers"),
        ],
        secrets=("w_h = ", "w_x = ", "b = "),
    ),
    checks.final_memory: Answers(
        right=[final_memory],
        mistakes=[
            (forget_last, "you forget after writing"),
            (lambda c, _, writes: c + sum(writes), "the keeps are never used"),
            (lambda _, k, w: final_memory(0, k, w), "starts at c0"),
            (lambda c, k, _: final_memory(c, k, [0] * len(k)), "written is missing"),
            (lambda c, k, w: k[-1] * c + w[-1], "only the last day"),
            (early_return, "after the first day"),
            (lambda *case: memories(*case)[1:], "the memories of all days"),
            (memories, "the memories of all days"),
            (lambda c, k, w: final_memory(c, w, k), "the two are swapped"),
            (lambda *_: 7, "day by day"),
            (lambda c: c, "your function stopped: TypeError"),
        ],
        secrets=("c = f * c", "f * c +"),
    ),
    checks.both_companies: Answers(
        right=[
            (*ScalarLSTM.published().numbers[:11], 0.6),
            ((0, 0, 10), (0, 0, 10), (0, 6, -2.25), (0, 0, 10)),
            [0, 0, 5, 0, 0, 5, 0, 8, -3, 0, 0, 5],
        ],
        mistakes=[
            (ScalarLSTM.published(), "now find some of your own"),
            (ScalarLSTM.untrained(), "hardly a difference: look at the candidate's"),
            (model(f=SHUT), "look at the forget gate, 0.01 on day 2"),
            (model(o=SHUT), "look at the output gate, 0.01 on day 4"),
            (model(o=(0, 0, 0)), "A is right, B is off. On day 4 of B the output"),
            (model(f=(0, 0, 1)), "its forget gate goes down to 0.73"),
            (model(i=(0, 0, -0.5)), "write more on day 1"),
            (model(g=(0, 4, -2)), "then day 3 takes 0.76 away"),
            (model(g=(0, 2, 0)), "tanh makes nearly the same of both"),
            (model(g=(0, 8, -2)), "B is right, A is off. A should end"),
            (model(g=(0, 8, -4)), "both are off; begin with B"),
            ([0] * 11, "twelve numbers"),
            (3, "twelve numbers"),
        ],
        secrets=("0.9693", "2.70", "-3"),
    ),
}
