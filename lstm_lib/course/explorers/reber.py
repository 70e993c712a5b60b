"""ReberExplorer: walk through the embedded Reber grammar, a network beside you."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from lstm_lib.course.explorers import reber_picture as picture
from lstm_lib.course.explorers.controls.entry import Entry
from lstm_lib.course.explorers.controls.keys import Keys
from lstm_lib.course.reading import Reader, remembering_unit
from lstm_lib.course.tasks.reber import REBER_SYMBOLS, reber_next, reber_strings, reber_twin
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.slider import counted, index, whole

LONGEST = 40  # symbols of a string
DRAWN = 100  # strings to choose from
START = 1  # among the strings drawn: one with loops in it
UNDO = "undo"


class ReberExplorer(Explorer):
    """Walk through the embedded Reber grammar, and see what a network expects next.

    The controls are `string`, the symbols from the first B on; `seed`, which writes one of a
    hundred strings of the grammar into it and looks at it where the second symbol is about to be
    asked for; `step`, from 1, how much of it is read; and `unit`, from 1, whose cell state is
    drawn, at first the one that remembers. `next` has the buttons of the symbols that may follow:
    `next.press("T")` walks on from the step that is shown, `next.press("undo")` takes its symbol
    back, with all that came after it. `remembers` is the unit, from 0, that tells most steadily
    whether T or P came second.

    Args:
        model: a VectorLSTM with read-out or a torch module around an LSTM that takes the symbols
            B, T, P, S, X, V, E one-hot, (batch_size, seq_len, 7), and returns a logit for each,
            whose softmax is the probability that it is next; by default a stored network of six
            units.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(self, model: Any = None, *, tries: Sequence[str] = ()) -> None:
        if model is None:  # only then NumPy is needed
            from lstm_lib.course.networks.reber import reber_reader

            model = reber_reader()
        self._reader = Reader(model, REBER_SYMBOLS)
        self.remembers = remembering_unit(self._reader)
        strings = (string for string in reber_strings(2 * DRAWN) if len(string) <= LONGEST)
        self._strings = list(strings)[:DRAWN]
        self._walk = lru_cache(maxsize=1)(self._read)
        first = self._strings[START]
        self.string = Entry(value=first, letters=REBER_SYMBOLS, longest=LONGEST, label="string",
                            name="Reber string, from its first B on")  # fmt: skip
        self.seed = whole("new string", "new string, number", START, 0, len(self._strings) - 1)
        self.step = whole("step", "step", len(first) - 2, 1, len(first), play=500)
        self.unit = counted("unit", self._reader.hidden_size)
        self.unit.value = self.remembers + 1
        self.next = Keys([*REBER_SYMBOLS, UNDO], label="next", name="next symbol")
        self._wire()  # before the redraw observes: step and buttons have moved when it comes
        walked = {"step": self.step} | ({} if self.unit.disabled else {"unit": self.unit})
        rows = [columns([self.string, self.seed]), self.next, columns(walked.values())]
        controls = {"string": self.string, "seed": self.seed, **walked}
        super().__init__(controls, rows, picture.SIZE, tries=tries)

    @property
    def t(self) -> int:
        """The step that is shown, counted from 0."""
        return min(int(self.step.value), max(len(self.string.value), 1)) - 1

    def view(self) -> View:
        """Return the way through the automaton, with the chosen step marked."""
        walk, still = self._walk(self.string.value, index(self.unit))
        return View(still, picture.cursor(walk, self.t), _aloud(walk, self.t), *_table(walk))

    def _wire(self) -> None:
        self.next.on_press(self._press)
        self.seed.observe(self._write, "value")
        self.string.observe(self._follow, "value")
        self.step.observe(self._light, "value")
        self._light()

    def _write(self, _change: object) -> None:
        """Write a string, and look at it where the second symbol is about to be asked for."""
        string = self._strings[int(self.seed.value)]
        with self.together():
            self.string.value = string
            self.step.value = len(string) - 2

    def _follow(self, _change: object) -> None:
        """Look at a new string from its end."""
        steps = max(len(self.string.value), 1)
        with self.together():
            self.step.value = min(self.step.value, steps)  # a value lies below its max
            self.step.max = max(steps, 2)
            self.step.value, self.step.disabled = steps, steps == 1
            self._light()

    def _light(self, _change: object = None) -> None:
        """Switch the buttons on that do something at this step."""
        read = self.string.value[: self.t + 1]
        legal = reber_next(read) if len(read) < LONGEST else ""
        self.next.on = [*legal, UNDO] if len(read) > 1 else [*legal]

    def _press(self, word: str) -> None:
        """Walk on by a symbol, or take one back."""
        string, here = self.string.value, self.t + 1
        with self.together():
            if word == UNDO:
                self.string.value = string[: here - 1]
            elif string[here : here + 1] == word:
                self.step.value = here + 1
            else:
                self.string.value = string[:here] + word

    def _read(self, string: str, unit: int) -> tuple[picture.Walk, str]:
        """Return the walk of a string, and what of its picture stays."""
        if not string:
            raise ValueError("string must begin with B, got an empty string")
        reading = self._reader.read(string, reber_twin(string))
        walk = picture.scene(string, reading, unit, unit == self.remembers)
        return walk, picture.frame(walk)


def _aloud(walk: picture.Walk, t: int) -> str:
    """Say where one step has led, and what the network expects."""
    said = f"After step {t + 1} of {len(walk.symbols)}, {walk.symbols[: t + 1]}: "
    if walk.legal[t]:
        ranked = sorted(zip(walk.chances[t], REBER_SYMBOLS, strict=True), reverse=True)
        expects = ", ".join(f"{symbol} {number(chance)}" for chance, symbol in ranked[:3])
        verdict = "right" if walk.right[t] else "wrong"
        said += f"{' or '.join(walk.legal[t])} may come. The network expects {expects}: {verdict}."
    else:
        said += "the string is over."
    said += f" Unit {walk.unit + 1} holds {number(walk.cell[t])}"
    if walk.other and t:
        said += f"; with {walk.other} as the second symbol it would hold {number(walk.twin[t])}"
    return f"{said}."


def _table(walk: picture.Walk) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: a row per step."""
    other = f"with {walk.other}" if walk.other else "with the other"
    header = ["step", "reads", *(f"{symbol} next" for symbol in REBER_SYMBOLS)]
    header += ["may come", "right?", f"c of unit {walk.unit + 1}", other]
    words = {True: "right", False: "wrong", None: "\N{EN DASH}"}
    rows = [
        [
            *(str(t + 1), symbol, *map(number, walk.chances[t])),
            *(" or ".join(walk.legal[t]) or "nothing", words[walk.right[t]]),
            *(number(walk.cell[t]), number(walk.twin[t]) if walk.other else "\N{EN DASH}"),
        ]
        for t, symbol in enumerate(walk.symbols)
    ]
    return header, rows
