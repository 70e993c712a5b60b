"""Explorers of a GRU and an RNN in a real JupyterLab: every slider moves, by key, its picture."""

import pytest

from tests.browser.explorers import explorers, move_every_slider

pytestmark = pytest.mark.browser

CELLS = [
    """import torch
from torch import nn
from lstm_lib.explorers import ClampExplorer, TraceExplorer
from lstm_lib.trace import trace
torch.manual_seed(0)
gru, x = nn.GRU(2, 6, num_layers=2), torch.randn(12, 3, 2)
TraceExplorer(trace(gru, x))""",
    "ClampExplorer(gru, x)",
    "TraceExplorer(trace(nn.RNN(2, 6), x))",
]


@pytest.fixture(scope="module")
def notebook(open_notebook):
    opened = open_notebook(CELLS, width=1366, height=768)
    opened.run_all()
    return opened


def test_every_slider_moves_its_number_and_its_picture(notebook):
    assert len(explorers(notebook)) == 3
    move_every_slider(notebook)
    assert notebook.errors() == []


def test_no_rule_of_accessibility_is_broken(notebook):
    assert notebook.axe() == []
