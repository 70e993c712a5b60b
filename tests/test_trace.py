"""The record of one run."""

import pytest

from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Step, Trace

XS = (1.0, 0.5, 0.25)


@pytest.fixture
def trace():
    return ScalarLSTM.published().run(XS, h0=0.1, c0=-0.2)


def test_it_has_a_row_for_every_quantity(trace):
    assert len(trace) == 3
    assert trace.x == XS
    for name in "ifgoch":
        assert len(getattr(trace, name)) == 3


def test_a_step_holds_the_state_before_it(trace):
    first, last = trace[0], trace[2]
    assert (first.h_prev, first.c_prev) == (0.1, -0.2)
    assert (last.h_prev, last.c_prev) == (trace.h[1], trace.c[1])
    assert (last.x, last.i, last.f, last.g, last.o, last.c, last.h) == tuple(
        getattr(trace, name)[2] for name in "xifgoch"
    )


def test_negative_steps_count_from_the_end(trace):
    assert trace[-1] == trace[2]
    assert trace[-3] == trace[0]


@pytest.mark.parametrize("t", [3, -4, 100])
def test_a_step_outside_is_named(trace, t):
    with pytest.raises(IndexError, match=f"step {t} is outside this trace of 3 steps"):
        trace[t]


def test_it_can_be_walked_through(trace):
    assert [step.x for step in trace] == list(XS)


def test_its_prediction_is_the_last_hidden_state(trace):
    assert trace.prediction == trace.h[-1] != trace.h[0]


def test_steps_make_a_trace_and_a_trace_makes_steps(trace):
    assert Trace.from_steps(list(trace)) == trace


def test_a_step_names_its_numbers_in_the_order_of_the_equations():
    assert Step._fields == ("x", "h_prev", "c_prev", "i", "f", "g", "o", "c", "h")


def test_it_cannot_be_changed(trace):
    with pytest.raises(AttributeError):
        trace.c = (0.0, 0.0, 0.0)
