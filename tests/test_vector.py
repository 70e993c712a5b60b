"""The NumPy LSTM against torch, against central differences, against the scalar LSTM."""

import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_lib.course.tasks.bits import delayed_recall
from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import Adam as ScalarAdam
from lstm_lib.learning import Adam, bce_with_logits, clip_by_norm, mse, sigmoid
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Step, Trace
from lstm_lib.vector import VectorLSTM, cell, cell_backward

SETTINGS = 200
STEP = 1e-5  # of the central differences
GOOD = VectorLSTM(2, 3, seed=1)
X = np.random.default_rng(5).normal(size=(4, 6, 2))


def far(found, expected):
    """Return the distance between two arrays, relative to the size of the second."""
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    size = np.linalg.norm(expected)
    return np.linalg.norm(found - expected) / size if size else np.linalg.norm(found)


@cache
def cases(count=SETTINGS, longest=30):
    """(model, x, h0, c0, d_outputs, d_h_n, d_c_n): all sizes, every length, half with a state."""
    draw, made = np.random.default_rng(7), []
    for k in range(count):
        sizes = [int(draw.integers(1, most + 1)) for most in (6, 8)]
        read_out = None if k % 3 else int(draw.integers(1, 4))
        model = VectorLSTM(*sizes, read_out, seed=k, forget_bias=1.0 if k % 5 == 0 else None)
        batch_size, seq_len = int(draw.integers(1, 6)), 1 + k % longest
        states = [draw.normal(size=(batch_size, sizes[1])) for _ in range(4)]
        h0, c0 = states[:2] if k % 2 else (None, None)
        d_outputs = draw.normal(size=(batch_size, seq_len, read_out or sizes[1]))
        x = draw.normal(size=(batch_size, seq_len, sizes[0]))
        made.append((model, x, h0, c0, d_outputs, *(states[2:] if k % 4 > 1 else (None, None))))
    return made


def zeros_or(values, model, x):
    return np.zeros((len(x), model.hidden_size)) if values is None else values


def by_torch(model, x, h0, c0, d_outputs, d_h_n, d_c_n):
    """Return outputs, h_n, c_n and every gradient by nn.LSTM, nn.Linear and autograd."""
    twin = model.to_torch()
    leaves = {"x": x, "h0": zeros_or(h0, model, x), "c0": zeros_or(c0, model, x)}
    leaves = {name: torch.tensor(a, requires_grad=True) for name, a in leaves.items()}
    state = None if h0 is None else (leaves["h0"][None], leaves["c0"][None])
    outputs, (h_n, c_n) = twin(leaves["x"], state)
    leaves |= dict(twin.named_parameters())
    if model.output_size is not None:
        linear = model.read_out_to_torch()
        outputs = linear(outputs)
        leaves |= {f"{name}_out": p for name, p in linear.named_parameters()}
    ends = [torch.tensor(zeros_or(d, model, x)) for d in (d_h_n, d_c_n)]
    loss = (outputs * torch.tensor(d_outputs)).sum()
    (loss + (h_n[0] * ends[0]).sum() + (c_n[0] * ends[1]).sum()).backward()
    gradients = {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    return outputs.detach(), h_n[0].detach(), c_n[0].detach(), gradients


# --- against torch ----------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(4))
def test_outputs_states_and_every_gradient_equal_torch(part):
    for case in cases()[part::4]:
        model, x, h0, c0, d_outputs, d_h_n, d_c_n = case
        outputs, trace = model.forward(x, h0, c0)
        gradients = model.backward(trace, d_outputs, d_h_n, d_c_n)
        expected, h_n, c_n, slopes = by_torch(*case)
        assert far(outputs, expected) <= 1e-10
        assert far(trace.prediction, h_n) <= 1e-10
        assert far(trace.c[:, -1], c_n) <= 1e-10
        assert set(gradients) == {*model.parameters, "x", "h0", "c0"}
        for name, slope in slopes.items():
            assert far(gradients[name], slope) <= 1e-10, name
        assert set(gradients) - set(slopes) <= {"h0", "c0"}  # torch has none where none is given


def test_the_gates_equal_those_of_the_torch_cell_step_by_step():
    model = VectorLSTM(2, 3, seed=3)
    _, trace = model.forward(X)
    w = {name: torch.tensor(values) for name, values in model.parameters.items()}
    for step in trace:
        x, h = torch.tensor(step.x), torch.tensor(step.h_prev)
        z = x @ w["weight_ih_l0"].T + h @ w["weight_hh_l0"].T + w["bias_ih_l0"] + w["bias_hh_l0"]
        i, f, g, o = z.chunk(4, dim=1)
        for name, value in (("i", i.sigmoid()), ("f", f.sigmoid()), ("g", g.tanh())):
            assert far(getattr(step, name), value) <= 1e-14
        assert far(step.o, o.sigmoid()) <= 1e-14
        assert far(step.c, step.f * step.c_prev + step.i * step.g) <= 1e-15
        assert far(step.h, step.o * np.tanh(step.c)) <= 1e-15


def test_the_same_training_through_nn_lstm_gives_the_same_losses():
    model = VectorLSTM(2, 8, 1, seed=2)
    twin, linear = model.to_torch(), model.read_out_to_torch()
    parameters = [*twin.parameters(), *linear.parameters()]
    ours, theirs = Adam(0.003, max_norm=0.1), torch.optim.Adam(parameters, lr=0.003)
    for update in range(200):
        x, targets, asked = delayed_recall(8, width=2, gap=3, seed=update)
        outputs, trace = model.forward(x)
        loss, d_outputs = bce_with_logits(outputs, targets, asked)
        ours.update(model.parameters, model.backward(trace, d_outputs))
        theirs.zero_grad()
        logits = linear(twin(torch.tensor(x))[0])[torch.tensor(asked)]
        expected = torch.nn.functional.binary_cross_entropy_with_logits(
            logits, torch.tensor(targets[asked])
        )
        expected.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 0.1)
        theirs.step()
        assert loss == pytest.approx(expected.item(), abs=1e-9, rel=0)
    assert far(model.parameters["weight_hh_l0"], twin.weight_hh_l0.detach()) <= 1e-8


# --- against central differences ----------------------------------------------------------------


def slopes_of(loss, values):
    """Return the central differences of `loss()` for each number of the array `values`."""
    slopes = np.empty_like(values)
    for place in np.ndindex(values.shape):
        at = values[place]
        values[place] = at + STEP
        above = loss()
        values[place] = at - STEP
        slopes[place] = (above - loss()) / (2 * STEP)
        values[place] = at
    return slopes


@pytest.mark.parametrize("case", cases(8, 8), ids=range(8))
def test_every_gradient_equals_central_differences(case):
    model, x, h0, c0, d_outputs, d_h_n, d_c_n = case
    h0, c0, d_h_n, d_c_n = (zeros_or(values, model, x) for values in (h0, c0, d_h_n, d_c_n))

    def loss():
        outputs, trace = model.forward(x, h0, c0)
        ends = (trace.h[:, -1] * d_h_n).sum() + (trace.c[:, -1] * d_c_n).sum()
        return (outputs * d_outputs).sum() + ends

    gradients = model.backward(model.forward(x, h0, c0)[1], d_outputs, d_h_n, d_c_n)
    for name, values in {**model.parameters, "x": x, "h0": h0, "c0": c0}.items():
        assert far(gradients[name], slopes_of(loss, values)) <= 1e-6, name


@pytest.mark.parametrize("loss", [mse, bce_with_logits])
@pytest.mark.parametrize("masked", [False, True])
def test_the_gradients_of_the_losses_equal_central_differences(loss, masked):
    draw = np.random.default_rng(0)
    outputs, targets = draw.normal(size=(3, 4)), draw.uniform(size=(3, 4))
    asked = draw.uniform(size=(3, 4)) > 0.5 if masked else None
    slopes = slopes_of(lambda: loss(outputs, targets, asked)[0], outputs)
    assert far(loss(outputs, targets, asked)[1], slopes) <= 1e-8


def test_a_step_back_is_the_derivative_of_a_step():
    draw = np.random.default_rng(0)
    z, c = draw.normal(size=(3, 8)), draw.normal(size=(3, 2))
    d_h, d_c = draw.normal(size=(2, 3, 2))

    def loss(z, c):
        *_, c_new, h_new = cell(z, c)
        return np.sum(d_h * h_new + d_c * c_new)

    i, f, g, o, c_new, h_new = cell(z, c)
    found = cell_backward(Step(None, None, c, i, f, g, o, c_new, h_new), d_h, d_c)
    for place, slope in zip((z, c), found, strict=True):
        for k in np.ndindex(place.shape):
            up, down = place.copy(), place.copy()
            up[k], down[k] = up[k] + STEP, down[k] - STEP
            ends = (loss(up, c), loss(down, c)) if place is z else (loss(z, up), loss(z, down))
            assert abs(slope[k] - (ends[0] - ends[1]) / (2 * STEP)) <= 1e-8


# --- against the scalar LSTM --------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_one_unit_is_the_scalar_lstm(seed):
    scalar = ScalarLSTM.from_numbers(np.random.default_rng(seed).normal(size=12).tolist())
    model = VectorLSTM.from_scalar(scalar)
    xs = np.random.default_rng(seed).normal(size=5 * seed + 1)
    trace = model.forward(xs[None, :, None], [[0.3]], [[-0.8]])[1].select()
    expected = scalar.run(xs.tolist(), h0=0.3, c0=-0.8)
    for name in ("x", *"ifgoch"):
        assert far(getattr(trace, name), getattr(expected, name)) <= 1e-13
    assert (trace.h0, trace.c0) == (0.3, -0.8)
    assert model.to_scalar() == scalar


def test_one_unit_has_the_gradients_of_the_scalar_lstm():
    scalar, (_, (xs, target)) = ScalarLSTM.published(), companies()
    model = VectorLSTM.from_scalar(scalar)
    outputs, trace = model.forward(np.reshape(xs, (1, -1, 1)))
    d_outputs = np.zeros_like(outputs)
    loss, d_outputs[:, -1] = mse(outputs[:, -1], [[target]])
    gradients = model.backward(trace, d_outputs)
    expected_loss, expected = scalar.gradients(xs, target)
    assert loss == pytest.approx(expected_loss, rel=1e-12)
    for row, name in enumerate("ifgo"):
        found = [gradients[n].flat[row] for n in ("weight_hh_l0", "weight_ih_l0", "bias_ih_l0")]
        assert far(found, getattr(expected, name)) <= 1e-12
    assert (gradients["bias_ih_l0"] == gradients["bias_hh_l0"]).all()


def test_the_published_numbers_predict_the_same_in_nn_lstm():
    twin = VectorLSTM.from_scalar(ScalarLSTM.published()).to_torch()
    x = torch.tensor([pair.xs for pair in companies()], dtype=torch.float64)[:, :, None]
    said = twin(x)[0][:, -1, 0].tolist()
    assert said == pytest.approx([0.0022, 0.9693], abs=5e-5)
    assert VectorLSTM.from_torch(twin).to_scalar() == ScalarLSTM.published()


def test_the_two_biases_are_added_into_one():
    model = VectorLSTM(1, 1, seed=4)
    scalar = model.to_scalar()
    assert scalar.predict((0.2, -1.0)) == pytest.approx(
        model.forward([[[0.2], [-1.0]]])[0][0, -1, 0], rel=1e-13
    )
    assert model.parameters["bias_hh_l0"].all()


# --- from and to torch --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_weights_go_to_torch_and_come_back(dtype):
    model = VectorLSTM(3, 4, 2, seed=9, dtype=dtype)
    back = VectorLSTM.from_torch(model.to_torch(), model.read_out_to_torch())
    assert (back.input_size, back.hidden_size, back.output_size) == (3, 4, 2)
    for name, values in model.parameters.items():
        assert back.parameters[name].dtype == dtype
        assert (back.parameters[name] == values).all()


def test_weights_are_copied_not_shared():
    model = VectorLSTM(2, 3)
    twin = model.to_torch()
    back = VectorLSTM.from_torch(twin)
    with torch.no_grad():
        twin.weight_ih_l0.zero_()
    assert model.parameters["weight_ih_l0"].all()
    assert back.parameters["weight_ih_l0"].all()


def test_a_torch_layer_without_biases_has_zero_biases():
    twin = torch.nn.LSTM(2, 3, bias=False, batch_first=True)
    x = torch.randn(2, 5, 2, generator=torch.Generator().manual_seed(0))
    model = VectorLSTM.from_torch(twin)
    assert not model.parameters["bias_ih_l0"].any()
    assert far(model.forward(x.numpy())[0], twin(x)[0].detach()) <= 1e-6


# --- what it starts from ------------------------------------------------------------------------


def test_it_starts_uniform_in_one_over_root_hidden_size():
    model = VectorLSTM(20, 100, 30, seed=0)
    for values in model.parameters.values():
        assert np.abs(values).max() <= 0.1
    for name in ("weight_ih_l0", "weight_hh_l0", "weight_out"):
        values = model.parameters[name]
        assert np.std(values) == pytest.approx(0.1 / 3**0.5, rel=0.03)
        assert abs(values.mean()) < 0.003
    assert not (model.parameters["bias_ih_l0"] == model.parameters["bias_hh_l0"]).any()


def test_its_shapes_are_those_of_torch():
    model = VectorLSTM(3, 4, 2)
    expected = {n: tuple(p.shape) for n, p in torch.nn.LSTM(3, 4).named_parameters()}
    expected |= {"weight_out": (2, 4), "bias_out": (2,)}
    assert {n: p.shape for n, p in model.parameters.items()} == model.shapes == expected


def test_a_seed_says_everything():
    one, same, other = (VectorLSTM(2, 3, seed=seed).parameters for seed in (1, 1, 2))
    assert all((one[name] == same[name]).all() for name in one)
    assert not any((one[name] == other[name]).any() for name in one)


def test_the_forget_bias_is_the_sum_of_the_two_and_of_the_forget_gate_alone():
    model, plain = VectorLSTM(2, 3, seed=1, forget_bias=1.5), VectorLSTM(2, 3, seed=1)
    both, other = (m.parameters["bias_ih_l0"] + m.parameters["bias_hh_l0"] for m in (model, plain))
    assert both[3:6].tolist() == [1.5] * 3
    assert (np.delete(both, slice(3, 6)) == np.delete(other, slice(3, 6))).all()


def test_it_says_its_sizes():
    assert repr(GOOD) == "VectorLSTM(2, 3, dtype=float64)"
    assert repr(VectorLSTM(2, 3, 1, dtype=np.float32)) == (
        "VectorLSTM(2, 3, output_size=1, dtype=float32)"
    )


# --- shapes and dtypes --------------------------------------------------------------------------

small = st.integers(1, 5)


@settings(max_examples=60, deadline=None)
@given(small, small, st.none() | small, small, st.integers(1, 7), st.sampled_from(["f4", "f8"]))
def test_every_shape_and_dtype_is_as_said(inputs, hidden, output, batch, seq_len, dtype):
    model = VectorLSTM(inputs, hidden, output, dtype=dtype)
    x = np.random.default_rng(0).normal(size=(batch, seq_len, inputs))
    outputs, trace = model.forward(x)
    assert outputs.shape == (batch, seq_len, output or hidden)
    assert len(trace) == seq_len
    assert (trace.batch_size, trace.input_size, trace.hidden_size) == (batch, inputs, hidden)
    for name in "ifgoch":
        assert getattr(trace, name).shape == (batch, seq_len, hidden)
        assert getattr(trace, name).dtype == dtype
    gradients = model.backward(trace, np.ones(outputs.shape))
    expected = model.shapes | {"x": x.shape, "h0": (batch, hidden), "c0": (batch, hidden)}
    assert {name: d.shape for name, d in gradients.items()} == expected
    assert {d.dtype for d in gradients.values()} | {outputs.dtype} == {np.dtype(dtype)}
    Adam(0.1, max_norm=1.0).update(model.parameters, gradients)
    assert {p.dtype for p in model.parameters.values()} == {np.dtype(dtype)}


@settings(max_examples=30, deadline=None)
@given(small, st.integers(2, 8), st.data())
def test_a_run_may_be_cut_in_two_and_a_batch_into_its_sequences(batch, seq_len, data):
    model = VectorLSTM(2, 3, 1, seed=8)
    x = np.random.default_rng(batch).normal(size=(batch, seq_len, 2))
    cut = data.draw(st.integers(1, seq_len - 1))
    whole, trace = model.forward(x)
    first, before = model.forward(x[:, :cut])
    second, _ = model.forward(x[:, cut:], before.h[:, -1], before.c[:, -1])
    assert far(np.concatenate([first, second], axis=1), whole) <= 1e-13
    alone = [model.forward(x[b : b + 1])[0][0] for b in range(batch)]
    assert far(alone, whole) <= 1e-13
    assert far(trace.select(batch - 1, 2).h, trace.h[-1, :, 2]) == 0


def test_single_precision_is_close_to_double():
    double, single = (VectorLSTM(2, 8, 1, seed=1, dtype=dtype) for dtype in ("f8", "f4"))
    (outputs, trace), (close, close_trace) = double.forward(X), single.forward(X)
    assert 0 < far(close, outputs) < 1e-5
    expected = double.backward(trace, outputs)
    for name, d in single.backward(close_trace, close).items():
        assert far(d, expected[name]) < 1e-4, name


def test_saturated_gates_overflow_nothing():
    for dtype in ("f4", "f8"):
        model = VectorLSTM(1, 2, dtype=dtype)
        model.parameters["weight_ih_l0"][:] = 1e6
        outputs, trace = model.forward([[[1.0], [-1.0], [1.0]]])
        assert trace.f[0, :, 0].tolist() == [1.0, 0.0, 1.0]
        assert all(np.isfinite(d).all() for d in model.backward(trace, outputs).values())
    assert sigmoid(np.array([-800.0, 0.0, 800.0])).tolist() == [0.0, 0.5, 1.0]


def test_what_forward_returns_shares_no_memory_with_what_it_was_given():
    x, h0 = X.copy(), np.ones((4, 3))
    outputs, trace = GOOD.forward(x, h0)
    outputs[:] = x[:] = h0[:] = 7.0
    assert (trace.x == X).all()
    assert (trace.h0 == 1).all()
    assert not (trace.h == 7).any()


# --- losses, clipping, Adam ---------------------------------------------------------------------


@pytest.mark.parametrize("masked", [False, True])
def test_losses_equal_those_of_torch(masked):
    draw = np.random.default_rng(1)
    outputs, targets = draw.normal(size=(4, 5, 1)) * 9, draw.uniform(size=(4, 5, 1))
    asked = draw.uniform(size=targets.shape) > 0.4 if masked else np.ones(targets.shape, bool)
    pairs = (
        (mse, torch.nn.functional.mse_loss),
        (bce_with_logits, torch.nn.functional.binary_cross_entropy_with_logits),
    )
    for ours, theirs in pairs:
        leaf, where = torch.tensor(outputs, requires_grad=True), torch.tensor(asked)
        expected = theirs(leaf[where], torch.tensor(targets)[where])
        expected.backward()
        loss, gradient = ours(outputs, targets, asked if masked else None)
        assert isinstance(loss, float)
        assert loss == pytest.approx(expected.item(), rel=1e-13)
        assert far(gradient, leaf.grad) <= 1e-13


def test_cross_entropy_is_safe_far_out():
    loss, gradient = bce_with_logits([1000.0, -1000.0, 1000.0, -1000.0], [1, 0, 0, 1])
    assert loss == 500.0
    assert gradient.tolist() == [0.0, 0.0, 0.25, -0.25]
    assert bce_with_logits([0.0], [1])[0] == pytest.approx(np.log(2), rel=1e-15)


def test_losses_keep_single_precision():
    for loss in (mse, bce_with_logits):
        assert loss(np.ones(3, "f4"), np.zeros(3))[1].dtype == np.float32
        assert loss(np.ones(3, int), np.zeros(3))[1].dtype == np.float64


def test_clipping_keeps_the_direction_and_short_gradients():
    gradients = {"a": np.array([3.0, 0.0]), "b": np.array([[4.0]])}  # length 5
    clipped = clip_by_norm(gradients, 1.0)
    assert clipped["a"] == pytest.approx([0.6, 0.0], rel=1e-6)
    assert clipped["b"] == pytest.approx(np.array([[0.8]]), rel=1e-6)
    assert (clip_by_norm(gradients, 6.0)["a"] == gradients["a"]).all()
    assert gradients["b"] == 4.0
    assert not clip_by_norm({"a": np.zeros(2)}, 1.0)["a"].any()


def test_adam_clips_by_the_parameters_alone():
    model, calm = ({"w": np.zeros(2)} for _ in range(2))
    loud, quiet = Adam(0.1, max_norm=1.0), Adam(0.1, max_norm=1.0)
    for size in (3.0, 0.1):
        d = np.array([size, -0.5])
        loud.update(model, {"w": d, "x": np.full(9, 1e6)})
        quiet.update(calm, {"w": d})
    assert (model["w"] == calm["w"]).all()


def test_adam_is_that_of_the_scalar_part():
    draw, model = np.random.default_rng(3), {"w": np.ones(4)}
    row, ours, theirs = [1.0] * 4, Adam(0.05), ScalarAdam(0.05)
    for _ in range(20):
        d = draw.normal(size=4)
        ours.update(model, {"w": d})
        row = theirs.update(row, d.tolist())
    assert far(model["w"], row) <= 1e-13


def test_adam_changes_the_arrays_in_place_and_leaves_the_gradients():
    w, d = np.ones(2), np.array([2.0, -3.0])
    Adam(0.1).update({"w": w}, {"w": d})
    assert w == pytest.approx([0.9, 1.1])
    assert d.tolist() == [2.0, -3.0]


# --- bad input ----------------------------------------------------------------------------------

TRACE = GOOD.forward(X)[1]
D = np.zeros((4, 6, 3))
NAN = np.where(np.arange(12).reshape(1, 6, 2) == 5, np.nan, 0.0)
BAD_INPUT = [
    (lambda: VectorLSTM(0, 3), ValueError, "input_size must be at least 1, got 0"),
    (lambda: VectorLSTM(2.0, 3), TypeError, "input_size must be a whole number"),
    (lambda: VectorLSTM(2, -1), ValueError, "hidden_size"),
    (lambda: VectorLSTM(2, "3"), TypeError, "hidden_size"),
    (lambda: VectorLSTM(2, 3, 0), ValueError, "output_size"),
    (lambda: VectorLSTM(2, 3, True), TypeError, "output_size"),
    (lambda: VectorLSTM(2, 3, seed=-1), ValueError, "seed"),
    (lambda: VectorLSTM(2, 3, seed=None), TypeError, "seed"),
    (lambda: VectorLSTM(2, 3, dtype=int), ValueError, "dtype must be float64 or float32"),
    (lambda: VectorLSTM(2, 3, dtype="float16"), ValueError, "dtype"),
    (lambda: VectorLSTM(2, 3, dtype="single please"), ValueError, "dtype"),
    (lambda: VectorLSTM(2, 3, dtype=None), ValueError, "dtype"),
    (lambda: VectorLSTM(2, 3, forget_bias="1"), TypeError, "forget_bias"),
    (lambda: VectorLSTM(2, 3, forget_bias=np.inf), ValueError, "forget_bias"),
    (lambda: GOOD.forward(X[0]), ValueError, r"x must have shape \(batch_size, seq_len, 2\), got"),
    (lambda: GOOD.forward(X[:, :, :1]), ValueError, r"x must .*got \(4, 6, 1\)"),
    (lambda: GOOD.forward(X[:0]), ValueError, "x must have shape"),
    (lambda: GOOD.forward(X[:, :0]), ValueError, "x must have shape"),
    (lambda: GOOD.forward(NAN), ValueError, "x must hold finite float64 numbers"),
    (
        lambda: VectorLSTM(2, 3, dtype="f4").forward(X * 1e300),
        ValueError,
        "x must hold finite float32",
    ),
    (lambda: GOOD.forward("abc"), TypeError, "x must be an array of numbers, got 'abc'"),
    (lambda: GOOD.forward(None), TypeError, "x must be an array of numbers"),
    (lambda: GOOD.forward(X + 1j), TypeError, "x must be an array of numbers"),
    (lambda: GOOD.forward([[[1, 2], [1]]]), ValueError, "x must be an array, got rows"),
    (lambda: GOOD.forward(X, np.zeros((4, 2))), ValueError, r"h0 must have shape \(4, 3\), got"),
    (lambda: GOOD.forward(X, np.zeros(3)), ValueError, r"h0 must have .* got \(3,\)"),
    (lambda: GOOD.forward(X, c0=np.zeros((3, 3))), ValueError, r"c0 must have shape \(4, 3\)"),
    (lambda: GOOD.forward(X, c0="zeros"), TypeError, "c0"),
    (lambda: GOOD.backward(None, D), TypeError, "trace must be the Trace"),
    (lambda: GOOD.backward(TRACE.select(), D), TypeError, "trace must be the Trace"),
    (lambda: VectorLSTM(2, 4).backward(TRACE, D), ValueError, "trace must be of a VectorLSTM"),
    (lambda: VectorLSTM(2, 3, dtype="f4").backward(TRACE, D), ValueError, "trace must be of a"),
    (lambda: GOOD.backward(TRACE, D[:, 1:]), ValueError, r"d_outputs must have shape \(4, 6, 3\)"),
    (lambda: GOOD.backward(TRACE, D * np.nan), ValueError, "d_outputs must hold finite"),
    (lambda: GOOD.backward(TRACE, D, D), ValueError, "d_h_n"),
    (lambda: GOOD.backward(TRACE, D, None, 1.0), ValueError, "d_c_n"),
    (lambda: VectorLSTM.from_scalar(GOOD), TypeError, "model must be a ScalarLSTM"),
    (lambda: GOOD.to_scalar(), ValueError, "to_scalar needs"),
    (lambda: VectorLSTM(1, 1, 1).to_scalar(), ValueError, "to_scalar needs"),
    (lambda: GOOD.read_out_to_torch(), ValueError, "read_out_to_torch needs a read-out"),
    (lambda: VectorLSTM.from_torch({}), TypeError, "module must be a torch module"),
    (lambda: VectorLSTM.from_torch(torch.nn.Linear(2, 3)), ValueError, "module must have the"),
    (lambda: VectorLSTM.from_torch(torch.nn.LSTM(2, 3, proj_size=1)), ValueError, "module"),
    (lambda: VectorLSTM.from_torch(torch.nn.GRU(2, 3)), ValueError, "weight_ih_l0 must have"),
    (
        lambda: VectorLSTM.from_torch(torch.nn.LSTM(2, 3), torch.nn.Linear(4, 1)),
        ValueError,
        r"weight_out must have shape \(1, 3\), got \(1, 4\)",
    ),
    (lambda: mse([1.0], [1.0, 2.0]), ValueError, r"targets must have shape \(1,\), got \(2,\)"),
    (lambda: mse([], []), ValueError, "outputs must hold at least one"),
    (lambda: mse("1", [1.0]), TypeError, "outputs"),
    (lambda: mse([np.nan], [1.0]), ValueError, "outputs must hold finite"),
    (lambda: mse([1.0], [1.0], [False]), ValueError, "asked must be True somewhere"),
    (lambda: mse([1.0], [1.0], [[True]]), ValueError, "asked must have shape"),
    (lambda: bce_with_logits([np.inf], [1.0]), ValueError, "logits must hold finite"),
    (lambda: bce_with_logits([1.0], [1.5]), ValueError, "targets must be from 0 to 1"),
    (lambda: bce_with_logits([1.0], [-1]), ValueError, "targets must be from 0 to 1"),
    (lambda: clip_by_norm({"a": D}, 0), ValueError, "max_norm must be above 0"),
    (lambda: Adam(0), ValueError, "lr must be above 0"),
    (lambda: Adam(max_norm=-1.0), ValueError, "max_norm"),
    (lambda: Adam(beta1=1.0), ValueError, "beta1 must be below 1"),
    (lambda: Adam(beta2=1.1), ValueError, "beta2"),
    (lambda: Adam(eps=0), ValueError, "eps"),
    (lambda: Adam().update({"w": D}, {}), ValueError, "gradients must hold w"),
    (lambda: Adam().update({"w": D}, {"w": X}), ValueError, r"gradients\['w'\] must have shape"),
    (lambda: Adam().update({"w": D}, {"w": D * np.nan}), ValueError, r"gradients\['w'\] must hold"),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{names}"):
        act()


# --- what it costs to import --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("vector", "torch"),
        ("learning", "torch"),
        ("course.tasks.companies", "numpy"),
        ("trace", "numpy"),
    ],
)
def test_importing_it_loads_nothing_heavy(module, heavy):
    code = f"import sys, lstm_lib.{module}; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the Trace of a batch -----------------------------------------------------------------------


def test_a_step_of_a_batch_holds_arrays_and_the_state_before_it():
    _, trace = GOOD.forward(X, np.ones((4, 3)), np.full((4, 3), 2.0))
    assert len(trace) == len(list(trace)) == 6
    assert (trace[0].h_prev == 1).all()
    assert (trace[0].c_prev == 2).all()
    assert (trace[3].c_prev == trace.c[:, 2]).all()
    assert (trace[-1].h == trace.prediction).all()
    assert trace[2].x.shape == (4, 2)
    with pytest.raises(IndexError, match="step 6 is outside this trace of 6 steps"):
        trace[6]


def test_one_unit_of_a_batch_is_a_plain_trace():
    one = TRACE.select(batch=3, unit=1, feature=1)
    assert one.x == tuple(X[3, :, 1].tolist())
    assert one.c == tuple(TRACE.c[3, :, 1].tolist())
    assert not one.is_batch
    assert all(type(value) is float for step in one for value in step)
    for step in one:
        assert step.c == pytest.approx(step.f * step.c_prev + step.i * step.g, rel=1e-12)
        assert step.h == pytest.approx(step.o * np.tanh(step.c), rel=1e-12)
    assert one.select() is one
    assert (one.batch_size, one.input_size, one.hidden_size) == (1, 1, 1)


def test_traces_can_be_compared():
    assert GOOD.forward(X)[1] == TRACE
    assert GOOD.forward(X + 1)[1] != TRACE
    assert GOOD.forward(X[:, :5])[1] != TRACE
    assert TRACE.select() != TRACE
    assert TRACE != "a trace"


def columns(**other):
    made = {name: getattr(TRACE, name) for name in ("x", *"ifgoch", "h0", "c0")}
    return made | other


BAD_TRACES = [
    (lambda: TRACE.select(batch=4), ValueError, "batch must be from 0 to 3, got 4"),
    (lambda: TRACE.select(unit=-1), ValueError, "unit must be at least 0, got -1"),
    (lambda: TRACE.select(unit=3), ValueError, "unit must be from 0 to 2, got 3"),
    (lambda: TRACE.select(unit=1.0), TypeError, "unit must be a whole number"),
    (lambda: TRACE.select(feature=2), ValueError, "feature must be from 0 to 1"),
    (lambda: Trace(**columns(f=D[:, :, :2])), ValueError, r"f must have shape \(4, 6, 3\) to fit"),
    (lambda: Trace(**columns(i=(1.0,) * 6)), ValueError, r"i must .*got \(\)"),
    (lambda: Trace(**columns(x=X[:3])), ValueError, r"x must have shape \(4, 6, input_size\)"),
    (lambda: Trace(**columns(x=X[0])), ValueError, "x must have shape"),
    (lambda: Trace(**columns(h=D[:, 1:])), ValueError, "h must have shape"),
    (lambda: Trace(**columns(h0=0.0)), ValueError, r"h0 must have shape \(4, 3\) to fit c, got"),
    (lambda: Trace(**columns(c0=D[:, 0, :1])), ValueError, "c0 must have shape"),
    (
        lambda: Trace(**columns(h=D[:, :, :2], h0=D[:, 0, :2])).select(),
        ValueError,
        "select needs an h for each unit",
    ),
    (
        lambda: Trace((1.0,), (1.0,), (1.0, 2.0), (1.0,), (1.0,), (1.0,), (1.0,)),
        ValueError,
        "f must hold 1 numbers like c, got 2",
    ),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_TRACES)
def test_a_trace_that_does_not_fit_is_named(act, error, names):
    with pytest.raises(error, match=f"^{names}"):
        act()
