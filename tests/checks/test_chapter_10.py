"""The runs in which the unit that counts is to be found."""

import torch

from lstm_lib.course.checks import chapter_10
from lstm_lib.trace import Trace


def test_the_runs_of_exercise_3_have_their_counters_in_different_units():
    sheets = [chapter_10.counting_unit.__wrapped__(*case) for case in chapter_10._memories()]
    assert [next(sheet)[0] for sheet in sheets] == [2, 1, 4]


def test_a_learner_gets_a_trace_like_that_of_a_torch_layer():
    given = []
    chapter_10.counting_unit(lambda run, n: given.append((run, n)))
    assert [n for _, n in given] == [6, 8, 5]
    for run, n in given:
        assert isinstance(run, Trace)
        assert run.c.shape == (1, 2 * n + 1, 6)
        assert torch.is_tensor(run.c)
