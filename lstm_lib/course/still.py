"""Figures of many runs and of data, by seaborn and matplotlib, which screen readers can say.

JupyterLab 4.6 and nbconvert show a PNG output without alternative text, whatever its metadata hold.
So the output, live and stored, is an `<img>` with one. Strict nbval compares the words, and not the
PNG: `tools/nbval.cfg` leaves it out.
"""

from base64 import b64encode
from html import escape
from io import BytesIO
from typing import Any

from IPython.display import display
from ipywidgets import HTML
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

DPI = 150  # shown at 100 pixels an inch


class Still(HTML):
    """A figure, and what it shows in words."""

    def __init__(self, figure: Figure, words: str) -> None:
        self.words = words
        png, width = b64encode(_png(figure)).decode(), round(100 * figure.get_size_inches()[0])
        source = f'src="data:image/png;base64,{png}" width="{width}"'
        super().__init__(f'<img alt="{escape(words)}" {source} style="max-width: 100%">')

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        stored = {"text/plain": self.words, "text/html": self.value}
        return super()._repr_mimebundle_(**kwargs) | stored


def show(words: str) -> None:
    """Show pyplot's current figure with alternative text, and close it."""
    figure = plt.gcf()
    display(Still(figure, words))
    plt.close(figure)


def _png(figure: Figure) -> bytes:
    """Return a figure as PNG, with a palette: a third of the bytes, and no difference to see."""
    full, small = BytesIO(), BytesIO()
    figure.savefig(full, format="png", dpi=DPI, bbox_inches="tight")
    Image.open(full).convert("RGB").quantize(64).save(small, format="png", optimize=True)
    return small.getvalue()
