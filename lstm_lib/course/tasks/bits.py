"""Bits to be given back: at once, or after a silent gap."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from lstm_lib import _arrays, _validate


class Bits(NamedTuple):
    """A batch of sequences whose answers are bits, and where they are asked for.

    Fields:
        x: inputs, (batch_size, seq_len, input_size).
        targets: 0 or 1 where an answer is asked for, else 0, (batch_size, seq_len, 1).
        asked: True where an answer is asked for, (batch_size, seq_len, 1).
    """

    x: ndarray
    targets: ndarray
    asked: ndarray

    def exact(self, logits: ndarray) -> ndarray:
        """Return for each sequence whether every bit asked for is right, (batch_size,).

        The answers are `logits`, (batch_size, seq_len, 1): above 0 means 1, else 0.
        """
        logits = _arrays.array("logits", logits, self.targets.shape, np.dtype(float))
        right = (logits > 0) == (self.targets > 0.5)
        return (right | ~self.asked).all(axis=(1, 2))


def to_binary(number: int, width: int = 8) -> tuple[int, ...]:
    """Return a whole number in binary, highest bit first: 25 in 8 bits is 0, 0, 0, 1, 1, 0, 0, 1.

    Args:
        number: 0 to 2^width - 1.
        width: how many bits, 1 to 62.
    """
    width = _width(width)
    number = _validate.index("number", number, 2**width)
    return tuple(number >> place & 1 for place in reversed(range(width)))


def binary_copy(
    count: int, width: int = 8, seed: int = 0, numbers: Sequence[int] | None = None
) -> Bits:
    """Return random whole numbers in binary; every bit is asked for at the step it comes in.

    Args:
        count: how many sequences, at least 1.
        width: bits of each number, 1 to 62; also the seq_len.
        seed: of the draw.
        numbers: draw from these, each 0 to 2^width - 1; from all of them if left out.

    Returns:
        Bits with x (count, width, 1), the bits 0 and 1, and equal targets.
    """
    bits = _draw_bits(count, width, seed, numbers)[:, :, None]  # (count, width, 1)
    return Bits(bits, bits.copy(), np.ones(bits.shape, bool))


def delayed_recall(
    count: int,
    width: int = 4,
    gap: int = 10,
    seed: int = 0,
    numbers: Sequence[int] | None = None,
) -> Bits:
    """Return random bits that have to be given back, in their order, after a silent gap.

    Channel 0 of the input brings the bits as +1 and -1, then is 0: silence is none of the bits.
    Channel 1 is a marker, 1 at the steps where the bits are asked for and else 0.

        step       1  2  3  4  5 ... 14  15 16 17 18
        channel 0  +  -  +  +  0 ...  0   0  0  0  0
        channel 1  0  0  0  0  0 ...  0   1  1  1  1
        target                            1  0  1  1

    Args:
        count, width, seed, numbers: as in `binary_copy`.
        gap: silent steps between the last bit and the first answer, 0 or more.

    Returns:
        Bits with seq_len 2 width + gap: x (count, seq_len, 2), asked at the last `width` steps.

    Source: after the copying task of Hochreiter & Schmidhuber (1997) and Arjovsky et al. (2016).
    """
    bits = _draw_bits(count, width, seed, numbers)  # (count, width)
    seq_len = 2 * width + _validate.count("gap", gap)
    x = np.zeros((len(bits), seq_len, 2))
    x[:, :width, 0] = 2.0 * bits - 1.0
    x[:, -width:, 1] = 1.0
    targets = np.zeros((len(bits), seq_len, 1))
    targets[:, -width:, 0] = bits
    return Bits(x, targets, x[:, :, 1:] == 1.0)


def _width(width: Any) -> int:
    """Return how many bits, as far as NumPy's whole numbers go."""
    if _validate.count("width", width, at_least=1) > 62:
        raise ValueError(f"width must be at most 62, got {width!r}")
    return int(width)


def _draw_bits(count: Any, width: Any, seed: Any, numbers: Any) -> ndarray:
    """Return the bits of random numbers, highest first, (count, width)."""
    count, width = _validate.count("count", count, at_least=1), _width(width)
    draw = np.random.default_rng(_validate.count("seed", seed))
    if numbers is None:
        drawn = draw.integers(2**width, size=count)
    else:
        _validate.sequence("numbers", numbers)
        choice = [_validate.index(f"numbers[{k}]", n, 2**width) for k, n in enumerate(numbers)]
        drawn = draw.choice(choice, size=count)
    places = np.arange(width - 1, -1, -1)
    return (drawn[:, None] >> places & 1).astype(float)
