"""The explorers of a notebook in the browser: every slider is moved and its picture looked at."""

import json

from tests.browser.lab import wait_until

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


def move_every_slider(notebook):
    """Move every slider of every explorer; number and picture follow as the kernel has them."""
    for k, explorer in enumerate(explorers(notebook)):
        switch_on(notebook, explorer)
        for name, slider in sliders(explorer).items():
            seen, held = notebook.page.evaluate(PICTURE, k), kernel(notebook, k)
            move(slider)
            wait_until(lambda k=k, seen=seen: notebook.page.evaluate(PICTURE, k) != seen, name)
            notebook.settle()
            now = kernel(notebook, k)
            assert now["sliders"][name] != held["sliders"][name], name
            assert notebook.page.evaluate(SEEN, k) == now["texts"], name


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


def switch_on(notebook, explorer):
    """Press the explorer's "on", where it has one: a hand that is off moves no picture."""
    for button in explorer.locator("label:has(input[value=on])").all():
        button.click()
        notebook.settle()


def move(slider):
    """Press a key that moves the slider, whichever way there is room."""
    before = slider.input_value()
    slider.press("ArrowRight")
    if slider.input_value() == before:
        slider.press("ArrowLeft")
