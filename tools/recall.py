"""How the network of `lstm_lib.course.trained.two_bit_recall` came about: `python -m tools.recall`.

Trains four units to recall two bits, with small weights pulled to zero so that the units are easy
to read, rounds every weight to one decimal, and says how many of them are the stored ones. On
another processor the training ends elsewhere, which is why the weights are stored.
"""

import numpy as np

from lstm_lib.course.tasks.bits import Bits, delayed_recall
from lstm_lib.course.trained import two_bit_recall
from lstm_lib.learning import Adam, bce_with_logits
from lstm_lib.vector import VectorLSTM

SEED = 18  # of seeds 0 to 19, the one whose units are easiest to tell apart
UPDATES, RATE, PULL = 1000, 0.03, 0.05
LONGEST_GAP = 14
PULLED = ("weight_hh_l0", "weight_out")


def all_four(gap: int) -> Bits:
    """Return the four sequences of two bits, each once, in counting order."""
    singles = (delayed_recall(1, 2, gap, numbers=[number]) for number in range(4))
    return Bits(*(np.concatenate(parts) for parts in zip(*singles, strict=True)))


def train() -> VectorLSTM:
    """Train on gaps of 0 to 14; after a third of the updates, pull small weights to zero."""
    model = VectorLSTM(2, 4, 1, seed=SEED, forget_bias=1.0)
    optimizer, draw = Adam(RATE, max_norm=1.0), np.random.default_rng(SEED)
    for update in range(UPDATES):
        optimizer.lr = RATE * (1 - update / UPDATES)
        bits = all_four(int(draw.integers(0, LONGEST_GAP + 1)))
        outputs, trace = model.forward(bits.x)
        _, d_outputs = bce_with_logits(outputs, bits.targets, bits.asked)
        optimizer.update(model.parameters, model.backward(trace, d_outputs))
        if update > UPDATES // 3:
            pull(model, PULL * optimizer.lr)
    return model


def pull(model: VectorLSTM, by: float) -> None:
    """Move the weights between units, and those of the read-out, towards zero."""
    for name in PULLED:
        weights = model.parameters[name]
        weights[:] = np.sign(weights) * np.maximum(np.abs(weights) - by, 0.0)


def rounded(model: VectorLSTM) -> dict[str, np.ndarray]:
    """Return the weights to one decimal, the two biases added into one."""
    parameters = dict(model.parameters)
    parameters["bias_ih_l0"] = parameters["bias_ih_l0"] + parameters["bias_hh_l0"]
    parameters["bias_hh_l0"] = np.zeros_like(parameters["bias_hh_l0"])
    return {name: values.round(1) for name, values in parameters.items()}


def main() -> None:
    """Train and compare with what is stored."""
    stored, found = two_bit_recall().parameters, rounded(train())
    same = sum(int((np.abs(stored[name] - found[name]) < 0.05).sum()) for name in stored)
    total = sum(values.size for values in stored.values())
    print(f"{same} of {total} weights are the stored ones")


if __name__ == "__main__":
    main()
