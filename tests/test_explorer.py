"""What all explorers have in common: one redraw, no tracebacks, nothing sent twice."""

import re
import threading
import xml.etree.ElementTree as ET
from html import unescape
from importlib import import_module
from pkgutil import iter_modules
from urllib.parse import unquote

import pytest
from ipywidgets import Output
from ipywidgets.widgets.widget import _instances

from lstm_lib import explorers as library
from lstm_lib.course import explorers as course
from lstm_lib.drawing import svg
from lstm_lib.explorers import base
from lstm_lib.explorers.base import Explorer, View
from lstm_lib.explorers.controls.slider import Slider
from lstm_lib.explorers.controls.tries import Tries
from tests.pictures import outside, overlaps


def _kinds(kind):
    """Return every kind of an explorer, however many kinds it is built on."""
    return {found for sub in kind.__subclasses__() for found in (sub, *_kinds(sub))}


for package in (library, course):
    for page in iter_modules(package.__path__, f"{package.__name__}."):
        import_module(page.name)
ALL = sorted(_kinds(Explorer), key=lambda kind: kind.__name__)
ALL = [kind for kind in ALL if kind.__module__.startswith("lstm_lib.")]


def test_the_explorers_are_found():
    names = {kind.__name__ for kind in ALL}
    assert {"CellExplorer", "ClampExplorer", "TraceExplorer", "VectorExplorer"} < names
    assert len(names) >= 11


class Square(Explorer):
    """The smallest explorer: one slider, its square, and a range in which it refuses."""

    def __init__(self):
        self.x = Slider(label="x", min=-10, max=10)
        self.drawn = 0
        super().__init__({"x": self.x}, [self.x], (100, 20))

    def view(self):
        self.drawn += 1
        x = self.x.value
        if x < 0:
            raise ValueError(f"x must not be below 0, got {x}")
        return View(
            "<rect/>",
            f"<text>{x * x}</text>",
            f"{x} squared < {x * x + 1}",
            ["", "value"],
            [["x", str(x)], ["x²", str(x * x)]],
        )


@pytest.fixture
def square():
    return Square()


@pytest.mark.parametrize("kind", ALL)
def test_every_explorer_shows_what_to_try_just_above_its_picture(kind):
    explorer = kind(tries=["set it to 0", "and to 1"])
    shown = [at for at, child in enumerate(explorer.children) if isinstance(child, Tries)]
    assert [explorer.children[at].tries for at in shown] == [["set it to 0", "and to 1"]]
    assert "lstm-sheets" in explorer.children[shown[0] + 1]._dom_classes
    assert not any(isinstance(child, Tries) for child in kind().children)


@pytest.mark.parametrize("wrong", ["one text", 3, None, [1], ["a", ""]])
def test_what_is_no_list_of_tries_is_named(wrong):
    with pytest.raises((TypeError, ValueError), match="tries must be"):
        ALL[0](tries=wrong)


def test_a_move_shows_in_picture_words_and_table(square):
    square.as_table.value = True
    square.x.value = 3
    assert "<text>9.0</text>" in square.render()
    assert "<text>9.0</text>" in square._moves.value
    assert "3.0 squared &lt; 10.0" in square._moves.value
    assert "<td>9.0</td>" in square._numbers.value


def test_what_is_stored_says_its_words_and_a_large_picture_is_stored_once(square, monkeypatch):
    square.x.value = 3
    bundle = square._repr_mimebundle_()
    assert bundle["image/svg+xml"] == square.render()
    shown = re.search(r'alt="([^"]*)" src="data:image/svg\+xml,([^"]*)"', bundle["text/html"])
    alt, source = shown.groups()
    assert unescape(alt) == "3.0 squared < 10.0"
    assert "<text>9.0</text>" in unquote(source)
    assert svg.DARK in unquote(source)  # the colours of a page do not reach into an <img>
    monkeypatch.setattr(base, "MOST_TWICE", len(bundle["image/svg+xml"]) - 1)
    assert "text/html" not in square._repr_mimebundle_()


def test_bad_input_is_said_in_a_sentence_and_the_picture_stays(square):
    square.x.value = 2
    picture = square.render()
    square.x.value = -1
    assert "x must not be below 0, got -1.0" in square._moves.value
    assert square.render() == picture
    assert square.x.value == -1
    square.x.value = 1
    assert "must not" not in square._moves.value


def test_changes_made_together_draw_once(square):
    before = square.drawn
    with square.together():
        square.x.value = 3
        square.x.value = 4
    assert square.drawn == before + 1
    assert "<text>16.0</text>" in square.render()


def test_the_table_is_hidden_until_it_is_asked_for(square):
    assert square._numbers.layout.display == "none"
    square.as_table.value = True
    assert square._numbers.layout.display == ""


def test_a_move_on_another_thread_waits_for_the_picture_being_drawn():
    """ipykernel 7 runs callbacks on several threads: a slow, older picture must not come last."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Square):
        def view(self):
            seen = super().view()
            if self.x.value == 3:
                begun.set()
                go_on.wait(10)
            return seen

    square = Slow()
    older, newer = (
        threading.Thread(target=setattr, args=(square.x, "value", value)) for value in (3, 4)
    )
    older.start()
    assert begun.wait(10)
    newer.start()
    newer.join(0.3)
    waited = newer.is_alive()
    go_on.set()
    for thread in (older, newer):
        thread.join(10)
    assert waited
    assert "<text>16.0</text>" in square.render()
    assert "<text>16.0</text>" in square._moves.value


def test_nested_changes_draw_once_at_the_end_of_the_outermost(square):
    before = square.drawn
    with square.together():
        with square.together():
            square.x.value = 3
        assert square.drawn == before
        square.x.value = 4
    assert square.drawn == before + 1


def test_an_error_among_changes_draws_nothing_and_the_next_change_draws(square):
    before = square.drawn

    def fails():
        with square.together(), square.together():
            square.x.value = 3
            raise KeyError("x")

    with pytest.raises(KeyError):
        fails()
    assert square.drawn == before
    square.x.value = 5
    assert square.drawn == before + 1
    assert "<text>25.0</text>" in square.render()


def test_what_is_drawn_is_not_drawn_again(square):
    before = square.drawn
    square._refresh()
    assert square.drawn == before


@pytest.mark.parametrize("error", [ValueError, TypeError, ZeroDivisionError, OverflowError])
def test_trouble_is_marked_as_such_and_goes_away(square, error, monkeypatch):
    def fails():
        raise error("what is wrong")

    monkeypatch.setattr(square, "view", fails)
    square.x.value = 2
    assert '<div class="lstm-trouble">what is wrong</div>' in square._moves.value
    monkeypatch.undo()
    square.x.value = 1
    assert "lstm-trouble" not in square._moves.value
    assert '<div class="lstm-says">' in square._moves.value


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
class TestEvery:
    def test_its_picture_stands_on_its_own(self, kind):
        root = ET.fromstring(kind().render())
        assert root.get("role") == "img"
        assert root.get("aria-label")

    def test_its_values_are_in_its_repr(self, kind):
        explorer = kind()
        for name in explorer.controls:
            assert f"{name}=" in repr(explorer)

    def test_every_control_is_an_attribute_and_has_a_name(self, kind):
        explorer = kind()
        for name, control in explorer.controls.items():
            assert getattr(explorer, name) is control
            if isinstance(control, Slider):
                assert control.name or control.label

    def test_a_value_the_browser_may_not_send_is_answered_with_what_holds(self, kind):
        explorer = kind()
        for control in explorer.controls.values():
            before = control.value
            beyond = control.max + 1 if isinstance(control, Slider) else "nothing of the kind"
            said = []
            control._send = lambda message, buffers=None, said=said: said.append(message)
            data = {"method": "update", "state": {"value": beyond}, "buffer_paths": []}
            control._handle_msg({"content": {"data": data}, "buffers": []})
            del control._send
            assert control.value == before
            assert said[-1]["method"] == "update"
            assert said[-1]["state"] == {"value": before}

    def test_its_table_is_square(self, kind):
        view = kind().view()
        assert view.rows
        assert {len(row) for row in view.rows} == {len(view.header)}

    def test_it_captures_no_output(self, kind):
        before = set(_instances)
        kind()
        made = [widget for key, widget in _instances.items() if key not in before]
        assert not any(isinstance(widget, Output) for widget in made)

    def test_the_same_settings_give_the_same_picture(self, kind):
        assert kind().render() == kind().render()

    def test_every_slider_reaches_both_ends_and_no_text_is_hidden(self, kind):
        explorer = kind()
        for name, slider in explorer.controls.items():
            for end in ("min", "max") if isinstance(slider, Slider) else ():
                slider.value = getattr(slider, end)
                picture = explorer.render()
                assert overlaps(picture) == [], f"{name} at {end}"
                assert outside(picture) == [], f"{name} at {end}"
