"""ClampExplorer: put a hand on a gate of a trained network, and see what it was for."""

from collections.abc import Callable, Sequence
from typing import Any

from ipywidgets import Widget

from lstm_lib import _validate
from lstm_lib.drawing.heatmap import Scale, round_up
from lstm_lib.drawing.svg import number
from lstm_lib.explorers import clamp_picture as picture
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, counted, index, whole
from lstm_lib.explorers.layer import ends, rows_of
from lstm_lib.explorers.runs import Network, Run
from lstm_lib.explorers.trace import grid, layer_slider
from lstm_lib.explorers.trace_picture import scale_of
from lstm_lib.notation import COLORS, LEFT_TO_RIGHT, STATES, VALVES, titled
from lstm_lib.record import Trace
from lstm_lib.trace import Clamp

ON, OFF = "on", "off"
HOLD_TO, MULTIPLY = "hold to", "multiply by"
ONE, ALL = "one unit", "all units"
CHOICES = ("hold", "quantity", "way", "units", "direction")  # as wide as their buttons are


class ClampExplorer(Explorer):
    """Hold a gate or state of a trained network while it runs, and see what changes.

    `ClampExplorer(model, x)` takes whatever `trace` takes. The controls say what is held
    (`quantity`), to what (`way`: hold it to `value`, or multiply it by `factor`), in which
    `units` (the chosen `unit` or all) and at which steps (from `first` to `last`); `hold` lets
    go of it. `sequence`, `step` and `output` choose what is read, `layer` and `direction` where
    the hand is. What is counted is counted from 1; what has nothing to choose is left out.

    The untouched run is made once. Each move of the hand runs the whole batch with the clamp.
    `clamp` is what is held, to be used with `trace`; `untouched` and `touched` are the two runs.

    Args:
        model: as in `trace`; by default four units that recall two bits.
        x: what the model takes, as in `trace`.
        names: what the sequences are called, (batch_size,).
        score: takes the outputs that the model returns for the whole batch and returns one
            number. An LSTM's outputs are given without its state, as to `gradient_flow`'s loss.
        outputs: takes the same and returns what is shown, (batch_size, seq_len, size) or
            (batch_size, size); by default what the model returns, of a tuple the first.
        hx, lengths, path: as in `trace`.

    Raises:
        TypeError, ValueError, RuntimeError: as `trace`; outputs of another shape, or a score
            that is no number.
    """

    def __init__(
        self,
        model: Any = None,
        x: Any = None,
        names: Sequence[str] | None = None,
        score: Callable[[Any], float] | None = None,
        outputs: Callable[[Any], Any] | None = None,
        *,
        hx: Any = None,
        lengths: Sequence[int] | None = None,
        path: str | None = None,
    ) -> None:
        is_example = model is None
        if is_example:
            model, x, names, score = _example()
        self._network = Network(model, score, outputs, x=x, hx=hx, lengths=lengths, path=path)
        self._drawn: tuple[object, str] | None = None
        batch_size = self.untouched.traces[0].batch_size
        self.names = None if names is None else _validate.names("names", names, batch_size)
        self._make_controls()
        if is_example:
            self.sequence.value, self.unit.value, self.first.value, self.last.value = EXAMPLE
        super().__init__(*self._arranged(), picture.SIZE)

    def _make_controls(self) -> None:
        """Make every control, those without a choice disabled."""
        traces = self.untouched.traces
        first, (layers, directions) = traces[0], grid(traces)
        self._layers = layers
        self.hold = Choice([ON, OFF], label="hold", name="hold", buttons=True)
        self.quantity = Choice([*LEFT_TO_RIGHT, *STATES], name="what is held", buttons=True)
        self.way = Choice([HOLD_TO, MULTIPLY], name="how it is held", buttons=True)
        self.value = Slider(name="value it is held to", value=0, min=0, max=1)
        self.factor = Slider(name="factor it is multiplied by", value=0, min=-2, max=2)
        self.units = Choice([ONE, ALL], name="units that are held", buttons=True)
        self.units.disabled = first.hidden_size == 1
        self.unit = counted("unit", first.hidden_size)
        self.first = _step("from step", "first step that is held", len(first), 1)
        self.last = _step("to step", "last step that is held", len(first), len(first))
        self.step = _step("read step", "step that is read", len(first), len(first))
        self.sequence = counted("sequence", first.batch_size)
        self.output = counted("output", sum(part.shape[2] for part in self.untouched.answers))
        self.layer = layer_slider(layers)
        self.direction = Choice(directions, name="direction", buttons=True)
        self.direction.disabled = len(directions) == 1
        self._fit()
        for control in (self.quantity, self.way, self.layer, self.direction):
            control.observe(self._follow, "value")

    def _arranged(self) -> tuple[dict[str, Widget], list[Widget]]:
        """Return the controls that have something to choose, and their rows."""
        rows = ["hold quantity way value factor", "units unit first last"]
        looked_at = [name for name in ("layer", "direction", "sequence", "step", "output")
                     if not getattr(self, name).disabled]  # fmt: skip
        parts = [looked_at] if len(looked_at) < 5 else [looked_at[:2], looked_at[2:]]
        groups = [row.split() for row in rows] + parts
        groups = [[n for n in group if not getattr(self, n).disabled] for group in groups]
        controls = {name: getattr(self, name) for group in groups for name in group}
        return controls, [self._row(group) for group in groups if group]

    def _row(self, names: Sequence[str]) -> Widget:
        """Put controls beside each other; value and factor share one place."""
        widths = ("max-content" if name in CHOICES else "minmax(0, 1fr)"
                  for name in names if name != "factor")  # fmt: skip
        row = columns([getattr(self, name) for name in names], " ".join(widths))
        row.layout.margin = "0 0 3px"  # or the buttons of two rows touch
        return row

    # --- the hand -------------------------------------------------------------------------------

    @property
    def clamp(self) -> Clamp | None:
        """What is held, None while the hand is off."""
        if self.hold.value == OFF:
            return None
        first, last = sorted((index(self.first), index(self.last)))
        is_held_to = self.way.value == HOLD_TO
        return Clamp(
            self.quantity.value,
            value=self.value.value if is_held_to else None,
            scale=None if is_held_to else self.factor.value,
            units=index(self.unit) if self.units.value == ONE else None,
            steps=range(first, last + 1),
            layer=self._layer,
            direction=self.direction.value,
        )

    @property
    def untouched(self) -> Run:
        """The run without the hand."""
        return self._network.untouched

    @property
    def touched(self) -> Run:
        """The run with the hand on the network; the untouched one while it is off."""
        return self._network.run(self.clamp)

    @property
    def _layer(self) -> int:
        """The layer that is looked at, counted from 0."""
        return self._layers[0] if self.layer.disabled else int(self.layer.value) - 1

    @property
    def _place(self) -> int:
        """Which of the traces is looked at, counted from 0."""
        places = [(one.layer, one.direction) for one in self.untouched.traces]
        return places.index((self._layer, self.direction.value))

    def _follow(self, _change: object) -> None:
        """Give the slider of the value the range of what is held."""
        with self.together():
            self._fit()

    def _fit(self) -> None:
        """Show the slider that is used, and give that of the value its range."""
        name, slider = self.quantity.value, self.value
        high = 1.0 if name in LEFT_TO_RIGHT else max(1.0 * (name == "h"), self._most(name))
        low = 0.0 if name in VALVES else -high
        with slider.hold_sync(), slider.hold_trait_notifications():
            slider.min, slider.max, slider.step = low, high, high / 20
            slider.value = min(max(slider.value, low), high)
            slider.color = COLORS[name]
        self.factor.color = COLORS[name]
        for way, control in ((HOLD_TO, slider), (MULTIPLY, self.factor)):
            control.layout.display = "" if self.way.value == way else "none"

    def _most(self, name: str) -> float:
        """Return the end of a scale that holds a state of the untouched run."""
        state = getattr(self.untouched.traces[self._place], name)
        return round_up(max(map(abs, ends(name, state))))

    # --- what is shown --------------------------------------------------------------------------

    def view(self) -> View:
        """Return both runs of the chosen sequence, with the hand and the step that is read."""
        scene = self._scene()
        key = (index(self.sequence), self._place, scene.cells.scale, scene.answers.scale)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, picture.frame(scene))
        return View(self._drawn[1], picture.moves(scene), self._aloud(scene), *_table(scene))

    def _scene(self) -> picture.Scene:
        """Return the numbers of one sequence in both runs, and what their picture needs."""
        one = self.untouched.traces[self._place]
        _check_unit(self.quantity.value, index(self.unit), one)
        runs, batch = (self.untouched, self.touched), index(self.sequence)
        steps = one.lengths[batch] if one.lengths else len(one)
        unit, output, held = index(self.unit), index(self.output), self._held_steps(steps)
        cells = _maps("c of all units", "c", [self._rows(run, "c", steps) for run in runs], unit)
        said = [run.rows(batch, steps) for run in runs]
        title = "output" if len(said[0]) == 1 else "all outputs"
        answers = _maps(title, "output", said, output)
        return picture.Scene(
            hand=self._lines(self.quantity.value, runs, steps),
            memory=self._lines(self._effect(), runs, steps),
            answer=picture.Lines("ink", _named("output", output, len(said[0])),
                                 said[0][output], said[1][output], answers.scale),
            cells=cells,
            answers=answers,
            held=held,
            rows=self._held_rows(),
            steps=steps,
            seq_len=len(one),
            t=min(index(self.step), steps - 1),
            scores=None if runs[0].score is None else (runs[0].score, runs[1].score),
            batch_size=one.batch_size,
        )  # fmt: skip

    def _rows(self, run: Run, name: str, steps: int) -> list[list[float]]:
        """Return a quantity of the chosen sequence, (units, steps)."""
        return rows_of(getattr(run.traces[self._place], name), index(self.sequence), steps)

    def _effect(self) -> str:
        """Return which state is drawn below what is held: c, or h where c itself is held."""
        one = self.untouched.traces[self._place]
        return "h" if self.quantity.value == "c" and one.h.shape == one.c.shape else "c"

    def _lines(self, name: str, runs: Sequence[Run], steps: int) -> picture.Lines:
        """Return a quantity of the chosen unit in both runs."""
        unit = index(self.unit)
        before, after = (self._rows(run, name, steps) for run in runs)
        before, after = before[unit], after[unit]
        scale = _scale(name, [before, after])
        return picture.Lines(name, f"{titled(name)} of unit {unit + 1}", before, after, scale)

    def _held_steps(self, steps: int) -> tuple[int, int] | None:
        """Return the first and the last step of the chosen sequence that are held."""
        clamp = self.clamp
        if clamp is None or clamp.steps[0] >= steps:
            return None
        return clamp.steps[0], min(clamp.steps[-1], steps - 1)

    def _held_rows(self) -> tuple[int, int] | None:
        """Return the first and the last unit that are held, None if what is held has no unit."""
        one = self.untouched.traces[self._place]
        if self.quantity.value == "h" and one.h.shape != one.c.shape:
            return None
        unit = index(self.unit)
        return (unit, unit) if self.units.value == ONE else (0, one.hidden_size - 1)

    def _aloud(self, scene: picture.Scene) -> str:
        """Say what is held, and what it changes, in words and numbers."""
        batch, t = index(self.sequence), scene.t
        name = "" if self.names is None else f" ({self.names[batch]})"
        where = f"Sequence {batch + 1}{name}" if scene.batch_size > 1 else f"The sequence{name}"
        parts = [_became(lines, t) for lines in (scene.memory, scene.answer)]
        said = f"{where}: {self._hand(scene)} At step {t + 1}, {' and '.join(parts)}."
        if scene.scores is None:
            return said
        before, after = map(picture.figure, scene.scores)
        return f"{said} Score: {before}" + (
            "." if self.clamp is None else f", with your hand {after}."
        )

    def _hand(self, scene: picture.Scene) -> str:
        """Say what the hand does."""
        if self.clamp is None:
            return "your hand is off."
        if scene.held is None:
            first = self.clamp.steps[0] + 1
            return f"it ends at step {scene.steps}, your hand comes at step {first}."
        first, last = scene.held
        is_one, name = self.units.value == ONE, scene.hand.name
        what = scene.hand.title if is_one else f"{titled(name)} of all units"
        there = "there" if is_one else f"there in unit {index(self.unit) + 1}"
        if self.way.value == HOLD_TO:
            way = f"held to {number(self.value.value)}"
        else:
            way = f"multiplied by {number(self.factor.value)}"
        steps = f"step {first + 1}" if first == last else f"steps {first + 1} to {last + 1}"
        was = _between(scene.hand.before[first : last + 1])
        return f"{what} is {way} at {steps}; untouched it is {was} {there}."


# --- what is shown ------------------------------------------------------------------------------


def _step(label: str, name: str, count: int, value: int) -> Slider:
    """Return a slider over the steps, disabled if there is one."""
    return whole(label, name, value, 1, max(count, 2), disabled=count == 1)


def _check_unit(name: str, unit: int, one: Trace) -> None:
    """Refuse a unit that a projected h does not have."""
    count = getattr(one, name).shape[2]
    if unit >= count:
        raise ValueError(
            f"unit must be from 1 to {count} for {name}, which is projected, got {unit + 1}"
        )


def _scale(name: str, rows: Sequence[Sequence[float]]) -> Scale:
    """Return the scale that holds all numbers of a quantity."""
    numbers = [value for row in rows for value in row if value == value]
    if name in VALVES and not 0 <= min(numbers) <= max(numbers) <= 1:  # multiplied by more than 1
        return Scale.around_zero(max(map(abs, numbers)))
    return scale_of(name, min(numbers), max(numbers))


def _maps(title: str, name: str, runs: Sequence[Any], row: int) -> picture.Maps:
    """Return the numbers of a sequence in both runs, with one scale."""
    before, after = runs
    return picture.Maps(title, before, after, _scale(name, [*before, *after]), row)


def _named(name: str, which: int, count: int) -> str:
    """Return the name of one of several."""
    return name if count == 1 else f"{name} {which + 1}"


def _became(lines: picture.Lines, t: int) -> str:
    """Say what a value is, or what it was and became."""
    name = "the output" if lines.title == "output" else lines.title
    if lines.before[t] != lines.before[t]:
        return f"{name} has no value"
    before, after = (number(values[t], 3) for values in (lines.before, lines.after))
    return f"{name} is {before}" if before == after else f"{name} goes from {before} to {after}"


def _between(values: Sequence[float]) -> str:
    """Say which numbers some values lie between."""
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"{low} to {high}"


def _table(scene: picture.Scene) -> tuple[list[str], list[list[str]]]:
    """Return every step of the chosen unit and output, in both runs."""
    found = (scene.hand, scene.memory, scene.answer)
    lines = list({one.title: one for one in found}.values())
    header = [f"{one.title}, {which}" for one in lines
              for which in (picture.UNTOUCHED, picture.TOUCHED)]  # fmt: skip
    first, last = scene.held or (0, -1)
    rows = []
    for t in range(scene.steps):
        marks = " (held)" * (first <= t <= last) + " (read)" * (t == scene.t)
        values = (values[t] for one in lines for values in (one.before, one.after))
        said = ("none" if value != value else number(value, 4) for value in values)
        rows.append([f"step {t + 1}{marks}", *said])
    return ["", *header], rows


# --- an example ---------------------------------------------------------------------------------

EXAMPLE = (4, 3, 3, 10)  # sequence, unit, first and last step: the bits are in, the call is to come


def _example() -> tuple[Any, Any, list[str], Callable]:
    """Return the network that recalls two bits, all four pairs, and the share of right answers.

    Between the bits and the call are eight silent steps. Its unit 3 keeps the second bit.
    """
    # Only who opens this explorer pays for NumPy.
    import numpy as np

    from lstm_lib.course.networks.recall import two_bit_recall
    from lstm_lib.course.tasks.bits import delayed_recall

    pairs = [delayed_recall(1, width=2, gap=8, numbers=[pair]) for pair in range(4)]
    x, targets, asked = (np.concatenate(arrays) for arrays in zip(*pairs, strict=True))

    def right(logits: Any) -> float:
        return float(((logits > 0) == (targets > 0.5))[asked].mean())

    return two_bit_recall(), x, ["0 0", "0 1", "1 0", "1 1"], right
