"""Variants of the LSTM and the GRU: against torch, onnxruntime and the equations of the papers."""

import random

import numpy as np
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from benchmarks.variants import KINDS, SIZES, TABLE, Reader, store, stored, trained, units_of
from lstm_lib.variants import GRU, NAMED, Parts, Variant


def far(found, expected):
    """Return the distance relative to the size of `expected`."""
    return ((found - expected).norm() / expected.norm().clamp(min=1e-30)).item()


def setting(k):
    """Return sizes, and a sequence and a state of a random setting."""
    draw = random.Random(k)
    torch.manual_seed(k)
    sizes = draw.randint(1, 4), draw.randint(1, 6)
    steps, batch = draw.randint(1, 9), draw.randint(1, 4)
    x = torch.randn(steps, batch, sizes[0], dtype=torch.float64, requires_grad=True)
    states = torch.randn(2, 1, batch, sizes[1], dtype=torch.float64)
    return sizes, x, states if draw.random() < 0.5 else None


def results(module, x, hx):
    """Return the outputs, the state, and the gradients of a loss by all parameters and x."""
    output, state = module(x, hx)
    parts = state if isinstance(state, tuple) else (state,)
    loss = (output**2).sum() + sum((part**3).sum() for part in parts)
    named = dict(module.named_parameters())
    gradients = torch.autograd.grad(loss, [*named.values(), x])
    return [output, *parts, *gradients]


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_it_is_torchs_own_in_values_and_gradients(kind):
    for k in range(200):
        sizes, x, states = setting(k)
        theirs = getattr(nn, kind)(*sizes).double()
        mine = (Variant if kind == "LSTM" else GRU)(*sizes).double()
        mine.load_state_dict(theirs.state_dict())
        hx = None if states is None else tuple(states) if kind == "LSTM" else states[0]
        for found, expected in zip(results(mine, x, hx), results(theirs, x, hx), strict=True):
            assert far(found, expected) <= 1e-10


def by_the_paper(model, x, name):
    """Return h of every step by the equations of Greff et al. (2017), in NumPy, step by step."""
    size, options = model.hidden_size, NAMED[name]
    numbers = {n: p.detach().numpy() for n, p in model.named_parameters()}
    rows = {n: slice(k * size, (k + 1) * size) for k, n in enumerate(model.names)}
    peeps = numbers.get("weight_peep")

    def total(gate, x_t, h, memory, gates):
        z = x_t @ numbers["weight_ih_l0"][rows[gate]].T + h @ numbers["weight_hh_l0"][rows[gate]].T
        z = z + (numbers["bias_ih_l0"] + numbers["bias_hh_l0"])[rows[gate]]
        if gate == "g":
            return z
        k = "ifo".index(gate) if len(model.gates) == 3 else model.gates.index(gate)
        z = z if peeps is None else z + peeps[k] * memory
        if options.gate_recurrence:
            mixed = numbers["weight_gates"][k * size : (k + 1) * size]
            z = z + np.concatenate(gates, axis=1) @ mixed.T
        return z

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    h = c = np.zeros((x.shape[1], size))
    one = np.ones_like(c)
    gates, found = [0 * one] * 3, []
    for x_t in x:
        i = sigmoid(total("i", x_t, h, c, gates)) if options.input_gate else one
        f = one
        if options.coupled:
            f = 1 - i
        elif options.forget_gate:
            f = sigmoid(total("f", x_t, h, c, gates))
        g = total("g", x_t, h, c, gates)
        c = f * c + i * (np.tanh(g) if options.input_activation else g)
        o = sigmoid(total("o", x_t, h, c, gates)) if options.output_gate else one
        h = o * (np.tanh(c) if options.output_activation else c)
        gates = [i, f, o]
        found.append(h)
    return np.stack(found)


@pytest.mark.parametrize("name", NAMED)
def test_every_variant_follows_the_equations_of_the_paper(name):
    for seed in range(20):
        (input_size, hidden_size), x, _ = setting(seed)
        model = Variant.named(name, input_size, hidden_size).double()
        expected = by_the_paper(model, x.detach().numpy(), name)
        np.testing.assert_allclose(model(x)[0].detach().numpy(), expected, rtol=1e-10, atol=1e-12)


def test_all_variants_are_different_and_have_their_own_parameters():
    x = torch.randn(6, 2, 3)
    counts, outputs = {}, []
    for name in NAMED:
        torch.manual_seed(0)
        model = Variant.named(name, 3, 4)
        counts[name] = sum(p.numel() for p in model.parameters())
        outputs.append(model(x)[0])
    assert counts["vanilla"] == 4 * 4 * (3 + 4 + 2)
    for name in ("no input gate", "no forget gate", "no output gate", "coupled gates"):
        assert counts[name] == 3 * 4 * (3 + 4 + 2)
    assert counts["peepholes"] == counts["vanilla"] + 3 * 4
    assert counts["full gate recurrence"] == counts["vanilla"] + 9 * 16
    for k, one in enumerate(outputs):
        assert all(not torch.allclose(one, other) for other in outputs[:k])


def test_peepholes_are_those_of_onnx():
    torch.manual_seed(0)
    model, x = Variant.named("peepholes", 3, 4), torch.randn(7, 2, 3)
    iofc = [0, 3, 1, 2]  # where ONNX's gates stand in ours, i, f, g, o

    def reordered(values):
        return torch.cat([values.chunk(4)[k] for k in iofc]).detach().numpy()[None]

    both = np.concatenate([reordered(model.bias_ih_l0), reordered(model.bias_hh_l0)], axis=1)
    peep = model.weight_peep.detach().numpy()[[0, 2, 1]].reshape(1, -1)  # i, o, f
    weights = {"W": reordered(model.weight_ih_l0), "R": reordered(model.weight_hh_l0)}
    weights |= {"B": both, "P": peep}
    node = helper.make_node(
        "LSTM", ["x", "W", "R", "B", "", "", "", "P"], ["y"], hidden_size=4, direction="forward"
    )
    graph = helper.make_graph(
        [node],
        "peepholes",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [7, 2, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [7, 1, 2, 4])],
        [numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    opset = [helper.make_opsetid("", 14)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=8)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    (found,) = session.run(None, {"x": x.numpy()})
    np.testing.assert_allclose(model(x)[0].detach().numpy(), found[:, 0], atol=1e-6)


def test_the_reset_gate_stands_where_it_is_asked_for():
    torch.manual_seed(0)
    before, x = GRU(2, 3, reset="before").double(), torch.randn(5, 1, 2).double()
    weights = {n: p.detach() for n, p in before.named_parameters()}
    h, found = torch.zeros(1, 3).double(), []
    for x_t in x:
        x_r, x_z, x_n = (x_t @ weights["weight_ih_l0"].T + weights["bias_ih_l0"]).chunk(3, 1)
        u_r, u_z, u_n = weights["weight_hh_l0"].chunk(3)
        b_r, b_z, b_n = weights["bias_hh_l0"].chunk(3)
        r, z = torch.sigmoid(x_r + h @ u_r.T + b_r), torch.sigmoid(x_z + h @ u_z.T + b_z)
        h = (1 - z) * torch.tanh(x_n + (r * h) @ u_n.T + b_n) + z * h
        found.append(h)
    torch.testing.assert_close(before(x)[0].detach(), torch.stack(found))
    after = GRU(2, 3).double()
    after.load_state_dict(before.state_dict())
    assert far(after(x)[0], before(x)[0]) > 1e-3


@pytest.mark.parametrize("name", NAMED)
def test_a_trace_has_every_gate_and_1_where_there_is_none(name):
    torch.manual_seed(0)
    model, x = Variant.named(name, 3, 4), torch.randn(6, 2, 3)
    trace = model.trace(x)
    torch.testing.assert_close(trace.h.transpose(0, 1), model(x)[0].detach())
    for gate in "ifo":
        missing = gate not in model.gates and not (gate == "f" and model.parts.coupled)
        assert bool(getattr(trace, gate).eq(1).all()) == missing
    torch.testing.assert_close(trace.c[:, 1:], trace.f[:, 1:] * trace.c[:, :-1]
                               + trace.i[:, 1:] * trace.g[:, 1:])  # fmt: skip
    gru = GRU(3, 4)
    torch.testing.assert_close(gru.trace(x).h.transpose(0, 1), gru(x)[0].detach())


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Parts(coupled=True, forget_gate=False), "coupled must be False"),
        (lambda: Variant.named("no gate", 2, 3), "name must be one of vanilla, no input gate"),
        (lambda: Variant(0, 3), "input_size must be at least 1, got 0"),
        (
            lambda: Variant(2, 3)(torch.zeros(4, 1, 3)),
            r"x must have shape \(seq_len, batch_size, 2",
        ),
        (lambda: GRU(2, 3, reset="there"), "reset must be 'after' or 'before', got 'there'"),
    ],
)
def test_what_is_no_variant_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


# --- the table of the benchmark ---------------------------------------------------------------


def test_the_table_holds_every_variant_on_every_task_from_ten_starts():
    rows = list(stored(TABLE))
    assert {row[:3] for row in rows} == {(t, k, s) for t in SIZES for k in KINDS for s in range(10)}
    assert len(rows) == len(SIZES) * len(KINDS) * 10
    sizes = {(task, kind): units_of(task, kind) for task in SIZES for kind in KINDS}
    for row in rows:
        assert row.units == sizes[row.task, row.variant]
        assert row.parameters == Reader(row.task, row.variant, row.units).size
        assert row.right == 1 or not row.solved
        assert row.memory >= 0


def test_a_row_of_the_table_is_what_the_code_gives_today():
    solved = (row for row in stored(TABLE) if row.task == "temporal order" and row.solved)
    quickest = min(solved, key=lambda row: row.read)
    again = trained(*quickest[:3])
    assert again[:6] == quickest[:6]
    assert again.read == pytest.approx(quickest.read, rel=0.3)  # rounding grows


def test_a_table_that_was_stopped_goes_on(tmp_path):
    rows = list(stored(TABLE))[:7]
    store(tmp_path / "table.csv", rows[::-1])
    assert list(stored(tmp_path / "table.csv")) == rows
    assert list(stored(tmp_path / "none.csv")) == []
