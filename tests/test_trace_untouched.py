"""What a run with `trace` or `gradient_flow` leaves as it was, and what it hands out."""

import random
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize

from lstm_lib import layers
from lstm_lib.trace import Clamp, gradient_flow, trace

EITHER = pytest.mark.parametrize("LSTM", [nn.LSTM, layers.LSTM])
OPEN = {
    "trace": trace,
    "clamp": lambda model, x: trace(model, x, clamp=Clamp("f", 0.5)),
    "flow": lambda model, x: gradient_flow(model, x, lambda y: y.square().sum()),
}
each_way = pytest.mark.parametrize("look", OPEN.values(), ids=OPEN)


class Net(nn.Module):
    """An LSTM with a read-out; `before` and `after` are what else its forward does."""

    def __init__(self, LSTM=nn.LSTM, before=None, after=None, **attributes):
        super().__init__()
        torch.manual_seed(1)
        self.lstm, self.out = LSTM(3, 4), nn.Linear(4, 2)
        self.before, self.after = before, after
        vars(self).update(attributes)

    def forward(self, x):
        if self.before:
            self.before(self, x)
        h, state = self.lstm(x)
        return self.after(self, h, state) if self.after else self.out(h)


def remember(net, h, state):
    net.state = state
    net.seen.append(h.detach().sum().item())
    net.counts["calls"] += 1
    net.queue.append(1)
    net.kinds.add(net.counts["calls"])
    net.nested[0]["sum"].add_(1)
    net.array += 1
    net.new = 1
    net.training = not net.training
    return net.out(h)


@each_way
@EITHER
def test_plain_attributes_are_put_back(look, LSTM):
    held = {"seen": [1.5], "counts": {"calls": 2}, "queue": deque([3], maxlen=9), "kinds": {4}}
    nested = ({"sum": torch.zeros(2)}, [])
    net = Net(LSTM, after=remember, state=None, array=np.ones(2), nested=nested, **held)
    parts = dict(vars(net))
    look(net, torch.ones(5, 2, 3))
    assert vars(net).keys() == parts.keys()
    assert all(vars(net)[name] is part for name, part in parts.items())
    assert held == {"seen": [1.5], "counts": {"calls": 2}, "queue": deque([3]), "kinds": {4}}
    assert nested[0]["sum"].tolist() == [0, 0]
    assert nested[1] == []
    assert net.array.tolist() == [1, 1]
    assert net.training


def draw(net, x):
    net.drawn.append((random.random(), np.random.rand(), torch.rand(()).item()))  # noqa: NPY002
    net.own.drawn = [net.python.random(), net.numpy.random(), net.legacy.rand()]
    net.own.drawn.append(torch.rand((), generator=net.torch).item())


@each_way
def test_every_generator_goes_on_as_if_nothing_had_run(look):
    net = Net(
        before=draw, drawn=[], own=SimpleNamespace(), python=random.Random(1),
        numpy=np.random.default_rng(1), legacy=np.random.RandomState(1),
        torch=torch.Generator().manual_seed(1),
    )  # fmt: skip
    drawn = []
    for runs in (1, 0):
        random.seed(2)
        np.random.seed(2)  # noqa: NPY002
        torch.manual_seed(2)
        for _ in range(runs):
            look(net, torch.ones(5, 2, 3))
        before = net.own
        net.own = SimpleNamespace()
        net(torch.ones(5, 2, 3))
        drawn.append([*net.drawn.pop(), *net.own.drawn])
        net.own = before
        if runs:  # the draws of the module itself count for the second round
            net.python, net.numpy = random.Random(1), np.random.default_rng(1)
            net.legacy, net.torch = np.random.RandomState(1), torch.Generator().manual_seed(1)
    assert drawn[0] == drawn[1]


@each_way
def test_inputs_and_parameters_are_put_back(look):
    def write(net, x):
        x.zero_()
        with torch.no_grad():
            net.lstm.weight_hh_l0.clamp_(-0.01, 0.01)

    net, x = Net(before=write), torch.ones(5, 2, 3)
    weights = net.lstm.weight_hh_l0.detach().clone()
    look(net, x)
    assert x.eq(1).all()
    assert net.lstm.weight_hh_l0.equal(weights)


def test_what_is_handed_out_stays_what_it_was():
    net = Net(after=lambda net, h, state: (h.zero_(), state[0].zero_(), state[1].zero_()))
    x = torch.ones(5, 2, 3)
    h, (h_n, c_n) = net.lstm(x)
    traced = trace(net, x)
    torch.testing.assert_close(traced.output, h)
    torch.testing.assert_close(traced.state, (h_n, c_n))
    torch.testing.assert_close(traced[0].h.transpose(0, 1), h)
    assert all(not part.any() for part in traced.result)


def test_a_result_is_what_the_module_returned_though_it_is_put_back_then():
    def keep(net, h, state):
        net.kept.copy_(h)
        return net.kept

    net = Net(after=lambda net, h, state: (keep(net, h, state),), kept=torch.zeros(5, 2, 4))
    traced = trace(net, torch.ones(5, 2, 3))
    assert not net.kept.any()
    assert traced.result[0].equal(traced.output)


@EITHER
def test_a_hook_of_ones_own_belongs_to_the_result(LSTM):
    lstm, x = LSTM(3, 4), torch.ones(5, 2, 3)
    lstm.register_forward_hook(lambda module, given, results: (results[0] / 2, results[1]))
    with torch.no_grad():
        expected = lstm(x)[0]
    traced = trace(lstm, x)
    torch.testing.assert_close(traced.result[0], expected)
    torch.testing.assert_close(traced.output, 2 * expected)


@EITHER
def test_no_clamp_is_an_empty_clamp(LSTM):
    net, x = Net(LSTM), torch.ones(5, 2, 3)
    assert trace(net, x, clamp=[]).result.equal(trace(net, x).result)


# --- weights that a forward computes anew ---------------------------------------------------------


class DropConnect(nn.Module):
    def forward(self, weights):
        return nn.functional.dropout(weights, 0.5, self.training)


@EITHER
def test_weights_that_are_drawn_are_those_of_the_forward(LSTM):
    lstm, x = LSTM(3, 4), torch.randn(6, 2, 3)
    parametrize.register_parametrization(lstm, "weight_hh_l0", DropConnect())
    torch.manual_seed(3)
    traced = trace(lstm, x)
    torch.manual_seed(3)
    flow = gradient_flow(lstm, x, lambda h: h.sum())[0]
    with torch.no_grad():
        expected = lstm(x)[0]
    torch.testing.assert_close(traced.output, expected)
    lstm.eval()
    kept = gradient_flow(lstm, x, lambda h: h.sum())[0]
    assert not flow.d_h.allclose(kept.d_h)  # half of the weights were 0 on the way back, too


@each_way
@EITHER
def test_the_power_iteration_of_a_spectral_norm_does_not_move(look, LSTM):
    lstm = parametrizations.spectral_norm(LSTM(3, 4), "weight_hh_l0")
    net = nn.Sequential(lstm)
    before = {name: part.clone() for name, part in net.state_dict().items()}
    look(lstm, torch.ones(5, 2, 3))
    assert all(part.equal(before[name]) for name, part in net.state_dict().items())


# --- calls --------------------------------------------------------------------------------------


class Named(nn.LSTM):
    def forward(self, xs, state=None):
        return super().forward(xs, state)


def test_a_subclass_may_call_its_arguments_otherwise():
    class Whole(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = Named(3, 4)

        def forward(self, x):
            h_0 = torch.full((1, x.shape[1], 4), 0.5)
            return self.lstm(state=(h_0, h_0), xs=x)[0]

    traced = trace(Whole(), torch.ones(5, 2, 3))
    assert traced[0].h0.eq(0.5).all()
    assert traced[0].x.eq(1).all()


def test_a_subclass_that_takes_something_else_first_is_refused():
    class Timed(nn.LSTM):
        def forward(self, times, x):
            return super().forward(x)

    class Whole(Net):
        def forward(self, x):
            return self.lstm(7, x)

    with pytest.raises(ValueError, match="forward of Timed must take the input"):
        trace(Whole(Timed), torch.ones(5, 2, 3))


@pytest.mark.parametrize(
    ("model", "x"),
    [(layers.LSTM(3, 4), torch.ones(5, 2, 3)), (layers.LSTMCell(3, 4), torch.ones(2, 3))],
)
def test_h_alone_is_no_state(model, x):
    with pytest.raises(TypeError, match=r"hx must be a pair \(h, c\), got one tensor"):
        model(x, torch.zeros(1, 2, 4))
    with pytest.raises(TypeError, match=r"hx must be a pair \(h, c\), got 3 parts"):
        model(x, (torch.zeros(1, 2, 4),) * 3)


class Swapped(nn.LSTM):
    """An LSTM whose input and forget gate have changed places."""

    def forward(self, input, hx=None):
        i, f, g, o = range(4)
        own, n = self._flat_weights, self.hidden_size
        self._flat_weights = [torch.cat([part.split(n)[k] for k in (f, i, g, o)]) for part in own]
        try:
            return super().forward(input, hx)
        finally:
            self._flat_weights = own


class Backwards(nn.LSTM):
    """An LSTM that reads from the end."""

    def forward(self, input, hx=None):
        output, state = super().forward(input.flip(0), hx)
        return output.flip(0), state


class BackwardsGRU(nn.GRU):
    """A GRU that reads from the end."""

    def forward(self, input, hx=None):
        output, state = super().forward(input.flip(0), hx)
        return output.flip(0), state


def wild(kind, seed, dtype, **options):
    """Return a network whose weights are so large that rounding grows from step to step."""
    torch.manual_seed(seed)
    net = kind(4, 64, dtype=dtype, **options)
    with torch.no_grad():
        for weights in net.parameters():
            weights.normal_()
    return net


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_rounding_that_grows_is_no_other_forward(kind, dtype, seed, bidirectional):
    net = wild(kind, seed, dtype, bidirectional=bidirectional)
    x = torch.randn(100, 4, 4, dtype=dtype)
    traced = trace(net, x)
    assert torch.equal(traced.output, net(x)[0])
    torch.testing.assert_close(traced[0].h[:, :3], net(x)[0].transpose(0, 1)[:, :3, :64])


def test_two_right_runs_do_part():
    net, x = wild(nn.LSTM, 0, torch.float32), torch.randn(400, 8, 4)
    traced = trace(net, x)
    assert (traced[0].h.transpose(0, 1) - traced.output).abs().max() > 0.01


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
@pytest.mark.parametrize("kind", [Swapped, Backwards, BackwardsGRU])
def test_another_forward_is_refused_however_wild_the_weights(kind, dtype, seed):
    net = wild(kind, seed, dtype)
    with pytest.raises(RuntimeError, match="trace must give the output"):
        trace(net, torch.randn(100, 4, 4).to(dtype))


def test_a_check_that_could_not_fail_is_refused():
    net = wild(nn.LSTM, 0, torch.float32, num_layers=2, bidirectional=True)
    with pytest.raises(RuntimeError, match="rounding alone moves every step of it by"):
        trace(net, torch.randn(100, 4, 4))


# --- a loss that does not reach -----------------------------------------------------------------


@pytest.mark.parametrize(
    "after",
    [
        lambda net, h, state: (net.out(h.detach()),),
        lambda net, h, state: (net.out(torch.zeros_like(h)),),
    ],
)
def test_a_gradient_that_is_cut_is_refused(after):
    with pytest.raises(ValueError, match="loss must depend on the LSTM's output, which its grad"):
        gradient_flow(Net(after=after), torch.ones(5, 2, 3), lambda y: y[0].sum())


def test_a_loss_of_a_part_is_none_of_the_rest():
    net = Net(after=lambda net, h, state: (state[1],))
    flow = gradient_flow(net, torch.ones(5, 2, 3), lambda y: y[0].sum())[0]
    assert flow.d_c[:, -1].eq(1).all()
    assert not flow.d_h[:, -1].any()
