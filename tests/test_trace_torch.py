"""Any LSTM opened: equal to torch's own, exact by the equations, clamped, refused."""

import contextlib
import copy
import random
import types
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_lib import layers
from lstm_lib.course.explorers import cell_picture as cell
from lstm_lib.course.explorers import timeline
from lstm_lib.course.networks.counter import counter
from lstm_lib.course.tasks.counting import counting
from lstm_lib.explorers import VectorExplorer
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Clamp, Trace, Traced, trace
from lstm_lib.vector import VectorLSTM
from tests.lstms import build, far, in_form, inputs, options

SETTINGS = 320
FORMS = ("padded", "packed", "packed unsorted", "lengths", "single")
XS = (1.0, 0.5, 0.25, 1.0)


ONE_DNN = "ignore:LSTM with projections is not supported with oneDNN"  # torch says so in float32


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# --- against torch ----------------------------------------------------------------------------


@cache
def setting(k):
    """Return constructor arguments, a form, and whether a state is given."""
    draw = random.Random(k)
    return options(draw, most_units=7), FORMS[k % len(FORMS)], draw.random() < 0.5


def opened(k, dtype=torch.float64):
    """Return a module in eval mode, x, hx and lengths of a setting."""
    given, form, with_state = setting(k)
    draw = random.Random(1000 + k)
    torch.manual_seed(k)
    kind = nn.LSTM if draw.random() < 0.8 else layers.LSTM
    module = build(kind, **given, dtype=dtype).eval()
    x, hx, lengths = inputs(draw, given, form, longest=12, dtype=dtype)
    return (
        module,
        in_form(x, lengths, form, module.batch_first),
        hx if with_state else None,
        lengths,
    )


def own(module, x, hx, lengths, form):
    """Return what the module itself gives, padded where `lengths` are."""
    with torch.no_grad():
        if form != "lengths":
            return module(x, hx)
        packed = pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
        output, state = module(packed, hx)
        return pad_packed_sequence(output, module.batch_first)[0], state


def test_the_settings_hold_every_option_in_every_form():
    for form in FORMS:
        given = [g for g, f, _ in map(setting, range(SETTINGS)) if f == form]
        for option in ("bias", "batch_first", "bidirectional", "proj_size", "dropout"):
            assert {bool(g[option]) for g in given} == {True, False}
        assert {g["num_layers"] for g in given} == {1, 2, 3}
        assert {s for _, f, s in map(setting, range(SETTINGS)) if f == form} == {True, False}
    assert SETTINGS >= 300


@pytest.mark.parametrize("form", FORMS)
def test_it_equals_torch(form):
    for k in range(SETTINGS):
        given, of_form, _ = setting(k)
        if of_form != form:
            continue
        module, x, hx, lengths = opened(k)
        expected, (h_n, c_n) = own(module, x, hx, lengths, form)
        traced = trace(module, x, hx, lengths=lengths if form == "lengths" else None)
        assert far(traced.output, expected) <= 1e-10, given
        assert far(traced.state[0], h_n) <= 1e-10, given
        assert far(traced.state[1], c_n) <= 1e-10, given
        assert traced.result[0] is traced.output
        check_the_records(module, x, hx, lengths, form, traced)


def check_the_records(module, x, hx, lengths, form, traced):
    """Each trace has its place, its start, its ends, and zeros behind them."""
    directions = ("forward", "reverse")[: 1 + module.bidirectional]
    rows = [(k, direction) for k in range(module.num_layers) for direction in directions]
    assert [(t.layer, t.direction) for t in traced.traces] == rows
    for row, t in enumerate(traced.traces):
        steps = [len(t)] * t.batch_size if t.lengths is None else t.lengths
        assert (t.lengths is not None) == (form in FORMS[1:4])
        assert t.lengths is None or list(t.lengths) == lengths
        for b, length in enumerate(steps):
            last = 0 if t.direction == "reverse" else length - 1
            pick = (row,) if form == "single" else (row, b)
            assert far(traced.state[0][pick], t.h[b, last]) <= 1e-12
            assert far(traced.state[1][pick], t.c[b, last]) <= 1e-12
            first = t[length - 1 if t.direction == "reverse" else 0]
            starts = (torch.zeros(()), torch.zeros(())) if hx is None else (h[pick] for h in hx)
            for found, start in zip((first.h_prev, first.c_prev), starts, strict=True):
                assert (found[b] == start).all()
            assert not any(getattr(t, name)[b, length:].any() for name in "xifgoch")
    check_the_wires(module, x, lengths, form, traced)


def check_the_wires(module, x, lengths, form, traced):
    """The first layer reads x, each other one the layer below, and the output is the last."""
    width = 1 + module.bidirectional
    below = x
    if isinstance(x, PackedSequence):
        below = pad_packed_sequence(x, batch_first=True)[0]
    elif form == "single":
        below = x[None]
    elif not module.batch_first:
        below = x.transpose(0, 1)
    if form == "lengths":
        real = torch.arange(below.shape[1]) < torch.tensor(lengths)[:, None]
        below = below * real[..., None]
    for layer in range(module.num_layers):
        row = traced.traces[layer * width : (layer + 1) * width]
        assert all(torch.equal(t.x, below) for t in row)
        below = torch.cat([t.h for t in row], dim=2)
    output = traced.output
    if isinstance(output, PackedSequence):
        output = pad_packed_sequence(output, batch_first=True)[0]
    elif form == "single":
        output = output[None]
    elif not module.batch_first:
        output = output.transpose(0, 1)
    assert far(output, below) <= 1e-12


# --- against the equations --------------------------------------------------------------------


@pytest.mark.filterwarnings(ONE_DNN)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_numbers_satisfy_the_equations_to_the_last_bit(dtype):
    for k in range(0, SETTINGS, 3):
        module, x, hx, lengths = opened(k, dtype)
        lengths = lengths if setting(k)[1] == "lengths" else None
        for t in trace(module, x, hx, lengths=lengths).traces:
            recompute(module, t)


def recompute(module, t):
    """Compute every step anew from the x, h_prev and c_prev that its trace states."""
    suffix = f"_l{t.layer}" + ("_reverse" if t.direction == "reverse" else "")
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    w_ih, w_hh, b_ih, b_hh, w_hr = (getattr(module, name + suffix, None) for name in names)
    bias, size = None if b_ih is None else b_ih + b_hh, module.hidden_size
    with torch.no_grad():
        from_x = F.linear(t.x.transpose(0, 1), w_ih, bias)  # (seq_len, batch_size, 4*size)
        for k, step in enumerate(t):
            z = from_x[k].addmm_(step.h_prev, w_hh.T)
            i, f = z[:, : 2 * size].sigmoid().chunk(2, dim=1)
            g, o = z[:, 2 * size : 3 * size].tanh(), z[:, 3 * size :].sigmoid()
            real = [k < n for n in t.lengths or [len(t)] * t.batch_size]
            for found, gate in zip((step.i, step.f, step.g, step.o), (i, f, g, o), strict=True):
                if t.lengths is None:
                    assert torch.equal(found, gate)
                else:  # h_prev lies elsewhere in memory, and a BLAS minds how that is aligned
                    assert far(found[real], gate[real]) < 4 * torch.finfo(gate.dtype).eps
            assert torch.equal(step.c[real], (step.f * step.c_prev + step.i * step.g)[real])
            shown = step.o * torch.tanh(step.c)
            h = shown if w_hr is None else shown @ w_hr.T
            assert torch.equal(step.h[real], h[real])


def test_a_layer_of_one_unit_is_the_scalar_lstm():
    scalar = ScalarLSTM.published()
    lstm = VectorLSTM.from_scalar(scalar).to_torch()
    x = torch.tensor(XS, dtype=torch.float64)[None, :, None]
    (found,) = trace(
        lstm, x, [torch.tensor([[[n]]], dtype=torch.float64) for n in (0.1, -0.2)]
    ).traces
    expected = scalar.run(XS, 0.1, -0.2)
    for step, wanted in zip(found.select(), expected, strict=True):
        assert tuple(step) == pytest.approx(tuple(wanted), abs=1e-14)


# --- what draws traces ------------------------------------------------------------------------


def test_explorer_and_pictures_take_what_trace_gives():
    torch.manual_seed(0)
    traced = trace(nn.LSTM(2, 5, bidirectional=True), torch.randn(6, 3, 2))
    for t in traced.traces:
        explorer = VectorExplorer(t)
        explorer.sequence.value, explorer.unit.value = 3, 5
        assert explorer.selected == t.select(batch=2, unit=4)
        assert explorer.render().startswith("<svg")
        assert cell.state(explorer.selected[2], ScalarLSTM.published())
        assert timeline.curves(explorer.selected)


# --- inside a module --------------------------------------------------------------------------


class Tagger(nn.Module):
    """An LSTM in the middle: embedding, LSTM, dropout, read-out."""

    def __init__(self, calls=1, **options):
        super().__init__()
        self.embed = nn.Embedding(7, 3)
        self.encoder = nn.ModuleDict({"lstm": nn.LSTM(3, 4, batch_first=True, **options)})
        self.norm = nn.BatchNorm1d(4)
        self.noise = nn.Dropout(0.5)
        self.head = nn.Linear(4, 2)
        self.calls = calls

    def forward(self, tokens, scale=1.0):
        x = self.embed(tokens)
        h = x
        for _ in range(self.calls):
            h, _ = self.encoder["lstm"](input=x, hx=None)
        return self.head(self.noise(self.norm(h.reshape(-1, 4)))).view(*tokens.shape, 2) * scale


TOKENS = torch.tensor([[1, 2, 3, 4, 5], [6, 5, 0, 1, 1]])


def test_a_module_around_an_lstm_is_run_once_as_it_is():
    torch.manual_seed(1)
    model = Tagger().eval()
    traced = trace(model, TOKENS)
    with torch.no_grad():
        expected = model(TOKENS)
    assert isinstance(traced, Traced)
    assert torch.equal(traced.result, expected)
    assert far(traced.output, traced[0].h) < 1e-6
    assert torch.equal(traced[0].x, model.embed(TOKENS).detach())
    assert traced.result.shape == (2, 5, 2)
    doubled = trace(model, (TOKENS, 2.0)).result
    assert torch.equal(doubled, 2 * traced.result)


def test_a_clamp_goes_on_through_the_module():
    torch.manual_seed(1)
    model = Tagger().eval()
    clamped = trace(model, TOKENS, clamp=Clamp("h", 0.0)).result
    silent = model.head(model.norm(torch.zeros(10, 4))).view(2, 5, 2).detach()
    assert far(clamped, silent) < 1e-6
    assert far(clamped, trace(model, TOKENS).result) > 0.01


def test_it_leaves_the_module_and_the_generator_as_they_were():
    torch.manual_seed(1)
    model = Tagger().train()
    before, dice = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    traced = trace(model, TOKENS, clamp=Clamp("f", 1.0))
    assert torch.equal(torch.get_rng_state(), dice)
    assert all(torch.equal(a, before[name]) for name, a in model.state_dict().items())
    assert model.training
    assert not any(m._forward_hooks for m in model.modules())
    assert not traced.result.requires_grad
    assert not any(getattr(traced[0], name).requires_grad for name in "xifgoch")
    assert all(p.grad is None and p.requires_grad for p in model.parameters())


def test_hooks_are_removed_after_an_error():
    model = Tagger(calls=2).eval()
    with pytest.raises(ValueError, match="a call that does not go on from the state"):
        trace(model, TOKENS)
    assert not any(m._forward_hooks for m in model.modules())


def test_tracing_changes_nothing_it_was_given():
    lstm, x = nn.LSTM(2, 3), torch.randn(4, 2, 2)
    hx = (torch.randn(1, 2, 3), torch.randn(1, 2, 3))
    kept = copy.deepcopy((x, hx))
    traced = trace(lstm, x, hx, clamp=[Clamp("c", 3.0), Clamp("h", scale=2.0)])
    traced[0].x.zero_(), traced[0].h0.zero_(), traced[0].c0.zero_()
    assert torch.equal(x, kept[0])
    assert all(map(torch.equal, hx, kept[1]))
    traced.output.zero_()
    assert traced[0].h.any()
    trace(lstm, x[:, 0])[0].x.zero_()
    assert torch.equal(x, kept[0])


def test_the_output_lies_in_memory_as_the_modules_own():
    for batch_first in (True, False):
        lstm = nn.LSTM(2, 3, batch_first=batch_first)
        x = torch.randn(4, 5, 2)
        assert trace(lstm, x).output.stride() == lstm(x)[0].stride()


def test_the_path_says_which():
    torch.manual_seed(2)
    model = nn.ModuleDict({"a": nn.LSTM(2, 3), "b": nn.LSTM(3, 3)})
    model.forward = lambda x: model["b"](model["a"](x)[0])[0]
    x = torch.randn(4, 1, 2)
    first, second = (trace(model, x, path=path) for path in "ab")
    assert far(second[0].x, first[0].h) < 1e-6
    assert torch.equal(first[0].x, x.transpose(0, 1))
    assert far(trace(model, x, path="b", clamp=Clamp("o", 0.0)).result, torch.zeros(4, 1, 3)) == 0


# --- clamps -----------------------------------------------------------------------------------


def clamped_by_hand(module, x, clamp):
    """Return the h that clamping gives, with layers.cell's equations written out, one direction."""
    w_ih, w_hh, b_ih, b_hh = (p.detach() for p in module.all_weights[0])
    h = c = x.new_zeros(x.shape[1], module.hidden_size)
    out = []
    for t in range(len(x)):
        z = x[t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh
        z_i, z_f, z_g, z_o = z.chunk(4, 1)
        v = {"i": z_i.sigmoid(), "f": z_f.sigmoid(), "g": z_g.tanh(), "o": z_o.sigmoid()}
        v |= {name: clamp(name, t, v[name].clone()) for name in "ifgo"}
        c = clamp("c", t, v["f"] * c + v["i"] * v["g"])
        h = clamp("h", t, v["o"] * torch.tanh(c))
        out.append(h)
    return torch.stack(out)


@pytest.mark.parametrize("quantity", "ifgoch")
@pytest.mark.parametrize("way", [{"value": 0.7}, {"scale": -0.5}, {"scale": 2.0, "add": 0.1}])
def test_a_clamp_does_what_the_equations_do_with_it(quantity, way):
    torch.manual_seed(3)
    lstm, x = nn.LSTM(2, 4).double(), torch.randn(6, 3, 2).double()
    clamp = Clamp(quantity, **way, units=[0, 2], steps=slice(1, 4), batch=1)

    def by_hand(name, t, values):
        if name == quantity and 1 <= t < 4:
            for unit in (0, 2):
                old = values[1, unit].item()
                new = way.get("value", old * way.get("scale", 1.0) + way.get("add", 0.0))
                values[1, unit] = new
        return values

    traced = trace(lstm, x, clamp=clamp)
    expected = clamped_by_hand(lstm, x, by_hand)
    assert far(traced.output, expected) < 1e-12
    assert far(traced.output, lstm(x)[0].detach()) > 1e-3
    if "value" in way:
        held = getattr(traced[0], quantity)[1, 1:4][:, [0, 2]]
        assert (held == 0.7).all()
    arrays = trace(VectorLSTM.from_torch(lstm), x.transpose(0, 1).numpy(), clamp=clamp)
    assert far(torch.tensor(arrays.output), expected.transpose(0, 1)) < 1e-12
    assert isinstance(arrays[0].c, np.ndarray)
    assert np.array_equal(arrays.state[1], arrays[0].c[:, -1])


@pytest.mark.parametrize("quantity", "ifgoch")
def test_a_scalar_clamp_is_that_of_a_layer_of_one_unit(quantity):
    scalar = ScalarLSTM.published()
    clamp = Clamp(quantity, 0.3, steps=[1, 2])
    found = trace(scalar, XS, (0.2, 0.1), clamp=clamp)
    vector = trace(VectorLSTM.from_scalar(scalar), [[[x] for x in XS]], ([[0.2]], [[0.1]]),
                   clamp=clamp)  # fmt: skip
    assert found.output == pytest.approx(tuple(vector.output[0, :, 0]), abs=1e-14)
    assert found.output == found[0].h != scalar.run(XS, 0.2, 0.1).h
    assert getattr(found[0], quantity)[1:3] == (0.3, 0.3)
    assert found.state == (found[0].h[-1], found[0].c[-1])
    assert all(isinstance(value, float) for value in found.output)


@pytest.mark.filterwarnings(ONE_DNN)
def test_clamps_find_their_layer_direction_and_projection():
    torch.manual_seed(4)
    lstm = nn.LSTM(2, 5, 2, bidirectional=True, proj_size=2)
    x = torch.randn(6, 3, 2)
    free = trace(lstm, x)
    top = {"layer": 1, "direction": "reverse"}
    clamps = [Clamp("h", 9.0, units=1, **top), Clamp("c", scale=0.0, units=4, **top)]
    held = trace(lstm, x, clamp=clamps)
    for layer, direction in ((0, "forward"), (0, "reverse"), (1, "forward")):
        assert held[layer, direction] == free[layer, direction]
    assert (held.output[..., 3] == 9.0).all()
    assert not held[1, "reverse"].c[..., 4].any()
    assert torch.equal(held.output[..., :2], free.output[..., :2])


def test_the_units_of_a_projected_h_are_the_projected_ones():
    lstm, x = nn.LSTM(2, 5, proj_size=2).double(), torch.ones(3, 1, 2).double()
    assert (trace(lstm, x, clamp=Clamp("h", 0.5)).output == 0.5).all()
    assert (trace(lstm, x, clamp=Clamp("c", 0.5, units=4))[0].c[..., 4] == 0.5).all()
    with pytest.raises(ValueError, match="units must be from 0 to 1, got 2"):
        trace(lstm, x, clamp=Clamp("h", 0.5, units=2))


def test_an_early_clamp_of_a_reverse_layer_reaches_the_steps_walked_after_it():
    torch.manual_seed(4)
    lstm, x = nn.LSTM(2, 3, bidirectional=True), torch.randn(6, 1, 2)
    free, held = trace(lstm, x), trace(lstm, x, clamp=Clamp("c", 2.0, steps=3, direction="reverse"))
    changed = (free[0, "reverse"].h != held[0, "reverse"].h).any(dim=2)[0]
    assert changed.tolist() == [True] * 4 + [False] * 2


def test_clamps_act_in_their_order():
    lstm, x = nn.LSTM(1, 1), torch.randn(3, 1, 1)
    first = trace(lstm, x, clamp=[Clamp("f", 0.5), Clamp("f", scale=0.5)])
    second = trace(lstm, x, clamp=[Clamp("f", scale=0.5), Clamp("f", 0.5)])
    assert (first[0].f == 0.25).all()
    assert (second[0].f == 0.5).all()


@pytest.mark.parametrize("empty", [None, [], (), iter(())])
def test_an_empty_clamp_changes_nothing(empty):
    torch.manual_seed(5)
    for model, x in ((nn.LSTM(2, 3, 2), torch.randn(4, 2, 2)), (ScalarLSTM.published(), XS),
                     (VectorLSTM(1, 2, 3), np.ones((2, 3, 1)))):  # fmt: skip
        free, held = trace(model, x), trace(model, x, clamp=empty)
        assert held.traces == free.traces
        assert np.array_equal(held.output, free.output)


def test_a_clamp_that_changes_no_number_changes_no_bit():
    torch.manual_seed(5)
    for model, x in ((nn.LSTM(2, 3, 2), torch.randn(4, 2, 2)), (ScalarLSTM.published(), XS),
                     (VectorLSTM(1, 2, 3), np.ones((2, 3, 1)))):  # fmt: skip
        free = trace(model, x)
        held = trace(model, x, clamp=[Clamp(name, scale=1.0) for name in "ifgoch"])
        assert held.traces == free.traces
        assert np.array_equal(held.output, free.output)


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"quantity": "x", "value": 1.0}, ValueError, "quantity must be one of i, f, g, o, c, h"),
        ({"quantity": "f"}, ValueError, "a Clamp needs a value, or a scale or add, got none"),
        ({"quantity": "f", "value": 1.0, "scale": 2.0}, ValueError, "got value, scale"),
        ({"quantity": "f", "value": float("nan")}, ValueError, "value must be a finite number"),
        ({"quantity": "f", "scale": float("inf")}, ValueError, "scale must be a finite number"),
        ({"quantity": "f", "value": "1"}, TypeError, "value must be a number"),
        ({"quantity": "f", "value": 1.0, "layer": -1}, ValueError, "layer must be at least 0"),
        ({"quantity": "f", "value": 1.0, "direction": "back"}, ValueError, "direction must be"),
    ],
)
def test_a_clamp_that_means_nothing_is_refused(given, error, says):
    with pytest.raises(error, match=says):
        Clamp(**given)


@pytest.mark.parametrize(
    ("where", "error", "says"),
    [
        ({"units": 3}, ValueError, "units must be from 0 to 2, got 3"),
        ({"units": [0, -1]}, ValueError, r"units\[1\] must be at least 0, got -1"),
        ({"units": "all"}, TypeError, "units must be a whole number, got 'all'"),
        ({"steps": 4}, ValueError, "steps must be from 0 to 3, got 4"),
        ({"steps": slice(7, 9)}, ValueError, "steps must choose at least one of 4"),
        ({"steps": slice(0.5, 2)}, ValueError, "steps must be a slice of whole numbers"),
        ({"batch": [0, 2]}, ValueError, r"batch\[1\] must be from 0 to 1, got 2"),
        ({"units": []}, ValueError, "units must choose at least one of 3"),
        ({"layer": 1}, ValueError, r"clamp\[0\] must be in one of \(0, 'forward'\), got \(1,"),
        ({"direction": "reverse"}, ValueError, r"got \(0, 'reverse'\)"),
    ],
)
def test_a_clamp_outside_is_named(where, error, says):
    for model in (nn.LSTM(2, 3, batch_first=True), VectorLSTM(2, 3)):
        x = np.ones((2, 4, 2), np.float32)
        with pytest.raises(error, match=says):
            trace(model, torch.from_numpy(x) if isinstance(model, nn.Module) else x,
                  clamp=Clamp("f", 1.0, **where))  # fmt: skip


@pytest.mark.parametrize("clamp", ["f", 3, [("f", 1.0)]])
def test_what_is_no_clamp_is_refused(clamp):
    with pytest.raises(TypeError, match="must be a Clamp"):
        trace(ScalarLSTM.published(), XS, clamp=clamp)


# --- the models that record by themselves -----------------------------------------------------


def test_a_scalar_lstm_gives_floats_and_its_own_trace():
    traced = trace(ScalarLSTM.published(), XS, (0.1, -0.2))
    assert traced[0] == ScalarLSTM.published().run(XS, 0.1, -0.2)
    assert (traced.output, traced.state) == traced.result == (traced[0].h, traced.state)


def test_a_vector_lstm_gives_arrays_and_its_own_trace():
    model = VectorLSTM(2, 3, output_size=1)
    x = np.random.default_rng(0).normal(size=(2, 4, 2))
    output, own_trace = model.forward(x)
    traced = trace(model, x)
    assert traced[0] == own_trace
    assert np.array_equal(traced.output, output)
    assert np.array_equal(traced.state[0], own_trace.h[:, -1])


# --- refusals ---------------------------------------------------------------------------------


class Odd(nn.LSTM):
    """An LSTM whose forward is another."""

    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return output * 1.01, state


class Never(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 1)

    def forward(self, x):
        return x


X = torch.zeros(3, 2, 1)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: trace(3, X), TypeError, "model must be a ScalarLSTM, a VectorLSTM or a torch"),
        (lambda: trace(nn.Linear(1, 1), X), ValueError, "a cell of one, got none at"),
        (lambda: trace(nn.Sequential(nn.LSTM(1, 1), nn.GRU(1, 1)), X), ValueError,
         "one LSTM, got '0', '1': name one with path="),
        (lambda: trace(nn.ModuleList([nn.LSTM(1, 1), nn.LSTM(1, 1)]), X), ValueError,
         "one LSTM, got '0', '1': name one with path="),
        (lambda: trace(Tagger(), TOKENS, path="encoder"), ValueError,
         r"path must name an LSTM of the model \('encoder.lstm'\), got 'encoder'"),
        (lambda: trace(Never(), X), ValueError, "in a forward, got no call"),
        (lambda: trace(nn.LSTM(1, 1, 2, dropout=0.5), X), ValueError, r"call model.eval\(\)"),
        (lambda: trace(Odd(1, 1), X + 1), RuntimeError, "trace must give the output that the"),
        (lambda: trace(nn.LSTM(1, 1), [[1.0]]), TypeError, "x must be a tensor or a Packed"),
        (lambda: trace(nn.LSTM(1, 1), X, kwargs=[X]), TypeError, "kwargs must be a dict of arg"),
        (lambda: trace(nn.LSTM(1, 1), X, X), TypeError, r"hx must be a pair \(h_0, c_0\) for an L"),
        (lambda: trace(nn.GRU(1, 1), X, (X, X)), TypeError, "hx must be the tensor h_0 for a GRU"),
        (lambda: trace(nn.LSTM(1, 1), X[:, 0], lengths=[3]), ValueError, "a tensor of 3 axes"),
        (lambda: trace(nn.LSTM(1, 1), X, lengths=[3]), ValueError, "must hold 2 numbers"),
        (lambda: trace(nn.LSTM(1, 1), X, lengths=[3, 4]), ValueError, r"lengths\[1\] must be from"),
        (lambda: trace(nn.LSTM(1, 1), X, lengths=3), TypeError, "lengths must be a sequence"),
        (lambda: trace(Tagger(), TOKENS, lengths=[5, 5]), ValueError, "hx and lengths must be"),
        (lambda: trace(ScalarLSTM.published(), XS, lengths=[4]), ValueError, "lengths must be N"),
        (lambda: trace(VectorLSTM(1, 1), X, path="a"), ValueError, "path must be None for a Vec"),
        (lambda: trace(ScalarLSTM.published(), XS, 0.5), TypeError, "hx must be a pair"),
        (lambda: trace(nn.LSTM(1, 1), X).layer(1), ValueError, r"one of \(0, 'forward'\), got"),
    ],
)  # fmt: skip
def test_what_cannot_be_traced_is_refused_with_a_sentence(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_nan_in_the_input_is_no_difference():
    x = torch.tensor([[[1.0]], [[float("nan")]]])
    traced = trace(nn.LSTM(1, 2), x)
    assert traced.output.isnan().any(dim=2).ravel().tolist() == [False, True]


def test_what_comes_back_is_a_trace():
    assert isinstance(trace(nn.LSTM(1, 2), X)[0], Trace)


def test_a_memory_that_climbed_far_in_float32_is_not_taken_for_another_forward():
    lstm = counter().to_torch().float()
    x = torch.from_numpy(counting([400]).x).float()
    far_up, exact = trace(lstm, x)[0], trace(lstm.double(), x.double())[0]
    assert far_up.c.max() > 300
    assert (far_up.c - exact.c).abs().max() < 0.1
    assert far(far_up.h, exact.h) < 0.01


class Remembers(nn.Module):
    """A module that puts its last state in the place of its buffers."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 3)
        self.register_buffer("h", torch.zeros(1, 1, 3))
        self.register_buffer("c", torch.zeros(1, 1, 3))

    def forward(self, x):
        output, (self.h, self.c) = self.lstm(x, (self.h, self.c))
        return output


def test_a_buffer_that_a_forward_replaces_is_put_back():
    model, x = Remembers(), torch.randn(4, 1, 2)
    h, c = model.h, model.c
    first = trace(model, x).output
    assert model.h is h
    assert model.c is c
    assert torch.equal(trace(model, x).output, first)


def test_a_module_under_autocast_is_opened_in_float32():
    torch.manual_seed(0)
    lstm, x = nn.LSTM(2, 3), torch.randn(4, 1, 2)
    exact = trace(lstm, x)
    with torch.autocast("cpu", torch.bfloat16):
        traced, own = trace(lstm, x), lstm(x)[0]
    assert torch.equal(traced.output, own)
    assert own.dtype == torch.bfloat16
    assert torch.equal(traced[0].c, exact[0].c)


@pytest.mark.parametrize(
    "units",
    [torch.tensor([0, 2]), torch.tensor(2), np.array([0, 2]), [0, 2], (k for k in (0, 2))],
    ids=["tensor", "tensor of one", "array", "list", "generator"],
)
def test_a_clamp_takes_units_in_any_form_and_can_be_used_twice(units):
    lstm, x, clamp = nn.LSTM(2, 3), torch.randn(4, 1, 2), Clamp("f", 0.25, units=units)
    for _ in range(2):
        f = trace(lstm, x, clamp=clamp)[0].f
        assert (f[..., 2] == 0.25).all()
        assert not (f[..., 1] == 0.25).any()


def test_clamps_of_the_same_units_in_arrays_are_equal():
    assert Clamp("f", 0.0, units=np.array([0, 2])) == Clamp("f", 0.0, units=torch.tensor([0, 2]))
    assert Clamp("f", 0.0, units=np.array([0, 2])) != Clamp("f", 0.0, units=np.array([0, 1]))


@pytest.mark.parametrize("of", [torch.tensor, np.array, lambda number: np.array([number])])
def test_a_clamp_takes_a_tensor_that_holds_one_number_for_a_number(of):
    held = Clamp("f", of(0.25), units=of(1), steps=slice(of(2), of(4)), batch=[of(0)], layer=of(0))
    plain = Clamp("f", 0.25, units=1, steps=slice(2, 4), batch=[0])
    lstm, x = nn.LSTM(2, 3), torch.randn(4, 1, 2)
    assert (trace(lstm, x, clamp=held)[0].c == trace(lstm, x, clamp=plain)[0].c).all()
    assert Clamp("c", scale=of(2.0), add=of(1)) == Clamp("c", scale=2.0, add=1.0)
    assert Clamp("c", 1.0, units=(of(0), 1)) == Clamp("c", 1.0, units=(0, 1))
    assert type(held.layer) is int


@pytest.mark.parametrize("value", [np.array(True), np.array("1"), np.ones(0), [1.0, 2.0]])
def test_an_array_of_no_or_several_numbers_is_no_number(value):
    with pytest.raises(TypeError, match="value must be a number"):
        Clamp("f", value)


# --- how far its own results may be from the module's -------------------------------------------


class Off(nn.LSTM):
    """An LSTM whose own output is a little off."""

    by = 0.0

    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return output + self.by, state


@pytest.mark.parametrize(
    ("dtype", "on_cuda", "allow_tf32", "limit"),
    [
        (torch.float64, False, True, 1e-9),
        (torch.float32, False, True, 1e-4),
        (torch.float32, True, False, 1e-4),
        (torch.float32, True, True, 1e-2),
        (torch.float64, True, True, 1e-9),
    ],
)
def test_results_may_differ_as_far_as_the_device_rounds(
    dtype, on_cuda, allow_tf32, limit, monkeypatch
):
    monkeypatch.setattr(torch.Tensor, "is_cuda", property(lambda tensor: on_cuda))
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", allow_tf32)
    torch.manual_seed(0)
    lstm, x = Off(2, 3, dtype=dtype), torch.randn(4, 5, 2, dtype=dtype)
    lstm.by = 0.9 * limit
    assert trace(lstm, x)[0].c.abs().max() < 1
    lstm.by = 20 * limit
    with pytest.raises(RuntimeError, match="trace must give the output that the module itself"):
        trace(lstm, x)


@pytest.mark.parametrize("part", [1, 2])
def test_the_last_states_are_compared_too(part):
    class OffAtTheEnd(nn.LSTM):
        def forward(self, input, hx=None):
            output, state = super().forward(input, hx)
            return output, tuple(s + 0.1 * (k == part) for k, s in enumerate(state, 1))

    with pytest.raises(RuntimeError, match=f"the {('h_n', 'c_n')[part - 1]} that the module"):
        trace(OffAtTheEnd(2, 3), torch.zeros(4, 1, 2))


def test_nothing_to_compare_is_equal():
    traced = trace(nn.LSTM(2, 3), torch.zeros(4, 0, 2))
    assert traced.output.shape == (4, 0, 3)
    assert traced[0].c.shape == (0, 4, 3)


class Elsewhere(nn.Module):
    """A module that says that it has a parameter and a buffer on each of two GPUs."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 3)

    def parameters(self, recurse=True):
        there = [types.SimpleNamespace(device=torch.device("cuda", k)) for k in (3, 1)]
        return iter([*super().parameters(), there[0], there[1], there[0]])

    def buffers(self, recurse=True):
        return iter([types.SimpleNamespace(device=torch.device("cuda", 2))])

    def forward(self, x):
        DICE["cuda:1"], DICE["cuda:2"], DICE["cuda:3"] = torch.ones(3)
        torch.rand(1)
        return self.lstm(x)[0]


DICE = {}


def test_the_generators_of_its_devices_are_put_back(monkeypatch):
    def place(device):
        return f"cuda:{device}" if isinstance(device, int) else str(device)

    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: DICE[place(device)])
    monkeypatch.setattr(
        torch.cuda, "set_rng_state", lambda state, device: DICE.update({place(device): state})
    )
    DICE.update({f"cuda:{k}": torch.tensor(k / 8) for k in (1, 2, 3)})
    model = Elsewhere()
    before, dice = dict(DICE), torch.get_rng_state()
    trace(model, torch.zeros(4, 1, 2))
    assert before == DICE
    assert torch.equal(torch.get_rng_state(), dice)


class Writes(nn.Module):
    """A module that writes to a buffer, and may fail after it."""

    def __init__(self, fails):
        super().__init__()
        self.lstm, self.fails = nn.LSTM(2, 3), fails
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        self.calls += 1
        output = self.lstm(x)[0]
        if self.fails:
            raise KeyError("after the LSTM")
        return output


def test_a_buffer_that_a_failed_forward_wrote_is_put_back():
    for fails in (False, True):
        model = Writes(fails)
        with contextlib.suppress(KeyError):
            trace(model, torch.zeros(4, 1, 2))
        assert model.calls == 0
        assert not model.lstm._forward_hooks


def test_a_buffer_that_nothing_wrote_is_not_written_either():
    model = Tagger().eval()
    version = model.norm.running_mean._version
    trace(model, TOKENS)
    assert model.norm.running_mean._version == version


@pytest.mark.filterwarnings("ignore:.*torch.jit.script.*:DeprecationWarning")
def test_a_closed_module_is_refused_by_its_name():
    scripted = torch.jit.script(nn.LSTM(1, 1))
    with pytest.raises(ValueError, match=r"ScriptModule, which .* has closed: trace the"):
        trace(scripted, X)
