"""A thousand modules, drawn: each is traced as it is, or refused in one sentence, and untouched."""

import copy
import random

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence
from torch.utils._pytree import tree_flatten
from torch.utils.checkpoint import checkpoint

from lstm_lib import layers
from lstm_lib.trace import Clamp, trace
from lstm_lib.trace.equal import OtherForwardError

KINDS = (nn.LSTM, nn.GRU, nn.RNN, layers.LSTM)
CELLS = (nn.LSTMCell, nn.GRUCell, nn.RNNCell, layers.LSTMCell)
INPUT, UNITS, STEPS, BATCH = 3, 4, 5, 2
COUNT = 1000


class Around(nn.Module):
    """Somebody's module: `body` is called as `way` says, and more may happen before and after."""

    def __init__(self, body, way, after, attribute):
        super().__init__()
        self.body, self.way, self.after = body, way, after
        self.out, self.drop = nn.Linear(1, 1), nn.Dropout(0.5)
        self.register_buffer("calls", torch.zeros(1))
        self.state, self.log, self.noise = None, [], random.Random(3)
        if attribute == "inner list":
            self.log = [self.log, {"seen": np.zeros(2)}]

    def forward(self, x, hx=None, *, scale=1.0):
        self.calls += 1
        self.log.append(len(self.log))
        output, self.state = WAYS[self.way](self.body, x, hx)
        return AFTER[self.after](self, output, self.state, scale)


def _by_step(body, x, hx):
    outputs, time = [], int(body.batch_first)
    for part in x.split(1, time):
        output, hx = body(part, hx)
        outputs.append(output)
    return torch.cat(outputs, time), hx


def _twice_anew(body, x, hx):
    first, _ = body(x, hx)
    second, state = body(x, hx)
    return first + second, state


def _never(body, x, hx):
    return x, hx


def _by_name(body, x, hx):
    return body(input=x, hx=hx)


def _recomputed(body, x, hx):
    return checkpoint(body, x, hx, use_reentrant=False)


def _without_gradients(body, x, hx):
    with torch.no_grad():
        return body(x, hx)


WAYS = {
    "once": lambda body, x, hx: body(x, hx),
    "by name": _by_name,
    "step by step": _by_step,
    "twice from the same state": _twice_anew,
    "never": _never,
    "recomputed": _recomputed,
    "without gradients": _without_gradients,
}


def _in_place(net, output, state, scale):
    return (output.data if isinstance(output, PackedSequence) else output).mul_(scale)


def _drawn(net, output, state, scale):
    output = output.data if isinstance(output, PackedSequence) else output
    return net.drop(output) + torch.rand(()) + np.random.rand() + net.noise.random()  # noqa: NPY002


AFTER = {
    "all": lambda net, output, state, scale: (output, state),
    "in a dict": lambda net, output, state, scale: {"y": output, "state": state, "scale": scale},
    "in a list": lambda net, output, state, scale: [output, (state,)],
    "in place": _in_place,
    "drawn": _drawn,
    "state alone": lambda net, output, state, scale: state,
}


class Halved(nn.LSTM):
    def forward(self, input, hx=None):
        output, state = super().forward(input, hx)
        return output / 2, state


class OutputAlone(nn.GRU):
    def forward(self, input, hx=None):
        return super().forward(input, hx)[0]


class OtherNames(nn.LSTM):
    def forward(self, tokens, memory=None):
        return super().forward(tokens, memory)


class Loop(nn.Module):
    """A loop over a cell."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x):
        state, said = None, []
        for x_t in x:
            state = self.cell(x_t, state)
            said.append(state[0] if isinstance(state, tuple) else state)
        return torch.stack(said)


OTHERS = (
    lambda: nn.Linear(INPUT, 2),
    lambda: nn.ModuleList([nn.GRU(INPUT, 2), nn.LSTM(INPUT, 2)]),
    lambda: torch.jit.script(nn.LSTM(INPUT, 2)),
    lambda: nn.TransformerEncoderLayer(INPUT, 1, 4),
)
CONTAINERS = ("bare", "around", "around", "around", "sequential", "loop", "other")
FORMS = ("padded", "packed", "single", "state", "lengths")
PLANS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 10**6),
        "dtype": st.sampled_from((torch.float32, torch.float32, torch.float64, torch.bfloat16)),
        "container": st.sampled_from(CONTAINERS),
        "training": st.booleans(),
        "kind": st.sampled_from((*KINDS, *KINDS, Halved, OutputAlone, OtherNames)),
        "cell": st.sampled_from(CELLS),
        "other": st.sampled_from(OTHERS),
        "num_layers": st.integers(1, 2),
        "bias": st.booleans(),
        "batch_first": st.booleans(),
        "bidirectional": st.booleans(),
        "dropout": st.sampled_from((0.0, 0.5)),
        "proj_size": st.sampled_from((0, 2)),
        "nonlinearity": st.sampled_from(("tanh", "relu")),
        "weights": st.sampled_from(("", "", "", "weight norm", "spectral norm", "wild", "frozen")),
        "form": st.sampled_from(FORMS),
        "way": st.sampled_from(sorted(WAYS)),
        "after": st.sampled_from(sorted(AFTER)),
        "log": st.sampled_from(("list", "inner list")),
        "scale": st.sampled_from((1.0, 2.0)),
        "clamped": st.booleans(),
    }
)


def body_of(plan):
    """Return a recurrent layer, as it may come."""
    kind = plan["kind"]
    options = {name: plan[name] for name in ("num_layers", "bias", "batch_first", "bidirectional")}
    if plan["num_layers"] > 1:
        options["dropout"] = plan["dropout"]
    if issubclass(kind, nn.LSTM):
        options["proj_size"] = plan["proj_size"]
    if kind is nn.RNN:
        options["nonlinearity"] = plan["nonlinearity"]
    body = kind(INPUT, UNITS, **options)
    if plan["weights"] == "wild":
        with torch.no_grad():
            for weights in body.parameters():
                weights.mul_(30)
    elif plan["weights"] == "frozen":
        body.requires_grad_(False)
    elif plan["weights"]:
        norm = getattr(parametrizations, plan["weights"].replace(" ", "_"))
        norm(body, "weight_hh_l0")
    return body


def x_of(body, plan):
    """Return what a layer reads, and the state to start from or None."""
    sizes = (BATCH, STEPS) if body.batch_first else (STEPS, BATCH)
    x, form, hx = torch.randn(*sizes, INPUT).to(plan["dtype"]), plan["form"], None
    if form == "single":
        return (x[0] if body.batch_first else x[:, 0]), None
    if form == "packed":
        return pack_padded_sequence(x, [STEPS, 2], batch_first=body.batch_first), None
    if form == "state":
        rows = body.num_layers * (1 + body.bidirectional)
        h, c = (torch.randn(rows, BATCH, n).to(x) for n in (body.proj_size or UNITS, UNITS))
        hx = (h, c) if isinstance(body, nn.LSTM) else h
    return x, hx


def made(plan):
    """Return a module, its arguments, those of `trace`, and those by name; the same every time."""
    torch.manual_seed(plan["seed"])
    container, dtype = plan["container"], plan["dtype"]
    if container == "loop":
        cell = plan["cell"](INPUT, UNITS, bias=plan["bias"])
        return Loop(cell).to(dtype), (torch.randn(STEPS, BATCH, INPUT).to(dtype),), {}, {}
    if container == "other":
        return plan["other"](), (torch.randn(STEPS, BATCH, INPUT),), {}, {}
    body = body_of(plan)
    x, hx = x_of(body, plan)
    if container == "bare":
        has_lengths = plan["form"] == "lengths"
        more = {"hx": hx, "lengths": [2, STEPS] if has_lengths else None}
        return body.train(plan["training"]).to(dtype), (x, hx), more, {}
    if container == "sequential":
        return nn.Sequential(body).train(plan["training"]).to(dtype), (x,), {}, {}
    is_whole = plan["way"] == "step by step" and plan["form"] in ("packed", "single")
    model = Around(body, "once" if is_whole else plan["way"], plan["after"], plan["log"])
    return model.train(plan["training"]).to(dtype), (x, hx), {}, {"scale": plan["scale"]}


def flat(result):
    return [one.data if isinstance(one, PackedSequence) else one for one in tree_flatten(result)[0]]


def is_same(mine, theirs):
    if isinstance(mine, torch.Tensor):
        return torch.equal(mine.detach(), theirs.detach())
    return mine == theirs


def standing():
    """Return where all generators stand."""
    return random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist()  # noqa: NPY002


def held(model):
    """Return all that a module holds, copied."""
    plain = {"state", "log", "training"}
    parts = {name: {k: v for k, v in vars(part).items() if k in plain}
             for name, part in model.named_modules()}  # fmt: skip
    return copy.deepcopy((parts, {k: v.clone() for k, v in model.state_dict().items()}))


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")
@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@settings(
    max_examples=COUNT, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(plan=PLANS)
def test_every_module_is_traced_as_it_is_or_refused(plan):
    model, x, arguments, kwargs = made(plan)
    before, dice = held(model), thrown()
    clamp = [Clamp("h", scale=1.0)] if plan["clamped"] else None
    try:
        first = x[0] if plan["container"] == "bare" else x
        traced = trace(model, first, clamp=clamp, kwargs=kwargs, **arguments)
    except (TypeError, ValueError) as error:
        said = str(error)
        assert 10 < len(said) < 400
        assert "\n" not in said.strip()
        if isinstance(error, OtherForwardError):
            assert plan["kind"] is Halved or plan["weights"] == "wild"
        traced = None
    assert standing() == dice
    assert str(held(model)) == str(before)
    other, given_x, _, _ = made(plan)
    assert all(map(is_same, flat(x), flat(given_x)))
    OUTCOMES["traced" if traced else "refused"] += 1
    if traced and not arguments.get("lengths"):
        thrown()
        with torch.no_grad():
            expected = flat(other(*given_x, **kwargs))
        assert all(map(is_same, flat(traced.result), expected))


def thrown():
    """Let all generators start anew, and return where they stand."""
    random.seed(1), np.random.seed(1), torch.manual_seed(1)  # noqa: NPY002
    return standing()


OUTCOMES = {"traced": 0, "refused": 0}


def test_most_of_them_are_traced():
    assert OUTCOMES["traced"] > COUNT / 3
    assert OUTCOMES["refused"] > COUNT / 20
