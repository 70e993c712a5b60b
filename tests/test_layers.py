"""The torch layers against torch.nn.LSTM and nn.LSTMCell: values, gradients, refusals."""

import copy
import io
import random
from functools import cache
from inspect import signature

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from lstm_lib.layers import LSTM, LSTMCell, Unrolled, run_direction
from tests.lstms import build, far, in_form, inputs, options

SETTINGS = 240
FORMS = ("padded", "packed", "packed unsorted", "single")


def twins(**given):
    """Return nn.LSTM and ours with the same arguments, each made from the same seed."""
    found = []
    for kind in (nn.LSTM, LSTM):
        torch.manual_seed(3)
        found.append(build(kind, **given))
    return found


def run(module, x, hx, lengths, form):
    """Return outputs, states and every gradient, by name, of one run from seed 5."""
    x, *hx = (tensor.clone().requires_grad_() for tensor in (x, *hx))
    torch.manual_seed(5)  # for dropout
    out, (h_n, c_n) = module(in_form(x, lengths, form, module.batch_first), tuple(hx) or None)
    if "packed" in form:
        assert isinstance(out, PackedSequence)
        out, _ = pad_packed_sequence(out, batch_first=module.batch_first)
    torch.manual_seed(6)
    loss = sum((part * torch.randn_like(part)).sum() for part in (out, h_n, c_n))
    loss.backward()
    found = {"outputs": out, "h_n": h_n, "c_n": c_n, "d_x": x.grad}
    found |= {f"d_{name}0": state.grad for name, state in zip("hc", hx, strict=False)}
    return found | {f"d_{name}": p.grad for name, p in module.named_parameters()}


@cache
def cases():
    drawn = (options(random.Random(k), most_units=6) for k in range(SETTINGS))
    return [(k, given | {"dtype": torch.float64}, FORMS[k % 4]) for k, given in enumerate(drawn)]


def test_the_settings_hold_every_option_in_every_form():
    for option in ("bias", "batch_first", "bidirectional", "proj_size", "dropout", "num_layers"):
        for form in FORMS:
            values = {bool(given[option]) for _, given, f in cases() if f == form}
            assert values == ({True, False} if option != "num_layers" else {True})
    assert {given["num_layers"] for _, given, *_ in cases()} == {1, 2, 3}
    assert len(cases()) >= 200


@pytest.mark.parametrize("form", FORMS)
def test_outputs_states_and_gradients_equal_torchs(form):
    for k, given, of_form in cases():
        if of_form != form:
            continue
        theirs, ours = twins(**given)
        torch.manual_seed(k)
        x, hx, lengths = inputs(random.Random(1000 + k), given, form, longest=30)
        hx = hx if (k // 4) % 2 == 0 else ()  # with and without a state
        expected = run(theirs, x, hx, lengths, form)
        found = run(ours, x, hx, lengths, form)
        assert found.keys() == expected.keys()
        for name in expected:
            assert found[name].shape == expected[name].shape, (name, given)
            assert far(found[name], expected[name]) <= 1e-10, (name, given)


def test_the_same_seed_gives_the_same_parameters():
    for _, given, *_ in cases()[:40]:
        theirs, ours = twins(**given)
        expected, found = theirs.state_dict(), ours.state_dict()
        assert list(found) == list(expected)
        assert all(torch.equal(found[name], expected[name]) for name in expected)
        assert [len(row) for row in ours.all_weights] == [len(row) for row in theirs.all_weights]
        assert repr(ours) == repr(theirs)


def test_weights_move_both_ways():
    made = {"num_layers": 2, "bidirectional": True, "proj_size": 2, "dtype": torch.float64}
    theirs, ours = nn.LSTM(3, 4, **made), LSTM(3, 4, **made)
    x = torch.randn(5, 2, 3, dtype=torch.float64)
    assert not torch.allclose(ours(x)[0], theirs(x)[0])
    ours.load_state_dict(theirs.state_dict())
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])
    ours.reset_parameters()
    theirs.load_state_dict(ours.state_dict())
    torch.testing.assert_close(ours(x)[0], theirs(x)[0])


@pytest.mark.parametrize("pair", [(nn.LSTM, LSTM), (nn.LSTMCell, LSTMCell)])
def test_the_constructor_takes_torchs_arguments_first(pair):
    theirs, ours = (list(signature(kind).parameters) for kind in pair)
    if pair[0] is nn.LSTM:  # it takes *args; the names are in nn.RNNBase
        theirs = list(signature(nn.RNNBase).parameters)[1:]
    assert ours == [*theirs, "init", "forget_bias"]


def test_same_start_and_same_batches_give_the_same_loss_curve():
    torch.manual_seed(0)
    batches = [torch.randn(12, 8, 3, dtype=torch.float64) for _ in range(200)]
    curves = []
    for model in twins(input_size=3, hidden_size=8, num_layers=2, dtype=torch.float64):
        optimizer, curve = torch.optim.Adam(model.parameters(), lr=0.01), []
        for x in batches:
            optimizer.zero_grad()
            loss = (model(x)[0].sum(-1) - x.cumsum(0).sum(-1).tanh()).square().mean()
            loss.backward()
            optimizer.step()
            curve.append(loss.item())
        curves.append(torch.tensor(curve))
    assert curves[0][-1] < 0.7 * curves[0][0]
    assert (curves[0] - curves[1]).abs().max() <= 1e-6


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("batch_sizes", [(2, 2, 2), (3, 2, 2, 1)])
def test_the_backward_pass_by_hand_is_the_derivative(batch_sizes, reverse):
    torch.manual_seed(1)
    shapes = [(sum(batch_sizes), 8), (8, 2), (batch_sizes[0], 2), (batch_sizes[0], 2)]
    given = [torch.randn(s, dtype=torch.float64, requires_grad=True) for s in shapes]

    def unrolled(*tensors):
        return Unrolled.apply(*tensors, batch_sizes, reverse)

    assert torch.autograd.gradcheck(unrolled, given)
    assert torch.autograd.gradgradcheck(unrolled, given)
    given[1].requires_grad_(False)
    assert torch.autograd.gradgradcheck(unrolled, given)


def test_dropout_acts_between_layers_and_in_training_only():
    model = LSTM(2, 50, num_layers=2, dropout=0.5)
    x = torch.randn(4, 3, 2)
    assert not torch.equal(model(x)[0], model(x)[0])
    assert (model(x)[0] != 0).all()
    model.eval()
    assert torch.equal(model(x)[0], model(x)[0])


@pytest.mark.parametrize("kind", [nn.LSTM, LSTM])
def test_dropout_with_one_layer_warns(kind):
    with pytest.warns(UserWarning, match=r"dropout=0.5"):
        kind(2, 3, dropout=0.5)


def test_a_copied_pickled_or_moved_layer_is_the_same():
    model, x = LSTM(2, 3), torch.randn(4, 2, 2)
    stored = io.BytesIO()
    torch.save(model.state_dict(), stored)
    stored.seek(0)
    again = LSTM(2, 3)
    again.load_state_dict(torch.load(stored, weights_only=True))
    model.flatten_parameters()
    for other in (again, copy.deepcopy(model), copy.deepcopy(model).double().float()):
        assert torch.equal(other(x)[0], model(x)[0])


def test_autocast_gives_torchs_dtype():
    theirs, ours = twins(input_size=3, hidden_size=4)
    x = torch.randn(5, 2, 3)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        expected, found = theirs(x)[0], ours(x)[0]
    assert found.dtype == expected.dtype
    torch.testing.assert_close(found, expected, atol=0.02, rtol=0.02)
    found.float().sum().backward()
    assert ours.weight_hh_l0.grad.isfinite().all()


def test_an_empty_batch_is_no_error():
    theirs, ours = twins(input_size=3, hidden_size=4)
    x = torch.randn(5, 0, 3)
    assert ours(x)[0].shape == theirs(x)[0].shape


# --- how the parameters start ---------------------------------------------------------------


def test_normal_start_draws_weights_from_the_normal_distribution_and_zeroes_biases():
    torch.manual_seed(0)
    for model in (LSTM(40, 60, init="normal"), LSTMCell(40, 60, init="normal")):
        for name, parameter in model.named_parameters():
            if name.startswith("bias"):
                assert not parameter.any()
            else:
                assert abs(parameter.mean().item()) < 0.05
                assert abs(parameter.std().item() - 1) < 0.05


@pytest.mark.parametrize("init", ["pytorch", "normal"])
def test_the_forget_bias_is_the_sum_of_both_biases_of_every_forget_gate(init):
    made = {"init": init, "bidirectional": True, "num_layers": 2}
    torch.manual_seed(2)
    plain = LSTM(3, 4, **made)
    torch.manual_seed(2)
    model = LSTM(3, 4, **made, forget_bias=1.5)
    for (name, p), q in zip(model.named_parameters(), plain.parameters(), strict=True):
        kept = torch.ones(len(p), dtype=torch.bool)
        if "bias" in name:
            kept[4:8] = False
            assert (p[4:8] == (1.5 if "bias_ih" in name else 0)).all()
        assert torch.equal(p[kept], q[kept])
    assert "forget_bias=1.5" in repr(model)


# --- one step -------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("batch", [(), (1,), (4,)])
@pytest.mark.parametrize("with_state", [True, False])
def test_the_cell_equals_torchs(bias, batch, with_state):
    cells = []
    for kind in (nn.LSTMCell, LSTMCell):
        torch.manual_seed(4)
        cells.append(kind(3, 2, bias=bias, dtype=torch.float64))
    x, h, c = (torch.randn(*batch, n, dtype=torch.float64) for n in (3, 2, 2))
    found = []
    for cell in cells:
        h_new, c_new = cell(x, (h, c) if with_state else None)
        gradients = torch.autograd.grad((h_new * 2 + c_new).sum(), list(cell.parameters()))
        found.append([h_new, c_new, *gradients, *cell.parameters()])
    for theirs, ours in zip(*found, strict=True):
        assert ours.shape == theirs.shape
        assert far(ours, theirs) <= 1e-12
    assert repr(cells[0]) == repr(cells[1])


def test_the_cell_repeated_is_the_layer():
    layer, cell = LSTM(3, 2), LSTMCell(3, 2)
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in layer.state_dict().items()})
    x, state, outputs = torch.randn(6, 4, 3), None, []
    for x_t in x:
        state = cell(x_t, state)
        outputs.append(state[0])
    torch.testing.assert_close(torch.stack(outputs), layer(x)[0])


def test_one_direction_can_be_run_alone():
    layer, x = LSTM(3, 2), torch.randn(6, 4, 3)
    out, h, _ = run_direction(
        x.flatten(0, 1), layer.all_weights[0] + [None], *torch.zeros(2, 4, 2), [4] * 6
    )
    torch.testing.assert_close(out.view(6, 4, 2), layer(x)[0])
    torch.testing.assert_close(h, layer(x)[0][-1])


# --- bad input ------------------------------------------------------------------------------

BAD_ARGUMENTS = {
    "input_size": (0, -1, 1.5, "3", None),
    "hidden_size": (0, -1, 1.5, "3"),
    "num_layers": (0, -1, 1.5),
    "bias": (1, None),
    "batch_first": (1, "yes"),
    "dropout": (-0.1, 1.1, True),
    "proj_size": (-1, 4, 1.5),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, bad in BAD_ARGUMENTS.items() for value in bad]
)
def test_bad_arguments_are_refused_as_torch_does(name, value):
    given = {"input_size": 3, "hidden_size": 4} | {name: value}
    with pytest.raises((TypeError, ValueError)) as theirs:
        nn.LSTM(**given)
    with pytest.raises(theirs.type, match=name) as ours:
        LSTM(**given)
    assert repr(value) in str(ours.value)


@pytest.mark.parametrize("kind", [LSTM, LSTMCell])
@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"init": "zeros"}, ValueError),
        ({"forget_bias": "1"}, TypeError),
        ({"forget_bias": float("nan")}, ValueError),
        ({"forget_bias": 1.0, "bias": False}, ValueError),
        ({"hidden_size": 0}, ValueError),
        ({"input_size": 2.0}, TypeError),
        ({"bias": 1}, TypeError),
    ],
)
def test_bad_arguments_of_our_own_are_refused(kind, given, error):
    with pytest.raises(error, match=next(iter(given))):
        kind(**{"input_size": 3, "hidden_size": 4} | given)


def zeros(*shape, **options):
    return torch.zeros(shape, **options)


def packed(x):
    return pack_padded_sequence(x, [5, 3])


STATE = zeros(1, 2, 4)
BAD_INPUTS = {
    "too few dimensions": (zeros(3), None),
    "too many dimensions": (zeros(5, 2, 1, 3), None),
    "wrong input_size": (zeros(5, 2, 4), None),
    "wrong dtype": (zeros(5, 2, 3, dtype=torch.float64), None),
    "no step": (zeros(0, 2, 3), None),
    "wrong batch of h": (zeros(5, 2, 3), (zeros(1, 3, 4), STATE)),
    "wrong size of h": (zeros(5, 2, 3), (zeros(1, 2, 5), STATE)),
    "wrong layers of h": (zeros(5, 2, 3), (zeros(2, 2, 4), STATE)),
    "wrong size of c": (zeros(5, 2, 3), (STATE, zeros(1, 2, 5))),
    "2-D state, batch": (zeros(5, 2, 3), (zeros(1, 4), zeros(1, 4))),
    "3-D state, no batch": (zeros(5, 3), (STATE, STATE)),
    "packed, wrong input_size": (packed(zeros(5, 2, 4)), None),
    "packed, wrong size of h": (packed(zeros(5, 2, 3)), (zeros(1, 2, 5), STATE)),
    "packed, wrong batch of h": (packed(zeros(5, 2, 3)), (zeros(1, 3, 4), zeros(1, 3, 4))),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_inputs_are_refused_as_torch_does(case):
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        nn.LSTM(3, 4)(*BAD_INPUTS[case])
    with pytest.raises(theirs.type, match=r"input|hx\[[01]\]") as ours:
        LSTM(3, 4)(*BAD_INPUTS[case])
    assert ours.type is theirs.type
    assert "got" in str(ours.value)


BAD_CELL_INPUTS = {
    "too many dimensions": (zeros(1, 2, 3), None),
    "wrong input_size": (zeros(2, 4), None),
    "wrong size of h": (zeros(2, 3), (zeros(2, 5), zeros(2, 4))),
    "wrong batch of c": (zeros(2, 3), (zeros(2, 4), zeros(3, 4))),
    "too many dimensions of h": (zeros(2, 3), (zeros(1, 2, 4), zeros(2, 4))),
}


@pytest.mark.parametrize("case", BAD_CELL_INPUTS)
def test_bad_inputs_of_the_cell_are_refused_as_torch_does(case):
    with pytest.raises((ValueError, RuntimeError)) as theirs:
        nn.LSTMCell(3, 4)(*BAD_CELL_INPUTS[case])
    with pytest.raises(theirs.type, match=r"(input|hx\[[01]\]).*got") as ours:
        LSTMCell(3, 4)(*BAD_CELL_INPUTS[case])
    assert ours.type is theirs.type
