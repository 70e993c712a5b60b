"""Clamp: a hand on a gate. What is held, where, and the holding itself."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from lstm_lib import _validate
from lstm_lib._validate import Choice
from lstm_lib.notation import GATES, QUANTITIES
from lstm_lib.record.trace import check_place


@dataclass(frozen=True)
class Clamp:
    """Hold a gate, the candidate or a state to a number, or scale it, while an LSTM runs.

    The number takes the place of what the equation gives, and the run goes on with it: a held
    `f` changes c and everything after it. Clamp("h", 0.0, units=3) takes unit 3 out of the
    network, Clamp("f", 1.0, units=3, steps=slice(4, 8)) makes it keep its memory for four steps.
    Wherever a number goes, so does a tensor or an array that holds one.

    Args:
        quantity: "i", "f", "g", "o", "c" or "h".
        value: what it is held to; nothing keeps a gate within 0 and 1.
        scale, add: instead of `value`, what it is multiplied by, and what is added then.
        units: which units, a number, several, or a slice; None for all. With a projection, those
            of h are the projected ones.
        steps: which steps, counted from 0 in the order of the sequence, said in the same ways.
        batch: which sequences, said in the same ways.
        layer: which layer, from 0.
        direction: "forward" or "reverse".
    """

    quantity: str
    value: float | None = None
    scale: float | None = None
    add: float | None = None
    units: Choice = None
    steps: Choice = None
    batch: Choice = None
    layer: int = 0
    direction: str = "forward"

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            expected = ", ".join(QUANTITIES)
            raise ValueError(f"quantity must be one of {expected}, got {self.quantity!r}")
        object.__setattr__(self, "layer", check_place(self.layer, self.direction))
        for name in ("units", "steps", "batch"):
            object.__setattr__(self, name, _validate.fixed(getattr(self, name)))
        given = {name: getattr(self, name) for name in ("value", "scale", "add")}
        given = {name: number for name, number in given.items() if number is not None}
        for name, number in given.items():
            object.__setattr__(self, name, _validate.number(name, number))
        if not given or ("value" in given and len(given) > 1):
            raise ValueError(
                f"a Clamp needs a value, or a scale or add, got {', '.join(given) or 'none'}"
            )

    def on(self, values: Any) -> Any:
        """Return what is held in place of `values`."""
        if self.value is not None:
            return self.value
        values = values if self.scale is None else values * self.scale
        return values if self.add is None else values + self.add


class Size(NamedTuple):
    """How large a run is; `h_size` is hidden_size or, with a projection, proj_size."""

    batch_size: int
    seq_len: int
    hidden_size: int
    h_size: int


class Hold:
    """What the clamps of one layer and direction do, looked up by quantity and step.

    Args:
        clamps: of this layer and direction, in the order in which they act.
        size: of the run.
        in_arrays: whether values are arrays (batch_size, units), changed in place, or floats.
        before: how many steps of the run are over when its steps are counted from 0 here.
    """

    def __init__(
        self, clamps: Iterable[Clamp], size: Size, in_arrays: bool = True, before: int = 0
    ) -> None:
        self._before = before
        self._at = defaultdict(list)
        for clamp in clamps:
            size_of = size.h_size if clamp.quantity == "h" else size.hidden_size
            rows = _validate.indices("batch", clamp.batch, size.batch_size)
            where = [[row] for row in rows], _validate.indices("units", clamp.units, size_of)
            for t in _validate.indices("steps", clamp.steps, size.seq_len):
                self._at[clamp.quantity, t].append((clamp, where if in_arrays else None))

    def __call__(self, quantity: str, t: int, values: Any) -> Any:
        """Return the values of a quantity at step `t`, held; arrays are changed in place."""
        for clamp, where in self._at.get((quantity, self._before + t), ()):
            if where is None:
                values = clamp.on(values)
            else:
                values[where] = clamp.on(values[where])
        return values

    def gates(self, t: int, *values: Any) -> None:
        """Hold the values of i, f, g and o at step `t`, arrays, in place."""
        for quantity, array in zip(GATES, values, strict=True):
            self(quantity, t, array)


def checked(clamp: object, places: Sequence[tuple[int, str]]) -> list[Clamp]:
    """Return `clamp` as a list of clamps, each of a layer and direction that is there.

    Args:
        clamp: a Clamp, several, or None.
        places: every (layer, direction) of the model.
    """
    clamps = [clamp] if isinstance(clamp, Clamp) else [] if clamp is None else clamp
    if isinstance(clamps, str) or not isinstance(clamps, Iterable):
        raise TypeError(f"clamp must be a Clamp or a sequence of them, got {clamp!r}")
    clamps = list(clamps)
    for k, one in enumerate(clamps):
        _validate.instance(f"clamp[{k}]", one, Clamp)
        if (one.layer, one.direction) not in places:
            there = ", ".join(map(str, places))
            place = (one.layer, one.direction)
            raise ValueError(f"clamp[{k}] must be in one of {there}, got {place}")
    return clamps
