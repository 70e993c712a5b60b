"""The explorer of a layer: heatmaps that are exact, and every number under the cursor."""

import io
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from math import floor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lstm_lib.drawing import heatmap
from lstm_lib.drawing.heatmap import LEVELS, STOPS, Heatmap, Scale
from lstm_lib.drawing.svg import number
from lstm_lib.explorers import VectorExplorer
from lstm_lib.explorers import trace_picture as picture
from lstm_lib.explorers.pieces import written
from lstm_lib.notation import CHARTED, VALVES, titled
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Trace
from lstm_lib.vector import VectorLSTM
from tests.pictures import SVG, boxes, outside, overlaps, says, sheets, texts

ROOT = Path(__file__).resolve().parent.parent


def run(batch_size=3, seq_len=7, input_size=2, hidden_size=5, size=3.0, **more):
    """Return the outputs and the trace of a layer that works, on random inputs."""
    model = VectorLSTM(input_size, hidden_size, seed=1, **more)
    x = np.random.default_rng(2).normal(size=(batch_size, seq_len, input_size))
    return model.forward(size * x)


def trace_of(value=0.0, shape=(1, 4, 3), **columns):
    """Return a trace of one value everywhere, but for the columns given."""
    whole = {name: np.full(shape, value) for name in CHARTED} | columns
    state = np.zeros((shape[0], shape[2]))
    x, c0 = whole.pop("x", np.zeros((*shape[:2], 1))), whole.pop("c0", state)
    return Trace(x, **whole, h0=state, c0=c0)


def go(explorer, **values):
    for name, value in values.items():
        getattr(explorer, name).value = value


@pytest.fixture
def trace():
    return run()[1]


@pytest.fixture
def explorer():
    outputs, trace = run(output_size=1)
    return VectorExplorer(trace, ["a", "b", "c"], outputs=outputs, targets=trace.x[:, :, :1])


def images(drawn, width=picture.WIDTH):
    """Return the heatmaps of a picture that are so wide (None: any): (frame, pixels)."""
    found = []
    for node in ET.fromstring(drawn).iter(f"{SVG}image"):
        frame = [float(node.get(name)) for name in ("x", "y", "width", "height")]
        if width in (None, frame[2]):
            data = b64decode(node.get("href").removeprefix("data:image/png;base64,"))
            found.append((frame, Image.open(io.BytesIO(data))))
    return found


def colour(scale, value):
    """Return the colour a value must have, from the definition of the scale."""
    level = floor((value - scale.low) / (scale.high - scale.low) * (LEVELS - 1) + 0.5)
    stops = [[int(stop[k : k + 2], 16) for k in (1, 3, 5)] for stop in STOPS[scale.colors]]
    place = level / (LEVELS - 1) * (len(stops) - 1)
    return [np.interp(place, range(len(stops)), channel) for channel in zip(*stops, strict=True)]


# --- PNG and colours --------------------------------------------------------------------------


@given(
    st.integers(1, 40).flatmap(
        lambda w: st.lists(
            st.lists(st.integers(0, LEVELS), min_size=w, max_size=w), min_size=1, max_size=40
        )
    ),
    st.sampled_from(list(STOPS)),
)
@settings(deadline=None, max_examples=50)
def test_a_png_holds_every_pixel(rows, scale):
    palette = heatmap.colors(scale)
    decoded = Image.open(io.BytesIO(heatmap.png([bytes(row) for row in rows], palette)))
    decoded.load()
    assert decoded.mode == "P"
    assert np.array(decoded).tolist() == rows
    assert bytes(decoded.getpalette())[: len(palette)] == palette


def test_a_png_may_be_larger_than_one_block():
    rows = [bytes((k * j) % 60 for j in range(700)) for k in range(300)]
    decoded = Image.open(io.BytesIO(heatmap.png(rows, heatmap.colors("f"))))
    assert [bytes(row) for row in np.array(decoded)] == rows


def test_a_png_is_the_same_on_every_machine():
    # As bytes, written down: no compressor takes part.
    expected = (
        "89504e470d0a1a0a0000000d49484452000000020000000208030000004568fd160000000650"
        "4c5445010203040506"
    )
    png = heatmap.png([b"\0\1", b"\1\0"], bytes([1, 2, 3, 4, 5, 6]))
    assert png.hex().startswith(expected)
    assert bytes.fromhex("78010106 00f9ff 000001 000100".replace(" ", "")) in png


@pytest.mark.parametrize("scale", STOPS)
def test_brighter_is_larger_in_greyscale(scale):
    shades = np.frombuffer(heatmap.colors(scale), np.uint8).reshape(-1, 3)[1:] / 255
    assert len(shades) == LEVELS
    linear = np.where(shades <= 0.04045, shades / 12.92, ((shades + 0.055) / 1.055) ** 2.4)
    lightness = 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16
    assert np.all(np.diff(lightness) > 0.3)
    assert lightness[0] < 20
    assert lightness[-1] > 90


def test_zero_is_grey_and_the_signs_have_two_hues():
    low, zero, high = (heatmap.colors(heatmap.SIGNED)[3 * k : 3 * k + 3] for k in (17, 33, 49))
    assert len(set(zero)) == 1
    assert low[2] > low[0] + 50
    assert high[0] > high[2] + 50


def test_common_values_are_not_on_a_border_between_two_levels():
    for value in (0, 0.25, 0.5, 0.75, 1):
        near = [value - 1e-12, value, value + 1e-12]
        assert len(set(heatmap.levels(near, 0, 1))) == 1
        assert len(set(heatmap.levels([2 * v - 1 for v in near], -1, 1))) == 1


def test_levels_are_rounded_and_end_at_the_ends():
    assert list(heatmap.levels([-9, 0, 1 / 64, 0.5, 1, 9], 0, 1)) == [1, 1, 2, 33, 65, 65]
    assert list(heatmap.levels([float("nan")], 0, 1)) == [0]


@pytest.mark.parametrize(
    ("most", "end"),
    [(0, 1), (1, 1), (1.01, 1.5), (2.3, 3), (10, 10), (10.1, 15), (0.034, 0.04), (1e-9, 0.01)],
)
def test_a_scale_ends_at_a_short_number(most, end):
    assert heatmap.round_up(most) == pytest.approx(end)
    assert heatmap.round_up(most * (1 + 1e-15)) == heatmap.round_up(most)


@pytest.mark.parametrize(
    ("most", "value", "expected"),
    [(1, 0.98765, "0.988"), (5, -1.23456, "−1.235"), (50, 12.346, "12.35"),
     (0.02, 0.0123, "0.0123"), (4000, -1234.5, "−1234"), (1e7, 4.2e6, "4·10⁶")],
)  # fmt: skip
def test_numbers_have_the_digits_their_scale_deserves(most, value, expected):
    assert written(value, Scale.around_zero(most)) == expected


# --- the heatmaps -----------------------------------------------------------------------------


def test_every_pixel_is_the_value_of_its_unit_and_step(
    explorer,
):
    go(explorer, sequence=2)
    boxes = picture._maps(explorer._shown()[0])
    drawn = {tuple(frame): pixels for frame, pixels in images(explorer.render())}
    for name in CHARTED:
        box, values = boxes[name], getattr(explorer.trace, name)[1]  # (seq_len, hidden_size)
        pixels = np.array(drawn[box[:4]].convert("RGB"))
        assert pixels.shape == (5, 7, 3)
        for unit in range(5):
            for t in range(7):
                wanted = colour(explorer._shown()[0].scales[name], values[t, unit])
                assert np.abs(pixels[unit, t] - wanted).max() <= 0.51, (name, unit, t)


def test_quantities_stand_where_their_names_are(explorer):
    words = {node.text: node for node in ET.fromstring(explorer.render()).iter(f"{SVG}text")}
    for name, box in picture._maps(explorer._shown()[0]).items():
        title = words[titled(name)]
        assert f"ink-{name}" in title.get("class")
        assert titled(name).endswith(f" {name}")
        assert (float(title.get("x")), float(title.get("y"))) == (box.x, box.y - 6)


def test_gates_stand_on_the_left_and_what_they_act_on_on_the_right(explorer):
    shown = [words for words in texts(explorer.render()) if words in map(titled, CHARTED)]
    assert shown == [
        "forget gate f", "input gate i", "output gate o",
        "candidate g", "cell state c", "hidden state h",
    ]  # fmt: skip


def test_gates_go_from_0_to_1_and_states_around_zero(explorer):
    scales = explorer._shown()[0].scales
    assert all(scales[name] == Scale(name, 0, 1) for name in VALVES)
    for name in "gch":
        most = np.abs(getattr(explorer.trace, name)).max()
        assert scales[name] == Scale("signed", -heatmap.round_up(most), heatmap.round_up(most))
        assert scales[name].high >= most


def test_the_ends_of_each_scale_are_written_beside_its_colours():
    c = np.zeros((1, 4, 3))
    c[0, 1, 2] = -2.4
    shown = texts(VectorExplorer(trace_of(0.3, c=c)).render())
    at = shown.index("cell state c")
    assert shown[at + 1 : at + 3] == ["−3", "3"]
    at = shown.index("output gate o")
    assert shown[at + 1 : at + 3] == ["0", "1"]


def test_what_only_one_sequence_reaches_sets_the_scale_of_all(trace):
    before = VectorExplorer(trace)._shown()[0].scales["c"]
    trace.c[2, 0, 0] = 40
    explorer = VectorExplorer(trace)
    assert before.high < 10
    assert explorer._shown()[0].scales["c"].high == 40
    go(explorer, sequence=3)
    assert explorer._shown()[0].scales["c"].high == 40


def test_outputs_and_targets_share_their_colours():
    _, trace = run(batch_size=1)
    outputs, targets = np.full((1, 7, 1), -3.0), np.full((1, 7, 1), 1.0)
    scales = VectorExplorer(trace, outputs=outputs, targets=targets)._shown()[0].scales
    assert scales["output"] == scales["target"] == Scale("signed", -3, 3)
    scales = VectorExplorer(trace, targets=targets)._shown()[0].scales
    assert scales["target"] == Scale("plain", 0, 1)


def test_without_outputs_the_input_stands_under_both_columns(trace):
    shown = texts(VectorExplorer(trace).render())
    assert shown.count("input") == 2
    assert len(images(VectorExplorer(trace).render())) == 8


def test_a_target_that_is_not_asked_for_is_left_blank(trace):
    targets = np.ones((3, 7, 1))
    targets[:, :4] = np.nan
    explorer = VectorExplorer(trace, targets=targets)
    (pixels,) = [
        pixels.convert("RGBA") for frame, pixels in images(explorer.render())
        if frame[:2] == [480, picture.STRIP_TOP]
    ]  # fmt: skip
    assert [pixels.getpixel((t, 0))[3] for t in range(7)] == [0] * 4 + [255] * 3
    middle = picture.STRIP_TOP + picture.STRIP_HEIGHT / 2
    assert f'x1="480" y1="{middle:g}" x2="810" y2="{middle:g}"' in explorer.render()
    assert says(explorer).endswith("target none.")
    assert "–" in texts(explorer.render())
    go(explorer, step=5)
    assert says(explorer).endswith("target 1.00.")


# --- the cursor -------------------------------------------------------------------------------


@pytest.mark.parametrize(("sequence", "step", "unit"), [(1, 1, 1), (2, 4, 3), (3, 7, 5)])
def test_every_number_under_the_cursor_is_written(explorer, sequence, step, unit):
    go(explorer, sequence=sequence, step=step, unit=unit)
    shown, at = texts(explorer.render()), (sequence - 1, step - 1)
    for name in CHARTED:
        value = getattr(explorer.trace, name)[at][unit - 1]
        words = written(value, explorer._shown()[0].scale(name, unit - 1))
        assert abs(float(words.replace("−", "-")) - value) <= 0.0006
        assert words in shown
        assert f"{name} {words}" in shown
    for x in explorer.trace.x[at]:
        assert written(x, explorer._shown()[0].scales["input"]) in shown
    assert (
        written(explorer._layers.results["output"][at][0], explorer._shown()[0].scales["output"])
        in shown
    )
    assert f"unit {unit} over time, at step {step}" in shown


def frames(drawn):
    """Return the boxes of the cursor on the six heatmaps: inside which the cells stay free."""
    found = re.findall(
        r'<rect class="ink" x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)" '
        r'style="stroke:var\(--ink\)"/>', drawn)  # fmt: skip
    return [tuple(map(float, place)) for place in found]


def test_the_cursor_stands_around_its_step_and_its_unit(explorer):
    go(explorer, step=3, unit=2)
    found = frames(sheets(explorer)["moves"])
    for box in picture._maps(explorer._shown()[0]).values():
        step = (box.x + box.w * 2 / 7 - 0.5, box.y - 0.5, box.w / 7 + 1, box.h + 1)
        unit = (box.x - 0.5, box.y + box.h * 1 / 5 - 0.5, box.w + 1, box.h / 5 + 1)
        for wanted in (step, unit):
            assert any(np.abs(np.subtract(wanted, place)).max() < 0.06 for place in found)


def test_the_lines_are_those_of_the_chosen_unit(explorer):
    go(explorer, sequence=2, unit=4)
    drawn = dict(re.findall(r'<polyline class="(.)" points="([^"]*)"', sheets(explorer)["moves"]))
    charts = {name: chart for chart, names in picture._charts(explorer._shown()[0], 3)
              for name in names}  # fmt: skip
    assert set(drawn) == set(CHARTED)
    memory = heatmap.round_up(np.abs(explorer.trace.c[:, :, 3]).max())
    assert memory < explorer._shown()[0].scales["c"].high
    assert {name: chart.high for name, chart in charts.items()} == {
        "f": 1, "i": 1, "o": 1, "g": 1, "h": 1, "c": memory
    }  # fmt: skip
    assert all(
        chart.low == (0 if name in VALVES else -chart.high) for name, chart in charts.items()
    )
    for name, points in drawn.items():
        places = np.array([place.split(",") for place in points.split()], float)
        values = getattr(explorer.trace, name)[1, :, 3]
        wanted = [(charts[name].across(t), charts[name].up(v)) for t, v in enumerate(values)]
        assert np.abs(places - wanted).max() < 0.06


def test_a_small_unit_beside_a_large_one_is_not_flat():
    c = np.zeros((2, 4, 3))
    c[:, :, 0], c[0, :, 2], c[1, :, 2] = 50, [0, 0.02, -0.02, 0.01], 0.005
    explorer = VectorExplorer(trace_of(0.5, (2, 4, 3), c=c))
    go(explorer, unit=3, step=2)
    moves = sheets(explorer)["moves"]
    places = dict(re.findall(r'<polyline class="(.)" points="([^"]*)"', moves))["c"].split()
    heights = [float(place.split(",")[1]) for place in places]
    assert heights[2] - heights[1] == pytest.approx((picture.LINES_HEIGHT - picture.GAP) / 2)
    shown = texts(explorer.render())
    assert {"0.02", "−0.02", "c 0.0200"} <= set(shown)
    go(explorer, sequence=2)  # its axis stays: sequences can be compared
    assert {"0.02", "−0.02", "c 0.0050"} <= set(texts(explorer.render()))
    go(explorer, unit=1)
    assert {"50", "−50", "c 50.00"} <= set(texts(explorer.render()))


def test_a_move_of_step_or_unit_sends_no_heatmap(explorer):
    before, drawn = sheets(explorer), explorer._shown()[1]
    for name, value in (("step", 5), ("unit", 3)):
        go(explorer, **{name: value})
        after = sheets(explorer)
        assert explorer._shown()[1] is drawn  # not even drawn again
        assert [key for key in after if after[key] != before[key]] == ["moves"]
        before = after
    assert "<image" not in before["moves"]
    go(explorer, sequence=2)
    assert sheets(explorer)["still"] != before["still"]
    go(explorer, sequence=1)
    assert sheets(explorer)["still"] == before["still"]


def test_what_is_sent_is_small():
    _, trace = run(2, 50, 2, 32)
    explorer = VectorExplorer(trace)
    assert len(sheets(explorer)["moves"]) < 12_000
    assert len(sheets(explorer)["still"]) < 40_000
    assert explorer._still.value.count("<rect") < 25  # none per number


# --- words and table --------------------------------------------------------------------------


def test_the_sentence_says_the_step_of_the_unit_and_adds_up(explorer):
    go(explorer, sequence=2, step=4, unit=3)
    now = explorer.selected[3]
    assert says(explorer) == (
        f"Sequence 2 (b), step 4, unit 3: f keeps {now.f:.1%} of the memory "
        f"{number(now.c_prev, 3)}, i writes {now.i:.1%} of the candidate {number(now.g, 3)}, so "
        f"c = {number(now.c, 3)}; o shows {now.o:.1%} of its tanh, so h = {number(now.h, 3)}. "
        f"At this step input {' '.join(number(x) for x in explorer.trace.x[1, 3])}, "
        f"output {number(explorer._layers.results['output'][1, 3, 0])}, "
        f"target {number(explorer.trace.x[1, 3, 0])}."
    )


def test_the_first_step_keeps_the_memory_it_starts_with():
    model = VectorLSTM(1, 2)
    c0 = np.array([[0.25, -1.5], [0.75, 2.5]])
    _, trace = model.forward(np.zeros((2, 3, 1)), c0=c0)
    explorer = VectorExplorer(trace)
    go(explorer, sequence=2, unit=2)
    assert "of the memory 2.500," in says(explorer)
    go(explorer, sequence=1)
    assert "of the memory −1.500," in says(explorer)


def test_selected_is_the_trace_of_the_unit(explorer):
    go(explorer, sequence=3, unit=2)
    assert explorer.selected == explorer.trace.select(batch=2, unit=1)


def test_the_table_gives_every_step_of_the_unit(explorer):
    go(explorer, sequence=2, step=3, unit=4)
    view = explorer.view()
    assert list(view.header) == ["unit 4", *CHARTED, "input", "output", "target"]
    assert [row[0] for row in view.rows] == [
        f"step {t}" + " (chosen)" * (t == 3) for t in range(1, 8)
    ]
    for t, row in enumerate(view.rows):
        values = [number(getattr(explorer.trace, name)[1, t, 3], 4) for name in CHARTED]
        assert row[1:7] == values
        assert row[7] == " ".join(number(x) for x in explorer.trace.x[1, t])
        assert row[9] == number(explorer.trace.x[1, t, 0])


def test_many_inputs_are_counted_where_there_is_no_room_for_them():
    _, trace = run(input_size=9)
    explorer = VectorExplorer(trace)
    assert texts(explorer.render()).count("9 values") == 2
    assert "and 3 more." in says(explorer)
    assert len(explorer.view().rows[0][7].split()) == 9


def test_it_says_its_settings(explorer):
    assert repr(explorer) == "VectorExplorer(sequence=1, step=1, unit=1)"


# --- every size -------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (1, 5, 1, 1), (2, 1, 3, 4), (1, 12, 4, 2)])
def test_what_leaves_no_choice_has_no_slider(shape):
    _, trace = run(*shape)
    explorer = VectorExplorer(trace)
    counts = {"sequence": shape[0], "step": shape[1], "unit": shape[3]}
    assert list(explorer.controls) == [name for name, count in counts.items() if count > 1]
    assert {name: slider.max for name, slider in explorer.controls.items()} == {
        name: count for name, count in counts.items() if count > 1
    }
    assert overlaps(explorer.render()) == []
    assert outside(explorer.render()) == []


def test_the_scalar_lstm_is_a_layer_of_one_unit():
    x = np.array([[0, 0.5, 0.25, 1], [1, 0.5, 0.25, 1]])[:, :, None]
    _, trace = VectorLSTM.from_scalar(ScalarLSTM.published()).forward(x)
    explorer = VectorExplorer(trace, names=["company A", "company B"])
    go(explorer, sequence=2, step=4)
    assert says(explorer).startswith("Sequence 2 (company B), step 4, unit 1: f keeps ")
    assert "c = 2.405;" in says(explorer)
    assert "c 2.405" in texts(explorer.render())


@pytest.mark.parametrize(
    ("shape", "size", "results"),
    [((8, 50, 2, 32), 3, 1), ((2, 7, 1, 5), 0.001, 2), ((2, 3, 12, 130), 900, 5),
     ((2, 400, 3, 2), 1, 3), ((2, 23, 2, 9), 1e7, 0)],
)  # fmt: skip
def test_nothing_overlaps_or_leaves_the_picture(shape, size, results):
    _, trace = run(*shape, size=size)
    outputs = size * np.random.default_rng(0).normal(size=(*shape[:2], results or 1))
    given = {"outputs": outputs, "targets": abs(outputs)} if results else {}
    explorer, draw = VectorExplorer(trace, **given), random.Random(3)
    for _ in range(25):
        with explorer.together():
            for slider in explorer.controls.values():
                slider.value = draw.choice([1, slider.max, draw.randint(1, int(slider.max))])
        assert overlaps(explorer.render()) == []
        assert outside(explorer.render()) == []
        assert not re.search(r"\bnan\b|\binf\b", explorer.render())


def test_no_title_runs_into_the_colours_of_its_scale(explorer):
    root = ET.fromstring(explorer.render())
    bars = [node for node in root.iter(f"{SVG}image") if float(node.get("width")) == 62]
    assert len(bars) == 8
    for node in bars:
        left, top = float(node.get("x")), float(node.get("y"))
        for words, x, y, right, bottom in boxes(explorer.render()):
            beside = right <= left or x >= left + 62 or bottom <= top or y >= top + 9
            assert beside, words


def test_units_lower_than_a_pixel_are_averaged():
    assert "pixelated" in Heatmap(0, 0, 50, 20, 20, 50).draw([[0.0] * 50] * 20, Scale("f", 0, 1))
    assert "pixelated" not in Heatmap(0, 0, 50, 20, 21, 50).draw(
        [[0.0] * 50] * 21, Scale("f", 0, 1)
    )


def test_a_projected_h_belongs_to_no_unit():
    shape = (2, 6, 4)
    columns = {name: np.full(shape, 0.5) for name in "ifgoc"}
    h, h0 = np.full((2, 6, 2), 0.25), np.zeros((2, 2))
    trace = Trace(np.zeros((2, 6, 1)), **columns, h=h, h0=h0, c0=np.zeros((2, 4)))
    explorer = VectorExplorer(trace)
    go(explorer, unit=2)
    assert "0.250" not in texts(explorer.render())
    assert says(explorer).endswith("o shows 50.0% of its tanh. At this step input 0.00.")
    assert list(explorer.view().header) == ["unit 2", *"fiogc", "input"]
    assert [pixels.size for _, pixels in images(explorer.render())].count((6, 2)) == 1


def test_a_trace_in_torch_is_drawn_the_same(trace):
    torch = pytest.importorskip("torch")
    names = ("x", *"ifgoch", "h0", "c0")
    same = Trace(**{n: torch.from_numpy(getattr(trace, n)).requires_grad_() for n in names})
    outputs = trace.h[:, :, :1]
    with_torch = VectorExplorer(same, outputs=torch.from_numpy(outputs).requires_grad_())
    plain = VectorExplorer(trace, outputs=outputs)
    for explorer in (with_torch, plain):
        go(explorer, sequence=2, step=3, unit=4)
    assert with_torch.render() == plain.render()


def test_float32_and_whole_numbers_are_taken():
    _, trace = run(dtype=np.float32)
    explorer = VectorExplorer(trace, targets=np.ones((3, 7, 1), int), outputs=trace.x > 0)
    assert "output " in says(explorer)
    assert "target 1.00" in says(explorer)


# --- bad input --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"trace": [1, 2]}, TypeError, "trace must be a Trace, got list"),
        ({"trace": ScalarLSTM.published().run([0.0, 1.0])}, ValueError,
         r"trace must hold columns \(batch_size, seq_len, hidden_size\), got the trace of one"),
        ({"trace": trace_of(shape=(0, 4, 3))}, ValueError,
         r"trace must hold at least one number, got shape \(0, 4, 3\)"),
        ({"trace": trace_of(c=np.full((1, 4, 3), np.nan))}, ValueError,
         "c must hold finite numbers, got nan"),
        ({"trace": trace_of(x=np.full((1, 4, 1), -np.inf))}, ValueError,
         "x must hold finite numbers, got -inf"),
        ({"trace": trace_of(c0=np.full((1, 3), np.inf))}, ValueError,
         "c0 must hold finite numbers, got inf"),
        ({"names": "abc"}, TypeError, "names must be a sequence of strings, got 'abc'"),
        ({"names": [1, 2, 3]}, TypeError, r"names must be a sequence of strings, got \[1, 2, 3\]"),
        ({"names": 3}, TypeError, "names must be a sequence of strings, got 3"),
        ({"names": ["a"]}, ValueError, "names must hold 3 names, one a sequence, got 1"),
        ({"outputs": [1]}, TypeError, "outputs must be an array, got list"),
        ({"outputs": np.zeros((3, 7))}, ValueError,
         r"outputs must have shape \(3, 7, output_size\) like the trace, got \(3, 7\)"),
        ({"targets": np.zeros((3, 6, 1))}, ValueError, r"targets .* got \(3, 6, 1\)"),
        ({"targets": np.zeros((2, 7, 1))}, ValueError, r"targets .* got \(2, 7, 1\)"),
        ({"targets": np.zeros((3, 7, 0))}, ValueError, r"targets .* got \(3, 7, 0\)"),
        ({"outputs": np.full((3, 7, 1), np.nan)}, ValueError,
         "outputs must hold finite numbers, got nan"),
        ({"targets": np.full((3, 7, 1), np.inf)}, ValueError,
         "targets must hold finite numbers, got inf"),
        ({"targets": np.full((3, 7, 1), np.nan)}, ValueError,
         "targets must hold at least one number, got none but nan"),
    ],
)  # fmt: skip
def test_bad_input_is_named(trace, change, error, message):
    with pytest.raises(error, match=message):
        VectorExplorer(**({"trace": trace} | change))


# --- what it costs ----------------------------------------------------------------------------


def modules_after(code):
    """Return the modules a fresh Python has loaded after `code`."""
    code += "\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_numpy_is_loaded_by_its_example_and_torch_never():
    loaded = modules_after("from lstm_lib.explorers import VectorExplorer")
    assert not {"numpy", "torch"} & loaded
    loaded = modules_after("from lstm_lib.explorers import VectorExplorer; VectorExplorer()")
    assert "numpy" in loaded
    assert "torch" not in loaded


# --- the example ------------------------------------------------------------------------------


def test_the_example_keeps_memories_for_longer_from_unit_to_unit():
    trace = VectorExplorer().trace
    kept = trace.f[0, 20]
    assert np.all(np.diff(kept) > 0)
    assert kept[0] < 0.3
    assert kept[-1] > 0.96
    assert np.all(trace.i[:, 1:5] > 0.8)
    assert np.all(trace.i[:, 6:] < 0.1)
    assert np.abs(trace.c[0, 30, :5]).max() < 0.05
    assert np.abs(trace.c[0, 30, -1]) > 0.3
