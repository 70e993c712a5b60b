"""The Try list of chapter 1."""

import pytest

from lstm_lib.course.explorers.gradient import GradientExplorer
from tests.tries import shown


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
