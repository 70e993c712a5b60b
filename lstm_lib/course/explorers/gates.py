"""YouAreTheGates: a short sequence arrives, and a hand sets the gates at every step."""

from collections.abc import Iterator, Sequence
from typing import Any

from ipywidgets import HTML, Button, Layout, Widget

from lstm_lib.course.explorers import gates_picture as picture
from lstm_lib.course.tasks.puzzles import GatePuzzle, gate_puzzles, run_gates
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider
from lstm_lib.notation import COLORS, VALVES, titled
from lstm_lib.record import Step, Trace

DOES = {"f": "keep", "i": "write", "o": "show"}
HALF_OPEN = 0.5
BY_HAND = 3  # so many gates are moved before the best is shown
PUZZLES = {puzzle.name: puzzle for puzzle in gate_puzzles()}
STEPS = len(next(iter(PUZZLES.values())).xs)


class YouAreTheGates(Explorer):
    """Set the three gates at every step so that the cell shows what the puzzle asks for.

    The controls are `puzzle` ("carry", "replace" or "add") and the gates `f1` ... `f6`,
    `i1` ... `i6`, `o1` ... `o6`, 0 to 1. `reset` opens every gate half, `best` sets the gates
    that do it, once a hand has moved a few. A new puzzle starts with half open gates.

    Args:
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(self, *, tries: Sequence[str] = ()) -> None:
        self.puzzle = Choice(list(PUZZLES), label="puzzle", buttons=True)
        self._sliders = {gate: _sliders(gate) for gate in VALVES}
        self.f1, self.f2, self.f3, self.f4, self.f5, self.f6 = self._sliders["f"]
        self.i1, self.i2, self.i3, self.i4, self.i5, self.i6 = self._sliders["i"]
        self.o1, self.o2, self.o3, self.o4, self.o5, self.o6 = self._sliders["o"]
        rows = self._sliders.items()
        self.gates = {f"{gate}{t}": slider for gate, row in rows for t, slider in enumerate(row, 1)}
        self.reset = Button(description="reset", layout=Layout(width="90px"))
        self.best = Button(layout=Layout(width="230px"))
        self._task = HTML()
        self.puzzle.observe(self._next_puzzle, "value")
        for slider in self.gates.values():
            slider.observe(self._note_move, "value")
        self.reset.on_click(self._start)
        self.best.on_click(self._set_best)
        super().__init__(
            {"puzzle": self.puzzle, **self.gates}, self._rows(), picture.SIZE, tries=tries
        )
        self._next_puzzle()

    @property
    def trace(self) -> Trace:
        """The run with the gates as the sliders show them."""
        f, i, o = ([slider.value for slider in self._sliders[gate]] for gate in VALVES)
        return run_gates(self._asked.xs, f, i, o)

    def view(self) -> View:
        """Return the picture of the run, and the same in words and as a table."""
        puzzle, trace = self._asked, self.trace
        moves = picture.state(puzzle, trace) + picture.joints(len(puzzle.xs))
        return View(picture.frame(puzzle), moves, _aloud(puzzle, trace), *_table(puzzle, trace))

    @property
    def _asked(self) -> GatePuzzle:
        return PUZZLES[self.puzzle.value]

    def _rows(self) -> list[Widget]:
        """Return the puzzle's row, its task, and the sliders in the columns of the picture."""
        widths = (picture.MARGIN, picture.COLUMN)
        margin, column = (f"{100 * part / picture.SIZE[0]:.3f}%" for part in widths)
        top = columns([self.puzzle, self.reset, self.best], "1fr auto auto")
        grid = columns(self._cells(), f"{margin} repeat({STEPS}, {column})", gap="0")
        return [top, self._task, grid]

    def _cells(self) -> Iterator[Widget]:
        """Yield the grid's cells, row by row: a gate's name and its six sliders."""
        for gate, does in DOES.items():
            style = f"color:var(--{gate}-ink);text-align:right;padding-right:12px;line-height:24px"
            yield HTML(f'<div class="lstm" style="{style}">{does} <b><i>{gate}</i></b></div>')
            yield from self._sliders[gate]

    def _next_puzzle(self, _change: object = None) -> None:
        """Start a puzzle; its best is shown once some of its gates have been moved by hand."""
        self._start()
        self._moved: set[object] = set()
        self._say_best()

    def _note_move(self, change: Any) -> None:
        """Note which gate a hand has moved; a button moves all of them at once."""
        if not self._held:
            self._moved.add(change.owner)
            self._say_best()

    def _say_best(self) -> None:
        """Say on its button when the best is shown."""
        left = BY_HAND - len(self._moved)
        gates = f"{left} {'gate' if left == 1 else 'gates'}"
        self.best.description = f"move {gates}, then the best" if left > 0 else "show the best"
        self.best.disabled = left > 0

    def _start(self, _change: object = None) -> None:
        """Say the task and open every gate half."""
        style = "min-height:0;font-weight:600"
        self._task.value = f'<div class="lstm-says" style="{style}">{self._asked.task}</div>'
        half = (HALF_OPEN,) * STEPS
        self._put(half, half, half)

    def _set_best(self, _button: Button) -> None:
        """Set the gates that do what is asked."""
        self._put(self._asked.f, self._asked.i, self._asked.o)

    def _put(self, *values: Sequence[float]) -> None:
        """Set all eighteen sliders and draw once."""
        with self.together():
            for gate, row in zip(VALVES, values, strict=True):
                for slider, value in zip(self._sliders[gate], row, strict=True):
                    slider.value = value


def _sliders(gate: str) -> list[Slider]:
    """Return the sliders of one gate, step by step."""
    return [
        Slider(
            value=HALF_OPEN, min=0, max=1, step=0.05, name=f"{titled(gate)}, step {t}",
            color=COLORS[gate], layout=Layout(width="94%", min_width="0"),
        )
        for t in range(1, STEPS + 1)
    ]  # fmt: skip


def _aloud(puzzle: GatePuzzle, trace: Trace) -> str:
    """Say what became of the task, and where it went wrong first."""
    error, score = puzzle.error(trace.h), puzzle.score(trace.h)
    silence = puzzle.error([0.0] * len(puzzle.xs))
    said = (
        f"Score {score} of 100: the six h together are off by {number(error)}; silence, which "
        f"scores 0, is off by {number(silence)}. "
    )
    lost = puzzle.lost_at(trace.c)
    if lost is not None:
        return said + _loss(lost + 1, trace[lost], puzzle.needed[lost])
    worst = max(range(len(trace)), key=lambda t: abs(trace.h[t] - puzzle.wanted[t]))
    if score == 100:
        return said + "Every step shows what is wanted."
    return said + (
        f"The memory is good at every step; look at what step {worst + 1} shows: "
        f"{number(trace.h[worst])}, wanted {number(puzzle.wanted[worst])}."
    )


def _loss(t: int, step: Step, needed: float) -> str:
    """Say how step `t` lost the memory."""
    return (
        f"Step {t} loses the memory: it keeps {number(step.f)} of {number(step.c_prev)} and "
        f"writes {number(step.i)} of {number(step.g)}, so c = {number(step.c)} where "
        f"{number(needed)} is needed."
    )


def _table(puzzle: GatePuzzle, trace: Trace) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: every number of the run, a column per step."""
    rows = {"arrives g": trace.g, "keep f": trace.f, "write i": trace.i, "memory c": trace.c}
    rows |= {"show o": trace.o, "shown h": trace.h, "wanted h": puzzle.wanted}
    header = ["", *(f"step {t}" for t in range(1, len(trace) + 1))]
    return header, [[name, *map(number, values)] for name, values in rows.items()]
