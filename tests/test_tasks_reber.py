"""The embedded Reber grammar: the automaton, its strings, and what may follow."""

import re
from itertools import pairwise, product

import pytest

from lstm_lib.course.tasks.reber import (
    REBER_SYMBOLS,
    reber,
    reber_next,
    reber_states,
    reber_strings,
    reber_twin,
    reber_walk,
)

# The grammar written a second time, as what may stand between the outer symbols.
REBER = re.compile(r"B(TS*X(XT*(VPXT*)*VPS|XT*(VPXT*)*VV|S)|P(T*(VPXT*)*VPS|T*(VPXT*)*VV))E")
EMBEDDED = re.compile(rf"B(T{REBER.pattern}T|P{REBER.pattern}P)E")


def is_whole(text):
    """Say whether a string is of the embedded grammar, by the automaton."""
    try:
        return reber_walk(text)[-1] == "end"
    except ValueError:
        return False


# --- the automaton ----------------------------------------------------------------------------


def test_the_automaton_and_a_regular_expression_know_the_same_strings():
    inner = ("".join(p) for size in range(1, 7) for p in product("TPSXV", repeat=size))
    seen = 0
    for middle in inner:
        is_reber = REBER.fullmatch(f"B{middle}E") is not None
        seen += is_reber
        for first, last in product("TP", repeat=2):
            text = f"B{first}B{middle}E{last}E"
            assert is_whole(text) == (is_reber and first == last) == bool(EMBEDDED.fullmatch(text))
    assert seen == 16


def test_every_string_that_is_drawn_is_of_the_grammar():
    assert all(EMBEDDED.fullmatch(string) for string in reber_strings(1000, seed=2))


def test_no_short_string_is_of_the_grammar():
    """The shortest have nine symbols, as the paper says."""
    walked = {("B", "branch")}
    for _ in range(7):
        arrows = {name: state.arrows.items() for name, state in reber_states().items()}
        walked = {(text + s, to) for text, name in walked for s, to in arrows[name]}
        assert "end" not in {name for _, name in walked}
    shortest = {text + s for text, name in walked for s, to in arrows[name] if to == "end"}
    assert shortest == {"BTBTXSETE", "BPBTXSEPE", "BTBPVVETE", "BPBPVVEPE"}


def test_each_state_leads_on_but_the_end():
    states = reber_states()
    assert next(iter(states)) == "start"
    assert len(states) == 20
    for name, (_, arrows) in states.items():
        assert set(arrows.values()) <= set(states)
        assert set(arrows) <= set(REBER_SYMBOLS)
        assert (name == "end") == (not arrows)


def test_each_state_has_a_place_of_its_own():
    places = [state.place for state in reber_states().values()]
    assert len(set(places)) == len(places)
    assert {x for x, _ in places} == set(range(10))
    assert {y for _, y in places} == {-3, -2, -1, 0, 1, 2, 3}


def test_the_places_are_those_of_the_paper_s_figure():
    places = {name: state.place for name, state in reber_states().items()}
    ends = [places.pop(name) for name in ("start", "branch", "last", "end")]
    assert ends == [(0, 0), (1, 0), (8, 0), (9, 0)]
    upper = [(2, 2), (3, 2), (4, 3), (4, 1), (5, 3), (5, 1), (6, 2), (7, 2)]
    assert [places[f"T{k}"] for k in range(8)] == upper
    assert [places[f"P{k}"] for k in range(8)] == [(x, y - 4) for x, y in upper]


def test_a_drawn_automaton_can_be_changed_without_harm():
    reber_states()["branch"].arrows.clear()
    assert set(reber_states()["branch"].arrows) == {"T", "P"}


def test_a_walk_by_hand():
    assert reber_walk("BTBTXSETE") == (
        *("start", "branch", "T0", "T1", "T2", "T4", "T6", "T7", "last", "end"),
    )
    assert reber_walk("BPBPTVPXVVEPE")[3:-3] == (*("P1", "P3", "P3", "P5", "P4", "P3", "P5", "P6"),)
    assert reber_walk("") == ("start",)


def test_only_the_second_symbol_tells_the_branches_apart():
    walks = [reber_walk(f"B{branch}BTXSE{branch}E") for branch in "TP"]
    assert [name[1:] for name in walks[0][2:8]] == [name[1:] for name in walks[1][2:8]]
    assert not set(walks[0][2:8]) & set(walks[1][2:8])


@pytest.mark.parametrize(
    ("text", "twin"),
    [("B", "B"), ("BT", "BP"), ("BPBT", "BTBT"), ("BTBTXSETE", "BPBTXSEPE"), ("", "")],
)
def test_a_twin_has_the_other_second_symbol_and_its_repetition(text, twin):
    assert reber_twin(text) == twin
    assert reber_twin(twin) == text
    reber_walk(twin)


@pytest.mark.parametrize(
    ("text", "symbols"),
    [("", "B"), ("B", "TP"), ("BPBT", "SX"), ("BTBTXSE", "T"), ("BTBTXSETE", ""), ("BX", "")],
)
def test_what_may_follow_a_beginning(text, symbols):
    assert reber_next(text) == symbols


# --- strings ----------------------------------------------------------------------------------


def test_no_string_comes_twice_and_none_that_is_to_be_avoided():
    training = reber_strings(300, seed=0)
    test = reber_strings(1000, seed=1, avoid=training)
    assert len(set(training)) == 300
    assert len(set(test)) == 1000
    assert not set(training) & set(test)


def test_a_seed_says_everything():
    assert reber_strings(50, seed=3) == reber_strings(50, seed=3)
    assert reber_strings(50, seed=3) != reber_strings(50, seed=4)
    assert reber_strings(50, seed=3)[:20] == reber_strings(20, seed=3)


def test_both_ways_are_taken_at_every_fork():
    firsts = [string[1] for string in reber_strings(400, seed=0)]
    assert 150 < firsts.count("T") < 250
    taken = {(a, b) for string in reber_strings(400) for a, b in pairwise(string)}
    assert {("S", "S"), ("T", "T"), ("P", "X"), ("P", "S"), ("V", "V"), ("V", "P")} <= taken


# --- batches ----------------------------------------------------------------------------------


def test_a_batch_by_hand():
    batch = reber(["BTBTXSETE", "BPBTSXXVVEPE"])
    assert spelled(batch.x[0]) == [*"BTBTXSET", "", "", ""]
    assert spelled(batch.legal[0]) == ["TP", "B", "TP", "SX", "SX", "E", "T", "E", "", "", ""]
    followers = [REBER_SYMBOLS[k] for k in batch.targets[0, :8]]
    assert followers == [*"TBTXSETE"]
    assert (batch.targets[0, 8:] == -1).all()
    assert spelled(batch.legal[1])[6:] == ["TV", "PV", "E", "P", "E"]
    assert batch.lengths.tolist() == [8, 11]


def spelled(rows):
    """Return the symbols of the ones in each row; B, T, P, S, X, V, E is the paper's order."""
    return [
        "".join(symbol for symbol, one in zip("BTPSXVE", row, strict=True) if one) for row in rows
    ]


def test_what_is_legal_goes_on_to_a_whole_string_and_nothing_else_does():
    """Brute force: from each beginning, look for an end within ten more symbols."""
    states = reber_states()
    ends = {"end"}  # names from which the end can be reached
    for _ in range(10):
        ends |= {name for name, (_, arrows) in states.items() if ends & set(arrows.values())}
    assert ends == set(states)
    string = "BPBTSXXTVPXVVEPE"
    batch = reber([string])
    for t in range(len(string) - 1):
        goes_on = [s for s in REBER_SYMBOLS if _walks(string[: t + 1] + s)]
        assert spelled(batch.legal[0])[t] == "".join(goes_on)


def _walks(text):
    """Say whether a beginning is legal."""
    try:
        return bool(reber_walk(text))
    except ValueError:
        return False


def test_the_target_is_always_legal():
    batch = reber(reber_strings(100))
    for targets, legal, length in zip(batch.targets, batch.legal, batch.lengths, strict=True):
        assert all(legal[t, targets[t]] == 1 for t in range(length))
        assert set(legal[:length].sum(axis=1)) <= {1.0, 2.0}


# --- bad input --------------------------------------------------------------------------------

BAD_INPUT = [
    (lambda: reber_walk(None), TypeError, "text must be a str"),
    (lambda: reber_walk("BX"), ValueError, "text must have T or P as symbol 2, got 'X' in 'BX'"),
    (
        lambda: reber_walk("BTBTXSEPE"),
        ValueError,
        "text must have T as symbol 8, got 'P' in 'BTBTXSEPE'",
    ),
    (
        lambda: reber_walk("BTBTXSETEB"),
        ValueError,
        "text must have nothing more as symbol 10, got 'B'",
    ),
    (lambda: reber_strings(0), ValueError, "count must be at least 1, got 0"),
    (lambda: reber_strings(1.0), TypeError, "count must be a whole number"),
    (lambda: reber_strings(1, seed=-1), ValueError, "seed"),
    (lambda: reber_strings(1, avoid=3), TypeError, "avoid must be a sequence of strings"),
    (lambda: reber_strings(1, avoid="BT"), TypeError, "avoid must be a sequence of strings"),
    (lambda: reber_strings(1, avoid=[1]), TypeError, "avoid[0] must be a str"),
    (lambda: reber([]), ValueError, "texts must hold at least one string"),
    (lambda: reber("BTBTXSETE"), TypeError, "strings must be a sequence of strings"),
    (
        lambda: reber(["BTBT"]),
        ValueError,
        "strings must be whole, from B to the last E, got 'BTBT'",
    ),
    (lambda: reber(["BTBTE"]), ValueError, "text must have S or X as symbol 5, got 'E'"),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{re.escape(names)}"):
        act()
