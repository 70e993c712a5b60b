"""The explorer that counts: the string is read as typed, and what is called right is right."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lib.course.explorers import counter_picture as picture
from lstm_lib.course.explorers.counter import CounterExplorer
from lstm_lib.course.networks.counter import counter
from lstm_lib.course.networks.network import Network
from lstm_lib.course.tasks.counting import counting, counting_string, longest, next_symbols
from lstm_lib.course.tasks.symbols import one_hot
from lstm_lib.vector import VectorLSTM
from tests.pictures import SVG, outside, overlaps, says, sheets, texts

STRINGS = ["", "a", "b", "ab", "aab", "aabb", "aabbb", "abab", "a" * 40, "a" * 30 + "b" * 31,
           "a" * 100 + "b" * 100, "ab" * 100]  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return CounterExplorer()


@pytest.fixture
def explorer(made):
    made.string.value = counting_string(8)
    return made


def by_hand(units=1):
    """Return a layer whose last unit counts down on a, up on b, and whose read-out says nothing."""
    model = VectorLSTM(3, units, 3)
    for name, values in model.parameters.items():
        model.parameters[name] = np.zeros_like(values)
    weights = model.parameters["weight_ih_l0"].reshape(4, units, 3)
    weights[2, -1] = [-3, 3, 0]
    biases = model.parameters["bias_ih_l0"].reshape(4, units)
    biases[[0, 1], -1] = 10
    return model


# --- the stored network ---------------------------------------------------------------------------


def test_the_stored_network_counts_to_67():
    model = counter()
    assert longest(lambda x: model.forward(x)[0], threshold=0) == 67
    for values in model.parameters.values():
        assert np.allclose(values, values.round(2), atol=0)


def test_its_weights_are_the_stored_ones():
    outputs, _ = counter().forward(one_hot("Taab", "abT")[None])
    expected = [[7.726, -6.649, -6.279], [8.631, 6.974, -16.757], [8.535, 12.628, -20.773],
                [-7.773, 7.189, -5.324]]  # fmt: skip
    assert np.allclose(outputs[0], expected, atol=0.001)


def test_its_second_unit_climbs_and_descends_by_one():
    c = counter().forward(counting([30]).x)[1].c[0, :, 1]
    steps = np.diff(c)
    assert steps[:30] == pytest.approx(np.ones(30), abs=0.05)
    assert steps[30:] == pytest.approx(-np.ones(30), abs=0.05)


def test_every_call_gives_a_network_of_its_own():
    counter().parameters["bias_out"][:] = 99
    assert counter().parameters["bias_out"][0] != 99


# --- what is shown ------------------------------------------------------------------------------


def test_the_example_says_what_it_knows(explorer):
    assert (explorer.counts, explorer.longest) == (1, 67)
    assert explorer.string.value == "aaaaaaaabbbbbbbb"
    said = says(explorer)
    assert "Step 17 of 17 reads b: unit 2 goes from 0.64 to −0.36 (−1.00)." in said
    assert "May come next: T. The network says a 0.00, b 0.00, T 1.00: right." in said
    assert "Every step of this string is right. Every aⁿbⁿ is right up to n = 67." in said


@pytest.mark.parametrize("string", STRINGS)
def test_what_is_shown_is_what_the_network_does(explorer, string):
    explorer.string.value = string
    x = one_hot("T" + string, "abT")[None]
    outputs, trace = counter().forward(x)
    _, rows = explorer.view()[-2:]
    assert len(rows) == len(string) + 1
    for t, row in enumerate(rows):
        legal = next_symbols(string[:t])
        said = {s for s, z in zip("abT", outputs[0, t], strict=True) if z > 0}
        chances = 1 / (1 + np.exp(-outputs[0, t]))
        verdict = "–" if not legal else "right" if said == set(legal) else "wrong"
        assert row[:2] == [str(t + 1), ("T" + string)[t]]
        cells = [float(cell.replace("−", "-")) for cell in row[2:7]]
        assert cells[:2] == pytest.approx(trace.c[0, t, [1, 0]], abs=0.0051)
        assert cells[2:] == pytest.approx(chances, abs=0.00051)
        assert row[7:] == [" or ".join(legal) or "nothing", verdict]


@pytest.mark.parametrize("string", STRINGS)
def test_nothing_is_hidden_at_any_step(explorer, string):
    explorer.string.value = string
    steps = len(string) + 1
    for step in {1, 2, steps // 2 + 1, steps - 1, steps} & set(range(1, steps + 1)):
        explorer.step.value = step
        drawn = explorer.render()
        assert overlaps(drawn) == []
        assert outside(drawn) == []


def test_n_writes_a_string_and_a_string_moves_n(explorer):
    explorer.n.value = 12
    assert explorer.string.value == "a" * 12 + "b" * 12
    explorer.string.value = "aabb"
    assert explorer.n.value == 2
    explorer.string.value = "aab"
    assert explorer.n.value == 2
    explorer.n.value = 3
    assert explorer.string.value == "aaabbb"


def test_a_new_string_is_looked_at_from_its_end(explorer):
    for string in ("ab", "aaabbb", "a", "", "aa"):
        explorer.string.value = string
        assert explorer.step.value == len(string) + 1
        assert explorer.step.max == max(len(string) + 1, 2)
        assert explorer.step.disabled == (string == "")
        assert explorer.t == len(string)


def test_a_new_string_is_drawn_once(explorer, monkeypatch):
    drawn = []
    monkeypatch.setattr(picture, "frame", lambda count: drawn.append(count) or "")
    explorer.n.value = 30
    explorer.step.value = 3
    assert [count.steps for count in drawn] == [61]


def test_a_step_sends_little_and_a_string_all(explorer):
    before = sheets(explorer)
    explorer.step.value = 5
    assert sheets(explorer)["still"] == before["still"]
    assert len(sheets(explorer)["moves"]) < 2500
    explorer.string.value = "aab"
    assert sheets(explorer)["still"] != before["still"]


def test_the_first_wrong_step_is_named(explorer):
    explorer.n.value = 67
    assert "Every step of this string is right" in says(explorer)
    explorer.n.value = 68
    first = re.search(r"The first wrong step is (\d+)", says(explorer))
    rows = explorer.view().rows
    assert [row[-1] for row in rows].index("wrong") + 1 == int(first[1])
    explorer.string.value = "abab"
    assert "From step 4 on, this is not the beginning of any aⁿbⁿ" in says(explorer)


def marks(drawn, cls):
    """Return how many ticks (class i) or crosses (class c) stand in the row of marks."""
    paths = [node for node in ET.fromstring(drawn).iter(f"{SVG}path") if node.get("class") == cls]
    row = [node.get("d") for node in paths if f" {picture.MARKS}.0" in node.get("d") or cls == "c"]
    return sum(d.count("M") for d in row)


@pytest.mark.parametrize(
    ("string", "wrong"), [("a" * 70 + "b" * 70, True), ("aabb", False), ("abab", False)]
)
def test_right_and_wrong_have_marks_of_two_shapes(explorer, string, wrong):
    explorer.string.value = string
    explorer.step.value = 1
    drawn = explorer.render()
    verdicts = [row[-1] for row in explorer.view().rows]
    assert ("wrong" in verdicts) == wrong
    assert marks(drawn, "c") == verdicts.count("wrong")
    assert marks(drawn, "i") == verdicts.count("right") + 1  # that of the step beside


def test_bars_are_as_high_as_the_network_is_sure(explorer):
    explorer.string.value = "aab"
    chances = [[float(cell) for cell in row[4:7]] for row in explorer.view().rows]
    bars = [node.get("d") for node in ET.fromstring(explorer.render()).iter(f"{SVG}path")
            if node.get("class") == "fill-h"]  # fmt: skip
    heights = [[-float(v) / picture.ROW_HEIGHT for v in re.findall(r"v(-?[\d.]+)h", d)]
               for d in bars]  # fmt: skip
    assert np.allclose(np.array(heights).T, chances, atol=0.003)


def test_frames_stand_where_a_symbol_may_come(explorer):
    explorer.string.value = "aabb"
    wide = picture.WIDTH / 5
    found = [
        (float(node.get("x")), float(node.get("y")), float(node.get("width")))
        for node in ET.fromstring(explorer.render()).iter(f"{SVG}rect")
        if node.get("class") == "now"
    ]
    left, rows = picture.LEFT, [picture.ROWS + k * picture.ROW_PITCH for k in range(3)]
    expected = [(left, rows[0], 3 * wide), (left + wide, rows[1], 3 * wide),
                (left + 4 * wide, rows[2], wide)]  # fmt: skip
    assert np.allclose(found, expected, atol=0.06)


# --- other networks -----------------------------------------------------------------------------


class Wrapped(nn.Module):
    """A layer and a read-out, with other sizes and another order of axes if asked for."""

    def __init__(self, reads=3, says=3, **layer):
        super().__init__()
        self.inner = nn.LSTM(reads, 4, **{"batch_first": True} | layer)
        self.out = nn.Linear(4 * (1 + self.inner.bidirectional), says)

    def forward(self, x):
        return self.out(self.inner(x)[0])


def in_torch(model):
    """Return a VectorLSTM as a module of torch."""
    network = Network(3, model.hidden_size, 3).double()
    network.layer, network.read_out = model.to_torch(), model.read_out_to_torch()
    return network


def test_a_network_of_torch_shows_the_same(explorer):
    other = CounterExplorer(in_torch(counter()))
    for string in ("aab", "a" * 20 + "b" * 20):
        explorer.string.value = other.string.value = string
        assert other.view() == explorer.view()
    assert (other.longest, other.counts) == (67, 1)


def test_a_network_in_float32_and_a_stack_are_read_too():
    for model in (Network(3, 5, 3), Wrapped(num_layers=2)):
        explorer = CounterExplorer(model)
        assert overlaps(explorer.render()) == []
        assert 0 <= explorer.longest < 5


def test_a_unit_that_counts_downwards_is_found_among_others():
    explorer = CounterExplorer(by_hand(units=3))
    assert explorer.counts == 2
    assert explorer.longest == 0
    assert "goes from" in says(explorer)
    assert overlaps(explorer.render()) == []


def test_many_units_fit():
    explorer = CounterExplorer(VectorLSTM(3, 32, 3, seed=1))
    for string in STRINGS:
        explorer.string.value = string
        assert overlaps(explorer.render()) == []
        assert outside(explorer.render()) == []


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        (5, TypeError, "model must be a ScalarLSTM, a VectorLSTM or a torch module"),
        (nn.Linear(3, 3), ValueError, "must contain an LSTM"),
        (VectorLSTM(3, 2), ValueError, "must read and say 3 symbols, abT"),
        (VectorLSTM(7, 6, 7), ValueError, "must read and say 3 symbols, abT"),
        (nn.LSTM(3, 3, batch_first=True), ValueError, r"logits of shape \(3, 2, 3\)"),
        (Wrapped(reads=4), ValueError, r"must take symbols of shape \(3, 2, 3\)"),
        (Wrapped(says=2), ValueError, r"logits of shape \(3, 2, 3\)"),
        (Wrapped(batch_first=False), ValueError, "must have the batch first"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(model, error, says):
    with pytest.raises(error, match=says):
        CounterExplorer(model)


def test_the_model_stays_as_it_was():
    model = Network(3, 2, 3)
    before = [p.clone() for p in model.parameters()]
    state = torch.get_rng_state()
    CounterExplorer(model)
    assert all((a == b).all() for a, b in zip(before, model.parameters(), strict=True))
    assert (torch.get_rng_state() == state).all()


def test_the_example_needs_no_torch():
    code = "import sys; from lstm_lib.course.explorers.counter import CounterExplorer;"
    code += " assert 'numpy' not in sys.modules;"
    code += " CounterExplorer(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_letters_have_their_places_until_they_are_too_many(explorer):
    explorer.n.value = 20
    assert texts(explorer.render()).count("a") == 21  # 20 letters and the name of a row
    explorer.n.value = 60
    assert "60 a" in texts(explorer.render())
