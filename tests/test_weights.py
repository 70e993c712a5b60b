"""Weights of torch, Keras and ONNX in a VectorLSTM and back: the same numbers come out there."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

from lstm_lib.learning import sigmoid
from lstm_lib.vector import VectorLSTM

X = np.random.default_rng(0).normal(size=(2, 5, 3))  # (batch_size, seq_len, input_size)


def lstm(seed=0, **options):
    torch.manual_seed(seed)
    return nn.LSTM(3, 4, batch_first=True, **options)


def assert_same(model, module, far=1e-6):
    """Assert that a VectorLSTM gives what a torch module gives in evaluation mode."""
    with torch.no_grad():
        expected = module.eval()(torch.tensor(X).to(next(module.parameters())))[0]
    np.testing.assert_allclose(model.forward(X)[0], expected.double().numpy(), atol=far)


# --- torch --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, torch.float64])
def test_weights_of_every_precision_keep_their_values(dtype):
    module, read_out = lstm(dtype=dtype), nn.Linear(4, 2, dtype=dtype)
    model = VectorLSTM.from_torch(module, read_out)
    assert model.dtype == ("float64" if dtype == torch.float64 else "float32")
    for name, values in module.named_parameters():
        assert (model.parameters[name] == values.detach().double().numpy()).all()
    assert (model.parameters["bias_out"] == read_out.bias.detach().double().numpy()).all()


@pytest.mark.parametrize("norm", [parametrizations.weight_norm, parametrizations.spectral_norm])
def test_what_a_parametrization_computes_is_taken_and_nothing_moves(norm):
    module = norm(lstm(), "weight_hh_l0")
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.mul_(1.5)
    before = {name: values.clone() for name, values in module.state_dict().items()}
    model = VectorLSTM.from_torch(module)
    assert all(torch.equal(before[name], now) for name, now in module.state_dict().items())
    assert all(part.training for part in module.modules())
    assert_same(model, module)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda module: torch.compile(module, backend="eager"),
        nn.DataParallel,
        lambda module: nn.ModuleDict({"encoder": nn.ModuleDict({"lstm": module})}),
    ],
)
def test_a_compiled_or_wrapped_layer_is_found(wrap):
    module = lstm()
    assert_same(VectorLSTM.from_torch(wrap(module)), module)


def test_a_stack_in_both_directions_is_taken_layer_by_layer():
    module, h = lstm(num_layers=2, bidirectional=True, dtype=torch.float64), X
    for layer in (0, 1):
        forward, reverse = (
            VectorLSTM.from_torch(module, layer=layer, direction=way)
            for way in ("forward", "reverse")
        )
        back = reverse.forward(h[:, ::-1])[0][:, ::-1]
        h = np.concatenate([forward.forward(h)[0], back], axis=2)
    with torch.no_grad():
        np.testing.assert_allclose(h, module(torch.tensor(X))[0], atol=1e-12)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = lstm(), nn.Linear(4, 1)


@pytest.mark.filterwarnings("ignore:.*weight_norm")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: lstm(num_layers=2), "layer must be 0 or 1, got None"),
        (lambda: lstm(bidirectional=True), "direction must be 'forward' or 'reverse', got None"),
        (Net, "module must be an LSTM and nothing else, got a Net: pass module.lstm"),
        (lambda: nn.ModuleList([lstm(), lstm()]), "pass module.0, module.1"),
        (lambda: lstm(proj_size=2), "and no others, got .*weight_hr_l0"),
        (
            lambda: nn.utils.weight_norm(lstm(), "weight_hh_l0"),
            "weight_hh_l0_g.*remove_weight_norm",
        ),
        (lambda: prune.identity(lstm(), "weight_hh_l0"), "weight_hh_l0_mask"),
        (lambda: nn.LSTMCell(3, 4), "module must have the parameters weight_ih_l0"),
    ],
)
def test_what_cannot_be_taken_names_what_to_pass(make, words):
    with pytest.raises(ValueError, match=words):
        VectorLSTM.from_torch(make())


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="layer must be 0 or 1, got 2"):
        VectorLSTM.from_torch(lstm(num_layers=2), layer=2)
    with pytest.raises(ValueError, match="direction must be 'forward', got 'reverse'"):
        VectorLSTM.from_torch(lstm(), direction="reverse")


# --- Keras --------------------------------------------------------------------------------------


def by_keras(x, kernel, recurrent_kernel, bias):
    """Return every h by the equations of keras.layers.LSTMCell.call."""
    h = c = np.zeros((len(x), len(recurrent_kernel)))
    outputs = []
    for t in range(x.shape[1]):
        z = x[:, t] @ kernel + h @ recurrent_kernel + bias
        z0, z1, z2, z3 = np.split(z, 4, axis=1)
        i, f = sigmoid(z0), sigmoid(z1)
        c = f * c + i * np.tanh(z2)
        h = sigmoid(z3) * np.tanh(c)
        outputs.append(h)
    return np.stack(outputs, axis=1)


def test_weights_come_from_keras_and_go_back():
    draw = np.random.default_rng(3)
    weights = [draw.normal(size=shape) for shape in ((3, 16), (4, 16), (16,))]
    model = VectorLSTM.from_keras(weights)
    np.testing.assert_allclose(model.forward(X)[0], by_keras(X, *weights), atol=1e-12)
    for there, back in zip(weights, model.to_keras(), strict=True):
        assert (there == back).all()
    both = VectorLSTM(3, 4, seed=2)
    np.testing.assert_allclose(by_keras(X, *both.to_keras()), both.forward(X)[0], atol=1e-12)
    no_bias = VectorLSTM.from_keras(weights[:2])
    expected = by_keras(X, *weights[:2], np.zeros(16))
    np.testing.assert_allclose(no_bias.forward(X)[0], expected, atol=1e-12)
    assert VectorLSTM.from_keras([array.astype("f4") for array in weights]).dtype == "float32"


KERNEL, RECURRENT = np.ones((3, 16)), np.ones((4, 16))


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (None, "weights must be a list of kernel"),
        ([KERNEL, RECURRENT, np.ones(16)] * 2, "of a Bidirectional layer they are one half"),
        ([KERNEL, RECURRENT, np.ones(32)], r"weights\[2\] must have shape \(16,\), got \(32,\)"),
        ([KERNEL.T, RECURRENT], r"weights\[0\] must have shape \(input_size, 16\), got \(16, 3\)"),
        ([KERNEL, np.ones((4, 12))], r"weights\[0\] must|weights\[1\] must"),
        ([KERNEL, np.ones(4)], r"weights\[1\] must have 2 axes"),
        ([KERNEL, RECURRENT * np.nan], r"weights\[1\] must hold finite"),
    ],
)
def test_what_is_not_of_keras_is_named(weights, words):
    with pytest.raises(ValueError, match=words):
        VectorLSTM.from_keras(weights)


# --- ONNX ---------------------------------------------------------------------------------------


def by_onnxruntime(x, w, r, b):
    """Return every h by ONNX's operator LSTM, (batch_size, seq_len, directions, hidden_size)."""
    helper, kinds = onnx.helper, onnx.TensorProto
    way = "bidirectional" if len(w) == 2 else "forward"
    node = helper.make_node(
        "LSTM", ["X", "W", "R", "B"], ["Y"], hidden_size=r.shape[2], direction=way
    )
    given = {"X": x.transpose(1, 0, 2), "W": w, "R": r, "B": b}
    inputs = [helper.make_tensor_value_info(k, kinds.FLOAT, v.shape) for k, v in given.items()]
    output = helper.make_tensor_value_info("Y", kinds.FLOAT, None)
    graph = helper.make_graph([node], "lstm", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (y,) = session.run(None, {name: values.astype("f4") for name, values in given.items()})
    return y.transpose(2, 0, 1, 3)


def test_weights_come_from_onnx_and_go_back():
    draw = np.random.default_rng(4)
    shapes = ((2, 16, 3), (2, 16, 4), (2, 32))
    w, r, b = (draw.normal(size=shape).astype("f4") for shape in shapes)
    y = by_onnxruntime(X, w, r, b)
    forward, reverse = (VectorLSTM.from_onnx(w, r, b, way) for way in ("forward", "reverse"))
    np.testing.assert_allclose(forward.forward(X)[0], y[:, :, 0], atol=1e-5)
    np.testing.assert_allclose(reverse.forward(X[:, ::-1])[0][:, ::-1], y[:, :, 1], atol=1e-5)
    for there, back in zip((w, r, b), forward.to_onnx(), strict=True):
        assert (there[:1] == back).all()
    model = VectorLSTM(3, 4, seed=5)
    found = by_onnxruntime(X, *model.to_onnx())[:, :, 0]
    np.testing.assert_allclose(found, model.forward(X)[0], atol=1e-5)
    assert not VectorLSTM.from_onnx(w[:1], r[:1]).parameters["bias_ih_l0"].any()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((np.ones((16, 3)), np.ones((16, 4))), "r must have 3 axes"),
        ((np.ones((1, 12, 3)), np.ones((1, 16, 4))), r"w must have shape \(1, 16, input_size\)"),
        ((np.ones((1, 16, 3)), np.ones((1, 16, 4)), np.ones((1, 16))), r"b must have shape"),
        ((np.ones((2, 16, 3)), np.ones((2, 16, 4))), "direction must be 'forward' or 'reverse'"),
    ],
)
def test_what_is_not_of_onnx_is_named(given, words):
    with pytest.raises(ValueError, match=words):
        VectorLSTM.from_onnx(*given)
