"""Answers to the exercises of chapter 2."""

from math import exp, log, tanh

import numpy as np
import torch

from lstm_lib.course.checks import chapter_02 as checks
from lstm_lib.scalar import sigmoid
from tests.checks import Answers


def bias_for(n):
    f = 0.5 ** (1 / n)
    return log(f / (1 - f))


KEEP = (1, 1, 1, 1, 1, 1)
HALF = (0.5, 0, 0, 0.5, 0, 0)
STEPS = log(0.5) / log(0.8)


ANSWERS = {
    checks.gate_value: Answers(
        right=[0.8699],
        mistakes=[
            (1.9, "weighted sum"),
            (tanh(1.9), "its tanh"),
            (sigmoid(-1.9), "lost its minus sign"),
            (sigmoid(0.4), "bias is missing"),
            (sigmoid(2.5), "swapped"),
            (sigmoid(3.5), "subtracted"),
            (1 + exp(-1.9), "divide 1 by it"),
            (exp(-1.9), "this is e^-z"),
            (0.0, "first the sum"),
        ],
    ),
    checks.keep_or_forget: Answers(
        right=[" B "],
        mistakes=[
            ("a", "misleads"),
            ("C", "input gate"),
            ("d", "choose one of a, b, c"),
        ],
        secrets=("b:", "answer is b"),
    ),
    checks.half_life: Answers(
        right=[3.11],
        mistakes=[
            (1 / STEPS, "upside down"),
            (-STEPS, "negative"),
            (2.5, "the same share"),
            (5, "average time"),
            (0.625, "divide the logarithms"),
            (log(0.625), "one of the quotient"),
            (0.8**0.5, "half a step"),
            (4, "after 4 whole steps"),
            (log(2) / 0.2, "where f is near 1"),
            (3, "right so far: give at least 2 decimals"),
            (100, "how many factors"),
        ],
    ),
    checks.bias_for: Answers(
        right=[bias_for],
        mistakes=[
            (lambda n: 0.5 ** (1 / n), "one step back"),
            (lambda n: -bias_for(n), "sign is turned"),
            (lambda n: sigmoid(0.5 ** (1 / n)), "undone, not applied"),
            (lambda n: log(0.5**n / (1 - 0.5**n)), "n-th root"),
            (log, "close for long memories"),
            (lambda n: log(0.5) / log(n) if n > 1 else 0.0, "n is not f"),
            (lambda n: log(0.5) / n, "does not undo the sigmoid"),
            (lambda n: log((1 - 1 / n) * n), "on average"),
            (lambda n: log((1 - 0.5 / n) / (0.5 / n)), "the same share"),
            (lambda n: bias_for(n) / log(10), "natural logarithm"),
            (lambda n: log(0.5 ** (1 / n) / 1 - 0.5 ** (1 / n)), "what is not above 0"),
            (lambda n: 3.0, "two steps"),
        ],
        secrets=("log(", "**", "return"),
    ),
    checks.average: Answers(
        right=[
            (KEEP, HALF),
            ([0, 1, 1, 1, 1, 1], list(HALF)),
            ((1, 1, 1, 0.5, 1, 1), (1, 0, 0, 0.5, 0, 0)),
            ((1, 1, 1, 1, 0.5, 1), (1, 0, 0, 1, 0, 0)),
            (KEEP, (0.5, 0, 0, 0.495, 0, 0)),
            (KEEP, (0.5, 0.007, 0, 0.5, 0, 0)),
            (torch.tensor(KEEP), np.array(HALF)),
            (list(map(torch.tensor, KEEP)), list(map(np.float32, HALF))),
        ],
        mistakes=[
            ((KEEP, (1, 0, 0, 1, 0, 0)), "this is the sum"),
            ((KEEP, (0, 0, 0, 1, 0, 0)), "only step 4"),
            ((KEEP, (0, 0, 0, 0.5, 0, 0)), "step 1 is lost"),
            ((KEEP, (0.5, 0, 0, 0, 0, 0)), "step 4 is not written"),
            ((KEEP, (1, 0, 0, 0, 0, 0)), "only step 1"),
            (((1, 1, 1, 0.5, 1, 1), HALF), "halved twice"),
            ((KEEP, (1, 0, 0, 0.5, 0, 0)), "step 1 still counts whole"),
            ((KEEP, (0.5, 0, 0, 1, 0, 0)), "step 4 still counts whole"),
            (((1, 1, 1, 1, 0.9, 1), HALF), "f on steps 5 and 6"),
            ((KEEP, (0.5, 0.5, 0, 0.5, 0, 0)), "noise is written"),
            (((1, 0.3, 1, 1, 1, 1), HALF), "follow c"),
            ((KEEP, (0.5, 0, 0, 0.494, 0, 0)), "follow c"),
            ((KEEP, (0.5, 0.008, 0, 0.5, 0, 0)), "by luck"),
            ((KEEP, (0.75, 0, 0.625, 0, 0, 0)), "by luck"),
            ((KEEP, (0.5, 0, 0, 0.5, 0)), "six numbers"),
            ((KEEP, (0.5, 0, 0, 0.5, 0, 2)), "from 0 to 1"),
            ((KEEP, (0.5, 0, 0, 0.5, 0, "x")), "from 0 to 1"),
            ((KEEP, (0.5, 0, 0, 0.5, 0, True)), "from 0 to 1"),
            ((KEEP, (0.5, 0, 0, 0.5, 0, ...)), "step 6 yet"),
            (("111111", HALF), "list of six numbers"),
            ((..., HALF), "f should be a list"),
            ((7, HALF), "f should be a list"),
            ((KEEP, float("nan")), "i should be a list"),
            ((KEEP, (float("nan"), 0, 0, 0.5, 0, 0)), "from 0 to 1"),
        ],
        secrets=("0.5 ", "0.85"),
    ),
}
