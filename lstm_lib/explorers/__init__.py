"""Explorers of any LSTM: controls around a picture that answers at once."""

from lstm_lib.explorers.clamp import ClampExplorer
from lstm_lib.explorers.trace import TraceExplorer, VectorExplorer

__all__ = ["ClampExplorer", "TraceExplorer", "VectorExplorer"]
