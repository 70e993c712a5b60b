"""What the explorers show without arguments: a small layer that keeps bits, and what it reads."""

from math import log
from typing import Any

import numpy as np
from numpy import ndarray

from lstm_lib.notation import QUANTITIES
from lstm_lib.record import BatchTrace, Traces
from lstm_lib.record.base import DIRECTIONS
from lstm_lib.vector import VectorLSTM

UNITS, STEPS = 20, 40


def keeper() -> VectorLSTM:
    """Return a layer built by hand: it writes bits, keeps them, shows them when called.

    The inputs are the bit (-1, 1, or 0 for none), whether there is one, and the call. From unit
    to unit the memory lasts longer, for 1 to 40 steps.

    Source: Tallec & Ollivier (2018), b_f = log(T - 1) keeps a memory for about T steps.
    """
    model, rng = VectorLSTM(3, UNITS, seed=2), np.random.default_rng(2)  # random weights on h
    weights, biases = (model.parameters[name].reshape(4, UNITS, -1)
                       for name in ("weight_ih_l0", "bias_ih_l0"))  # fmt: skip
    weights[:], biases[:], model.parameters["bias_hh_l0"][:] = 0, 0, 0
    weights[0, :, 1], biases[0] = 6, -4  # i opens for a bit
    biases[1, :, 0] = [log(STEPS ** ((k + 1.5) / UNITS) - 1) for k in range(UNITS)]
    weights[2, :, 0] = rng.uniform(0.5, 2, UNITS) * rng.choice([-1, 1], UNITS)
    weights[3, :, 2], biases[3] = 6, -4  # o opens at the call
    return model


def recall() -> ndarray:
    """Return sequences of four random bits, called for 34 steps after they came, (4, 40, 3)."""
    x = np.zeros((4, STEPS, 3))
    x[:, 1:5, 0], x[:, 1:5, 1] = np.random.default_rng(3).choice([-1, 1], (4, 4)), 1
    x[:, 35:39, 2] = 1
    return x


def both_ways() -> Traces:
    """Return the run of two layers in both directions over sequences of 40, 34, 28 and 22 steps.

    Random bits come and go, and every eighth step calls for them. The first layer is the keeper;
    the second reads what both of its directions show, with random weights.
    """
    lengths, rng = (40, 34, 28, 22), np.random.default_rng(5)
    x = np.zeros((4, STEPS, 3))  # (batch_size, seq_len, input_size)
    x[:, :, 1] = rng.random((4, STEPS)) < 0.15  # a bit comes
    x[:, :, 0] = x[:, :, 1] * rng.choice([-1, 1], (4, STEPS))
    x[:, 7::8, 2] = 1  # the call
    traces = []
    for layer, model in enumerate((keeper(), VectorLSTM(2 * UNITS, UNITS, seed=4))):
        pair = [_walk(model, x, lengths, layer, way) for way in DIRECTIONS]
        x = np.concatenate([trace.h for trace in pair], axis=2)  # (batch_size, seq_len, 2 * UNITS)
        traces += pair
    return Traces(traces)


def _walk(
    model: VectorLSTM, x: ndarray, lengths: tuple[int, ...], layer: int, direction: str
) -> BatchTrace:
    """Return the run of a layer over sequences of some lengths, from one end or the other."""
    way = slice(None, None, 1 if direction == "forward" else -1)
    columns: Any = {name: np.zeros((*x.shape[:2], UNITS)) for name in QUANTITIES}
    columns["x"] = np.zeros_like(x)
    for k, length in enumerate(lengths):
        run = model.forward(x[k : k + 1, :length][:, way])[1]
        for name, column in columns.items():
            column[k, :length] = getattr(run, name)[0, way]
    start = np.zeros((len(x), UNITS))
    place: Any = {"layer": layer, "direction": direction, "lengths": lengths}
    return BatchTrace(**columns, h0=start, c0=start, **place)
