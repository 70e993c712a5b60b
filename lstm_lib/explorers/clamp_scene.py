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
from lstm_lib.notation import OPENINGS, titled
from lstm_lib.record import BatchRecord
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
    """Several numbers over time: as Lines, (rows, steps) each.

    Fields:
        row: the one drawn as lines.
        names: what the rows are called, (rows,); None where they are counted.
    """

    title: str
    before: Rows
    after: Rows
    scale: Scale
    row: int
    names: Sequence[str] | None = None

    def called(self, row: int) -> str:
        """Return what one output is called."""
        if self.names is not None:
            return f"output {self.names[row]}"
        return "output" if len(self.before) == 1 else f"output {row + 1}"


class Look(NamedTuple):
    """What is looked at, counted from 0: one quantity of a unit, and one output.

    Fields:
        place: which of the traces.
        batch, step: which sequence, and step of it.
        quantity, unit, output: what is held or would be, and the output that is drawn.
        held: the first and the last step that are held or would be.
    """

    place: int
    batch: int
    step: int
    quantity: str
    unit: int
    output: int
    held: tuple[int, int]


class Scene(NamedTuple):
    """One sequence run twice.

    Fields:
        touched, memory, answer: what is held, what it does to its unit, and one output.
        cells, answers: the cell states of all units and all outputs.
        is_on: whether there is a hand on the network, at these steps or at others.
        held: the first and the last step that are held; None where nothing is.
        rows: the first and the last unit that are held; None where none is in `cells`.
        steps, seq_len: how many steps the sequence has, and how many there is room for.
        t: the step that is read.
        scores: of the whole batch, before and after; None without a score.
        batch_size: how many sequences the score is of.
    """

    touched: Lines
    memory: Lines
    answer: Lines
    cells: Maps
    answers: Maps
    is_on: bool
    held: tuple[int, int] | None
    rows: tuple[int, int] | None
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


def scene(
    network: Network, clamp: Clamp | None, look: Look, names: Sequence[str] | None = None
) -> Scene:
    """Return one sequence, run without and with a clamp; `names` are those of the outputs."""
    both = network.untouched, network.run(clamp)
    one, unit = both[0].traces[look.place], look.unit
    steps = one.lengths[look.batch] if one.lengths else len(one)
    is_own = one.h.shape == one.memory.shape  # each unit has an h
    units = (unit, unit) if clamp and clamp.units is not None else (0, one.hidden_size - 1)
    answers = _answers([run.rows(look.batch, steps) for run in both], look.output, names)
    before, after = (run.score for run in both)
    return Scene(
        touched=_lines(look.quantity, both, look, steps),
        memory=_lines(_beside(look.quantity, one), both, look, steps),
        answer=_answer(answers),
        cells=_cells(one.letters.memory, both, look, steps),
        answers=answers,
        is_on=clamp is not None,
        held=_held(look.held, steps) if clamp else None,
        rows=units if look.quantity != "h" or is_own else None,
        steps=steps,
        seq_len=len(one),
        t=min(look.step, steps - 1),
        scores=None if before is None or after is None else (before, after),
        batch_size=one.batch_size,
    )


def _cells(memory: str, both: Sequence[Run], look: Look, steps: int) -> Maps:
    """Return the memory of all units in both runs."""
    return _maps(f"{memory} of all units", memory, _rows(memory, both, look, steps), look.unit)


def _held(span: tuple[int, int], steps: int) -> tuple[int, int] | None:
    """Return the part of a span that a sequence reaches, None if it ends before."""
    first, last = span
    return None if first >= steps else (first, min(last, steps - 1))


def _beside(quantity: str, one: BatchRecord) -> str:
    """Return which quantity shows what holding one does to its unit."""
    memory, (*gates, h) = one.letters.memory, one.letters.quantities
    if quantity != memory:
        return memory
    if h != memory:
        return h if one.h.shape == one.memory.shape else memory
    return gates[-1] if gates else h


def check_unit(look: Look, one: BatchRecord) -> None:
    """Refuse a unit that a projected h does not have."""
    count, name = getattr(one, look.quantity).shape[2], look.quantity
    if look.unit >= count:
        raise ValueError(
            f"unit must be from 1 to {count} for {name}, which is projected, got {look.unit + 1}"
        )


def _rows(name: str, both: Sequence[Run], look: Look, steps: int) -> list[Rows]:
    """Return a quantity of the sequence, (units, steps), in both runs."""
    return [rows_of(getattr(run.traces[look.place], name), look.batch, steps) for run in both]


def _lines(name: str, both: Sequence[Run], look: Look, steps: int) -> Lines:
    """Return a quantity of the unit in both runs."""
    before, after = (rows[look.unit] for rows in _rows(name, both, look, steps))
    title = f"{titled(name)} of unit {look.unit + 1}"
    return Lines(name, title, before, after, _scale(name, [before, after]))


def _maps(title: str, name: str, both: Sequence[Rows], row: int) -> Maps:
    """Return the numbers of a sequence in both runs, with one scale."""
    before, after = both
    return Maps(title, before, after, _scale(name, [*before, *after]), row)


def _answers(both: Sequence[Rows], row: int, names: Sequence[str] | None) -> Maps:
    """Return all outputs in both runs."""
    title = "output" if len(both[0]) == 1 else "all outputs"
    return _maps(title, "output", both, row)._replace(names=names)


def _answer(maps: Maps) -> Lines:
    """Return the output that is looked at."""
    before, after = maps.before[maps.row], maps.after[maps.row]
    return Lines("ink", maps.called(maps.row), before, after, maps.scale)


def _scale(name: str, rows: Rows) -> Scale:
    """Return the scale that holds all numbers of a quantity."""
    numbers = [value for row in rows for value in row if not isnan(value)]
    low, high = min(numbers), max(numbers)
    if name in OPENINGS and not 0 <= low <= high <= 1:  # multiplied by more than 1
        return Scale.around_zero(max(-low, high))
    return scale_of(name, low, high)


# --- what is said -------------------------------------------------------------------------------


def figure(value: float) -> str:
    """Write a number of any size with about three digits."""
    return power_of_ten(value) if abs(value) >= 1e5 else scientific(value, 3)


def aloud(scene: Scene) -> str:
    """Say what the hand changes, in words and numbers."""
    parts = [_became(lines, scene.t) for lines in (scene.memory, scene.answer)]
    return f"At step {scene.t + 1}, {' and '.join(parts)}."


def between(values: Sequence[float]) -> str:
    """Say which numbers some values lie between."""
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


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
