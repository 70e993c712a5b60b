"""The flow explorer: a gradient's two ways back, equal to autograd's, and what it says of them."""

import numpy as np
import pytest
import torch

from lstm_lib.course.explorers import flow_picture as picture
from lstm_lib.course.explorers.flow import LONGEST, WAYS, FlowExplorer, fresh, sequence
from lstm_lib.course.ways_back import on_the_lane, way_back
from lstm_lib.vector import VectorLSTM
from tests.pictures import outside, overlaps, says


@pytest.fixture
def explorer():
    return FlowExplorer(forget_bias=3.0, input_bias=-3.0, length=60)


# --- the gradient -------------------------------------------------------------------------------


def by_autograd(model, x, lane, around):
    """dL/dc at every step, a way closed by detaching what would lead there; L is the output."""
    w = {name: torch.from_numpy(values) for name, values in model.parameters.items()}
    h = c = torch.zeros(len(x), model.hidden_size, dtype=torch.float64)
    cs = []
    for x_t in torch.from_numpy(x).unbind(1):
        seen = h if around else h.detach()
        z = x_t @ w["weight_ih_l0"].T + seen @ w["weight_hh_l0"].T
        i, f, g, o = (z + w["bias_ih_l0"] + w["bias_hh_l0"]).chunk(4, dim=1)
        kept = c if lane else c.detach()
        c = (torch.sigmoid(f) * kept + torch.sigmoid(i) * torch.tanh(g)).requires_grad_()
        h = torch.sigmoid(o) * torch.tanh(c)
        cs.append(c)
    loss = (h @ w["weight_out"].T).sum()
    found = torch.autograd.grad(loss, cs, allow_unused=True)
    pairs = zip(found, cs, strict=True)
    return np.stack([np.zeros(c.shape) if d is None else d.numpy() for d, c in pairs], axis=1)


@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("seed", range(5))
def test_each_way_is_autograds(ways, seed):
    model = VectorLSTM(2, 5, 1, seed=seed, forget_bias=float(seed))
    x = np.random.default_rng(seed).normal(size=(3, 40, 2))
    _, trace = model.forward(x)
    d_h_n = np.broadcast_to(model.parameters["weight_out"], (3, 5))
    found = way_back(model, trace, d_h_n, *WAYS[ways])
    wanted = by_autograd(model, x, *WAYS[ways])
    assert np.abs(found - wanted).max() <= 1e-10 * np.abs(wanted).max()


def test_the_lane_is_what_is_left_without_the_way_around():
    model = fresh(4)
    _, trace = model.forward(sequence(30))
    alone = way_back(model, trace, model.parameters["weight_out"], around=False)
    np.testing.assert_allclose(on_the_lane(trace, alone[:, -1]), alone, rtol=1e-12)
    assert np.abs(alone[:, 0]).max() > 0


# --- the explorer -------------------------------------------------------------------------------


def test_it_says_its_settings(explorer):
    assert repr(explorer) == (
        "FlowExplorer(layer='fresh', ways='both ways', forget_bias=3, input_bias=-3, length=60, "
        "unit=0)"
    )


def test_the_biases_are_added_to_the_layers_own(explorer):
    bias = explorer.model.parameters["bias_ih_l0"]
    assert (bias[:16] == -3).all()
    assert (bias[16:32] == 3).all()
    assert (bias[32:] == 0).all()


def test_the_sentence_says_what_arrives_and_by_which_way(explorer):
    model, x = explorer.model, sequence(60)
    d_c = by_autograd(model, x, True, True)[0]
    f = model.forward(x)[1].f[0]
    lane = np.vstack([f[k:].prod(axis=0) * d_c[-1] for k in range(1, 61)])
    size = np.linalg.norm(d_c[-1])
    arrives, kept, around = (np.linalg.norm(d[0]) / size for d in (d_c, lane, d_c - lane))
    said = says(explorer)
    assert f"59 steps back, {picture.share(arrives)} of the gradient" in said
    assert f"{picture.share(kept)} along the lane, {picture.share(around)} around" in said
    assert f"f is {f.mean():.3f}" in said


def test_a_closed_way_hands_back_nothing(explorer):
    explorer.ways.value = "no way around"
    assert "0.0 % around" in says(explorer)
    explorer.ways.value = "no lane"
    assert "0.0 % along the lane" in says(explorer)


def test_one_unit_is_drawn_alone(explorer):
    whole = says(explorer)
    explorer.unit.value = 3
    assert "arrives in unit 3" in says(explorer)
    assert says(explorer) != whole


def test_another_layer_can_be_chosen():
    explorer = FlowExplorer({"fresh": fresh(), "small": fresh(4, seed=1)})
    explorer.layer.value = "small"
    assert explorer.model.hidden_size == 4
    explorer.unit.value = 9
    assert "this layer has 4 units, got unit 9" in explorer._moves.value


@pytest.mark.parametrize(
    ("layers", "error", "words"),
    [
        ({}, TypeError, "at least one"),
        ([fresh()], TypeError, "VectorLSTMs by name"),
        ({"a": 3}, TypeError, r"layers\['a'\] must be a VectorLSTM"),
        ({"a": VectorLSTM(3, 4, 1)}, ValueError, "2 inputs and 1 output"),
    ],
)
def test_bad_layers_are_named(layers, error, words):
    with pytest.raises(error, match=words):
        FlowExplorer(layers)


@pytest.mark.parametrize("change", [{"forget_bias": 9}, {"input_bias": "x"}, {"length": 20}])
def test_bad_settings_are_named(change):
    with pytest.raises((TypeError, ValueError)):
        FlowExplorer(**change)


@pytest.mark.parametrize("length", [30, 100, LONGEST])
@pytest.mark.parametrize("biases", [(-8, 8), (0, 0), (8, -8), (8, 8), (-8, -8)])
def test_nothing_overlaps_or_leaves_the_picture(explorer, length, biases):
    explorer.length.value = length
    explorer.forget_bias.value, explorer.input_bias.value = biases
    drawn = explorer.render()
    assert overlaps(drawn) == []
    assert outside(drawn) == []
