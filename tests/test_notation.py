"""The letters, names and looks of the quantities."""

from itertools import combinations

from lstm_lib.notation import (
    CHARTED,
    COLORS,
    DASHES,
    GATES,
    GRU,
    INKS,
    LEFT_TO_RIGHT,
    LSTM,
    MARKERS,
    NAMES,
    QUANTITIES,
    SQUASH,
    STATES,
    VALVES,
    titled,
)


def test_the_gates_stand_in_the_order_of_torch_and_of_the_picture():
    assert GATES == ("i", "f", "g", "o")
    assert LEFT_TO_RIGHT == ("f", "i", "g", "o")
    assert QUANTITIES == (*GATES, *STATES) == LSTM.quantities
    assert list(NAMES) == [*QUANTITIES, *GRU.gates]
    assert sorted(CHARTED) == sorted(QUANTITIES)


def test_every_quantity_has_its_looks():
    assert set(COLORS) == set(INKS) == {*QUANTITIES, "x"}
    assert set(MARKERS) == set(QUANTITIES)
    assert titled("f") == "forget gate f"


def test_a_valve_is_what_a_sigmoid_makes():
    assert {gate for gate in GATES if SQUASH[gate] == "σ"} == set(VALVES)


def test_lines_of_one_chart_differ_in_more_than_colour():
    for chart in (VALVES, ("g", "h")):
        for pair in combinations(chart, 2):
            assert len({MARKERS[name] for name in pair}) == 2
            assert len({DASHES.get(name) for name in pair}) == 2
