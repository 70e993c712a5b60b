"""Explorers in a narrow place, as at 200 % zoom with the file browser open: every control works."""

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    "from lstm_lib.course.explorers.cell import CellExplorer\nCellExplorer()",
    "from lstm_lib.course.explorers.training import TrainingExplorer\nTrainingExplorer(100)",
    "from lstm_lib.course.explorers.gates import YouAreTheGates\nYouAreTheGates()",
    "from lstm_lib.course.explorers.gate import GateExplorer\nGateExplorer()",
]
NARROW = 320  # of an explorer at most
# Controls that are not shown whole: beside their column, over another, or with a short track.
BROKEN = """() => [...document.querySelectorAll(".lstm-explorer")].flatMap((explorer) => {
  const all = [...explorer.querySelectorAll(".lstm-control")], found = [];
  const wide = explorer.getBoundingClientRect();
  all.forEach((control) => {
    const name = control.querySelector("input, select, [role]")?.ariaLabel;
    const { left, right, top } = control.getBoundingClientRect();
    if (!control.closest(".lstm-aligned") && right > wide.right + 1) found.push(`${name} is cut`);
    if (control.querySelector("input[type=range]")?.offsetWidth < 30) found.push(`${name}: track`);
    for (const part of control.querySelectorAll("input[type=text], button:not([hidden]), label")) {
      const box = part.getBoundingClientRect();
      if (box.width && box.right > right + 1) found.push(`${name}: ${part.tagName} sticks out`);
    }
  });
  for (const button of explorer.querySelectorAll(".jupyter-button"))
    if (button.scrollWidth > button.clientWidth) found.push(`${button.textContent} is cut`);
  return found;
})"""


@pytest.fixture(scope="module")
def notebook(open_notebook):
    opened = open_notebook(CELLS, width=683, height=384)
    opened.run_all()
    return opened


def test_no_control_is_cut(notebook):
    assert notebook.page.locator(".lstm-explorer").first.bounding_box()["width"] <= NARROW
    assert notebook.page.evaluate(BROKEN) == []


def test_the_picture_keeps_a_size_that_can_be_read_and_the_words_stay_in_view(notebook):
    for explorer in notebook.page.locator(".lstm-explorer").all():
        picture = explorer.locator(".lstm-sheets svg").first.bounding_box()
        assert picture["width"] >= 600
        place = explorer.bounding_box()
        explorer.evaluate("(one) => one.scrollLeft = 200")
        says = explorer.locator(".lstm-says").last.bounding_box()
        assert place["x"] - 1 <= says["x"]
        assert says["x"] + says["width"] <= place["x"] + place["width"] + 1


def test_nothing_scrolls_sideways_where_there_is_room(open_notebook):
    opened = open_notebook(CELLS, width=1366, height=768)
    opened.run_all()
    beyond = "(all) => all.map((one) => one.scrollWidth - one.clientWidth)"
    assert opened.page.locator(".lstm-explorer").evaluate_all(beyond) == [0] * len(CELLS)
