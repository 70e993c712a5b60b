"""CounterExplorer: a network reads a's and b's, a cell counts them and says what may come."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from lstm_lib.course.explorers import counter_picture as picture
from lstm_lib.course.explorers.controls.entry import Entry
from lstm_lib.course.reading import Reader, counting_unit, edge
from lstm_lib.course.tasks.counting import END, counting_string, longest
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.slider import whole

START = 8


class CounterExplorer(Explorer):
    """Let a network read a's and b's, and watch one cell count them.

    The controls are `string`, any string of a and b; `n`, which writes a^n b^n into it; and
    `step`, from 1: the network reads a T first, then the letters. `counts` is the unit whose cell
    state follows the number of a's minus the number of b's most closely, from 0; `longest` the
    largest n, 100 at most, up to which every a^n b^n is right: at every step just the symbols that
    may come have more than 1/2.

    Args:
        model: a VectorLSTM with read-out or a torch module around an LSTM that takes the symbols
            a, b, T one-hot, (batch_size, seq_len, 3), and returns a logit for each symbol that
            may come next; by default a stored network of two units.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(self, model: Any = None, *, tries: Sequence[str] = ()) -> None:
        if model is None:  # only then NumPy is needed
            from lstm_lib.course.networks.counter import counter

            model = counter()
        self._reader = Reader(model, picture.ALPHABET)
        self.counts = counting_unit(self._reader)
        self.longest = longest(self._reader.predict, threshold=0, at_most=picture.MOST)
        self.edge = edge(self._reader, self.counts)
        self._count = lru_cache(maxsize=1)(self._read)
        start = counting_string(START)
        self.string = Entry(value=start, letters="ab", longest=2 * picture.MOST, label="string",
                            name="string of a and b")  # fmt: skip
        self.n = whole("n", "n: write n times a, then n times b", START, 1, picture.MOST)
        self.step = whole("step", "step", len(start) + 1, 1, len(start) + 1, play=300)
        # Before the redraw observes them: then step and string have moved when it comes.
        self.n.observe(self._write, "value")
        self.string.observe(self._follow, "value")
        controls = {"string": self.string, "n": self.n, "step": self.step}
        super().__init__(
            controls, [self.string, columns([self.n, self.step])], picture.SIZE, tries=tries
        )

    @property
    def t(self) -> int:
        """The step that is shown, counted from 0."""
        return min(int(self.step.value), len(self.string.value) + 1) - 1

    def view(self) -> View:
        """Return the string on its way through the network, with the chosen step marked."""
        count, still = self._count(self.string.value)
        said = f"{_aloud(count, self.t)} {_judged(count)}"
        return View(still, picture.cursor(count, self.t), said, *_table(count))

    def _write(self, _change: object) -> None:
        """Write a^n b^n."""
        with self.together():
            self.string.value = counting_string(int(self.n.value))

    def _follow(self, _change: object) -> None:
        """Look at a new string from its end, and let n follow if there is one."""
        string = self.string.value
        steps, n = len(string) + 1, len(string) // 2
        with self.together():
            if n and string == counting_string(n):
                self.n.value = n
            self.step.value = min(self.step.value, steps)  # a value lies below its max
            self.step.max = max(steps, 2)
            self.step.value, self.step.disabled = steps, steps == 1

    def _read(self, string: str) -> tuple[picture.Count, str]:
        """Return what the network does with a string, and what of its picture stays."""
        reading = self._reader.read(END + string)
        count = picture.scene(string, reading, self.counts, self.longest, self.edge)
        return count, picture.frame(count)


def _aloud(count: picture.Count, t: int) -> str:
    """Say what one step does."""
    now, unit = count.cells[count.unit][t], count.unit + 1
    before = count.cells[count.unit][t - 1] if t else 0.0
    chances = zip(picture.ALPHABET, count.chances, strict=True)
    said = ", ".join(f"{symbol} {number(chance[t])}" for symbol, chance in chances)
    sign = "+" if now >= before else ""
    verdict = {True: ": right", False: ": wrong", None: ""}[count.right[t]]
    return (
        f"Step {t + 1} of {count.steps} reads {count.symbols[t]}: unit {unit} goes from "
        f"{number(before)} to {number(now)} ({sign}{number(now - before)}). "
        f"May come next: {' or '.join(count.legal[t]) or 'nothing'}. "
        f"The network says {said}{verdict}."
    )


def _judged(count: picture.Count) -> str:
    """Say where a string goes wrong, and how far the network counts."""
    wrong = [t + 1 for t, right in enumerate(count.right) if right is False]
    if None in count.right:
        lost = count.right.index(None) + 1
        said = f"From step {lost} on, this is not the beginning of any aⁿbⁿ."
    elif wrong:
        more = f", {len(wrong)} in all" if len(wrong) > 1 else ""
        said = f"The first wrong step is {wrong[0]}{more}."
    else:
        said = "Every step of this string is right."
    return f"{said} Every aⁿbⁿ is right up to n = {count.longest}."


def _table(count: picture.Count) -> tuple[list[str], list[list[str]]]:
    """Return header and rows: a row per step."""
    header = ["step", "reads", *(f"c of unit {unit + 1}" for unit in count.named)]
    header += [*(f"{symbol} next" for symbol in picture.ALPHABET), "may come", "right?"]
    words = {True: "right", False: "wrong", None: "\N{EN DASH}"}
    rows = [
        [
            *(str(t + 1), count.symbols[t]),
            *(number(count.cells[unit][t]) for unit in count.named),
            *(number(chance[t], 3) for chance in count.chances),
            *(" or ".join(count.legal[t]) or "nothing", words[count.right[t]]),
        ]
        for t in range(count.steps)
    ]
    return header, rows
