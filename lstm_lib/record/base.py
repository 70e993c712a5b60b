"""Record: what the record of a run can do, whatever its columns are called.

A column that does not fit the others, a place that is not there and a choice of nothing are
TypeErrors and ValueErrors that name it.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from lstm_lib import _validate
from lstm_lib._validate import Choice
from lstm_lib.notation import LSTM, Letters

if TYPE_CHECKING:
    from pandas import DataFrame

DIRECTIONS = ("forward", "reverse")
KINDS: list[type["Record"]] = []  # of one unit; the module that has them puts them here


class Record:
    """The record of the run of one sequence through one unit, in plain numbers.

    A dataclass under it names the columns: x, those of `letters`, h0 and the other states before
    the first step, layer, direction and lengths.
    """

    letters: ClassVar[Letters] = LSTM
    step: ClassVar[Any]  # a NamedTuple: x, the states before, what the step computes
    in_arrays: ClassVar[type["BatchRecord"]]

    x: Any
    h: Any
    h0: Any
    layer: int
    direction: str
    lengths: tuple[int, ...] | None

    def __new__(cls, *columns: Any, **named: Any) -> Self:
        """Make a record in arrays if the columns are those of a batch."""
        memory, place = cls.letters.memory, 1 + len(cls.letters.gates)
        column = columns[place] if len(columns) > place else named.get(memory)
        is_batch = getattr(column, "ndim", 1) == 3
        made: Any = cls.in_arrays if is_batch and not issubclass(cls, BatchRecord) else cls
        return object.__new__(made)

    def __post_init__(self) -> None:
        self._check()
        check_place(self.layer, self.direction)
        if self.lengths is not None:
            real = check_lengths(self.lengths, self.batch_size, len(self))
            object.__setattr__(self, "lengths", real)

    def _check(self) -> None:
        """Refuse columns that do not fit each other."""
        memory = self.letters.memory
        seq_len = len(self)
        for name in ("x", *self.letters.quantities):
            found = len(getattr(self, name))
            if found != seq_len:
                raise ValueError(f"{name} must hold {seq_len} numbers like {memory}, got {found}")

    @classmethod
    def from_steps(cls, steps: Sequence[Any]) -> Self:
        """Collect steps of one unit, first to last, into a record."""
        columns: dict[str, Any] = dict(zip(cls.step._fields, zip(*steps, strict=True), strict=True))
        starts = {f"{name}0": columns.pop(f"{name}_prev")[0] for name in cls.letters.states}
        return cls(**columns, **starts)

    @staticmethod
    def load(path: str | Path) -> Any:
        """Return the trace that `save` stored, of its own kind; of a batch in NumPy's arrays.

        Raises:
            OSError: there is no such file.
            ValueError: the file is damaged, holds something else, or more than one trace.
        """
        from lstm_lib.record.files import load

        found = load(path, of_columns)
        if len(found) != 1:
            raise ValueError(f"{path} must hold one trace, got {len(found)}: use Traces.load")
        return found[0]

    def save(self, path: str | Path) -> None:
        """Store every number in a .npz file, exactly, under the very name that is given."""
        from lstm_lib.record.files import save

        save(path, [vars(self)])

    def to_frame(self) -> "DataFrame":
        """Return a tidy table, one row per number; what is behind a sequence's end is left out.

        Its columns are layer, direction, batch, step, unit (for x: which input), quantity (x, i,
        f, g, o, c or h of an LSTM) and value.
        """
        from lstm_lib.record.files import tidy

        return tidy([self])

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of all that is recorded at every step, x first."""
        return ("x", *self.letters.quantities)

    @property
    def memory(self) -> Any:
        """The state that is kept from step to step: c, or h where there is no other."""
        return getattr(self, self.letters.memory)

    @property
    def is_batch(self) -> bool:
        """Whether this is the run of a batch through a layer, in arrays."""
        return isinstance(self, BatchRecord)

    @property
    def batch_size(self) -> int:
        """The number of sequences."""
        return 1

    @property
    def input_size(self) -> int:
        """The number of inputs at a step."""
        return 1

    @property
    def hidden_size(self) -> int:
        """The number of units."""
        return 1

    def __len__(self) -> int:
        """Return the number of time steps."""
        return len(self.memory)

    def __eq__(self, other: object) -> bool:
        """Say whether every number is the same."""
        if not isinstance(other, Record):
            return NotImplemented
        return vars(self).keys() == vars(other).keys() and all(
            _plain(mine) == _plain(getattr(other, name)) for name, mine in vars(self).items()
        )

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    def __getitem__(self, t: int) -> Any:
        """Return step `t`, counted from 0; negative counts from the end."""
        if not -len(self) <= t < len(self):
            raise IndexError(f"step {t} is outside this trace of {len(self)} steps")
        t %= len(self)
        states = reversed(self.letters.states)  # h before c, as in the equations
        before = (self._before(name, getattr(self, f"{name}0"), t) for name in states)
        now = (self._at(name, t) for name in self.letters.quantities)
        return self.step(self._at("x", t), *before, *now)

    def _at(self, name: str, t: int) -> Any:
        """Return the numbers of one column at step `t`."""
        return getattr(self, name)[t]

    def _before(self, name: str, start: Any, t: int) -> Any:
        """Return the state before step `t`, `start` where the sequence is entered there."""
        before = t - 1 if self.direction == "forward" else t + 1
        return self._at(name, before) if 0 <= before < len(self) else start

    @property
    def prediction(self) -> Any:
        """The hidden state after the last step that is walked: what the network says."""
        return self._at("h", len(self) - 1 if self.direction == "forward" else 0)

    def select(self, batch: int = 0, unit: int = 0, feature: int = 0) -> Any:
        """Return the run of one sequence through one unit, in plain floats, as long as it is.

        Whatever draws a Trace can draw it, for each unit goes on by itself: in an LSTM
        c_t = f_t c_{t-1} + i_t g_t and h_t = o_t tanh(c_t), in a GRU
        h_t = (1 - z_t) n_t + z_t h_{t-1}.

        Args:
            batch: which sequence, 0 to batch_size - 1.
            unit: which unit, 0 to hidden_size - 1.
            feature: which input is kept as `x`, 0 to input_size - 1.

        Raises:
            ValueError: h is projected, so no h is a unit's own.
        """
        batch = _validate.index("batch", batch, self.batch_size)
        unit = _validate.index("unit", unit, self.hidden_size)
        return self._one(batch, unit, _validate.index("feature", feature, self.input_size))

    def _one(self, batch: int, unit: int, feature: int) -> "Record":
        """Return the run that `select` has found to be there."""
        return self

    def part(self, batch: Choice = None, units: Choice = None) -> Any:
        """Refuse: see `BatchRecord.part`."""
        raise ValueError("part needs the trace of a batch, got the trace of one unit")


class BatchRecord(Record):
    """The record of the run of a batch through a layer, in arrays, batch first."""

    of_a_unit: ClassVar[type[Record]]

    def _check(self) -> None:
        """Refuse arrays that are not of one batch, one length and one layer."""
        memory, found = self.letters.memory, _shape(self.memory)
        if len(found) != 3:
            wanted = "(batch_size, seq_len, hidden_size)"
            raise ValueError(f"{memory} must have shape {wanted}, got {found}")
        batch_size, seq_len, hidden_size = found
        h_size = (_shape(self.h) or (0,))[-1]  # smaller than hidden_size if h is projected
        expected: dict[str, tuple[int, ...]] = {
            **dict.fromkeys(self.letters.gates, (batch_size, seq_len, hidden_size)),
            "h": (batch_size, seq_len, h_size),
            **{f"{name}0": (batch_size, hidden_size) for name in self.letters.states},
            "h0": (batch_size, h_size),
        }
        for name, shape in expected.items():
            found = _shape(getattr(self, name))
            if found != shape:
                raise ValueError(f"{name} must have shape {shape} to fit {memory}, got {found}")
        found = _shape(self.x)
        if len(found) != 3 or found[:2] != (batch_size, seq_len):
            raise ValueError(
                f"x must have shape ({batch_size}, {seq_len}, input_size) to fit {memory}, "
                f"got {found}"
            )

    @property
    def batch_size(self) -> int:
        """The number of sequences."""
        return self.memory.shape[0]

    @property
    def input_size(self) -> int:
        """The number of inputs at a step."""
        return self.x.shape[2]

    @property
    def hidden_size(self) -> int:
        """The number of units."""
        return self.memory.shape[2]

    def __len__(self) -> int:
        return self.memory.shape[1]

    def __getitem__(self, t: int) -> Any:
        """Return step `t` in arrays (batch_size, input_size) and (batch_size, hidden_size)."""
        return super().__getitem__(t)

    def _at(self, name: str, t: int) -> Any:
        """Return the numbers of one column at step `t`, (batch_size, size)."""
        return getattr(self, name)[:, t]

    def _before(self, name: str, start: Any, t: int) -> Any:
        """Return the states before step `t`; in reverse, sequences are entered at their ends."""
        before = super()._before(name, start, t)
        if self.direction == "forward" or self.lengths is None:
            return before
        before = before.clone() if hasattr(before, "clone") else before.copy()
        for batch, length in enumerate(self.lengths):
            if t >= length - 1:
                before[batch] = start[batch] if t == length - 1 else 0.0
        return before

    @property
    def prediction(self) -> Any:
        """The hidden state after the last step that is walked, (batch_size, size of h)."""
        if self.direction == "reverse" or self.lengths is None:
            return super().prediction
        return self.h[list(range(self.batch_size)), [length - 1 for length in self.lengths]]

    def _one(self, batch: int, unit: int, feature: int) -> Record:
        """Return the run of one sequence through one unit, in plain floats."""
        self._refuse_projection("select")
        end = None if self.lengths is None else self.lengths[batch]
        columns: dict[str, Any] = {
            name: tuple(getattr(self, name)[batch, :end, unit].tolist())
            for name in self.letters.quantities
        }
        columns["x"] = tuple(self.x[batch, :end, feature].tolist())
        for name in self.letters.states:
            columns[f"{name}0"] = float(getattr(self, f"{name}0")[batch, unit])
        return self.of_a_unit(**columns, layer=self.layer, direction=self.direction)

    def part(self, batch: Choice = None, units: Choice = None) -> Self:
        """Return the run of some sequences through some units, in arrays as they are here.

        Args:
            batch: which sequences: a number, several or a slice; None for all.
            units: which units, said in the same ways.

        Returns:
            such a record with columns (len(batch), seq_len, len(units)); x is whole.

        Raises:
            ValueError: units are chosen and h is projected, so no h is a unit's own.
        """
        rows = _validate.indices("batch", batch, self.batch_size)
        columns: Any = slice(None)
        if units is not None:
            self._refuse_projection("part with units")
            columns = _validate.indices("units", units, self.hidden_size)
        starts = [f"{name}0" for name in self.letters.states]
        names = (*self.letters.quantities, *starts)
        taken: dict[str, Any] = {name: getattr(self, name)[rows][..., columns] for name in names}
        lengths = self.lengths and tuple(self.lengths[row] for row in rows)
        return replace(self, **taken, x=self.x[rows], lengths=lengths)  # type: ignore[type-var]

    def _refuse_projection(self, what: str) -> None:
        """Refuse what needs an h of each unit's own."""
        if _shape(self.h) != _shape(self.memory):
            raise ValueError(f"{what} needs an h for each unit, got a trace with projected h")


def of_columns(**columns: Any) -> Record:
    """Return a record of the kind that has such columns."""
    for kind in KINDS:
        if columns.keys() == {field.name for field in fields(kind)}:  # type: ignore[arg-type]
            return kind(**columns)
    raise ValueError(f"a trace has no such columns: {', '.join(columns)}")


def check_place(layer: object, direction: object) -> int:
    """Return the number of the layer, or refuse what names no layer and direction."""
    if direction not in DIRECTIONS:
        raise ValueError(f"direction must be 'forward' or 'reverse', got {direction!r}")
    return _validate.count("layer", layer)


def check_lengths(lengths: object, batch_size: int, seq_len: int) -> tuple[int, ...]:
    """Return the number of real steps of each sequence, from 1 to `seq_len`."""
    lengths = _plain(lengths)
    if isinstance(lengths, str) or not isinstance(lengths, Sequence):
        raise TypeError(f"lengths must be a sequence of whole numbers, got {lengths!r}")
    if len(lengths) != batch_size:
        raise ValueError(f"lengths must hold {batch_size} numbers, one a sequence, got {lengths!r}")
    for k, length in enumerate(lengths):
        if _validate.count(f"lengths[{k}]", length, at_least=1) > seq_len:
            raise ValueError(f"lengths[{k}] must be from 1 to {seq_len}, got {length!r}")
    return tuple(map(int, lengths))


def _plain(values: Any) -> Any:
    """Return an array as nested lists, anything else as it is."""
    return values.tolist() if hasattr(values, "tolist") else values


def _shape(values: Any) -> tuple[int, ...]:
    """Return the shape of an array, () of anything else."""
    return tuple(getattr(values, "shape", ()))
