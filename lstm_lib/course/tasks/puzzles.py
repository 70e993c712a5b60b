"""Puzzles for whoever wants to be the three gates, and the cell run by gates set by hand.

What is not as many finite numbers as are asked for, or a gate outside 0 to 1, is a TypeError or
ValueError that names it.
"""

from collections.abc import Sequence
from math import floor, inf, isfinite, tanh
from typing import NamedTuple

from lstm_lib import _validate
from lstm_lib.record import Step, Trace


def run_gates(
    g: Sequence[float], f: Sequence[float], i: Sequence[float], o: Sequence[float]
) -> Trace:
    """Run the cell with gates set by hand, no weights: c_t = f_t c_{t-1} + i_t g_t.

    Args:
        g: candidates, (seq_len,), at least one; the Trace's inputs too.
        f, i, o: forget, input and output gate at every step, 0 to 1, (seq_len,) each.

    Returns:
        Trace from c = h = 0, with h_t = o_t tanh(c_t).
    """
    g = _validate.sequence("g", g)
    f, i, o = (_set_by_hand(*named, len(g)) for named in (("f", f), ("i", i), ("o", o)))
    c, h, steps = 0.0, 0.0, []
    for candidate, keep, write, show in zip(g, f, i, o, strict=True):
        c_new = keep * c + write * candidate
        h_new = show * tanh(c_new)
        steps.append(Step(candidate, h, c, write, keep, candidate, show, c_new, h_new))
        c, h = c_new, h_new
    if not isfinite(c):
        raise ValueError("g leaves the range of floats when it is added up")
    return Trace.from_steps(steps)


def _set_by_hand(name: str, values: object, seq_len: int) -> tuple[float, ...]:
    """Return one gate's values, 0 to 1, one per step."""
    values = _validate.sequence(name, values, seq_len)
    return tuple(_validate.share(f"{name}[{t}]", value) for t, value in enumerate(values))


class GatePuzzle(NamedTuple):
    """A short sequence for which somebody has to be the three gates.

    The arriving value x_t is the candidate g_t. A hand sets f, i and o at every step; the
    memory is c_t = f_t c_{t-1} + i_t g_t and what is shown h_t = o_t tanh(c_t).

    Fields:
        name: a short name.
        task: what to do, in a sentence.
        xs: the arriving values, (seq_len,).
        asked: the memory to be shown at each step, None where silence is wanted, (seq_len,).
        f, i, o: gates that do it exactly, (seq_len,) each.
    """

    name: str
    task: str
    xs: tuple[float, ...]
    asked: tuple[float | None, ...]
    f: tuple[float, ...]
    i: tuple[float, ...]
    o: tuple[float, ...]

    @property
    def wanted(self) -> tuple[float, ...]:
        """The h wanted at each step: tanh of the memory asked for, 0 for silence, (seq_len,)."""
        return tuple(0.0 if memory is None else tanh(memory) for memory in self.asked)

    def error(self, hs: Sequence[float]) -> float:
        """Return how far `hs`, (seq_len,), are from what is wanted, all steps added up."""
        hs = _validate.sequence("hs", hs, len(self.xs))
        return sum(abs(h - want) for h, want in zip(hs, self.wanted, strict=True))

    def score(self, hs: Sequence[float]) -> int:
        """Return 0 to 100: the error of `hs`, (seq_len,), as a share of that of saying nothing.

        100 (1 - error / error with every output gate shut), and not below 0. Rounded down, so
        that 100 is said of a perfect run only.
        """
        silence = self.error([0.0] * len(self.xs))
        return max(0, floor(100 * (1 - self.error(hs) / silence) + 1e-6))

    @property
    def reach(self) -> tuple[tuple[float, float], ...]:
        """The memories (low, high) after each step with which the task can still be done.

        Found from the last step backwards: c is good if some f and i from 0 to 1 make
        f c + i x good at the next step. (seq_len,) pairs; infinite where there is no limit.
        """
        low, high, found = -inf, inf, []
        for x, memory in zip(reversed(self.xs), reversed(self.asked), strict=True):
            if memory is not None:
                low = high = memory
            found.append((low, high))
            low, high = low - max(x, 0.0), high - min(x, 0.0)  # what f c has to be
            low, high = low if low > 0 else -inf, high if high < 0 else inf  # f makes it smaller
        return tuple(reversed(found))

    @property
    def needed(self) -> Sequence[float]:
        """The memory after each step with the gates that do it exactly, (seq_len,)."""
        return run_gates(self.xs, self.f, self.i, self.o).c

    @property
    def best(self) -> int:
        """The score of the gates that do it exactly."""
        return self.score(run_gates(self.xs, self.f, self.i, self.o).h)

    def lost_at(self, cs: Sequence[float], within: float = 0.05) -> int | None:
        """Return the step at which a run left what is needed, or None if the task can be done.

        A memory may take another way than `needed` as long as it stays in `reach`. Once it has
        left that, the step to blame is the first one that strayed, not the one that ran out.

        Args:
            cs: the memory after each step, (seq_len,).
            within: how far a memory may be off and still be forgiven.
        """
        cs = _validate.sequence("cs", cs, len(self.xs))
        within = _validate.number("within", within)
        beyond = (max(low - c, c - high) for c, (low, high) in zip(cs, self.reach, strict=True))
        if all(distance <= within for distance in beyond):
            return None
        strayed = (abs(c - need) > within for c, need in zip(cs, self.needed, strict=True))
        return next(t for t, is_off in enumerate(strayed) if is_off)


PUZZLES = (
    GatePuzzle(
        name="carry",
        task="Carry the value of step 1 past the noise; be silent until step 6, then show it.",
        xs=(0.9, -0.4, 0.1, -0.6, 0.2, -0.3),
        asked=(None, None, None, None, None, 0.9),
        f=(1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
        i=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        o=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    ),
    GatePuzzle(
        name="replace",
        task="Show the value of step 1 at step 3; then the value of step 4 takes its place: "
        "show that one at step 6.",
        xs=(0.8, 0.2, -0.3, -0.6, 0.3, -0.2),
        asked=(None, None, 0.8, None, None, -0.6),
        f=(1.0, 1.0, 1.0, 0.0, 1.0, 1.0),
        i=(1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        o=(0.0, 0.0, 1.0, 0.0, 0.0, 1.0),
    ),
    GatePuzzle(
        name="add",
        task="Add the values of steps 2 and 5, and nothing else; show the sum at step 6.",
        xs=(-0.3, 0.7, 0.2, -0.4, 0.8, -0.2),
        asked=(None, None, None, None, None, 1.5),
        f=(1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
        i=(0.0, 1.0, 0.0, 0.0, 1.0, 0.0),
        o=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    ),
)


def gate_puzzles() -> tuple[GatePuzzle, GatePuzzle, GatePuzzle]:
    """Return three puzzles of six steps: carry a value, replace it by a later one, add two."""
    return PUZZLES
