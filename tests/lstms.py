"""LSTMs with random options, inputs of every form for them, and how far two results are apart."""

import warnings

import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence


def options(draw, most_units):
    """Return constructor arguments; every option comes in many combinations."""
    hidden_size = draw.randint(2, most_units)
    return {
        "input_size": draw.randint(1, 5),
        "hidden_size": hidden_size,
        "num_layers": draw.randint(1, 3),
        "bias": draw.random() < 0.7,
        "batch_first": draw.random() < 0.5,
        "dropout": draw.choice((0.0, 0.0, 0.4)),
        "bidirectional": draw.random() < 0.5,
        "proj_size": draw.choice((0, 0, draw.randint(1, hidden_size - 1))),
    }


def build(kind, **given):
    """Return kind(**given) without torch's warning of dropout in a single layer."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "dropout")
        return kind(**given)


def inputs(draw, given, form, longest, dtype=torch.float64):
    """Return x, the state (h, c), and lengths: at most `longest` steps, 1 to 5 sequences."""
    seq_len, batch_size = draw.randint(1, longest), draw.randint(1, 5)
    lengths = [seq_len, *(draw.randint(1, seq_len) for _ in range(batch_size - 1))]
    lengths.sort(reverse=True) if form == "packed" else draw.shuffle(lengths)
    sizes = (batch_size, seq_len) if given["batch_first"] else (seq_len, batch_size)
    sizes, batch = ((seq_len,), ()) if form == "single" else (sizes, (batch_size,))
    rows = given["num_layers"] * (1 + given["bidirectional"])
    h_size = given["proj_size"] or given["hidden_size"]
    x = torch.randn(*sizes, given["input_size"], dtype=dtype)
    hx = tuple(torch.randn(rows, *batch, n, dtype=dtype) for n in (h_size, given["hidden_size"]))
    return x, hx, lengths


def in_form(x, lengths, form, batch_first):
    """Return x, packed if the form says so."""
    if "packed" not in form:
        return x
    return pack_padded_sequence(x, lengths, batch_first, enforce_sorted=form == "packed")


def far(found, expected):
    """Return the distance relative to the size of `expected`."""
    found, expected = (p.data if isinstance(p, PackedSequence) else p for p in (found, expected))
    assert found.shape == expected.shape
    return ((found - expected).norm() / expected.norm().clamp(min=1e-30)).item()
