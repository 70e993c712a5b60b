"""The numbers of a run with a hand on it beside the untouched one, in words and as a table too."""

from collections.abc import Iterator, Sequence
from math import isnan
from operator import itemgetter
from typing import NamedTuple

from lstm_lib.drawing.heatmap import Scale
from lstm_lib.drawing.svg import number, power_of_ten, scientific
from lstm_lib.explorers.given import Rows, rows_of
from lstm_lib.explorers.pieces import scale_of
from lstm_lib.explorers.runs import Network, Run
from lstm_lib.notation import VALVES, titled
from lstm_lib.record import BatchTrace, Trace
from lstm_lib.trace import Clamp

UNTOUCHED, TOUCHED = "untouched", "with your hand"


class Lines(NamedTuple):
    """One number over time, untouched and with the hand on the network.

    Fields:
        name: f, i, g, o, c or h, or "ink" for an output: the colour.
        title: what it is.
        before, after: its values, (steps,) each; nan where there is none.
        scale: of both.
    """

    name: str
    title: str
    before: Sequence[float]
    after: Sequence[float]
    scale: Scale


class Maps(NamedTuple):
    """Several numbers over time, untouched and with the hand on the network.

    Fields:
        title: what they are.
        before, after: their values, (rows, steps) each; nan where there is none.
        scale: of both.
        row: the one that is drawn as lines.
    """

    title: str
    before: Rows
    after: Rows
    scale: Scale
    row: int


class Hand(NamedTuple):
    """A hand on the network; units and steps are counted from 0.

    Fields:
        is_on: whether anything is held.
        quantity: what is held: i, f, g, o, c or h.
        is_held_to, number: whether it is held to a number or multiplied by it.
        unit: the unit that is looked at.
        is_alone: whether only this unit is held, or all.
        first, last: the steps that are held.
    """

    is_on: bool
    quantity: str
    is_held_to: bool
    number: float
    unit: int
    is_alone: bool
    first: int
    last: int

    def clamp(self, one: Trace) -> Clamp | None:
        """Return what is held in the layer and direction of a trace, None while it is off."""
        if not self.is_on:
            return None
        return Clamp(
            self.quantity,
            value=self.number if self.is_held_to else None,
            scale=None if self.is_held_to else self.number,
            units=self.unit if self.is_alone else None,
            steps=range(self.first, self.last + 1),
            layer=one.layer,
            direction=one.direction,
        )


class Look(NamedTuple):
    """Which trace, sequence, step and output are looked at, counted from 0."""

    place: int
    batch: int
    step: int
    output: int


class Scene(NamedTuple):
    """One sequence run twice.

    Fields:
        hand: what is done to the second run.
        held: the first and the last step of the sequence that are held; None where nothing is.
        rows: the first and the last unit that are held; None where none is in `cells`.
        touched, memory, answer: what is held, what it does to its unit, and one output.
        cells, answers: the cell states of all units and all outputs.
        steps, seq_len: how many steps the sequence has, and how many there is room for.
        t: the step that is read.
        scores: of the whole batch, before and after; None without a score.
        batch_size: how many sequences the score is of.
    """

    hand: Hand
    held: tuple[int, int] | None
    rows: tuple[int, int] | None
    touched: Lines
    memory: Lines
    answer: Lines
    cells: Maps
    answers: Maps
    steps: int
    seq_len: int
    t: int
    scores: tuple[float, float] | None
    batch_size: int

    def furthest(self) -> tuple[float, int, int]:
        """Return the largest change of an output, and which output and step it is of."""
        changes = (
            (abs(b - a), k, t)
            for k, rows in enumerate(zip(self.answers.before, self.answers.after, strict=True))
            for t, (a, b) in enumerate(zip(*rows, strict=True))
            if not isnan(b - a)
        )
        return max(changes, key=itemgetter(0))  # the first of equal ones


class _Both(NamedTuple):
    """One sequence in one layer, `untouched` and with the hand."""

    runs: tuple[Run, Run]
    look: Look
    steps: int

    def rows(self, name: str) -> list[Rows]:
        """Return a quantity, (units, steps), in both runs."""
        place, batch, *_ = self.look
        return [rows_of(getattr(run.traces[place], name), batch, self.steps) for run in self.runs]

    def lines(self, name: str, unit: int) -> Lines:
        """Return a quantity of one unit in both runs."""
        before, after = (rows[unit] for rows in self.rows(name))
        scale = _scale(name, [before, after])
        return Lines(name, f"{titled(name)} of unit {unit + 1}", before, after, scale)

    def answers(self) -> tuple[Lines, Maps]:
        """Return the output that is looked at, and all of them."""
        both, which = [run.rows(self.look.batch, self.steps) for run in self.runs], self.look.output
        one, every = f"output {which + 1}", "all outputs"
        if len(both[0]) == 1:
            one = every = "output"
        maps = _maps(every, "output", both, which)
        return Lines("ink", one, maps.before[which], maps.after[which], maps.scale), maps


def scene(network: Network, hand: Hand, look: Look) -> Scene:
    """Return one sequence, run without and with the hand.

    Raises:
        ValueError: a unit that a projected h does not have.
    """
    one, quantity = network.untouched.traces[look.place], hand.quantity
    _check_unit(quantity, hand.unit, one)
    steps = one.lengths[look.batch] if one.lengths else len(one)
    both = _Both((network.untouched, network.run(hand.clamp(one))), look, steps)
    answer, answers = both.answers()
    return Scene(
        hand=hand,
        held=_held_steps(hand, steps),
        rows=_held_rows(hand, one),
        touched=both.lines(quantity, hand.unit),
        memory=both.lines("h" if quantity == "c" and _has_own_h(one) else "c", hand.unit),
        answer=answer,
        cells=_maps("c of all units", "c", both.rows("c"), hand.unit),
        answers=answers,
        steps=steps,
        seq_len=len(one),
        t=min(look.step, steps - 1),
        scores=_scores(*both.runs),
        batch_size=one.batch_size,
    )


def _check_unit(quantity: str, unit: int, one: BatchTrace) -> None:
    """Refuse a unit that a projected h does not have."""
    count = getattr(one, quantity).shape[2]
    if unit >= count:
        raise ValueError(
            f"unit must be from 1 to {count} for {quantity}, which is projected, got {unit + 1}"
        )


def _has_own_h(one: BatchTrace) -> bool:
    """Return whether h is not projected: each unit has its own."""
    return bool(one.h.shape == one.c.shape)


def _held_steps(hand: Hand, steps: int) -> tuple[int, int] | None:
    is_there = hand.is_on and hand.first < steps
    return (hand.first, min(hand.last, steps - 1)) if is_there else None


def _held_rows(hand: Hand, one: BatchTrace) -> tuple[int, int] | None:
    if hand.quantity == "h" and not _has_own_h(one):
        return None
    return (hand.unit, hand.unit) if hand.is_alone else (0, one.hidden_size - 1)


def _scores(before: Run, after: Run) -> tuple[float, float] | None:
    if before.score is None or after.score is None:
        return None
    return before.score, after.score


def _maps(title: str, name: str, runs: Sequence[Rows], row: int) -> Maps:
    """Return the numbers of a sequence in both runs, with one scale."""
    before, after = runs
    return Maps(title, before, after, _scale(name, [*before, *after]), row)


def _scale(name: str, rows: Rows) -> Scale:
    """Return the scale that holds all numbers of a quantity."""
    numbers = [value for row in rows for value in row if not isnan(value)]
    low, high = min(numbers), max(numbers)
    if name in VALVES and not 0 <= low <= high <= 1:  # multiplied by more than 1
        return Scale.around_zero(max(-low, high))
    return scale_of(name, low, high)


# --- what is said -------------------------------------------------------------------------------


def figure(value: float) -> str:
    """Write a number of any size with about three digits."""
    return power_of_ten(value) if abs(value) >= 1e5 else scientific(value, 3)


def aloud(scene: Scene) -> str:
    """Say what is held, and what it changes, in words and numbers."""
    parts = [_became(lines, scene.t) for lines in (scene.memory, scene.answer)]
    said = f"{_hand(scene)} At step {scene.t + 1}, {' and '.join(parts)}."
    if scene.scores is None:
        return said
    before, after = map(figure, scene.scores)
    return f"{said} Score: {before}" + (f", with your hand {after}." if scene.hand.is_on else ".")


def _hand(scene: Scene) -> str:
    """Say what the hand does."""
    hand, touched = scene.hand, scene.touched
    if not hand.is_on:
        return "your hand is off."
    if scene.held is None:
        return f"it ends at step {scene.steps}, your hand comes at step {hand.first + 1}."
    what, there = touched.title, "there"
    if not hand.is_alone:
        what, there = f"{titled(hand.quantity)} of all units", f"there in unit {hand.unit + 1}"
    way = f"{'held to' if hand.is_held_to else 'multiplied by'} {number(hand.number)}"
    first, last = scene.held
    steps = f"step {first + 1}" if first == last else f"steps {first + 1} to {last + 1}"
    low, high = (number(end(touched.before[first : last + 1])) for end in (min, max))
    was = low if low == high else f"{low} to {high}"
    return f"{what} is {way} at {steps}; untouched it is {was} {there}."


def _became(lines: Lines, t: int) -> str:
    """Say what a value is, or what it was and became."""
    name = "the output" if lines.title == "output" else lines.title
    if isnan(lines.before[t]):
        return f"{name} has no value"
    before, after = (number(values[t], 3) for values in (lines.before, lines.after))
    return f"{name} is {before}" if before == after else f"{name} goes from {before} to {after}"


def table(scene: Scene) -> tuple[list[str], list[list[str]]]:
    """Return every step of the chosen unit and output, in both runs."""
    found = (scene.touched, scene.memory, scene.answer)
    lines = list({one.title: one for one in found}.values())
    columns = [values for one in lines for values in (one.before, one.after)]
    heads = [f"{one.title}, {which}" for one in lines for which in (UNTOUCHED, TOUCHED)]
    rows = [
        [" ".join(_marked(scene, t)), *("none" if isnan(v) else number(v, 4) for v in values)]
        for t, values in enumerate(zip(*columns, strict=True))
    ]
    return ["", *heads], rows


def _marked(scene: Scene, t: int) -> Iterator[str]:
    """Yield the name of a step, and what is done at it."""
    yield f"step {t + 1}"
    if scene.held and scene.held[0] <= t <= scene.held[1]:
        yield "(held)"
    if t == scene.t:
        yield "(read)"
