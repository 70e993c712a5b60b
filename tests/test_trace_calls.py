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


# --- cells --------------------------------------------------------------------------------------


class Cells(nn.Module):
    """A loop over a cell, from the last step to the first if it is backwards."""

    def __init__(self, Cell, bias=True, backwards=False):
        super().__init__()
        torch.manual_seed(0)
        self.cell = Cell(2, 4, bias=bias, dtype=torch.float64)
        self.backwards = backwards

    def forward(self, x):
        state, said = None, []
        for x_t in x.flip(0) if self.backwards else x:
            state = self.cell(x_t, state)
            said.append(state[0])
        return torch.stack(said), state

    def layer(self):
        lstm = nn.LSTM(2, 4, bias=self.cell.bias, dtype=torch.float64)
        weights = self.cell.state_dict().items()
        lstm.load_state_dict({f"{name}_l0": values for name, values in weights})
        return lstm


CELLS = [(Cell, bias) for Cell in (nn.LSTMCell, layers.LSTMCell) for bias in (True, False)]
each_cell = pytest.mark.parametrize(("Cell", "bias"), CELLS)


@each_cell
@pytest.mark.parametrize("shape", [(5, 3, 2), (5, 2), (1, 1, 2)])
def test_a_loop_over_a_cell_is_one_run(Cell, bias, shape):
    model, x = Cells(Cell, bias), torch.rand(shape, dtype=torch.float64)
    clamp = [Clamp("f", 0.25, steps=0), Clamp("h", scale=0.5, units=1)]
    for hand in (None, clamp):
        ours, theirs = trace(model, x, clamp=hand), trace(model.layer(), x, clamp=hand)
        for name in ("x", "i", "f", "g", "o", "c", "h", "h0", "c0"):
            torch.testing.assert_close(getattr(ours[0], name), getattr(theirs[0], name))
        torch.testing.assert_close(ours.output, theirs.output)
        torch.testing.assert_close(ours.state, tuple(part[0] for part in theirs.state))
        torch.testing.assert_close(ours.result[0], ours.output)
        torch.testing.assert_close(ours.result[1], ours.state)
    torch.testing.assert_close(trace(model, x).result, model(x))


@each_cell
def test_a_cell_alone_is_a_run_of_one_step(Cell, bias):
    cell = Cells(Cell, bias).cell
    x, hx = torch.rand(3, 2, dtype=torch.float64), torch.rand(2, 3, 4, dtype=torch.float64)
    traced = trace(cell, x, tuple(hx))
    torch.testing.assert_close(traced.result, cell(x, tuple(hx)))
    assert traced[0].h0.equal(hx[0])
    assert traced.output.shape == (1, 3, 4)


@each_cell
def test_the_flow_of_a_step_of_a_cell_is_autograds(Cell, bias):
    model, x, kept = Cells(Cell, bias), torch.rand(5, 3, 2, dtype=torch.float64), []
    handle = model.cell.register_forward_hook(lambda module, given, state: kept.append(state))
    loss = model(x)[0].square().sum()
    handle.remove()
    expected = torch.autograd.grad(loss, kept[2])
    flow = gradient_flow(model, x, lambda said: said[0].square().sum(), call=2)[0]
    torch.testing.assert_close(flow.d_h[:, 0], expected[0])
    torch.testing.assert_close(flow.d_c[:, 0], expected[1])


def test_lengths_are_not_for_cells():
    with pytest.raises(ValueError, match="lengths must be None unless x is a padded batch"):
        trace(nn.LSTMCell(2, 4), torch.rand(3, 2), lengths=[1, 1, 1])


def test_a_cell_beside_a_layer_is_chosen_by_its_path():
    model = nn.ModuleDict({"encoder": nn.LSTM(2, 4), "decoder": nn.LSTMCell(2, 4)})
    with pytest.raises(ValueError, match="got 'encoder', 'decoder': name one with path="):
        trace(model, torch.rand(3, 2, 2))
