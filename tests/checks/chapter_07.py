"""Answers to the exercises of chapter 7."""

import numpy as np
import torch

from lstm_lib.course.checks import chapter_07 as checks
from tests.checks import Answers


def parts(state=lambda h, c: (h, c), axis=1, calls=2):
    """Return an answer to exercise 3 that hands over this state."""

    def run(layer, x, cut):
        if calls == 1:
            return layer(x)[0]
        first, (h, c) = layer(x[:, :cut])
        second, _ = layer(x[:, cut:], state(h, c))
        return torch.cat([first, second], dim=axis) if axis is not None else [first, second]

    return run


def of_the_batch(layer, x, cut):
    first, state = layer(x[:cut])
    return torch.cat([first, layer(x[cut:], state)[0]], dim=1)


def step_by_step(layer, x, cut):
    outputs, state = [], None
    for t in range(x.shape[1]):
        output, state = layer(x[:, t : t + 1], state)
        outputs.append(output)
    return torch.cat(outputs, dim=1)


def looped(outputs, lengths):
    return torch.stack([row[n - 1] for row, n in zip(outputs, lengths, strict=True)])


def as_list(outputs, lengths):
    return [row[n - 1] for row, n in zip(outputs, lengths, strict=True)]


def at(shift):
    def pick(outputs, lengths):
        steps = (lengths + shift).clamp(max=outputs.shape[1] - 1)
        return outputs[torch.arange(len(outputs)), steps]

    return pick


def setting(ih=1.0, hh=0.0, gates="f", units=slice(None), back=True):
    """Return an answer to exercise 5 that writes these values into these gates' biases."""

    def change(layer):
        with torch.no_grad():
            for gate in gates:
                for bias, value in ((layer.bias_ih_l0, ih), (layer.bias_hh_l0, hh)):
                    if value is not None:
                        bias.view(4, -1)["ifgo".index(gate)][units] = value
        return layer if back else None

    return change


def shared(layer):
    """Leave bias_hh as it was drawn, and set the other to what is missing to 1."""
    with torch.no_grad():
        rows = slice(layer.hidden_size, 2 * layer.hidden_size)
        layer.bias_ih_l0[rows] = 1.0 - layer.bias_hh_l0[rows]
    return layer


def all_weights(layer):
    with torch.no_grad():
        layer.weight_hh_l0[3:6] = 1.0
    return setting()(layer)


def without_no_grad(layer):
    layer.bias_ih_l0[layer.hidden_size : 2 * layer.hidden_size] = 1.0
    return layer


def raised(ih=0.0, hh=0.0):
    """Return an answer to exercise 5 that adds to the biases of the forget gates."""

    def change(layer):
        with torch.no_grad():
            layer.bias_ih_l0[3:6] += ih
            layer.bias_hh_l0[3:6] += hh
        return layer

    return change


def renamed(layer):
    copy = torch.nn.LSTM(2, 3, dtype=torch.float64)
    copy.load_state_dict(layer.state_dict())
    return setting()(copy)


DEEP = torch.nn.LSTM(3, 10, num_layers=2, bidirectional=True)


GOOD = (5, 7, 16)


ANSWERS = {
    checks.parameter_count: Answers(
        right=[3760, sum(p.numel() for p in DEEP.parameters())],
        mistakes=[
            (2960, "both directions of the first"),
            (2400, "does not read x"),
            (1880, "arrays of its own"),
            (1480, "two directions, in both layers"),
            (3600, "how many are there?"),
            (3440, "the biases are missing"),
            (940, "four blocks of rows"),
            (600, "one layer in one direction"),
            (1200, "that is the first layer"),
            (2560, "the second layer alone"),
            (2480, "the second layer, too"),
            (7, "rows times numbers in a row"),
        ],
        secrets=("3760", "40", "32"),
    ),
    checks.shapes: Answers(
        right=[
            ((5, 7, 16), (6, 5, 8)),
            ([5, 7, 16], torch.Size([6, 5, 8])),
            (torch.tensor([5, 7, 16]).tolist(), np.array([6, 5, 8])),
        ],
        mistakes=[
            (((5, 7, 8), ...), "the shape of h_n should be three sizes"),
            ((..., (6, 5, 8)), "the shape of outputs should be three sizes"),
            (((5, 7, 16.5), (6, 5, 8)), "the shape of outputs should be three sizes"),
            ((5, (6, 5, 8)), "the shape of outputs should be three sizes"),
            (((5, 7), (6, 5, 8)), "the shape of outputs should be three sizes"),
            (((5, 7, 8), (6, 5, 8)), "outputs: there are two directions"),
            (((7, 5, 16), (6, 5, 8)), "which size comes first?"),
            (((7, 5, 8), (6, 5, 8)), "And two directions"),
            (((5, 7, 24), (6, 5, 8)), "only the top layer"),
            (((5, 7, 48), (6, 5, 8)), "only the top layer"),
            (((5, 7, 2), (6, 5, 8)), "what comes in"),
            (((5, 7, 4), (6, 5, 8)), "not of the input"),
            (((6, 5, 8), (5, 7, 16)), "changed places"),
            (((1, 1, 1), (6, 5, 8)), "what one step gives"),
            ((GOOD, (3, 5, 8)), "each direction has its own"),
            ((GOOD, (2, 5, 8)), "each layer has its own"),
            ((GOOD, (1, 5, 8)), "each layer and each direction"),
            ((GOOD, (5, 6, 8)), "not the states"),
            ((GOOD, (5, 3, 8)), "not the states"),
            ((GOOD, (3, 5, 16)), "in outputs only"),
            ((GOOD, (6, 5, 16)), "in outputs only"),
            ((GOOD, (6, 7, 8)), "after the last step"),
            ((GOOD, GOOD), "the shape of outputs; h_n"),
            ((GOOD, (1, 1, 1)), "one row for each layer and direction"),
        ],
        secrets=("16", "(6, 5, 8)", "6"),
    ),
    checks.in_two_parts: Answers(
        right=[parts()],
        mistakes=[
            (parts(lambda h, c: None), "starts from zeros"),
            (parts(lambda h, c: (c, h)), "in this order"),
            (parts(lambda h, c: (h, 0 * c)), "h alone is not the state"),
            (parts(lambda h, c: (0 * h, c)), "c alone is not the state"),
            (parts(lambda h, c: (h, h)), "handed over twice"),
            (parts(lambda h, c: (h + 1, c)), "what does the first part leave"),
            (parts(calls=1), "call the layer twice"),
            (step_by_step, "call the layer twice"),
            (parts(axis=None), "should return the outputs, one array"),
            (lambda layer, x, cut: layer(x[:, :cut])[0], "of all steps"),
            (lambda layer, x, cut: layer(x, cut), "stopped with"),
            (of_the_batch, "cuts the batch"),
            (3, "should be a function"),
        ],
        secrets=("cut:", "state)", "torch.cat"),
    ),
    checks.last_outputs: Answers(
        right=[at(-1), looped, as_list],
        mistakes=[
            (lambda outputs, _: outputs[:, -1], "after the filling"),
            (lambda outputs, _: outputs[:, 0], "the first step"),
            (at(-2), "one step too early"),
            (at(0), "one step too late"),
            (lambda outputs, n: outputs[torch.arange(len(n)), -n], "from the end"),
            (
                lambda outputs, n: [row[:k].tolist() for row, k in zip(outputs, n, strict=True)],
                "all real steps",
            ),
            (
                lambda outputs, n: [row[:k].mean(0) for row, k in zip(outputs, n, strict=True)],
                "the mean over",
            ),
            (lambda outputs, n: outputs[:, n - 1], "not all pairs"),
            (lambda outputs, n: outputs[torch.arange(len(n)), n], "IndexError"),
            (lambda outputs, _: outputs, "pick both together"),
        ],
        secrets=("arange", "gather"),
    ),
    checks.open_forget_gates: Answers(
        right=[setting(), setting(0.0, 1.0), setting(0.5, 0.5), shared, renamed],
        mistakes=[
            (setting(gates="i"), "gate i has changed"),
            (setting(gates="g"), "gate g has changed"),
            (setting(gates="ifgo"), "gate i has changed"),
            (setting(gates="fo"), "gate o has changed"),
            (setting(1.0, 1.0), "what counts is 2"),
            (setting(1.0, None), "not 1"),
            (setting(units=slice(1)), "each unit has one"),
            (lambda layer: layer, "no bias that counts has changed"),
            (all_weights, "weight_hh_l0 has changed"),
            (setting(back=False), "now return it"),
            (lambda _: torch.nn.LSTM(1, 1), "the layer that came in"),
            (lambda _: torch.nn.LSTM(2, 3, num_layers=2), "the layer that came in"),
            (lambda _: 3, "should return the layer, and this is 3"),
            (lambda a: a.bias_ih_l0.fill_(1), "write under torch.no_grad()"),
            (without_no_grad, "write under torch.no_grad()"),
            (raised(ih=1), "1 was added to what was drawn"),
            (raised(ih=1, hh=1), "1 was added to both biases"),
            (lambda a: a.biases, "stopped with AttributeError"),
            (3, "should be a function"),
        ],
        secrets=("slice", "hidden_size", "bias_hh_l0"),
    ),
}
