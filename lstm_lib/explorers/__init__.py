"""Explorers of any LSTM: controls around a picture that answers at once.

An argument of the wrong kind, of numbers that are not finite, or of a shape that does not fit the
others is refused with a TypeError or ValueError that names it.

Each explorer has a module of controls, and beside it a scene, the plain numbers that it shows, and
a picture, drawn from a scene alone.
"""

from lstm_lib.explorers.clamp import ClampExplorer
from lstm_lib.explorers.trace import TraceExplorer, VectorExplorer

__all__ = ["ClampExplorer", "TraceExplorer", "VectorExplorer"]
