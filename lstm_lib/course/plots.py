"""Line figures: a few numbers over steps, or functions as curves, drawn as SVG.

`sequences` and `curves` show a figure and return nothing. What is not a finite number is refused
with a TypeError or ValueError that names it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lstm_lib import _validate
from lstm_lib.course.figure import Line, figure
from lstm_lib.drawing.svg import image

_POINTS = 201  # enough for a smooth curve


class Picture:
    """An SVG that screen readers can say.

    Args:
        drawn: the SVG.
        words: what it shows.
    """

    def __init__(self, drawn: str, words: str) -> None:
        self.drawn, self.words = drawn, words

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        html = image(self.drawn, self.words)
        return {"text/plain": self.words, "text/html": html, "image/svg+xml": self.drawn}


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
        log: whether the vertical axis is logarithmic; what is not above 0 stands at its foot.
        first: the number of the first step.
    """
    _check_named("values", values)
    rows = {name: _validate.sequence(f"values[{name!r}]", row) for name, row in values.items()}
    if log and not any(value > 0 for row in rows.values() for value in row):
        raise ValueError("values must hold a number above 0 to stand on a logarithmic axis")
    lines = [Line(f"{name}", range(first, first + len(row)), row) for name, row in rows.items()]
    _show(lines, (xlabel, ylabel), steps=True, log=log)


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
    """
    _check_named("functions", functions)
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"functions[{name!r}] must be a function, got {function!r}")
    if _validate.number("low", low) >= _validate.number("high", high):
        raise ValueError(f"low must be below high, got low={low!r} and high={high!r}")
    places = [low + (high - low) * k / (_POINTS - 1) for k in range(_POINTS)]
    lines = [Line(f"{name}", places, _row(name, f, places)) for name, f in functions.items()]
    _show(lines, (xlabel, ylabel))


def _check_named(argument: str, given: object) -> None:
    """Raise unless `given` is a mapping of at least one name."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{argument} must be a mapping by name, got {given!r}")
    if not given:
        raise ValueError(f"{argument} must hold at least one name, got none")


def _row(name: str, function: Callable[[float], Any], places: Sequence[float]) -> list[float]:
    """Return what a function gives at some places, a number or an array of one number each."""
    found = [(place, function(place)) for place in places]
    return [
        _validate.number(f"functions[{name!r}]({place:g})", getattr(y, "item", lambda y=y: y)())
        for place, y in found
    ]


def _show(lines: Sequence[Line], axes: tuple[str, str], **options: bool) -> None:
    """Show lines, and say what they show."""
    from IPython.display import display

    what = f"{axes[1]} over {axes[0]}".removeprefix(" over ")
    words = f"figure, {what}: {'; '.join(map(_in_words, lines))}"
    display(Picture(figure(lines, axes, words, **options), words))


def _in_words(line: Line) -> str:
    """Say where a line starts and ends, and its highest and lowest point between."""
    first, *between, last = line.ys if len(line.ys) > 1 else (*line.ys, *line.ys)
    words = f"{line.name} from {first:.4g} to {last:.4g}"
    if max(between, default=first) > max(first, last):
        words += f", up to {max(between):.4g}"
    if min(between, default=first) < min(first, last):
        words += f", down to {min(between):.4g}"
    return words
