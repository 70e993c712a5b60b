"""Traces in a file: NumPy's .npz, without pickle, so that loading one runs nothing."""

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy import ndarray

from lstm_lib.record.frame import as_array
from lstm_lib.record.trace import Trace, column_names

FORMAT = "lstm_lib traces, version 1"
DAMAGE = (  # what NumPy and zipfile raise at bytes that are not what they seem
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, OSError),
    *(MemoryError, NotImplementedError, RuntimeError, SyntaxError, zipfile.BadZipFile, zlib.error),
)


def save(path: str | Path, traces: Iterable[Trace]) -> None:
    """Store traces in one file.

    Args:
        path: where; written over if it exists.
        traces: at least one; torch tensors are stored as NumPy arrays, whole numbers as float64.

    Raises:
        ValueError: there is no trace.
    """
    traces = list(traces)
    if not traces:
        raise ValueError("traces must hold at least one Trace, got none")
    stored = {"format": np.array(FORMAT)}
    for k, trace in enumerate(traces):
        stored |= {f"{k}/{name}": _real(getattr(trace, name)) for name in column_names()}
        stored[f"{k}/layer"] = np.array(trace.layer)
        stored[f"{k}/direction"] = np.array(trace.direction)
        stored[f"{k}/lengths"] = np.array(trace.lengths or (), dtype=np.int64)
    with Path(path).open("wb") as file:  # np.savez would add its suffix to a bare name
        np.savez(file, **stored)


def load(path: str | Path) -> list[Trace]:
    """Return the traces that `save` stored.

    Args:
        path: of the file.

    Raises:
        OSError: there is no such file.
        ValueError: the file is damaged or holds something else.
    """
    with Path(path).open("rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return _traces(arrays)
        except DAMAGE as error:
            raise ValueError(
                f"{path} must be a file that a Trace has saved, got another or a damaged one "
                f"({type(error).__name__})"
            ) from error


def _real(column: object) -> ndarray:
    """Return a column as an array of real numbers."""
    found = as_array(column)
    return found.astype(float) if found.dtype.kind in "biu" else found


def _traces(arrays: Mapping[str, ndarray]) -> list[Trace]:
    """Return the traces in the arrays of a file; whatever is odd raises."""
    if arrays["format"].tolist() != FORMAT:
        raise ValueError("another format")
    count = len({name.partition("/")[0] for name in arrays}) - 1  # "format" is none
    if count < 1 or len(arrays) != 1 + count * (len(column_names()) + 3):
        raise ValueError("other arrays than a trace has")
    return [_trace({name: arrays[f"{k}/{name}"] for name in _names()}) for k in range(count)]


def _names() -> list[str]:
    """Return the names under which one trace is stored."""
    return [*column_names(), "layer", "direction", "lengths"]


def _trace(found: dict[str, ndarray]) -> Trace:
    """Return one trace from its arrays."""
    place = {name: found.pop(name).tolist() for name in ("layer", "direction", "lengths")}
    place["lengths"] = tuple(place["lengths"]) or None
    if any(array.dtype not in (np.float32, np.float64) for array in found.values()):
        raise TypeError("columns that are not float32 or float64")
    if found["c"].ndim != 3:  # the trace of one unit, in plain floats
        found = {
            name: array.item() if name in ("h0", "c0") else _row(array)
            for name, array in found.items()
        }
    return Trace(**found, **place)


def _row(array: ndarray) -> tuple[float, ...]:
    """Return a column of numbers."""
    (_,) = array.shape
    return tuple(array.tolist())
