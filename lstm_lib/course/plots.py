"""Static figures: a few numbers drawn with matplotlib in the colours of the course."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from html import escape
from io import BytesIO
from itertools import cycle
from typing import Any

from IPython.display import display
from ipywidgets import HTML
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from lstm_lib import _validate
from lstm_lib.notation import COLORS

STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P")
SPARE = ("#333333", "#ca9161", "#949494", "#8172b3")  # none stands for a quantity of the cell
SIZE, DPI = (6.4, 2.8), 150  # inches; shown at 100 pixels per inch
_POINTS = 201  # enough for a smooth curve at 640 pixels


def sequences(
    values: Mapping[str, Sequence[float]],
    ylabel: str = "",
    xlabel: str = "time step",
    log: bool = False,
    first: int = 1,
) -> None:
    """Show sequences over their time steps, a marker at every value.

    Args:
        values: sequences by name, (seq_len,) each; the lengths may differ.
        ylabel: what the vertical axis shows.
        xlabel: what the horizontal axis shows.
        log: whether the vertical axis is logarithmic.
        first: the number of the first step.

    Raises:
        TypeError, ValueError: `values` names nothing, or one of them is not finite numbers.
    """
    _check_named("values", values)
    values = {name: _validate.sequence(f"values[{name!r}]", row) for name, row in values.items()}
    axes = _axes(xlabel, ylabel)
    markers = cycle(MARKERS)
    for (name, numbers), look in zip(values.items(), _looks(values), strict=True):
        steps = range(first, first + len(numbers))
        axes.plot(steps, numbers, marker=next(markers), markersize=5, label=name, **look)
    if log:
        axes.set_yscale("log")
    axes.xaxis.get_major_locator().set_params(integer=True)
    _finish(axes)


def curves(
    functions: Mapping[str, Callable[[float], float]],
    low: float,
    high: float,
    xlabel: str = "z",
    ylabel: str = "",
) -> None:
    """Show functions of one number as curves from `low` to `high`.

    Args:
        functions: functions of one number by name.
        low, high: where the curves start and end.
        xlabel: what the horizontal axis shows.
        ylabel: what the vertical axis shows.

    Raises:
        TypeError, ValueError: `functions` names nothing, or one of them is no function; `low` is
            not below `high`.
    """
    _check_named("functions", functions)
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"functions[{name!r}] must be a function, got {function!r}")
    if _validate.number("low", low) >= _validate.number("high", high):
        raise ValueError(f"low must be below high, got low={low!r} and high={high!r}")
    axes = _axes(xlabel, ylabel)
    places = [low + (high - low) * k / (_POINTS - 1) for k in range(_POINTS)]
    for (name, function), look in zip(functions.items(), _looks(functions), strict=True):
        axes.plot(places, [function(place) for place in places], label=name, **look)
    _finish(axes)


def _check_named(argument: str, given: object) -> None:
    """Raise unless `given` is a mapping of at least one name."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{argument} must be a mapping by name, got {given!r}")
    if not given:
        raise ValueError(f"{argument} must hold at least one name, got none")


def _looks(names: Mapping[str, object]) -> list[dict[str, str]]:
    """Return colour and line style per name; a quantity of the cell keeps its own colour."""
    spare = cycle(SPARE)
    colors = [COLORS.get(name) or next(spare) for name in names]
    return [
        {"color": color, "linestyle": style}
        for color, style in zip(colors, cycle(STYLES), strict=False)
    ]


def _axes(xlabel: str, ylabel: str) -> Axes:
    """Return the axes of a small new figure."""
    axes = Figure(figsize=SIZE, layout="constrained").subplots()
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _finish(axes: Axes) -> None:
    """Name the lines beside the frame and show the figure."""
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    display(Still(axes.figure, _in_words(axes)))


def _in_words(axes: Axes) -> str:
    """Say what a figure shows: where each of its lines starts and ends, and how far it goes."""
    lines = (f"{line.get_label()} {_course(list(line.get_ydata()))}" for line in axes.lines)
    what = f"{axes.get_ylabel()} over {axes.get_xlabel()}".removeprefix(" over ")
    return f"figure, {what}: {'; '.join(lines)}"


def _course(values: Sequence[float]) -> str:
    """Say where a line starts and ends, and its highest and lowest point between."""
    first, *between, last = values if len(values) > 1 else (*values, *values)
    words = f"from {first:.4g} to {last:.4g}"
    if max(between, default=first) > max(first, last):
        words += f", up to {max(between):.4g}"
    if min(between, default=first) < min(first, last):
        words += f", down to {min(between):.4g}"
    return words


class Still(HTML):
    """A figure that screen readers can say.

    JupyterLab 4.6 shows a PNG output without alternative text, whatever its metadata hold. So
    the live output is an `<img>` with one; the stored output is the PNG with the same words as
    its plain text, which strict nbval compares.

    Args:
        figure: the figure to show.
        words: what it shows.
    """

    def __init__(self, figure: Figure, words: str) -> None:
        self.words, self.png = words, b64encode(_png(figure)).decode()
        width = f"{SIZE[0] * 100:.0f}"
        source = f'src="data:image/png;base64,{self.png}" width="{width}"'
        super().__init__(f'<img alt="{escape(words)}" {source} style="max-width: 100%">')

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**kwargs)
        stored = {"text/plain": self.words, "image/png": self.png}
        return bundle | stored, {"image/png": {"width": round(SIZE[0] * 100), "alt": self.words}}


def _png(figure: Figure) -> bytes:
    """Return a figure as PNG, with a palette: a third of the bytes, and no difference to see."""
    full, small = BytesIO(), BytesIO()
    figure.savefig(full, format="png", dpi=DPI)
    Image.open(full).convert("RGB").quantize(64).save(small, format="png", optimize=True)
    return small.getvalue()
