"""Where torch's own tools meet a layer: one table of them, tried on nn.LSTM and on ours."""

import copy
import io

import onnx
import onnxruntime
import pytest
import torch
from torch import nn
from torch.autograd import forward_ad
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, stack_module_state, vmap
from torch.nn.utils import parametrizations, prune
from torch.utils.checkpoint import checkpoint

from lstm_lib.layers import LSTM, LSTMCell

pytestmark = pytest.mark.filterwarnings("ignore")  # torch warns of its own tools' age


def made(kind, seed=0, **options):
    """Return a small layer in float64, of the same weights for either kind, and its input."""
    torch.manual_seed(seed)
    layer = kind(3, 4, dtype=torch.float64, **options)
    return layer, torch.randn(5, 2, 3, dtype=torch.float64)


def outputs_and_gradients(layer, x, run=None):
    """Return what `run` gives, `layer` if left out, and its gradients by weights and input."""
    x = x.clone().requires_grad_()
    out, (h_n, c_n) = (layer if run is None else run)(x)
    wanted = [p for p in layer.parameters() if p.requires_grad]
    loss = out.square().sum() + (3 * h_n + c_n).sum()
    return [out, h_n, c_n, *torch.autograd.grad(loss, [x, *wanted])]


def weights_and_loss(kind, **options):
    """Return a layer's weights by name, and a loss as a function of them."""
    layer, x = made(kind, **options)

    def loss(weights, x=x):
        return functional_call(layer, weights, (x,))[0].square().sum()

    return {name: p.detach() for name, p in layer.named_parameters()}, loss, x


# --- the table ------------------------------------------------------------------------------------

FEATURES = {}


def feature(function):
    """Add a way to use a layer, which returns tensors, to the table."""
    FEATURES[function.__name__.replace("_", " ")] = function
    return function


@feature
def func_grad(kind):
    weights, loss, _ = weights_and_loss(kind, num_layers=2, bidirectional=True)
    return list(grad(loss)(weights).values())


@feature
def func_jvp(kind):
    layer, x = made(kind)
    return jvp(lambda x: layer(x)[0], (x,), (torch.ones_like(x),))[1]


@feature
def func_jacobians(kind):
    layer, x = made(kind)
    return [way(lambda x: layer(x)[0])(x) for way in (jacrev, jacfwd)]


@feature
def func_hessian(kind):
    layer, x = made(kind)
    return hessian(lambda x: layer(x)[0].sum())(x)


@feature
def forward_mode(kind):
    layer, x = made(kind)
    with forward_ad.dual_level():
        out, _ = layer(forward_ad.make_dual(x, torch.ones_like(x)))
        return forward_ad.unpack_dual(out).tangent


@feature
def forward_mode_in_the_weights(kind):
    layer, x = made(kind)
    w_hh = layer.weight_hh_l0.detach()
    with forward_ad.dual_level():
        w_hh = forward_ad.make_dual(w_hh, torch.ones_like(w_hh))
        out, _ = functional_call(layer, {"weight_hh_l0": w_hh}, (x,))
        return forward_ad.unpack_dual(out).tangent


@feature
def double_backward(kind):
    layer, x = made(kind)
    x.requires_grad_()
    (slope,) = torch.autograd.grad(layer(x)[0].square().sum(), x, create_graph=True)
    return torch.autograd.grad(slope.square().sum(), [x, *layer.parameters()])


@feature
def batched_backward(kind):
    layer, x = made(kind)
    out = layer(x.requires_grad_())[0].sum((1, 2))  # a number per step
    return torch.autograd.grad(out, x, torch.eye(5, dtype=x.dtype), is_grads_batched=True)


@feature
def vectorised_jacobian(kind):
    layer, x = made(kind)
    return torch.autograd.functional.jacobian(lambda x: layer(x)[0], x, vectorize=True)


@feature
def backward_twice(kind):
    layer, x = made(kind)
    loss = layer(x)[0].square().sum()
    loss.backward(retain_graph=True)
    loss.backward()
    return [p.grad for p in layer.parameters()]


@feature
def checkpointing(kind):
    layer, x = made(kind, num_layers=2, dropout=0.5)
    return outputs_and_gradients(layer, x, lambda x: checkpoint(layer, x, use_reentrant=False))


@feature
def reentrant_checkpointing(kind):
    layer, x = made(kind)
    out, _ = checkpoint(layer, x.requires_grad_(), use_reentrant=True)
    out.square().sum().backward()
    return [out, x.grad, *(p.grad for p in layer.parameters())]


@feature
def saved_on_the_cpu(kind):
    layer, x = made(kind)
    with torch.autograd.graph.save_on_cpu():
        return outputs_and_gradients(layer, x)


@feature
def frozen_weights(kind):
    layer, x = made(kind, num_layers=2)
    layer.weight_hh_l0.requires_grad_(False)
    return outputs_and_gradients(layer, x)


@feature
def inference_mode(kind):
    layer, x = made(kind)
    with torch.inference_mode():
        return layer(x)[0].clone()


@feature
def backward_hooks(kind):
    layer, x = made(kind)
    layer.register_full_backward_hook(lambda _, d_inputs, __: (2 * d_inputs[0], *d_inputs[1:]))
    return outputs_and_gradients(layer, x)


@feature
def weight_norm(kind):
    layer, x = made(kind)
    with torch.no_grad():
        normed = parametrizations.weight_norm(layer, "weight_hh_l0")
        normed.parametrizations.weight_hh_l0.original0.mul_(2)
    return normed(x)[0]


@feature
def pruning(kind):
    layer, x = made(kind)
    prune.l1_unstructured(layer, "weight_hh_l0", amount=0.5)
    return outputs_and_gradients(layer, x)


@feature
def weights_set_anew(kind):
    layer, x = made(kind)
    layer.weight_hh_l0 = nn.Parameter(2 * layer.weight_hh_l0.detach())
    return outputs_and_gradients(layer, x)


@feature
def copied_and_stored_whole(kind):
    layer, x = made(kind)
    stored = io.BytesIO()
    torch.save(copy.deepcopy(layer), stored)
    stored.seek(0)
    return torch.load(stored, weights_only=False)(x)[0]


@feature
def made_on_the_meta_device(kind):
    _, x = made(kind)
    layer = kind(3, 4, device="meta", dtype=torch.float64)
    assert layer(x.to("meta"))[0].shape == (5, 2, 4)
    layer = layer.to_empty(device="cpu")
    layer.load_state_dict(made(kind)[0].state_dict())
    return layer(x)[0]


@feature
def half_on_the_cpu(kind):
    layer, x = made(kind)
    return layer.half()(x.half())[0].double()


@feature
def bfloat16(kind):
    layer, x = made(kind)
    return layer.bfloat16()(x.bfloat16())[0].double()


@feature
def compiled(kind):
    layer, x = made(kind, num_layers=2, bidirectional=True)
    torch.compiler.reset()
    return outputs_and_gradients(layer, x, torch.compile(layer, backend="aot_eager"))


@feature
def compiled_inside_a_module(kind):
    layer, x = made(kind)
    torch.compiler.reset()
    network = nn.ModuleDict({"lstm": layer})
    whole = torch.compile(lambda x: network["lstm"](2 * x), backend="aot_eager")
    return outputs_and_gradients(layer, x, whole)


@feature
def exported(kind):
    layer, x = made(kind, num_layers=2, bidirectional=True)
    return torch.export.export(layer, (x,)).module()(x)[0]


@feature
def exported_for_any_batch_size(kind):
    layer, x = made(kind, batch_first=True)
    sizes = ({0: torch.export.Dim("batch")},)
    return torch.export.export(layer, (x,), dynamic_shapes=sizes).module()(x.repeat(3, 1, 1))


@feature
def strictly_exported(kind):
    layer, x = made(kind)
    return torch.export.export(layer, (x,), strict=True).module()(x)[0]


@feature
def jit_traced(kind):
    layer, x = made(kind, num_layers=2)
    return torch.jit.trace(layer, x)(2 * x)[0]


@feature
def scripted(kind):
    layer, x = made(kind, num_layers=2)
    layer.flatten_parameters()
    return torch.jit.script(nn.Sequential(layer))(2 * x)[0]


@feature
def anomaly_detection(kind):
    layer, x = made(kind)
    with torch.autograd.detect_anomaly():
        return outputs_and_gradients(layer, x)


@feature
def averaged_model(kind):
    layer, x = made(kind)
    averaged = torch.optim.swa_utils.AveragedModel(layer)
    averaged.update_parameters(layer)
    return averaged(x)[0]


# --- tried on both --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FEATURES)
def test_what_torch_can_do_with_its_layer_it_can_do_with_ours(name):
    tolerance = {"half on the cpu": 1e-3, "bfloat16": 1e-2}.get(name, 1e-10)
    torch.testing.assert_close(
        FEATURES[name](LSTM), FEATURES[name](nn.LSTM), atol=tolerance, rtol=tolerance
    )


def test_it_is_one_of_torchs_own():
    theirs, ours = nn.LSTM(3, 4, 2, proj_size=2), LSTM(3, 4, 2, proj_size=2)
    assert isinstance(ours, nn.LSTM)
    assert isinstance(LSTMCell(3, 4), nn.LSTMCell)
    own = {"init", "forget_bias"}
    assert vars(ours).keys() - own == vars(theirs).keys()
    assert ours.mode == "LSTM"
    x = torch.zeros(5, 2, 3)
    size = ours.get_expected_hidden_size(x, None)
    assert size == theirs.get_expected_hidden_size(x, None) == (2, 2, 2)
    ours.check_forward_args(x, (torch.zeros(size), torch.zeros(2, 2, 4)), None)
    assert [len(row) for row in ours.all_weights] == [5, 5]


def test_a_cell_is_compiled_scripted_and_mapped():
    torch.manual_seed(0)
    cell, x = LSTMCell(3, 4, forget_bias=1.0), torch.randn(6, 2, 3)
    torch.compiler.reset()
    expected = cell(x[0])
    for run in (torch.compile(cell, backend="aot_eager"), torch.jit.script(cell)):
        torch.testing.assert_close(run(x[0]), expected)
    torch.testing.assert_close(vmap(cell)(x)[0][0], expected[0])


# --- where torch's own layer gives up -------------------------------------------------------------


def test_vmap_runs_each_input_by_itself():
    layer, x = made(LSTM, num_layers=2, bidirectional=True)
    many = torch.stack([x, 2 * x, -x])
    expected = torch.stack([layer(one)[0] for one in many])
    torch.testing.assert_close(vmap(layer)(many)[0], expected)
    single = vmap(layer, in_dims=1, out_dims=1)(x)[0]
    torch.testing.assert_close(single, layer(x)[0])


def test_vmap_of_grad_gives_each_samples_own_gradient():
    weights, loss, x = weights_and_loss(LSTM)
    samples = x.transpose(0, 1).unsqueeze(2)  # (2, 5, 1, 3)
    found = vmap(grad(loss), in_dims=(None, 0))(weights, samples)
    for k, sample in enumerate(samples):
        for name, expected in grad(loss)(weights, sample).items():
            torch.testing.assert_close(found[name][k], expected)


def test_vmap_runs_an_ensemble():
    layers, x = [made(LSTM, seed)[0] for seed in range(3)], made(LSTM)[1]
    stacked = stack_module_state(layers)
    found = vmap(lambda w, b: functional_call(layers[0], (w, b), (x,))[0])(*stacked)
    torch.testing.assert_close(found, torch.stack([layer(x)[0] for layer in layers]))


def test_compiling_does_not_unroll_the_steps():
    layer, sizes = LSTM(3, 4), []

    def backend(graph, _):
        sizes.append(len(graph.graph.nodes))
        return graph.forward

    torch.compiler.reset()
    torch.compile(nn.Sequential(layer), backend=backend)(torch.randn(60, 2, 3))
    assert sum(sizes) < 60


@pytest.mark.parametrize("dynamo", [True, False])
@pytest.mark.parametrize(
    "options", [{}, {"num_layers": 2, "bidirectional": True}, {"proj_size": 2, "bias": False}]
)
def test_onnxruntime_gives_the_same(options, dynamo):
    torch.manual_seed(0)
    layer, x = LSTM(3, 4, **options).eval(), torch.randn(5, 2, 3)
    stored = io.BytesIO()
    torch.onnx.export(layer, (x,), stored, dynamo=dynamo, verbose=False)
    onnx.checker.check_model(onnx.load_from_string(stored.getvalue()))
    session = onnxruntime.InferenceSession(stored.getvalue(), providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    out, state = layer(x)
    for ours, theirs in zip((out, *state), found, strict=True):
        torch.testing.assert_close(ours, torch.from_numpy(theirs), atol=1e-6, rtol=1e-5)
