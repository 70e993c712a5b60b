"""ScalarLSTM and VectorLSTM opened: they record what they do, so only clamps need a new run."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import tanh
from typing import TYPE_CHECKING, Any

from lstm_lib.notation import GATES, QUANTITIES
from lstm_lib.record import Trace, Traced, Traces
from lstm_lib.scalar import ScalarLSTM, step
from lstm_lib.trace.clamp import Hold, Size, checked

if TYPE_CHECKING:
    from lstm_lib.vector import VectorLSTM

PLACES = [(0, "forward")]
Gates = Callable[[int, Any, Any], Sequence[Any]]


def trace_scalar(model: ScalarLSTM, x: Any, hx: Sequence[Any] | None, clamp: object) -> Traced:
    """Return the run of a ScalarLSTM, in floats; arguments as in `trace`."""
    clamps = checked(clamp, PLACES)
    trace = own = model.run(x, *pair(hx))
    if clamps:
        hold = Hold(clamps, Size(1, len(own), 1, 1), in_arrays=False)

        def gates(t: int, h: float, c: float) -> Sequence[float]:
            return step(model.numbers, own.x[t], h, c)[3:7]

        trace = replace(own, **_held(own, gates, tanh, hold))
    state = (trace.h[-1], trace.c[-1])
    return Traced(trace.h, state, Traces([trace]), (trace.h, state))


def trace_vector(model: "VectorLSTM", x: Any, hx: Sequence[Any] | None, clamp: object) -> Traced:
    """Return the run of a VectorLSTM, in NumPy arrays; arguments as in `trace`."""
    import numpy as np

    from lstm_lib.vector import cell

    clamps = checked(clamp, PLACES)
    output, own = model.forward(x, *pair(hx))
    trace = own
    if clamps:
        hold = Hold(clamps, Size(own.batch_size, len(own), model.hidden_size, model.hidden_size))
        w = model.parameters
        from_x = own.x @ w["weight_ih_l0"].T + w["bias_ih_l0"] + w["bias_hh_l0"]
        # from_x: (batch_size, seq_len, 4*hidden_size)

        def gates(t: int, h: np.ndarray, c: np.ndarray) -> Sequence[np.ndarray]:
            return cell(from_x[:, t] + h @ w["weight_hh_l0"].T, c)[:4]

        rows = _held(own, gates, np.tanh, hold)
        columns: dict[str, Any] = {name: np.stack(rows[name], axis=1) for name in QUANTITIES}
        trace = replace(own, **columns)
        output = model.read_out(trace.h)
    state = (trace.h[:, -1], trace.c[:, -1])
    return Traced(output, state, Traces([trace]), (output, state))


def _held(own: Trace, gates: Gates, tanh: Callable, hold: Hold) -> dict[str, Any]:
    """Run again from a trace's inputs and first state, with clamps.

    Args:
        own: the run without clamps.
        gates: gives the model's own i, f, g and o of step t, from t and the h and c before it.
        tanh: of floats or of arrays.
        hold: the clamps.

    Returns:
        i, f, g, o, c and h, of every step each.
    """
    h, c, steps = own.h0, own.c0, []
    for t in range(len(own)):
        named = zip(GATES, gates(t, h, c), strict=True)
        i, f, g, o = (hold(name, t, gate) for name, gate in named)
        c = hold("c", t, f * c + i * g)
        h = hold("h", t, o * tanh(c))
        steps.append((i, f, g, o, c, h))
    return dict(zip(QUANTITIES, zip(*steps, strict=True), strict=True))


def pair(hx: Sequence[Any] | None) -> Sequence[Any]:
    """Return the state (h0, c0) to start from, or nothing; the model checks the numbers."""
    if hx is not None and (not isinstance(hx, Sequence) or len(hx) != 2):
        raise TypeError(f"hx must be a pair (h0, c0), got {hx!r}")
    return () if hx is None else hx
