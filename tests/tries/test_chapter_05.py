"""What chapter 5 says about its two notes, its picture and what there is to try."""

import numpy as np
import pytest

from lstm_lib.learning import Adam, mse
from lstm_lib.vector import VectorLSTM
from tests.pictures import outside, overlaps, texts
from tools import images

LEVELS = (-0.8, -0.4, 0.0, 0.4, 0.8)
CASES = [(a, b, 0.0, q) for a in LEVELS for b in LEVELS for q in (1.0, -1.0)]


def steps(q, a, unit, b=None):
    """The trained network's Trace of one unit, for the notes a and b (else -a), asked q."""
    return TRACE.select(batch=CASES.index((a, -a if b is None else b, 0.0, q)), unit=unit)


def trained():
    x = np.array(CASES)[:, :, None]  # (50, 4, 1)
    y = np.array([[a if q > 0 else b] for a, b, _, q in CASES])
    model, adam = VectorLSTM(1, 2, output_size=1, seed=3), Adam(lr=0.03)
    for _ in range(500):
        outputs, trace = model.forward(x)
        d_outputs = np.zeros(outputs.shape)
        loss, d_outputs[:, -1] = mse(outputs[:, -1], y)
        adam.update(model.parameters, model.backward(trace, d_outputs))
    assert loss < 0.005
    return model.forward(x)[1]


@pytest.fixture(scope="module", autouse=True)
def _network():
    global TRACE
    TRACE = trained()


@pytest.mark.parametrize(
    ("unit", "expected"),
    [(0, (-1.10, -0.99, -0.10, -0.24)), (1, (0.18, 0.90, 0.42, 1.13))],
)
def test_1_each_memory_follows_its_own_note(unit, expected):
    pairs = [(a, b) for a in (-0.8, 0.8) for b in (-0.8, 0.8)]
    kept = [steps(1.0, a, unit, b).c[2] for a, b in pairs]
    assert kept == pytest.approx(expected, abs=0.006)


def test_2_the_input_gate_makes_the_difference():
    low, high = (steps(1.0, a, unit=0) for a in (-0.8, 0.8))
    assert max(low.g[0], high.g[0]) < -0.6
    assert (low.i[0], high.i[0]) == pytest.approx((0.55, 0.17), abs=0.005)


def test_3_a_unit_that_is_not_asked_falls_silent_and_forgets():
    asked, not_asked = (steps(q, -0.8, unit=0) for q in (1.0, -1.0))
    assert (asked.o[3], not_asked.o[3]) == pytest.approx((0.94, 0.12), abs=0.005)
    assert asked.f[3] > 0.9 > 0.3 > not_asked.f[3]


def test_4_the_second_note_drifts_and_survives():
    high, low = (steps(1.0, a, unit=1) for a in (-0.8, 0.8))  # the second note is -a
    assert min(high.i + low.i) > 0.9
    assert high.c[1:3] == pytest.approx((0.58, 0.90), abs=0.005)
    assert low.c[1:3] == pytest.approx((0.29, 0.42), abs=0.005)


def test_picture_of_the_fused_product_is_readable_and_has_the_right_sizes():
    picture = images.made("fused.svg").decode()
    assert overlaps(picture) == [] == outside(picture)
    words = texts(picture)
    assert {"12 × 2", "12 × 3", "W", "U", "b", "z"} <= set(words)
    assert [word for word in words if word in "ifgo"] == list("ifgo")
    assert [word for word in words if word in ("σ", "tanh")] == ["σ", "σ", "tanh", "σ"]
