"""The copying memory problem: ten symbols, a long silence, and the same ten again."""

from math import log
from typing import NamedTuple

import numpy as np
from numpy import ndarray

from lstm_lib import _validate

SYMBOLS, WIDTH = 8, 10  # what is to be remembered: how many kinds, and how many of them
BLANK, MARKER = 8, 9  # the silence, and the call


class Copies(NamedTuple):
    """A batch of the copying memory problem.

    Fields:
        x: the symbols, one-hot, (batch_size, gap + 20, 10): eight kinds, the blank, the marker.
        targets: number of the symbol to be said at each step, (batch_size, gap + 20).
    """

    x: ndarray
    targets: ndarray

    @property
    def asked(self) -> ndarray:
        """The ten symbols to be said at the end, (batch_size, 10)."""
        return self.targets[:, -WIDTH:]


def copying(count: int, gap: int = 100, seed: int = 0) -> Copies:
    """Return sequences of ten symbols that are to be said again after a silence.

    Ten symbols of eight kinds come, then `gap` - 1 blanks, then a marker and ten blanks more.
    Said is a blank at each of the first `gap` + 10 steps, then the ten symbols in their order.

    Args:
        count: how many sequences, at least 1.
        gap: T of the paper, at least 1.
        seed: of the draw.

    Source: Arjovsky, Shah & Bengio (2016), section 5.1, after Hochreiter & Schmidhuber (1997).
    """
    count = _validate.count("count", count, at_least=1)
    gap = _validate.count("gap", gap, at_least=1)
    draw = np.random.default_rng(_validate.count("seed", seed))
    symbols = draw.integers(SYMBOLS, size=(count, WIDTH))
    read = np.full((count, gap + 2 * WIDTH), BLANK)
    read[:, :WIDTH], read[:, gap + WIDTH - 1] = symbols, MARKER
    targets = np.full(read.shape, BLANK)
    targets[:, -WIDTH:] = symbols
    return Copies(np.eye(SYMBOLS + 2)[read], targets)


def baseline(gap: int) -> float:
    """Return the mean cross-entropy, in nats a step, of whoever remembers nothing.

    Blanks where blanks are due, and then a guess among the eight: 10 ln 8 / (gap + 20).
    """
    gap = _validate.count("gap", gap, at_least=1)
    return WIDTH * log(SYMBOLS) / (gap + 2 * WIDTH)
