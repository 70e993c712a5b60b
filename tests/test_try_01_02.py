"""What the Try lists of chapters 1 and 2 promise is what the explorers show."""

import pytest

from lstm_lib.course.explorers.gate import GateExplorer
from lstm_lib.course.explorers.gates import YouAreTheGates
from lstm_lib.course.explorers.gradient import GradientExplorer


def shown(explorer, **values):
    """Set controls by name and return the explorer's sentence."""
    with explorer.together():
        for name, value in values.items():
            explorer.controls[name].value = value
    return explorer.view().says


class TestGradientExplorer:
    @pytest.mark.parametrize(("length", "share"), [(10, "29"), (50, "0.10 %"), (100, "2·10⁻⁶")])
    def test_a_longer_sequence_passes_on_less(self, length, share):
        assert f" back, {share}" in shown(GradientExplorer(), length=length)

    @pytest.mark.parametrize(
        ("weight", "inputs", "share"),
        [(1.0, 0.0, "100.0 %"), (1.2, 0.0, "8·10³"), (1.2, 0.1, "2·10⁻⁵")],
    )
    def test_at_rest_it_explodes_above_one_and_with_inputs_it_vanishes(self, weight, inputs, share):
        says = shown(GradientExplorer(), weight=weight, inputs=inputs)
        assert f"{share} of the gradient arrives in the vanilla unit" in says

    def test_the_lstm_hangs_on_its_forget_bias(self):
        explorer = GradientExplorer()
        assert explorer.controls["forget_bias"].value == 4.6
        assert "79.6 % in the LSTM" in shown(explorer)
        assert "2·10⁻⁶ in the LSTM" in shown(explorer, forget_bias=0.0)


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

    def test_before_step_1_there_is_nothing_to_keep(self):
        explorer = YouAreTheGates()
        explorer.best.click()
        assert "100 of 100" in shown(explorer, f1=0.0)
