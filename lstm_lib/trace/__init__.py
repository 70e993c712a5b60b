"""Traces: the record of one run of an LSTM, GRU or RNN, and how to take one of any model.

`Trace` is what everything that looks inside an LSTM reads. `trace` makes one per layer and
direction of a model, with a `Clamp` where a gate is to be held; `sweep` tries many clamps;
`gradient_flow` says how a loss changes with every state. A GRU and an RNN are opened like an LSTM.
Importing this needs the standard library alone; what is heavy loads when it is used. What does not
fit is a TypeError or ValueError that names it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lstm_lib.record import (
    BatchTrace,
    Flow,
    Flows,
    GRUTrace,
    Records,
    RNNTrace,
    Step,
    Trace,
    Traced,
    Traces,
)
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace.clamp import Clamp
from lstm_lib.trace.plain import trace_scalar, trace_vector

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["BatchTrace", "Clamp", "Flow", "Flows", "GRUTrace", "RNNTrace", "Records", "Step"]
__all__ += ["Trace", "Traced", "Traces", "gradient_flow", "sweep", "trace"]


def trace(
    model: Any,
    x: Any,
    hx: Any = None,
    *,
    lengths: Sequence[int] | None = None,
    clamp: Clamp | Sequence[Clamp] | None = None,
    path: str | None = None,
    call: int | str = "all",
    kwargs: Mapping[str, Any] | None = None,
) -> Traced:
    """Run a model once and record every gate and state of its LSTM at every step.

    The LSTM is run again in the open, from its own weights, and the results are compared with the
    module's own. Without a clamp these stay as they are, to the last bit; with one, whatever it
    changes takes their place and goes on through what comes after the LSTM. No gradient is kept;
    what the module and its inputs hold and random generators stay as they were.

    Args:
        model: torch.nn.LSTM, GRU or RNN or lstm_lib.layers.LSTM with any options, a cell of
            theirs, a torch module that contains one of these, a VectorLSTM or a ScalarLSTM.
        x: what the model takes: for an LSTM of torch a padded, packed or unbatched sequence; for
            a module around one what its forward takes, a tuple if that is several arguments; for
            a VectorLSTM (batch_size, seq_len, input_size); for a ScalarLSTM (seq_len,) numbers.
        hx: the state (h_0, c_0) to start from, as the model takes it; zeros without it.
        lengths: how many steps of each sequence of a padded batch are real, (batch_size,), in
            any order; the rest is left out, as by packing. For an LSTM of torch itself.
        clamp: what is held, a Clamp or several, which act in their order.
        path: where in the module the LSTM is, e.g. "encoder.lstm"; needed if there are several.
        call: which call of the LSTM in the forward, counted from 0; "all" joins calls that hand
            the state on, as those of a decoder, into one run over all their steps.
        kwargs: what the model takes by name.

    Returns:
        Traced with output, state (h_n, c_n), traces and result. Columns are torch tensors of the
        module's dtype and device, float32 for half precision; NumPy arrays for a VectorLSTM,
        floats for a ScalarLSTM.

    Raises:
        ValueError: no LSTM, or one that is not called; calls that are not one run; dropout
            between layers in training mode; results that differ from the module's own.
        RuntimeError: what torch itself raises.

    Example:
        >>> import torch
        >>> lstm = torch.nn.LSTM(input_size=3, hidden_size=8, num_layers=2)
        >>> traced = trace(lstm, torch.zeros(10, 5, 3))
        >>> traced.layer(1).f.shape  # every forget gate of the upper layer
        torch.Size([5, 10, 8])
    """
    kind = _kind(
        model, lengths=lengths, path=path, kwargs=kwargs, call=None if call == "all" else call
    )
    if kind == "scalar":
        return trace_scalar(model, x, hx, clamp)
    if kind == "vector":
        return trace_vector(model, x, hx, clamp)
    from lstm_lib.trace.hooked import Given, Watched, trace_torch

    return trace_torch(Watched.of(model, Given(x, hx, lengths, kwargs), path, call), clamp)


def sweep(
    model: Any,
    x: Any,
    clamps: Sequence[Clamp],
    hx: Any = None,
    *,
    outputs: Callable[[Any], Any] | None = None,
    lengths: Sequence[int] | None = None,
    path: str | None = None,
    call: int | str = "all",
    kwargs: Mapping[str, Any] | None = None,
) -> "DataFrame":
    """Run a model with each of several clamps in turn, and return what they change.

    `sweep(model, x, [Clamp("h", 0.0, units=k) for k in range(64)])` takes out one unit after the
    other. The run in the open is compared with the module's own once, before all clamps.

    Args:
        model, x, hx, lengths, path, call, kwargs: as in `trace`.
        clamps: what is held, one at a time.
        outputs: takes what the model returns and returns an array with the outputs along its last
            axis; by default what the model returns, the first where that are several.

    Returns:
        a table with a row for each clamp and output: clamp (its number), quantity, layer,
        direction, units, output, change (the mean of the absolute change over sequences and
        steps), most (the largest).

    Raises:
        TypeError, ValueError: as for `trace`; outputs that are no array.

    Example:
        >>> import torch
        >>> clamps = [Clamp("h", 0.0, units=k) for k in range(8)]
        >>> changes = sweep(torch.nn.LSTM(3, 8), torch.rand(10, 5, 3), clamps)
        >>> changes.groupby("clamp")["change"].sum().idxmax() in range(8)  # the most used unit
        True
    """
    from lstm_lib.trace.swept import table

    run = runs(model, x, hx, lengths=lengths, path=path, call=call, kwargs=kwargs)
    return table(lambda clamp: run(clamp).result, clamps, outputs)


def runs(
    model: Any,
    x: Any,
    hx: Any = None,
    *,
    lengths: Sequence[int] | None = None,
    path: str | None = None,
    call: int | str = "all",
    kwargs: Mapping[str, Any] | None = None,
) -> Callable[[Any], Traced]:
    """Return a function that traces one model and input again and again, with a clamp or None.

    The run in the open is compared with the module's own once: nothing may change the module or
    its input between the runs.

    Args:
        model, x, hx, lengths, path, call, kwargs: as in `trace`.
    """
    if _kind(model) != "torch":
        more: dict[str, Any] = {"lengths": lengths, "path": path, "call": call, "kwargs": kwargs}
        return lambda clamp: trace(model, x, hx, clamp=clamp, **more)
    from lstm_lib.trace.hooked import Given, Watched, trace_torch

    watched = Watched.of(model, Given(x, hx, lengths, kwargs), path, call)
    first: list[Any] = []
    return lambda clamp: trace_torch(watched, clamp, first)


def gradient_flow(
    model: Any,
    x: Any,
    loss: Callable[[Any], Any],
    hx: Any = None,
    *,
    lengths: Sequence[int] | None = None,
    path: str | None = None,
    call: int | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Flows:
    """Return how a loss changes with every h and c of an LSTM, and by which way.

    dL/dc_t is split in two. `kept` went the way that made the LSTM: it entered a cell where the
    loss looks at that step's h, and then stayed on the cell's lane, f_t of it handed on at each
    step. The rest, `through_gates`, took at least one way around, through h and the gates of the
    next step. For a loss on the last h alone, kept is f_{t+1} ... f_T times dL/dc_T. In a stack,
    what the layer above says to an h counts as the loss's word.

    Args:
        model, x, hx, lengths, path, kwargs: as in `trace`.
        call: which call of the LSTM in the forward, counted from 0; needed if there are several.
        loss: takes what the model returns, of an LSTM of torch the output alone, and returns one
            number as a tensor; for a VectorLSTM it takes its outputs, for a ScalarLSTM h, as
            tensors (batch_size, seq_len, size).

    Returns:
        Flows, one Flow per layer and direction with d_h, d_c, kept and through_gates,
        (batch_size, seq_len, hidden_size) each: torch tensors, or NumPy arrays for a VectorLSTM
        and for a ScalarLSTM, which has a batch of 1 and 1 unit. `loss` is the loss. Of a GRU and
        an RNN d_c is None: their memory is h.

    Raises:
        ValueError, RuntimeError: as for `trace`.

    Source: Hochreiter & Schmidhuber (1997), the constant error carousel; Gers et al. (2000).
    """
    kind = _kind(model, lengths=lengths, path=path, kwargs=kwargs, call=call)
    from lstm_lib.trace import flow

    if not callable(loss):
        raise TypeError(f"loss must be a function of the output, got {loss!r}")
    if kind == "scalar":
        return flow.flow_scalar(model, x, loss, hx)
    if kind == "vector":
        return flow.flow_vector(model, x, loss, hx)
    which = "all" if call is None else call
    given = flow.Given(x, hx, lengths, kwargs)
    return flow.flow_torch(flow.Watched.of(model, given, path, which), loss)


def _kind(model: Any, **torch_only: Any) -> str:
    """Return what a model is, loading no more than it takes to see that."""
    kind = "scalar"
    if not isinstance(model, ScalarLSTM):
        from lstm_lib.vector import VectorLSTM

        kind = "vector" if isinstance(model, VectorLSTM) else "torch"
    for name, value in torch_only.items():
        if kind != "torch" and value is not None:
            raise ValueError(f"{name} must be None for a {type(model).__name__}, got {value!r}")
    return kind
