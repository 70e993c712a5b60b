"""A time series of waves, and windows that look back in it to forecast what follows."""

from math import tau

import numpy as np
from numpy import ndarray

from lstm_lib import _arrays, _validate

WAVES = ((1.0, 24.0), (0.5, 7.3), (0.4, 150.0))  # height, and period in steps, of each


def waves(seq_len: int = 2000, noise: float = 0.1, trend: float = 0.0005, seed: int = 0) -> ndarray:
    """Return a time series: three waves on a slope, with noise on every step, (seq_len,).

    x_t = trend t + sum of height_k sin(2 pi t / period_k + phase_k) + noise e_t, with heights 1,
    0.5 and 0.4, periods of 24, 7.3 and 150 steps, phases drawn once and e_t from N(0, 1).

    Args:
        seq_len: how many steps, at least 1.
        noise: standard deviation of the noise, 0 or more; the highest wave has height 1.
        trend: slope per step.
        seed: of the phases and the noise.
    """
    t = np.arange(_validate.count("seq_len", seq_len, at_least=1))  # (seq_len,)
    draw = np.random.default_rng(_validate.count("seed", seed))
    series = _validate.number("trend", trend) * t
    for height, period in WAVES:
        series = series + height * np.sin(tau * (t / period + draw.random()))
    if _validate.number("noise", noise) < 0:
        raise ValueError(f"noise must be at least 0, got {noise!r}")
    return series + noise * draw.standard_normal(len(t))


def windows(series: ndarray, length: int, horizon: int = 1) -> tuple[ndarray, ndarray]:
    """Return every stretch of `length` steps of a series, and the `horizon` steps after each.

        series  0 1 2 3 4 5 6    length 3, horizon 2
        inputs  0 1 2            targets 3 4
                  1 2 3                    4 5
                    2 3 4                    5 6

    Args:
        series: numbers in the order of time, (seq_len,), enough for one window at least.
        length: steps that are looked at, at least 1.
        horizon: steps that are to be forecast, at least 1.

    Returns:
        inputs (count, length, 1) and targets (count, horizon), in the order of time, where
        count = seq_len - length - horizon + 1.
    """
    series = _arrays.array("series", series, ("seq_len",), np.dtype(float))
    length = _validate.count("length", length, at_least=1)
    width = length + _validate.count("horizon", horizon, at_least=1)
    if len(series) < width:
        raise ValueError(
            f"series must hold at least length + horizon = {width} steps, got {len(series)}"
        )
    views = np.lib.stride_tricks.sliding_window_view(series, width).copy()  # (count, width)
    return views[:, :length, None], views[:, length:]
