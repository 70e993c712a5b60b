"""Explorer: controls around a picture, and everything that all of them have in common."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

from ipywidgets import HTML, Box, Checkbox, GridBox, Layout, VBox, Widget

from lstm_lib.drawing import svg
from lstm_lib.explorers.controls.tries import Tries

WIDTH = "880px"
MOST_TWICE = 100_000  # characters of a picture that is stored as an <img> with its words, too
STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8")


class View(NamedTuple):
    """What an explorer shows for one setting of its controls.

    Fields:
        still: the sheet of the picture that few moves change; it lies below the other, and is
            sent to the browser only when it has changed.
        moves: the sheet that changes with every move. It travels with the words, in one message.
        says: what the picture shows, in words and numbers.
        header, rows: the same numbers as a table; the first cell of a row names it.
    """

    still: str
    moves: str
    says: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


class Explorer(VBox):
    """Controls around a picture that answers at once.

    A subclass builds its controls, calls `super().__init__(controls, rows, size)` and returns
    what to show from `view`. It owns no mathematics and no drawing: it reads its controls, has a
    model run, and hands a picture the plain numbers of a scene. A ValueError, TypeError or
    ArithmeticError raised in `view` is shown to the learner as a sentence; the last good picture
    stays.

    Args:
        controls: every widget with a `.value` the picture depends on, by name.
        rows: the widgets that stand above the picture, top to bottom.
        size: width and height of the picture, in its own units.
        tries: what to try, in short sentences; one at a time stands above the picture.
    """

    def __init__(
        self,
        controls: dict[str, Widget],
        rows: Sequence[Widget],
        size: tuple[int, int],
        tries: Sequence[str] = (),
    ) -> None:
        self.controls, self.size = controls, size
        self._lock, self._held = RLock(), False
        self._settings: list[object] = []
        self._view = View("", "", "", (), ())
        self._still, self._moves, self._numbers = HTML(), HTML(), HTML()
        picture = Box([self._still, self._moves], layout=Layout(width="100%"))
        picture.add_class("lstm-sheets")
        self.as_table = Checkbox(description="numbers as a table", indent=False)
        self._numbers.layout.display = "none"
        self.as_table.observe(self._refresh, "value")
        for control in controls.values():
            control.observe(self._refresh, "value")
        rows = [*rows, *_shown_above(tries), picture, self.as_table, self._numbers]
        super().__init__(
            [HTML(f"<style>{STYLE}</style>{svg.STYLE}"), *rows], layout=Layout(max_width=WIDTH)
        )
        self.add_class("lstm-explorer")
        self._refresh()

    def view(self) -> View:
        """Return what to show for the controls' values."""
        raise NotImplementedError

    def render(self) -> str:
        """Return the whole picture for the current state as one SVG."""
        with self._lock:
            return svg.document(self.size, self._view[:2], self._view.says)

    def __repr__(self) -> str:
        values = (f"{name}={_shown(widget.value)}" for name, widget in self.controls.items())
        return f"{type(self).__name__}({', '.join(values)})"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle |= {"text/plain": repr(self), "image/svg+xml": self.render()}
        if len(bundle["image/svg+xml"]) <= MOST_TWICE:
            with self._lock:
                drawn = svg.document(self.size, self._view[:2], self._view.says, svg.DARK)
                bundle["text/html"] = svg.image(drawn, self._view.says)
        return bundle

    @contextmanager
    def together(self) -> Iterator[None]:
        """Change several controls and redraw once: at the end of the outermost `together`.

        An error inside leaves the picture as it was; the next change draws again.
        """
        with self._lock:
            held, self._held = self._held, True
            try:
                yield
            finally:
                self._held = held
            self._refresh()

    def _refresh(self, _change: object = None) -> None:
        """Redraw for the controls' values, unless the picture is of just these values.

        On bad input say what is wrong and keep the picture.
        """
        with self._lock:
            settings = [widget.value for widget in (*self.controls.values(), self.as_table)]
            if self._held or settings == self._settings:
                return
            self._settings = settings
            try:
                self._view = self.view()
            except (ValueError, TypeError, ArithmeticError) as error:
                self._show("lstm-trouble", str(error))
            else:
                self._show("lstm-says", self._view.says)

    def _show(self, kind: str, words: str) -> None:
        self._still.value = svg.layer(self.size, self._view.still)
        moves = svg.layer(self.size, self._view.moves)
        self._moves.value = f'{moves}<div class="{kind}">{escape(words)}</div>'
        self._numbers.layout.display = "" if self.as_table.value else "none"
        if self.as_table.value:
            self._numbers.value = _html_table(self._view.header, self._view.rows)


Row = dict[str, Widget]  # controls beside each other, by name


def with_choice(owner: object, *rows: str) -> list[Row]:
    """Return the controls of an explorer, row by row, those that are disabled left out.

    Args:
        owner: has the controls as attributes.
        rows: the names of a row's controls, with blanks between them.
    """
    found = ({name: getattr(owner, name) for name in row.split()} for row in rows)
    open_ones = ({name: one for name, one in row.items() if not one.disabled} for row in found)
    return [row for row in open_ones if row]


def arranged(rows: Sequence[Row], lay: Callable[[Row], Widget]) -> tuple[Row, list[Widget]]:
    """Return all controls by name, and the widgets that `lay` puts their rows in."""
    return {name: one for row in rows for name, one in row.items()}, [lay(row) for row in rows]


def columns(widgets: Iterable[Widget], widths: str = "", gap: str = "0 20px") -> GridBox:
    """Put widgets beside each other over the picture's width, in equal columns unless given.

    In a narrow place they go below each other. Those without a gap stand in the columns of the
    picture: they stay there.
    """
    widgets = list(widgets)
    template = widths or f"repeat({len(widgets)}, minmax(0, 1fr))"
    grid = GridBox(
        widgets, layout=Layout(grid_template_columns=template, width="100%", grid_gap=gap)
    )
    grid.add_class("lstm-columns")
    if gap == "0":
        grid.add_class("lstm-aligned")
    return grid


def _shown_above(tries: Sequence[str]) -> list[Tries]:
    """Return what shows the tries, or nothing if there are none."""
    return [] if tries in ([], ()) else [Tries(tries)]


def _shown(value: object) -> str:
    return f"{value:.5g}" if isinstance(value, float) else repr(value)


def _html_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return an HTML table whose first column names its rows."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f'<table class="lstm-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
