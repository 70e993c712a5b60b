"""Four units that recall two bits over a silent gap."""

from itertools import count, takewhile

import numpy as np

from lstm_lib.course.networks import stored
from lstm_lib.course.tasks.bits import Bits, delayed_recall
from lstm_lib.learning import Adam, bce_with_logits
from lstm_lib.vector import VectorLSTM


def two_bit_recall() -> VectorLSTM:
    """Return four units that recall two bits over a gap of 0 to 24 steps: `delayed_recall`.

    Its weights have one decimal.
    """
    return stored.load("recall")


def train_recall(seed: int = 0, updates: int = 1000, lr: float = 0.03) -> VectorLSTM:
    """Return four units trained on gaps of 0 to 14, all four pairs of bits at each update.

    After a third of the updates the weights between units, and those of the read-out, are pulled
    to zero, so that the units are easy to read.

    Args:
        seed: of the weights and gaps.
        updates: how many.
        lr: the rate at the start, above 0; it falls to 0.
    """
    model = VectorLSTM(2, 4, 1, seed=seed, forget_bias=1.0)
    optimizer, draw = Adam(lr, max_norm=1.0), np.random.default_rng(seed)
    for update in range(updates):
        optimizer.lr = lr * (1 - update / updates)
        bits = _all_four(gap=int(draw.integers(15)))
        outputs, trace = model.forward(bits.x)
        _, d_outputs = bce_with_logits(outputs, bits.targets, bits.asked)
        optimizer.update(model.parameters, model.backward(trace, d_outputs))
        if update > updates // 3:
            for name in ("weight_hh_l0", "weight_out"):
                weights = model.parameters[name]
                weights[:] = np.sign(weights) * np.maximum(abs(weights) - 0.05 * optimizer.lr, 0.0)
    return model


def retrained() -> VectorLSTM:
    """Return the stored network, trained again: of seeds 0 to 19 the easiest to read."""
    return train_recall(seed=18)


# What is said of the stored network.
JUDGED = "right over gaps below 25"


def judged(model: VectorLSTM) -> str:
    """Say over which gaps a network recalls all pairs of bits."""
    pairs = map(_all_four, count())
    right = takewhile(lambda bits: bits.exact(model.forward(bits.x)[0]).all(), pairs)
    return f"right over gaps below {len(list(right))}"


def _all_four(gap: int) -> Bits:
    """Return the four pairs of bits, each once, in counting order."""
    return delayed_recall(4, width=2, gap=gap, seed=339)  # a draw in this order
