"""An LSTM that is called several times in one forward."""

import pytest
import torch
from torch import nn

from lstm_lib import layers
from lstm_lib.trace import Clamp, gradient_flow, trace

SETTINGS = [
    (LSTM, num_layers, batch_first, steps)
    for LSTM in (nn.LSTM, layers.LSTM)
    for num_layers in (1, 2)
    for batch_first in (False, True)
    for steps in (1, 3)
]


class Decoder(nn.Module):
    """Reads what it has said; `calls` times `steps` steps. Without `feeds` it reads its input."""

    def __init__(self, LSTM=nn.LSTM, num_layers=1, batch_first=False, calls=4, feeds=True):
        super().__init__()
        torch.manual_seed(0)
        options = {"num_layers": num_layers, "batch_first": batch_first, "dtype": torch.float64}
        self.lstm = LSTM(2, 4, **options)
        self.out = nn.Linear(4, 2, dtype=torch.float64)
        self.calls, self.feeds = calls, feeds

    def forward(self, x):
        said, state, time = [], None, int(self.lstm.batch_first and x.dim() == 3)
        parts = [x] if self.feeds else x.chunk(self.calls, time)
        for k in range(self.calls):
            h, state = self.lstm(parts[0] if self.feeds else parts[k], state)
            said.append(self.out(h))
            parts = said[-1:] if self.feeds else parts
        return torch.cat(said, time)


def inputs(steps, batch_first=False):
    x = torch.rand(steps, 3, 2, dtype=torch.float64)
    return x.transpose(0, 1) if batch_first else x


@pytest.mark.parametrize(("LSTM", "num_layers", "batch_first", "steps"), SETTINGS)
def test_a_decoder_is_one_run(LSTM, num_layers, batch_first, steps):
    model, x = Decoder(LSTM, num_layers, batch_first), inputs(steps, batch_first)
    traced, said = trace(model, x), model(x)
    time = int(batch_first)
    read = torch.cat([x, said.narrow(time, 0, 3 * steps)], time)
    whole = trace(model.lstm, read)
    assert [len(one) for one in traced.traces] == [4 * steps] * num_layers
    for ours, theirs in zip(traced.traces, whole.traces, strict=True):
        for name in ("x", "i", "f", "g", "o", "c", "h", "h0", "c0"):
            torch.testing.assert_close(getattr(ours, name), getattr(theirs, name))
    torch.testing.assert_close(traced.output, whole.output)
    torch.testing.assert_close(traced.state, whole.state)
    torch.testing.assert_close(traced.result, said)


def test_a_sequence_without_a_batch_is_one_run():
    model = Decoder(batch_first=True)
    x = torch.rand(1, 2, dtype=torch.float64)
    traced = trace(model, x)
    assert traced.output.shape == (4, 4)
    torch.testing.assert_close(traced.result, model(x))


@pytest.mark.parametrize(
    "steps", [5, slice(5, None), slice(-3, None), [2, 7], None, slice(None, None, 3)]
)
def test_the_steps_of_a_clamp_are_counted_over_all_calls(steps):
    model, x = Decoder(feeds=False), inputs(8)
    clamp = [Clamp("f", 0.25, steps=steps), Clamp("h", scale=0.5, units=1, steps=steps)]
    torch.testing.assert_close(
        trace(model, x, clamp=clamp).traces[0].h, trace(model.lstm, x, clamp=clamp)[0].h
    )


def test_a_step_beyond_all_calls_is_refused():
    with pytest.raises(ValueError, match="steps"):
        trace(Decoder(feeds=False), inputs(8), clamp=Clamp("f", 1.0, steps=8))


@pytest.mark.parametrize("call", [0, 2, 3])
def test_one_call_is_chosen(call):
    model, x = Decoder(feeds=False), inputs(8)
    part, whole = trace(model, x, call=call)[0], trace(model, x)[0]
    here = slice(2 * call, 2 * call + 2)
    torch.testing.assert_close(part.c, whole.c[:, here])
    if call:
        torch.testing.assert_close(part.c0, whole.c[:, 2 * call - 1])
    held = trace(model, x, call=call, clamp=Clamp("f", 0.5, steps=1))
    assert held[0].f[:, 1].eq(0.5).all()
    again = trace(model, x, clamp=Clamp("f", 0.5, steps=2 * call + 1))
    torch.testing.assert_close(held.result, again.result)


class Twice(nn.Module):
    """Two calls that are no run: of one LSTM on two inputs, or with another state."""

    def __init__(self, change=lambda state: None, **options):
        super().__init__()
        self.lstm, self.change = nn.LSTM(2, 2, **options), change

    def forward(self, x):
        _, state = self.lstm(x)
        return self.lstm(x, self.change(state))[0]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (Twice(), "does not go on from the state"),
        (Twice(lambda state: (state[0], 2 * state[1])), "does not go on from the state"),
        (Twice(lambda state: state, bidirectional=True), "is bidirectional"),
    ],
)
def test_calls_that_are_no_run_are_refused(model, says):
    with pytest.raises(ValueError, match=f"call must be the number of one call, from 0.*{says}"):
        trace(model, torch.rand(3, 2, 2))
    assert len(trace(model, torch.rand(3, 2, 2), call=1)[0]) == 3


def test_packed_calls_are_refused():
    packed = nn.utils.rnn.pack_sequence([torch.rand(3, 2), torch.rand(2, 2)])
    with pytest.raises(ValueError, match="with packed sequences"):
        trace(Twice(lambda state: state), packed)


def test_a_call_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="call must be from 0 to 3, got 4"):
        trace(Decoder(), inputs(1), call=4)
    with pytest.raises(ValueError, match='call must be "all" or the number of a call'):
        trace(Decoder(), inputs(1), call="last")
    with pytest.raises(ValueError, match="call must be"):
        trace(Decoder(), inputs(1), call=-1)


@pytest.mark.parametrize("call", [0, 1, 3])
def test_the_flow_of_one_call_is_autograds(call):
    model, x, kept = Decoder(feeds=False), inputs(8), []
    model.lstm.register_forward_hook(lambda module, given, results: kept.append(results))
    loss = model(x).square().sum()
    d_output, *d_state = torch.autograd.grad(
        loss, [kept[call][0], *kept[call][1]], allow_unused=True
    )
    kept.clear()
    flow = gradient_flow(model, x, lambda y: y.square().sum(), call=call)[0]
    expected = d_output[-1] + (0 if d_state[0] is None else d_state[0][0])
    torch.testing.assert_close(flow.d_h[:, -1], expected)


def test_the_flow_of_several_calls_is_refused():
    with pytest.raises(ValueError, match="choose a call with call="):
        gradient_flow(Decoder(), inputs(1), lambda y: y.sum())
