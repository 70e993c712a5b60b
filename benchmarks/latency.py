"""From a key press on a slider to the changed picture, in JupyterLab with headless Chromium.

    python -m benchmarks.latency            # all cases
    python -m benchmarks.latency slider     # those whose name contains a word

Every case is a cell with a slider and a picture. A press is timed in the page, from the time stamp
of the key event to the first frame after the last change of the picture (an image is decoded by
then). `burst` presses 40 times as fast as the browser takes keys, and times the last press; `busy`
does so while another cell runs a Python loop. `times` compares with `interact` and an inline
matplotlib figure, measured in the same run.
"""

import statistics
import sys
import time
from typing import NamedTuple

from tests.browser.lab import Lab

PRESSES, MOVES = 25, 40
KEYS = ("ArrowRight", "ArrowLeft")
BUSY = "import time\nend = time.time() + 2.5\nwhile time.time() < end:\n    pass"
BASELINE = "interact + inline"


class Case(NamedTuple):
    """A cell to measure.

    Fields:
        name: how the table calls it.
        source: code of the cell; it displays a slider and its picture.
        slider: accessible name of the slider.
    """

    name: str
    source: str
    slider: str = "w_h"


SLIDER = """
import ipywidgets, math
from lstm_lib.widgets.slider import Slider
w = Slider(label="w_h", value=-2, min=-5, max=5)
def svg(body):
    return f'<svg viewBox="0 0 600 300" width="600">{body}</svg>'
def curve():
    at = [(x, 1 / (1 + math.exp(-w.value * (x - 300) / 60))) for x in range(0, 600, 6)]
    line = " ".join(f"{x},{280 - 250 * y:.1f}" for x, y in at)
    text = f'<text y="20">{w.value:.2f}</text>'
    return f'<polyline points="{line}" fill="none" stroke="#0173b2"/>{text}'
def dots(shift):
    return "".join(f'<circle cx="{20 * (k % 30)}" cy="{30 * (k // 30) + shift:.2f}" r="3"/>'
                   for k in range(300))
def show(picture, draw):
    picture.value = draw()
    w.observe(lambda change: setattr(picture, "value", draw()), "value")
"""
INTERACT = """
import ipywidgets, matplotlib.pyplot as plt, numpy as np
%matplotlib inline
x = np.linspace(-5, 5, 100)
@ipywidgets.interact(w_h=ipywidgets.FloatSlider(value=-2, min=-5, max=5, step=0.05))
def draw(w_h):
    plt.figure(figsize=(6, 3))
    plt.plot(x, 1 / (1 + np.exp(-w_h * x)))
    plt.title(f"{w_h:.2f}")
    plt.show()
"""
INTERACT_RUN = """
import ipywidgets, matplotlib.pyplot as plt
from dataclasses import replace
from lstm_lib.scalar import Gate, ScalarLSTM
%matplotlib inline
model = ScalarLSTM.published()
@ipywidgets.interact(w_h=ipywidgets.FloatSlider(value=2.7, min=-8, max=8, step=0.1))
def draw(w_h):
    trace = replace(model, f=Gate(w_h, *model.f[1:])).run((1, 0.5, 0.25, 1))
    figure, axes = plt.subplots(3, 1, figsize=(8, 4), sharex=True)
    for axis, names in zip(axes, ("fio", "gh", "c")):
        for name in names:
            axis.plot(range(1, 5), getattr(trace, name), marker="o", label=name)
        axis.legend(loc="right")
    figure.suptitle(f"predicts {trace.prediction:.3f}")
    plt.show()
"""


def explorer(name, slider, first=""):
    """Return the case of one explorer and one of its sliders; `first` sets `e` up."""
    source = f"from lstm_lib.widgets import {name}\ne = {name}()\n{first}\ne"
    return Case(f"{name}: {slider}"[:44], source, slider)


CASES = [
    Case(BASELINE, INTERACT, slider=""),
    Case("interact + inline, the cell's run", INTERACT_RUN, slider=""),
    explorer("YouAreTheGates", "forget gate f, step 2"),
    explorer("GateExplorer", "weight on h"),
    explorer("CellExplorer", "forget gate, weight on h"),
    explorer("CellExplorer", "day"),
    explorer("GradientExplorer", "vanilla unit, weight on h"),
    explorer("TrainingExplorer", "learning rate"),
    explorer("TrainingExplorer", "epoch to look at", "e.epoch.value = 2500"),
    Case(
        "Slider + SVG, a curve",
        SLIDER + "picture = ipywidgets.HTML()\nshow(picture, lambda: svg(curve()))\n"
        "ipywidgets.VBox([w, picture])",
    ),
    Case(
        "Slider + SVG, 300 elements",
        SLIDER
        + "picture = ipywidgets.HTML()\nshow(picture, lambda: svg(dots(w.value) + curve()))\n"
        "ipywidgets.VBox([w, picture])",
    ),
    Case(
        "Slider + SVG, 300 static apart",
        SLIDER + "static, picture = ipywidgets.HTML(svg(dots(0))), ipywidgets.HTML()\n"
        "show(picture, lambda: svg(curve()))\nipywidgets.VBox([w, static, picture])",
    ),
]


class Result(NamedTuple):
    """Milliseconds of one case."""

    name: str
    presses: tuple[float, ...]
    burst: float
    busy: float

    @property
    def median(self):
        """The median press."""
        return statistics.median(self.presses)

    @property
    def p95(self):
        """The press that 95 % are not slower than."""
        return sorted(self.presses)[round(0.95 * (len(self.presses) - 1))]


def slider_of(notebook, case):
    """Return the case's slider; ipywidgets' own has no name to be found by."""
    if case.slider:
        return notebook.slider(case.slider)
    return notebook.page.locator(".jp-OutputArea-output [role=slider]").first


def open_case(lab, case):
    """Return a case's notebook, run and warm, and its slider."""
    notebook = lab.open([case.source, BUSY])
    notebook.run_all()
    slider = slider_of(notebook, case)
    for key in (*KEYS, *KEYS):
        notebook.burst(slider, key)
    return notebook, slider


def time_presses(opened, presses=PRESSES):
    """Return milliseconds of single presses there and back, a list for each case.

    The cases take turns, so that what else the machine does slows all of them alike.
    """
    keys = (KEYS[k % 2] for k in range(presses))
    rounds = [[notebook.burst(slider, key) for notebook, slider in opened] for key in keys]
    return list(zip(*rounds, strict=True))


def time_burst(notebook, slider, while_busy=False, moves=MOVES):
    """Return milliseconds from the last of many quick presses to the last picture."""
    if while_busy:
        notebook.run_cell(1)
        time.sleep(0.3)
    slow = 3000 if while_busy else 1000  # a late picture counts, even one after the busy cell
    milliseconds = notebook.burst(slider, KEYS[0], moves, quiet=slow)
    notebook.wait_idle()
    return milliseconds


def time_both_bursts(notebook, slider):
    """Return milliseconds of a burst on an idle kernel, and of one while a cell runs."""
    times = []
    for while_busy in (False, True):
        slider.press("Home")
        notebook.settle()
        times.append(time_burst(notebook, slider, while_busy))
    return times


def measure(lab, cases):
    """Yield the `Result` of each case, every one in a notebook and a kernel of its own."""
    opened = [open_case(lab, case) for case in cases]
    presses = time_presses(opened)
    for (notebook, slider), case, milliseconds in zip(opened, cases, presses, strict=True):
        result = Result(case.name, milliseconds, *time_both_bursts(notebook, slider))
        errors = notebook.errors()
        assert not errors, "\n".join(errors)
        notebook.close()
        yield result


def line(result, baseline):
    """Return a row of the table."""
    ratio = f"{baseline.median / result.median:6.1f}x" if baseline else "      -"
    return (
        f"{result.name:46}{result.median:8.1f}{result.p95:8.1f}{ratio:>8}"
        f"{result.burst:8.0f}{result.busy:8.0f}"
    )


def main(words):
    """Measure the cases whose names contain one of `words`, all if there is none; print a table."""
    chosen = [c for c in CASES if not words or any(w.lower() in c.name.lower() for w in words)]
    print(f"milliseconds, {PRESSES} presses; burst of {MOVES} moves")
    print(f"{'':46}{'median':>8}{'p95':>8}{'faster':>8}{'burst':>8}{'busy':>8}")
    baseline = None
    with Lab() as lab:
        for result in measure(lab, chosen):
            baseline = result if result.name == BASELINE else baseline
            print(line(result, baseline), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
