"""What an explorer is given: the traces of a run, checked, and their numbers in plain lists.

Arrays are of NumPy or torch. What holds no finite numbers is refused with a sentence that names it.
"""

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

from lstm_lib import _validate
from lstm_lib.record import BatchRecord, Flows, Record, Traced, Traces

Rows = Sequence[Sequence[float]]


def traces_of(traced: object) -> list[BatchRecord]:
    """Return the traces of one run, or say what is wrong with them."""
    found = traced.traces if isinstance(traced, Traced) else traced
    if isinstance(found, Record):
        found = Traces([found])
    elif not isinstance(found, Traces):
        raise TypeError(
            f"traced must be a Traced, Traces or Trace, got {type(traced).__name__}; "
            "lstm_lib.trace.trace(model, x) returns one"
        )
    traces = [in_batch(trace) for trace in found]
    for trace in traces:
        theirs, first = ((tuple(t.memory.shape), t.lengths) for t in (trace, traces[0]))
        if theirs != first or trace.letters != traces[0].letters:
            memory = trace.letters.memory
            raise ValueError(
                f"traced must hold traces of one run, with {memory} and lengths {first}, "
                f"got {theirs}"
            )
    return traces


def in_batch(trace: Record) -> BatchRecord:
    """Return a trace in arrays of finite numbers, the run of one unit as a batch of one."""
    if isinstance(trace, BatchRecord):
        return _checked(trace)
    import numpy as np

    arrays: Any = {n: np.array(getattr(trace, n), float)[None, :, None] for n in trace.quantities}
    starts = [f"{name}0" for name in trace.letters.states]
    arrays |= {name: np.full((1, 1), getattr(trace, name)) for name in starts}
    place: Any = {"layer": trace.layer, "direction": trace.direction, "lengths": trace.lengths}
    return _checked(trace.in_arrays(**arrays, **place))


def _checked(trace: BatchRecord) -> BatchRecord:
    """Return a trace that holds at least one number, and only finite ones."""
    if 0 in (*trace.x.shape, *trace.memory.shape, *trace.h.shape):
        shape = tuple(trace.memory.shape)
        raise ValueError(f"trace must hold at least one number, got shape {shape}")
    for name in (*trace.quantities, f"{trace.letters.memory}0"):
        ends(name, getattr(trace, name))
    return trace


def names_of(names: object, trace: BatchRecord) -> tuple[str, ...] | None:
    """Return what the sequences are called, (batch_size,), None where they have no names."""
    return None if names is None else _validate.names("names", names, trace.batch_size)


def called(names: Sequence[str] | None, batch: int, batch_size: int) -> str:
    """Return what a sequence is called, as "sequence 2 (its name)"."""
    said = f"sequence {batch + 1}" if batch_size > 1 else "the sequence"
    return said if names is None else f"{said} ({names[batch]})"


def result(name: str, array: Any, trace: BatchRecord) -> Any:
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


def gradients(flow: object, traces: Sequence[BatchRecord]) -> list[Any]:
    """Return the gradient by the memory of each trace, (batch_size, seq_len, hidden_size).

    What does not fit is refused with a sentence.
    """
    if not isinstance(flow, Flows):
        raise TypeError(
            f"flow must be the Flows that gradient_flow(model, x, loss) returns, "
            f"got {type(flow).__name__}"
        )
    found = [flow.layer(trace.layer, trace.direction).d_memory for trace in traces]
    for trace, gradient in zip(traces, found, strict=True):
        if tuple(gradient.shape) != tuple(trace.memory.shape):
            raise ValueError(
                f"flow must hold gradients of shape {tuple(trace.memory.shape)} like the traces, "
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
