"""Where the gradient goes: against autograd, finite differences and the scalar's own."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from lstm_lib import layers
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Clamp, Flow, Flows, gradient_flow, trace
from lstm_lib.vector import VectorLSTM

XS = (1.0, 0.5, 0.25, 1.0)
LENGTHS = [3, 5, 1]
OPTIONS = [
    {},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True, "proj_size": 2, "batch_first": True},
    {"num_layers": 3, "bias": False},
]


def last(h):
    return h[0, -1, 0]


def made(options):
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 3, **options, dtype=torch.float64)
    x = torch.randn(5, 3, 2, dtype=torch.float64)
    width = (lstm.proj_size or 3) * (1 + lstm.bidirectional)
    weights = torch.randn(3, 5, width, dtype=torch.float64)
    weights = weights if lstm.batch_first else weights.transpose(0, 1)

    def loss(output):
        return (weights * output).sum() + (output**3).sum()

    return lstm, x.transpose(0, 1) if lstm.batch_first else x, loss


def far(found, expected):
    assert found.shape == expected.shape
    return ((found - expected).norm() / expected.norm()).item()


# --- one unit ---------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [ScalarLSTM.published(), ScalarLSTM.random(4)])
def test_it_is_the_gradient_flow_of_the_scalar_lstm(model):
    expected = model.gradient_flow(XS)
    (flow,) = gradient_flow(model, XS, last)
    entered = flow.d_c[0, -1, 0]
    assert (flow.d_c[0, :, 0] / entered).tolist() == pytest.approx(expected.total, rel=1e-12)
    assert (flow.kept[0, :, 0] / entered).tolist() == pytest.approx(expected.kept, rel=1e-12)
    around = (flow.through_gates[0, :, 0] / entered).tolist()
    assert around == pytest.approx(expected.through_gates, rel=1e-9, abs=1e-15)


def test_a_state_to_start_from_is_used():
    model = ScalarLSTM.published()
    flow = gradient_flow(model, XS, last, (0.3, -1.0))[0]
    run = model.run(XS, 0.3, -1.0)
    expected = run.f[3] * run.f[2] * run.f[1] * flow.d_c[0, 3, 0]
    assert flow.kept[0, 0, 0] == pytest.approx(expected, rel=1e-12)


# --- against autograd and finite differences --------------------------------------------------


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_a_nudge_of_every_state_moves_the_loss_as_it_says(options, lengths):
    lstm, x, loss = made(options)
    flows, eps, nudges = gradient_flow(lstm, x, loss, lengths=lengths), 1e-6, 0
    for flow in flows:
        for name, gradient in (("c", flow.d_c), ("h", flow.d_h)):
            for b, t, unit in torch.randint(1000, (6, 3)).tolist():
                where = {"batch": b % 3, "steps": t % 5, "units": unit % gradient.shape[2]}
                where |= {"layer": flow.layer, "direction": flow.direction}
                up, down = (
                    loss(trace(lstm, x, lengths=lengths, clamp=Clamp(name, add=by, **where)).output)
                    for by in (eps, -eps)
                )
                found = gradient[where["batch"], where["steps"], where["units"]]
                assert (up - down) / (2 * eps) == pytest.approx(found.item(), rel=1e-6, abs=1e-8)
                nudges += bool(found)
    assert nudges >= 4 * len(flows)


def by_autograd(lstm, x, loss, hx=None, around=True):
    """Return dL/dh and dL/dc (batch_size, seq_len, size) of one layer, one direction."""
    w_ih, w_hh, b_ih, b_hh = lstm.all_weights[0]
    h, c = hx or [x.new_zeros(x.shape[1], lstm.hidden_size)] * 2
    hs, cs = [], []
    for x_t in x:
        before = h if around else h.detach()
        z = x_t @ w_ih.T + b_ih + before @ w_hh.T + b_hh
        i, f, g, o = z.chunk(4, 1)
        c = (f.sigmoid() * c + i.sigmoid() * g.tanh()) * 1.0
        h = o.sigmoid() * c.tanh()
        hs.append(h)
        cs.append(c)
    found = torch.autograd.grad(loss(torch.stack(hs)), hs + cs)
    return torch.stack(found[: len(x)], 1), torch.stack(found[len(x) :], 1)


def test_all_ways_and_the_lane_alone_equal_autograd():
    lstm, x, loss = made({})
    (flow,) = gradient_flow(lstm, x, loss)
    d_h, d_c = by_autograd(lstm, x, loss)
    assert far(flow.d_h, d_h) < 1e-12
    assert far(flow.d_c, d_c) < 1e-12
    _, kept = by_autograd(lstm, x, loss, around=False)
    assert far(flow.kept, kept) < 1e-12
    assert far(flow.through_gates, d_c - kept) < 1e-12
    assert far(flow.kept, flow.d_c) > 0.01


def test_below_and_backwards_the_lane_hands_on_the_forget_gate():
    lstm, x, _ = made({"num_layers": 2, "bidirectional": True})
    flows = gradient_flow(lstm, x, lambda output: output[4, 0, :3].sum())  # the last forward h
    top = trace(lstm, x)[1, "forward"]
    share = torch.ones(3, dtype=torch.float64)
    for t in reversed(range(5)):
        expected = share * flows[1, "forward"].d_c[0, 4]
        assert far(flows[1, "forward"].kept[0, t], expected) < 1e-12
        share = share * top.f[0, t]
    assert not flows[1, "reverse"].d_c.any()
    assert flows[0, "reverse"].d_c[0].all()
    assert not flows[0, "reverse"].d_c[1:].any()


def test_padding_gets_nothing_and_changes_nothing():
    lstm, x, _ = made({"bidirectional": True})
    padded = gradient_flow(lstm, x, lambda output: output[:, 0].square().sum(), lengths=LENGTHS)
    alone = gradient_flow(lstm, x[:3, :1], lambda output: output.square().sum())
    for found, expected in zip(padded, alone, strict=True):
        assert found.lengths == tuple(LENGTHS)
        for name in ("d_h", "d_c", "kept"):
            assert far(getattr(found, name)[:1, :3], getattr(expected, name)) < 1e-12
            assert not getattr(found, name)[0, 3:].any()
            assert not getattr(found, name)[1:].any()


# --- inside a module --------------------------------------------------------------------------


class Classifier(nn.Module):
    """Reads the last state of an LSTM, h or c."""

    def __init__(self, of="h"):
        super().__init__()
        self.lstm = nn.LSTM(2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.of = "hc".index(of)

    def forward(self, x):
        return self.norm(self.lstm(x)[1][self.of][0])


@pytest.mark.parametrize("of", "hc")
@pytest.mark.parametrize("training", [True, False])
def test_the_state_counts_as_well_as_the_output(of, training):
    torch.manual_seed(0)
    model, x = Classifier(of).double().train(training), torch.randn(5, 3, 2).double()
    before = {name: value.clone() for name, value in model.state_dict().items()}

    def loss(found):
        return (found**3).sum()

    flows = gradient_flow(model, x, loss, path="lstm")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert flows.loss == pytest.approx(loss(model(x)).item(), rel=1e-9)
    last_c = model.lstm(x)[1][1][0].detach().requires_grad_()
    if of == "c":
        (expected,) = torch.autograd.grad(loss(model.norm(last_c)), last_c)
        assert far(flows[0].d_c[:, -1], expected) < 1e-9
        assert far(flows[0].kept[:, -1], expected) < 1e-9
    assert flows[0].d_c.abs().sum() > 0


class Packing(nn.Module):
    """Packs its input and reads the state after each sequence's own last step."""

    def __init__(self, **options):
        super().__init__()
        self.lstm = nn.LSTM(2, 3, **options)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
        return torch.cat(self.lstm(packed)[1], dim=2)


def test_each_sequence_gets_its_own_gradient_from_the_state():
    torch.manual_seed(0)
    model = Packing(num_layers=2, bidirectional=True).double()
    x = torch.randn(5, 3, 2).double()
    together = gradient_flow(model, (x, LENGTHS), lambda ends: (ends**3).sum())
    for b, length in enumerate(LENGTHS):
        one = (x[:length, b : b + 1], [length])
        alone = gradient_flow(model, one, lambda ends: (ends**3).sum())
        for found, expected in zip(together, alone, strict=True):
            for name in ("d_h", "d_c", "kept"):
                assert (
                    far(getattr(found, name)[b : b + 1, :length], getattr(expected, name)) < 1e-12
                )
                assert not getattr(found, name)[b, length:].any()


def test_a_vector_lstm_flows_through_its_read_out():
    model = VectorLSTM(2, 3, output_size=2)
    x = torch.randn(4, 5, 2, dtype=torch.float64).numpy()
    (flow,) = gradient_flow(model, x, lambda y: y[:, -1].square().sum())
    outputs, run = model.forward(x)
    d_outputs = 0 * outputs
    d_outputs[:, -1] = 2 * outputs[:, -1]
    d_h = d_outputs @ model.parameters["weight_out"]
    assert flow.d_h[:, -1] == pytest.approx(d_h[:, -1], rel=1e-12)
    gradients = model.backward(run, d_outputs)
    assert flow.d_c[:, 0] * run.f[:, 0] == pytest.approx(gradients["c0"], rel=1e-10)


def test_our_layer_and_torchs_are_one():
    lstm, x, loss = made({"num_layers": 2, "bidirectional": True})
    ours = layers.LSTM(2, 3, num_layers=2, bidirectional=True, dtype=torch.float64)
    ours.load_state_dict(lstm.state_dict())
    for a, b in zip(gradient_flow(lstm, x, loss), gradient_flow(ours, x, loss), strict=True):
        assert torch.equal(a.d_c, b.d_c)


def test_a_table_of_a_flow():
    lstm, x, loss = made({"bidirectional": True})
    flows = gradient_flow(lstm, x, loss, lengths=LENGTHS)
    table = flows.to_frame()
    assert set(table["quantity"]) == {"d_h", "d_c", "kept", "through_gates"}
    assert len(table) == 2 * 4 * 3 * sum(LENGTHS)
    assert isinstance(flows[:1], Flows)
    assert flows[:1].loss == flows.loss
    assert isinstance(flows[0, "reverse"], Flow)
    assert not flows[0].d_c.requires_grad


@pytest.mark.parametrize(
    ("loss", "error", "says"),
    [
        (3, TypeError, "loss must be a function of the output, got 3"),
        (lambda h: 1.0, TypeError, "loss must return a tensor, got float"),
        (lambda h: h, ValueError, r"loss must return one number, got shape \(5, 3, 3\)"),
        (lambda h: torch.zeros(()), ValueError, "loss must depend on the LSTM's output"),
    ],
)
def test_a_loss_that_is_none_is_refused(loss, error, says):
    lstm, x, _ = made({})
    with pytest.raises(error, match=says):
        gradient_flow(lstm, x, loss)
    assert not lstm._forward_hooks


def test_inference_mode_around_it_changes_nothing():
    lstm, x, loss = made({})
    expected = gradient_flow(lstm, x, loss)
    with torch.inference_mode():
        found = gradient_flow(lstm, x, loss)
    assert torch.equal(found[0].d_c, expected[0].d_c)
