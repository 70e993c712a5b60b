"""The Try lists of chapter 2."""

import pytest

from lstm_lib.course.explorers.gate import GateExplorer
from lstm_lib.course.explorers.gates import YouAreTheGates
from tests.tries import shown


class TestGateExplorer:
    @pytest.mark.parametrize(("b", "value"), [(0.0, "0.5"), (-5.0, "0.007"), (5.0, "0.993")])
    def test_the_bias_alone_opens_the_gate(self, b, value):
        assert f"= {value}" in shown(GateExplorer(), h=0.0, x=0.0, b=b)

    def test_the_input_uses_up_the_bias_and_the_hidden_state_opens_again(self):
        assert "= 0.498" in shown(GateExplorer(), h=0.0, x=-1.0)
        assert "= 0.937" in shown(GateExplorer(), h=1.0, x=-1.0)

    @pytest.mark.parametrize(("b", "steps"), [(2.2, "6.6 steps"), (4.6, "69.3 steps")])
    def test_the_ruler(self, b, steps):
        assert steps in shown(GateExplorer(), h=0.0, x=0.0, b=b)


class TestYouAreTheGates:
    def test_the_best_gates_of_every_puzzle_score_100(self):
        explorer = YouAreTheGates()
        for puzzle in ("carry", "replace", "add"):
            explorer.puzzle.value = puzzle
            explorer.best.click()
            assert "100 of 100" in explorer.view().says

    def test_half_a_memory_is_lost_where_f_closes_half(self):
        explorer = YouAreTheGates()
        explorer.best.click()
        assert "Step 3" in shown(explorer, f3=0.5)
        assert explorer.trace.c[2:] == (0.45,) * 4

    @pytest.mark.parametrize(
        ("puzzle", "free"), [("carry", ["f1"]), ("replace", ["f1"]), ("add", ["f1", "f2", "o1"])]
    )
    def test_the_valves_that_meet_an_empty_memory_cost_nothing(self, puzzle, free):
        explorer = YouAreTheGates()
        explorer.puzzle.value = puzzle
        explorer.best.click()
        found = []
        for name, slider in explorer.gates.items():
            best, slider.value = slider.value, 0.5
            if "100 of 100" in explorer.view().says:
                found.append(name)
            slider.value = best
        assert found == free

    def test_to_replace_one_valve_shuts_while_the_other_opens(self):
        explorer = YouAreTheGates()
        explorer.puzzle.value = "replace"
        explorer.best.click()
        assert (explorer.f4.value, explorer.i4.value) == (0, 1)

    def test_to_add_the_forget_valve_stays_open_in_between(self):
        explorer = YouAreTheGates()
        explorer.puzzle.value = "add"
        explorer.best.click()
        for name in ("f3", "f4", "f5", "f6"):
            assert explorer.gates[name].value == 1
            assert "100 of 100" not in shown(explorer, **{name: 0.9})
            explorer.best.click()
