"""Being the gates: every slider is one gate at one step, and the picture says what it did."""

import random
import re
from math import tanh

import pytest

from lstm_lib.course.explorers import gates_picture as picture
from lstm_lib.course.explorers.gates import YouAreTheGates
from lstm_lib.course.tasks.puzzles import gate_puzzles, run_gates
from lstm_lib.drawing.svg import number
from tests.pictures import outside, overlaps, says, sheets, texts

PUZZLES = {puzzle.name: puzzle for puzzle in gate_puzzles()}
GATES = [f"{gate}{t}" for gate in "fio" for t in range(1, 7)]


@pytest.fixture
def explorer():
    return YouAreTheGates()


def set_all(explorer, **values):
    with explorer.together():
        for name, value in values.items():
            explorer.gates[name].value = value


def expected(explorer):
    puzzle = PUZZLES[explorer.puzzle.value]
    values = ([explorer.gates[f"{gate}{t}"].value for t in range(1, 7)] for gate in "fio")
    return puzzle, run_gates(puzzle.xs, *values)


def test_it_opens_with_every_gate_half_open(explorer):
    assert list(explorer.controls) == ["puzzle", *GATES]
    assert {explorer.gates[name].value for name in GATES} == {0.5}
    assert repr(explorer).startswith("YouAreTheGates(puzzle='carry', f1=0.5, ")


@pytest.mark.parametrize("name", GATES)
def test_each_slider_is_its_gate_at_its_step(explorer, name):
    explorer.best.click()
    still = sheets(explorer)
    explorer.gates[name].value = 0.35
    step = explorer.trace[int(name[1]) - 1]
    assert getattr(step, name[0]) == 0.35
    assert texts(explorer.render()).count("0.35") >= 1
    assert f"{name}=0.35" in repr(explorer)
    assert sheets(explorer)["still"] == still["still"]
    assert sheets(explorer)["moves"] != still["moves"]


@pytest.mark.parametrize("puzzle", PUZZLES)
def test_the_picture_and_the_table_show_the_run(explorer, puzzle):
    explorer.puzzle.value = puzzle
    draw = random.Random(5)
    set_all(explorer, **{name: draw.random() for name in GATES})
    asked, trace = expected(explorer)
    shown, (header, rows) = texts(explorer.render()), explorer.view()[3:]
    for values in (trace.f, trace.i, trace.o, trace.c, trace.h, asked.wanted):
        assert set(map(number, values)) <= set(shown)
    assert {f"g = {number(x)}" for x in asked.xs} <= set(shown)
    assert header == ["", *(f"step {t}" for t in range(1, 7))]
    table = {name: cells for name, *cells in rows}
    assert table["keep f"] == [number(v) for v in trace.f]
    assert table["write i"] == [number(v) for v in trace.i]
    assert table["show o"] == [number(v) for v in trace.o]
    assert table["memory c"] == [number(v) for v in trace.c]
    assert table["shown h"] == [number(v) for v in trace.h]
    assert table["wanted h"] == [number(v) for v in asked.wanted]
    assert f"score {asked.score(trace.h)} of 100" in shown
    assert f"Score {asked.score(trace.h)} of 100" in explorer.view().says


@pytest.mark.parametrize("puzzle", PUZZLES)
def test_show_the_best_solves_it_and_reset_takes_it_back(explorer, puzzle):
    explorer.puzzle.value = puzzle
    explorer.best.click()
    assert {"score 100 of 100", "best possible 100"} <= set(texts(explorer.render()))
    assert "lost here" not in texts(explorer.render())
    assert "Every step shows what is wanted." in explorer.view().says
    explorer.reset.click()
    assert {explorer.gates[name].value for name in GATES} == {0.5}
    assert explorer.puzzle.value == puzzle


def test_the_best_is_shown_once_three_gates_were_moved_by_hand(explorer):
    assert (explorer.best.disabled, explorer.best.description) == (
        True,
        "move 3 gates, then the best",
    )
    for value in (0.6, 0.7):  # one gate, however often
        explorer.f1.value = value
    explorer.i1.value = 1
    explorer.reset.click()  # its moves are none of the hand's
    assert explorer.best.description == "move 1 gate, then the best"
    explorer.o1.value = 0
    assert (explorer.best.disabled, explorer.best.description) == (False, "show the best")
    explorer.puzzle.value = "add"
    assert explorer.best.disabled


def test_a_new_puzzle_brings_its_task_and_half_open_gates(explorer):
    explorer.best.click()
    explorer.puzzle.value = "add"
    assert {explorer.gates[name].value for name in GATES} == {0.5}
    assert PUZZLES["add"].task in explorer._task.value
    assert "g = 0.70" in texts(explorer.render())


def test_the_step_that_loses_the_memory_is_marked_and_named(explorer):
    explorer.best.click()
    explorer.gates["f4"].value = 0.5
    assert "lost here" in texts(explorer.render())
    assert (
        "Step 4 loses the memory: it keeps 0.50 of 0.90 and writes 0.00 of −0.60, "
        "so c = 0.45 where 0.90 is needed." in explorer.view().says
    )


def test_what_is_dropped_and_what_is_written_is_said(explorer):
    explorer.best.click()
    set_all(explorer, f4=0.2, i3=0.7, i2=0.3)
    _, trace = expected(explorer)
    shown = texts(explorer.render())
    assert number(0.8 * trace.c[2]) in shown
    assert {"+0.90", "−0.12", "+0.07"} <= set(shown)


def bands(svg, name):
    """Return the bands of one quantity as (value drawn as width, sign drawn as dashes)."""
    found = re.findall(
        rf'<path class="{name}" d="[^"]*" stroke-width="([^"]+)"( stroke-dash)?', svg
    )
    return [(float(width) / picture.UNIT, -1 if dashed else 1) for width, dashed in found]


def test_bands_are_as_wide_as_what_they_carry_and_dashed_below_zero(explorer):
    draw = random.Random(2)
    set_all(explorer, **{name: draw.uniform(0.3, 0.8) for name in GATES})
    _, trace = expected(explorer)
    steps = [trace[t] for t in range(6)]
    moves = explorer.view().moves
    wanted = {
        "g": [step.i * step.g for step in steps],
        "c": [
            value
            for s in steps
            for value in (s.f * s.c_prev, s.c, s.c_prev * (1 - s.f), tanh(s.c))
            if abs(value) >= picture.SILENT
        ],
        "h": [step.h for step in steps if abs(step.h) >= picture.SILENT],
    }
    for name, values in wanted.items():
        drawn = bands(moves, name)
        assert [sign for _, sign in drawn] == [1 if value > 0 else -1 for value in values]
        # one decimal in the picture's units, and never thinner than 1.5
        sizes = [max(abs(value), 1.5 / picture.UNIT) for value in values]
        assert [size for size, _ in drawn] == pytest.approx(sizes, abs=0.0013)


@pytest.mark.parametrize(("gate", "half"), [("f", 34), ("i", 20), ("o", 20)])
def test_valves_leave_open_their_gates_share(explorer, gate, half):
    draw = random.Random(4)
    set_all(explorer, **{name: draw.uniform(0.1, 0.9) for name in GATES})
    _, trace = expected(explorer)
    moves = explorer.view().moves
    plates = re.search(rf'class="fill-{gate}" d="([^"]*)"', moves)[1]
    sizes = re.findall(r"h([\d.]+)v([\d.]+)", plates)
    opened = [1 - float(size[gate == "f"]) / half for size in sizes]
    assert opened[::2] == opened[1::2]
    assert opened[::2] == pytest.approx(getattr(trace, gate), abs=0.005)


def test_the_bars_are_what_is_shown(explorer):
    draw = random.Random(6)
    set_all(explorer, **{name: draw.random() for name in GATES})
    _, trace = expected(explorer)
    bars = re.search(r'class="fill-h" d="([^"]*)"', explorer.view().moves)[1]
    heights = [-float(up) / picture.TALL for up in re.findall(r"v([-\d.]+)h20", bars)]
    assert heights == pytest.approx(trace.h, abs=0.002)


def test_a_good_memory_badly_shown_is_said(explorer):
    explorer.best.click()
    explorer.gates["o3"].value = 1.0
    assert "lost here" not in texts(explorer.render())
    assert "look at what step 3 shows: 0.72, wanted 0.00" in explorer.view().says


def test_the_mark_stands_at_its_step(explorer):
    explorer.best.click()
    places = []
    for name in ("f3", "f4"):
        explorer.gates[name].value = 0.2
        svg = explorer.render()
        places.append(svg[svg.rindex("<text", 0, svg.index("lost here")) :][:40])
        explorer.gates[name].value = 1.0
    assert places[0] != places[1]


def test_nothing_overlaps_and_nothing_is_outside_at_any_setting(explorer):
    draw = random.Random(7)
    for k in range(120):
        explorer.puzzle.value = list(PUZZLES)[k % 3]
        values = {name: draw.choice((0.0, 1.0, draw.random())) for name in GATES}
        set_all(explorer, **values)
        assert overlaps(explorer.render()) == [], values
        assert outside(explorer.render()) == [], values


def test_what_moves_is_small(explorer):
    set_all(explorer, **dict.fromkeys(GATES, 0.37))
    moves = explorer.view().moves
    assert len(moves) < 10_000
    assert moves.count("<") - moves.count("</") < 120


def test_every_slider_has_its_own_name(explorer):
    names = {slider.name for slider in explorer.gates.values()}
    assert len(names) == 18
    assert explorer.gates["f3"].name == "forget gate f, step 3"
    assert explorer.gates["i1"].name == "input gate i, step 1"
    assert explorer.gates["o6"].name == "output gate o, step 6"


@pytest.mark.parametrize("bad", [float("nan"), -0.1, 1.5])
def test_a_bad_number_is_named_and_changes_nothing(explorer, bad):
    before = explorer.render()
    with pytest.raises(ValueError, match="value must be "):
        explorer.gates["f2"].value = bad
    assert explorer.render() == before


def test_an_unknown_puzzle_is_named(explorer):
    with pytest.raises(ValueError, match="'carry', 'replace', 'add', got 'sort'"):
        explorer.puzzle.value = "sort"


def test_a_slider_opened_too_far_gives_a_sentence_and_keeps_the_picture(explorer):
    before = explorer.render()
    explorer.gates["f2"].max = 2.0
    explorer.gates["f2"].value = 1.5
    assert "f[1] must be from 0 to 1, got 1.5" in says(explorer)
    assert explorer.render() == before
