"""TraceExplorer: every gate of every layer of a model, and which of its units to look at first."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ipywidgets import Widget

from lstm_lib.drawing.svg import scientific
from lstm_lib.explorers.base import columns
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, among, counted, index
from lstm_lib.explorers.layer import LayerExplorer, checked, ends
from lstm_lib.explorers.vector import by_hand
from lstm_lib.notation import QUANTITIES
from lstm_lib.record import Flows, Trace, Traced, Traces
from lstm_lib.record.trace import DIRECTIONS
from lstm_lib.trace.ranking import Ranking, by_gradient, by_variance

if TYPE_CHECKING:
    from numpy import ndarray

    from lstm_lib.vector import VectorLSTM

STORED, VARIANCE, GRADIENT = "as stored", "by variance of c", "by gradient"
WIDTHS = {"direction": "190px", "order": "220px"}  # of what is no slider


class TraceExplorer(LayerExplorer):
    """See every gate and state of any traced model, and follow one unit through time.

    `TraceExplorer(trace(model, x))` opens a torch.nn.LSTM or a module around one, a VectorLSTM
    or a ScalarLSTM. The controls are `layer`, `direction`, `sequence`, `order`, `step`, `unit`
    and `rank`; what is counted is counted from 1, and what has nothing to choose is left out.
    `order` puts the units "as stored", "by variance of c" or, with a flow, "by gradient"; then
    `rank` walks through them from the first, and `unit` stays the unit's own number. `trace` is
    the Trace of the chosen layer and direction, `selected` that of the chosen unit, `ranking`
    the scores of all units.

    Args:
        traced: what `trace` returned, its traces, or one Trace; by default two small layers that
            read sequences of different lengths in both directions.
        names: what the sequences are called, (batch_size,).
        outputs: what the network says, (batch_size, seq_len, output_size).
        targets: what it should say, shaped like `outputs`; nan where nothing is asked for.
        flow: what `gradient_flow` returned for the same model and input.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, not finite, or of another shape.
    """

    def __init__(
        self,
        traced: Traced | Traces | Trace | None = None,
        names: Sequence[str] | None = None,
        outputs: "ndarray | None" = None,
        targets: "ndarray | None" = None,
        flow: Flows | None = None,
    ) -> None:
        traces = _traces(_example() if traced is None else traced)
        self._gradients = None if flow is None else _gradients(flow, traces)
        self._rankings: dict[tuple[int, str], Ranking] = {}
        self._layers, directions = grid(traces)
        self.layer = layer_slider(self._layers)
        self.direction = Choice(directions, name="direction", buttons=True)
        self.direction.disabled = len(directions) == 1
        self.order = Choice(
            [STORED, VARIANCE] + [GRADIENT] * (flow is not None),
            label="order", name="order of the units",
            disabled=traces[0].hidden_size == 1,
        )  # fmt: skip
        self.rank = counted("rank", traces[0].hidden_size)
        for control in (self.layer, self.direction, self.order, self.rank):
            control.observe(self._follow, "value")
        self._hide_rank()
        super().__init__(traces, names, outputs, targets)

    def arranged(self) -> tuple[dict[str, Widget], list[Widget]]:
        """Return the controls that have something to choose, and their rows."""
        # Here, before the redraw observes it: then unit and rank have moved when it comes.
        self.unit.observe(self._follow, "value")
        table = self.chosen("layer", "direction", "sequence", "order")
        groups = [table, self.chosen("step", "unit", "rank")]
        if len(table) == 4:  # too many beside each other
            names = ("layer direction order", "sequence step", "unit rank")
            groups = [self.chosen(*group.split()) for group in names]
        controls = {name: control for group in groups for name, control in group.items()}
        return controls, [_row(group) for group in groups if group]

    def place(self) -> int:
        """Return which of the traces is shown, counted from 0."""
        layer = self._layers[0] if self.layer.disabled else int(self.layer.value) - 1
        places = [(trace.layer, trace.direction) for trace in self.traces]
        return places.index((layer, self.direction.value))

    @property
    def ranking(self) -> Ranking | None:
        """The scores of the units by the chosen order, None for the order they are stored in."""
        key = (self.place(), self.order.value)
        if self.order.value != STORED and key not in self._rankings:
            self._rankings[key] = (
                by_variance(self.trace)
                if self.order.value == VARIANCE
                else by_gradient(self._gradients[key[0]], self.trace)
            )
        return self._rankings.get(key)

    def ranked(self) -> Sequence[int]:
        """Return the units in the order of their rows, top to bottom, counted from 0."""
        return super().ranked() if self.ranking is None else self.ranking.order

    def where(self) -> str:
        """Say what is shown, as the start of a sentence."""
        said = super().where()
        if len(self.traces) > 1:
            layer, way = f"Layer {self.trace.layer + 1}", self.trace.direction
            way = f", {way}" if not self.direction.disabled else ""
            said = f"{layer}{way}, {said[0].lower()}{said[1:]}"
        if self.ranking is None:
            return said
        unit, count = index(self.unit), self.trace.hidden_size
        rank, score = self.ranking.order.index(unit) + 1, _score(self.ranking.scores[unit])
        return f"{said} (rank {rank} of {count} by {self.ranking.of}, {score})"

    def _follow(self, change: Any) -> None:
        """Let the unit follow a move of its rank, and the rank every other move."""
        with self.together():
            if change.owner is self.rank:
                self.unit.value = self.ranked()[index(self.rank)] + 1
            elif not self.unit.disabled:
                self.rank.value = self.ranked().index(index(self.unit)) + 1
            self._hide_rank()

    def _hide_rank(self) -> None:
        # A rank in the order of the numbers says nothing; its place is kept, so nothing jumps.
        hidden = self.order.value == STORED
        self.rank.layout.visibility = "hidden" if hidden else "visible"


def _row(controls: dict[str, Widget]) -> Widget:
    """Put controls beside each other, sliders as wide as there is room for."""
    widths = " ".join(WIDTHS.get(name, "minmax(0, 1fr)") for name in controls)
    return columns(controls.values(), widths)


# --- what is given ------------------------------------------------------------------------------


def _traces(traced: object) -> list[Trace]:
    """Return the traces of one run, or say what is wrong with them."""
    found = traced.traces if isinstance(traced, Traced) else traced
    if isinstance(found, Trace):
        found = [found]
    elif not isinstance(found, Traces):
        raise TypeError(
            f"traced must be a Traced, Traces or Trace, got {type(traced).__name__}; "
            "lstm_lib.trace.trace(model, x) returns one"
        )
    traces = [checked(in_batch(trace)) for trace in found]
    for trace in traces:
        theirs, first = ((tuple(t.c.shape), t.lengths) for t in (trace, traces[0]))
        if theirs != first:
            raise ValueError(
                f"traced must hold traces of one run, with c and lengths {first}, got {theirs}"
            )
    return traces


def in_batch(trace: Trace) -> Trace:
    """Return the run of one unit as that of a batch of one through a layer of one."""
    if trace.is_batch:
        return trace
    import numpy as np

    columns = {
        name: np.array(getattr(trace, name), float)[None, :, None] for name in ("x", *QUANTITIES)
    }
    states = {name: np.full((1, 1), getattr(trace, name)) for name in ("h0", "c0")}
    return replace(trace, **columns, **states)


def grid(traces: Sequence[Trace]) -> tuple[list[int], list[str]]:
    """Return the layers and the directions, each layer in every one of these."""
    places = [(trace.layer, trace.direction) for trace in traces]
    layers = sorted({layer for layer, _ in places})
    directions = sorted({direction for _, direction in places})
    if not places or sorted(places) != [(layer, way) for layer in layers for way in directions]:
        raise ValueError(
            f"traced must hold each layer once in the same directions, got {places or 'no trace'}"
        )
    return layers, directions


def layer_slider(layers: Sequence[int]) -> Slider:
    """Return a slider over the numbers of the layers, disabled if there is one."""
    if len(layers) == 1:
        return counted("layer", 1)
    numbers = [layer + 1 for layer in layers]
    return among("layer", "layer", numbers[0], numbers)


def _gradients(flow: object, traces: Sequence[Trace]) -> list[Any]:
    """Return dL/dc of each trace, (batch_size, seq_len, hidden_size), or say what is wrong."""
    if not isinstance(flow, Flows):
        raise TypeError(
            f"flow must be the Flows that gradient_flow(model, x, loss) returns, "
            f"got {type(flow).__name__}"
        )
    found = [flow.layer(trace.layer, trace.direction).d_c for trace in traces]
    for trace, gradient in zip(traces, found, strict=True):
        if tuple(gradient.shape) != tuple(trace.c.shape):
            raise ValueError(
                f"flow must hold gradients of shape {tuple(trace.c.shape)} like the traces, "
                f"got {tuple(gradient.shape)}"
            )
        ends("flow", gradient)
    return found


def _score(value: float) -> str:
    """Write a score, however small."""
    return scientific(value, 3)


# --- an example ---------------------------------------------------------------------------------


def _example() -> Traces:
    """Return the run of two layers in both directions over sequences of 40, 34, 28 and 22 steps.

    Random bits come and go, and every eighth step calls for them. The first layer is the one that
    VectorExplorer shows, from both ends of the sequence: unit by unit it keeps a bit for longer.
    The second reads what both directions show, with random weights.
    """
    # Only who opens this explorer pays for NumPy.
    import numpy as np

    from lstm_lib.vector import VectorLSTM

    lengths, rng = (40, 34, 28, 22), np.random.default_rng(5)
    x = np.zeros((4, 40, 3))  # (batch_size, seq_len, input_size)
    x[:, :, 1] = rng.random((4, 40)) < 0.15  # a bit comes
    x[:, :, 0] = x[:, :, 1] * rng.choice([-1, 1], (4, 40))
    x[:, 7::8, 2] = 1  # the call
    traces = []
    for layer, model in enumerate((by_hand(20), VectorLSTM(40, 20, seed=4))):
        pair = [_walk(model, x, lengths, layer, way) for way in DIRECTIONS]
        x = np.concatenate([trace.h for trace in pair], axis=2)  # (batch_size, seq_len, 40)
        traces += pair
    return Traces(traces)


def _walk(
    model: "VectorLSTM", x: "ndarray", lengths: tuple[int, ...], layer: int, direction: str
) -> Trace:
    """Return the run of a layer over sequences of some lengths, from one end or the other."""
    import numpy as np

    columns = {name: np.zeros((*x.shape[:2], model.hidden_size)) for name in QUANTITIES}
    start = np.zeros((len(x), model.hidden_size))
    way = slice(None, None, 1 if direction == "forward" else -1)
    for k, length in enumerate(lengths):
        run = model.forward(x[k : k + 1, :length][:, way])[1]
        for name, column in columns.items():
            column[k, :length] = getattr(run, name)[0, way]
    place = {"layer": layer, "direction": direction, "lengths": lengths}
    return Trace(x * (columns["f"][:, :, :1] > 0), **columns, h0=start, c0=start, **place)
