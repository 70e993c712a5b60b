"""Entry and Keys without a browser: what Python may set, and what a browser may send."""

import pytest

from lstm_lib.course.explorers.controls.entry import Entry
from lstm_lib.course.explorers.controls.keys import Keys


def sent_by_browser(widget, content=None, **state):
    """Hand a widget what a browser sends; return what it answers."""
    said = []
    widget._send = lambda message, buffers=None: said.append(message)
    update = {"method": "update", "state": state, "buffer_paths": []}
    data = {"method": "custom", "content": content} if content is not None else update
    widget._handle_msg({"content": {"data": data}, "buffers": []})
    del widget._send
    return said


# --- Entry --------------------------------------------------------------------------------------


def test_an_entry_takes_strings_of_its_letters():
    entry = Entry(label="string")
    for value in ("", "a", "abba", "b" * 100):
        entry.value = value
        assert entry.value == value
    assert repr(Entry(value="ab", label="s", name="string")) == "Entry('string', value='ab')"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"value": "abx"}, ValueError, "made of the letters a, b, got 'x' in 'abx'"),
        ({"value": "A"}, ValueError, "got 'A'"),
        ({"value": "abab", "longest": 3}, ValueError, "value must have at most 3 letters, got 4"),
        ({"value": 3}, TypeError, "value must be a string, got 3"),
        ({"letters": ""}, ValueError, "letters must be at least one letter, each once, got ''"),
        ({"letters": "aba"}, ValueError, "letters must be at least one letter, each once"),
        ({"letters": ["a"]}, TypeError, "letters must be a string"),
        ({"longest": -1}, ValueError, "longest must be at least 0"),
        ({"label": ""}, ValueError, "name must be a text for screen readers"),
        ({"wide": 1}, TypeError, "Entry has no argument 'wide'"),
    ],
)
def test_an_entry_says_what_is_wrong(arguments, error, says):
    with pytest.raises(error, match=says):
        Entry(**{"label": "s"} | arguments)


def test_what_is_refused_changes_nothing():
    entry = Entry(value="aab", label="s", longest=5)
    for value in ("aabc", "aaabbb"):
        with pytest.raises(ValueError, match="value must"):
            entry.value = value
        assert entry.value == "aab"
    with pytest.raises(ValueError, match="at most 2"):
        entry.longest = 2
    with pytest.raises(ValueError, match="letters b, c"):
        entry.letters = "bc"
    assert (entry.longest, entry.letters) == (5, "ab")


def test_a_browser_that_sends_another_letter_is_answered_with_what_holds():
    entry = Entry(value="aab", label="s")
    assert sent_by_browser(entry, value="aabc")[-1]["state"] == {"value": "aab"}
    sent_by_browser(entry, value="aabb")
    assert entry.value == "aabb"


# --- Keys ---------------------------------------------------------------------------------------


@pytest.fixture
def keys():
    made = Keys(["T", "P", "undo"], on=["P", "undo"], label="next")
    made.seen = []
    made.on_press(made.seen.append)
    return made


def test_a_press_tells_its_word_where_the_button_is_on(keys):
    keys.press("P")
    keys.press("T")
    keys.press("undo")
    assert keys.seen == ["P", "undo"]


def test_a_click_in_the_browser_is_a_press(keys):
    sent_by_browser(keys, {"press": "P"})
    sent_by_browser(keys, {"press": "T"})
    for nonsense in ({"press": "X"}, {"press": ["P"]}, {}, "P"):
        sent_by_browser(keys, nonsense)
    assert keys.seen == ["P"]


def test_buttons_are_on_unless_said_otherwise():
    assert Keys(["a", "b"], label="k").on == ["a", "b"]
    none = Keys(["a", "b"], on=[], label="k")
    assert none.on == []
    assert repr(none) == "Keys('k', on=[])"


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"on": ["c"]}, ValueError, "on must be among 'a', 'b', got 'c'"),
        ({"on": ["a", "a"]}, ValueError, "on must be at least one string, each once"),
        ({"on": "a"}, TypeError, "on must be a list of strings"),
        ({"options": []}, ValueError, "options must be at least one string"),
        ({"label": ""}, ValueError, "name must be a text for screen readers"),
        ({"wide": 1}, TypeError, "Keys has no argument 'wide'"),
    ],
)
def test_keys_say_what_is_wrong(arguments, error, says):
    with pytest.raises(error, match=says):
        Keys(**{"options": ["a", "b"], "label": "k"} | arguments)


def test_there_is_no_other_button(keys):
    with pytest.raises(ValueError, match="word must be one of 'T', 'P', 'undo', got 'X'"):
        keys.press("X")
