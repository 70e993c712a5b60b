"""What an explorer is given: the traces of a run, checked, and their numbers in plain lists.

Arrays are of NumPy or torch. What holds no finite numbers is refused with a sentence that names it.
"""

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

from lstm_lib import _validate
from lstm_lib.notation import QUANTITIES
from lstm_lib.record import BatchTrace, Flows, Trace, Traced, Traces

Rows = Sequence[Sequence[float]]


def traces_of(traced: object) -> list[BatchTrace]:
    """Return the traces of one run, or say what is wrong with them."""
    found = traced.traces if isinstance(traced, Traced) else traced
    if isinstance(found, Trace):
        found = Traces([found])
    elif not isinstance(found, Traces):
        raise TypeError(
            f"traced must be a Traced, Traces or Trace, got {type(traced).__name__}; "
            "lstm_lib.trace.trace(model, x) returns one"
        )
    traces = [in_batch(trace) for trace in found]
    for trace in traces:
        theirs, first = ((tuple(t.c.shape), t.lengths) for t in (trace, traces[0]))
        if theirs != first:
            raise ValueError(
                f"traced must hold traces of one run, with c and lengths {first}, got {theirs}"
            )
    return traces


def in_batch(trace: Trace) -> BatchTrace:
    """Return a trace in arrays of finite numbers, the run of one unit as a batch of one."""
    if isinstance(trace, BatchTrace):
        return _checked(trace)
    import numpy as np

    columns = ("x", *QUANTITIES)
    arrays: Any = {name: np.array(getattr(trace, name), float)[None, :, None] for name in columns}
    arrays |= {name: np.full((1, 1), getattr(trace, name)) for name in ("h0", "c0")}
    place: Any = {"layer": trace.layer, "direction": trace.direction, "lengths": trace.lengths}
    return _checked(BatchTrace(**arrays, **place))


def _checked(trace: BatchTrace) -> BatchTrace:
    """Return a trace that holds at least one number, and only finite ones."""
    if 0 in (*trace.x.shape, *trace.c.shape, *trace.h.shape):
        shape = tuple(trace.c.shape)
        raise ValueError(f"trace must hold at least one number, got shape {shape}")
    for name in ("x", *QUANTITIES, "c0"):
        ends(name, getattr(trace, name))
    return trace


def names_of(names: object, trace: BatchTrace) -> tuple[str, ...] | None:
    """Return what the sequences are called, (batch_size,), None where they have no names."""
    return None if names is None else _validate.names("names", names, trace.batch_size)


def called(names: Sequence[str] | None, batch: int, batch_size: int) -> str:
    """Return what a sequence is called, as "sequence 2 (its name)"."""
    said = f"sequence {batch + 1}" if batch_size > 1 else "the sequence"
    return said if names is None else f"{said} ({names[batch]})"


def result(name: str, array: Any, trace: BatchTrace) -> Any:
    """Return outputs or targets, (batch_size, seq_len, size), or say what is wrong with them."""
    expected = trace.batch_size, len(trace)
    if not hasattr(array, "shape"):
        raise TypeError(f"{name} must be an array, got {type(array).__name__}")
    shape = tuple(map(int, array.shape))
    if len(shape) != 3 or shape[:2] != expected or 0 in shape:
        wanted = f"({expected[0]}, {expected[1]}, output_size)"
        raise ValueError(f"{name} must have shape {wanted} like the trace, got {shape}")
    asked = numbers(array) if name == "targets" else array  # nan: nothing is asked for
    if 0 in asked.shape:
        raise ValueError("targets must hold at least one number, got none but nan")
    ends(name, asked)
    return array


def gradients(flow: object, traces: Sequence[BatchTrace]) -> list[Any]:
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


def numbers(array: Any) -> Any:
    """Return all that is not nan, (count,)."""
    return array[array == array]


def ends(name: str, array: Any) -> tuple[float, float]:
    """Return the lowest and the highest of finite numbers."""
    low, high = float(array.min().tolist()), float(array.max().tolist())
    if not isfinite(low) or not isfinite(high):
        raise ValueError(f"{name} must hold finite numbers, got {high if isnan(high) else low}")
    return low, high


def rows_of(array: Any, batch: int, steps: int) -> list[list[float]]:
    """Return one sequence of (batch_size, seq_len, size) as lists, (size, steps)."""
    return list(map(list, zip(*array[batch][:steps].tolist(), strict=True)))
