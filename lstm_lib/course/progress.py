"""How far a long computation has come: a bar in a notebook or in a terminal."""

import sys
from html import escape
from time import monotonic
from typing import Any

from ipywidgets import HTML
from tqdm import tqdm

from lstm_lib import _validate

PAUSE = 0.1  # seconds between two drawings: more would cost more than the eye gets


class Progress:
    """A bar that grows to `total`: a widget in a notebook, a line of text in a terminal.

    Use it in a `with` block, so that it is closed whatever happens.

    Args:
        total: how many steps there are, at least 1.
        what: what a step is, in the plural, such as "epochs".
        done: how many of them are behind us already.

    Raises:
        TypeError, ValueError: a bad argument.
    """

    def __init__(self, total: int, what: str = "steps", done: int = 0) -> None:
        self.total = _validate.count("total", total, at_least=1)
        self.done, self.note, self._next = _validate.count("done", done), "", 0.0
        self._bar = (_Widget if _in_notebook() else _Line)(self.total, what, self.done)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def update(self, steps: int = 1, note: str = "") -> None:
        """Go on by `steps`, with a `note` such as the loss now."""
        self.done, self.note = self.done + steps, note
        if monotonic() >= self._next:
            self._next = monotonic() + PAUSE
            self._bar.show(self.done, self.note)

    def close(self) -> None:
        """Show the last state and leave it standing."""
        self._bar.show(self.done, self.note)
        self._bar.close()


class _Line:
    """A line of text on standard error; in a file, where nothing moves, only start and end."""

    def __init__(self, total: int, what: str, done: int) -> None:
        options = {"unit": f" {what}", "file": sys.stderr, "dynamic_ncols": True}
        self._moves = sys.stderr.isatty()
        self._line = tqdm(total=total, initial=done, **options)

    def show(self, done: int, note: str) -> None:
        self._line.set_postfix_str(note, refresh=False)
        self._line.n = done
        if self._moves:
            self._line.refresh()

    def close(self) -> None:
        self._line.close()


class _Widget:
    """A bar below the cell. What a notebook stores of it says no more than how long it is."""

    def __init__(self, total: int, what: str, done: int) -> None:
        # Only a notebook has a place to display something.
        from IPython.display import display

        self._total, self._what = total, what
        self._html = _Stored(f"progress bar, {total} {what}")
        self.show(done, "")
        display(self._html)

    def show(self, done: int, note: str) -> None:
        words = f"{done} of {self._total} {self._what}"
        bar = f'<progress aria-label="{escape(words)}" max="{self._total}" value="{done}">'
        self._html.value = f"{bar}</progress> {escape(words)} {escape(note)}"

    def close(self) -> None:
        """Leave the bar as it is."""


class _Stored(HTML):
    """An HTML widget with a text of its own, the same at every run."""

    def __init__(self, text: str) -> None:
        self._text = text
        super().__init__()

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return super()._repr_mimebundle_(**kwargs) | {"text/plain": self._text}


def _in_notebook() -> bool:
    """Say whether an IPython kernel runs this."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
