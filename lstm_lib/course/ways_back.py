"""Which way a gradient takes back through a VectorLSTM: along the lane of c, or around, through h.

`trace.gradient_flow` says the same of any LSTM and any loss; this is the walk alone, in NumPy and
with a way closed if asked, quick enough to follow a slider.
"""

import numpy as np
from numpy import ndarray

from lstm_lib.record import BatchTrace
from lstm_lib.vector import VectorLSTM, cell_backward


def way_back(
    model: VectorLSTM, trace: BatchTrace, d_h_n: ndarray, lane: bool = True, around: bool = True
) -> ndarray:
    """Return dL/dc at every step for a loss that looks at the last h alone.

    Args:
        model: whose run it was.
        trace: what its forward() recorded.
        d_h_n: how the loss changes with the last h, (batch_size, hidden_size).
        lane: whether a step hands back f of dL/dc to the one before it.
        around: whether a step hands back what its gates read in the h before it.

    Returns:
        dL/dc, (batch_size, seq_len, hidden_size).
    """
    d_h, d_c, rows = d_h_n, np.zeros_like(d_h_n), []
    for t in reversed(range(len(trace))):
        step = trace[t]
        shown = np.tanh(step.c)
        rows.append(d_c + d_h * step.o * (1.0 - shown * shown))
        d_z, before = cell_backward(step, d_h, d_c)
        d_c = before if lane else np.zeros_like(before)
        d_h = d_z @ model.parameters["weight_hh_l0"] if around else np.zeros_like(d_h)
    return np.stack(rows[::-1], axis=1)


def on_the_lane(trace: BatchTrace, d_c_n: ndarray) -> ndarray:
    """Return what the lane alone hands back: f_{t+1} ... f_T times dL/dc_T, at every step.

    Args:
        trace: of a run.
        d_c_n: dL/dc at the last step, (batch_size, hidden_size).

    Returns:
        (batch_size, seq_len, hidden_size).
    """
    later = np.concatenate([trace.f[:, 1:], np.ones_like(trace.f[:, :1])], axis=1)
    return np.cumprod(later[:, ::-1], axis=1)[:, ::-1] * d_c_n[:, None]
