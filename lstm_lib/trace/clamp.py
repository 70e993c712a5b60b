"""Clamp: a hand on a gate. What is held, where, and the holding itself."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NamedTuple

from lstm_lib import _validate
from lstm_lib._validate import Choice
from lstm_lib.notation import GRU, LSTM, Letters
from lstm_lib.record.base import check_place

QUANTITIES = tuple(dict.fromkeys(LSTM.quantities + GRU.quantities))


@dataclass(frozen=True)
class Clamp:
    """Hold a gate, the candidate or a state to a number, or scale it, while an LSTM runs.

    The number takes the place of what the equation gives, and the run goes on with it: a held
    `f` changes c and everything after it. Clamp("h", 0.0, units=3) takes unit 3 out of the
    network, Clamp("f", 1.0, units=3, steps=slice(4, 8)) makes it keep its memory for four steps.
    Wherever a number goes, so does a tensor or an array that holds one.

    Args:
        quantity: "i", "f", "g", "o", "c" or "h" of an LSTM, "r", "z", "n" or "h" of a GRU, "h" of
            an RNN.
        value: what it is held to, a number; or an array or tensor that is spread over the chosen
            (batch, steps, units), such as what another run had there; or a function of what the
            equation gives, (batch, units) at a step. Nothing keeps a gate within 0 and 1.
        scale, add: instead of `value`, what it is multiplied by, and what is added then.
        units: which units, a number, several, or a slice; None for all. With a projection, those
            of h are the projected ones.
        steps: which steps, counted from 0 in the order of the sequence, said in the same ways.
        batch: which sequences, said in the same ways.
        layer: which layer, from 0.
        direction: "forward" or "reverse".
    """

    quantity: str
    value: float | Callable[[Any], Any] | Any = None
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
            is_free = name == "value" and (callable(number) or _is_array(number))
            if is_free and not callable(number):
                _check_numbers(number)
            checked = deepcopy(number) if is_free else _validate.number(name, number)
            object.__setattr__(self, name, checked)
        if not given or ("value" in given and len(given) > 1):
            raise ValueError(
                f"a Clamp needs a value, or a scale or add, got {', '.join(given) or 'none'}"
            )

    def __eq__(self, other: object) -> bool:
        """Say whether the same is held in the same way."""
        if not isinstance(other, Clamp):
            return NotImplemented
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return all(_plain(mine) == _plain(theirs) for mine, theirs in pairs)

    @property
    def counts_steps(self) -> bool:
        """Whether it matters how many steps there are."""
        return self.steps is not None or _is_array(self.value)

    def on(self, values: Any, k: int = 0) -> Any:
        """Return what is held in place of `values`, at the one of the chosen steps with number k.

        Args:
            values: what the equation gives, (batch, units) of the chosen ones, or a number.
            k: counted from 0.
        """
        if callable(self.value):
            return _fitting(self.value(values), values)
        if _is_array(self.value):
            array: Any = self.value
            array = array.reshape((1,) * (3 - array.ndim) + tuple(array.shape))
            return _like(array[:, min(k, array.shape[1] - 1)], values)
        if self.value is not None:
            return self.value
        values = values if self.scale is None else values * self.scale
        return values if self.add is None else values + self.add

    def check_spread(self, sizes: tuple[int, int, int]) -> None:
        """Refuse an array that does not spread over the chosen (batch, steps, units)."""
        shape = tuple(getattr(self.value, "shape", ()))
        ends = zip(reversed(shape), reversed(sizes), strict=False)
        if len(shape) > 3 or any(have not in (1, want) for have, want in ends):
            raise ValueError(
                f"value must spread over the chosen (batch, steps, units), {sizes}, "
                f"got shape {shape}"
            )


def _fitting(found: Any, values: Any) -> Any:
    """Return what a function has made of `values` if it goes in their place."""
    is_number = isinstance(found, int | float)
    shape, wanted = (tuple(getattr(one, "shape", ())) for one in (found, values))
    ends = zip(reversed(shape), reversed(wanted), strict=False)
    if not (is_number or hasattr(found, "shape")) or len(shape) > len(wanted):
        fits = False
    else:
        fits = all(have in (1, want) for have, want in ends)
    if not fits:
        raise ValueError(
            f"value must be a function that returns numbers of shape {wanted}, got "
            f"{shape or type(found).__name__}"
        )
    return found if is_number else _like(found, values)


def _check_numbers(array: Any) -> None:
    """Refuse an array that holds no real numbers."""
    if 0 in array.shape:
        raise TypeError(f"value must be a number or hold some, got shape {tuple(array.shape)}")
    dtype = array.dtype
    is_real = dtype.kind in "biuf" if hasattr(dtype, "kind") else not dtype.is_complex
    if not is_real:
        raise TypeError(f"value must hold real numbers, got an array of {dtype}")


def _is_array(value: object) -> bool:
    """Return whether a value is an array of NumPy or torch with more than one number in it."""
    return len(getattr(value, "shape", ())) > 0 and _validate.plain(value) is value


def _plain(value: Any) -> Any:
    """Return an array as nested lists, anything else as it is."""
    return value.tolist() if _is_array(value) else value


def _like(array: Any, values: Any) -> Any:
    """Return an array of NumPy or torch as one that goes where `values` are."""
    if not hasattr(values, "shape"):
        return float(array.item())
    if hasattr(values, "new_tensor"):
        import torch

        return torch.as_tensor(array, dtype=values.dtype, device=values.device)
    return array.numpy(force=True) if hasattr(array, "numpy") else array


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
        letters: of the kind of network.
        in_arrays: whether values are arrays (batch_size, units), changed in place, or floats.
        before: how many steps of the run are over when its steps are counted from 0 here.
    """

    def __init__(
        self,
        clamps: Iterable[Clamp],
        size: Size,
        letters: Letters = LSTM,
        in_arrays: bool = True,
        before: int = 0,
    ) -> None:
        self._before = before
        self._at = defaultdict(list)
        last = letters.states[-1]  # h, which may be projected
        for clamp in clamps:
            size_of = size.h_size if clamp.quantity == last else size.hidden_size
            rows = _validate.indices("batch", clamp.batch, size.batch_size)
            units = _validate.indices("units", clamp.units, size_of)
            steps = _validate.indices("steps", clamp.steps, size.seq_len)
            clamp.check_spread((len(rows), len(steps), len(units)))
            where = _where(rows, units) if in_arrays else None
            for k, t in enumerate(steps):
                self._at[clamp.quantity, t].append((clamp, where, k))

    def __call__(self, quantity: str, t: int, values: Any) -> Any:
        """Return the values of a quantity at step `t`, held; arrays are changed in place."""
        for clamp, where, k in self._at.get((quantity, self._before + t), ()):
            if where is None:
                values = clamp.on(values, k)
            else:
                values[where] = clamp.on(values[where], k)
        return values

    def all(self, quantities: Iterable[str], t: int, arrays: Iterable[Any]) -> None:
        """Hold the values of several quantities at step `t`, arrays, in place."""
        for quantity, array in zip(quantities, arrays, strict=True):
            self(quantity, t, array)


def _where(rows: list[int], units: list[int]) -> tuple[Any, Any]:
    """Return an index of every one of some units in every one of some rows.

    What stands in a row is a slice: it is found faster, at every step again.
    """
    places: list[Any] = [rows, units]
    for k, numbers in enumerate((rows, units)):
        low, high = numbers[0], numbers[-1] + 1
        if numbers == list(range(low, high)):
            places[k] = slice(low, high)
    if rows in places and units in places:
        places[0] = [[row] for row in rows]
    return places[0], places[1]


def checked(
    clamp: object, places: Sequence[tuple[int, str]], letters: Letters = LSTM
) -> list[Clamp]:
    """Return `clamp` as a list of clamps, each of a layer and direction that is there.

    Args:
        clamp: a Clamp, several, or None.
        places: every (layer, direction) of the model.
        letters: of the kind of network.
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
        if one.quantity not in letters.quantities:
            expected = ", ".join(letters.quantities)
            raise ValueError(
                f"clamp[{k}] must hold one of {expected} of {letters.a}, got {one.quantity!r}"
            )
    return clamps
