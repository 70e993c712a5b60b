"""Entry and Keys in a real JupyterLab: typing, names, keys that stay, what cannot be meant."""

import json

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    """import ipywidgets
from lstm_lib.course.explorers.controls.entry import Entry
from lstm_lib.course.explorers.controls.keys import Keys
string = Entry(value="aabb", label="string", name="string of a and b", longest=6)
following = Keys(["T", "P", "undo"], on=["P", "undo"], label="next", name="next symbol")
pressed = []
following.on_press(pressed.append)
ipywidgets.VBox([string, following])""",
    "1",
]


@pytest.fixture(scope="module")
def notebook(open_notebook):
    opened = open_notebook(CELLS)
    opened.run_all()
    return opened


@pytest.fixture(autouse=True)
def _start_values(notebook):
    notebook.execute("string.value = ''; string.value, following.on = 'aabb', ['P', 'undo']")
    notebook.execute("pressed.clear()")
    notebook.settle(50)
    yield
    assert notebook.errors() == []


def kernel(notebook, expression):
    notebook.settle(50)
    return json.loads(notebook.execute(f"import json; print(json.dumps({expression}))"))


def field(notebook):
    return notebook.page.get_by_role("textbox", name="string of a and b", exact=True)


def status(notebook):
    return notebook.page.locator(".lstm-entry [role=status]").text_content()


def button(notebook, word):
    group = notebook.page.get_by_role("group", name="next symbol", exact=True)
    return group.get_by_role("button", name=word, exact=True)


def test_every_letter_is_sent_as_it_is_typed(notebook):
    field(notebook).press("End")
    for typed, value in (("b", "aabbb"), ("a", "aabbba")):
        field(notebook).press(typed)
        assert kernel(notebook, "string.value") == value
    assert status(notebook) == ""


def test_the_caret_stays_where_it_is(notebook):
    field(notebook).press("Home")
    field(notebook).press("b")
    notebook.settle(50)
    field(notebook).press("a")
    assert kernel(notebook, "string.value") == "baaabb"


def test_another_letter_stays_in_the_field_with_a_sentence(notebook):
    field(notebook).press("End")
    for key in ("x", "a"):
        field(notebook).press(key)
    assert kernel(notebook, "string.value") == "aabb"
    assert field(notebook).input_value() == "aabbxa"
    assert field(notebook).get_attribute("aria-invalid") == "true"
    assert status(notebook).startswith("Only a and b count here; \u201cx\u201d is none of them.")
    field(notebook).press("ArrowLeft")
    field(notebook).press("Backspace")
    assert kernel(notebook, "string.value") == "aabba"
    assert status(notebook) == ""
    assert field(notebook).get_attribute("aria-invalid") is None


def test_escape_brings_back_what_holds(notebook):
    field(notebook).press("x")
    field(notebook).press("Escape")
    assert field(notebook).input_value() == "aabb"
    assert status(notebook) == ""


def test_too_long_a_string_is_not_sent(notebook):
    field(notebook).fill("aaaabbb")
    assert status(notebook).startswith("At most 6 letters; these are 7.")
    assert kernel(notebook, "string.value") == "aabb"


def test_a_string_set_in_the_kernel_is_shown(notebook):
    field(notebook).press("x")
    notebook.execute("string.value = 'ba'")
    notebook.settle(50)
    assert field(notebook).input_value() == "ba"
    assert status(notebook) == ""


def test_keys_of_the_notebook_are_typed_and_do_nothing_else(notebook):
    before = notebook.page.locator(".jp-Cell").count()
    field(notebook).press("End")
    for key in ("b", "a", "d", "d", "Enter"):
        field(notebook).press(key)
    assert notebook.page.locator(".jp-Cell").count() == before
    assert kernel(notebook, "string.value") == "aabbba"
    button(notebook, "P").focus()
    for key in ("a", "b", "d", "d"):
        notebook.page.keyboard.press(key)
    assert notebook.page.locator(".jp-Cell").count() == before


def test_a_button_that_is_off_says_so_keeps_the_focus_and_does_nothing(notebook):
    assert button(notebook, "T").get_attribute("aria-disabled") == "true"
    assert button(notebook, "P").get_attribute("aria-disabled") == "false"
    button(notebook, "T").focus()
    notebook.page.keyboard.press("Enter")
    button(notebook, "T").click(force=True)
    assert kernel(notebook, "pressed") == []
    button(notebook, "P").focus()
    notebook.page.keyboard.press("Enter")
    notebook.execute("following.on = ['T']")
    notebook.settle(50)
    assert kernel(notebook, "pressed") == ["P"]
    assert notebook.page.evaluate("document.activeElement.textContent") == "P"
    notebook.page.keyboard.press("Enter")
    assert kernel(notebook, "pressed") == ["P"]


def test_arrows_walk_along_the_row_and_letters_press(notebook):
    button(notebook, "T").focus()
    for key in ("ArrowLeft", "Enter", "ArrowRight", "ArrowRight", "Space", "t", "p"):
        notebook.page.keyboard.press(key)
    assert kernel(notebook, "pressed") == ["undo", "P", "P"]


def test_no_rule_of_accessibility_is_broken(notebook):
    assert notebook.axe() == []
    field(notebook).fill("aax")
    assert notebook.axe() == []
