"""The explorer of any traced model: every layer and direction, padding, and units by rank."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lib.drawing.heatmap import hatch
from lstm_lib.drawing.svg import number
from lstm_lib.explorers import TraceExplorer, VectorExplorer
from lstm_lib.explorers import trace_picture as picture
from lstm_lib.notation import CHARTED
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Flow, Flows, Traces, gradient_flow, trace
from lstm_lib.trace.ranking import Ranking, by_gradient, by_variance
from lstm_lib.vector import VectorLSTM
from tests.pictures import SVG, outside, overlaps, says, sheets, texts
from tests.test_vector_explorer import colour, go, images, modules_after

LENGTHS = (7, 4, 6)
ALL = ["layer", "direction", "order", "sequence", "step", "unit", "rank"]
VARIANCE, GRADIENT = "by variance of c", "by gradient"


def lstm(**options):
    torch.manual_seed(1)
    return nn.LSTM(2, 5, batch_first=True, **options).double()


def inputs(batch_size=3, seq_len=7, size=3.0):
    drawn = torch.Generator().manual_seed(2)
    return size * torch.randn(batch_size, seq_len, 2, generator=drawn, dtype=torch.float64)


@pytest.fixture
def traced():
    return trace(lstm(num_layers=2, bidirectional=True), inputs(), lengths=LENGTHS)


@pytest.fixture
def explorer(traced):
    return TraceExplorer(traced, ["a", "b", "c"], outputs=traced.output[:, :, :1])


def variances(one, lengths=LENGTHS):
    """Return the variance of c over the real steps, unit by unit, by NumPy's own."""
    c = one.c.numpy()
    return np.concatenate([c[k, :length] for k, length in enumerate(lengths)]).var(axis=0)


# --- which numbers are shown ----------------------------------------------------------------


def test_a_network_of_all_kinds_has_all_controls(explorer):
    assert list(explorer.controls) == ALL
    assert repr(explorer) == (
        "TraceExplorer(layer=1, direction='forward', order='as stored', sequence=1, step=1, "
        "unit=1, rank=1)"
    )


@pytest.mark.parametrize("order", ["as stored", VARIANCE])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("layer", [1, 2])
def test_every_pixel_is_of_its_layer_direction_sequence_unit_and_step(
    explorer, traced, layer, direction, order
):
    go(explorer, layer=layer, direction=direction, order=order, sequence=2)
    chosen = traced.layer(layer - 1, direction)
    assert explorer.trace == chosen
    rows = range(5) if order == "as stored" else np.argsort(-variances(chosen))
    drawn = {tuple(frame[:2]): pixels for frame, pixels in images(explorer.render(), width=None)}
    for name, box in picture._maps(explorer._shown()[0]).items():
        pixels = np.array(drawn[box.x, box.y].convert("RGB"))
        values = getattr(chosen, name)[1].numpy()  # (seq_len, hidden_size)
        assert pixels.shape == (5, 4, 3)
        for row, unit in enumerate(rows):
            for t in range(4):
                wanted = colour(explorer._shown()[0].scales[name], values[t, unit])
                assert np.abs(pixels[row, t] - wanted).max() <= 0.51, (name, unit, t)


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_sentence_adds_up_in_both_directions(explorer, direction):
    go(explorer, layer=2, direction=direction, sequence=3, unit=4)
    for step in (1, 3, 6):
        go(explorer, step=step)
        now = explorer.selected[step - 1]
        assert now.c == pytest.approx(now.f * now.c_prev + now.i * now.g)
        assert says(explorer).startswith(
            f"Layer 2, {direction}, sequence 3 (c), step {step}, unit 4: f keeps {now.f:.1%} of "
            f"the memory {number(now.c_prev, 3)}, i writes {now.i:.1%} of "
            f"the candidate {number(now.g, 3)}, so c = {number(now.c, 3)};"
        )


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_first_step_walked_keeps_the_memory_it_starts_with(direction):
    state = tuple(torch.full((2, 3, 5), value).double() for value in (0.25, 1.5))
    traced = trace(lstm(bidirectional=True), inputs(), state, lengths=LENGTHS)
    explorer = TraceExplorer(traced)
    go(explorer, direction=direction, sequence=2, step=4 if direction == "reverse" else 1)
    assert "of the memory 1.500," in says(explorer)


def test_a_layer_above_shows_the_h_below_as_its_input(explorer, traced):
    go(explorer, layer=2, sequence=2, step=3)
    below = [traced.layer(0, way).h[1, 2] for way in ("forward", "reverse")]
    values = torch.cat(below).tolist()
    assert explorer.view().rows[2][7] == " ".join(number(value) for value in values)


def test_the_lines_of_a_reverse_run_say_how_to_read_them(explorer):
    assert "unit 1 over time, at step 1" in texts(explorer.render())
    go(explorer, direction="reverse")
    assert "unit 1, read right to left, at step 1" in texts(explorer.render())


# --- padding --------------------------------------------------------------------------------


def hatched(drawn):
    """Return (left, right) of every hatched place of a picture, to a tenth."""
    found = []
    for node in ET.fromstring(drawn).iter(f"{SVG}path"):
        xs = [float(x) for x in re.findall(r"[ML]([\d.]+) ", node.get("d"))]
        found.append((min(xs), max(xs)))
    return found


def test_behind_its_end_a_sequence_is_hatched_everywhere(explorer):
    assert hatched(explorer.render()) == []
    go(explorer, sequence=2)
    left = [picture.WIDTH * 4 / 7 + x for x in (picture.LEFT, picture.RIGHT)]
    found = hatched(explorer.render())
    assert len(found) == 3 + 3 + 3 + 2  # heatmaps, charts, strips
    for start, end in found:
        x = left[start > 440]
        assert start == pytest.approx(x, abs=0.1)
        assert end == pytest.approx(x + picture.WIDTH * 3 / 7, abs=0.1)
    assert texts(explorer.render()).count("padding") == 3
    points = re.findall(r'<polyline class="." points="([^"]*)"', sheets(explorer)["moves"])
    assert {len(line.split()) for line in points} == {4}


@pytest.mark.parametrize(("w", "h"), [(60, 20), (20, 60), (30, 30), (3, 4)])
def test_hatching_is_slanted_and_ends_at_the_edges_of_its_place(w, h):
    place = re.findall(r"M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)", hatch(10, 20, w, h))
    ends = np.array(place, float).reshape(-1, 4)
    assert len(ends) == (w + h - 1) // 7
    for x1, y1, x2, y2 in ends:
        assert x1 - x2 == pytest.approx(y2 - y1)
        assert y1 == 20 or x1 == 10 + w
        assert x2 == 10 or y2 == 20 + h


def test_a_step_behind_the_end_shows_the_last_one_and_says_so(explorer):
    go(explorer, sequence=2, step=4)
    before, moves = says(explorer), explorer.view().moves
    go(explorer, step=6)
    assert says(explorer) == f"This sequence ends at step 4; step 6 is padding. {before}"
    assert explorer.view().moves == moves
    assert explorer.step.value == 6
    go(explorer, sequence=3)
    assert "padding" not in says(explorer)
    assert ", step 6," in says(explorer)


def test_the_table_ends_with_the_sequence(explorer):
    go(explorer, sequence=2, step=7)
    rows = [row[0] for row in explorer.view().rows]
    assert rows == ["step 1", "step 2", "step 3", "step 4 (chosen)"]


# --- units by rank --------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [0, 1])
@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_units_are_ranked_by_the_variance_of_their_real_steps(traced, layer, direction):
    one = traced.layer(layer, direction)
    ranking = by_variance(one)
    assert ranking.scores == pytest.approx(variances(one))
    assert list(ranking.order) == np.argsort(-variances(one)).tolist()
    in_numpy = replace(one, **{n: getattr(one, n).numpy() for n in ("x", *CHARTED, "h0", "c0")})
    assert by_variance(in_numpy).scores == pytest.approx(ranking.scores)
    whole = replace(one, lengths=None)
    assert by_variance(whole).scores == pytest.approx(variances(one, (7, 7, 7)))


def test_units_are_ranked_by_the_size_of_their_gradient(traced):
    gradient = torch.zeros(3, 7, 5)
    gradient[0, 3, 4], gradient[2, 1, 2], gradient[1, 6, 0] = -3.4, 1.7, 100  # 1, 6: padding
    ranking = by_gradient(gradient, traced[0])
    assert ranking.scores == pytest.approx((0, 0, 0.1, 0, 0.2))
    assert ranking.order == (4, 2, 0, 1, 3)
    assert ranking.of == "mean |dL/dc|"


def test_equal_scores_keep_the_order_of_the_numbers():
    assert Ranking.by("luck", np.array([1.0, 2, 1, 2])).order == (1, 3, 0, 2)


def test_order_moves_the_rows_and_keeps_the_unit(explorer):
    go(explorer, unit=3, order=VARIANCE)
    order = list(by_variance(explorer.trace).order)
    assert order != [0, 1, 2, 3, 4]
    assert explorer.unit.value == 3
    rank = order.index(2) + 1
    assert explorer.rank.value == rank
    score = number(variances(explorer.trace)[2], 3)
    said = f"step 1, unit 3 (rank {rank} of 5 by variance of c, {score}): f keeps"
    assert said in says(explorer)
    assert f"unit 3 (rank {rank}) over time, at step 1" in texts(explorer.render())
    words = [words for words in texts(explorer.render()) if re.fullmatch(r"\d", words)]
    assert words[2:4] == ["1", "5"]  # ranks, behind the ends of the scale
    assert "rank" in texts(explorer.render())
    go(explorer, order="as stored")
    assert "rank" not in says(explorer)
    assert explorer.rank.value == 3


def test_the_cursor_stands_on_the_row_of_the_rank(explorer):
    go(explorer, order=VARIANCE, rank=2)
    box = picture._maps(explorer._shown()[0])["c"]
    assert f'y="{box.y + box.h / 5 - 0.5:.1f}" width="{box.w + 1:g}"' in sheets(explorer)["moves"]


def test_rank_walks_through_the_units_and_the_unit_says_its_rank(explorer):
    go(explorer, order=VARIANCE)
    order = by_variance(explorer.trace).order
    for rank in (1, 2, 3, 4, 5):
        go(explorer, rank=rank)
        assert explorer.unit.value == order[rank - 1] + 1
        assert explorer.selected == explorer.trace.select(unit=order[rank - 1])
    for unit in (1, 2, 3, 4, 5):
        go(explorer, unit=unit)
        assert explorer.rank.value == order.index(unit - 1) + 1


def test_another_layer_has_ranks_of_its_own(explorer, traced):
    go(explorer, order=VARIANCE, unit=2)
    for layer in (1, 2):
        for direction in ("forward", "reverse"):
            go(explorer, layer=layer, direction=direction)
            order = by_variance(traced.layer(layer - 1, direction)).order
            assert explorer.ranking.order == order
            assert (explorer.unit.value, explorer.rank.value) == (2, order.index(1) + 1)


def test_by_gradient_is_there_with_a_flow():
    model, x = lstm(num_layers=2, bidirectional=True), inputs()
    traced = trace(model, x, lengths=LENGTHS)
    assert TraceExplorer(traced).order.options == ["as stored", VARIANCE]
    flow = gradient_flow(model, x, lambda output: output[:, 2].sum(), lengths=LENGTHS)
    explorer = TraceExplorer(traced, flow=flow)
    assert explorer.order.options == ["as stored", VARIANCE, GRADIENT]
    go(explorer, order=GRADIENT, layer=2, direction="reverse", rank=1)
    d_c = flow.layer(1, "reverse").d_c.numpy()
    real = np.concatenate([abs(d_c[k, :length]) for k, length in enumerate(LENGTHS)])
    scores = real.mean(axis=0)
    assert explorer.ranking.scores == pytest.approx(scores)
    assert explorer.unit.value == scores.argmax() + 1
    assert f"(rank 1 of 5 by mean |dL/dc|, {number(scores.max(), 3)})" in says(explorer)


def test_a_tiny_score_is_not_said_to_be_zero(traced):
    flows = Flows([Flow(*[torch.full((3, 7, 5), 2e-5)] * 3, one.layer, one.direction)
                   for one in traced], 0.0)  # fmt: skip
    explorer = TraceExplorer(traced, flow=flows)
    go(explorer, order=GRADIENT)
    assert "by mean |dL/dc|, 2.0·10⁻⁵)" in says(explorer)


def test_a_rank_shows_only_where_there_is_a_ranking(explorer):
    assert explorer.rank.layout.visibility == "hidden"
    go(explorer, order=VARIANCE)
    assert explorer.rank.layout.visibility == "visible"
    go(explorer, order="as stored")
    assert explorer.rank.layout.visibility == "hidden"


@pytest.mark.parametrize(
    ("name", "value"),
    [("rank", 3), ("unit", 4), ("order", "as stored"), ("layer", 2), ("direction", "reverse"),
     ("sequence", 2), ("step", 2)],
)  # fmt: skip
def test_every_move_draws_once(explorer, name, value, monkeypatch):
    go(explorer, order=VARIANCE)
    drawn, view = [], explorer.view
    monkeypatch.setattr(explorer, "view", lambda: drawn.append(1) or view())
    go(explorer, **{name: value})
    assert len(drawn) == 1


@pytest.mark.parametrize(("name", "value"), [("rank", 3), ("unit", 4), ("step", 2)])
def test_a_move_inside_the_table_sends_no_heatmap(explorer, name, value):
    go(explorer, order=VARIANCE, unit=1)
    still, drawn = sheets(explorer)["still"], explorer._shown()[1]
    go(explorer, **{name: value})
    assert sheets(explorer)["still"] == still
    assert explorer._shown()[1] is drawn  # not even drawn again
    assert "<image" not in sheets(explorer)["moves"]


# --- whatever can be traced -----------------------------------------------------------------


class Reader(nn.Module):
    """A module around an LSTM, as users have them."""

    def __init__(self):
        super().__init__()
        self.embed, self.lstm = nn.Embedding(4, 2), nn.LSTM(2, 5, batch_first=True)
        self.read_out = nn.Linear(5, 3)

    def forward(self, symbols):
        """Return (batch_size, seq_len, 3) for (batch_size, seq_len) symbols."""
        return self.read_out(self.lstm(self.embed(symbols))[0])


def packed():
    return nn.utils.rnn.pack_sequence(
        [torch.randn(n, 2).double() for n in (4, 7, 6)], enforce_sorted=False
    )


UNITS = ["order", "step", "unit", "rank"]
MODELS = {
    "plain": (lambda: lstm(), inputs, ["sequence", *UNITS]),
    "unbatched": (lambda: lstm(), lambda: inputs()[0], UNITS),
    "stacked": (lambda: lstm(num_layers=3), inputs, ["layer", "sequence", *UNITS]),
    "bidirectional": (lambda: lstm(bidirectional=True), inputs, ["direction", "sequence", *UNITS]),
    "packed": (lambda: lstm(bias=False), packed, ["sequence", *UNITS]),
    "inside a module": (Reader, lambda: torch.tensor([[0, 1, 2], [3, 0, 1]]), ["sequence", *UNITS]),
    "VectorLSTM": (lambda: VectorLSTM(2, 5), lambda: inputs().numpy(), ["sequence", *UNITS]),
    "ScalarLSTM": (ScalarLSTM.published, lambda: [0.0, 0.5, 0.25, 1.0], ["step"]),
}


@pytest.mark.parametrize("name", MODELS)
def test_any_traced_model_opens_with_the_controls_it_needs(name):
    make, x, controls = MODELS[name]
    explorer = TraceExplorer(trace(make(), x()))
    assert set(explorer.controls) == set(controls)
    for control in explorer.controls.values():
        for value in getattr(control, "options", None) or (control.max, control.min):
            control.value = value
            assert overlaps(explorer.render()) == []
            assert says(explorer)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_a_projected_h_keeps_its_order():
    explorer = TraceExplorer(trace(lstm(proj_size=2, num_layers=2), inputs()))
    go(explorer, layer=2, order=VARIANCE, rank=1, sequence=2)
    values = explorer.trace.h[1].numpy()
    box = picture._maps(explorer._shown()[0])["h"]
    ((_, pixels),) = [pair for pair in images(explorer.render()) if pair[0][:2] == [box.x, box.y]]
    wanted = [[colour(explorer._shown()[0].scales["h"], v) for v in row] for row in values.T]
    assert np.abs(np.array(pixels.convert("RGB")) - wanted).max() <= 0.51
    assert list(explorer.view().header)[1:] == [*"fiogc", "input"]


def test_a_scalar_lstm_says_what_it_says_in_the_first_chapters():
    explorer = TraceExplorer(trace(ScalarLSTM.published(), [1, 0.5, 0.25, 1]))
    go(explorer, step=4)
    assert says(explorer).startswith("The sequence, step 4, unit 1: f keeps ")
    assert "c = 2.405;" in says(explorer)


def test_one_trace_or_some_traces_are_enough(traced):
    above = TraceExplorer(traced.traces[2:])
    assert above.trace == traced.layer(1)
    assert "layer" not in above.controls
    assert says(above).startswith("Layer 2, forward, sequence 1,")
    one = TraceExplorer(traced.layer(1, "reverse"))
    assert one.trace == traced.layer(1, "reverse")
    assert says(one).startswith("Sequence 1,")
    ends = TraceExplorer(Traces([replace(traced[0], layer=layer) for layer in (0, 2)]))
    go(ends, layer=3)
    assert ends.trace.layer == 2


def test_it_draws_what_the_vector_explorer_draws():
    outputs, one = VectorLSTM(2, 5, output_size=1).forward(inputs().numpy())
    given = {"names": ["a", "b", "c"], "outputs": outputs, "targets": np.abs(outputs)}
    grown, small = TraceExplorer(one, **given), VectorExplorer(one, **given)
    for explorer in (grown, small):
        go(explorer, sequence=2, step=3, unit=4)
    assert grown.render() == small.render()


def test_nothing_overlaps_or_leaves_the_picture():
    x = 50 * torch.randn(2, 40, 2, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(0)
    model = nn.LSTM(2, 130, bidirectional=True, batch_first=True)
    explorer = TraceExplorer(trace(model, x, lengths=(3, 40)))
    go(explorer, order=VARIANCE, direction="reverse", step=40)
    for sequence in (1, 2):
        for rank in (1, 65, 130):
            go(explorer, sequence=sequence, rank=rank)
            assert overlaps(explorer.render()) == []
            assert outside(explorer.render()) == []


# --- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda t: {"traced": lstm()}, TypeError,
         r"traced must be a Traced, Traces or Trace, got LSTM; lstm_lib.trace.trace\(model, x\)"),
        (lambda t: {"traced": Traces([])}, ValueError, "traced must hold .* got no trace"),
        (lambda t: {"traced": t.traces[:3]}, ValueError,
         r"traced must hold each layer once in the same directions, got \[\(0, 'forward'\)"),
        (lambda t: {"traced": Traces([t[0], t[0]])}, ValueError, "each layer once"),
        (lambda t: {"traced": Traces([t[0], t[1].part(batch=[0, 1])])}, ValueError,
         r"traces of one run, with c and lengths \(\(3, 7, 5\), \(7, 4, 6\)\), got \(\(2, 7, 5\)"),
        (lambda t: {"traced": replace(t[0], f=t[0].f / 0)}, ValueError,
         "f must hold finite numbers"),
        (lambda t: {"names": ["a"]}, ValueError, "names must hold 3 names"),
        (lambda t: {"outputs": t.output[0]}, ValueError,
         r"outputs must have shape \(3, 7, output_size\) like the trace, got \(7, 10\)"),
        (lambda t: {"flow": t}, TypeError, "flow must be the Flows that gradient_flow"),
        (lambda t: {"flow": Flows([Flow(*[torch.zeros(3, 7, 4)] * 3, one.layer, one.direction)
                                   for one in t], 0.0)}, ValueError,
         r"flow must hold gradients of shape \(3, 7, 5\) like the traces, got \(3, 7, 4\)"),
        (lambda t: {"flow": Flows([Flow(*[torch.zeros(3, 7, 5)] * 3)], 0.0)}, ValueError,
         r"layer and direction must be one of \(0, 'forward'\), got \(0, 'reverse'\)"),
        (lambda t: {"flow": Flows([Flow(*[torch.full((3, 7, 5), torch.nan)] * 3, one.layer,
                                        one.direction) for one in t], 0.0)}, ValueError,
         "flow must hold finite numbers, got nan"),
    ],
)  # fmt: skip
def test_bad_input_is_named(traced, change, error, message):
    with pytest.raises(error, match=message):
        TraceExplorer(**{"traced": traced} | change(traced))


# --- the example ----------------------------------------------------------------------------


def test_its_example_has_everything_and_needs_no_torch():
    explorer = TraceExplorer()
    assert list(explorer.controls) == ALL
    assert explorer.trace.lengths == (40, 34, 28, 22)
    loaded = modules_after("from lstm_lib.explorers import TraceExplorer; print(TraceExplorer())")
    assert "numpy" in loaded
    assert "torch" not in loaded
    assert not {"numpy", "torch"} & modules_after("from lstm_lib.explorers import TraceExplorer")


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_the_example_is_the_run_of_an_lstm(direction):
    for layer in (1, 2):
        explorer = TraceExplorer()
        go(explorer, layer=layer, direction=direction)
        chosen = explorer.trace
        assert np.all(chosen.c[3, 22:] == 0)
        assert np.all(chosen.x[3, 22:] == 0)
        for t in range(40):
            step = chosen[t]
            running = np.array(chosen.lengths)[:, None] > t
            c = np.where(running, step.f * step.c_prev + step.i * step.g, 0)
            assert step.c == pytest.approx(c)
            assert step.h == pytest.approx(step.o * np.tanh(step.c))


def test_the_trace_of_one_unit_keeps_its_layer_and_direction():
    one = trace(lstm(num_layers=2, bidirectional=True), torch.randn(3, 7, 2).double())
    shown = TraceExplorer(one[1, "reverse"].select(unit=2)).trace
    assert (shown.layer, shown.direction) == (1, "reverse")
    assert np.array_equal(shown[3].c_prev[:, 0], one[1, "reverse"][3].c_prev[:1, 2])
