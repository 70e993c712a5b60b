"""An explorer's tries in a real JupyterLab: one in view with the picture, and the next by a key."""

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    """from lstm_lib.course.explorers.gate import GateExplorer
GateExplorer(tries=["Set the bias to 3.", "Set it to -3: what is kept?"])""",
    *(
        f"""from lstm_lib.course.explorers.{module} import {name}
{name}(tries=["Look at the picture."])"""
        for module, name in (
            ("gradient", "GradientExplorer"),
            ("gates", "YouAreTheGates"),
            ("cell", "CellExplorer"),
            ("training", "TrainingExplorer"),
        )
    ),
]


@pytest.fixture(scope="module")
def notebook(open_notebook):
    opened = open_notebook(CELLS, width=1366, height=768)
    opened.run_all()
    return opened


def shown(notebook):
    words = notebook.page.locator(".lstm-tries [aria-live]").first.inner_text()
    return " ".join(words.split())


def test_next_and_previous_go_round_and_keep_the_focus(notebook):
    following = notebook.page.get_by_role("button", name="next try", exact=True).first
    assert shown(notebook) == "Try 1 of 2 Set the bias to 3."
    following.focus()
    notebook.page.keyboard.press("Enter")
    assert shown(notebook) == "Try 2 of 2 Set it to -3: what is kept?"
    assert notebook.page.evaluate("document.activeElement.ariaLabel") == "next try"
    notebook.page.keyboard.press("Enter")
    notebook.page.get_by_role("button", name="previous try", exact=True).first.click()
    assert shown(notebook).startswith("Try 2 of 2")
    assert notebook.errors() == []


@pytest.mark.parametrize("which", range(len(CELLS)))
def test_the_try_is_in_view_with_the_picture_and_its_words(notebook, which):
    explorer = notebook.page.locator(".lstm-explorer").nth(which)
    picture = explorer.locator(".lstm-sheets").first.bounding_box()
    assert picture["y"] + picture["height"] - explorer.bounding_box()["y"] <= 600


def test_no_rule_of_accessibility_is_broken(notebook):
    assert notebook.axe() == []
