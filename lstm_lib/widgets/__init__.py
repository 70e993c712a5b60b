"""Explorers: sliders around a picture that answers at once."""

from lstm_lib.widgets.cell import CellExplorer

__all__ = ["CellExplorer"]
