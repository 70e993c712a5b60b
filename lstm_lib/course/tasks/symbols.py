"""Strings of symbols whose next symbol is to be predicted, and what counts as right."""

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib import _validate

if TYPE_CHECKING:
    from numpy import ndarray


class Symbols(NamedTuple):
    """A batch of strings: each symbol with the one that follows it, and those that might.

    Shorter strings are padded at their end; padded steps hold zeros, and -1 in `targets`.

    Fields:
        x: each symbol, one-hot, (batch_size, seq_len, symbols).
        targets: number of the symbol that follows it, -1 after the end, (batch_size, seq_len).
        legal: 1 for every symbol that may follow, else 0, (batch_size, seq_len, symbols).
        lengths: steps of each string, (batch_size,).
    """

    x: "ndarray"
    targets: "ndarray"
    legal: "ndarray"
    lengths: "ndarray"


def one_hot(text: str, alphabet: str) -> "ndarray":
    """Return the symbols of `text`, one-hot in the order of `alphabet`, (seq_len, symbols)."""
    import numpy as np

    return np.eye(len(alphabet))[_numbers(text, alphabet)]  # (seq_len, symbols)


def batch(texts: Sequence[str], legal: Sequence[Sequence[str]], alphabet: str) -> Symbols:
    """Return strings as a batch in which every symbol but the last asks for the next.

    Args:
        texts: strings of at least two symbols each.
        legal: for each string, the symbols that may follow its first, its second, ...: as many
            as the string has steps, which is one less than its symbols.
        alphabet: every symbol once; its order is that of the columns.
    """
    import numpy as np

    if not texts:
        raise ValueError("texts must hold at least one string, got an empty sequence")
    lengths = np.array([len(text) - 1 for text in texts])  # (batch_size,)
    shape = len(texts), int(lengths.max()), len(alphabet)
    x, allowed, targets = np.zeros(shape), np.zeros(shape), np.full(shape[:2], -1)
    for k, (text, steps) in enumerate(zip(texts, legal, strict=True)):
        x[k, : lengths[k]] = one_hot(text[:-1], alphabet)
        targets[k, : lengths[k]] = _numbers(text[1:], alphabet)
        for t, symbols in enumerate(steps):
            allowed[k, t, _numbers(symbols, alphabet)] = 1.0
    return Symbols(x, targets, allowed, lengths)


def right(
    predictions: "ndarray", legal: "ndarray", lengths: "ndarray", threshold: float = 0.5
) -> "ndarray":
    """Return for each string, (batch_size,), whether at every step just what is legal is predicted.

    Args:
        predictions: a value for every symbol at every step, (batch_size, seq_len, symbols).
        legal, lengths: as in `Symbols`; steps after a string's end are not judged.
        threshold: a symbol is predicted if it is above: 0.5 for probabilities, 0 for logits.
    """
    predictions, legal, padded = _judged(predictions, legal, lengths)
    predicted = predictions > _validate.number("threshold", threshold)
    return ((predicted == legal).all(axis=2) | padded).all(axis=1)


def ahead(predictions: "ndarray", legal: "ndarray", lengths: "ndarray") -> "ndarray":
    """Return for each string, (batch_size,), whether at every step what is legal leads the rest.

    Args:
        predictions, legal, lengths: as in `right`.

    Source: the criterion for the embedded Reber grammar in Hochreiter & Schmidhuber (1997),
        section 5.1: the outputs of the possible next symbols are always the most active ones.
    """
    predictions, legal, padded = _judged(predictions, legal, lengths)
    lowest = predictions.min(axis=2, where=legal, initial=inf)  # (batch_size, seq_len)
    highest = predictions.max(axis=2, where=~legal, initial=-inf)  # (batch_size, seq_len)
    return ((lowest > highest) | padded).all(axis=1)


def _judged(predictions: Any, legal: Any, lengths: Any) -> tuple["ndarray", "ndarray", "ndarray"]:
    """Return predictions, where they should be high, and the steps that are not judged."""
    import numpy as np

    from lstm_lib import _arrays

    legal = _arrays.array("legal", legal, ("batch_size", "seq_len", "symbols"), np.dtype(float))
    predictions = _arrays.array("predictions", predictions, legal.shape, np.dtype(float))
    lengths = _arrays.array("lengths", lengths, legal.shape[:1], np.dtype(int))
    if lengths.min() < 1 or lengths.max() > legal.shape[1]:
        raise ValueError(
            f"lengths must be from 1 to {legal.shape[1]}, got {lengths.min()} to {lengths.max()}"
        )
    padded = np.arange(legal.shape[1]) >= lengths[:, None]  # (batch_size, seq_len)
    return predictions, legal > 0.5, padded


def _numbers(text: Any, alphabet: str) -> list[int]:
    """Return the number of each symbol of `text`."""
    _validate.instance("text", text, str)
    strange = sorted(set(text) - set(alphabet))
    if strange:
        raise ValueError(f"text must be made of {alphabet}, got {strange[0]!r} in {text!r}")
    return [alphabet.index(symbol) for symbol in text]
