"""ReberExplorer: walk through the embedded Reber grammar, a network beside you."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lstm_lib.course.explorers import reber_picture as picture
from lstm_lib.course.explorers.reading import Reader
from lstm_lib.course.tasks.reber import (
    REBER_SYMBOLS,
    reber,
    reber_states,
    reber_strings,
    reber_walk,
)
from lstm_lib.course.tasks.symbols import ahead, one_hot
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.entry import Entry
from lstm_lib.explorers.controls.keys import Keys
from lstm_lib.explorers.controls.slider import counted, index, whole

if TYPE_CHECKING:
    from numpy import ndarray

LONGEST = 40  # symbols of a string
DRAWN = 100  # strings to choose from
START = 1  # among the strings drawn: one with loops in it
PROBES = 100  # strings that show which unit remembers
UNDO = "undo"
OTHER = {"T": "P", "P": "T"}


class ReberExplorer(Explorer):
    """Walk through the embedded Reber grammar, and see what a network expects next.

    The controls are `string`, the symbols from the first B on; `seed`, which writes one of a
    hundred strings of the grammar into it and looks at it where the second symbol is about to be
    asked for; `step`, from 1, how much of it is read; and `unit`,
    from 1, whose cell state is drawn, at first the one that remembers. `next` has the buttons of
    the symbols that may follow: `next.press("T")` walks on from the step that is shown, and
    `next.press("undo")` takes its symbol back, with all that came after it. `remembers` is the
    unit, from 0, that tells most steadily whether T or P came second.

    Args:
        model: a VectorLSTM with read-out or a torch module around an LSTM that takes the symbols
            B, T, P, S, X, V, E one-hot, (batch_size, seq_len, 7), and returns a logit for each,
            whose softmax is the probability that it is next; by default a stored network of six
            units.

    Raises:
        TypeError, ValueError: `model` is of another kind, or takes or returns something else.
    """

    def __init__(self, model: Any = None) -> None:
        self._reader = Reader(_stored() if model is None else model, REBER_SYMBOLS)
        self.remembers, units = _remembering_unit(self._reader)
        self._graph, self._strings = _graph(), _short_strings()
        self._drawn: tuple[tuple[str, int], picture.Walk, str] | None = None
        first = self._strings[START]
        self.string = Entry(value=first, letters=REBER_SYMBOLS, longest=LONGEST, label="string",
                            name="Reber string, from its first B on")  # fmt: skip
        self.seed = whole("new string", "new string, number", START, 0, len(self._strings) - 1)
        self.step = whole("step", "step", len(first) - 2, 1, len(first), play=500)
        self.unit = counted("unit", units)
        self.unit.value = self.remembers + 1
        self.next = Keys([*REBER_SYMBOLS, UNDO], label="next", name="next symbol")
        self.next.on_press(self._press)
        self._light()
        # Before the redraw observes them: then step and buttons have moved when it comes.
        self.seed.observe(self._write, "value")
        self.string.observe(self._follow, "value")
        self.step.observe(self._light, "value")
        walked = {name: getattr(self, name) for name in ("step", "unit")}
        walked = {name: slider for name, slider in walked.items() if not slider.disabled}
        rows = [columns([self.string, self.seed]), self.next, columns(walked.values())]
        controls = {"string": self.string, "seed": self.seed, **walked}
        super().__init__(controls, rows, picture.SIZE)

    @property
    def t(self) -> int:
        """The step that is shown, counted from 0."""
        return min(int(self.step.value), max(len(self.string.value), 1)) - 1

    def view(self) -> View:
        """Return the way through the automaton, with the chosen step marked."""
        walk, still = self._walk()
        return View(still, picture.cursor(walk, self.t), _aloud(walk, self.t), *_table(walk))

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
        legal = _legal(read) if len(read) < LONGEST else ""
        self.next.on = [*legal, *[UNDO] * (len(read) > 1)]

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

    def _walk(self) -> tuple[picture.Walk, str]:
        """Return the walk of the string, and what of its picture stays; the last is kept."""
        key = (self.string.value, index(self.unit))
        if self._drawn is None or self._drawn[0] != key:
            walk = self._read(*key)
            self._drawn = (key, walk, picture.frame(walk))
        return self._drawn[1:]

    def _read(self, string: str, unit: int) -> picture.Walk:
        """Return all that the picture of a string needs."""
        if not string:
            raise ValueError("string must begin with B, got an empty string")
        states, both = reber_walk(string), [string, _twin(string)]
        legal = ["".join(reber_states()[name].arrows) for name in states[1:]]
        x = [one_hot(text, REBER_SYMBOLS) for text in both]
        outputs, cells = self._reader(_stacked(x))
        return picture.Walk(
            graph=self._graph,
            states=states,
            symbols=string,
            alphabet=REBER_SYMBOLS,
            chances=_softmax(outputs[0]).tolist(),
            legal=legal,
            unit=unit,
            remembers=unit == self.remembers,
            cell=cells[0, :, unit].tolist(),
            twin=cells[1, :, unit].tolist(),
            pair=string[1:2] + OTHER[string[1]] if len(string) > 1 else "",
            right=_right(outputs[0], legal),
        )


# --- strings ------------------------------------------------------------------------------------


def _graph() -> picture.Graph:
    """Return the automaton as the picture needs it."""
    states = reber_states()
    arrows = [
        picture.Arrow(name, end, symbol)
        for name, state in states.items()
        for symbol, end in state.arrows.items()
    ]
    return picture.Graph({name: state.place for name, state in states.items()}, arrows)


def _short_strings() -> list[str]:
    """Return different strings of the grammar that fit the picture."""
    strings = reber_strings(2 * DRAWN)
    return [string for string in strings if len(string) <= LONGEST][:DRAWN]


def _legal(read: str) -> str:
    """Return the symbols that may follow, none if the string is not of the grammar."""
    try:
        return "".join(reber_states()[reber_walk(read)[-1]].arrows)
    except ValueError:
        return ""


def _twin(string: str) -> str:
    """Return the same string with the other second symbol, and the other closing one."""
    swapped = {1, *(k for k, name in enumerate(reber_walk(string)[1:]) if name == "last")}
    return "".join(OTHER[s] if k in swapped else s for k, s in enumerate(string))


# --- the network --------------------------------------------------------------------------------


def _stored() -> Any:
    """Return the stored network."""
    # Only who opens this explorer pays for NumPy.
    from lstm_lib.course import trained

    return trained.reber_reader()


def _remembering_unit(reader: Reader) -> tuple[int, int]:
    """Return the unit that tells T from P most steadily, and how many units there are.

    Every string is read twice, with T and with P as its second symbol. The unit is the one whose
    difference in c, over all steps between the two symbols that are swapped, has the largest mean
    in standard deviations.
    """
    import numpy as np

    strings = reber_strings(PROBES, seed=1)
    pairs = [reber(strings), reber([_twin(string) for string in strings])]
    second = pairs[0].x[:, 1, REBER_SYMBOLS.index("T")]  # (PROBES,), 1 or 0
    one, other = (reader(pair.x).c for pair in pairs)  # (PROBES, seq_len, hidden_size)
    difference = (one - other) * np.where(second, 1.0, -1.0)[:, None, None]  # T less P
    steps = np.arange(one.shape[1])
    inside = (steps >= 2) & (steps < pairs[0].lengths[:, None] - 1)  # (PROBES, seq_len)
    mean, spread = difference[inside].mean(axis=0), difference[inside].std(axis=0)
    steady = np.abs(mean) / np.where(spread > 0, spread, np.inf)  # (hidden_size,)
    return int(np.argmax(steady)), one.shape[2]


def _stacked(arrays: Sequence["ndarray"]) -> "ndarray":
    """Return arrays of one shape as one with a new first axis."""
    import numpy as np

    return np.stack(arrays)


def _softmax(logits: "ndarray") -> "ndarray":
    """Return the probabilities of the last axis, shaped like `logits`."""
    import numpy as np

    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _right(logits: "ndarray", legal: Sequence[str]) -> list[bool | None]:
    """Return for each step whether all legal symbols are above all others; None at the end."""
    found = []
    for row, may in zip(logits, legal, strict=True):
        allowed = [[[float(symbol in may) for symbol in REBER_SYMBOLS]]]
        found.append(bool(ahead(row[None, None], allowed, [1])[0]) if may else None)
    return found


# --- in words -----------------------------------------------------------------------------------


def _aloud(walk: picture.Walk, t: int) -> str:
    """Say where one step has led, and what the network expects."""
    said = f"After step {t + 1} of {len(walk.symbols)}, {walk.symbols[: t + 1]}: "
    if walk.legal[t]:
        ranked = sorted(zip(walk.chances[t], walk.alphabet, strict=True), reverse=True)
        expects = ", ".join(f"{symbol} {number(chance)}" for chance, symbol in ranked[:3])
        verdict = "right" if walk.right[t] else "wrong"
        said += f"{' or '.join(walk.legal[t])} may come. The network expects {expects}: {verdict}."
    else:
        said += "the string is over."
    said += f" Unit {walk.unit + 1} holds {number(walk.cell[t])}"
    if walk.pair and t:
        said += f"; with {walk.pair[1]} as the second symbol it would hold {number(walk.twin[t])}"
    return f"{said}."


def _table(walk: picture.Walk) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: a row per step."""
    other = f"with {walk.pair[1]}" if walk.pair else "with the other"
    header = ["step", "reads", *(f"{symbol} next" for symbol in walk.alphabet)]
    header += ["may come", "right?", f"c of unit {walk.unit + 1}", other]
    words = {True: "right", False: "wrong", None: "\N{EN DASH}"}
    rows = [
        [
            *(str(t + 1), symbol, *map(number, walk.chances[t])),
            *(" or ".join(walk.legal[t]) or "nothing", words[walk.right[t]]),
            *(number(walk.cell[t]), number(walk.twin[t]) if walk.pair else "\N{EN DASH}"),
        ]
        for t, symbol in enumerate(walk.symbols)
    ]
    return header, rows
