"""The cells that `benchmarks.latency` measures: explorers, and `interact` with the same content."""

from typing import NamedTuple


class Case(NamedTuple):
    """A cell to measure.

    Fields:
        name: how the table calls it.
        source: code of the cell; it displays sliders and a picture.
        sliders: accessible names of the sliders that are moved; `interact` gives its own none.
        against: which of the BASELINES it is compared with.
        start: code that brings the sliders back to where they are in the cell.
    """

    name: str
    source: str
    sliders: tuple[str, ...] = ("",)
    against: str = ""
    start: str = ""


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
from lstm_lib.course.tasks.waves import waves, windows
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
x = 3 * torch.randn(50, 8, 2)
"""
COUNTED = """
import numpy as np
from lstm_lib.course.networks.counter import counter
from lstm_lib.course.tasks.counting import counting
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
from lstm_lib.course.networks.reber import reber_reader
from lstm_lib.course.tasks.reber import reber_states, reber_walk
from lstm_lib.course.tasks.symbols import one_hot
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
INTERACT_WAYS = """
import ipywidgets, matplotlib.pyplot as plt, numpy as np
from lstm_lib.course.explorers.flow import fresh, sequence
from lstm_lib.course.ways_back import on_the_lane, way_back
%matplotlib inline
@ipywidgets.interact(b=ipywidgets.FloatSlider(value=3, min=-8, max=8, step=0.1))
def draw(b):
    model = fresh()
    model.parameters["bias_ih_l0"][16:32] += b
    _, trace = model.forward(sequence(100))
    d_c = way_back(model, trace, model.parameters["weight_out"])
    kept = on_the_lane(trace, d_c[:, -1])
    figure, (lines, units) = plt.subplots(2, 1, figsize=(9, 4))
    for part in (d_c, kept, d_c - kept):
        lines.semilogy(np.linalg.norm(part[0], axis=1)[::-1] + 1e-16)
    units.imshow(np.log10(abs(d_c[0, ::-1].T) + 1e-16), aspect="auto", cmap="gray")
    plt.show()
"""
BASELINES = {
    name: Case(f"interact + inline, {name}", source)
    for name, source in (
        ("a curve", INTERACT_CURVE),
        ("a run", INTERACT_RUN),
        ("gradients", INTERACT_FLOW),
        ("two ways back", INTERACT_WAYS),
        ("six heatmaps", INTERACT_LAYER),
        ("checkpoints", INTERACT_CHECKPOINTS),
        ("a clamp", INTERACT_CLAMP),
        ("counting", INTERACT_COUNT),
        ("an automaton", INTERACT_READ),
    )
}


def explorer(
    where: str,
    sliders: tuple[str, ...],
    against: str,
    start: str = "",
    first: str = "",
    of: str = "",
) -> Case:
    """Return the case of an explorer: `module.Name`, made of what the cell `first` has."""
    module, _, name = where.rpartition(".")
    source = f"from lstm_lib.{module} import {name}\n{first}\ne = {name}({of})\n{start}\ne"
    return Case(name, source, sliders, against, start)


def drawn(name: str, picture: str) -> Case:
    """Return the case of a bare slider with an SVG string."""
    shown = f"show(picture, lambda: svg({picture}))\nipywidgets.VBox([w, picture])"
    source = f"{SLIDER}picture = ipywidgets.HTML()\n{shown}"
    return Case(f"Slider + SVG, {name}", source, ("w_h",), "a curve", "w.value = -2")


CASES = [
    drawn("a curve", "curve()"),
    drawn("300 elements", "dots(w.value) + curve()"),
    explorer("course.explorers.gate.GateExplorer", ("weight on h",), "a curve"),
    explorer("course.explorers.gates.YouAreTheGates", ("forget gate f, step 2",), "a run"),
    explorer("course.explorers.cell.CellExplorer", ("forget gate, weight on h", "day"), "a run"),
    explorer(
        "course.explorers.training.TrainingExplorer",
        ("learning rate", "epoch to look at"),
        "a run",
        "e.lr.value, e.epoch.value = 0.001, 2500",
    ),
    explorer(
        "course.explorers.gradient.GradientExplorer", ("vanilla unit, weight on h",), "gradients"
    ),
    explorer("course.explorers.flow.FlowExplorer", ("bias of all forget gates",), "gradients"),
    explorer(
        "explorers.VectorExplorer",
        ("step", "unit", "sequence"),
        "six heatmaps",
        first=LAYER_RUN,
        of="trace, outputs=outputs, targets=x[:, :, :1]",
    ),
    explorer(
        "explorers.TraceExplorer",
        ("step", "rank", "sequence", "layer"),
        "six heatmaps",
        'e.order.value = "by variance of c"',
        first=TRACED,
        of="trace(lstm, x)",
    ),
    explorer(
        "explorers.ClampExplorer",
        ("value it is held to", "last step that is held", "sequence"),
        "a clamp",
        "e.unit.value, e.first.value, e.last.value, e.value.value = 6, 11, 30, 0.5",
        first=CLAMPED,
        of="lstm, x, score=score",
    ),
    explorer(
        "course.explorers.lightning.LightningExplorer",
        ("epoch of the checkpoint", "unit", "sequence"),
        "checkpoints",
        "e.epoch.value = 100",
        first=CHECKPOINTS,
        of="saved, targets",
    ),
    explorer(
        "course.explorers.flow.FlowExplorer",
        ("bias of all forget gates", "bias of all input gates", "length of the sequence"),
        "two ways back",
        "e.forget_bias.value, e.input_bias.value, e.length.value = 3, 0, 100",
    ),
    explorer(
        "course.explorers.counter.CounterExplorer",
        ("n: write n times a, then n times b", "step"),
        "counting",
        "e.n.value = 24\ne.step.value = 20",
    ),
    explorer(
        "course.explorers.reber.ReberExplorer",
        ("step", "unit", "new string, number"),
        "an automaton",
        "e.string.value, e.step.value = string, 9",
        first=READ,
    ),
]
