"""The Try list of chapter 3."""

import pytest

from lstm_lib.course.explorers.cell import CellExplorer


@pytest.fixture
def explorer():
    return CellExplorer()


def run(explorer):
    return explorer.model.run([slider.value for slider in explorer.inputs.values()])


def predictions(explorer):
    return [row[-1] for row in explorer.view().rows if "predicts" in row[0]]


def test_the_output_gate_moves_most(explorer):
    gates = {name: getattr(run(explorer), name) for name in "fio"}
    moved = {name: max(values) - min(values) for name, values in gates.items()}
    assert max(moved, key=moved.get) == "o"
    assert (f"{run(explorer).o[0]:.2f}", f"{run(explorer).o[3]:.2f}") == ("0.60", "0.99")


def test_day_4_writes_the_memory_of_a_back_to_0(explorer):
    explorer.sequence.value = "company A"
    *before, last = run(explorer).c
    assert all(-0.4 < c < -0.1 for c in before)
    assert abs(last) < 0.01


def test_kept_whole_a_suffers(explorer):
    assert predictions(explorer) == ["0.0022", "0.9693"]
    explorer.preset.value = "keep everything"
    assert predictions(explorer) == ["−0.0389", "0.9713"]
    assert f"{run(explorer).f[0]:.3f}" == "0.998"


@pytest.mark.parametrize("b", [-8, 8])
def test_with_nothing_written_the_forget_gate_hardly_matters(explorer, b):
    explorer.preset.value = "write nothing"
    explorer.f_b.value = b
    assert all(abs(c) < 0.01 for c in run(explorer).c)
    assert f"{run(explorer).i[0]:.3f}" == "0.002"


def test_behind_a_shut_output_gate_only_h_is_nearly_0(explorer):
    explorer.o_b.value = -8
    assert "The memory is now 0.498" in explorer.view().says
    assert "so h = 0.000" in explorer.view().says


def test_a_larger_candidate_spoils_a_and_not_b(explorer):
    explorer.g_b.value = 0
    assert predictions(explorer) == ["0.8607", "0.9853"]
