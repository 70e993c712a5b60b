"""Many clamps over one input: each row of the table is a run made by hand."""

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Clamp, sweep, trace
from lstm_lib.vector import VectorLSTM


class Tagger(nn.Module):
    def __init__(self, calls=1):
        super().__init__()
        torch.manual_seed(0)
        self.lstm, self.out = nn.LSTM(2, 6, num_layers=2, batch_first=True), nn.Linear(6, 3)
        self.calls = calls

    def forward(self, x):
        state, said = None, []
        for part in x.chunk(self.calls, 1):
            h, state = self.lstm(part, state)
            said.append(self.out(h))
        return {"scores": torch.cat(said, 1)}


X = torch.linspace(-1, 1, 4 * 6 * 2).reshape(4, 6, 2)
OF_DICT = lambda y: y["scores"]  # noqa: E731
CLAMPS = [
    *(Clamp("h", 0.0, units=k, layer=1) for k in range(6)),
    Clamp("f", 1.0, steps=slice(2, 4)),
    Clamp("c", torch.rand(6), layer=1),
]


@pytest.mark.parametrize("calls", [1, 3])
def test_every_row_is_a_run_by_hand(calls):
    model = Tagger(calls)
    table = sweep(model, X, CLAMPS, outputs=lambda y: y["scores"])
    assert len(table) == len(CLAMPS) * 3
    own = model(X)["scores"].detach()
    for k, clamp in enumerate(CLAMPS):
        far = (trace(model, X, clamp=clamp).result["scores"] - own).abs().double()
        rows = table[table["clamp"] == k]
        assert rows["output"].tolist() == [0, 1, 2]
        assert rows["change"].tolist() == pytest.approx(far.mean((0, 1)).tolist(), rel=1e-5)
        assert rows["most"].tolist() == pytest.approx(far.amax((0, 1)).tolist(), rel=1e-5)
        assert set(rows["quantity"]) == {clamp.quantity}
        assert set(rows["layer"]) == {clamp.layer}
    assert table["change"].min() > 0


def test_what_changes_nothing_is_exactly_0():
    table = sweep(nn.LSTM(2, 3), X, [Clamp("h", scale=1.0), Clamp("f", lambda f: f)])
    assert table["most"].tolist() == [0.0] * 6


def test_a_layer_that_is_not_listened_to_is_not_missed():
    model = Tagger()
    with torch.no_grad():
        model.out.weight[:, 4] = 0
    table = sweep(model, X, CLAMPS[:6], outputs=lambda y: y["scores"][:, -1])
    last = table.groupby("clamp")["change"].sum()
    assert last.idxmin() == 4


@pytest.mark.parametrize("model", [ScalarLSTM.published(), VectorLSTM(1, 2, seed=0)])
def test_the_other_models_are_swept_too(model):
    x = [1.0, 0.5, 0.25, 1.0]
    x = x if isinstance(model, ScalarLSTM) else np.reshape(x, (1, 4, 1))
    table = sweep(model, x, [Clamp("f", 0.0), Clamp("i", 0.0)], outputs=lambda result: result[0])
    assert table["change"].gt(0).any()


def test_outputs_that_change_their_shape_are_refused():
    shapes = iter([X, X[:2]])
    with pytest.raises(
        ValueError, match=r"outputs must keep its shape \(4, 6, 2\), got \(2, 6, 2\)"
    ):
        sweep(Tagger(), X, CLAMPS[:1], outputs=lambda y: next(shapes))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"clamps": Clamp("f", 1.0)}, TypeError, "clamps must be a sequence of Clamps, got Clamp"),
        ({"clamps": []}, ValueError, "clamps must hold at least one Clamp, got none"),
        ({"clamps": [1.0]}, TypeError, r"clamps\[0\] must be a Clamp, got float"),
        ({}, TypeError, "outputs must be numbers in an array or a tensor: pass a function"),
        ({"outputs": 3}, TypeError, "outputs must be a function of the result, got 3"),
        (
            {"clamps": [Clamp("f", 1.0, layer=2)], "outputs": OF_DICT},
            ValueError,
            "must be in one of",
        ),
    ],
)
def test_what_is_no_sweep_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        sweep(Tagger(), X, **({"clamps": CLAMPS} | arguments))
