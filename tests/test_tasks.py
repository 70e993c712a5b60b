"""The tasks' data."""

from lstm_lib.course.tasks.companies import Pair, companies


def test_the_companies_are_the_published_ones():
    a, b = companies()
    assert a == Pair((0.0, 0.5, 0.25, 1.0), 0.0)
    assert b == Pair((1.0, 0.5, 0.25, 1.0), 1.0)


def test_only_the_first_day_tells_the_companies_apart():
    a, b = companies()
    assert a.xs[0] != b.xs[0]
    assert a.xs[1:] == b.xs[1:]
    assert a.target != b.target


def test_a_pair_unpacks_into_inputs_and_target():
    xs, target = companies()[1]
    assert (xs[0], target) == (1.0, 1.0)
