"""TraceExplorer and VectorExplorer: every gate of every layer, and one unit up close."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ipywidgets import Widget

from lstm_lib.drawing.svg import scientific
from lstm_lib.explorers import trace_picture as picture
from lstm_lib.explorers.base import Explorer, Row, View, arranged, columns, with_choice
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import counted, index
from lstm_lib.explorers.given import called, names_of, traces_of
from lstm_lib.explorers.place import Place
from lstm_lib.explorers.trace_scene import STORED, Layers, Scene, aloud, table
from lstm_lib.record import BatchRecord, BatchTrace, Flows, Record, Trace, Traced, Traces
from lstm_lib.trace.ranking import Ranking

if TYPE_CHECKING:
    from numpy import ndarray

MANY = 32  # units; more of them in stored order are noise to the eye
WIDTHS = {"direction": "190px", "order": "220px"}  # of what is no slider


class TraceExplorer(Explorer):
    """See every gate and state of any traced model, and follow one unit through time.

    `TraceExplorer(trace(model, x))` opens an LSTM, GRU or RNN of torch or a module around one, a
    VectorLSTM or a ScalarLSTM. The controls are `layer`, `direction`, `sequence`, `order`,
    `step`, `unit` and `rank`; what is counted is counted from 1, and what has nothing to choose is
    left out. `order` puts the units "as stored", "by variance of c" (at first where there are
    more than 32) or, with a flow, "by gradient"; then `rank` walks through them from the first
    and numbers the rows of the maps, and `unit` stays the unit's own number. `trace` is the Trace
    of the chosen layer and direction, `selected` that of the chosen unit, `ranking` the scores of
    all units.

    Args:
        traced: what `trace` returned, its traces, or one Trace; by default two small layers that
            read sequences of different lengths in both directions.
        names: what the sequences are called, (batch_size,).
        outputs: what the network says, (batch_size, seq_len, output_size).
        targets: what it should say, shaped like `outputs`; nan where nothing is asked for.
        flow: what `gradient_flow` returned for the same model and input.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(
        self,
        traced: Traced | Traces | Trace | None = None,
        names: Sequence[str] | None = None,
        outputs: "ndarray | None" = None,
        targets: "ndarray | None" = None,
        flow: Flows | None = None,
        *,
        tries: Sequence[str] = (),
    ) -> None:
        traces = traces_of(_two_layers() if traced is None else traced)
        self._place, first = Place(traces), traces[0]
        self.names, self._drawn = names_of(names, first), lru_cache(maxsize=1)(self._draw)
        self._layers = Layers(traces, outputs, targets, flow)
        self.layer, self.direction = self._place.layer, self._place.direction
        self.sequence = counted("sequence", first.batch_size)
        self.step = counted("step", len(first), play=400)
        self.unit, self.rank = (counted(name, first.hidden_size) for name in ("unit", "rank"))
        self.order = Choice(self._layers.orders, label="order", name="order of the units")
        self.order.disabled = self.unit.disabled
        # Before the redraw observes them: then unit and rank have moved when it comes.
        for control in (self.layer, self.direction, self.order, self.unit, self.rank):
            control.observe(self._follow, "value")
        super().__init__(*arranged(self._rows(), _row), picture.SIZE, tries=tries)
        self._open(first.hidden_size)

    def _open(self, units: int) -> None:
        """Sort many units, and look at the one that comes first."""
        if units > MANY:
            with self.together():
                self.order.value = self._layers.variance
                self.unit.value = self._order[0] + 1
        self._hide_rank()

    def _rows(self) -> list[Row]:
        """Return the controls that have something to choose, row by row."""
        rows = with_choice(self, "layer direction sequence order", "step unit rank")
        if len(rows[0]) < 4:
            return rows
        return with_choice(self, "layer direction order", "sequence step", "unit rank")

    @property
    def trace(self) -> BatchRecord:
        """The run that is shown, columns (batch_size, seq_len, hidden_size)."""
        return self._layers.traces[self._place.index]

    @property
    def selected(self) -> Any:
        """The run of the chosen sequence through the chosen unit, (seq_len,) columns."""
        return self.trace.select(batch=index(self.sequence), unit=index(self.unit))

    @property
    def ranking(self) -> Ranking | None:
        """The scores of the units by the chosen order, None for the order they are stored in."""
        return self._layers.ranking(self._place.index, self.order.value)

    @property
    def _order(self) -> Sequence[int]:
        """The units in the order of their rows, top to bottom, counted from 0."""
        return range(self.trace.hidden_size) if self.ranking is None else self.ranking.order

    def view(self) -> View:
        """Return the layer on the chosen sequence, with the chosen step and unit marked."""
        scene, still = self._shown()
        unit, asked = index(self.unit), index(self.step)
        t, ended = min(asked, scene.steps - 1), ""
        if asked > t:
            ended = f"This sequence ends at step {t + 1}; step {asked + 1} is padding. "
        said = f"{ended}{self._where(t)}: {aloud(scene, t, unit)}"
        return View(still, picture.cursor(scene, t, unit), said, *table(scene, t, unit))

    def _shown(self) -> tuple[Scene, str]:
        """Return the chosen sequence in the chosen layer, and its heatmaps."""
        return self._drawn(self._place.index, index(self.sequence), self._order)

    def _draw(self, place: int, batch: int, order: Sequence[int]) -> tuple[Scene, str]:
        scene = self._layers.scene(place, batch, order)
        return scene, picture.frame(scene)

    def _where(self, t: int) -> str:
        """Say what is shown, as the start of a sentence."""
        unit, count = index(self.unit), self.trace.hidden_size
        said = called(self.names, index(self.sequence), self.trace.batch_size)
        if not self.direction.disabled:
            said = f"{self.trace.direction}, {said}"
        if len(self._layers.traces) > 1:
            said = f"layer {self.trace.layer + 1}, {said}"
        said = f"{said[0].upper()}{said[1:]}, step {t + 1}, unit {unit + 1}"
        if self.ranking is None:
            return said
        rank, score = self.ranking.order.index(unit) + 1, scientific(self.ranking.scores[unit], 3)
        return f"{said} (rank {rank} of {count} by {self.ranking.of}, {score})"

    def _follow(self, change: Any) -> None:
        """Let the unit follow a move of its rank, and the rank every other move."""
        with self.together():
            if change.owner is self.rank:
                self.unit.value = self._order[index(self.rank)] + 1
            elif not self.unit.disabled:
                self.rank.value = self._order.index(index(self.unit)) + 1
            self._hide_rank()

    def _hide_rank(self) -> None:
        # A rank in the order of the numbers says nothing; its place is kept, so nothing jumps.
        hidden = self.order.value == STORED
        self.rank.layout.visibility = "hidden" if hidden else "visible"


class VectorExplorer(TraceExplorer):
    """See every gate and state of one layer as heatmaps, and follow one unit through time.

    A TraceExplorer with `sequence`, `step` and `unit` for its only controls.

    Args:
        trace: the run of a batch through a layer, columns (batch_size, seq_len, hidden_size) in
            NumPy or torch; by default a small layer with memories from short to long.
        names, outputs, targets: as in TraceExplorer.
        tries: what to try, one sentence at a time above the picture.
    """

    def __init__(
        self,
        trace: Trace | None = None,
        names: Sequence[str] | None = None,
        outputs: "ndarray | None" = None,
        targets: "ndarray | None" = None,
        *,
        tries: Sequence[str] = (),
    ) -> None:
        if trace is None:
            trace = _one_layer()
        elif not isinstance(trace, Record):
            raise TypeError(f"trace must be a Trace, got {type(trace).__name__}")
        elif not trace.is_batch:
            raise ValueError(
                "trace must hold columns (batch_size, seq_len, hidden_size), got the trace of one "
                "unit; VectorLSTM.from_scalar(model).forward(x) returns one"
            )
        super().__init__(trace, names, outputs, targets, tries=tries)

    def _open(self, units: int) -> None:
        """Leave the units as they are stored: there is no control of their order."""
        self._hide_rank()

    def _rows(self) -> list[Row]:
        return with_choice(self, "sequence step unit")


def _row(controls: Row) -> Widget:
    """Put controls beside each other, sliders as wide as there is room for."""
    widths = " ".join(WIDTHS.get(name, "minmax(0, 1fr)") for name in controls)
    return columns(controls.values(), widths)


# --- examples -----------------------------------------------------------------------------------


def _one_layer() -> BatchTrace:
    """Return the run of a layer that keeps bits for 1 to 40 steps, unit by unit."""
    from lstm_lib.explorers.example import keeper, recall  # only who asks for it pays for NumPy

    return keeper().forward(recall())[1]


def _two_layers() -> Traces:
    """Return the runs of two layers over sequences of different lengths, in both directions."""
    from lstm_lib.explorers.example import both_ways

    return both_ways()
