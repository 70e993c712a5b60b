"""From a key press on a slider to the changed picture, in JupyterLab with headless Chromium.

    python -m benchmarks.latency            # all cases
    python -m benchmarks.latency Cell       # those whose name contains a word, and the baselines

Every case is a cell with a slider and a picture. A press is timed in the page, from the time stamp
of the key event: `changed` is when the picture in the page has changed (an image is decoded by
then), `painted` the next frame of the screen, up to 16.7 ms later. `faster` compares `changed` with
`interact` and an inline matplotlib figure of about the same content, in the same run. `burst`
presses 40 times as fast as the browser takes keys and times the last press, `busy` does so while
another cell runs a Python loop: medians of three. A slider that ends before the 40th press has
answered before it, so its time can be below zero.
"""

import statistics
import sys
import time
from typing import NamedTuple

from tests.browser.lab import Lab

PRESSES, MOVES, BURSTS = 25, 40, 3
KEYS = ("ArrowRight", "ArrowLeft")
BUSY = "import time\nend = time.time() + 2.5\nwhile time.time() < end:\n    pass"


class Case(NamedTuple):
    """A cell to measure.

    Fields:
        name: how the table calls it.
        source: code of the cell; it displays a slider and its picture.
        slider: accessible name of the slider; `interact` gives its own none.
        against: the name of the case it is compared with.
    """

    name: str
    source: str
    slider: str = ""
    against: str = ""


SLIDER = """
import ipywidgets, math
from lstm_lib.explorers.controls.slider import Slider
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
import ipywidgets, matplotlib.pyplot as plt
from dataclasses import replace
from math import tanh
from lstm_lib.scalar import Gate, ScalarLSTM, sigmoid
from lstm_lib.rnn import ScalarRNN
%matplotlib inline
model = ScalarLSTM.published()
@ipywidgets.interact(w_h=ipywidgets.FloatSlider(value=0.9, min=-5, max=5, step=0.05))
def draw(w_h):
"""
INTERACT_CURVE = (
    INTERACT
    + """
    plt.figure(figsize=(8, 3))
    zs = [k / 10 for k in range(-60, 61)]
    for function in (sigmoid, tanh):
        plt.plot(zs, [function(w_h * z) for z in zs])
    plt.title(f"{w_h:.2f}")
    plt.show()
"""
)
INTERACT_RUN = (
    INTERACT
    + """
    trace = replace(model, f=Gate(w_h, *model.f[1:])).run((1, 0.5, 0.25, 1))
    figure, axes = plt.subplots(3, 1, figsize=(8, 4), sharex=True)
    for axis, names in zip(axes, ("fio", "gh", "c")):
        for name in names:
            axis.plot(range(1, 5), getattr(trace, name), marker="o", label=name)
        axis.legend(loc="right")
    figure.suptitle(f"predicts {trace.prediction:.3f}")
    plt.show()
"""
)
INTERACT_FLOW = (
    INTERACT
    + """
    figure, axes = plt.subplots(1, 2, figsize=(8, 3))
    axes[0].semilogy([abs(g) for g in ScalarRNN(w_h).gradient_flow([0.1] * 50)])
    for part in model.gradient_flow([0.1] * 50):
        axes[0].semilogy([abs(g) + 1e-12 for g in part])
        axes[1].plot(part)
    plt.show()
"""
)
LAYER_RUN = """
import numpy as np
from lstm_lib.vector import VectorLSTM
x = np.random.default_rng(0).normal(size=(8, 50, 2))
outputs, trace = VectorLSTM(2, 32, output_size=1, forget_bias=2).forward(3 * x)
"""
INTERACT_LAYER = (
    LAYER_RUN
    + """
import ipywidgets, matplotlib.pyplot as plt
%matplotlib inline
@ipywidgets.interact(t=ipywidgets.IntSlider(value=25, min=0, max=49))
def draw(t):
    figure, axes = plt.subplots(3, 2, figsize=(9, 5))
    for axis, name in zip(axes.T.flat, "fiogch"):
        axis.imshow(getattr(trace, name)[0].T, aspect="auto",
                    cmap="cividis" if name in "gch" else "Blues_r")
        axis.axvline(t)
        axis.axhline(5)
        axis.set_title(f"{name} {getattr(trace, name)[0, t, 5]:.3f}")
    plt.show()
"""
)
CHECKPOINTS = """
import numpy as np
from lstm_lib.course.tasks import waves, windows
from lstm_lib.vector import VectorLSTM
from lstm_lib.course.checkpoints import Checkpoint
x, targets = (values[::100] for values in windows(waves(1000), 48, 12))
runs = [VectorLSTM(1, 32, output_size=12, seed=k).forward(x) for k in range(41)]
saved = [Checkpoint(5 * k, outputs[:, -1], trace) for k, (outputs, trace) in enumerate(runs)]
"""
INTERACT_CHECKPOINTS = (
    CHECKPOINTS
    + """
import ipywidgets, matplotlib.pyplot as plt
%matplotlib inline
errors = [np.mean((run.outputs - targets) ** 2) for run in saved]
@ipywidgets.interact(k=ipywidgets.IntSlider(value=20, min=0, max=40))
def draw(k):
    figure, axes = plt.subplots(2, 2, figsize=(9, 5))
    axes[0, 0].plot(x[0, :, 0])
    for run in saved[max(0, k - 8) : k + 1]:
        axes[0, 0].plot(range(48, 60), run.outputs[0])
    axes[0, 0].plot(range(48, 60), targets[0], "o")
    axes[0, 1].semilogy(errors)
    axes[0, 1].axvline(k)
    for axis, names in ((axes[1, 0], "fio"), (axes[1, 1], "gch")):
        for name in names:
            axis.plot(getattr(saved[k].trace, name)[0, :, 0], label=name)
        axis.legend()
    plt.show()
"""
)
TRACED = """
import torch
from lstm_lib.trace import trace
torch.manual_seed(0)
lstm = torch.nn.LSTM(2, 32, num_layers=2, bidirectional=True)
e = TraceExplorer(trace(lstm, 3 * torch.randn(50, 8, 2)))
e.order.value = "by variance of c"
"""
COUNTED = """
import numpy as np
from lstm_lib.course.tasks import counting
from lstm_lib.course.networks.counter import counter
def run(n):
    x = counting([n]).x
    outputs, trace = counter().forward(x)
    return x, 1 / (1 + np.exp(-outputs)), trace
"""
INTERACT_COUNT = (
    COUNTED
    + """
import ipywidgets, matplotlib.pyplot as plt
%matplotlib inline
@ipywidgets.interact(n=ipywidgets.IntSlider(value=24, min=1, max=100))
def draw(n):
    x, chances, trace = run(n)
    figure, axes = plt.subplots(4, 1, figsize=(9, 5), sharex=True)
    axes[0].plot(trace.c[0])
    for axis, symbol, row in zip(axes[1:], "abT", chances[0].T):
        axis.bar(range(len(row)), row)
        axis.set_ylabel(symbol)
    figure.suptitle(f"{trace.c[0, -1, 1]:.2f}")
    plt.show()
"""
)
READ = """
import numpy as np
from lstm_lib.course.tasks import one_hot, reber_states, reber_walk
from lstm_lib.course.networks.reber import reber_reader
string, states = "BTBTXXVPXTVPXTTVPXTTTVPXVPXTTVVETE", reber_states()
outputs, trace = reber_reader().forward(one_hot(string, "BTPSXVE")[None])
powers = np.exp(outputs[0])
chances, walk = powers / powers.sum(axis=1, keepdims=True), reber_walk(string)
"""
INTERACT_READ = (
    READ
    + """
import ipywidgets, matplotlib.pyplot as plt
%matplotlib inline
@ipywidgets.interact(step=ipywidgets.IntSlider(value=9, min=1, max=len(string)))
def draw(step):
    figure, (graph, line, bars) = plt.subplots(1, 3, figsize=(9, 5))
    for name, (place, arrows) in states.items():
        for symbol, end in arrows.items():
            graph.annotate(symbol, states[end].place, place, arrowprops={"arrowstyle": "->"})
        graph.plot(*place, "ro" if name == walk[step] else "ko")
    line.plot(trace.c[0, :, 0])
    line.axvline(step - 1)
    bars.barh(list("BTPSXVE"), chances[step - 1])
    plt.show()
"""
)
CLAMPED = """
import torch
from lstm_lib.trace import Clamp, trace
torch.manual_seed(0)
lstm = torch.nn.LSTM(2, 32, batch_first=True)
x = 3 * torch.randn(8, 50, 2)
score = lambda output: output.mean().item()
"""
INTERACT_CLAMP = (
    CLAMPED
    + """
import ipywidgets, matplotlib.pyplot as plt
%matplotlib inline
before = trace(lstm, x)
@ipywidgets.interact(value=ipywidgets.FloatSlider(value=0.5, min=0, max=1, step=0.05))
def draw(value):
    after = trace(lstm, x, clamp=Clamp("f", value, units=5, steps=range(10, 30)))
    figure, axes = plt.subplots(4, 2, figsize=(9, 5))
    axes[0, 1].barh(["before", "after"], [score(before.output), score(after.output)])
    for run in (before, after):
        axes[0, 0].plot(run[0].f[0, :, 5])
        axes[1, 0].plot(run[0].c[0, :, 5])
        axes[1, 1].plot(run.output[0, :, 0])
    for row, run in zip(axes[2:], (before, after)):
        for axis, values in zip(row, (run[0].c, run.output)):
            axis.imshow(values[0].T, aspect="auto", cmap="cividis")
    plt.show()
"""
)
CURVE, RUN, FLOW, LAYER, FORMING, CLAMP = (
    f"interact + inline, {what}"
    for what in ("a curve", "a run", "gradients", "six heatmaps", "checkpoints", "a clamp")
)


COUNTING, WALKING = "interact + inline, counting", "interact + inline, an automaton"


def explorer(name, slider, against, first=""):
    """Return the case of one explorer and one of its sliders; `first` sets `e` up."""
    source = f"from lstm_lib.explorers import {name}\ne = {name}()\n{first}\ne"
    return Case(f"{name}: {slider}"[:44], source, slider, against)


CASES = [
    Case(CURVE, INTERACT_CURVE),
    Case(RUN, INTERACT_RUN),
    Case(FLOW, INTERACT_FLOW),
    Case(LAYER, INTERACT_LAYER),
    Case(FORMING, INTERACT_CHECKPOINTS),
    Case(CLAMP, INTERACT_CLAMP),
    explorer("GateExplorer", "weight on h", CURVE),
    explorer("YouAreTheGates", "forget gate f, step 2", RUN),
    explorer("CellExplorer", "forget gate, weight on h", RUN),
    explorer("CellExplorer", "day", RUN),
    explorer("GradientExplorer", "vanilla unit, weight on h", FLOW),
    explorer("TrainingExplorer", "learning rate", RUN),
    explorer("TrainingExplorer", "epoch to look at", RUN, "e.epoch.value = 2500"),
    *(
        explorer(
            "VectorExplorer",
            slider,
            LAYER,
            f"{LAYER_RUN}\ne = VectorExplorer(trace, outputs=outputs, targets=x[:, :, :1])",
        )
        for slider in ("step", "unit", "sequence")
    ),
    *(
        explorer("TraceExplorer", slider, LAYER, TRACED)
        for slider in ("step", "rank", "sequence", "layer")
    ),
    *(
        explorer(
            "ClampExplorer",
            slider,
            CLAMP,
            f"{CLAMPED}\ne = ClampExplorer(lstm, x, score=score)\n"
            "e.unit.value, e.first.value, e.last.value, e.value.value = 6, 11, 30, 0.5",
        )
        for slider in ("value it is held to", "last step that is held", "sequence")
    ),
    *(
        explorer(
            "LightningExplorer",
            slider,
            FORMING,
            f"{CHECKPOINTS}\ne = LightningExplorer(saved, targets)\ne.epoch.value = 100",
        )
        for slider in ("epoch of the checkpoint", "unit", "sequence")
    ),
    Case(COUNTING, INTERACT_COUNT),
    Case(WALKING, INTERACT_READ),
    *(
        explorer("CounterExplorer", slider, COUNTING, "e.n.value = 24\ne.step.value = 20")
        for slider in ("n: write n times a, then n times b", "step")
    ),
    *(
        explorer(
            "ReberExplorer", slider, WALKING, READ + "e.string.value, e.step.value = string, 9"
        )
        for slider in ("step", "unit", "new string, number")
    ),
    Case(
        "Slider + SVG, a curve",
        SLIDER + "picture = ipywidgets.HTML()\nshow(picture, lambda: svg(curve()))\n"
        "ipywidgets.VBox([w, picture])",
        "w_h",
        CURVE,
    ),
    Case(
        "Slider + SVG, 300 elements",
        SLIDER
        + "picture = ipywidgets.HTML()\nshow(picture, lambda: svg(dots(w.value) + curve()))\n"
        "ipywidgets.VBox([w, picture])",
        "w_h",
        CURVE,
    ),
]


class Result(NamedTuple):
    """What one case took."""

    case: Case
    presses: list
    burst: float
    busy: float

    @property
    def changed(self):
        """The median press until the picture has changed, in milliseconds."""
        return statistics.median(answer.changed for answer in self.presses)

    @property
    def painted(self):
        """The median press until the next frame, in milliseconds."""
        return statistics.median(answer.painted for answer in self.presses)

    @property
    def p95(self):
        """The press until the picture has changed that 95 % are not slower than."""
        ordered = sorted(answer.changed for answer in self.presses)
        return ordered[round(0.95 * (len(ordered) - 1))]


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
    """Return the `Answer`s to single presses there and back, a list for each case.

    The cases take turns, so that what else the machine does slows all of them alike.
    """
    keys = (KEYS[k % 2] for k in range(presses))
    rounds = [[notebook.burst(slider, key) for notebook, slider in opened] for key in keys]
    return list(zip(*rounds, strict=True))


def time_burst(notebook, slider, while_busy):
    """Return milliseconds from the last of many quick presses to the last picture."""
    slider.press("Home")
    notebook.settle()
    if while_busy:
        notebook.run_cell(1)
        time.sleep(0.3)
    slow = 3000 if while_busy else 1000  # a late picture counts, even one after the busy cell
    answer = notebook.burst(slider, KEYS[0], MOVES, quiet=slow)
    notebook.wait_idle()
    return answer.changed


def measure(lab, cases):
    """Yield the `Result` of each case, every one in a notebook and a kernel of its own."""
    opened = [open_case(lab, case) for case in cases]
    presses = time_presses(opened)
    for (notebook, slider), case, answers in zip(opened, cases, presses, strict=True):
        idle, busy = (
            statistics.median(time_burst(notebook, slider, while_busy) for _ in range(BURSTS))
            for while_busy in (False, True)
        )
        errors = notebook.errors()
        assert not errors, "\n".join(errors)
        notebook.close()
        yield Result(case, answers, idle, busy)


def line(result, baselines):
    """Return a row of the table."""
    baseline = baselines.get(result.case.against)
    ratio = f"{baseline.changed / result.changed:6.1f}x" if baseline else "      -"
    return (
        f"{result.case.name:46}{result.changed:8.1f}{result.p95:8.1f}{result.painted:9.1f}"
        f"{ratio:>8}{result.burst:8.0f}{result.busy:8.0f}"
    )


def main(words):
    """Measure the baselines and the cases whose names contain one of `words`; print a table."""
    wanted = [w.lower() for w in words]
    chosen = [
        case
        for case in CASES
        if not (wanted and case.against) or any(word in case.name.lower() for word in wanted)
    ]
    print(f"milliseconds, medians of {PRESSES} presses; bursts of {MOVES} moves")
    print(f"{'':46}{'changed':>8}{'p95':>8}{'painted':>9}{'faster':>8}{'burst':>8}{'busy':>8}")
    baselines = {}
    with Lab() as lab:
        for result in measure(lab, chosen):
            baselines[result.case.name] = result
            print(line(result, baselines), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
