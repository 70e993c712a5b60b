"""ClampExplorer: put a hand on a gate of a trained network, and see what it was for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import Widget

from lstm_lib import _validate
from lstm_lib.drawing.heatmap import round_up
from lstm_lib.drawing.svg import number
from lstm_lib.explorers import clamp_picture as picture
from lstm_lib.explorers import clamp_scene as scenes
from lstm_lib.explorers.base import Explorer, Row, View, arranged, columns, with_choice
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, counted, index, whole
from lstm_lib.explorers.given import called, ends, names_of
from lstm_lib.explorers.place import Place
from lstm_lib.explorers.runs import Network, Run
from lstm_lib.notation import COLORS, LEFT_TO_RIGHT, LSTM, OPENINGS, STATES, Letters, alike, titled
from lstm_lib.record import BatchRecord
from lstm_lib.trace import Clamp

ON, OFF = "on", "off"
HOLD_TO, MULTIPLY = "hold to", "multiply by"
ONE, ALL = "one unit", "all units"


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
        model: as in `trace`; by default a small layer that keeps bits until they are called.
        x: what the model takes, as in `trace`.
        names: what the sequences are called, (batch_size,).
        score: takes the outputs that the model returns for the whole batch and returns one
            number. An LSTM's outputs are given without its state, as to `gradient_flow`'s loss.
        outputs: takes the same and returns what is shown, (batch_size, seq_len, size) or
            (batch_size, size); by default what the model returns, of a tuple the first.
        output_names: what the outputs are called, (size,).
        hx, lengths, path, call, kwargs: as in `trace`.
        tries: what to try, one sentence at a time above the picture.

    Raises:
        TypeError, ValueError, RuntimeError: as `trace`.
    """

    _drawn: tuple[object, str] | None = None  # what the picture on the lower sheet is of, and it

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
        call: int | str = "all",
        kwargs: Mapping[str, Any] | None = None,
        output_names: Sequence[str] | None = None,
        tries: Sequence[str] = (),
    ) -> None:
        shown = _example() if model is None else (model, x)
        more = {"hx": hx, "lengths": lengths, "path": path, "call": call, "kwargs": kwargs}
        self._network = Network(*shown, score, outputs, **more)
        first = self.untouched.traces[0]
        self.names, self.output_names = names_of(names, first), self._named(output_names)
        self._make_controls(first)
        if model is None:
            self._show_example()
        super().__init__(*arranged(self._rows(), _row), picture.SIZE, tries=tries)

    def _named(self, names: Sequence[str] | None) -> tuple[str, ...] | None:
        """Return what the outputs are called, None where they have no names."""
        if names is None:
            return None
        return _validate.names("output_names", names, self._outputs, "an output")

    @property
    def _outputs(self) -> int:
        """How many outputs there are."""
        return sum(part.shape[2] for part in self.untouched.answers)

    def _show_example(self) -> None:
        """Let the unit that remembers longest forget, in the silence before the call."""
        self.unit.value = self.output.value = self.unit.max
        self.first.value, self.last.value, self.step.value = 10, 20, 36

    def _make_controls(self, first: BatchRecord) -> None:
        """Make all controls, of a run of the layer that is looked at first."""
        self._make_hand(first.letters, first.hidden_size, len(first))
        self._make_look(first.batch_size, len(first))

    def _make_hand(self, letters: Letters, units: int, steps: int) -> None:
        """Make the controls of what is held, those without a choice disabled."""
        self.hold = Choice([ON, OFF], label="hold", name="hold", buttons=True)
        gates = LEFT_TO_RIGHT if letters is LSTM else letters.gates
        self.quantity = Choice([*gates, *letters.states], name="what is held", buttons=True)
        self.quantity.disabled = len(letters.quantities) == 1
        self.way = Choice([HOLD_TO, MULTIPLY], name="how it is held", buttons=True)
        self.value = Slider(name="value it is held to", value=0, min=0, max=1)
        self.factor = Slider(name="factor it is multiplied by", value=0, min=-2, max=2)
        self.units = Choice([ONE, ALL], name="units that are held", buttons=True)
        self.units.disabled = units == 1
        self.unit = counted("unit", units)
        self.first = _step("from step", "first step that is held", 1, steps)
        self.last = _step("to step", "last step that is held", steps, steps)
        # What says how and when it is held; `quantity` and `unit` also say what is looked at.
        hand = (self.way, self.value, self.factor, self.units, self.first, self.last)
        self._hand_alone = [control for control in hand if not control.disabled]

    def _make_look(self, sequences: int, steps: int) -> None:
        """Make the controls of what is read, those without a choice disabled."""
        self._place = Place(self.untouched.traces)
        self.layer, self.direction = self._place.layer, self._place.direction
        self.sequence = counted("sequence", sequences)
        self.step = _step("read step", "step that is read", steps, steps)
        self.output = counted("output", self._outputs)
        self._fit()
        for control in (self.hold, self.quantity, self.way, self.layer, self.direction):
            control.observe(self._follow, "value")

    def _rows(self) -> list[Row]:
        """Return the controls that have something to choose, row by row."""
        hand = ("hold quantity way value factor", "units unit first last")
        rows = with_choice(self, *hand, "layer direction sequence step output")
        if len(rows[-1]) < 5:
            return rows
        return with_choice(self, *hand, "layer direction", "sequence step output")

    @property
    def clamp(self) -> Clamp | None:
        """What is held, None while the hand is off."""
        if self.hold.value == OFF:
            return None
        (first, last), is_held_to = self._span, self.way.value == HOLD_TO
        return Clamp(
            self.quantity.value,
            value=self.value.value if is_held_to else None,
            scale=None if is_held_to else self.factor.value,
            units=index(self.unit) if self.units.value == ONE else None,
            steps=range(first, last + 1),
            layer=self._one.layer,
            direction=self._one.direction,
        )

    @property
    def _one(self) -> BatchRecord:
        """The untouched run of the chosen layer and direction."""
        return self.untouched.traces[self._place.index]

    @property
    def _span(self) -> tuple[int, int]:
        """The first and the last step that are held, counted from 0, whichever slider says so."""
        first, last = sorted((index(self.first), index(self.last)))
        return first, last

    @property
    def untouched(self) -> Run:
        """The run without the hand."""
        return self._network.untouched

    @property
    def touched(self) -> Run:
        """The run with the hand on the network; the untouched one while it is off."""
        return self._network.run(self.clamp)

    def _follow(self, _change: object) -> None:
        """Give the slider of the value the range of what is held; a hand that is off is grey."""
        with self.together():
            self._fit()
            for control in self._hand_alone:
                control.disabled = self.hold.value == OFF

    def _fit(self) -> None:
        """Show the slider that is used, and give that of the value its range."""
        name, slider, high = self.quantity.value, self.value, 1.0
        if name in STATES:
            state = getattr(self._one, name)
            most = round_up(max(map(abs, ends(name, state))))
            high = max(most, 1.0) if name == "h" else most
        low = 0.0 if name in OPENINGS else -high
        with slider.hold_sync(), slider.hold_trait_notifications():
            slider.min, slider.max, slider.step = low, high, high / 20
            slider.value = min(max(slider.value, low), high)
            slider.color = COLORS[alike(name)]
        self.factor.color = COLORS[alike(name)]
        for way, control in ((HOLD_TO, slider), (MULTIPLY, self.factor)):
            control.layout.display = "" if self.way.value == way else "none"

    def view(self) -> View:
        """Return both runs of the chosen sequence, with the hand and the step that is read."""
        shown = self._scene()
        scales = shown.cells.scale, shown.answers.scale
        key = (index(self.sequence), self._place.index, *scales, shown.is_on)
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = (key, picture.frame(shown))
        where = called(self.names, index(self.sequence), self._one.batch_size)
        said = f"{where}: {self._hand(shown)} {scenes.aloud(shown)}{self._score(shown)}"
        said = f"{said[0].upper()}{said[1:]}"
        return View(self._drawn[1], picture.moves(shown), said, *scenes.table(shown))

    def _scene(self) -> scenes.Scene:
        look = scenes.Look(
            place=self._place.index,
            batch=index(self.sequence),
            step=index(self.step),
            quantity=self.quantity.value,
            unit=index(self.unit),
            output=index(self.output),
            held=self._span,
        )
        scenes.check_unit(look, self._one)
        return scenes.scene(self._network, self.clamp, look, self.output_names)

    def _hand(self, shown: scenes.Scene) -> str:
        """Say what the hand does."""
        if self.hold.value == OFF:
            return "your hand is off."
        if shown.held is None:
            first = self._span[0] + 1
            return f"it ends at step {shown.steps}, your hand comes at step {first}."
        what, there = shown.touched.title, "there"
        if self.units.value == ALL:
            what = f"{titled(self.quantity.value)} of all units"
            there = f"there in unit {index(self.unit) + 1}"
        way = f"held to {number(self.value.value)}"
        if self.way.value == MULTIPLY:
            way = f"multiplied by {number(self.factor.value)}"
        first, last = shown.held
        steps = f"step {first + 1}" if first == last else f"steps {first + 1} to {last + 1}"
        was = scenes.between(shown.touched.before[first : last + 1])
        return f"{what} is {way} at {steps}; untouched it is {was} {there}."

    def _score(self, shown: scenes.Scene) -> str:
        """Say the score, if there is one, and what the hand makes of it."""
        if shown.scores is None:
            return ""
        before, after = map(scenes.figure, shown.scores)
        with_hand = "" if self.hold.value == OFF else f", with your hand {after}"
        return f" Score: {before}{with_hand}."


def _step(label: str, name: str, value: int, count: int) -> Slider:
    """Return a slider over the steps, disabled if there is one."""
    return whole(label, name, value, 1, max(count, 2), disabled=count == 1)


def _row(controls: Row) -> Widget:
    """Put controls beside each other; value and factor share one place."""
    row = columns(controls.values(), " ".join(
        "max-content" if isinstance(control, Choice) else "minmax(0, 1fr)"
        for name, control in controls.items() if name != "factor"
    ))  # fmt: skip
    row.layout.margin = "0 0 3px"  # or the buttons of two rows touch
    return row


def _example() -> tuple[Any, Any]:
    """Return a layer that keeps bits until they are called, and what it reads."""
    from lstm_lib.explorers.example import keeper, recall  # only who asks for it pays for NumPy

    return keeper(), recall()
