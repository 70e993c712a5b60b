"""Temporal order: which of X and Y came first, among a hundred symbols that say nothing."""

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from lstm_lib import _arrays, _validate

ALPHABET = "abcdEBXY"  # noise; start and end; what matters
PLACES = {2: ((10, 20), (50, 60)), 3: ((10, 20), (33, 43), (66, 76))}  # where X and Y stand
CLOSE = 0.3  # the class is right if every output is nearer to its target


class Ordered(NamedTuple):
    """A batch of sequences to be classified. Shorter ones are padded with zeros at their end.

    Fields:
        x: the symbols, one-hot in the order of `ALPHABET`, (batch_size, seq_len, 8).
        targets: the class at the end, one-hot, (batch_size, classes).
        lengths: steps of each sequence, (batch_size,).
        marked: the steps with an X or Y, counted from 0, (batch_size, 2 or 3).
    """

    x: ndarray
    targets: ndarray
    lengths: ndarray
    marked: ndarray

    @property
    def classes(self) -> ndarray:
        """The number of each sequence's class, (batch_size,)."""
        return self.targets.argmax(axis=1)

    def correct(self, outputs: ndarray) -> ndarray:
        """Return for each sequence whether all of the last step's outputs are near enough.

        Args:
            outputs: from 0 to 1, (batch_size, classes).
        """
        outputs = _arrays.array("outputs", outputs, self.targets.shape, np.dtype(float))
        return (abs(outputs - self.targets) < CLOSE).all(axis=1)


def temporal_order(count: int, marks: int = 2, seed: int = 0) -> Ordered:
    """Return sequences whose class is the order of two or three X and Y among noise.

    The rules of the paper:

    - A sequence starts with E and ends with B, and has 100 to 110 steps, each number as likely.
    - An X or a Y stands at a step from 10 to 20 and at one from 50 to 60; of three marks, at one
      from 10 to 20, from 33 to 43 and from 66 to 76. All else is a, b, c or d.
    - The class is which of them they are: XX, XY, YX, YY, or the eight of three.
    - It is asked for at the end, and right if all outputs are within 0.3 of their targets.

    Args:
        count: how many sequences, at least 1.
        marks: 2, the paper's task 6a, or 3, task 6b.
        seed: of the draw.

    Source: Hochreiter & Schmidhuber (1997), section 5.6.
    """
    count = _validate.count("count", count, at_least=1)
    if marks not in PLACES:
        raise ValueError(f"marks must be 2 or 3, got {marks!r}")
    draw = np.random.default_rng(_validate.count("seed", seed))
    lengths = draw.integers(100, 111, size=count)  # (count,)
    numbers = draw.integers(4, size=(count, lengths.max()))  # a, b, c, d
    rows = np.arange(count)
    numbers[:, 0], numbers[rows, lengths - 1] = ALPHABET.index("E"), ALPHABET.index("B")
    marked = np.stack([draw.integers(a, b + 1, size=count) for a, b in PLACES[marks]], axis=1)
    which = draw.integers(2, size=(count, marks))  # X or Y
    numbers[rows[:, None], marked] = ALPHABET.index("X") + which
    x = np.eye(len(ALPHABET))[numbers]  # (count, longest, 8)
    x[np.arange(x.shape[1]) >= lengths[:, None]] = 0.0
    classes = which @ 2 ** np.arange(marks)[::-1]  # (count,)
    return Ordered(x, np.eye(2**marks)[classes], lengths, marked)
