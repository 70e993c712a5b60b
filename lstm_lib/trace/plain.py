"""ScalarLSTM and VectorLSTM opened: they record what they do, so only clamps need a new run."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lstm_lib.record import Trace, Traced, Traces
from lstm_lib.trace.clamp import Hold, Size, checked

if TYPE_CHECKING:
    from lstm_lib.scalar import ScalarLSTM
    from lstm_lib.vector import VectorLSTM

PLACES = [(0, "forward")]
Sums = Callable[[int, Any], Sequence[Any]]


def trace_scalar(
    model: "ScalarLSTM", x: Sequence[float], hx: Sequence[float] | None, clamp: object
) -> Traced:
    """Return the run of a ScalarLSTM, in floats; arguments as in `trace`."""
    from math import tanh

    from lstm_lib.scalar import sigmoid

    clamps = checked(clamp, PLACES)
    trace = own = model.run(x, *pair(hx))
    if clamps:
        hold = Hold(clamps, Size(1, len(own), 1, 1), in_arrays=False)

        def sums(t: int, h: float) -> list[float]:
            return [getattr(model, gate).weighted_sum(h, own.x[t]) for gate in "ifgo"]

        rows = zip(*held_run(own, sums, (sigmoid, tanh), hold), strict=True)
        trace = Trace(own.x, *rows, own.h0, own.c0)
    state = (trace.h[-1], trace.c[-1])
    return Traced(trace.h, state, Traces([trace]), (trace.h, state))


def trace_vector(model: "VectorLSTM", x: Any, hx: Sequence[Any] | None, clamp: object) -> Traced:
    """Return the run of a VectorLSTM, in NumPy arrays; arguments as in `trace`."""
    import numpy as np

    from lstm_lib.learning import sigmoid

    clamps = checked(clamp, PLACES)
    output, trace = model.forward(x, *pair(hx))
    own = trace
    if clamps:
        size = Size(own.batch_size, len(own), model.hidden_size, model.hidden_size)
        hold = Hold(clamps, size)
        w = model.parameters
        from_x = own.x @ w["weight_ih_l0"].T + w["bias_ih_l0"] + w["bias_hh_l0"]
        # from_x: (batch_size, seq_len, 4*hidden_size)

        def sums(t: int, h: np.ndarray) -> list[np.ndarray]:
            return np.split(from_x[:, t] + h @ w["weight_hh_l0"].T, 4, axis=1)

        steps = held_run(own, sums, (sigmoid, np.tanh), hold)
        rows = (np.stack(row, axis=1) for row in zip(*steps, strict=True))
        trace = Trace(own.x, *rows, own.h0, own.c0)
        output = model.read_out(trace.h)
    state = (trace.h[:, -1], trace.c[:, -1])
    return Traced(output, state, Traces([trace]), (output, state))


def held_run(
    own: Trace, sums: Sums, squash: tuple[Callable, Callable], hold: Hold
) -> list[tuple[Any, ...]]:
    """Run the equations again from a trace's inputs and first state, with clamps.

    Args:
        own: the run without clamps.
        sums: gives the sums inside i, f, g and o, from the step and the h before it.
        squash: sigmoid and tanh, for floats or for arrays.
        hold: the clamps.

    Returns:
        (i, f, g, o, c, h) of every step.
    """
    sigmoid, tanh = squash
    h, c, steps = own.h0, own.c0, []
    for t in range(len(own)):
        z_i, z_f, z_g, z_o = sums(t, h)
        i = hold("i", t, sigmoid(z_i))
        f = hold("f", t, sigmoid(z_f))
        g = hold("g", t, tanh(z_g))
        o = hold("o", t, sigmoid(z_o))
        c = hold("c", t, f * c + i * g)
        h = hold("h", t, o * tanh(c))
        steps.append((i, f, g, o, c, h))
    return steps


def pair(hx: Sequence[Any] | None) -> Sequence[Any]:
    """Return the state (h0, c0) to start from, or nothing; the model checks the numbers."""
    if hx is not None and (not isinstance(hx, Sequence) or len(hx) != 2):
        raise TypeError(f"hx must be a pair (h0, c0), got {hx!r}")
    return () if hx is None else hx
