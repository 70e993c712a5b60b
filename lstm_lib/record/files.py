"""Columns of numbers in a file: NumPy's .npz, without pickle, so that loading one runs nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy import ndarray

from lstm_lib.record.frame import as_array

FORMAT = "lstm_lib traces, version 1"
PLACE = ("layer", "direction", "lengths")
T = TypeVar("T")


def save(path: str | Path, traces: Iterable[Mapping[str, Any]]) -> None:
    """Store traces in one file, each given as its columns.

    Args:
        path: where; written over if it exists.
        traces: at least one; torch tensors are stored as NumPy arrays, whole numbers as float64.

    Raises:
        ValueError: there is no trace.
    """
    stored: dict[str, Any] = {f"{k}/{name}": _stored(name, column) for k, trace in enumerate(traces)
              for name, column in trace.items()}  # fmt: skip
    if not stored:
        raise ValueError("traces must hold at least one Trace, got none")
    with Path(path).open("wb") as file:  # np.savez would add its suffix to a bare name
        np.savez(file, format=np.array(FORMAT), **stored)


def load(path: str | Path, made: Callable[..., T]) -> list[T]:
    """Return the traces that `save` stored.

    Args:
        path: of the file.
        made: makes a trace of its columns.

    Raises:
        OSError: there is no such file.
        ValueError: the file is damaged or holds something else.
    """
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


def _stored(name: str, column: object) -> ndarray:
    """Return a column as an array, of real numbers unless it says which trace this is."""
    if name in PLACE:
        return np.array(() if column is None else column)
    found = as_array(column)
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
    is_batch = columns["c"].ndim == 3
    trace = made(**{name: _loaded(name, array, is_batch) for name, array in columns.items()})
    if columns.keys() != vars(trace).keys():
        raise ValueError("fewer columns than a trace has")
    return trace


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
