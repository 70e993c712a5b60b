"""Answers to the exercises of chapter 6."""

import numpy as np

from lstm_lib.course.checks import chapter_06 as checks
from lstm_lib.vector import VectorLSTM
from tests.checks import Answers


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


ANSWERS = {
    checks.blind_recall: Answers(
        right=[0.0156, 1 / 64],
        mistakes=[
            (0.5, "that is one bit"),
            (1 / 12, "multiplied"),
            (1 / 6, "not six sequences"),
            (1 / 36, "not 6 to the 2nd"),
            (3, "at most 1"),
            (0.0625, "for four bits"),
            (1 - 0.5**6, "at least one wrong bit"),
            (64, "so many sequences"),
            (1.5625, "in percent"),
            (1 / 32, "for five bits"),
            (1.6, "in percent"),
            (1.56, "in percent"),
            (2, "in percent"),
            (0.02, "right so far: give at least 3 decimals"),
            (7, "half of the time"),
        ],
        secrets=("0.0156", "1 / 64", "0.5**6"),
    ),
    checks.window: Answers(
        right=[lambda width, gap: width + gap + 1],
        mistakes=[
            (lambda width, gap: width + gap, "one short"),
            (lambda width, gap: width + gap - 1, "two short"),
            (lambda width, gap: gap, "the other bits"),
            (lambda width, gap: gap + 1, "the other bits"),
            (lambda width, gap: 2 * width + gap, "the whole sequence"),
            (lambda width, gap: 15, "for 4 bits and a gap of 10 only"),
            (lambda width, gap: width + gap + 2, "one too many"),
            (lambda width, gap: width * gap, "draw it"),
        ],
        secrets=("width + gap",),
    ),
    checks.exact_share: Answers(
        right=[share, share_where_asked],
        mistakes=[
            (lambda z, y, a: ((z > 0) == (y == 1)).all((1, 2)).mean(), "use asked"),
            (lambda z, y, a: share(z - 0.5, y, a), "a logit above 0"),
            (lambda z, y, a: ((z > 0) == (y == 1))[a].mean(), "the share of bits"),
            (lambda z, y, a: (((z > 0) == (y == 1)) & a).any((1, 2)).mean(), "one right bit"),
            (lambda z, y, a: len(z) * share(z, y, a), "that is how many"),
            (lambda z, y, a: ((z == y) | ~a).all((1, 2)).mean(), "first make it a bit"),
            (lambda z, y, a: (((z > 0) == (y == 1)) | ~a).all(), "over the whole batch"),
            (lambda z, y, a: (((z > 0) == (y == 1)) & a).all((1, 2)).mean(), "count unasked steps"),
            (lambda z, y, a: 1 - share(z, y, a), "with a wrong bit"),
            (lambda z, y, a: 0.123, "all along a sequence"),
        ],
        secrets=("| ~asked", "~asked"),
    ),
    checks.one_bit: Answers(
        right=[unit(), unit(out=-10.0, on_bit=-4.0), unit(f=5.0), unit(f=40.0, on_bit=0.5)],
        mistakes=[
            (unit(on_bit=0.0), "the candidate's weight on the bit"),
            (unit(i=-8.0), "look at the input gate"),
            (unit(f=-2.0), "gap 5: "),
            (unit(f=-2.0), "look at the forget gate, 0.12 in the silence"),
            (
                broken("weight_ih_l0", np.array([[0.0, 0], [20, 0], [4, 0], [0, 0]]), f=-2.0),
                "look at the forget gate, 0.12 in the silence",
            ),
            (unit(f=2.0), "gap 20: "),
            (unit(on_marker=8.0), "something besides the bit"),
            (unit(out=0.5), "not sure enough"),
            (unit(o=-8.0, bias=1.0), "look at the output gate"),
            (unit(out=0.0), "the read-out has no weight"),
            (unit(out=-10.0), "wrong way round"),
            (unit(bias=20.0), "not around 0"),
            (unit(g=1.0), "one side of 0"),
            (broken("bias_ih_l0", "words"), "forward() stopped with"),
            (broken("weight_hh_l0", np.ones((3, 3))), "forward() stopped with"),
            (VectorLSTM(2, 2, 1), "it should be VectorLSTM(2, 1, output_size=1)"),
            (VectorLSTM(2, 1), "it should be VectorLSTM(2, 1, output_size=1)"),
            (VectorLSTM, "should be a VectorLSTM"),
            ("words", "should be a VectorLSTM"),
        ],
        secrets=("= 8", "bias_ih_l0"),
    ),
}
