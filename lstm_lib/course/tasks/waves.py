"""A time series of waves, swings on a spring, and windows that look back to forecast."""

from collections.abc import Callable
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


def swings(
    force: Callable[[ndarray], ndarray],
    count: int,
    seq_len: int = 60,
    noise: float = 0.05,
    seed: int = 0,
) -> ndarray:
    """Return where a weight on a spring is, step by step, in `count` swings, (count, seq_len).

    The spring pulls back with force(x), and a step is a fifth of a unit of time. Each swing is let
    go at a distance from U(0.5, 2), and is seen from one of its first 60 steps on.

    Args:
        force: x for a spring as in a textbook, x ** 3 for one that gets harder the further it is
            pulled.
        count: how many swings, at least 1.
        seq_len: how many steps are seen of each, at least 1.
        noise: standard deviation of the noise on every step, 0 or more.
        seed: of the distances, the first steps and the noise.
    """
    count = _validate.count("count", count, at_least=1)
    seq_len = _validate.count("seq_len", seq_len, at_least=1)
    if _validate.number("noise", noise) < 0:
        raise ValueError(f"noise must be at least 0, got {noise!r}")
    draw = np.random.default_rng(_validate.count("seed", seed))
    x, speed = draw.uniform(0.5, 2.0, count), np.zeros(count)
    first = draw.integers(0, 60, (count, 1))
    path = []
    for _ in range(60 + seq_len):
        path.append(x)
        for _ in range(2):  # half a step each: speed first, then place, so that no swing grows
            speed = speed - 0.1 * force(x)
            x = x + 0.1 * speed
    seen = np.take_along_axis(np.stack(path, axis=1), first + np.arange(seq_len), axis=1)
    return seen + noise * draw.standard_normal(seen.shape)


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
