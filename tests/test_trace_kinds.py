"""GRUs and RNNs opened, their cells, and what runs in half precision."""

import random
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from lstm_lib.drawing.svg import number
from lstm_lib.explorers import ClampExplorer, TraceExplorer
from lstm_lib.notation import titled
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Clamp, GRUTrace, RNNTrace, Trace, Traces, gradient_flow, trace
from lstm_lib.vector import VectorLSTM
from tests.lstms import build, far, in_form, inputs, options
from tests.pictures import says, texts

SETTINGS = 200
FORMS = ("padded", "packed", "packed unsorted", "lengths", "single")
COLUMNS = {nn.GRU: "rznh", nn.RNN: "h"}
KINDS = pytest.mark.parametrize("kind", [nn.GRU, nn.RNN])
PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
CELLS = {nn.LSTM: nn.LSTMCell, nn.GRU: nn.GRUCell, nn.RNN: nn.RNNCell}


@cache
def opened(kind, k):
    """Return a module in eval mode, x, a state or None, lengths and the form of a setting."""
    draw, form = random.Random(k), FORMS[k % len(FORMS)]
    given = options(draw, most_units=7) | {"proj_size": 0}
    torch.manual_seed(k)
    x, (h_0, _), lengths = inputs(draw, given, form, longest=12)
    del given["proj_size"]
    if kind is nn.RNN:
        given["nonlinearity"] = draw.choice(("tanh", "relu"))
    module = build(kind, **given, dtype=torch.float64).eval()
    h_0 = h_0 if draw.random() < 0.5 else None
    return module, in_form(x, lengths, form, module.batch_first), h_0, lengths, form


def own(module, x, h_0, lengths, form):
    """Return what the module itself gives, padded where `lengths` are."""
    with torch.no_grad():
        if form != "lengths":
            return module(x, h_0)
        packed = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
        output, state = module(packed, h_0)
        return pad_packed_sequence(output, module.batch_first)[0], state


def recomputed(module, t):
    """Return the columns of a trace, computed from its x and the h before each step."""
    suffix = f"_l{t.layer}" + ("_reverse" if t.direction == "reverse" else "")
    parts = (getattr(module, f"{name}{suffix}", None) for name in PARAMETERS)
    w_ih, w_hh, b_ih, b_hh = parts
    for step in range(len(t)):
        now = t[step]
        from_x = now.x @ w_ih.T + (0 if b_ih is None else b_ih)
        from_h = now.h_prev @ w_hh.T + (0 if b_hh is None else b_hh)
        if isinstance(t, RNNTrace):
            yield step, {"h": getattr(torch, module.nonlinearity)(from_x + from_h)}
            continue
        (x_r, x_z, x_n), (h_r, h_z, h_n) = from_x.chunk(3, 1), from_h.chunk(3, 1)
        n = torch.tanh(x_n + now.r * h_n)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        yield step, {"r": r, "z": z, "n": n, "h": (1 - now.z) * now.n + now.z * now.h_prev}


@KINDS
def test_it_equals_torch(kind):
    for k in range(SETTINGS):
        module, x, h_0, lengths, form = opened(kind, k)
        expected, h_n = own(module, x, h_0, lengths, form)
        traced = trace(module, x, h_0, lengths=lengths if form == "lengths" else None)
        assert far(traced.output, expected) <= 1e-10
        assert far(traced.state, h_n) <= 1e-10
        rows = [(t.layer, t.direction) for t in traced.traces]
        directions = ("forward", "reverse")[: 1 + module.bidirectional]
        assert rows == [(n, way) for n in range(module.num_layers) for way in directions]
        for row, t in enumerate(traced.traces):
            steps = [len(t)] * t.batch_size if t.lengths is None else t.lengths
            for b, length in enumerate(steps):
                last = 0 if t.direction == "reverse" else length - 1
                pick = (row,) if form == "single" else (row, b)
                assert far(traced.state[pick], t.h[b, last]) <= 1e-10
                assert not t.h[b, length:].any()


@KINDS
def test_every_number_follows_from_the_equations(kind):
    for k in range(0, SETTINGS, 4):
        module, x, h_0, lengths, form = opened(kind, k)
        for t in trace(module, x, h_0, lengths=lengths if form == "lengths" else None).traces:
            ends = torch.tensor(t.lengths or [len(t)] * t.batch_size)
            for step, columns in recomputed(module, t):
                for name, values in columns.items():
                    found = getattr(t, name)[:, step]
                    real = (step < ends)[:, None]
                    torch.testing.assert_close(found, values.detach() * real)


def test_the_settings_hold_every_option_in_every_form():
    for kind in (nn.GRU, nn.RNN):
        for form in FORMS:
            found = [opened(kind, k) for k in range(SETTINGS) if opened(kind, k)[4] == form]
            for option in ("bias", "batch_first", "bidirectional"):
                assert {getattr(module, option) for module, *_ in found} == {True, False}
            assert {module.num_layers for module, *_ in found} == {1, 2, 3}
            assert {h_0 is None for _, _, h_0, *_ in found} == {True, False}
    assert {opened(nn.RNN, k)[0].nonlinearity for k in range(SETTINGS)} == {"tanh", "relu"}


# --- records ------------------------------------------------------------------------------------


@KINDS
def test_a_record_has_the_columns_of_its_kind(kind, tmp_path):
    torch.manual_seed(0)
    traced = trace(kind(2, 3, num_layers=2), torch.randn(5, 4, 2))
    one = traced.layer(1)
    assert isinstance(one, GRUTrace if kind is nn.GRU else RNNTrace)
    assert not isinstance(one, Trace)
    assert one.quantities == ("x", *COLUMNS[kind])
    assert (one.batch_size, len(one), one.hidden_size, one.input_size) == (4, 5, 3, 3)
    assert not hasattr(one, "c")
    table = traced.to_frame()
    assert set(table["quantity"]) == {"x", *COLUMNS[kind]}
    assert len(table) == 5 * 4 * (2 + 3 + 2 * 3 * len(COLUMNS[kind]))
    traced.save(tmp_path / "run")
    again = Traces.load(tmp_path / "run")
    assert type(again[1]) is type(one)
    assert again == Traces(traced.traces)


@KINDS
def test_one_unit_is_a_record_in_floats(kind):
    torch.manual_seed(0)
    t = trace(kind(2, 3), torch.randn(5, 4, 2), torch.randn(1, 4, 3))[0]
    one = t.select(batch=2, unit=1)
    assert one.h == tuple(t.h[2, :, 1].tolist())
    assert one[0].h_prev == t.h0[2, 1].item()
    assert one.prediction == t.prediction[2, 1].item()
    part = t.part(batch=[1, 3], units=[0])
    assert type(part) is type(t)
    assert torch.equal(part.h, t.h[[1, 3]][..., [0]])
    if kind is nn.GRU:
        for t in range(1, 5):
            step = one[t]
            assert step.h == pytest.approx((1 - step.z) * step.n + step.z * step.h_prev, abs=1e-6)


def test_a_column_too_few_is_no_record():
    with pytest.raises(ValueError, match="z must hold 2 numbers like h, got 1"):
        GRUTrace((1.0, 2.0), (0.5, 0.5), (0.5,), (0.1, 0.2), (0.1, 0.2))
    with pytest.raises(
        ValueError, match=r"n must have shape \(2, 5, 3\) to fit h, got \(2, 5, 4\)"
    ):
        GRUTrace(torch.zeros(2, 5, 1), *(torch.zeros(2, 5, 3),) * 2, torch.zeros(2, 5, 4),
                 torch.zeros(2, 5, 3), torch.zeros(2, 3))  # fmt: skip


# --- clamps -------------------------------------------------------------------------------------


def by_hand(gru, x, held):
    """Return h of every step of a GRU, with a function of (name, t, values) in between."""
    h, found = torch.zeros(x.shape[1], gru.hidden_size, dtype=x.dtype), []
    for t, x_t in enumerate(x):
        from_x = x_t @ gru.weight_ih_l0.T + gru.bias_ih_l0
        from_h = h @ gru.weight_hh_l0.T + gru.bias_hh_l0
        (x_r, x_z, x_n), (h_r, h_z, h_n) = from_x.chunk(3, 1), from_h.chunk(3, 1)
        r = held("r", t, torch.sigmoid(x_r + h_r))
        z = held("z", t, torch.sigmoid(x_z + h_z))
        n = held("n", t, torch.tanh(x_n + r * h_n))
        h = held("h", t, (1 - z) * n + z * h)
        found.append(h)
    return torch.stack(found).detach()


@pytest.mark.parametrize("quantity", ["r", "z", "n", "h"])
def test_a_held_gate_of_a_gru_changes_all_that_follows(quantity):
    torch.manual_seed(0)
    gru, x = nn.GRU(2, 3, dtype=torch.float64), torch.randn(6, 4, 2, dtype=torch.float64)
    clamp = Clamp(quantity, 0.25, units=1, steps=slice(2, 4))

    def held(name, t, values):
        if name == quantity and t in (2, 3):
            values = values.clone()
            values[:, 1] = 0.25
        return values

    traced = trace(gru, x, clamp=clamp)
    torch.testing.assert_close(traced.output, by_hand(gru, x, held))
    assert getattr(traced[0], quantity)[:, 2:4, 1].eq(0.25).all()
    assert torch.equal(traced.output[:2], gru(x)[0][:2])
    assert not torch.equal(traced.output[2:], gru(x)[0][2:])


def test_a_held_state_of_an_rnn_goes_on():
    torch.manual_seed(0)
    rnn, x = nn.RNN(2, 3), torch.randn(6, 4, 2)
    traced = trace(rnn, x, clamp=Clamp("h", 0.5, steps=2))
    after = rnn(x[3:], torch.full((1, 4, 3), 0.5))[0]
    torch.testing.assert_close(traced.output[3:], after)


@pytest.mark.parametrize(
    ("kind", "quantity", "says"),
    [
        (nn.GRU, "f", r"clamp\[0\] must hold one of r, z, n, h of a GRU, got 'f'"),
        (nn.RNN, "z", r"clamp\[0\] must hold one of h of an RNN, got 'z'"),
        (nn.LSTM, "n", r"clamp\[0\] must hold one of i, f, g, o, c, h of an LSTM, got 'n'"),
    ],
)
def test_a_gate_that_is_not_there_is_refused(kind, quantity, says):
    with pytest.raises(ValueError, match=says):
        trace(kind(2, 3), torch.randn(5, 4, 2), clamp=Clamp(quantity, 0.5))


# --- values that are arrays and functions ---------------------------------------------------------


def lstm_and_x():
    torch.manual_seed(0)
    return nn.LSTM(2, 3), torch.randn(6, 4, 2)


def test_values_of_another_run_take_their_place():
    lstm, x = lstm_and_x()
    other = trace(lstm, torch.randn(6, 4, 2))[0]
    where = {"units": [0, 2], "steps": slice(1, 4), "batch": [3, 0]}
    for array in (other.c, other.c.numpy()):
        clamp = Clamp("c", array[[3, 0]][:, 1:4][..., [0, 2]], **where)
        c = trace(lstm, x, clamp=clamp)[0].c
        for row in (0, 3):
            assert torch.equal(c[row, 1:4][:, [0, 2]], other.c[row, 1:4][:, [0, 2]])
        assert torch.equal(c[[1, 2]], trace(lstm, x)[0].c[[1, 2]])


@pytest.mark.parametrize("shape", [(3,), (6, 1), (6, 3), (4, 1, 3), (1, 1, 3), (4, 6, 3)])
def test_an_array_is_spread_over_batch_steps_and_units(shape):
    lstm, x = lstm_and_x()
    array = torch.rand(shape)
    f = trace(lstm, x, clamp=Clamp("f", array))[0].f
    assert torch.equal(f, array.expand(4, 6, 3))


def test_an_array_is_spread_over_the_steps_of_all_calls():
    class Twice(nn.Module):
        def __init__(self, lstm):
            super().__init__()
            self.lstm = lstm

        def forward(self, x):
            first, state = self.lstm(x[:2])
            return torch.cat([first, self.lstm(x[2:], state)[0]])

    lstm, x = lstm_and_x()
    clamp = Clamp("f", torch.rand(6, 1))
    torch.testing.assert_close(
        trace(Twice(lstm), x, clamp=clamp).result, trace(lstm, x, clamp=clamp).output
    )


def test_an_array_is_copied_and_compared_by_its_numbers():
    array = torch.tensor([0.25, 0.5, 0.75])
    clamp, same = Clamp("f", array), Clamp("f", array.numpy())
    array.zero_()
    assert clamp.value.tolist() == [0.25, 0.5, 0.75]
    assert clamp == same
    assert Clamp("f", torch.ones(3)) == Clamp("f", torch.ones(3))
    assert Clamp("f", torch.ones(3)) != Clamp("f", torch.zeros(3))


@pytest.mark.parametrize("shape", [(2,), (5, 3), (2, 6, 3), (1, 4, 6, 3)])
def test_an_array_that_does_not_fit_is_refused(shape):
    lstm, x = lstm_and_x()
    with pytest.raises(ValueError, match=r"value must spread over .* \(4, 6, 3\), got shape"):
        trace(lstm, x, clamp=Clamp("f", torch.ones(shape)))


def test_a_function_is_given_what_the_equation_gives():
    lstm, x = lstm_and_x()
    clamp = Clamp("f", lambda f: 1 - f, units=[0, 2], steps=3)
    own, held = trace(lstm, x)[0], trace(lstm, x, clamp=clamp)[0]
    torch.testing.assert_close(held.f[:, 3][:, [0, 2]], 1 - own.f[:, 3][:, [0, 2]])
    assert torch.equal(held.f[:, 3, 1], own.f[:, 3, 1])


@pytest.mark.parametrize(
    ("value", "error", "says"),
    [
        (lambda f: None, ValueError, r"numbers of shape \(4, 3\), got NoneType"),
        (lambda f: torch.ones(3, 3), ValueError, r"numbers of shape \(4, 3\), got \(3, 3\)"),
        (lambda f: torch.ones(1, 4, 3), ValueError, r"shape \(4, 3\), got \(1, 4, 3\)"),
        (np.array(["a", "b"]), TypeError, "value must hold real numbers, got an array of <U1"),
        (torch.ones(3, dtype=torch.complex64), TypeError, "real numbers, got an array of torch.c"),
        (torch.ones(0, 3), TypeError, r"value must be a number or hold some, got shape \(0, 3\)"),
    ],
)
def test_what_is_no_value_is_refused(value, error, says):
    lstm, x = lstm_and_x()
    with pytest.raises(error, match=says):
        trace(lstm, x, clamp=Clamp("f", value))


def test_a_function_may_return_a_number_or_what_is_spread():
    lstm, x = lstm_and_x()
    assert trace(lstm, x, clamp=Clamp("f", lambda f: 0.25))[0].f.eq(0.25).all()
    f = trace(lstm, x, clamp=Clamp("f", lambda f: f.mean(0).double()))[0].f
    assert torch.equal(f[0], f[1])
    scalar = ScalarLSTM.published()
    held = trace(scalar, (1.0, 0.5, 0.25), clamp=Clamp("f", lambda f: f / 2))[0]
    assert held.f[0] == trace(scalar, (1.0, 0.5, 0.25))[0].f[0] / 2


@pytest.mark.parametrize("of", [np.array, torch.tensor])
def test_an_array_goes_step_by_step_into_models_of_numpy_and_of_numbers(of):
    values = [[0.25], [0.5], [0.75]]
    held = Clamp("f", of(values), steps=slice(0, 3))
    xs = (1.0, 0.5, 0.25, 1.0)
    assert trace(ScalarLSTM.published(), xs, clamp=held)[0].f[:3] == (0.25, 0.5, 0.75)
    model = VectorLSTM(1, 2, seed=0)
    f = trace(model, np.reshape(xs, (1, 4, 1)), clamp=held)[0].f
    assert f[0, :3].tolist() == [[value, value] for (value,) in values]


def test_tensors_of_inference_mode_are_cloned_for_a_gradient():
    lstm, x = lstm_and_x()
    with torch.inference_mode():
        same = x.clone()
        flow = gradient_flow(lstm, same, lambda h: h.sum())[0]
    assert torch.equal(flow.d_c, gradient_flow(lstm, x, lambda h: h.sum())[0].d_c)


# --- gradients ----------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize("lengths", [None, [3, 5, 1]])
@pytest.mark.parametrize("more", [{}, {"num_layers": 2, "bidirectional": True}, {"bias": False}])
def test_a_nudge_of_every_state_moves_the_loss_as_it_says(kind, lengths, more):
    torch.manual_seed(0)
    net, x = kind(2, 3, **more, dtype=torch.float64), torch.randn(5, 3, 2, dtype=torch.float64)
    weights = torch.randn(5, 3, 3 * (1 + net.bidirectional), dtype=torch.float64)

    def loss(h):
        return (weights * h).sum() + (h**3).sum()

    nudges = 0
    for flow in gradient_flow(net, x, loss, lengths=lengths):
        assert flow.d_c is None
        for b, t, unit in torch.randint(1000, (20, 3)).tolist():
            where = {"batch": b % 3, "steps": t % 5, "units": unit % 3}
            where |= {"layer": flow.layer, "direction": flow.direction}
            if lengths and t % 5 >= lengths[b % 3]:
                continue
            up, down = (
                loss(trace(net, x, lengths=lengths, clamp=Clamp("h", add=e, **where)).output)
                for e in (1e-6, -1e-6)
            )
            expected = (up - down).item() / 2e-6
            assert flow.d_h[b % 3, t % 5, unit % 3].item() == pytest.approx(expected, rel=1e-5)
            nudges += 1
    assert nudges > 4


def test_the_lane_of_a_gru_is_its_update_gate():
    torch.manual_seed(0)
    gru, x = nn.GRU(2, 3, dtype=torch.float64), torch.randn(5, 3, 2, dtype=torch.float64)
    flow = gradient_flow(gru, x, lambda h: h[-1].sum())[0]
    z = trace(gru, x)[0].z
    for t in range(5):
        torch.testing.assert_close(flow.kept[:, t], z[:, t + 1 :].prod(dim=1))
    torch.testing.assert_close(flow.kept + flow.through_gates, flow.d_h)
    assert flow.through_gates[:, :4].abs().min() > 0


def test_an_rnn_has_no_lane():
    torch.manual_seed(0)
    flow = gradient_flow(nn.RNN(2, 3), torch.randn(5, 3, 2), lambda h: h[-1].sum())
    assert flow[0].kept[:, -1].eq(1).all()
    assert not flow[0].kept[:, :-1].any()
    assert set(flow.to_frame()["quantity"]) == {"d_h", "kept", "through_gates"}


# --- cells and decoders -------------------------------------------------------------------------


class Loop(nn.Module):
    """A loop over a cell, or over a layer that is called step by step."""

    def __init__(self, module, feeds, steps):
        super().__init__()
        self.inner, self.feeds, self.steps = module, feeds, steps
        self.out = nn.Linear(module.hidden_size, module.input_size, dtype=torch.float64)

    def forward(self, x):
        state, said = None, []
        is_cell = isinstance(self.inner, nn.RNNCellBase)
        for t in range(self.steps):
            read = x[0] if self.feeds and not said else said[-1] if self.feeds else x[t]
            if is_cell:
                state = self.inner(read, state)
                h = state[0] if isinstance(state, tuple) else state
            else:
                h, state = self.inner(read[None], state)
                h = h[0]
            said.append(self.out(h))
        return torch.stack(said)


def test_loops_over_cells_and_decoders_are_one_run():
    for k in range(102):
        draw, kind = random.Random(k), (nn.LSTM, nn.GRU, nn.RNN)[k % 3]
        torch.manual_seed(k)
        sizes = (draw.randint(1, 4), draw.randint(1, 5))
        more = {"bias": draw.random() < 0.7, "dtype": torch.float64}
        if kind is nn.RNN:
            more["nonlinearity"] = draw.choice(("tanh", "relu"))
        is_cell = draw.random() < 0.5
        module = CELLS[kind](*sizes, **more) if is_cell else kind(*sizes, **more)
        feeds, steps = draw.random() < 0.5, draw.randint(1, 7)
        model = Loop(module, feeds, steps)
        batch = () if is_cell and draw.random() < 0.3 else (draw.randint(1, 3),)
        x = torch.randn(steps, *batch, sizes[0], dtype=torch.float64)
        traced = trace(model, x)
        said = model(x).detach()
        assert torch.equal(traced.result, said)
        whole = kind(*sizes, **more)
        names = PARAMETERS[: 4 if more["bias"] else 2]
        stored = {f"{n}_l0": getattr(module, n if is_cell else f"{n}_l0") for n in names}
        whole.load_state_dict(stored)
        read = torch.cat([x[:1], said[:-1]]) if feeds else x
        expected = trace(whole, read if batch else read[:, None])[0]
        for name in expected.quantities:
            torch.testing.assert_close(
                getattr(traced[0], name), getattr(expected, name), rtol=1e-10, atol=1e-12
            )
        if steps > 1:
            held = Clamp("h", 0.25, steps=1, units=0)
            again = trace(model, x, clamp=held)
            assert again[0].h[:, 1, 0].eq(0.25).all()
            torch.testing.assert_close(again.result[0], said[0])


def test_a_module_under_two_names_is_one():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.GRU(2, 3)
            self.decoder = self.encoder

        def forward(self, x):
            return self.decoder(x)[0]

    x = torch.randn(5, 4, 2)
    model = Tied()
    assert torch.equal(trace(model, x).output, trace(model, x, path="decoder").output)


# --- kwargs, other returns ----------------------------------------------------------------------


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 3)

    def forward(self, *, tokens, scale=1.0):
        return self.lstm(tokens)[0] * scale


def test_arguments_by_name():
    model, x = Named(), torch.randn(5, 4, 2)
    traced = trace(model, (), kwargs={"tokens": x, "scale": 2.0})
    torch.testing.assert_close(traced.result, 2 * traced.output)
    flow = gradient_flow(model, (), lambda y: y.sum(), kwargs={"tokens": x})
    assert flow[0].d_h[:, -1].eq(1).all()


@pytest.mark.parametrize(
    "returned",
    [
        lambda output, state: output,
        lambda output, state: (output, *state),
        lambda output, state: {"output": output, "state": state},
        lambda output, state: None,
    ],
)
def test_another_return_value_is_refused(returned):
    class Other(nn.LSTM):
        def forward(self, input, hx=None):
            return returned(*super().forward(input, hx))

    with pytest.raises(ValueError, match="the forward of Other must return what that of torch"):
        trace(Other(2, 3), torch.randn(5, 4, 2))


# --- half precision -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_half_precision_is_opened_in_float32(kind, dtype):
    torch.manual_seed(0)
    net, x = kind(8, 16, num_layers=2).to(dtype), torch.randn(40, 4, 8).to(dtype)
    traced = trace(net, x)
    assert torch.equal(traced.output, net(x)[0])
    assert traced.output.dtype == dtype
    assert traced[0].h.dtype == torch.float32
    exact = trace(net.float(), x.float())
    torch.testing.assert_close(traced[1].h, exact[1].h)
    net.to(dtype)
    held = trace(net, x, clamp=Clamp("h", 0.5, steps=39, layer=1))
    assert held.output[-1].eq(0.5).all()
    assert held.output.dtype == dtype


def test_a_tagger_under_autocast():
    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(2, 4), nn.LSTM(4, 3)), torch.randn(5, 4, 2)
    with torch.autocast("cpu", torch.bfloat16):
        traced, own = trace(model, x), model(x)
    assert torch.equal(traced.result[0], own[0])
    assert traced[0].c.dtype == torch.float32


# --- explorers ------------------------------------------------------------------------------------


def words(explorer):
    """Return the words of an explorer's picture."""
    return texts(explorer.render())


NAMED = {titled(letter) for letter in "ifgochrzn"}


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        (nn.GRU, ["reset gate r", "update gate z", "candidate n", "hidden state h"]),
        (nn.RNN, ["hidden state h"]),
    ],
)
def test_trace_explorer_shows_the_columns_of_the_kind(kind, titles):
    torch.manual_seed(0)
    net, x = kind(2, 40, num_layers=2), torch.randn(9, 3, 2)
    traced, flow = trace(net, x), gradient_flow(net, x, lambda h: h[-1].sum())
    explorer = TraceExplorer(traced, flow=flow)
    assert [word for word in words(explorer) if word in NAMED] == titles
    assert explorer.order.options == ["as stored", "by variance of h", "by gradient"]
    assert explorer.ranking.of == "variance of h"  # 40 units come sorted
    explorer.layer.value, explorer.step.value, explorer.unit.value = 2, 4, 7
    assert f"h {number(traced[1].h[0, 3, 6].item(), 3)}" in words(explorer)
    before = number(traced[1].h[0, 2, 6].item(), 3)
    assert f"{'the state' if kind is nn.GRU else 'goes from'} {before} " in says(explorer)
    after = number(traced[1].h[0, 3, 6].item(), 3)
    assert f"{'so h =' if kind is nn.GRU else 'to'} {after}." in says(explorer)
    explorer.order.value = "by gradient"
    assert explorer.ranking.of == "mean |dL/dh|"
    assert explorer.selected == traced[1].select(unit=int(explorer.unit.value) - 1)


def test_clamp_explorer_holds_a_gate_of_a_gru():
    torch.manual_seed(0)
    gru, x = nn.GRU(2, 5), torch.randn(9, 3, 2)
    explorer = ClampExplorer(gru, x)
    assert explorer.quantity.options == ["r", "z", "n", "h"]
    explorer.quantity.value, explorer.value.value, explorer.first.value = "z", 1.0, 4
    expected = trace(gru, x, clamp=Clamp("z", 1.0, units=0, steps=range(3, 9)))
    assert explorer.touched.traces[0] == expected[0]
    assert "update gate z of unit 1" in words(explorer)
    explorer.quantity.value = "h"
    assert "candidate n of unit 1" in words(explorer)
    assert (explorer.value.min, explorer.value.max) == (-1.0, 1.0)


def test_clamp_explorer_holds_the_state_of_an_rnn():
    explorer = ClampExplorer(nn.RNN(2, 5), torch.randn(9, 3, 2))
    assert explorer.quantity.disabled
    explorer.value.value = 0.5
    assert explorer.touched.traces[0].h[..., 0].eq(0.5).all()


def test_clamp_explorer_calls_a_model_by_name_and_step_by_step():
    torch.manual_seed(0)
    named = ClampExplorer(Named(), (), kwargs={"tokens": torch.randn(9, 3, 2)})
    assert named.untouched.answers[0].shape == (3, 9, 3)
    model, x = Loop(nn.GRUCell(2, 4, dtype=torch.float64), False, 6), torch.randn(6, 3, 2).double()
    explorer = ClampExplorer(model, x)
    explorer.quantity.value, explorer.first.value = "h", 4
    expected = trace(model, x, clamp=Clamp("h", 0.0, units=0, steps=range(3, 6)))
    assert explorer.touched.traces[0] == expected[0]
    assert len(ClampExplorer(model, x, call=2, outputs=lambda y: y[2]).untouched.traces[0]) == 1


def test_traces_of_two_kinds_are_not_one_run():
    x = torch.randn(9, 3, 2)
    both = Traces([trace(nn.GRU(2, 5), x)[0], trace(nn.RNN(2, 5), x)[0]])
    with pytest.raises(ValueError, match="traced must hold traces of one run"):
        TraceExplorer(both)
