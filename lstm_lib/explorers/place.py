"""Place: the controls that choose among the layers and directions of a run."""

from collections.abc import Sequence

from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import among, counted
from lstm_lib.record import Record


class Place:
    """Which of several traces is looked at.

    `layer` and `direction` are the controls, disabled where there is no choice; `index` says
    which of the traces they choose.

    Args:
        traces: those of a run, each layer once in the same directions.
    """

    def __init__(self, traces: Sequence[Record]) -> None:
        self._places = [(trace.layer, trace.direction) for trace in traces]
        layers = sorted({layer for layer, _ in self._places})
        directions = sorted({direction for _, direction in self._places})
        grid = [(layer, way) for layer in layers for way in directions]
        if not grid or sorted(self._places) != grid:
            raise ValueError(
                "traced must hold each layer once in the same directions, "
                f"got {self._places or 'no trace'}"
            )
        stops = [layer + 1 for layer in layers]
        several = len(stops) > 1
        self.layer = among("layer", "layer", stops[0], stops) if several else counted("layer", 1)
        self.direction = Choice(
            directions, name="direction", buttons=True, disabled=len(directions) == 1
        )

    @property
    def index(self) -> int:
        """Which of the traces is chosen, counted from 0."""
        first, _ = self._places[0]
        layer = first if self.layer.disabled else int(self.layer.value) - 1
        return self._places.index((layer, self.direction.value))
