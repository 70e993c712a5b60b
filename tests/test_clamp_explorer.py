"""The hand on a gate: what is held, both runs side by side, and the score before and after."""

import random
import re
import sys
import xml.etree.ElementTree as ET
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lib import _chance
from lstm_lib.course.networks.recall import two_bit_recall
from lstm_lib.course.tasks.bits import delayed_recall
from lstm_lib.drawing.svg import number
from lstm_lib.explorers import ClampExplorer, runs
from lstm_lib.explorers import clamp_picture as picture
from lstm_lib.explorers.controls.slider import Slider
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Clamp, trace
from lstm_lib.vector import VectorLSTM
from tests.pictures import SVG, outside, overlaps, says, sheets, texts
from tests.test_trace_explorer import hatched, inputs, lstm
from tests.test_vector_explorer import colour, go, images, modules_after

LENGTHS = (7, 4, 6)
IN_UNITS = pytest.approx  # of a picture, which has one decimal


class Around(nn.Module):
    """A module around an LSTM whose forward ends with `form` of the read-out, steps first."""

    def __init__(self, form=lambda y: y):
        super().__init__()
        torch.manual_seed(3)
        self.lstm, self.read, self.form = nn.LSTM(2, 5), nn.Linear(5, 2), form
        self.double()

    def forward(self, x):
        return self.form(self.read(self.lstm(x)[0]))


def stacked(**more):
    return ClampExplorer(
        lstm(num_layers=2, bidirectional=True), inputs(), ["a", "b", "c"], lengths=LENGTHS, **more
    )


def two_bits():
    """Return the network that recalls two bits, held where unit 3 would keep the second of them."""
    pairs = [delayed_recall(1, width=2, gap=8, numbers=[pair]) for pair in range(4)]
    x, targets, asked = (np.concatenate(arrays) for arrays in zip(*pairs, strict=True))

    def right(logits):
        return float(((logits > 0) == (targets > 0.5))[asked].mean())

    explorer = ClampExplorer(two_bit_recall(), x, ["0 0", "0 1", "1 0", "1 1"], right)
    with explorer.together():
        go(explorer, sequence=4, unit=3, first=3, last=10)
    return explorer


@pytest.fixture
def explorer():
    return two_bits()


@pytest.fixture
def counted_runs(monkeypatch):
    """Return the clamps of every run that is made."""
    made, real = [], runs.runs

    def counting(model, **more):
        run = real(model, **more)

        def counted(clamp):
            made.append(clamp)
            return run(clamp)

        return counted

    monkeypatch.setattr(runs, "runs", counting)
    return made


def lines(explorer, top, left=picture.LEFT):
    """Return the points of the two lines, untouched and touched, of the chart that is there."""
    found = re.findall(r'<polyline class="\w+" points="([^"]+)"', sheets(explorer)["moves"])
    height = picture.HAND_HEIGHT if top == picture.HAND_TOP else picture.LINES_HEIGHT
    drawn = [np.array([p.split(",") for p in one.split()], float) for one in found]
    x, y = (np.s_[:, 0], np.s_[:, 1])
    return [
        one
        for one in drawn
        if left < one[x].min() < left + picture.WIDTH
        and top - 0.1 <= one[y].min() <= one[y].max() <= top + height + 0.1
    ]


def heights(values, top, height, low, high):
    return top + height * (1 - (np.array(values) - low) / (high - low))


# --- what a forget gate is for ----------------------------------------------------


def test_it_shows_which_unit_keeps_the_second_bit(explorer):
    assert repr(explorer) == (
        "ClampExplorer(hold='on', quantity='f', way='hold to', value=0, factor=0, "
        "units='one unit', unit=3, first=3, last=10, sequence=4, step=12)"
    )
    assert (explorer.untouched.score, explorer.touched.score) == (1.0, 0.75)
    answers = [run.answers[0][:, -2:, 0] > 0 for run in (explorer.untouched, explorer.touched)]
    bits = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], bool)
    assert (answers[0] == bits).all()
    assert (answers[1][:, 0] == bits[:, 0]).all()
    assert not answers[1][:, 1].any()
    go(explorer, unit=2)
    assert explorer.touched.score == 1.0
    go(explorer, unit=3, value=1)
    assert explorer.touched.score == 1.0


def test_the_sentence_says_what_is_held_and_what_it_changes(explorer):
    c, y = (
        [run.traces[0].c[3, -1, 2] for run in (explorer.untouched, explorer.touched)],
        [run.answers[0][3, -1, 0] for run in (explorer.untouched, explorer.touched)],
    )
    f = explorer.untouched.traces[0].f[3, 2:10, 2]
    assert says(explorer) == (
        "Sequence 4 (1 1): forget gate f of unit 3 is held to 0.00 at steps 3 to 10; untouched it "
        f"is {number(f.min())} to {number(f.max())} there. At step 12, cell state c of unit 3 "
        f"goes from {number(c[0], 3)} to {number(c[1], 3)} and the output goes from "
        f"{number(y[0], 3)} to {number(y[1], 3)}. Score: 1.000, with your hand 0.750."
    )


def test_off_is_the_untouched_run(explorer):
    go(explorer, hold="off")
    assert explorer.clamp is None
    assert explorer.touched is explorer.untouched
    assert "your hand is off" in says(explorer)
    assert says(explorer).endswith("Score: 1.000.")
    shown = texts(explorer.render())
    assert shown.count("your hand is off") == 3  # in place of both maps, and of how far they move
    assert not any(picture.ARROW in words for words in shown)
    assert not {"with your hand", "steps that are held"} & set(shown)
    # The dashed line and circles alone: no bold line, no marker.
    assert "stroke-dasharray" in sheets(explorer)["moves"]
    assert len(lines(explorer, picture.LINES_TOP)) == 1
    assert [c.disabled for c in (explorer.first, explorer.way, explorer.unit)] == [
        True,
        True,
        False,
    ]
    assert not any("(held)" in row[0] for row in explorer.view().rows)
    assert 'class="now"' not in explorer.view().moves
    go(explorer, hold="on")
    assert not explorer.first.disabled
    assert len(lines(explorer, picture.LINES_TOP)) == 2


def test_outputs_have_their_names():
    explorer = stacked(output_names=["a", "b", "Terminator", *"defgijk"])
    go(explorer, output=3)
    shown = texts(explorer.render())
    assert {"output Terminator", "a", "k"} <= set(shown)
    assert "output Terminator is" in says(explorer) or "output Terminator goes" in says(explorer)
    assert overlaps(explorer.render()) == [] == outside(explorer.render())
    assert any(re.match("most: output [a-kT]", words) for words in shown)
    with pytest.raises(ValueError, match="output_names must hold 10 names, one an output, got 1"):
        stacked(output_names=["a"])


# --- the hand ----------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", "figoch")
@pytest.mark.parametrize("units", ["one unit", "all units"])
def test_the_run_is_that_of_trace_with_the_clamp(quantity, units):
    explorer, x = stacked(), inputs()
    go(explorer, layer=2, direction="reverse", quantity=quantity, units=units, unit=4)
    go(explorer, first=2, last=5, value=0.35)
    clamp = Clamp(
        quantity,
        explorer.value.value,
        units=None if units == "all units" else 3,
        steps=range(1, 5),
        layer=1,
        direction="reverse",
    )
    assert explorer.clamp == clamp
    expected = trace(lstm(num_layers=2, bidirectional=True), x, lengths=LENGTHS, clamp=clamp)
    assert list(explorer.touched.traces) == list(expected.traces)
    shown = torch.cat(explorer.touched.answers, dim=2)
    torch.testing.assert_close(shown, expected.output)
    go(explorer, way="multiply by", factor=-0.5)
    assert (explorer.clamp.value, explorer.clamp.scale) == (None, -0.5)


def test_steps_may_be_given_from_either_end(explorer):
    before = explorer.render()
    with explorer.together():
        go(explorer, first=10, last=3)
    assert explorer.clamp.steps == range(2, 10)
    assert explorer.render() == before


def test_the_slider_goes_as_far_as_what_is_held_can():
    explorer = stacked()
    most = float(explorer.untouched.traces[0].c.abs().max())
    go(explorer, value=0.8)
    for quantity, low, high in (("i", 0, 1), ("g", -1, 1), ("h", -1, 1)):
        go(explorer, quantity=quantity)
        assert (explorer.value.min, explorer.value.max) == (low, high)
        assert explorer.value.value == 0.8
    go(explorer, quantity="c")
    assert most <= explorer.value.max <= 1.4 * most
    assert explorer.value.min == -explorer.value.max
    go(explorer, value=-explorer.value.max)
    go(explorer, quantity="f")
    assert (explorer.value.min, explorer.value.max, explorer.value.value) == (0, 1, 0)


def test_the_range_of_c_is_that_of_the_layer_that_is_chosen():
    model = lstm(num_layers=2)
    with torch.no_grad():
        model.weight_ih_l1[:] *= 20
    explorer = ClampExplorer(model, inputs())
    go(explorer, quantity="c")
    for layer in (1, 2, 1):
        go(explorer, layer=layer)
        most = float(explorer.untouched.traces[layer - 1].c.abs().max())
        assert most <= explorer.value.max <= 1.4 * most


def test_one_of_value_and_factor_is_shown(explorer):
    shown = [explorer.value.layout.display, explorer.factor.layout.display]
    assert shown == ["", "none"]
    go(explorer, way="multiply by")
    assert [explorer.value.layout.display, explorer.factor.layout.display] == ["none", ""]
    before = explorer.touched.score
    go(explorer, factor=1)
    assert (before, explorer.touched.score) == (0.75, 1.0)
    assert "is multiplied by 1.00 at steps 3 to 10" in says(explorer)


def test_only_a_move_of_the_hand_runs_the_network(counted_runs):
    explorer = two_bits()
    made = len(counted_runs)
    go(explorer, sequence=2, step=5)
    go(explorer, hold="off")
    go(explorer, hold="on")
    assert len(counted_runs) == made
    go(explorer, value=0.5)
    assert len(counted_runs) == made + 1
    go(explorer, quantity="g")
    assert len(counted_runs) == made + 2
    assert counted_runs[0] is None
    assert None not in counted_runs[1:]


# --- which numbers are drawn -------------------------------------------------------------------


def test_both_lines_stand_where_their_numbers_do(explorer):
    both = (explorer.untouched, explorer.touched)
    x = picture.LEFT + picture.WIDTH * (np.arange(12) + 0.5) / 12
    hand = lines(explorer, picture.HAND_TOP)
    for drawn, run in zip(hand, both, strict=True):
        wanted = heights(run.traces[0].f[3, :, 2], picture.HAND_TOP, picture.HAND_HEIGHT, 0, 1)
        assert drawn[:, 1] == IN_UNITS(wanted, abs=0.06)
        assert drawn[:, 0] == IN_UNITS(x, abs=0.06)
    box = (picture.LINES_TOP, picture.LINES_HEIGHT)
    for drawn, run in zip(lines(explorer, box[0]), both, strict=True):
        assert drawn[:, 1] == IN_UNITS(heights(run.traces[0].c[3, :, 2], *box, -2, 2), abs=0.06)
    for drawn, run in zip(lines(explorer, box[0], picture.RIGHT), both, strict=True):
        assert drawn[:, 1] == IN_UNITS(heights(run.answers[0][3, :, 0], *box, -10, 10), abs=0.06)


def test_the_untouched_line_is_thin_and_dashed_and_the_other_bold(explorer):
    drawn = re.findall(r"<polyline[^>]+>", sheets(explorer)["moves"])
    assert ["stroke-dasharray" in one for one in drawn] == [True, False] * 3
    widths = [float(re.search(r'stroke-width="([\d.]+)"', one)[1]) for one in drawn]
    assert max(widths[::2]) * 2 <= min(widths[1::2])


def test_every_pixel_of_both_runs_is_of_its_unit_and_step():
    explorer = stacked()
    go(explorer, layer=2, sequence=2, unit=2, value=1, first=2, last=3)
    drawn = images(explorer.render(), width=None)
    at = {tuple(frame[:2]): np.array(pixels.convert("RGB")) for frame, pixels in drawn}
    scene = explorer._scene()
    for run, top in zip((explorer.untouched, explorer.touched), picture.MAP_TOPS, strict=True):
        c, h = run.traces[2].c[1], torch.cat([t.h[1] for t in run.traces[2:]], dim=1)
        for x, values, maps in ((picture.LEFT, c, scene.cells), (picture.RIGHT, h, scene.answers)):
            pixels = at[x, top]
            assert pixels.shape == (values.shape[1], 4, 3)
            for row, t in np.ndindex(values.shape[1], 4):
                wanted = colour(maps.scale, float(values[t, row]))
                assert np.abs(pixels[row, t] - wanted).max() <= 0.51


def test_what_is_held_is_shaded_and_framed(explorer):
    root = ET.fromstring(explorer.render())
    column = picture.WIDTH / 12
    shaded = [n for n in root.iter(f"{SVG}rect") if n.get("class") == "now"][1:]  # 0: the key
    assert len(shaded) == 3
    for node in shaded:
        left = float(node.get("x")) - (
            picture.RIGHT if float(node.get("x")) > 440 else picture.LEFT
        )
        assert left == IN_UNITS(2 * column, abs=0.06)
        assert float(node.get("width")) == IN_UNITS(8 * column, abs=0.06)
    rects = [{k: float(n.get(k)) for k in ("x", "y", "width", "height")}
             for n in root.iter(f"{SVG}rect") if "var(--paper)" in n.get("style", "")]  # fmt: skip
    ((frame),) = rects
    assert frame["y"] + 1.5 == IN_UNITS(picture.MAP_TOPS[1] + picture.MAP_HEIGHT / 2, abs=0.06)
    assert frame["x"] + 1.5 == IN_UNITS(picture.LEFT + 2 * column, abs=0.06)
    assert frame["height"] - 3 == IN_UNITS(picture.MAP_HEIGHT / 4, abs=0.11)


def test_the_scores_are_bars_from_zero(explorer):
    bars = [n for n in ET.fromstring(explorer.render()).iter(f"{SVG}rect")
            if float(n.get("x") or 0) == picture.BAR_LEFT and n.get("class") == "ink"]  # fmt: skip
    whole = picture.BAR_RIGHT - picture.BAR_LEFT
    widths = [float(bar.get("width")) for bar in bars]
    assert widths == IN_UNITS([whole, 0.75 * whole], abs=0.06)
    assert {"1.000", "0.750", "score over 4 sequences"} <= set(texts(explorer.render()))


@pytest.mark.parametrize(
    ("scores", "ends"),
    [
        ((0.5, 0.2), (0, 1)), ((2.0, 5.0), (0, 5)), ((-2.0, 3.0), (-2, 3)),
        ((-4.0, -1.0), (-4, 0)), ((0.0, 0.0), (0, 1)), ((-1.0, 0.5), (-1, 0.5)),
    ],
)  # fmt: skip
def test_scores_of_any_kind_have_a_scale(scores, ends):
    assert picture._ends(scores) == ends


def test_the_furthest_output_is_named():
    explorer = ClampExplorer(Around(), inputs().transpose(0, 1))
    go(explorer, sequence=2, unit=2, quantity="h", value=1)
    moved = (explorer.touched.answers[0] - explorer.untouched.answers[0])[1].abs()
    t, output = divmod(int(moved.argmax()), 2)
    wanted = f"most: output {output + 1} moves by {moved.max():.3f} at step {t + 1}"
    assert wanted in texts(explorer.render())
    assert "outputs" in texts(explorer.render())
    assert "Score" not in says(explorer)


def test_the_table_holds_both_runs(explorer):
    go(explorer, step=3)
    view = explorer.view()
    assert view.header[1:3] == [
        "forget gate f of unit 3, untouched", "forget gate f of unit 3, with your hand"
    ]  # fmt: skip
    assert [row[0] for row in view.rows][1:4] == ["step 2", "step 3 (held) (read)", "step 4 (held)"]
    both = explorer.untouched, explorer.touched
    for t, row in enumerate(view.rows):
        f, c = ([getattr(run.traces[0], n)[3, t, 2] for run in both] for n in "fc")
        y = [run.answers[0][3, t, 0] for run in both]
        assert row[1:] == [number(value, 4) for value in (*f, *c, *y)]


def test_h_is_shown_below_a_held_c(explorer):
    go(explorer, quantity="c")
    assert "hidden state h of unit 3" in texts(explorer.render())
    go(explorer, quantity="h")
    assert {"hidden state h of unit 3", "cell state c of unit 3"} <= set(texts(explorer.render()))


def test_a_gate_that_leaves_0_to_1_has_a_wider_scale(explorer):
    go(explorer, way="multiply by", factor=-2)
    ends = explorer._scene().touched.scale
    assert ends.low == -ends.high
    assert -ends.low >= 2 * explorer.untouched.traces[0].f[3, 2:10, 2].max() - 1


def test_a_sequence_that_ends_is_hatched_and_a_late_hand_said():
    explorer = stacked(score=lambda y: y.mean())
    assert hatched(explorer.render()) == []
    go(explorer, sequence=2, first=6)
    assert len(hatched(explorer.render())) == 7
    assert says(explorer).startswith(
        "Sequence 2 (b): it ends at step 4, your hand comes at step 6. At step 4, "
    )
    assert ", with your hand" in says(explorer)  # the others are held, and the score is of all
    assert len(explorer.view().rows) == 4
    go(explorer, first=3)
    assert "at steps 3 to 4;" in says(explorer)


# --- any model ---------------------------------------------------------------------------------


def test_controls_without_a_choice_are_left_out():
    scalar = ClampExplorer(ScalarLSTM.published(), [0.0, 0.5, 0.25, 1.0], score=lambda h: h[-1])
    assert list(scalar.controls) == [
        "hold", "quantity", "way", "value", "factor", "first", "last", "step"
    ]  # fmt: skip
    go(scalar, quantity="o", value=0, first=4)
    assert scalar.untouched.score == pytest.approx(0.0022, abs=1e-3)
    assert scalar.touched.score == 0
    assert list(stacked().controls)[-5:] == ["layer", "direction", "sequence", "step", "output"]


@pytest.mark.parametrize(
    ("form", "back"),
    [
        (lambda y: y, lambda y: y.transpose(0, 1)),
        (lambda y: y.transpose(0, 1), lambda y: y),
        (lambda y: y[-1], lambda y: y[:, None]),
        (lambda y: (y, 1), lambda y: y[0].transpose(0, 1)),
    ],
    ids=["steps first", "batch first", "last step", "tuple"],
)
def test_what_a_module_returns_is_shown_and_scored(form, back):
    model, x, seen = Around(form), inputs().transpose(0, 1), []
    explorer = ClampExplorer(model, x, score=lambda y: seen.append(y) or 2.0)
    with torch.no_grad():
        own = model(x)
    torch.testing.assert_close(seen[0], own)
    torch.testing.assert_close(explorer.untouched.answers[0], back(own))
    go(explorer, quantity="h", units="all units", value=0)
    bias = model.read.bias.detach()
    torch.testing.assert_close(
        explorer.touched.answers[0], bias.expand_as(explorer.touched.answers[0])
    )


def test_an_output_at_the_end_stands_at_the_end():
    explorer = ClampExplorer(Around(lambda y: y[-1]), inputs().transpose(0, 1))
    rows = explorer.untouched.rows(0, 7)
    assert [value == value for value in rows[0]] == [False] * 6 + [True]
    go(explorer, step=3)
    assert "output 1 has no value" in says(explorer)
    assert overlaps(explorer.render()) == []


def test_outputs_may_be_changed_before_they_are_shown():
    seen = []
    explorer = ClampExplorer(
        VectorLSTM(2, 3, output_size=2), np.ones((2, 4, 2)), outputs=np.exp,
        score=lambda y: seen.append(y) or 0,
    )  # fmt: skip
    assert explorer.untouched.answers[0] == pytest.approx(np.exp(seen[0]))


@pytest.mark.parametrize("form", ["packed", "single"])
def test_an_lstm_alone_shows_its_h_in_any_form(form):
    model, x = lstm(), inputs()
    if form == "packed":
        x = nn.utils.rnn.pack_padded_sequence(x, LENGTHS, batch_first=True, enforce_sorted=False)
        own = nn.utils.rnn.pad_packed_sequence(model(x)[0], batch_first=True)[0]
    else:
        x = x[0]
        own = model(x)[0][None]
    explorer = ClampExplorer(model, x)
    torch.testing.assert_close(explorer.untouched.answers[0], own.detach())


def test_a_projected_h_belongs_to_no_unit():
    explorer = ClampExplorer(lstm(proj_size=2), inputs())
    go(explorer, quantity="h", unit=2)
    assert explorer.clamp.units == 1
    assert 'style="stroke:var(--paper)"/>' not in explorer.view().moves.replace("<line", "")
    go(explorer, unit=3)
    assert says(explorer) == "unit must be from 1 to 2 for h, which is projected, got 3"
    go(explorer, quantity="c")
    assert "cell state c of unit 3" in texts(explorer.render())


def test_the_model_is_left_as_it_was():
    model = Around()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    explorer = ClampExplorer(model, inputs().transpose(0, 1))
    go(explorer, value=0.5)
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"score": 3}, TypeError, "score must be a function of the outputs, got 3"),
        ({"outputs": "x"}, TypeError, "outputs must be a function of the outputs, got 'x'"),
        ({"score": lambda y: "good"}, TypeError, "score(outputs) must be a number, got 'good'"),
        ({"score": lambda y: float("nan")}, ValueError, "must be a finite number"),
        ({"outputs": lambda y: 3}, ValueError, "(2, 4, size) or (2, size), got int"),
        ({"outputs": lambda y: y[:, :3]}, ValueError, "got shape (2, 3, 2)"),
        ({"outputs": lambda y: y / 0}, ValueError, "outputs must hold finite numbers"),
        ({"names": ["a"]}, ValueError, "names must hold 2 names"),
        ({"path": "a"}, ValueError, "path must be None"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.filterwarnings("ignore:invalid value")
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=re.escape(message)):
        ClampExplorer(VectorLSTM(2, 3, output_size=2), np.ones((2, 4, 2)), **arguments)


def test_no_model_is_said():
    with pytest.raises(TypeError, match="model must be"):
        ClampExplorer(nn.Linear, 3)


# --- how it looks ------------------------------------------------------------------------------


def largest():
    model = VectorLSTM(3, 32, output_size=20, seed=1)
    x = 5 * np.random.default_rng(0).normal(size=(12, 50, 3))
    return ClampExplorer(model, x, ["a long name"] * 12, score=lambda y: 1e7 * y.sum())


@pytest.mark.parametrize(
    "make", [two_bits, stacked, largest, partial(stacked, score=lambda y: -y.mean())]
)
def test_nothing_overlaps_at_any_position(make):
    explorer = make()
    chosen = np.random.default_rng(1)
    for _ in range(25):
        with explorer.together():
            for control in explorer.controls.values():
                if isinstance(control, Slider):
                    part = chosen.choice([0, 1, chosen.random()])
                    value = control.min + part * (control.max - control.min)
                    control.value = round(value) if control.whole else value
                else:
                    control.value = str(chosen.choice(control.options))
        drawn = explorer.render()
        assert overlaps(drawn) == [], explorer
        assert outside(drawn) == [], explorer
        assert "lstm-says" in sheets(explorer)["moves"]


def test_a_move_of_the_hand_sends_nothing_that_stays(explorer):
    before = sheets(explorer)["still"]
    go(explorer, value=0.05, step=4, last=9)
    assert sheets(explorer)["still"] == before
    go(explorer, sequence=1)
    assert sheets(explorer)["still"] != before


def test_little_is_sent_at_32_units_and_50_steps():
    assert len(sheets(largest())["moves"]) < 25_000


def test_numpy_is_loaded_by_its_example_and_torch_never():
    assert not {"numpy", "torch"} & modules_after("from lstm_lib.explorers import ClampExplorer")
    loaded = modules_after("from lstm_lib.explorers import ClampExplorer; ClampExplorer()")
    assert "torch" not in loaded


def test_its_example_loses_what_the_longest_memory_keeps():
    explorer = ClampExplorer()
    one, (before, after) = explorer.clamp, (explorer.untouched, explorer.touched)
    assert (one.quantity, one.value, one.units, one.steps) == ("f", 0.0, 19, range(9, 20))
    assert abs(before.traces[0].h[0, 35, 19]) > 0.2
    assert abs(after.traces[0].h[0, 35, 19]) < 0.02
    assert "goes from" in says(explorer)


# --- what happens to the network meanwhile ------------------------------------------------------


class Forced(nn.Module):
    """Turns its outputs round as a generator says; keeps nothing."""

    def __init__(self, draw):
        super().__init__()
        self.lstm, self.draw = nn.LSTM(3, 4), draw

    def forward(self, x):
        h, _ = self.lstm(x)
        return h if self.draw() < 0.5 else -h


@pytest.mark.parametrize(
    "draw",
    [random.random, np.random.rand, lambda: torch.rand(()).item(), np.random.default_rng(1).random],
    ids=["random", "numpy", "torch", "own"],
)
def test_every_run_draws_the_same(draw):
    explorer = ClampExplorer(Forced(draw), torch.ones(6, 2, 3))
    before = _chance.stand()
    for factor in (0.5, 1.0) * 6:
        go(explorer, way="multiply by", factor=factor, hold="on")
        if factor == 1:
            assert explorer.touched.answers[0].equal(explorer.untouched.answers[0])
    assert [repr(step) for step in _chance.stand()] == [repr(step) for step in before]


@pytest.mark.parametrize(
    "change", [lambda model, x: model.weight_hh_l0.mul_(3.0), lambda model, x: x.zero_()]
)
def test_what_is_done_to_the_model_or_its_input_later_changes_nothing(change):
    torch.manual_seed(0)
    model, x = nn.LSTM(3, 4), torch.randn(6, 2, 3)
    explorer = ClampExplorer(model, x)
    with torch.no_grad():
        change(model, x)
    go(explorer, way="multiply by", factor=1.0, hold="on")
    assert explorer.touched.answers[0].equal(explorer.untouched.answers[0])


def test_a_model_that_cannot_be_copied_is_refused():
    model = nn.LSTM(3, 4)
    model.file = sys.stderr
    with pytest.raises(TypeError, match=r"model must be something that copy.deepcopy copies: "):
        ClampExplorer(model, torch.ones(6, 2, 3))


class Plain(nn.Module):
    def __init__(self, batch_first):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=batch_first)

    def forward(self, x):
        return self.lstm(x)[0]


def test_no_axis_is_guessed():
    torch.manual_seed(0)
    x = torch.randn(5, 5, 3)
    with pytest.raises(ValueError, match=r"outputs must say which axis is which, got shape \(5, 5"):
        ClampExplorer(Plain(batch_first=False), x)
    model = Plain(batch_first=False)
    explorer = ClampExplorer(model, x, outputs=lambda y: y.transpose(0, 1))
    expected = model(x)[:, 1].T
    torch.testing.assert_close(torch.tensor(explorer.untouched.rows(1, 5)), expected)
    model = Plain(batch_first=True)
    torch.testing.assert_close(
        torch.tensor(ClampExplorer(model, x).untouched.rows(1, 5)), model(x)[1].T
    )
