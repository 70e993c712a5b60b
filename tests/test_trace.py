"""The record of one run, of one unit and of a batch."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import BatchTrace, Step, Trace
from lstm_lib.vector import VectorLSTM

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


# --- a batch -----------------------------------------------------------------------------------


@pytest.fixture
def batch():
    return VectorLSTM(2, 3).forward(np.arange(20.0).reshape(2, 5, 2), np.ones((2, 3)))[1]


def test_a_trace_of_arrays_is_that_of_a_batch(batch, trace):
    assert type(batch) is type(Trace(**vars(batch))) is type(Trace(*vars(batch).values()))
    assert isinstance(batch, BatchTrace)
    assert isinstance(batch, Trace)
    assert type(trace) is type(batch.select()) is Trace
    assert type(batch.part(batch=1)) is BatchTrace
    assert (batch.is_batch, trace.is_batch) == (True, False)
    assert repr(trace).startswith("Trace(x=(1.0, 0.5, 0.25), i=(0.")


@pytest.mark.parametrize("name", ["trace", "batch"])
def test_a_copy_is_the_same(name, request):
    one = request.getfixturevalue(name)
    for same in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one)), replace(one)):
        assert type(same) is type(one)
        assert same == one
    assert replace(one, layer=1) != one


def test_its_sizes_are_those_of_its_arrays(batch):
    assert (batch.batch_size, len(batch), batch.input_size, batch.hidden_size) == (2, 5, 2, 3)


def test_in_reverse_the_state_before_is_that_of_the_step_after(batch, trace):
    back = replace(batch, direction="reverse")
    assert (back[4].h_prev == 1).all()
    assert (back[1].c_prev == batch.c[:, 2]).all()
    assert (back.prediction == batch.h[:, 0]).all()
    back = replace(trace, direction="reverse", lengths=[3])
    assert back.lengths == (3,)
    assert (back[2].c_prev, back[0].c_prev) == (-0.2, trace.c[1])


def test_a_batch_of_something_else_is_refused(batch, trace):
    with pytest.raises(ValueError, match=r"c must have shape \(batch_size, .*_size\), got \(\)"):
        BatchTrace(**vars(trace))
    with pytest.raises(ValueError, match=r"c must have shape .* got \(2, 5\)"):
        replace(batch, c=batch.c[:, :, 0])
    with pytest.raises(ValueError, match=r"h must have shape \(2, 5, 0\) to fit c, got \(\)"):
        replace(batch, h=batch.h.tolist())
