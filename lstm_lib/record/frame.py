"""A tidy table of traces: one row per number."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy import ndarray


def tidy(records: Iterable[Any], quantities: Iterable[str]) -> pd.DataFrame:
    """Return one row per number of every record.

    Args:
        records: Traces, or what has their layer, direction and lengths and columns
            (seq_len,) or (batch_size, seq_len, size).
        quantities: names of the columns to list.

    Returns:
        columns layer, direction, batch, step, unit, quantity, value; steps behind the end of a
        sequence are left out.
    """
    tables = [_table(record, name) for record in records for name in quantities]
    return pd.concat(tables, ignore_index=True)


def _table(record: Any, quantity: str) -> pd.DataFrame:
    """Return the rows of one quantity of one record."""
    values = np.asarray(as_array(getattr(record, quantity)))
    values = values if values.ndim == 3 else values[None, :, None]  # one sequence, one unit
    batch, step, unit = np.indices(values.shape)
    ends = [values.shape[1]] if record.lengths is None else record.lengths
    real = step < np.reshape(ends, (-1, 1, 1))  # (batch_size, seq_len, size)
    columns = {"batch": batch, "step": step, "unit": unit, "value": values}
    table = pd.DataFrame({name: array[real] for name, array in columns.items()})
    table.insert(0, "layer", record.layer)
    table.insert(1, "direction", record.direction)
    table.insert(5, "quantity", quantity)
    return table


def as_array(values: Any) -> ndarray:
    """Return numbers, a NumPy array or a torch tensor as a NumPy array of the same dtype."""
    return np.asarray(values.numpy(force=True) if hasattr(values, "numpy") else values)
