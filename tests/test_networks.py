"""The stored networks, and the trainings of the chapters on memory, in small."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lib.course import networks
from lstm_lib.course.networks import network, stored
from lstm_lib.course.networks.adder import Adder, train_adder
from lstm_lib.course.networks.counter import train_counter
from lstm_lib.course.networks.network import Network, chrono, updates
from lstm_lib.course.networks.reber import reber_split, train_reber
from lstm_lib.course.networks.recall import train_recall
from lstm_lib.course.tasks.adding import Sums, adding
from lstm_lib.course.tasks.counting import longest
from lstm_lib.course.tasks.reber import REBER_SYMBOLS, reber
from lstm_lib.layers import set_forget_bias
from lstm_lib.vector import VectorLSTM
from tools import networks as tool

# --- what is stored ---------------------------------------------------------------------------

STORED = tool.modules()
each_stored = pytest.mark.parametrize("name", STORED)


@each_stored
def test_every_weight_is_as_it_stands_in_the_file(name):
    weights = stored.load(name).parameters
    assert list(weights) == list(VectorLSTM(1, 1, 1).parameters)
    text = (Path(networks.__file__).parent / f"{name}.json").read_text(encoding="utf-8")
    assert {key: values.tolist() for key, values in weights.items()} == json.loads(text)


@each_stored
def test_a_stored_network_does_its_task_and_one_without_weights_does_not(name):
    model, module = stored.load(name), STORED[name]
    assert module.judged(model) == module.JUDGED
    model.parameters = {key: 0 * values for key, values in model.parameters.items()}
    said, best = (
        float(re.search(r"[\d.]+", words)[0]) for words in (module.judged(model), module.JUDGED)
    )
    assert said < best / 5


def test_who_loads_a_stored_network_needs_no_torch():
    names = ", ".join(STORED)
    code = f"import sys; from lstm_lib.course.networks import {names}, stored;"
    code += f" [stored.load(name) for name in {list(STORED)}]; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- trained again ----------------------------------------------------------------------------


def test_the_tool_finds_every_network_that_has_weights():
    files = Path(networks.__file__).parent.glob("*.json")
    assert set(tool.modules()) == {path.stem for path in files}


def in_torch(model):
    network = Network(model.input_size, model.hidden_size, model.output_size)
    network.layer, network.read_out = model.to_torch(), model.read_out_to_torch()
    return network.float()


@pytest.mark.parametrize("kind", [lambda model: model, in_torch])
def test_the_tool_counts_the_weights_that_are_the_stored_ones(monkeypatch, capsys, kind):
    def retrained():
        model = stored.load("counter")
        for values in model.parameters.values():
            values += 0.002  # is rounded away
        model.parameters["weight_hh_l0"][3, 1] += 0.01
        model.parameters["bias_ih_l0"][:] += 1.0
        model.parameters["bias_hh_l0"][:] -= 1.0
        return kind(model)

    monkeypatch.setattr(tool.modules()["counter"], "retrained", retrained)
    tool.main(["counter"])
    said = capsys.readouterr().out
    assert said.startswith("counter: 64 of 65 weights are the stored ones; right up to n = ")


def test_the_counter_and_the_adder_are_trained_again_as_they_were(monkeypatch):
    monkeypatch.setattr(networks.counter, "train_counter", lambda **given: given)
    monkeypatch.setattr(
        networks.adder, "train_adder", lambda *given, **more: Adder((given, more), None, ())
    )
    assert networks.counter.retrained() == {"seed": 2}
    assert networks.adder.retrained() == ((100,), {"seed": 1, "hidden_size": 4, "count": 2500})


def test_the_reader_is_trained_again_on_strings_as_the_grammar_makes_them(monkeypatch):
    asked = []

    def few(network, loss_of, count, lr):
        asked.append((count, lr))
        yield from (loss_of(2999).item() for _ in range(40))

    monkeypatch.setattr(network, "updates", few)
    made = networks.reber.retrained()
    assert asked == [(3000, 0.1)]
    assert made.layer.hidden_size == 6
    assert (gates(made.layer)[1] == 1).all()
    monkeypatch.setattr(network, "Network", Reader)
    sizes = [float(x.sum()) / len(x) for x in networks.reber.retrained().asked]
    assert np.mean(sizes) < 0.75 * np.mean([len(string) - 1 for string in reber_split(0)[0]])


def test_the_four_units_learn_to_recall_and_their_small_weights_become_zero():
    model = train_recall(seed=18, updates=600)
    assert int(networks.recall.judged(model).rpartition(" ")[2]) > 3
    assert (model.input_size, model.hidden_size, model.output_size) == (2, 4, 1)
    assert (model.parameters["weight_hh_l0"] == 0).any()
    assert model.parameters["weight_ih_l0"].all()
    early = train_recall(seed=18, updates=1).parameters["weight_hh_l0"]
    assert early.all()


# --- networks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("layer", "kind"), [("lstm", nn.LSTM), ("rnn", nn.RNN)])
def test_a_network_is_a_layer_and_a_read_out(layer, kind):
    network = Network(3, 4, 2, layer)
    x = torch.randn(5, 7, 3)
    assert type(network.layer) is kind
    wanted = kind(3, 4, batch_first=True)
    wanted.load_state_dict(network.layer.state_dict())
    h = wanted(x)[0]
    torch.testing.assert_close(network(x), h @ network.read_out.weight.T + network.read_out.bias)
    assert network.predict(x.numpy()) == pytest.approx(network(x).detach().numpy())


def test_the_seed_of_a_network_says_everything_and_disturbs_nothing():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, same, other = (Network(3, 4, 2, seed=seed) for seed in (5, 5, 6))
    assert (torch.get_rng_state() == before).all()
    pairs = zip(one.parameters(), same.parameters(), other.parameters(), strict=True)
    assert all((a == b).all() and (a != c).any() for a, b, c in pairs)


def test_predict_takes_the_type_of_the_network():
    assert Network(3, 4, 2).double().predict(np.zeros((1, 2, 3))).dtype == np.float64


# --- biases -----------------------------------------------------------------------------------


def gates(lstm):
    """Return both biases of i, f, g, o added up, (4, hidden_size)."""
    return (lstm.bias_ih_l0 + lstm.bias_hh_l0).detach().reshape(4, -1)


def test_only_the_forget_gates_get_the_forget_bias():
    lstm = nn.LSTM(2, 5)
    before = gates(lstm)
    set_forget_bias(lstm, 3.0)
    after = gates(lstm)
    assert (after[1] == 3.0).all()
    assert (after[[0, 2, 3]] == before[[0, 2, 3]]).all()


def test_the_chrono_rule():
    lstm = nn.LSTM(2, 2000)
    chrono(lstm, 101, seed=1)
    i, f, g, o = gates(lstm)
    spans = f.exp()
    assert (i == -f).all()
    assert not g.any()
    assert not o.any()
    assert spans.min() >= 1
    assert spans.max() <= 100
    assert float(spans.mean()) == pytest.approx(50.5, abs=2)
    assert float(spans.median()) == pytest.approx(50.5, abs=4)
    chrono(lstm, 101, seed=2)
    assert (gates(lstm)[1] != f).any()


# --- updates ----------------------------------------------------------------------------------


def test_updates_are_adam_with_one_cycle_and_clipping():
    network = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        network.weight.fill_(3.0)
    start = float(network.weight.detach())
    losses = list(updates(network, lambda _: network.weight.square().sum(), 200, lr=0.1))
    assert losses[0] == start**2
    assert losses[-1] < 0.01
    moves = -np.diff(np.sqrt(losses))
    assert moves[0] == pytest.approx(0.1 / 25, rel=1e-4)  # the cycle starts low
    assert moves.max() == pytest.approx(0.1, rel=0.2)


def test_an_update_is_made_only_when_the_next_is_asked_for():
    network = nn.Linear(1, 1)
    before = network.weight.clone()
    steps = updates(network, lambda _: network.weight.square().sum(), 3, lr=0.1)
    next(steps)
    assert (network.weight == before).all()
    next(steps)
    assert (network.weight != before).all()


# --- the three trainings ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("train", "bias", "rate"), [(train_counter, 3, 0.1), (train_reber, 1, 0.07)]
)
def test_each_training_starts_with_its_forget_bias_and_rate(monkeypatch, train, bias, rate):
    asked = []
    monkeypatch.setattr(network, "updates", lambda *_, lr: iter(asked.append(lr) or ()))
    assert (gates(train().layer)[1] == bias).all()
    assert set(asked) == {rate}
    assert type(train(layer="rnn").layer) is nn.RNN  # it has no gates to set


def test_the_counter_learns_its_strings():
    seen = []
    network = train_counter(0, count=600, on_progress=lambda *told: seen.append(told))
    assert [number for number, _ in seen] == list(range(1, 601))
    assert seen[-1][1] < seen[0][1] / 20
    assert longest(network.predict, threshold=0) >= 5
    assert network.layer.hidden_size == 2


def test_a_counter_of_three_letters_has_four_symbols():
    assert train_counter(count=2, letters="abc").read_out.out_features == 4


def test_the_parts_of_reber_have_no_string_in_common():
    training, held_out = reber_split(3)
    assert (len(set(training)), len(set(held_out))) == (500, 1000)
    assert not set(training) & set(held_out)
    assert reber_split(3) == (training, held_out)


def test_the_inner_grammar_is_learned_first():
    losses = []
    network = train_reber(0, count=300, on_progress=lambda _, loss: losses.append(loss))
    assert np.mean(losses[-20:]) < 0.6 < np.log(7) - 0.1 < losses[0]
    text = reber_split(0)[1][0]
    batch = reber([text])
    first = network.predict(batch.x)[0, 1]  # after the second symbol comes a B
    assert REBER_SYMBOLS[first.argmax()] == "B"


class Reader(nn.Module):
    """Says what is legal for all strings it is asked about, `margin` ahead of the rest."""

    margin = 0.0

    def __init__(self, *_, **__):
        super().__init__()
        self.layer = nn.LSTM(1, 1)
        self.asked = []

    def forward(self, x):
        self.asked.append(x)
        return torch.zeros(x.shape) + 0.0 * self.layer.bias_ih_l0.sum()

    def predict(self, x):
        return type(self).margin * reber(reber_split(0)[0]).legal


@pytest.mark.parametrize(("margin", "updates"), [(1.01, 200), (0.99, 410)])
def test_a_reader_is_done_when_all_training_strings_are_ahead_by_one(monkeypatch, margin, updates):
    monkeypatch.setattr(network, "Network", Reader)
    monkeypatch.setattr(Reader, "margin", margin)
    seen = []
    train_reber(0, count=205, cycles=2, on_progress=lambda done, _: seen.append(done))
    assert seen == list(range(1, updates + 1))


def test_short_strings_come_first_and_then_all_alike(monkeypatch):
    monkeypatch.setattr(network, "Network", Reader)
    reader = train_reber(0, count=100, cycles=1)
    training = reber_split(0)[0]
    sizes = [float(x.sum()) / len(x) for x in reader.asked]  # steps of a string, on average
    assert np.mean(sizes[50:]) == pytest.approx(np.mean([len(s) - 1 for s in training]), rel=0.05)
    assert np.mean(sizes[:50]) < 0.75 * np.mean(sizes[50:])
    assert all(len(x) == 32 for x in reader.asked)
    shortest = [
        x.sum(axis=(1, 2)) == 8 for x in reader.asked[:50]
    ]  # four of them, each with chance 1/16
    assert np.mean([float(is_shortest.float().mean()) for is_shortest in shortest]) > 0.2


def test_the_adder_gets_better_and_tells_how_far_it_is():
    seen = []
    adder = train_adder(20, 0, count=150, on_progress=lambda *told: seen.append(told))
    assert adder.sequences is None
    assert adder.errors == tuple(error for _, error in seen)
    assert len(adder.errors) == 150
    assert np.mean(adder.errors[-10:]) < 0.75 * np.mean(adder.errors[:10])
    sums = adding(200, 20, seed=10**9)
    assert adder.answer(sums).shape == (200, 1)
    for row in range(3):  # padding is not looked at
        alone = sums.x[row : row + 1, : sums.lengths[row]]
        assert adder.answer(sums)[row] == pytest.approx(
            adder.network.predict(alone)[0, -1], abs=1e-5
        )


def test_the_first_error_of_the_adder_is_that_of_its_start():
    network = Network(2, 16, 1, seed=3)
    chrono(network.layer, 40, seed=3)
    sums = adding(32, 40, seed=3 * 10**6)
    wanted = abs(Adder(network, None, ()).answer(sums) - sums.targets).mean()
    assert train_adder(40, 3, count=1).errors == pytest.approx((wanted,), rel=1e-5)


def test_the_adder_stops_when_the_last_2000_are_right(monkeypatch):
    """A task whose answer is always the same is learned at once."""

    def easy(count, seq_len, seed):
        shape = (count, 1)
        late = 0.2 if seed == 40 else 0.0  # one batch is wrong, and the count starts again
        return Sums(np.zeros((count, 2, 2)), np.full(shape, late), np.full(count, 2), None)

    class Silent(Network):
        def forward(self, x):
            return 0.0 * super().forward(x)

    monkeypatch.setattr(networks.adder, "adding", easy)
    monkeypatch.setattr(network, "Network", Silent)
    adder = train_adder(20, 0, count=200)
    assert adder.sequences == 32 * (41 + 63)  # 63 batches hold 2,000 sequences
    assert train_adder(20, 0, count=103).sequences is None
    adder = train_adder(20, 0, count=90, batch_size=45)
    assert adder.sequences == 45 * (41 + 45)


def test_batch_size_and_rate_of_the_adder_are_its_own(monkeypatch):
    seen = []

    def watched(network, loss_of, count, lr):
        seen.append((loss_of(0).shape, count, lr))
        yield 0.0

    asked = []
    real = networks.adder.adding
    monkeypatch.setattr(
        networks.adder, "adding", lambda *args, **more: asked.append(args) or real(*args, **more)
    )
    monkeypatch.setattr(network, "updates", watched)
    train_adder(20, 0, count=7)
    train_adder(20, 0, count=7, batch_size=5, lr=0.02)
    assert asked == [(32, 20), (5, 20)]
    assert seen == [((), 7, 0.01), ((), 7, 0.02)]


# --- bad input --------------------------------------------------------------------------------

BAD_INPUT = [
    (lambda: Network(1, 1, 1, "gru"), ValueError, "layer must be lstm or rnn, got 'gru'"),
    (lambda: Network(1, 0, 1), ValueError, "hidden_size must be at least 1, got 0"),
    (lambda: Network(1, 1, 1, seed=-1), ValueError, "seed must be at least 0"),
    (lambda: chrono(nn.LSTM(1, 1), 2), ValueError, "longest must be at least 3, got 2"),
    (lambda: chrono(nn.LSTM(1, 1), 9.5), TypeError, "longest must be a whole number"),
    (lambda: chrono(nn.LSTM(1, 1), 9, None), TypeError, "seed must be a whole number"),
    (lambda: train_counter(count=0), ValueError, "count must be at least 1, got 0"),
    (lambda: train_counter(letters="a"), ValueError, "letters must be two or more"),
    (lambda: train_counter("one"), TypeError, "seed must be a whole number"),
    (lambda: train_reber(count=1.5), TypeError, "count must be a whole number"),
    (lambda: train_reber(cycles=0), ValueError, "cycles must be at least 1, got 0"),
    (lambda: train_reber(hidden_size=0), ValueError, "hidden_size must be at least 1"),
    (lambda: train_adder(19, count=1), ValueError, "seq_len must be at least 20, got 19"),
    (lambda: train_adder(batch_size=0), ValueError, "batch_size must be at least 1, got 0"),
    (lambda: train_adder(layer=None), ValueError, "layer must be lstm or rnn, got None"),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{re.escape(names)}"):
        act()
