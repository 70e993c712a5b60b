"""The bar of long computations, in a terminal and in a notebook."""

import io
import sys
from types import SimpleNamespace

import IPython
import pytest

from lstm_lib.course import progress
from lstm_lib.course.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream, modules=sys.modules))
    return stream


@pytest.fixture
def notebook(monkeypatch):
    """Make IPython say that it runs in a kernel, and catch what is displayed."""
    shown = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr(IPython.display, "display", shown.append)
    return shown


def test_a_terminal_shows_how_far_it_is_and_a_note(terminal, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    with Progress(4, "epochs") as bar:
        bar.update(note="loss 0.5")
        assert "1/4" in terminal.getvalue()
        assert "loss 0.5" in terminal.getvalue()
        bar.update(3, "loss 0.25")
    assert "4/4" in terminal.getvalue()
    assert "loss 0.25" in terminal.getvalue()
    assert terminal.getvalue().endswith("\n")


def test_a_file_holds_start_and_end_only(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PAUSE", 0.0)
    with Progress(300) as bar:
        for _ in range(300):
            bar.update()
    shown = capsys.readouterr().err
    assert shown.count("\r") == 2
    assert "300/300" in shown


def test_between_two_drawings_there_is_a_pause(terminal, monkeypatch):
    now = iter((1.0, 1.0, 1.05, 1.2, 1.2))
    monkeypatch.setattr(progress, "monotonic", lambda: next(now))
    bar = Progress(10)
    bar.update(note="first")
    bar.update(note="second")
    assert "second" not in terminal.getvalue()
    bar.update(note="third")
    assert "third" in terminal.getvalue()
    bar.close()


def test_a_computation_that_goes_on_begins_where_it_was(terminal):
    with Progress(10, done=6) as bar:
        bar.update(2)
    assert "6/10" in terminal.getvalue()
    assert "8/10" in terminal.getvalue()


def test_a_bar_is_closed_by_an_error(terminal):
    with pytest.raises(ZeroDivisionError), Progress(10) as bar:
        _ = bar.update(2), 1 // 0
    assert "2/10" in terminal.getvalue()
    assert terminal.getvalue().endswith("\n")


def test_a_notebook_shows_a_widget_that_can_be_read_aloud(notebook):
    with Progress(40, "epochs", done=10) as bar:
        (shown,) = notebook
        assert 'value="10"' in shown.value
        bar.update(5, "loss <0.5>")
    assert 'aria-label="15 of 40 epochs" max="40" value="15"' in shown.value
    assert "loss &lt;0.5&gt;" in shown.value


def test_what_a_notebook_stores_is_the_same_at_every_run(notebook):
    with Progress(40, "epochs") as bar:
        before = notebook[0]._repr_mimebundle_()["text/plain"]
        bar.update(40, "loss 0.123")
    assert before == notebook[0]._repr_mimebundle_()["text/plain"]
    assert before == repr(notebook[0]) == "progress bar, 40 epochs"


def test_a_script_that_imported_ipython_has_no_notebook(terminal, monkeypatch):
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    with Progress(3):
        assert "0/3" in terminal.getvalue()


@pytest.mark.parametrize(
    ("given", "kind", "says"),
    [
        ({"total": 0}, ValueError, "total must be at least 1, got 0"),
        ({"total": 2.5}, TypeError, "total must be a whole number, got 2.5"),
        ({"total": 5, "done": -1}, ValueError, "done must be at least 0, got -1"),
    ],
)
def test_odd_numbers_are_refused(given, kind, says):
    with pytest.raises(kind, match=says):
        Progress(**given)
