"""Gates set by hand: the run, the puzzles, their score, and where a memory is lost."""

import random
from itertools import product
from math import inf, isinf, log, nan, tanh

import pytest

from lstm_lib.course.tasks.puzzles import gate_puzzles, run_gates
from lstm_lib.scalar import Gate, ScalarLSTM, half_life, sigmoid

PUZZLES = {puzzle.name: puzzle for puzzle in gate_puzzles()}
each_puzzle = pytest.mark.parametrize("puzzle", PUZZLES.values(), ids=PUZZLES)


def best(puzzle):
    return run_gates(puzzle.xs, puzzle.f, puzzle.i, puzzle.o)


# --- one gate ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "steps"),
    [(0.5, 1), (0.25, 0.5), (0.9, 6.5788), (0.99, 68.9676), (0.999, 692.8005), (0.8, 3.1063)],
)
def test_half_life_is_the_known_number_of_steps(f, steps):
    assert half_life(f) == pytest.approx(steps, abs=5e-5)
    assert f ** half_life(f) == pytest.approx(0.5)


def test_half_life_at_the_ends():
    assert half_life(0) == 0.0
    assert half_life(1) == inf
    assert isinf(half_life(sigmoid(40)))


@pytest.mark.parametrize("f", [-0.1, 1.001, nan, inf])
def test_half_life_names_a_bad_number(f):
    with pytest.raises(ValueError, match=r"^f must be "):
        half_life(f)


def test_half_life_names_a_wrong_type():
    with pytest.raises(TypeError, match="f must be a number, got '1'"):
        half_life("1")


def test_weighted_sum_is_what_the_gate_of_a_cell_takes():
    model, x, h = ScalarLSTM.published(), 0.25, 0.61
    step = model.step(x, h, 0.0)
    assert model.f.weighted_sum(h, x) == 2.7043 * 0.61 + 1.6307 * 0.25 + 1.6234
    assert sigmoid(model.f.weighted_sum(h, x)) == step.f
    assert sigmoid(model.i.weighted_sum(h, x)) == step.i
    assert sigmoid(model.o.weighted_sum(h, x)) == step.o
    assert tanh(model.g.weighted_sum(h, x)) == step.g


def test_weighted_sum_names_bad_input():
    with pytest.raises(ValueError, match="h must be a finite number"):
        Gate(1, 1, 1).weighted_sum(nan, 0)


# --- gates by hand -------------------------------------------------------------------------


def test_run_gates_follows_the_equations():
    g, f, i, o = (0.9, -0.4), (0.3, 0.75), (0.8, 0.25), (0.6, 0.35)
    trace = run_gates(g, f, i, o)
    c1 = 0.8 * 0.9
    c2 = 0.75 * c1 + 0.25 * -0.4
    assert trace.c == pytest.approx((c1, c2))
    assert trace.h == pytest.approx((0.6 * tanh(c1), 0.35 * tanh(c2)))
    assert (trace.x, trace.g, trace.f, trace.i, trace.o) == (g, g, f, i, o)
    assert (trace.h0, trace.c0) == (0.0, 0.0)
    assert trace[1].c_prev == trace.c[0]
    assert trace[1].h_prev == trace.h[0]


def test_run_gates_with_a_models_gates_is_that_models_run():
    run = ScalarLSTM.published().run((1.0, 0.5, 0.25, 1.0))
    by_hand = run_gates(run.g, run.f, run.i, run.o)
    assert by_hand.c == pytest.approx(run.c, abs=1e-15)
    assert by_hand.h == pytest.approx(run.h, abs=1e-15)


@pytest.mark.parametrize(
    ("gates", "error"),
    [
        ({"f": (1.0, 1.2)}, r"f\[1\] must be from 0 to 1, got 1.2"),
        ({"i": (-0.5, 1.0)}, r"i\[0\] must be from 0 to 1, got -0.5"),
        ({"o": (1.0, nan)}, r"o\[1\] must be a finite number"),
        ({"o": (1.0,)}, "o must hold 2 numbers, got 1"),
        ({"g": ()}, "g must hold at least one number"),
    ],
)
def test_run_gates_names_bad_numbers(gates, error):
    good = dict.fromkeys("gfio", (0.5, 0.5))
    with pytest.raises(ValueError, match=error):
        run_gates(**good | gates)


@pytest.mark.parametrize("bad", ["10", 1.0, ("1", "0"), (True, False)])
def test_run_gates_names_a_wrong_type(bad):
    with pytest.raises(TypeError, match=r"^f.* must be "):
        run_gates((1, 1), f=bad, i=(1, 1), o=(1, 1))


# --- the puzzles and their score -----------------------------------------------------------


def test_there_are_three_puzzles_of_six_steps():
    assert list(PUZZLES) == ["carry", "replace", "add"]
    for puzzle in PUZZLES.values():
        assert {len(column) for column in puzzle[2:]} == {6}
        assert all(-1 < x < 1 for x in puzzle.xs)  # a candidate is a tanh


def test_what_is_asked_is_what_the_task_says():
    assert PUZZLES["carry"].asked[-1] == PUZZLES["carry"].xs[0]
    assert PUZZLES["replace"].asked[2] == PUZZLES["replace"].xs[0]
    assert PUZZLES["replace"].asked[-1] == PUZZLES["replace"].xs[3]
    assert PUZZLES["add"].asked[-1] == PUZZLES["add"].xs[1] + PUZZLES["add"].xs[4]
    assert PUZZLES["replace"].wanted == (0, 0, tanh(0.8), 0, 0, tanh(-0.6))


@each_puzzle
def test_the_best_gates_are_exact_and_silence_scores_nothing(puzzle):
    assert best(puzzle).h == pytest.approx(puzzle.wanted, abs=1e-12)
    assert puzzle.score(best(puzzle).h) == 100
    shut = (0.0,) * 6
    assert puzzle.score(run_gates(puzzle.xs, puzzle.f, puzzle.i, shut).h) == 0


@each_puzzle
def test_no_open_or_shut_gates_beat_the_best(puzzle):
    """All 2^18; o acts on its own step only, so each step's better o is the best of all."""
    least, shut, open_ = inf, (0.0,) * 6, (1.0,) * 6
    for f in product((0.0, 1.0), repeat=6):
        for i in product((0.0, 1.0), repeat=6):
            shown = run_gates(puzzle.xs, f, i, open_).h
            pairs = zip(puzzle.wanted, shown, strict=True)
            least = min(least, sum(min(abs(want), abs(want - h)) for want, h in pairs))
    silence = puzzle.error(shut)
    assert puzzle.score(best(puzzle).h) >= 100 * (1 - least / silence) - 1e-9


def test_the_score_is_the_share_of_silences_error():
    puzzle = PUZZLES["carry"]
    want = puzzle.wanted[-1]
    assert puzzle.error((0, 0, 0, 0, 0, want / 4)) == pytest.approx(0.75 * want)
    assert puzzle.score((0, 0, 0, 0, 0, want / 4)) == 25
    assert puzzle.score((0, want / 4, 0, 0, 0, want / 2)) == 25
    assert puzzle.score((1, 1, 1, 1, 1, -1)) == 0


def test_an_almost_perfect_run_is_not_called_perfect():
    puzzle = PUZZLES["carry"]
    assert puzzle.score((0, 0, 0, 0, 0, 0.999 * puzzle.wanted[-1])) == 99


@each_puzzle
@pytest.mark.parametrize("swap", ["fi", "io", "fo"])
def test_swapped_gates_do_not_solve_a_puzzle(puzzle, swap):
    gates = {name: getattr(puzzle, name) for name in "fio"}
    a, b = swap
    gates[a], gates[b] = gates[b], gates[a]
    assert puzzle.score(run_gates(puzzle.xs, **gates).h) < 100


# --- where a memory is lost ----------------------------------------------------------------


@each_puzzle
def test_the_best_gates_lose_nothing(puzzle):
    assert puzzle.lost_at(best(puzzle).c) is None


@each_puzzle
def test_a_memory_within_reach_can_still_be_made_right_and_no_other(puzzle):
    """Found backwards in the library; here forwards, from c after step t."""
    draw = random.Random(1)
    for _ in range(300):
        t, c = draw.randrange(5), draw.uniform(-2, 2)
        low, high = puzzle.reach[t]
        assert _can_be_done(puzzle, t, c) == (low <= c <= high)


def _can_be_done(puzzle, t, c):
    """Return whether later gates can reach every asked memory from `c` after step `t`."""
    low = high = c  # every memory from low to high can be reached
    for k in range(t, len(puzzle.xs)):
        if k > t:
            x = puzzle.xs[k]
            low, high = min(low, 0.0) + min(x, 0.0), max(high, 0.0) + max(x, 0.0)
        if (memory := puzzle.asked[k]) is not None:
            if not low <= memory <= high:
                return False
            low = high = memory
    return True


@pytest.mark.parametrize(
    ("name", "gate", "step", "value"),
    [
        ("carry", "i", 1, 0.5),
        ("carry", "f", 2, 0.5),
        ("carry", "f", 5, 0.5),
        ("carry", "i", 4, 1.0),
        ("replace", "f", 3, 0.5),
        ("replace", "f", 4, 1.0),
        ("replace", "i", 4, 0.0),
        ("add", "i", 2, 0.0),
        ("add", "f", 4, 0.5),
        ("add", "i", 5, 0.5),
        # a slip whose damage could still be mended for a while is blamed on the slip
        ("carry", "f", 3, 0.75),
        ("carry", "i", 3, 1.0),
        ("replace", "i", 2, 1.0),
        ("replace", "f", 4, 0.2),
        ("replace", "f", 5, 0.8),
        ("add", "i", 1, 1.0),
        ("add", "i", 3, 1.0),
    ],
)
def test_one_wrong_gate_is_found_at_its_step(name, gate, step, value):
    puzzle = PUZZLES[name]
    gates = {key: list(getattr(puzzle, key)) for key in "fio"}
    gates[gate][step - 1] = value
    trace = run_gates(puzzle.xs, **gates)
    assert puzzle.lost_at(trace.c) == step - 1
    assert puzzle.score(trace.h) < 100


def test_a_small_slip_is_forgiven():
    puzzle = PUZZLES["carry"]
    trace = run_gates(puzzle.xs, (1, 1, 1, 1, 1, 0.96), puzzle.i, puzzle.o)
    assert puzzle.lost_at(trace.c) is None
    assert puzzle.lost_at(trace.c, within=0.01) == 5


def test_half_life_of_a_kept_memory():
    """A memory under a constant gate is halved after the half-life, in whole steps."""
    f = 0.5 ** (1 / 4)
    trace = run_gates((0.8,) + (0.0,) * 4, (f,) * 5, (1,) * 5, (1,) * 5)
    assert half_life(f) == pytest.approx(4)
    assert trace.c[-1] == pytest.approx(0.4)
    assert half_life(f) == pytest.approx(log(0.5) / log(f))


CARRY = gate_puzzles()[0]


@pytest.mark.parametrize(
    ("act", "error", "names"),
    [
        (lambda: CARRY.error([0.0] * 5), ValueError, "hs must hold 6 numbers, got 5"),
        (lambda: CARRY.error([0.0] * 5 + [nan]), ValueError, r"hs\[5\] must be a finite number"),
        (lambda: CARRY.score([0.0] * 7), ValueError, "hs must hold 6 numbers, got 7"),
        (lambda: CARRY.score([nan] * 6), ValueError, r"hs\[0\] must be a finite number"),
        (lambda: CARRY.score("silent"), TypeError, "hs must be a sequence of numbers"),
        (lambda: CARRY.lost_at([0.0] * 5), ValueError, "cs must hold 6 numbers, got 5"),
        (lambda: CARRY.lost_at([nan] * 6), ValueError, r"cs\[0\] must be a finite number"),
        (lambda: CARRY.lost_at(None), TypeError, "cs must be a sequence of numbers"),
        (lambda: CARRY.lost_at([0.9] * 6, within=nan), ValueError, "within must be a finite"),
    ],
)
def test_a_puzzle_names_a_bad_run(act, error, names):
    with pytest.raises(error, match=f"^{names}"):
        act()
