"""The checks of chapters 1 and 2: they know the right answer, the likely slips, and odd input."""

import re
from math import exp, log, prod, tanh

import pytest

from lstm_lib.course import checks
from lstm_lib.scalar import ScalarRNN, sigmoid

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
    (checks.blind_guess, 0.6667),
    (checks.two_days, 0.7737),
    (checks.left_over, left_over),
    (checks.input_gradient, input_gradient),
    (checks.gate_value, 0.8699),
    (checks.keep_or_forget, " B "),
    (checks.half_life, 3.11),
    (checks.bias_for, bias_for),
]
STEPS = log(0.5) / log(0.8)
MISTAKES = [
    (checks.blind_guess, 1 / 3, "best guess"),
    (checks.blind_guess, 0.75, "halfway"),
    (checks.blind_guess, 1, "guessing 0"),
    (checks.blind_guess, 2, "guessing 1"),
    (checks.blind_guess, 2 / 9, "per company"),
    (checks.blind_guess, 17, "every guess from 0 to 1"),
    (checks.two_days, 0.8 * tanh(0.6) + 0.6, "still has to go through tanh"),
    (checks.two_days, tanh(0.6), "first day"),
    (checks.two_days, tanh(0.8 * 0.6 + 0.6), "the tanh of the sum, not the sum"),
    (checks.two_days, tanh(0.8 * tanh(0.5) + 0.5), "every day"),
    (checks.two_days, tanh(0.8 * tanh(0.6) + 0.5), "on the second day"),
    (checks.two_days, tanh(0.5 * tanh(0.9) + 0.9), "swapped"),
    (checks.two_days, tanh(0.8 + 0.6), "not its input"),
    (checks.two_days, -1, "sum of day 1"),
    (checks.left_over, lambda w, n: left_over(w, n) * tanh(1), "divide by the first"),
    (checks.left_over, lambda w, n: 1 / left_over(w, n), "upside down"),
    (checks.left_over, lambda w, n: w**n, "leaves out tanh"),
    (checks.left_over, lambda w, n: left_over(w, n + 1), "too many"),
    (checks.left_over, lambda w, n: left_over(w, max(n - 1, 0)), "missing"),
    (
        checks.left_over,
        lambda w, n: forward([1] * (n + 1), w, 1)[-1] / tanh(1),
        "1 on the first step only",
    ),
    (checks.left_over, lambda w, n: -5.0, "a 1 followed by zeros"),
    (
        checks.input_gradient,
        lambda xs, w_h, w_x: ScalarRNN(w_h, w_x).gradient_flow(xs)[0],
        "starts at h_1",
    ),
    (
        checks.input_gradient,
        lambda xs, w_h, w_x: w_x * prod(w_h * s for s in slopes(xs, w_h, w_x)[1:]),
        "slope of tanh on the first day",
    ),
    (
        checks.input_gradient,
        lambda xs, w_h, w_x: input_gradient(xs, w_h, w_x) / w_x,
        "that weight is missing",
    ),
    (
        checks.input_gradient,
        lambda xs, w_h, w_x: prod(w_h * s for s in slopes(xs, w_h, w_x)),
        "through w_x, not through w_h",
    ),
    (checks.input_gradient, lambda xs, w_h, w_x: w_x * w_h ** (len(xs) - 1), "slopes of tanh"),
    (
        checks.input_gradient,
        lambda xs, w_h, w_x: w_x * input_gradient(xs, w_h, 1.0),
        "has to use w_x too",
    ),
    (checks.input_gradient, lambda xs, w_h, w_x: 0.0, "nudging x_1"),
    (checks.gate_value, 1.9, "weighted sum"),
    (checks.gate_value, tanh(1.9), "its tanh"),
    (checks.gate_value, sigmoid(-1.9), "lost its minus sign"),
    (checks.gate_value, sigmoid(0.4), "bias is missing"),
    (checks.gate_value, sigmoid(2.5), "swapped"),
    (checks.gate_value, sigmoid(3.5), "subtracted"),
    (checks.gate_value, 1 + exp(-1.9), "divide 1 by it"),
    (checks.gate_value, 0.0, "first the sum"),
    (checks.keep_or_forget, "a", "misleads"),
    (checks.keep_or_forget, "C", "input gate"),
    (checks.keep_or_forget, "d", "choose one of a, b, c"),
    (checks.half_life, 1 / STEPS, "upside down"),
    (checks.half_life, -STEPS, "negative"),
    (checks.half_life, 2.5, "the same share"),
    (checks.half_life, 5, "average time"),
    (checks.half_life, 0.625, "divide the logarithms"),
    (checks.half_life, log(0.625), "one of the quotient"),
    (checks.half_life, 0.8**0.5, "half a step"),
    (checks.half_life, 100, "how many factors"),
    (checks.bias_for, lambda n: 0.5 ** (1 / n), "one step back"),
    (checks.bias_for, lambda n: -bias_for(n), "sign is turned"),
    (checks.bias_for, lambda n: sigmoid(0.5 ** (1 / n)), "undone, not applied"),
    (checks.bias_for, lambda n: log(0.5**n / (1 - 0.5**n)), "n-th root"),
    (checks.bias_for, log, "close for long memories"),
    (checks.bias_for, lambda n: log(0.5) / log(n) if n > 1 else 0.0, "n is not f"),
    (checks.bias_for, lambda n: log(0.5) / n, "does not undo the sigmoid"),
    (checks.bias_for, lambda n: 3.0, "two steps"),
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


@pytest.mark.parametrize("check", [checks.left_over, checks.input_gradient, checks.bias_for])
def test_function_stub_is_not_attempted(capsys, check):
    assert verdict(capsys, check, lambda *_: ...).startswith("not attempted")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_odd_input_is_answered(capsys, check, odd):
    assert verdict(capsys, check, odd).startswith("not yet: ")


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (checks.blind_guess, 2 / 3),
        (checks.two_days, 0.7737),
        (checks.gate_value, 0.8699),
        (checks.half_life, STEPS),
    ],
)
def test_no_hint_names_the_number(capsys, check, number):
    lines = [verdict(capsys, c, answer) for c, answer, _ in MISTAKES if c is check]
    named = [float(word) for line in lines for word in re.findall(r"\d+\.\d+|\d+", line)]
    assert all(abs(value - number) > 0.02 for value in named)


@pytest.mark.parametrize("check", [checks.left_over, checks.input_gradient, checks.bias_for])
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
        assert verdict(capsys, checks.average, f, i) == CORRECT

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
        line = verdict(capsys, checks.average, f, i)
        assert line.startswith("not yet: ")
        assert hint in line
        assert not re.search(r"0\.5\b|0\.85\b", line)

    def test_stub_is_not_attempted(self, capsys):
        assert verdict(capsys, checks.average, ..., ...).startswith("not attempted")
