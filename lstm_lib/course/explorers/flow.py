"""FlowExplorer: a gradient on its way back through a whole layer, and which way it takes."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy import ndarray

from lstm_lib import _validate
from lstm_lib.course.explorers import flow_picture as picture
from lstm_lib.course.ways_back import on_the_lane, way_back
from lstm_lib.drawing.svg import number
from lstm_lib.explorers.base import Explorer, View, columns
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, whole
from lstm_lib.notation import COLORS
from lstm_lib.vector import VectorLSTM

LONGEST, MARKS = 300, (2, 25)  # the marked steps, counted from 1
WAYS = {"both ways": (True, True), "no lane": (False, True), "no way around": (True, False)}
ROWS = (0, 1, 2, 5, 10, 20, 50, 100, 200)


class FlowExplorer(Explorer):
    """Follow a gradient from the last step of a sequence back to the first, way by way.

    The loss is the output at the last step; the sequence is one of the adding problem: noise, and
    two marked numbers near its beginning. The controls are `layer`; `forget_bias` and
    `input_bias`, which are added to the layer's own; `length`; `unit`, 0 for the whole layer; and
    `ways`, where one of the two ways can be closed.

    Args:
        layers: VectorLSTMs by name, each with 2 inputs and 1 output; by default a fresh one whose
            biases are all zero.
        forget_bias, input_bias, length: where the sliders stand at first.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(
        self,
        layers: Mapping[str, VectorLSTM] | None = None,
        forget_bias: float = 0.0,
        input_bias: float = 0.0,
        length: int = 100,
        *,
        tries: Sequence[str] = (),
    ) -> None:
        self._layers = _checked({"fresh": fresh()} if layers is None else layers)
        self.layer = Choice(list(self._layers), label="layer", buttons=True)
        self.ways = Choice(list(WAYS), label="open", name="ways that are open", buttons=True)
        self.forget_bias = _bias("forget bias", "bias of all forget gates", "f", forget_bias)
        self.input_bias = _bias("input bias", "bias of all input gates", "i", input_bias)
        self.length = whole("length", "length of the sequence", length, 30, LONGEST, step=10)
        units = max(model.hidden_size for model in self._layers.values())
        self.unit = whole("unit, 0 all", "unit, 0 for the whole layer", 0, 0, units)
        names = ("layer", "ways", "forget_bias", "input_bias", "length", "unit")
        sliders = (self.forget_bias, self.input_bias, self.length, self.unit)
        rows = [columns([self.layer, self.ways]), columns(sliders)]
        super().__init__(
            {name: getattr(self, name) for name in names}, rows, picture.SIZE, tries=tries
        )

    @property
    def model(self) -> VectorLSTM:
        """The chosen layer, its biases moved."""
        chosen = self._layers[self.layer.value]
        moved = VectorLSTM(2, chosen.hidden_size, 1)
        moved.parameters = {name: values.copy() for name, values in chosen.parameters.items()}
        for k, slider in enumerate((self.input_bias, self.forget_bias)):
            rows = slice(k * chosen.hidden_size, (k + 1) * chosen.hidden_size)
            moved.parameters["bias_ih_l0"][rows] += slider.value
        return moved

    def view(self) -> View:
        """Return what arrives at every step, in all and by each way."""
        flow = self._flow()
        still = picture.frame() + picture.scale(len(flow.arrives))
        return View(still, picture.flow(flow), _aloud(flow), *_table(flow))

    def _flow(self) -> picture.Flow:
        """Run the layer, and its gradient back."""
        model, unit = self.model, int(self.unit.value)
        if unit > model.hidden_size:
            raise ValueError(f"this layer has {model.hidden_size} units, got unit {unit}")
        lane, around = WAYS[self.ways.value]
        _, trace = model.forward(sequence(int(self.length.value)))
        d_c = way_back(model, trace, model.parameters["weight_out"], lane, around)
        kept = on_the_lane(trace, d_c[:, -1]) if around else d_c
        if not lane:
            kept[:, :-1] = 0.0
        sizes = [_sizes(values[0], unit) for values in (d_c, kept, d_c - kept)]
        if sizes[0][-1] == 0.0:
            raise ValueError("no gradient enters at the last step: its output gate is shut")
        arrives, kept, around = (size / sizes[0][-1] for size in sizes)
        return picture.Flow(
            arrives=arrives.tolist(),
            kept=kept.tolist(),
            around=around.tolist(),
            units=np.abs(d_c[0] / np.abs(d_c[0, -1]).max()).T.tolist(),
            unit=unit,
            f=float(trace.f.mean()),
            i=float(trace.i.mean()),
            c=float(np.abs(trace.c[:, -1]).mean()),
        )


def fresh(hidden_size: int = 16, seed: int = 0) -> VectorLSTM:
    """Return a layer as PyTorch draws it, with a read-out, but for its biases, which are zero."""
    model = VectorLSTM(2, hidden_size, 1, seed=seed)
    for name in ("bias_ih_l0", "bias_hh_l0"):
        model.parameters[name][:] = 0.0
    return model


def sequence(length: int) -> ndarray:
    """Return noise from -1 to 1 and a column that marks two steps of it, (1, length, 2)."""
    x = np.zeros((1, length, 2))
    x[0, :, 0] = np.random.default_rng(0).uniform(-1, 1, LONGEST)[-length:]
    x[0, [mark - 1 for mark in MARKS], 1] = 1.0
    return x


def _checked(layers: object) -> dict[str, VectorLSTM]:
    """Return the layers by name, or say what is wrong with them."""
    if not isinstance(layers, Mapping) or not layers:
        raise TypeError(f"layers must be VectorLSTMs by name, at least one, got {layers!r}")
    for name, model in layers.items():
        _validate.instance(f"layers[{name!r}]", model, VectorLSTM)
        if (model.input_size, model.output_size) != (2, 1):
            raise ValueError(f"layers[{name!r}] must have 2 inputs and 1 output, got {model!r}")
    return dict(layers)


def _bias(label: str, name: str, gate: str, value: float) -> Slider:
    """Return a slider for what is added to the bias of a gate in every unit."""
    value = _validate.between(label.replace(" ", "_"), value, -8, 8)
    return Slider(label=label, name=name, color=COLORS[gate], value=value, min=-8, max=8, step=0.1)


def _sizes(values: ndarray, unit: int) -> ndarray:
    """Return the size at each step, (seq_len,): of one unit, or for 0 the length of all."""
    return np.abs(values[:, unit - 1]) if unit else np.linalg.norm(values, axis=1)


def _aloud(flow: picture.Flow) -> str:
    """Say what the picture shows."""
    back, who = len(flow.arrives) - 1, f"unit {flow.unit}" if flow.unit else "the whole layer"
    all_ways, lane, around = map(picture.share, (flow.arrives[0], flow.kept[0], flow.around[0]))
    return (
        f"{back} steps back, {all_ways} of the gradient arrives in {who}: {lane} along the lane, "
        f"{around} around. On average f is {number(flow.f, 3)}, i {number(flow.i, 3)}, and the "
        f"last |c| {number(flow.c, 2)}."
    )


def _table(flow: picture.Flow) -> tuple[list[str], list[list[str]]]:
    """Return what has arrived after some numbers of steps back, the last of them included."""
    last = len(flow.arrives) - 1
    columns = (flow.arrives, flow.kept, flow.around)
    backs = [*(back for back in ROWS if back < last), last]
    return ["steps back", "arrives", "lane", "around"], [
        [str(back), *(picture.share(values[last - back]) for values in columns)] for back in backs
    ]
