"""Explorers: sliders around a picture that answers at once."""

from lstm_lib.widgets.cell import CellExplorer
from lstm_lib.widgets.clamp import ClampExplorer
from lstm_lib.widgets.counter import CounterExplorer
from lstm_lib.widgets.gate import GateExplorer
from lstm_lib.widgets.gates import YouAreTheGates
from lstm_lib.widgets.gradient import GradientExplorer
from lstm_lib.widgets.lightning import LightningExplorer
from lstm_lib.widgets.reber import ReberExplorer
from lstm_lib.widgets.trace import TraceExplorer
from lstm_lib.widgets.training import TrainingExplorer
from lstm_lib.widgets.vector import VectorExplorer

__all__ = [
    "CellExplorer",
    "ClampExplorer",
    "CounterExplorer",
    "GateExplorer",
    "GradientExplorer",
    "LightningExplorer",
    "ReberExplorer",
    "TraceExplorer",
    "TrainingExplorer",
    "VectorExplorer",
    "YouAreTheGates",
]
