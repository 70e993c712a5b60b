"""Many clamps, one after another, over one input: what each of them changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lstm_lib.trace.clamp import Clamp

if TYPE_CHECKING:
    from pandas import DataFrame

Runs = Callable[[Clamp | None], Any]


def table(run: Runs, clamps: object, outputs: Callable[[Any], Any] | None) -> "DataFrame":
    """Return what each clamp changes, as a table.

    Args:
        run: returns what the model returns, with a clamp or without.
        clamps, outputs: as in `lstm_lib.trace.sweep`.
    """
    import pandas as pd

    listed = _listed(clamps)
    if outputs is not None and not callable(outputs):
        raise TypeError(f"outputs must be a function of the result, got {outputs!r}")
    own, rows = _numbers(run(None), outputs), []
    for k, clamp in enumerate(listed):
        found = _numbers(run(clamp), outputs)
        if found.shape != own.shape:
            raise ValueError(f"outputs must keep its shape {own.shape}, got {found.shape}")
        far = abs(found - own).reshape(-1, own.shape[-1])
        means, most = far.mean(0), far.max(0)
        rows += [_row(k, clamp, j, means[j], most[j]) for j in range(own.shape[-1])]
    return pd.DataFrame(rows)


def _listed(clamps: object) -> list[Clamp]:
    """Return clamps as a list, or say what is in it instead."""
    if not isinstance(clamps, Sequence) or isinstance(clamps, str):
        raise TypeError(f"clamps must be a sequence of Clamps, got {type(clamps).__name__}")
    for k, one in enumerate(clamps):
        if not isinstance(one, Clamp):
            raise TypeError(f"clamps[{k}] must be a Clamp, got {type(one).__name__}")
    if not clamps:
        raise ValueError("clamps must hold at least one Clamp, got none")
    return list(clamps)


def _row(k: int, clamp: Clamp, output: int, mean: float, most: float) -> Mapping[str, Any]:
    """Return a row of the table."""
    place = {"quantity": clamp.quantity, "layer": clamp.layer, "direction": clamp.direction}
    return {"clamp": k, **place, "units": clamp.units, "output": output, "change": float(mean),
            "most": float(most)}  # fmt: skip


def _numbers(result: Any, outputs: Callable[[Any], Any] | None) -> Any:
    """Return outputs as an array with the outputs along its last axis."""
    import numpy as np

    if outputs is not None:
        result = outputs(result)
    while isinstance(result, tuple | list) and result:  # an LSTM's output comes first
        result = result[0]
    found = result.double().numpy(force=True) if hasattr(result, "numpy") else result
    array = np.asarray(found)
    if array.dtype.kind not in "biuf" or not array.size:
        raise TypeError(
            "outputs must be numbers in an array or a tensor: pass a function that returns them, "
            f"as outputs=lambda result: ..., got {type(result).__name__}"
        )
    return np.atleast_1d(array.astype(float))
