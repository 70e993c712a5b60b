"""The adding problem: two numbers among a thousand are to be added up at the end."""

from typing import NamedTuple

import numpy as np
from numpy import ndarray

from lstm_lib import _arrays, _validate

CLOSE = 0.04  # an answer is right if its error is below


class Sums(NamedTuple):
    """A batch of the adding problem. Shorter sequences are padded with zeros at their end.

    Fields:
        x: value and marker of each step, (batch_size, seq_len, 2).
        targets: what should come out at the last step of each sequence, (batch_size, 1).
        lengths: steps of each sequence, (batch_size,).
        marked: the two marked steps, counted from 0, in the order drawn, (batch_size, 2).
    """

    x: ndarray
    targets: ndarray
    lengths: ndarray
    marked: ndarray

    def correct(self, outputs: ndarray) -> ndarray:
        """Return for each sequence whether the last step's output, (batch_size, 1), is right."""
        outputs = _arrays.array("outputs", outputs, self.targets.shape, np.dtype(float))
        return (abs(outputs - self.targets) < CLOSE)[:, 0]


def adding(count: int, seq_len: int = 100, seed: int = 0) -> Sums:
    """Return sequences in which two values are marked, and whose sum is asked for at the end.

    The rules of the paper, with T for `seq_len`:

    - A sequence has T to T + T/10 steps, each number of steps as likely. Every step brings a
      value from [-1, 1] and a marker.
    - One of the first ten steps is marked: X1. Then one of the first T/2 - 1 steps that are
      still unmarked: X2. Their marker is 1. So at least T/2 steps pass from the last marked
      step to the end.
    - Of the other steps the first and the last have the marker -1, the rest 0.
    - Where the first step itself is marked, its value is set to 0. (The paper says so of X1; here
      it holds for X2 too, which falls on the first step once in about T/2 times.)
    - The target is 0.5 + (X1 + X2) / 4, from 0 to 1. An answer is right within 0.04.

    Whoever always answers 0.5 is right in 15 % of the sequences.

    Args:
        count: how many sequences, at least 1.
        seq_len: T, at least 20: else a mark could fall on the last step.
        seed: of the draw.

    Source: Hochreiter & Schmidhuber (1997), section 5.4.
    """
    count = _validate.count("count", count, at_least=1)
    seq_len = _validate.count("seq_len", seq_len, at_least=20)
    draw = np.random.default_rng(_validate.count("seed", seed))
    lengths = draw.integers(seq_len, seq_len + seq_len // 10 + 1, size=count)  # (count,)
    first = draw.integers(10, size=count)  # (count,)
    second = draw.integers(seq_len // 2 - 1, size=count)  # (count,)
    second += second >= first  # counted among the unmarked
    marked = np.stack([first, second], axis=1)  # (count, 2)
    rows, steps = np.arange(count), np.arange(lengths.max())
    values = draw.uniform(-1.0, 1.0, (count, len(steps)))  # (count, longest)
    values[(marked == 0).any(axis=1), 0] = 0.0
    values[steps >= lengths[:, None]] = 0.0
    markers = np.zeros(values.shape)  # (count, longest)
    markers[:, 0] = markers[rows, lengths - 1] = -1.0
    markers[rows[:, None], marked] = 1.0
    sums = values[rows[:, None], marked].sum(axis=1, keepdims=True)  # (count, 1)
    return Sums(np.stack([values, markers], axis=2), 0.5 + sums / 4.0, lengths, marked)
