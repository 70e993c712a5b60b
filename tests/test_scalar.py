"""The scalar LSTM against the published numbers, against torch, and against bad input."""

import random
from dataclasses import replace
from functools import cache
from math import exp, inf, isfinite, isnan, log, nan, sqrt, tanh

import pytest
import torch

from lstm_lib import scalar
from lstm_lib.course.tasks.companies import companies
from lstm_lib.course.tasks.puzzles import run_gates
from lstm_lib.descent import Adam, GradientDescent, History, train
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import GATES, Gate, ScalarLSTM, half_life, sigmoid, squared_error

MODELS = 200
STEP = 1e-5  # of the central differences
PUBLISHED_TABLE = {
    0: (-0.0377, -0.0383),
    2000: (0.4342, 0.6171),
    3000: (0.2708, 0.7534),
    5000: (0.0022, 0.9693),
}
CELL_STATES = {
    "A": (-0.2023, -0.2058, -0.3304, 0.0052),
    "B": (0.4981, 0.9106, 1.4765, 2.4048),
}


@cache
def cases():
    """200 times (model, xs, target): weights from N(0, 1), every length from 1 to 50 four times."""
    draw = random.Random(7)
    return [
        (
            ScalarLSTM.from_numbers(draw.gauss(0, 1) for _ in range(12)),
            tuple(draw.gauss(0, 1) for _ in range(1 + k % 50)),
            draw.uniform(-1, 1),
        )
        for k in range(MODELS)
    ]


@cache
def published_training():
    return train(ScalarLSTM.untrained(), companies(), 5000)


def far(found, expected):
    """Return the distance between two rows of numbers, relative to the size of the second."""
    differences = (a - b for a, b in zip(found, expected, strict=True))
    return sqrt(sum(d * d for d in differences)) / sqrt(sum(b * b for b in expected))


def as_torch(model):
    """Return `model` as torch.nn.LSTM(1, 1) in float64, its second bias zero and not trained."""
    twin = torch.nn.LSTM(1, 1, batch_first=True, dtype=torch.float64)
    gates = [getattr(model, name) for name in "ifgo"]
    values = {
        "weight_hh_l0": [[gate.w_h] for gate in gates],
        "weight_ih_l0": [[gate.w_x] for gate in gates],
        "bias_ih_l0": [gate.b for gate in gates],
        "bias_hh_l0": [0.0] * 4,
    }
    with torch.no_grad():
        for name, value in values.items():
            getattr(twin, name).copy_(torch.tensor(value, dtype=torch.float64))
    twin.bias_hh_l0.requires_grad_(False)
    return twin


def numbers_of(twin, of=lambda parameter: parameter.detach()):
    """Return the twelve numbers of a torch LSTM, or what `of` takes from its parameters."""
    rows = [
        of(p).flatten().tolist() for p in (twin.weight_hh_l0, twin.weight_ih_l0, twin.bias_ih_l0)
    ]
    return [row["ifgo".index(name)] for name in "figo" for row in rows]


def hidden_states(twin, xs, h0=0.0, c0=0.0):
    """Return h after every step and the last c, as torch computes them."""
    state = [torch.tensor([[[value]]], dtype=torch.float64) for value in (h0, c0)]
    hs, (_, c) = twin(torch.tensor(xs, dtype=torch.float64).reshape(1, -1, 1), tuple(state))
    return hs[0, :, 0], c[0, 0, 0]


# --- the published numbers -------------------------------------------------------------------


@pytest.mark.parametrize(("epoch", "expected"), list(PUBLISHED_TABLE.items()))
def test_training_reproduces_the_published_table(epoch, expected):
    _, history = published_training()
    assert history.predictions(epoch) == pytest.approx(expected, abs=0.0005, rel=0)


def test_training_ends_with_the_published_weights():
    model, history = published_training()
    assert model.numbers == pytest.approx(ScalarLSTM.published().numbers, abs=0.0005, rel=0)
    assert model == history.model(5000)


@pytest.mark.parametrize(("company", "pair"), list(zip("AB", companies(), strict=True)))
def test_published_weights_give_the_published_cell_states(company, pair):
    trace = ScalarLSTM.published().run(pair.xs)
    assert trace.c == pytest.approx(CELL_STATES[company], abs=0.00005, rel=0)
    assert trace.prediction == pytest.approx(PUBLISHED_TABLE[5000]["AB".index(company)], abs=5e-5)


def test_two_decimals_are_the_four_decimals_rounded_but_for_one_of_the_video():
    four, two = ScalarLSTM.published().numbers, ScalarLSTM.published(decimals=2).numbers
    assert max(abs(a - b) for a, b in zip(four, two, strict=True)) < 0.0051
    assert two == (2.70, 1.63, 1.62, 2.00, 1.65, 0.62, 1.41, 0.94, -0.32, 4.38, -0.19, 0.59)
    assert ScalarLSTM.published(decimals=2).run(companies()[1].xs).c != four


def test_one_step_by_the_equations():
    model = ScalarLSTM.published()
    x, h, c = 0.25, 0.61, 0.91
    sums = {name: gate.w_h * h + gate.w_x * x + gate.b for name, gate in vars(model).items()}
    step = model.step(x, h, c)
    assert (step.x, step.h_prev, step.c_prev) == (x, h, c)
    for name in "fio":
        assert getattr(step, name) == pytest.approx(1 / (1 + exp(-sums[name])), rel=1e-14)
    assert step.g == pytest.approx(tanh(sums["g"]), rel=1e-14)
    assert step.c == pytest.approx(step.f * c + step.i * step.g, rel=1e-14)
    assert step.h == pytest.approx(step.o * tanh(step.c), rel=1e-14)


def test_a_run_is_its_steps_one_after_the_other():
    model, h, c = ScalarLSTM.published(), 0.3, -0.7
    trace = model.run((0.5, -1.0, 2.0), h0=h, c0=c)
    assert (trace.h0, trace.c0) == (h, c)
    for t, x in enumerate(trace.x):
        step = model.step(x, h, c)
        assert trace[t] == step
        h, c = step.h, step.c
    assert model.predict((1.0, 2.0)) == model.run((1.0, 2.0)).h[-1]


def test_a_gate_far_below_zero_is_shut_without_overflow():
    assert sigmoid(-1000.0) == 0.0
    assert sigmoid(-700.5) == 0.0
    assert sigmoid(1000.0) == 1.0
    assert sigmoid(0.3) == pytest.approx(1 / (1 + exp(-0.3)), rel=1e-15)
    step = ScalarLSTM(f=(0, 0, -1e6), i=(0, 0, 1e6), g=(0, 0, 1e6), o=(0, 0, 1e6)).step(1, 0, 5)
    assert (step.f, step.i, step.c, step.h) == (0.0, 1.0, 1.0, tanh(1.0))


# --- against torch and central differences -----------------------------------------------------


def test_forward_equals_torch():
    for model, xs, c0 in cases():
        hs, c = hidden_states(as_torch(model), xs, h0=-c0, c0=2 * c0)
        trace = model.run(xs, h0=-c0, c0=2 * c0)
        assert far(trace.h, hs.tolist()) <= 1e-12
        assert trace.c[-1] == pytest.approx(c.item(), rel=1e-11)


def test_gradients_equal_autograd():
    for model, xs, target in cases():
        twin = as_torch(model)
        loss = (hidden_states(twin, xs)[0][-1] - target) ** 2
        loss.backward()
        found, derivatives = model.gradients(xs, target)
        assert found == pytest.approx(loss.item(), rel=1e-12)
        assert far(derivatives.numbers, numbers_of(twin, lambda p: p.grad)) <= 1e-10


def test_gradients_equal_central_differences():
    for model, xs, target in cases():

        def loss(numbers, xs=xs, target=target):
            return (ScalarLSTM.from_numbers(numbers).predict(xs) - target) ** 2

        slopes = []
        for k, w in enumerate(model.numbers):
            row = list(model.numbers)
            row[k] = w + STEP
            above = loss(row)
            row[k] = w - STEP
            slopes.append((above - loss(row)) / (2 * STEP))
        assert far(model.gradients(xs, target)[1].numbers, slopes) <= 1e-6


def flow_by_autograd(model, xs):
    """Return dh_T/dc_t for every t by autograd, through a nudge of 0 added to every cell state."""
    nudges = torch.zeros(len(xs), dtype=torch.float64, requires_grad=True)
    h = c = torch.zeros((), dtype=torch.float64)
    for x, nudge in zip(xs, nudges, strict=True):
        z = {name: gate.w_h * h + gate.w_x * x + gate.b for name, gate in vars(model).items()}
        c = torch.sigmoid(z["f"]) * c + torch.sigmoid(z["i"]) * torch.tanh(z["g"]) + nudge
        h = torch.sigmoid(z["o"]) * torch.tanh(c)
    h.backward()
    return nudges.grad.tolist()


def test_gradient_flow_of_the_lstm_equals_autograd():
    for model, xs, _ in cases()[::4]:
        arrived = flow_by_autograd(model, xs)
        flow = model.gradient_flow(xs)
        assert far(flow.total, [share / arrived[-1] for share in arrived]) <= 1e-10
        assert flow.total[-1] == flow.kept[-1] == 1.0


def test_the_lane_keeps_the_product_of_the_forget_gates():
    for model, xs, _ in cases()[::10]:
        flow, f = model.gradient_flow(xs), model.run(xs).f
        for t in range(len(xs)):
            kept = 1.0
            for later in range(t + 1, len(xs)):
                kept *= f[later]
            assert flow.kept[t] == pytest.approx(kept, rel=1e-12)
            assert flow.kept[t] + flow.through_gates[t] == pytest.approx(flow.total[t], rel=1e-12)


def test_without_weights_on_h_nothing_goes_through_the_gates():
    model = ScalarLSTM(f=(0, 1, 2), i=(0, 1, 0), g=(0, -1, 0), o=(0, 1, 1))
    flow = model.gradient_flow((0.5, -1.0, 0.3, 0.2))
    assert flow.through_gates == (0, 0, 0, 0)
    assert ScalarLSTM.published().gradient_flow((1, 0.5, 0.25)).through_gates[0] != 0


def test_without_weights_on_h_lane_and_total_are_the_same_numbers():
    for model, xs, _ in cases():
        alone = ScalarLSTM(**{name: (0, *gate[1:]) for name, gate in vars(model).items()})
        flow = alone.gradient_flow(xs)
        assert flow.kept == flow.total
        assert set(flow.through_gates) == {0.0}


def test_a_shut_output_gate_lets_no_gradient_in():
    shut = replace(ScalarLSTM.published(), o=(0, 0, -800))
    with pytest.raises(ValueError, match=r"^o shuts"):
        shut.gradient_flow((1.0, 2.0))


def test_gradient_flow_of_the_vanilla_unit_equals_central_differences():
    draw = random.Random(3)
    for length in (1, 2, 5, 20):
        unit = ScalarRNN(*(draw.gauss(0, 1) for _ in range(3)))
        xs = [draw.gauss(0, 1) for _ in range(length)]
        hs, flow = unit.run(xs), unit.gradient_flow(xs)
        assert flow[-1] == 1.0
        for t in range(length - 1):
            above, below = (unit.run(xs[t + 1 :], h0=hs[t] + e)[-1] for e in (STEP, -STEP))
            assert flow[t] == pytest.approx((above - below) / (2 * STEP), rel=1e-6, abs=1e-10)


def test_the_slopes_of_the_vanilla_unit_equal_central_differences():
    unit, xs = ScalarRNN(-1.3, 0.7, 0.2), (0.4, -1.0, 0.1)
    before = (0.0, *unit.run(xs))
    for x, h, slope in zip(xs, before, unit.slopes(xs), strict=False):
        measured = (unit.step(x, h + STEP) - unit.step(x, h - STEP)) / (2 * STEP)
        assert slope == pytest.approx(measured, rel=1e-8)
    assert unit.gradient_flow(xs)[0] == pytest.approx(unit.slopes(xs)[1] * unit.slopes(xs)[2])


def test_the_vanilla_unit_equals_torch():
    unit, xs = ScalarRNN(0.9, -1.5, 0.3), (0.2, -1.0, 0.7)
    twin = torch.nn.RNN(1, 1, dtype=torch.float64)
    with torch.no_grad():
        for name, value in zip(
            ("weight_hh_l0", "weight_ih_l0", "bias_ih_l0"), (0.9, -1.5, 0.3), strict=True
        ):
            getattr(twin, name).fill_(value)
        twin.bias_hh_l0.zero_()
        h0 = torch.tensor([[0.4]], dtype=torch.float64)
        expected = twin(torch.tensor(xs, dtype=torch.float64).reshape(-1, 1), h0)[0]
    assert unit.run(xs, h0=0.4) == pytest.approx(expected.flatten().tolist(), rel=1e-13)
    assert unit.step(0.2, 0.4) == unit.run(xs, h0=0.4)[0]


def test_the_vanilla_unit_explodes_above_one_near_zero_and_vanishes_below():
    assert ScalarRNN(1.5).gradient_flow([0.0] * 11)[0] == pytest.approx(1.5**10)
    assert ScalarRNN(0.5).gradient_flow([0.0] * 11)[0] == pytest.approx(0.5**10)
    assert ScalarRNN(1.5).gradient_flow([1.0] * 11)[0] < 1e-6  # tanh is flat there


# --- optimizers and training -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "theirs", "settings"),
    [
        (Adam, torch.optim.Adam, {}),
        (Adam, torch.optim.Adam, {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.01}),
        (GradientDescent, torch.optim.SGD, {"lr": 0.3}),
    ],
)
def test_optimizers_equal_torch(ours, theirs, settings):
    draw = random.Random(1)
    numbers = [draw.gauss(0, 1) for _ in range(12)]
    weights = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
    twin = theirs([weights], **settings)
    betas = dict(zip(("beta1", "beta2"), settings.pop("betas", ()), strict=False))
    optimizer = ours(**settings, **betas)
    for _ in range(60):
        derivatives = [draw.gauss(0, 3) for _ in range(12)]
        weights.grad = torch.tensor(derivatives, dtype=torch.float64)
        twin.step()
        numbers = optimizer.update(numbers, derivatives)
        assert far(numbers, weights.tolist()) <= 1e-12


@pytest.mark.parametrize(
    ("ours", "theirs", "lr"),
    [(Adam, torch.optim.Adam, 0.01), (GradientDescent, torch.optim.SGD, 0.1)],
)
def test_training_equals_the_same_loop_in_torch(ours, theirs, lr):
    start, epochs = ScalarLSTM.random(4), 40
    twin = as_torch(start)
    optimizer = theirs([p for p in twin.parameters() if p.requires_grad], lr=lr)
    for _ in range(epochs):
        for xs, target in companies():
            optimizer.zero_grad()
            ((hidden_states(twin, xs)[0][-1] - target) ** 2).backward()
            optimizer.step()
    model, _ = train(start, companies(), epochs, lr, ours)
    assert far(model.numbers, numbers_of(twin)) <= 1e-9


def test_one_epoch_takes_one_step_per_pair_in_their_order():
    start, optimizer = ScalarLSTM.untrained(), GradientDescent(0.5)
    model = start
    for xs, target in companies():
        derivatives = model.gradients(xs, target)[1]
        model = ScalarLSTM.from_numbers(optimizer.update(model.numbers, derivatives.numbers))
    assert train(start, companies(), 1, 0.5, GradientDescent)[0] == model
    assert train(start, reversed(companies()), 1, 0.5, GradientDescent)[0] != model


def test_the_history_holds_every_epoch_from_the_start_on():
    start = ScalarLSTM.random(2)
    model, history = train(start, companies(), 7, lr=0.01)
    assert history.epochs == 7
    assert history.model(0) == start
    assert history.model(7) == model
    assert history.model(3) == train(start, companies(), 3, lr=0.01)[0]
    for epoch in (0, 4, 7):
        a, b = (history.model(epoch).predict(pair.xs) for pair in companies())
        assert history.predictions(epoch) == (a, b)
        assert history.loss(epoch) == pytest.approx(a**2 + (b - 1) ** 2)


def test_the_loss_is_the_squared_errors_added_up():
    model = ScalarLSTM.random(3)
    each = [model.gradients(xs, target)[0] for xs, target in companies()]
    assert model.loss(companies()) == pytest.approx(sum(each), rel=1e-15)
    assert squared_error((1.0, 5.0), (3.0, 4.0)) == 5.0


def test_no_epochs_change_nothing():
    model, history = train(ScalarLSTM.untrained(), companies(), 0)
    assert model == ScalarLSTM.untrained()
    assert history.epochs == 0


def test_two_trainings_share_nothing():
    runs = [train(ScalarLSTM.untrained(), companies(), 20)[0] for _ in range(2)]
    assert runs[0] == runs[1]


def test_a_rate_beyond_floats_says_so():
    with pytest.raises(ValueError, match=r"^lr 1e\+308 is too high: epoch 1"):
        train(ScalarLSTM.untrained(), companies(), 3, lr=1e308)


# --- the models themselves ------------------------------------------------------------------------


def test_the_twelve_numbers_are_in_the_order_f_i_g_o():
    model = ScalarLSTM.from_numbers(range(12))
    assert model == ScalarLSTM(f=(0, 1, 2), i=(3, 4, 5), g=(6, 7, 8), o=(9, 10, 11))
    assert model.numbers == tuple(map(float, range(12)))
    assert [getattr(model, name).w_x for name in GATES] == [1, 4, 7, 10]
    assert isinstance(model.f, Gate)


def test_random_weights_belong_to_their_seed():
    assert ScalarLSTM.random(5) == ScalarLSTM.random(5)
    assert ScalarLSTM.random(5) != ScalarLSTM.random(6)
    weights = [
        w
        for seed in range(200)
        for gate in vars(ScalarLSTM.random(seed)).values()
        for w in gate[:2]
    ]
    assert sum(weights) / len(weights) == pytest.approx(0, abs=0.1)
    assert sum(w * w for w in weights) / len(weights) == pytest.approx(1, abs=0.1)
    assert {gate.b for gate in vars(ScalarLSTM.random(5)).values()} == {0.0}


def test_untrained_weights_are_the_published_start():
    torch.manual_seed(42)
    for gate in vars(ScalarLSTM.untrained()).values():
        drawn = [torch.normal(0.0, 1.0, ()).item() for _ in range(2)]
        assert (*gate,) == pytest.approx((*drawn, 0.0), rel=1e-7)


def test_half_life_is_where_half_is_left():
    for f in (0.01, 0.5, 0.9, 0.999):
        assert f ** half_life(f) == pytest.approx(0.5)
    assert half_life(0.5) == pytest.approx(1)
    assert half_life(0.99) == pytest.approx(log(0.5) / log(0.99))
    assert (half_life(0.0), half_life(1.0)) == (0.0, inf)


def test_gates_set_by_hand_follow_the_two_equations():
    trace = run_gates(g=(0.9, -0.5), f=(1.0, 0.5), i=(1.0, 0.2), o=(0.0, 1.0))
    assert trace.c == pytest.approx((0.9, 0.5 * 0.9 + 0.2 * -0.5))
    assert trace.h == pytest.approx((0.0, tanh(0.35)))


# --- bad input ------------------------------------------------------------------------------------

GOOD = ScalarLSTM.published()
BIG = ScalarLSTM.from_numbers([1e308, 1e308, 0.0] * 4)
OPTIMIZER = r"optimizer must be Adam or GradientDescent \(the class\), got "
BAD_INPUT = [
    (
        lambda: ScalarLSTM(f=(nan, 0, 0), i=(0, 0, 0), g=(0, 0, 0), o=(0, 0, 0)),
        ValueError,
        r"f\[0\]",
    ),
    (
        lambda: ScalarLSTM(f=(0, 0, 0), i=(0, 0, inf), g=(0, 0, 0), o=(0, 0, 0)),
        ValueError,
        r"i\[2\]",
    ),
    (lambda: replace(GOOD, g=(0, -inf, 0)), ValueError, r"g\[1\]"),
    (lambda: replace(GOOD, o=(0, 0)), ValueError, "o must be three numbers"),
    (lambda: replace(GOOD, o=(0, 0, 0, 0)), ValueError, "o must be three numbers"),
    (lambda: replace(GOOD, o=3.0), TypeError, "o must be a sequence"),
    (lambda: replace(GOOD, f="abc"), TypeError, "f must be a sequence"),
    (lambda: replace(GOOD, i=(0, "1", 0)), TypeError, r"i\[1\]"),
    (lambda: replace(GOOD, i=(0, True, 0)), TypeError, r"i\[1\]"),
    (lambda: replace(GOOD, i=(0, None, 0)), TypeError, r"i\[1\]"),
    (lambda: ScalarLSTM.from_numbers([0.0] * 11), ValueError, "numbers must be 12"),
    (lambda: ScalarLSTM.from_numbers([0.0] * 11 + [nan]), ValueError, r"numbers\[11\]"),
    (lambda: ScalarLSTM.from_numbers("twelve numbers"), TypeError, "numbers"),
    (lambda: ScalarLSTM.published(decimals=3), ValueError, "decimals"),
    (lambda: ScalarLSTM.random(-1), ValueError, "seed"),
    (lambda: ScalarLSTM.random(0.5), TypeError, "seed"),
    (lambda: GOOD.step(nan, 0, 0), ValueError, "x must"),
    (lambda: GOOD.step(0, inf, 0), ValueError, "h must"),
    (lambda: GOOD.step(0, 0, "c"), TypeError, "c must"),
    (lambda: GOOD.run([]), ValueError, "xs must hold at least one"),
    (lambda: GOOD.run([1.0, nan]), ValueError, r"xs\[1\]"),
    (lambda: GOOD.run(["0.5", "1"]), TypeError, r"xs\[0\]"),
    (lambda: GOOD.run("0.5, 1"), TypeError, "xs must be a sequence"),
    (lambda: GOOD.run(1.0), TypeError, "xs must be a sequence"),
    (lambda: GOOD.run(None), TypeError, "xs must be a sequence"),
    (lambda: GOOD.run([1.0], h0=nan), ValueError, "h0"),
    (lambda: GOOD.run([1.0], c0="0"), TypeError, "c0"),
    (lambda: GOOD.run([1.0], h0=10**400), ValueError, "h0 must fit a float"),
    (lambda: GOOD.run([1.0, 10**5000]), ValueError, r"xs\[1\] must fit a float"),
    (lambda: BIG.step(-10, 10, 0), ValueError, "x, h and the weights leave the range"),
    (lambda: BIG.run([-10], h0=10), ValueError, "xs and the weights leave the range"),
    (lambda: BIG.gradients([0.0] * 6, 1.0), ValueError, "target 1.0, xs and the weights leave"),
    (lambda: BIG.gradient_flow([0.0] * 6), ValueError, "xs and the weights leave"),
    (lambda: GOOD.gradients([1.0], 1e308), ValueError, r"target 1e\+308, xs and the weights"),
    (lambda: GOOD.loss([]), ValueError, "pairs must hold at least one"),
    (lambda: GOOD.loss([((1.0,), nan)]), ValueError, r"pairs\[0\] target"),
    (lambda: GOOD.f.weighted_sum("1", 0), TypeError, "h must be a number"),
    (lambda: Gate("a", 0, 0).weighted_sum(1, 1), TypeError, "w_h must be a number, got 'a'"),
    (lambda: Gate(0, nan, 0).weighted_sum(1, 1), ValueError, "w_x must be a finite number"),
    (lambda: train(None, companies(), 1), TypeError, "model must be a ScalarLSTM, got None"),
    (lambda: train(GOOD, companies(), 1, 0.1, "Adam"), TypeError, OPTIMIZER + "'Adam'"),
    (lambda: train(GOOD, companies(), 1, 0.1, None), TypeError, OPTIMIZER + "None"),
    (lambda: train(GOOD, companies(), 1, 0.1, Adam()), TypeError, OPTIMIZER + "<"),
    (lambda: train(GOOD, companies(), 1, 0.1, list), TypeError, OPTIMIZER + "<class 'list'>"),
    (lambda: train(GOOD, [((1.0,), 1e308)], 1), ValueError, r"target 1e\+308"),
    (lambda: Adam(beta1=1), ValueError, "beta1 must be below 1, got 1"),
    (lambda: Adam(beta1=-0.1), ValueError, "beta1 must be from 0 to 1"),
    (lambda: Adam(beta2=1.0), ValueError, "beta2 must be below 1"),
    (lambda: Adam(beta2="0.9"), TypeError, "beta2 must be a number"),
    (lambda: Adam(eps=0), ValueError, "eps must be above 0"),
    (lambda: Adam(eps=nan), ValueError, "eps must be a finite"),
    (lambda: Adam(lr=None), TypeError, "lr must be a number"),
    (lambda: History(companies(), ()), ValueError, "numbers must hold twelve numbers for each"),
    (lambda: History(companies(), None), TypeError, "numbers must be a tuple"),
    (lambda: History((), (GOOD.numbers,)), ValueError, "pairs must hold at least one"),
    (lambda: ScalarRNN(1.0).step("x", 0), TypeError, "x must be a number"),
    (lambda: ScalarRNN(1.0).step(0, nan), ValueError, "h must be a finite number"),
    (lambda: ScalarRNN(2.0, 2.0).run([-1e308], h0=1e308), ValueError, "xs and the weights leave"),
    (lambda: ScalarRNN(1.0).slopes([]), ValueError, "xs must hold at least one"),
    (lambda: run_gates([1e308] * 2, [1, 1], [1, 1], [1, 1]), ValueError, "g leaves the range"),
    (lambda: GOOD.predict([]), ValueError, "xs"),
    (lambda: GOOD.gradients([], 1.0), ValueError, "xs"),
    (lambda: GOOD.gradients([1.0], nan), ValueError, "target"),
    (lambda: GOOD.gradients([1.0], None), TypeError, "target"),
    (lambda: GOOD.gradient_flow([]), ValueError, "xs"),
    (lambda: GOOD.gradient_flow(["a"]), TypeError, r"xs\[0\]"),
    (lambda: train(GOOD, companies(), -1), ValueError, "epochs must be at least 0, got -1"),
    (lambda: train(GOOD, companies(), 1.5), TypeError, "epochs"),
    (lambda: train(GOOD, companies(), 1, lr=0), ValueError, "lr must be above 0, got 0"),
    (lambda: train(GOOD, companies(), 1, lr=-0.1), ValueError, "lr"),
    (lambda: train(GOOD, companies(), 1, lr=nan), ValueError, "lr"),
    (lambda: train(GOOD, companies(), 1, 0, GradientDescent), ValueError, "lr"),
    (lambda: train(GOOD, [], 1), ValueError, "pairs"),
    (lambda: train(GOOD, "AB", 1), TypeError, "pairs"),
    (lambda: train(GOOD, 3, 1), TypeError, "pairs"),
    (lambda: train(GOOD, [1.0, 2.0], 1), TypeError, r"pairs\[0\]"),
    (lambda: train(GOOD, [((1.0,), 1.0, 2.0)], 1), TypeError, r"pairs\[0\]"),
    (lambda: train(GOOD, [((), 1.0)], 1), ValueError, r"pairs\[0\] xs"),
    (lambda: train(GOOD, [((1.0,), nan)], 1), ValueError, r"pairs\[0\] target"),
    (lambda: train(GOOD, [((1.0,), 0.0), (("1",), 1.0)], 1), TypeError, r"pairs\[1\] xs\[0\]"),
    (lambda: History(companies(), (GOOD.numbers,)).model(1), ValueError, "epoch must be at most 0"),
    (
        lambda: History(companies(), (GOOD.numbers,)).loss(-1),
        ValueError,
        "epoch must be at least 0",
    ),
    (lambda: ScalarRNN(nan), ValueError, "w_h"),
    (lambda: ScalarRNN(1.0, "1"), TypeError, "w_x"),
    (lambda: ScalarRNN(1.0, 1.0, inf), ValueError, "b must"),
    (lambda: ScalarRNN(1.0).run([]), ValueError, "xs"),
    (lambda: ScalarRNN(1.0).run([1.0], h0=nan), ValueError, "h0"),
    (lambda: ScalarRNN(1.0).gradient_flow("abc"), TypeError, "xs"),
    (lambda: half_life(1.5), ValueError, "f must be from 0 to 1"),
    (lambda: half_life("f"), TypeError, "f must be a number"),
    (lambda: run_gates([1.0], [2.0], [1.0], [1.0]), ValueError, r"f\[0\]"),
    (lambda: run_gates([1.0], [1.0], [1.0, 1.0], [1.0]), ValueError, "i must hold 1 numbers"),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{names}"):
        act()


def test_nan_stays_nan_inside():
    for z in (nan, -nan):
        assert isnan(scalar.sigmoid(z))
    assert isnan(scalar.step([nan] * 12, 0.0, 0.0, 0.0).h)


def test_extreme_but_finite_weights_give_finite_numbers():
    for size in (1e3, 1e100):
        model = ScalarLSTM.from_numbers([size, -size, size] * 4)
        assert all(map(isfinite, model.run((1.0, -1.0, 0.0)).h))
        assert all(map(isfinite, model.gradients((1.0, -1.0, 0.0), 1.0)[1].numbers))
