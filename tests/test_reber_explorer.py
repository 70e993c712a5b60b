"""The explorer of the Reber grammar: only what is legal is on, and the automaton is where it is."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from torch import nn

from lstm_lib.course.explorers import reber_picture as picture
from lstm_lib.course.explorers.reber import ReberExplorer
from lstm_lib.course.networks.network import Network
from lstm_lib.course.networks.reber import reber_reader, reber_split
from lstm_lib.course.tasks.reber import reber, reber_states, reber_strings, reber_walk
from lstm_lib.course.tasks.symbols import ahead, one_hot
from lstm_lib.vector import VectorLSTM
from tests.pictures import SVG, outside, overlaps, says, sheets, texts

START = "BTBTSXXVPXVVETE"
STRINGS = ["B", "BT", "BPBT", "BTBTXSET", "BPBPVVEPE", "BPBTSSSSSXXTTVPXVV"]
SYMBOLS = "BTPSXVE"


@pytest.fixture(scope="module")
def made():
    return ReberExplorer()


@pytest.fixture
def explorer(made):
    with made.together():
        made.string.value, made.unit.value = START, made.remembers + 1
        made.step.value = 13
    return made


def twin(string):
    """Return a string with the other second symbol, and the other one that closes."""
    other = str.maketrans("TP", "PT")
    walk = reber_walk(string)
    closes = {k for k, name in enumerate(walk[1:]) if name == "last"} | {1}
    return "".join(s.translate(other) if k in closes else s for k, s in enumerate(string))


# --- the stored network ---------------------------------------------------------------------------


def test_the_stored_network_is_right_on_a_thousand_held_out_strings():
    training, held_out = reber_split()
    assert (len(set(training)), len(set(held_out))) == (500, 1000)
    assert not set(training) & set(held_out)
    strings = reber(held_out)
    outputs, _ = reber_reader().forward(strings.x)
    assert ahead(outputs, strings.legal, strings.lengths).all()
    for values in reber_reader().parameters.values():
        assert np.allclose(values, values.round(2), atol=0)


def test_its_weights_are_the_stored_ones():
    outputs, _ = reber_reader().forward(one_hot("BT", SYMBOLS)[None])
    expected = [11.539, -3.131, 3.513, 2.744, 2.181, -8.963, 0.918]
    assert outputs[0, 1] == pytest.approx(expected, abs=0.001)


def test_its_first_unit_tells_t_from_p_all_the_way():
    model, gaps = reber_reader(), []
    for string in reber_strings(100, seed=9):
        with_t, with_p = sorted([string, twin(string)], key=lambda s: s[1] == "P")
        c = [model.forward(one_hot(s, SYMBOLS)[None])[1].c[0, :, 0] for s in (with_t, with_p)]
        gaps.append((c[0] - c[1])[2 : len(string) - 2].min())
    assert np.min(gaps) > 0
    assert np.median(gaps) > 0.9


# --- what is shown ------------------------------------------------------------------------------


def test_the_example_asks_for_the_second_symbol(explorer):
    made = ReberExplorer()
    assert (made.string.value, made.step.value) == (START, 13)
    assert made.remembers == 0
    assert made.next.on == ["T", "undo"]
    assert made.view() == explorer.view()
    said = says(explorer)
    assert "After step 13 of 15, BTBTSXXVPXVVE: T may come. The network expects T 0.99" in said
    assert ": right. Unit 1 holds 1.88; with P as the second symbol it would hold 0.11." in said


@pytest.mark.parametrize("string", STRINGS)
def test_what_is_shown_is_what_the_network_does(explorer, string):
    explorer.string.value = string
    explorer.unit.value = 3
    model = reber_reader()
    outputs, trace = model.forward(one_hot(string, SYMBOLS)[None])
    other = model.forward(one_hot(twin(string), SYMBOLS)[None])[1] if string != "B" else None
    walk, states = reber_walk(string), reber_states()
    _, rows = explorer.view()[-2:]
    for t, row in enumerate(rows):
        powers = np.exp(outputs[0, t])
        legal = list(states[walk[t + 1]].arrows)
        allowed = [s in legal for s in SYMBOLS]
        good = min(powers[allowed], default=0) > max(powers[~np.array(allowed)])
        assert row[:2] == [str(t + 1), string[t]]
        assert [float(cell) for cell in row[2:9]] == pytest.approx(
            powers / powers.sum(), abs=0.0051
        )
        verdict = "right" if good else "wrong"
        assert row[9:11] == [" or ".join(legal) or "nothing", verdict if legal else "–"]
        shown = [float(cell.replace("−", "-")) for cell in row[11:] if cell != "–"]
        cells = [trace.c[0, t, 2]] + ([other.c[0, t, 2]] if other else [])
        assert shown == pytest.approx(cells, abs=0.0051)


def test_nothing_is_hidden_on_any_walk(explorer):
    for seed in range(0, 100, 9):
        explorer.seed.value = seed
        for step in range(1, len(explorer.string.value) + 1):
            explorer.step.value = step
            drawn = explorer.render()
            assert overlaps(drawn) == []
            assert outside(drawn) == []


def arrows(drawn):
    """Return every pair of states that a thick line of the way gone joins."""
    found = set()
    for node in ET.fromstring(drawn).iter(f"{SVG}line"):
        if node.get("class") == "c":
            ends = [float(node.get(name)) for name in ("x1", "y1", "x2", "y2")]
            found.add((_near(*ends[:2]), _near(*ends[2:])))
    return found


def _near(x, y):
    """Return the state whose circle is nearest."""
    places = {name: state.place for name, state in reber_states().items()}
    (x0, y0), (dx, dy) = picture.CORNER, picture.PITCH
    return min(places, key=lambda n: (x - x0 - dx * places[n][0]) ** 2
               + (y - y0 + dy * places[n][1]) ** 2)  # fmt: skip


@pytest.mark.parametrize("string", STRINGS)
def test_the_way_gone_is_the_walk(explorer, string):
    explorer.string.value = string
    walk = reber_walk(string)
    ways = {pair for pair in pairwise(walk) if len(set(pair)) == 2}
    assert arrows(explorer.render()) == ways


def test_the_present_state_is_marked(explorer):
    for step in range(1, 16):
        explorer.step.value = step
        marked = [node for node in ET.fromstring(explorer.render()).iter(f"{SVG}circle")
                  if node.get("class") == "ink now"]  # fmt: skip
        (circle,) = marked
        place = _near(float(circle.get("cx")), float(circle.get("cy")))
        assert place == reber_walk(START)[step]


def test_each_symbol_of_the_automaton_is_written_once(explorer):
    count = sum(len(state.arrows) for state in reber_states().values())
    explorer.step.value = 4
    drawn = [words for words in texts(explorer.render()) if words in SYMBOLS]
    assert len(drawn) == count + len(START) + len(SYMBOLS)


# --- walking ------------------------------------------------------------------------------------


def test_only_legal_symbols_are_on(explorer):
    states = reber_states()
    for string in (START, "BPBTSSX"):
        explorer.string.value = string
        for step in range(1, len(string) + 1):
            explorer.step.value = step
            legal = list(states[reber_walk(string)[step]].arrows)
            assert explorer.next.on == legal + ["undo"] * (step > 1)


def test_a_walk_by_buttons(explorer):
    explorer.string.value = "B"
    for symbol in "TBTXSETE":
        explorer.next.press(symbol)
    assert explorer.string.value == "BTBTXSETE"
    assert "the string is over" in says(explorer)
    assert explorer.next.on == ["undo"]
    for _ in range(20):
        explorer.next.press("undo")
    assert explorer.string.value == "B"


def test_a_press_in_the_middle_follows_the_string_or_leaves_it(explorer):
    explorer.step.value = 4
    explorer.next.press("S")  # what comes there anyway
    assert (explorer.string.value, explorer.step.value) == (START, 5)
    explorer.next.press("S")  # another way
    assert (explorer.string.value, explorer.step.value) == ("BTBTSS", 6)
    explorer.step.value = 3
    explorer.next.press("undo")
    assert explorer.string.value == "BT"
    explorer.next.press("X")  # not legal: off
    assert explorer.string.value == "BT"


def test_no_string_grows_longer_than_the_picture(explorer):
    explorer.string.value = "BTBT" + "S" * 36
    assert explorer.next.on == ["undo"]
    assert outside(explorer.render()) == []
    assert overlaps(explorer.render()) == []


def test_a_new_string_stands_where_the_second_symbol_is_asked_for(explorer):
    seen = set()
    for seed in range(100):
        explorer.seed.value = seed
        string = explorer.string.value
        assert reber_walk(string)[-1] == "end"
        assert explorer.step.value == len(string) - 2
        seen.add(string)
    assert len(seen) == 100


@pytest.mark.parametrize(
    ("string", "sentence"),
    [("", "string must begin with B"), ("T", "must have B as symbol 1"),
     ("BTX", "must have B as symbol 3, got 'X' in 'BTX'"),
     ("BTBTXSETEE", "must have nothing more as symbol 10")],
)  # fmt: skip
def test_a_string_of_another_grammar_gets_a_sentence_and_stays(explorer, string, sentence):
    before = explorer.render()
    explorer.string.value = string
    assert sentence in says(explorer)
    assert explorer.string.value == string
    assert explorer.render() == before
    assert set(explorer.next.on) <= {"B", "undo"}
    while "undo" in explorer.next.on:
        explorer.next.press("undo")
    explorer.string.value = "BT"
    assert "must" not in says(explorer)


def test_a_step_sends_the_moving_sheet_alone(explorer):
    before = sheets(explorer)
    explorer.step.value = 5
    assert sheets(explorer)["still"] == before["still"]
    explorer.unit.value = 2
    assert sheets(explorer)["still"] != before["still"]


# --- other networks -----------------------------------------------------------------------------


def test_a_network_of_torch_shows_the_same(explorer):
    model = Network(7, 6, 7).double()
    stored = reber_reader()
    model.layer, model.read_out = stored.to_torch(), stored.read_out_to_torch()
    other = ReberExplorer(model)
    assert other.view() == explorer.view()
    assert other.remembers == 0


def test_the_unit_that_remembers_is_found_wherever_it_is():
    stored, order = reber_reader(), [3, 1, 4, 5, 0, 2]
    moved = VectorLSTM(7, 6, 7)
    for name, values in stored.parameters.items():
        if name.endswith("_l0"):
            values = values.reshape(4, 6, *values.shape[1:])[:, order].reshape(values.shape)
        if name in ("weight_hh_l0", "weight_out"):
            values = values[:, order]
        moved.parameters[name] = values
    explorer = ReberExplorer(moved)
    assert explorer.remembers == 4
    assert explorer.unit.value == 5
    assert "cell state c of unit 5, which remembers" in explorer.render()


def test_networks_of_one_unit_and_of_many():
    one = ReberExplorer(VectorLSTM(7, 1, 7))
    assert "unit" not in one.controls
    many = ReberExplorer(VectorLSTM(7, 32, 7))
    for explorer in (one, many):
        assert overlaps(explorer.render()) == []
        assert outside(explorer.render()) == []


def test_a_network_that_remembers_nothing_has_a_picture_too():
    model = VectorLSTM(7, 2, 7)
    model.parameters = {name: 0 * values for name, values in model.parameters.items()}
    explorer = ReberExplorer(model)
    assert ": wrong." in says(explorer)
    assert "wrong: another is on top" in texts(explorer.render())


@pytest.mark.parametrize("model", [VectorLSTM(3, 2, 3), nn.LSTM(7, 7), Network(3, 2, 3)])
def test_a_model_that_does_not_fit_is_refused(model):
    with pytest.raises(ValueError, match="model must"):
        ReberExplorer(model)


def test_the_example_needs_no_torch():
    code = "import sys; from lstm_lib.course.explorers.reber import ReberExplorer;"
    code += " assert 'numpy' not in sys.modules;"
    code += " ReberExplorer(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
