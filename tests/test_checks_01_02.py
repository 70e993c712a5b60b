"""The checks of chapters 1 and 2: they know the right answer, the likely slips, and odd input."""

import re
from math import exp, log, prod, tanh

import pytest

from lstm_lib.course.checks import chapter_01, chapter_02
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import sigmoid

ARRIVING = (0.8, -0.3, 0.4, 0.9, -0.6, 0.1)
CORRECT = "correct"


def left_over(w_h, steps):
    h = first = tanh(1.0)
    for _ in range(steps):
        h = tanh(w_h * h)
    return h / first


def forward(xs, w_h, w_x):
    hs, h = [], 0.0
    for x in xs:
        h = tanh(w_h * h + w_x * x)
        hs.append(h)
    return hs


def slopes(xs, w_h, w_x):
    return [1 - h * h for h in forward(xs, w_h, w_x)]


def input_gradient(xs, w_h, w_x):
    first, *later = slopes(xs, w_h, w_x)
    return w_x * first * prod(w_h * slope for slope in later)


def bias_for(n):
    f = 0.5 ** (1 / n)
    return log(f / (1 - f))


RIGHT = [
    (chapter_01.blind_guess, 0.6667),
    (chapter_01.two_days, 0.7737),
    (chapter_01.left_over, left_over),
    (chapter_01.input_gradient, input_gradient),
    (chapter_02.gate_value, 0.8699),
    (chapter_02.keep_or_forget, " B "),
    (chapter_02.half_life, 3.11),
    (chapter_02.bias_for, bias_for),
]
STEPS = log(0.5) / log(0.8)
MISTAKES = [
    (chapter_01.blind_guess, 1 / 3, "best guess"),
    (chapter_01.blind_guess, 0.75, "halfway"),
    (chapter_01.blind_guess, 1, "guessing 0"),
    (chapter_01.blind_guess, 2, "guessing 1"),
    (chapter_01.blind_guess, 2 / 9, "per company"),
    (chapter_01.blind_guess, 17, "every guess from 0 to 1"),
    (chapter_01.two_days, 0.8 * tanh(0.6) + 0.6, "still has to go through tanh"),
    (chapter_01.two_days, tanh(0.6), "first day"),
    (chapter_01.two_days, tanh(0.8 * 0.6 + 0.6), "the tanh of the sum, not the sum"),
    (chapter_01.two_days, tanh(0.8 * tanh(0.5) + 0.5), "every day"),
    (chapter_01.two_days, tanh(0.8 * tanh(0.6) + 0.5), "on the second day"),
    (chapter_01.two_days, tanh(0.5 * tanh(0.9) + 0.9), "swapped"),
    (chapter_01.two_days, tanh(0.8 + 0.6), "not its input"),
    (chapter_01.two_days, -1, "sum of day 1"),
    (chapter_01.left_over, lambda w, n: left_over(w, n) * tanh(1), "divide by the first"),
    (chapter_01.left_over, lambda w, n: 1 / left_over(w, n), "upside down"),
    (chapter_01.left_over, lambda w, n: w**n, "leaves out tanh"),
    (chapter_01.left_over, lambda w, n: left_over(w, n + 1), "too many"),
    (chapter_01.left_over, lambda w, n: left_over(w, max(n - 1, 0)), "missing"),
    (
        chapter_01.left_over,
        lambda w, n: forward([1] * (n + 1), w, 1)[-1] / tanh(1),
        "1 on the first step only",
    ),
    (chapter_01.left_over, lambda w, n: -5.0, "a 1 followed by zeros"),
    (
        chapter_01.input_gradient,
        lambda xs, w_h, w_x: ScalarRNN(w_h, w_x).gradient_flow(xs)[0],
        "starts at h_1",
    ),
    (
        chapter_01.input_gradient,
        lambda xs, w_h, w_x: w_x * prod(w_h * s for s in slopes(xs, w_h, w_x)[1:]),
        "slope of tanh on the first day",
    ),
    (
        chapter_01.input_gradient,
        lambda xs, w_h, w_x: input_gradient(xs, w_h, w_x) / w_x,
        "that weight is missing",
    ),
    (
        chapter_01.input_gradient,
        lambda xs, w_h, w_x: prod(w_h * s for s in slopes(xs, w_h, w_x)),
        "through w_x, not through w_h",
    ),
    (chapter_01.input_gradient, lambda xs, w_h, w_x: w_x * w_h ** (len(xs) - 1), "slopes of tanh"),
    (
        chapter_01.input_gradient,
        lambda xs, w_h, w_x: w_x * input_gradient(xs, w_h, 1.0),
        "has to use w_x too",
    ),
    (chapter_01.input_gradient, lambda xs, w_h, w_x: 0.0, "nudging x_1"),
    (chapter_02.gate_value, 1.9, "weighted sum"),
    (chapter_02.gate_value, tanh(1.9), "its tanh"),
    (chapter_02.gate_value, sigmoid(-1.9), "lost its minus sign"),
    (chapter_02.gate_value, sigmoid(0.4), "bias is missing"),
    (chapter_02.gate_value, sigmoid(2.5), "swapped"),
    (chapter_02.gate_value, sigmoid(3.5), "subtracted"),
    (chapter_02.gate_value, 1 + exp(-1.9), "divide 1 by it"),
    (chapter_02.gate_value, 0.0, "first the sum"),
    (chapter_02.keep_or_forget, "a", "misleads"),
    (chapter_02.keep_or_forget, "C", "input gate"),
    (chapter_02.keep_or_forget, "d", "choose one of a, b, c"),
    (chapter_02.half_life, 1 / STEPS, "upside down"),
    (chapter_02.half_life, -STEPS, "negative"),
    (chapter_02.half_life, 2.5, "the same share"),
    (chapter_02.half_life, 5, "average time"),
    (chapter_02.half_life, 0.625, "divide the logarithms"),
    (chapter_02.half_life, log(0.625), "one of the quotient"),
    (chapter_02.half_life, 0.8**0.5, "half a step"),
    (chapter_02.half_life, 100, "how many factors"),
    (chapter_02.bias_for, lambda n: 0.5 ** (1 / n), "one step back"),
    (chapter_02.bias_for, lambda n: -bias_for(n), "sign is turned"),
    (chapter_02.bias_for, lambda n: sigmoid(0.5 ** (1 / n)), "undone, not applied"),
    (chapter_02.bias_for, lambda n: log(0.5**n / (1 - 0.5**n)), "n-th root"),
    (chapter_02.bias_for, log, "close for long memories"),
    (chapter_02.bias_for, lambda n: log(0.5) / log(n) if n > 1 else 0.0, "n is not f"),
    (chapter_02.bias_for, lambda n: log(0.5) / n, "does not undo the sigmoid"),
    (chapter_02.bias_for, lambda n: 3.0, "two steps"),
]
CHECKS = [check for check, _ in RIGHT]
ODD = [
    "",
    "seven",
    [],
    [1, 2],
    {},
    object(),
    True,
    float("nan"),
    float("inf"),
    10**400,
    1j,
    lambda: 1,
    lambda *_: 10**400,
    lambda *_: "text",
    lambda *_: float("nan"),
    lambda *_: 1 / 0,
]


def verdict(capsys, check, *answers):
    """Return the one line a check prints."""
    check(*answers)
    (line,) = capsys.readouterr().out.splitlines()
    return line


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_right_answer_is_correct(capsys, check, answer):
    assert verdict(capsys, check, answer) == CORRECT


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES)
def test_likely_mistake_gets_its_hint(capsys, check, answer, hint):
    line = verdict(capsys, check, answer)
    assert line.startswith("not yet: ")
    assert hint in line


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("stub", [None, ...])
def test_stub_is_not_attempted(capsys, check, stub):
    assert verdict(capsys, check, stub).startswith("not attempted")


@pytest.mark.parametrize(
    "check", [chapter_01.left_over, chapter_01.input_gradient, chapter_02.bias_for]
)
def test_function_stub_is_not_attempted(capsys, check):
    assert verdict(capsys, check, lambda *_: ...).startswith("not attempted")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_odd_input_is_answered(capsys, check, odd):
    assert verdict(capsys, check, odd).startswith("not yet: ")


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (chapter_01.blind_guess, 2 / 3),
        (chapter_01.two_days, 0.7737),
        (chapter_02.gate_value, 0.8699),
        (chapter_02.half_life, STEPS),
    ],
)
def test_no_hint_names_the_number(capsys, check, number):
    lines = [verdict(capsys, c, answer) for c, answer, _ in MISTAKES if c is check]
    named = [float(word) for line in lines for word in re.findall(r"\d+\.\d+|\d+", line)]
    assert all(abs(value - number) > 0.02 for value in named)


@pytest.mark.parametrize(
    "check", [chapter_01.left_over, chapter_01.input_gradient, chapter_02.bias_for]
)
def test_no_hint_is_the_formula(capsys, check):
    lines = " ".join(verdict(capsys, c, answer) for c, answer, _ in MISTAKES if c is check)
    assert not re.search(r"1 ?- ?h|log\(|\*\*|return|ln\b", lines)


class TestAverage:
    """Two lists of six valves: the average of steps 1 and 4."""

    KEEP = (1, 1, 1, 1, 1, 1)
    HALF = (0.5, 0, 0, 0.5, 0, 0)

    @pytest.mark.parametrize(
        ("f", "i"),
        [
            (KEEP, HALF),
            ([0, 1, 1, 1, 1, 1], list(HALF)),
            ((1, 1, 1, 0.5, 1, 1), (1, 0, 0, 0.5, 0, 0)),
            ((1, 1, 1, 1, 0.5, 1), (1, 0, 0, 1, 0, 0)),
        ],
    )
    def test_every_right_way_is_correct(self, capsys, f, i):
        assert verdict(capsys, chapter_02.average, f, i) == CORRECT

    @pytest.mark.parametrize(
        ("f", "i", "hint"),
        [
            (KEEP, (1, 0, 0, 1, 0, 0), "this is the sum"),
            (KEEP, (0, 0, 0, 1, 0, 0), "only step 4"),
            (KEEP, (0, 0, 0, 0.5, 0, 0), "step 1 is lost"),
            (KEEP, (0.5, 0, 0, 0, 0, 0), "step 4 is not written"),
            (KEEP, (1, 0, 0, 0, 0, 0), "only step 1"),
            ((1, 1, 1, 1, 0.9, 1), HALF, "f on steps 5 and 6"),
            (KEEP, (0.5, 0.5, 0, 0.5, 0, 0), "noise is written"),
            ((1, 0.3, 1, 1, 1, 1), HALF, "follow c"),
            (KEEP, (0.75, 0, 0.625, 0, 0, 0), "by luck"),
            (KEEP, (0.5, 0, 0, 0.5, 0), "six numbers"),
            (KEEP, (0.5, 0, 0, 0.5, 0, 2), "from 0 to 1"),
            (KEEP, (0.5, 0, 0, 0.5, 0, "x"), "from 0 to 1"),
            (KEEP, (0.5, 0, 0, 0.5, 0, True), "from 0 to 1"),
            (KEEP, (0.5, 0, 0, 0.5, 0, ...), "step 6 yet"),
            ("111111", HALF, "list of six numbers"),
            (..., HALF, "f should be a list"),
            (7, HALF, "f should be a list"),
            (KEEP, float("nan"), "i should be a list"),
            (KEEP, (float("nan"), 0, 0, 0.5, 0, 0), "from 0 to 1"),
        ],
    )
    def test_slip_gets_its_hint(self, capsys, f, i, hint):
        line = verdict(capsys, chapter_02.average, f, i)
        assert line.startswith("not yet: ")
        assert hint in line
        assert not re.search(r"0\.5\b|0\.85\b", line)

    def test_stub_is_not_attempted(self, capsys):
        assert verdict(capsys, chapter_02.average, ..., ...).startswith("not attempted")
