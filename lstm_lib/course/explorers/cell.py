"""CellExplorer: all twelve numbers of an LSTM, and one cell at one step, live."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ipywidgets import HTML, VBox, Widget

from lstm_lib import _validate
from lstm_lib.course.explorers import cell_picture as cell
from lstm_lib.course.explorers import timeline
from lstm_lib.course.explorers.timeline import Verdict
from lstm_lib.course.tasks.companies import companies
from lstm_lib.drawing import svg
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, whole
from lstm_lib.notation import COLORS, LEFT_TO_RIGHT, NAMES, titled
from lstm_lib.record import Step, Trace
from lstm_lib.scalar import Gate, ScalarLSTM

OWN = "your own"
OPEN, SHUT = Gate(0.0, 0.0, 6.0), Gate(0.0, 0.0, -6.0)  # sigmoid(6) = 0.998
PRESETS: dict[str, Callable[[int], ScalarLSTM]] = {
    "published": lambda _: ScalarLSTM.published(),
    "untrained": lambda _: ScalarLSTM.untrained(),
    "keep everything": lambda _: replace(ScalarLSTM.published(), f=OPEN),
    "forget everything": lambda _: replace(ScalarLSTM.published(), f=SHUT),
    "write nothing": lambda _: replace(ScalarLSTM.published(), i=SHUT),
    "random": ScalarLSTM.random,
}
SEQUENCES = {f"company {name}": pair for name, pair in zip("AB", companies(), strict=True)}
WIRES = {"w_h": "weight on h", "w_x": "weight on x", "b": "bias"}
SIZE = (880, cell.SIZE[1] + timeline.SIZE[1])
FIRST_ROW = "190px minmax(100px, 0.7fr) auto minmax(130px, 1fr)"
LOWER = f"translate(0 {cell.SIZE[1]})"
WEIGHTS = [f"{gate}_{wire}" for gate in LEFT_TO_RIGHT for wire in WIRES]
REACH = 8  # the weights' sliders go from -REACH to REACH


class CellExplorer(Explorer):
    """Move any number of an LSTM and see one step of the cell, the whole run and the verdict.

    The twelve numbers are controls named `f_w_h` ... `o_b`, the four inputs `x1` ... `x4`; `day`
    picks the step. Moving a number by hand turns `preset` to "your own", moving an input turns
    `sequence` to "your own".

    Args:
        model: the numbers to start with, -8 to 8 each; by default the published ones.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(self, model: ScalarLSTM | None = None, *, tries: Sequence[str] = ()) -> None:
        start = _within_reach(ScalarLSTM.published() if model is None else model)
        preset = "published" if model is None else OWN
        self.preset = Choice([*PRESETS, OWN], label="preset", value=preset)
        self.seed = whole("seed", "seed of the random numbers", value=1, min=0, max=99)
        self.sequence = Choice([*SEQUENCES, OWN], name="sequence", value="company B", buttons=True)
        self.day = whole("day", "day", value=1, min=1, max=4, play=1200)
        self.f_w_h, self.f_w_x, self.f_b = _weight_sliders("f", start.f)
        self.i_w_h, self.i_w_x, self.i_b = _weight_sliders("i", start.i)
        self.g_w_h, self.g_w_x, self.g_b = _weight_sliders("g", start.g)
        self.o_w_h, self.o_w_x, self.o_b = _weight_sliders("o", start.o)
        self.x1, self.x2, self.x3, self.x4 = _price_sliders(SEQUENCES["company B"].xs)
        choices = {name: getattr(self, name) for name in ("preset", "seed", "sequence", "day")}
        self.weights = {name: getattr(self, name) for name in WEIGHTS}
        self.inputs = {name: getattr(self, name) for name in ("x1", "x2", "x3", "x4")}
        self._loading = False
        self._wire()  # before the base observes, so that a move and what it brings draw once
        super().__init__(choices | self.inputs | self.weights, self._rows(), SIZE, tries=tries)

    @property
    def model(self) -> ScalarLSTM:
        """The LSTM with the twelve numbers the sliders show."""
        return ScalarLSTM.from_numbers(slider.value for slider in self.weights.values())

    def view(self) -> View:
        """Return the cell at the chosen day, the run, and the verdict on both companies."""
        model, t = self.model, int(self.day.value) - 1
        trace = model.run([slider.value for slider in self.inputs.values()])
        said = [Verdict(name, model.predict(xs), y) for name, (xs, y) in SEQUENCES.items()]
        if self.sequence.value == OWN:
            said.append(Verdict(OWN, trace.prediction, None))
        loss = model.loss(companies())
        still = (timeline.frame(len(trace)), timeline.verdicts_frame())
        moves = (
            timeline.now(len(trace), t), timeline.curves(trace), timeline.verdicts(said, loss)
        )  # fmt: skip
        return View(
            cell.frame() + svg.group(still, transform=LOWER),
            cell.state(trace[t], model) + svg.group(moves, transform=LOWER),
            f"{self.sequence.value}, day {t + 1} of {len(trace)}: {_aloud(trace[t])}",
            *_table(trace, said, loss),
        )

    def _rows(self) -> list[Widget]:
        gates = []
        for gate in LEFT_TO_RIGHT:
            head = HTML(f'<b class="lstm-head">{gate} \u00b7 {NAMES[gate]}</b>')
            gates.append(VBox([head, *(self.weights[f"{gate}_{wire}"] for wire in WIRES)]))
        return [
            columns([self.preset, self.seed, self.sequence, self.day], FIRST_ROW),
            columns(self.inputs.values()),
            columns(gates),
        ]

    def _wire(self) -> None:
        self.preset.observe(self._load_preset, "value")
        self.seed.observe(self._load_random, "value")
        self.sequence.observe(self._load_sequence, "value")
        for sliders, choice in ((self.weights, self.preset), (self.inputs, self.sequence)):
            for slider in sliders.values():
                slider.observe(lambda _, choice=choice: self._by_hand(choice), "value")

    def _by_hand(self, choice: Widget) -> None:
        if not self._loading:
            choice.value = OWN

    def _load(self, sliders: dict[str, Slider], values: Sequence[float]) -> None:
        with self.together():
            self._loading = True
            try:
                for slider, value in zip(sliders.values(), values, strict=True):
                    slider.value = value
            finally:
                self._loading = False

    def _load_preset(self, _change: object) -> None:
        if self.preset.value != OWN:
            model = PRESETS[self.preset.value](int(self.seed.value))
            self._load(self.weights, model.numbers)

    def _load_random(self, _change: object) -> None:
        if self.preset.value == "random":
            self._load_preset(None)
        self.preset.value = "random"

    def _load_sequence(self, _change: object) -> None:
        if self.sequence.value != OWN:
            self._load(self.inputs, SEQUENCES[self.sequence.value].xs)


def _within_reach(model: ScalarLSTM) -> ScalarLSTM:
    """Return `model` if the sliders can show it."""
    for name, gate in vars(_validate.instance("model", model, ScalarLSTM)).items():
        for wire, value in gate._asdict().items():
            _validate.between(f"model.{name}.{wire}", value, -REACH, REACH)
    return model


def _weight_sliders(name: str, gate: Gate) -> list[Slider]:
    """Return a slider for each of a gate's three numbers."""
    return [
        Slider(
            label=wire, name=f"{NAMES[name]}, {meaning}", color=COLORS[name],
            value=value, min=-REACH, max=REACH, step=0.1,
        )
        for (wire, meaning), value in zip(WIRES.items(), gate, strict=True)
    ]  # fmt: skip


def _price_sliders(xs: Sequence[float]) -> list[Slider]:
    """Return a slider for each of the inputs."""
    return [
        Slider(label=f"price {day}", name=f"price on day {day}", value=x, min=-2, max=2)
        for day, x in enumerate(xs, start=1)
    ]


def _aloud(step: Step) -> str:
    """Read one step aloud, in words and numbers."""
    kept, written = step.f * step.c_prev, step.i * step.g
    return (
        f"the forget gate keeps {step.f:.1%} of the memory {number(step.c_prev, 3)}, leaving "
        f"{number(kept, 3)}; the input gate writes {step.i:.1%} of the candidate "
        f"{number(step.g, 3)}, adding {number(written, 3)}. The memory is now {number(step.c, 3)}; "
        f"the output gate shows {step.o:.1%} of its tanh, so h = {number(step.h, 3)}."
    )


def _table(
    trace: Trace, verdicts: Sequence[Verdict], loss: float
) -> tuple[list[str], list[list[str]]]:
    """Return every number of the run, one column a day, and the predictions below."""
    header = ["", *(f"day {t + 1}" for t in range(len(trace)))]
    names = {"x": "input x", **{gate: titled(gate) for gate in LEFT_TO_RIGHT}}
    names |= {"c": "memory c", "h": "shown h"}
    rows = [[name, *(number(v, 4) for v in getattr(trace, q))] for q, name in names.items()]
    blank = [""] * (len(trace) - 1)
    rows += [[f"{name} predicts", *blank, number(p, 4)] for name, p, _ in verdicts]
    return header, [*rows, ["loss", *blank, number(loss, 4)]]
