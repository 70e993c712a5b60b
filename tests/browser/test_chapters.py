"""Every chapter in a real JupyterLab: it runs, and every slider moves the picture below it."""

import json
from pathlib import Path

import pytest

from tests.browser.lab import REPOSITORY, wait_until

pytestmark = pytest.mark.browser
CHAPTERS = sorted((REPOSITORY / "chapters").glob("*.ipynb"))

# What the kernel holds: for each explorer on the page its sliders and the texts of its picture.
PROBE = """
import json as _json, re as _re
from html import unescape as _unescape
from ipywidgets.widgets.widget import _instances
from lstm_lib.explorers.base import Explorer as _Explorer
from lstm_lib.explorers.controls.slider import Slider as _Slider
print(_json.dumps([{
    "sliders": {c.name or c.label: c.value for c in e.controls.values() if isinstance(c, _Slider)},
    "texts": [_unescape(t) for t in _re.findall(r"<text[^>]*>([^<]*)</text>", e.render())],
} for e in _instances.values() if isinstance(e, _Explorer)]))
"""

# What the learner sees in one explorer.
SEEN = """(k) => {
  const explorer = document.querySelectorAll(".lstm-explorer")[k];
  return [...explorer.querySelectorAll(".lstm-sheets text")].map((text) => text.textContent);
}"""

# Its picture, with what has no words: lines, shades, places.
PICTURE = """(k) => document.querySelectorAll(".lstm-explorer")[k]
  .querySelector(".lstm-sheets").innerHTML"""


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request, lab):
    """A chapter, opened and run."""
    notebook = lab.open(Path(request.param))
    notebook.run_all()
    yield notebook
    notebook.close()


def kernel(notebook, k):
    """Return what the kernel holds of the explorer that stands `k`-th on the page."""
    return json.loads(notebook.execute(PROBE))[k]


def explorers(notebook):
    """Return the explorers on the page, first to last."""
    return notebook.page.locator(".lstm-explorer").all()


def sliders(explorer):
    """Return {accessible name: slider} of one explorer, of those that are shown."""
    found = explorer.locator(".lstm-slider input[type=range]").all()
    return {slider.get_attribute("aria-label"): slider for slider in found if slider.is_visible()}


def switch_on(chapter, explorer):
    """Press the explorer's "on", where it has one: a hand that is off moves no picture."""
    for button in explorer.locator("label:has(input[value=on])").all():
        button.click()
        chapter.settle()


def move(slider):
    """Press a key that moves the slider, whichever way there is room."""
    before = slider.input_value()
    slider.press("ArrowRight")
    if slider.input_value() == before:
        slider.press("ArrowLeft")


def test_a_chapter_that_was_never_run_shows_its_pictures(lab):
    lab.trust("chapters/03_one_cell.ipynb")
    notebook = lab.open(REPOSITORY / "chapters/03_one_cell.ipynb")
    notebook.page.locator(".jp-RenderedSVG img").first.wait_for()
    widths = "(images) => images.map((image) => image.naturalWidth)"
    assert notebook.page.locator(".jp-RenderedSVG img").evaluate_all(widths) == [880, 880]
    notebook.close()


def test_it_holds_an_explorer_and_runs_without_errors(chapter):
    assert explorers(chapter)
    assert chapter.errors() == []


def test_every_slider_moves_its_number_and_its_picture(chapter):
    for k, explorer in enumerate(explorers(chapter)):
        switch_on(chapter, explorer)
        for name, slider in sliders(explorer).items():
            seen, held = chapter.page.evaluate(PICTURE, k), kernel(chapter, k)
            move(slider)
            wait_until(lambda k=k, seen=seen: chapter.page.evaluate(PICTURE, k) != seen, name)
            chapter.settle()
            now = kernel(chapter, k)
            assert now["sliders"][name] != held["sliders"][name], name
            assert chapter.page.evaluate(SEEN, k) == now["texts"], name
    assert chapter.errors() == []


def test_every_control_has_a_name_and_enough_contrast(chapter):
    assert chapter.axe(".jp-OutputArea-output") == []
