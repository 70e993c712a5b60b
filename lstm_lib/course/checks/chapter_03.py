"""Checks for chapter 3: one cell."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations, product
from math import tanh

from lstm_lib import _validate
from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet
from lstm_lib.course.tasks.companies import companies
from lstm_lib.record import Trace
from lstm_lib.scalar import Gate, ScalarLSTM, sigmoid

_CLOSE = 0.1  # how near a prediction of the challenge must come to its target


@verdict.number()
def new_memory() -> Sheet:
    """Check exercise 1: c from f = 0.8, c_before = -1.5, i = 0.4, g = 0.6."""
    f, c, i, g = 0.8, -1.5, 0.4, 0.6
    yield f * c + i * g, CORRECT
    yield i * c + f * g, "f and i have changed places: which of the two stands on the old memory?"
    yield i * c + i * g, "you multiplied by i where the memory is kept: look at the forget gate"
    yield (1 - f) * c + i * g, "near 1 means keep, so the old memory is multiplied by f itself"
    yield f * (c + i * g), "you forget first and write afterwards: f touches the old memory only"
    yield f * c - i * g, "what is written is added; its own sign is in g"
    yield f * c, "that is what is kept; something is written too"
    yield i * g, "that is what is written; something is kept too"
    yield f * c + g, "only a part of g is written: the part that i lets through"
    yield f * c + i, "i says how much is written, g says what: you need both"
    yield c + i * g, "nothing was forgotten here: multiply the old memory by f"
    yield f * -c + i * g, "the old memory is negative: has its sign got lost?"
    yield tanh(f * c + i * g), "that is squeezed by tanh; the memory itself is not, only its copy"
    yield ELSE, "two products, then a sum: kept plus written"


@verdict.number()
def shown_memory() -> Sheet:
    """Check exercise 2: h from c = 2 and o = 0.5."""
    c, o = 2.0, 0.5
    yield o * tanh(c), CORRECT
    yield o * c, "h stays between -1 and 1: squeeze the memory with tanh before showing it"
    yield tanh(o * c), "tanh comes first, the output gate after it"
    yield tanh(c), "that is the squeezed memory; the output gate shows only a part of it"
    yield o * sigmoid(c), "the memory has a sign, so it is squeezed with tanh, not with sigmoid"
    yield o, "that is the gate; multiply it with what it shows"
    yield sigmoid(c), "that is the memory through the sigmoid; take tanh, then the output gate"
    yield sigmoid(o) * tanh(c), "o is the gate itself: its sum has been through the sigmoid"
    yield c * tanh(o), "the memory goes through tanh, not the gate"
    yield ELSE, "the last of the six equations, h = ..."


@verdict.check
def reset_gate(answer: object) -> str:
    """Check exercise 3: three numbers, open at price 0 and shut at price 1, whatever h is."""
    weights = _numbers(answer, 3)
    if weights is None:
        return f"the answer should be three numbers w_h, w_x, b, got {verdict.short(answer)}"
    said = _reset_hint(_gates_with(weights))
    if said != CORRECT and CORRECT in map(_reset_hint, map(_gates_with, permutations(weights))):
        return "the three numbers are right, in another order: w_h, w_x, b"
    return said


def _gates_with(weights: Sequence[float]) -> dict[tuple[float, float], float]:
    """Return where a forget gate with these weights stands at each price and h."""
    model = replace(ScalarLSTM.untrained(), f=Gate(*weights))
    places = product((0.0, 1.0), (0.0, -1.0, 1.0))
    return {(price, h): model.step(price, h, 0.0).f for price, h in places}


def _reset_hint(gates: dict[tuple[float, float], float]) -> str:
    """Return the verdict on a reset gate, from where it stands at each price and h."""
    low, high = (0.0, 0.0), (1.0, 0.0)
    off = [at for at, f in gates.items() if (f > 0.01 if at[0] else f < 0.99)]

    def place(at: tuple[float, float]) -> str:
        return f"at price {at[0]:g} and h = {at[1]:g} the gate stands at {gates[at]:.4f}"

    if not off:
        return CORRECT
    if gates[high] > gates[low]:
        return f"the wrong way round: {place(high)}; what should a rising price do to the sum?"
    if low in off:
        return f"{place(low)}: there the bias alone decides, and it is too small"
    if high in off:
        return f"{place(high)}: the weight on x must outweigh the bias, and more"
    return f"{place(off[0])}: h should have no say in this gate"


@verdict.function(
    cases=[
        (0.0, (0.5,), (1.0,)),
        (2.0, (0.5, 0.5), (0.0, 1.0)),
        (-1.0, (0.9, 0.8, 0.7), (0.3, -0.2, 0.1)),
    ]
)
def final_memory(c0: float, keeps: Sequence[float], writes: Sequence[float]) -> Sheet:
    """Check exercise 4: a function (c0, keeps, writes) -> c after the last day."""
    partly = [f * written for f, written in zip(keeps, writes, strict=True)]
    yield _final(c0, keeps, writes), CORRECT
    yield _final(c0, keeps, partly), "you forget after writing: f multiplies the old memory only"
    yield c0 + sum(writes), "the keeps are never used: multiply the memory by the day's f"
    yield _final(0.0, keeps, writes), "the memory starts at c0, not at 0"
    yield _final(c0, keeps, [0.0] * len(keeps)), "what is written is missing"
    hint = "only the last day is done: each day starts from the memory the day before left"
    yield _final(c0, keeps[-1:], writes[-1:]), hint
    hint = "it stops after the first day: return after the loop, not inside it"
    yield _final(c0, keeps[:1], writes[:1]), hint
    memories = [_final(c0, keeps[:day], writes[:day]) for day in range(len(keeps) + 1)]
    yield memories[1:], "those are the memories of all days; the last one is asked"
    yield memories, "those are the memories of all days; the last one is asked"
    yield _final(c0, writes, keeps), "the two are swapped: f multiplies, what is written is added"
    yield ELSE, "go day by day: forget first, then write, then on to the next day"


def _final(c: float, keeps: Sequence[float], writes: Sequence[float]) -> float:
    """Return the memory after the last day."""
    for f, written in zip(keeps, writes, strict=True):
        c = f * c + written
    return c


@verdict.check
def both_companies(answer: object) -> str:
    """Check exercise 5: a ScalarLSTM, or twelve numbers, that gets both companies right."""
    model = _model(answer)
    if model is None:
        return (
            "the answer should be a ScalarLSTM or twelve numbers (f, i, g, o, each w_h, w_x, b), "
            f"got {verdict.short(answer)}"
        )
    if model.numbers in (ScalarLSTM.published().numbers, ScalarLSTM.published(2).numbers):
        return "those are the trained numbers, and right: now find some of your own"
    a, b = (model.run(pair.xs) for pair in companies())
    return _challenge_hint(a, b)


def _challenge_hint(a: Trace, b: Trace) -> str:
    """Return the verdict on the runs of both companies, one step of advice at a time."""
    a_right, b_right = abs(a.prediction) <= _CLOSE, b.prediction >= 1 - _CLOSE
    if a_right and b_right:
        return CORRECT
    found = f"A gives {a.prediction:.2f}, B gives {b.prediction:.2f}"
    if abs(b.prediction - a.prediction) < _CLOSE:
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
    ends = f"The memories end at c = {a.c[-1]:.2f} and c = {b.c[-1]:.2f}"
    if b.o[-1] < 1 - _CLOSE:
        return f"{ends}: look at the output gate, {b.o[-1]:.2f} on day 4 of B"
    return (
        f"{ends}, and tanh makes nearly the same of both: A should end near 0, so look at what "
        "the candidate adds on days 2 to 4"
    )


def _weak_hint(b: Trace) -> str:
    """Say why company B does not come near 1."""
    if b.o[-1] < 1 - _CLOSE:
        return f"On day 4 of B the output gate shows only {b.o[-1]:.2f} of the memory"
    if min(b.f[1:]) < 0.8:
        return f"B loses memory: its forget gate goes down to {min(b.f[1:]):.2f}"
    written = [i * g for i, g in zip(b.i, b.g, strict=True)]
    day = min(range(1, 4), key=lambda t: written[t])
    if written[0] > 0.7 and written[day] < -0.1:
        return (
            f"B ends with c = {b.c[-1]:.2f}. Day 1 writes {written[0]:.2f}, then day {day + 1} "
            f"takes {-written[day]:.2f} away: look at the candidate on days 2 to 4"
        )
    return (
        f"B ends with c = {b.c[-1]:.2f}, and tanh makes {tanh(b.c[-1]):.2f} of it: "
        "write more on day 1 (input gate, candidate)"
    )


def _model(answer: object) -> ScalarLSTM | None:
    """Return the answer as a model, or None if it is not one."""
    if isinstance(answer, ScalarLSTM):
        return answer
    if isinstance(answer, list | tuple) and len(answer) == 4:
        answer = [number for gate in answer for number in _numbers(gate, 3) or ()]
    numbers = _numbers(answer, 12)
    return None if numbers is None else ScalarLSTM.from_numbers(numbers)


def _numbers(answer: object, count: int) -> tuple[float, ...] | None:
    """Return the answer as `count` finite numbers, or None if it is something else."""
    try:
        return _validate.sequence("answer", answer, count)
    except (TypeError, ValueError):
        return None
