"""Checks for chapter 3: one cell."""

from collections.abc import Sequence
from dataclasses import replace
from math import tanh
from typing import NamedTuple

from lstm_lib import _validate
from lstm_lib.course.checks import verdict
from lstm_lib.course.tasks.companies import companies
from lstm_lib.record import Trace
from lstm_lib.scalar import ScalarLSTM, sigmoid

CLOSE = 0.1  # how near a prediction of the challenge must come to its target


def new_memory(answer: object) -> None:
    """Check exercise 1: c from f = 0.8, c_before = -1.5, i = 0.4, g = 0.6."""
    f, c, i, g = 0.8, -1.5, 0.4, 0.6
    mistakes = [
        (i * c + f * g, "f and i have changed places: which of the two stands on the old memory?"),
        (i * c + i * g, "you multiplied by i where the memory is kept: look at the forget gate"),
        ((1 - f) * c + i * g, "near 1 means keep, so the old memory is multiplied by f itself"),
        (f * (c + i * g), "you forget first and write afterwards: f touches the old memory only"),
        (f * c - i * g, "what is written is added; its own sign is in g"),
        (f * c, "that is what is kept; something is written too"),
        (i * g, "that is what is written; something is kept too"),
        (f * c + g, "only a part of g is written: the part that i lets through"),
        (f * c + i, "i says how much is written, g says what: you need both"),
        (c + i * g, "nothing was forgotten here: multiply the old memory by f"),
        (f * -c + i * g, "the old memory is negative: has its sign got lost?"),
        (tanh(f * c + i * g), "that is squeezed by tanh; the memory itself is not, only its copy"),
    ]
    verdict.number(answer, f * c + i * g, mistakes, "two products, then a sum: kept plus written")


def shown_memory(answer: object) -> None:
    """Check exercise 2: h from c = 2 and o = 0.5."""
    c, o = 2.0, 0.5
    mistakes = [
        (o * c, "h stays between -1 and 1: squeeze the memory with tanh before showing it"),
        (tanh(o * c), "tanh comes first, the output gate after it"),
        (tanh(c), "that is the squeezed memory; the output gate shows only a part of it"),
        (o * sigmoid(c), "the memory has a sign, so it is squeezed with tanh, not with sigmoid"),
        (o, "that is the gate; multiply it with what it shows"),
    ]
    verdict.number(answer, o * tanh(c), mistakes, "the last of the six equations, h = ...")


class _Corner(NamedTuple):
    """One situation of the reset gate, and what the gate does in it."""

    price: float
    h: float
    f: float

    @property
    def place(self) -> str:
        return f"at price {self.price:g} and h = {self.h:g} the gate stands at {self.f:.4f}"


def reset_gate(answer: object) -> None:
    """Check exercise 3: three numbers, open at price 0 and shut at price 1, whatever h is."""
    if verdict.is_missing(answer):
        return verdict.say(verdict.NOT_ATTEMPTED)
    weights = _numbers(answer, 3)
    if weights is None:
        return verdict.say(f"the answer should be three numbers w_h, w_x, b, got {answer!r}")
    model = replace(ScalarLSTM.untrained(), f=weights)
    corners = [
        _Corner(price, h, model.step(price, h, 0.0).f)
        for price in (0.0, 1.0)
        for h in (0.0, -1.0, 1.0)
    ]
    return verdict.say(_reset_hint(corners))


def _reset_hint(corners: Sequence[_Corner]) -> str:
    """Return the verdict on a reset gate from what it does in six situations."""
    opened, closed = corners[:3], corners[3:]
    low, high = opened[0], closed[0]
    too_shut = next((corner for corner in opened if corner.f < 0.99), None)
    too_open = next((corner for corner in closed if corner.f > 0.01), None)
    if too_shut is None and too_open is None:
        return verdict.CORRECT
    if high.f > low.f:
        return f"the wrong way round: {high.place}; what should a rising price do to the sum?"
    if too_shut == low:
        return f"{low.place}: there the bias alone decides, and it is too small"
    if too_open == high:
        return f"{high.place}: the weight on x must outweigh the bias, and more"
    return f"{(too_shut or too_open).place}: h should have no say in this gate"


def final_memory(answer: object) -> None:
    """Check exercise 4: a function (c0, keeps, writes) -> c after the last day."""
    cases = [
        (0.0, (0.5,), (1.0,)),
        (2.0, (0.5, 0.5), (0.0, 1.0)),
        (-1.0, (0.9, 0.8, 0.7), (0.3, -0.2, 0.1)),
    ]
    verdict.function(
        answer,
        _final,
        cases,
        _FINAL_SLIPS,
        "go day by day: forget first, then write, then on to the next day",
    )


def _final(c: float, keeps: Sequence[float], writes: Sequence[float]) -> float:
    for f, written in zip(keeps, writes, strict=True):
        c = f * c + written
    return c


def _forget_after_writing(c: float, keeps: Sequence[float], writes: Sequence[float]) -> float:
    for f, written in zip(keeps, writes, strict=True):
        c = f * (c + written)
    return c


def _never_forget(c: float, _: Sequence[float], writes: Sequence[float]) -> float:
    return c + sum(writes)


_FINAL_SLIPS = [
    (_forget_after_writing, "you forget after writing: f multiplies the old memory only"),
    (_never_forget, "the keeps are never used: multiply the memory by the day's f"),
    (lambda _, keeps, writes: _final(0.0, keeps, writes), "the memory starts at c0, not at 0"),
    (lambda c, keeps, _: _final(c, keeps, [0.0] * len(keeps)), "what is written is missing"),
    (
        lambda c, keeps, writes: keeps[-1] * c + writes[-1],
        "only the last day is done: each day starts from the memory the day before left",
    ),
    (
        lambda c, keeps, writes: keeps[0] * c + writes[0],
        "it stops after the first day: return after the loop, not inside it",
    ),
]


def both_companies(answer: object) -> None:
    """Check exercise 5: a ScalarLSTM, or twelve numbers, that gets both companies right."""
    if verdict.is_missing(answer):
        return verdict.say(verdict.NOT_ATTEMPTED)
    model = _model(answer)
    if model is None:
        return verdict.say(
            "the answer should be a ScalarLSTM or twelve numbers (f, i, g, o, each w_h, w_x, b), "
            f"got {verdict.short(answer)}"
        )
    if model.numbers in (ScalarLSTM.published().numbers, ScalarLSTM.published(2).numbers):
        return verdict.say("those are the trained numbers, and right: now find some of your own")
    a, b = (model.run(pair.xs) for pair in companies())
    return verdict.say(_challenge_hint(a, b))


def _challenge_hint(a: Trace, b: Trace) -> str:
    """Return the verdict on the runs of both companies, one step of advice at a time."""
    a_right, b_right = abs(a.prediction) <= CLOSE, b.prediction >= 1 - CLOSE
    if a_right and b_right:
        return verdict.CORRECT
    found = f"A gives {a.prediction:.2f}, B gives {b.prediction:.2f}"
    if abs(b.prediction - a.prediction) < CLOSE:
        return f"{found}, almost the same. {_lost_hint(a, b)}"
    if not b_right:
        right = "A is right, B is off" if a_right else "both are off; begin with B"
        return f"{found}: {right}. {_weak_hint(b)}"
    return (
        f"{found}: B is right, A is off. A should end with a memory near 0 and ends with "
        f"c = {a.c[-1]:.2f}: look at the candidate, and at what its bias adds on days 2 to 4"
    )


def _lost_hint(a: Trace, b: Trace) -> str:
    """Say where day 1, the only day that tells the companies apart, got lost."""
    if abs(b.c[0] - a.c[0]) < 0.3:
        return (
            f"Day 1 leaves c = {a.c[0]:.2f} and c = {b.c[0]:.2f}, hardly a difference: "
            "look at the candidate's weight on x, and whether the input gate is open"
        )
    day = min(range(1, 4), key=lambda t: min(a.f[t], b.f[t]))
    kept = min(a.f[day], b.f[day])
    if kept < 0.8:
        return f"Day 1 is written, then lost: look at the forget gate, {kept:.2f} on day {day + 1}"
    return (
        f"The memories end at c = {a.c[-1]:.2f} and c = {b.c[-1]:.2f}: "
        f"look at the output gate, {b.o[-1]:.2f} on day 4 of B, and at how far apart they are"
    )


def _weak_hint(b: Trace) -> str:
    """Say why company B does not come near 1."""
    if b.o[-1] < 1 - CLOSE:
        return f"On day 4 of B the output gate shows only {b.o[-1]:.2f} of the memory"
    if min(b.f[1:]) < 0.8:
        return f"B loses memory: its forget gate goes down to {min(b.f[1:]):.2f}"
    return (
        f"B ends with c = {b.c[-1]:.2f}, and tanh makes {tanh(b.c[-1]):.2f} of it: "
        "write more on day 1 (input gate, candidate)"
    )


def _model(answer: object) -> ScalarLSTM | None:
    """Return the answer as a model, or None if it is not one."""
    if isinstance(answer, ScalarLSTM):
        return answer
    gates = [_numbers(gate, 3) for gate in answer] if isinstance(answer, list | tuple) else []
    if len(gates) == 4 and None not in gates:
        return ScalarLSTM(*gates)
    numbers = _numbers(answer, 12)
    return None if numbers is None else ScalarLSTM.from_numbers(numbers)


def _numbers(answer: object, count: int) -> tuple[float, ...] | None:
    """Return the answer as `count` finite numbers, or None if it is something else."""
    try:
        numbers = _validate.sequence("answer", answer)
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == count else None
