"""The series of waves and its windows."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib.course.tasks.waves import swings, waves, windows


def heights(series):
    """Return the height of each of the three waves, fitted to the series with a slope."""
    t = np.arange(len(series))
    columns = [np.ones(len(t)), t]
    for period in (24, 7.3, 150):
        columns += [np.sin(2 * np.pi * t / period), np.cos(2 * np.pi * t / period)]
    weights, residuals, *_ = np.linalg.lstsq(np.stack(columns, axis=1), series, rcond=None)
    found = np.hypot(weights[2::2], weights[3::2])
    return found, weights[1], np.sqrt(residuals[0] / len(t))


# --- the series ---------------------------------------------------------------------------------


def test_the_series_is_three_waves_a_slope_and_noise():
    found, slope, noise = heights(waves(4000, noise=0.2, trend=0.01, seed=1))
    assert found == pytest.approx([1.0, 0.5, 0.4], abs=0.02)
    assert slope == pytest.approx(0.01, abs=1e-4)
    assert noise == pytest.approx(0.2, abs=0.01)


def test_without_noise_nothing_else_is_in_it():
    found, slope, noise = heights(waves(1000, noise=0.0, trend=0.0))
    assert found == pytest.approx([1.0, 0.5, 0.4])
    assert slope == pytest.approx(0.0, abs=1e-12)
    assert noise == pytest.approx(0.0, abs=1e-9)


def test_the_default_noise_is_a_tenth_of_the_highest_wave():
    found, slope, noise = heights(waves())
    assert len(waves()) == 2000
    assert noise == pytest.approx(0.1 * found.max(), rel=0.1)
    assert 2000 * slope == pytest.approx(1.0, abs=0.1)


def test_a_seed_says_everything_and_moves_the_waves():
    assert (waves(seed=3) == waves(seed=3)).all()
    still = [waves(200, noise=0.0, seed=seed) for seed in (3, 4)]
    assert abs(still[0] - still[1]).max() > 0.5


def test_a_longer_series_has_the_same_waves():
    assert waves(300, noise=0.0)[:100] == pytest.approx(waves(100, noise=0.0))


def test_the_last_value_is_a_poor_forecast_and_a_fitted_one_a_good_one():
    x, targets = windows(waves(seed=5), length=48, horizon=12)
    naive = targets - x[:, -1]
    inputs = np.concatenate([x[:, :, 0], np.ones((len(x), 1))], axis=1)
    weights = np.linalg.lstsq(inputs[:1200], targets[:1200], rcond=None)[0]
    fitted = targets[1300:] - inputs[1300:] @ weights
    spread = np.sqrt(np.mean(fitted**2))
    assert np.sqrt(np.mean(naive**2)) > 5 * spread
    assert spread > 0.1  # the noise stays


# --- windows ------------------------------------------------------------------------------------


def test_windows_by_hand():
    x, targets = windows(range(7), length=3, horizon=2)
    assert x.shape == (3, 3, 1)
    assert x[:, :, 0].tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    assert targets.tolist() == [[3, 4], [4, 5], [5, 6]]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 10))
def test_every_window_is_a_stretch_of_the_series(length, horizon, more):
    series = np.random.default_rng(more).random(length + horizon + more)
    x, targets = windows(series, length, horizon)
    assert len(x) == len(targets) == more + 1
    for start, (seen, following) in enumerate(zip(x, targets, strict=True)):
        both = [*seen[:, 0], *following]
        assert both == series[start : start + length + horizon].tolist()


def test_a_window_is_no_view_of_the_series():
    series = np.arange(9.0)
    x, targets = windows(series, 4, 2)
    x[:], targets[:] = -1.0, -1.0
    assert series.tolist() == list(range(9))


def test_one_step_ahead_is_the_default():
    assert windows(range(5), 2)[1].tolist() == [[2], [3], [4]]


# --- bad input ----------------------------------------------------------------------------------

BAD_INPUT = [
    (lambda: waves(0), ValueError, "seq_len must be at least 1, got 0"),
    (lambda: waves(10.0), TypeError, "seq_len must be a whole number"),
    (lambda: waves(noise=-0.1), ValueError, "noise must be at least 0, got -0.1"),
    (lambda: waves(noise=np.nan), ValueError, "noise must be a finite number"),
    (lambda: waves(trend="up"), TypeError, "trend must be a number"),
    (lambda: waves(seed=-1), ValueError, "seed"),
    (lambda: windows([], 1), ValueError, "series must have shape (seq_len,), got (0,)"),
    (lambda: windows(np.zeros((3, 1)), 1), ValueError, "series must have shape (seq_len,)"),
    (lambda: windows([0.0, np.inf], 1), ValueError, "series must hold finite"),
    (lambda: windows("abc", 1), TypeError, "series must be an array of numbers"),
    (lambda: windows(range(5), 0), ValueError, "length must be at least 1"),
    (lambda: windows(range(5), 1, 0), ValueError, "horizon must be at least 1"),
    (
        lambda: windows(range(5), 3, 3),
        ValueError,
        "series must hold at least length + horizon = 6 steps, got 5",
    ),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{re.escape(names)}"):
        act()


# --- swings -------------------------------------------------------------------------------------


def period(swing):
    """Return the steps from one way down through 0 to the next."""
    down = np.flatnonzero((swing[:-1] > 0) & (swing[1:] <= 0))
    return np.diff(down).mean()


def by_distance(force):
    """Return how far 50 swings go, and their periods."""
    seen = swings(force, 50, seq_len=400, noise=0.0)
    return abs(seen).max(axis=1), np.array([period(swing) for swing in seen])


def test_a_textbook_spring_has_one_period():
    far, periods = by_distance(lambda x: x)
    assert far.min() < 0.7
    assert far.max() > 1.8
    assert periods == pytest.approx(2 * np.pi / 0.2, abs=0.5)


def test_a_harder_spring_swings_faster_the_further_it_is_pulled():
    far, periods = by_distance(lambda x: x**3)
    assert periods == pytest.approx(7.4163 / far / 0.2, rel=0.06)


def test_no_swing_grows_or_fades():
    for force in (lambda x: x, lambda x: x**3):
        seen = abs(swings(force, 50, seq_len=400, noise=0.0))
        assert seen[:, :200].max(axis=1) == pytest.approx(seen[:, 200:].max(axis=1), rel=0.05)


def test_swings_have_their_noise_and_their_seed():
    clean, noisy = (swings(lambda x: x, 200, noise=noise, seed=1) for noise in (0.0, 0.3))
    assert clean.shape == (200, 60)
    assert (noisy - clean).std() == pytest.approx(0.3, rel=0.02)
    assert (swings(lambda x: x, 3, seed=1) != swings(lambda x: x, 3, seed=2)).any()


@pytest.mark.parametrize(
    ("argument", "wrong"), [("count", 0), ("seq_len", 0), ("noise", -0.1), ("seed", -1)]
)
def test_odd_arguments_of_swings_are_named(argument, wrong):
    with pytest.raises(ValueError, match=argument):
        swings(**{"force": lambda x: x, "count": 3, argument: wrong})
