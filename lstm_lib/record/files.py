"""Records outside: in a tidy table, and in NumPy's .npz, without pickle: loading runs nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy import ndarray

if TYPE_CHECKING:
    from pandas import DataFrame

FORMAT = "lstm_lib traces, version 1"
PLACE = ("layer", "direction", "lengths")
T = TypeVar("T")


def tidy(records: Iterable[Any]) -> "DataFrame":
    """Return a table with one row per number, see `Trace.to_frame`.

    Args:
        records: what has a layer, direction and lengths, and `quantities`, the names of its
            columns (seq_len,) or (batch_size, seq_len, size).
    """
    import pandas as pd

    tables = [_table(record, name) for record in records for name in record.quantities]
    return pd.concat(map(pd.DataFrame, tables), ignore_index=True)


def _table(record: Any, quantity: str) -> dict[str, Any]:
    """Return the rows of one quantity of one record, column by column."""
    values = np.atleast_3d(_array(getattr(record, quantity)))  # of one unit (1, seq_len, 1)
    ends = [values.shape[1]] if record.lengths is None else record.lengths
    is_real = np.arange(values.shape[1])[:, None] < np.reshape(ends, (-1, 1, 1))
    where = np.nonzero(np.broadcast_to(is_real, values.shape))  # batch, step, unit
    place = {"layer": record.layer, "direction": record.direction}
    place |= zip(("batch", "step", "unit"), where, strict=True)
    return place | {"quantity": quantity, "value": values[where]}


def save(path: str | Path, traces: Iterable[Mapping[str, Any]]) -> None:
    """Store traces in one file, written over if it exists.

    Args:
        path: where.
        traces: the columns of each; tensors are stored as NumPy arrays, whole numbers as float64.
    """
    stored: dict[str, Any] = {f"{k}/{name}": _stored(name, column)
                              for k, trace in enumerate(traces)
                              for name, column in trace.items()}  # fmt: skip
    if not stored:
        raise ValueError("traces must hold at least one Trace, got none")
    with Path(path).open("wb") as file:  # np.savez would add its suffix to a bare name
        np.savez(file, format=np.array(FORMAT), **stored)


def load(path: str | Path, made: Callable[..., T]) -> list[T]:
    """Return what `made` makes of the columns of each trace; ValueError for another file."""
    with Path(path).open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return [_made(columns, made) for columns in _columns(arrays)]
        except Exception as error:  # of any kind: the bytes may not be what they seem
            raise ValueError(
                f"{path} must be a file that a Trace has saved, got another or a damaged one "
                f"({type(error).__name__})"
            ) from error


def _array(column: Any) -> ndarray:
    """Return numbers, a NumPy array or a tensor as a NumPy array of the same dtype."""
    return np.asarray(column.numpy(force=True) if hasattr(column, "numpy") else column)


def _stored(name: str, column: Any) -> ndarray:
    """Return a column as an array, of real numbers unless it says which trace this is."""
    if name in PLACE:
        return np.array(() if column is None else column)
    found = _array(column)
    return found.astype(float) if found.dtype.kind in "biu" else found


def _columns(arrays: dict[str, ndarray]) -> Iterable[dict[str, ndarray]]:
    """Return the columns of every trace in a file; whatever is odd raises."""
    if arrays.pop("format").tolist() != FORMAT:
        raise ValueError("another format")
    traces: dict[str, dict[str, ndarray]] = defaultdict(dict)
    for path, array in arrays.items():
        k, name = path.split("/")
        traces[k][name] = array
    if not traces:
        raise ValueError("no trace")
    return [traces[str(k)] for k in range(len(traces))]


def _made(columns: dict[str, ndarray], made: Callable[..., T]) -> T:
    """Return one trace from its columns, in plain floats if it is that of one unit."""
    is_batch = columns["h"].ndim == 3
    return made(**{name: _loaded(name, array, is_batch) for name, array in columns.items()})


def _loaded(name: str, array: ndarray, is_batch: bool) -> Any:
    """Return a column as a trace has it."""
    if name in PLACE:
        return tuple(array.tolist()) or None if name == "lengths" else array.item()
    if array.dtype not in (np.float32, np.float64):
        raise TypeError("columns that are not float32 or float64")
    if is_batch:
        return array
    if name in ("h0", "c0"):
        return array.item()
    (_,) = array.shape
    return tuple(array.tolist())
