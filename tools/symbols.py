"""How counter, Reber reader and adder came about: `python -m tools.symbols`.

Trains them by the recipes of the course, rounds every weight to two decimals, and says how many of
them are the stored ones and how well the rounded networks work. On another processor a training
ends elsewhere, which is why the weights are stored.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from lstm_lib.course import recipes, trained
from lstm_lib.course.tasks.adding import adding
from lstm_lib.course.tasks.counting import longest
from lstm_lib.course.tasks.reber import reber, reber_strings
from lstm_lib.course.tasks.symbols import ahead
from lstm_lib.vector import VectorLSTM

COUNTER_SEED = 2  # of seeds 0 to 6, the one whose units are easiest to read
READER_UNITS, READER_UPDATES, BATCH = 6, 3000, 32


def reber_split() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return 500 different Reber strings to train on, and 1,000 others that are held out."""
    training = reber_strings(500, seed=0)
    return training, reber_strings(1000, seed=10**6, avoid=training)


def train_reader() -> recipes.Network:
    """Train on batches of 500 strings, drawn as often as the grammar makes them."""
    strings, draw = reber(reber_split()[0]), np.random.default_rng(0)
    network = recipes.Network(7, READER_UNITS, 7)
    recipes.set_forget_bias(network.layer, 1.0)
    x, targets = torch.as_tensor(strings.x).float(), torch.as_tensor(strings.targets)
    forks = (strings.legal.sum(axis=2) == 2).sum(axis=1)  # (500,); each halves the chance
    chances = 0.5**forks / np.sum(0.5**forks)

    def loss_of(_: int) -> Tensor:
        rows = draw.choice(len(x), size=BATCH, p=chances)
        steps = strings.lengths[rows].max()
        logits = network(x[rows, :steps]).flatten(0, 1)
        return F.cross_entropy(logits, targets[rows, :steps].flatten(), ignore_index=-1)

    for _ in recipes.updates(network, loss_of, READER_UPDATES, lr=0.1):
        pass
    return network


ADDER = {"seq_len": 100, "seed": 1, "hidden_size": 4, "count": 2500}


def rounded(network: recipes.Network) -> VectorLSTM:
    """Return a network with its weights to two decimals, the two biases added into one."""
    model = VectorLSTM.from_torch(network.double().layer, network.read_out)
    weights = model.parameters
    weights["bias_ih_l0"] = weights["bias_ih_l0"] + weights["bias_hh_l0"]
    weights["bias_hh_l0"] = np.zeros_like(weights["bias_hh_l0"])
    model.parameters |= {name: values.round(2) for name, values in weights.items()}
    return model


def same(found: VectorLSTM, stored: VectorLSTM) -> str:
    """Say how many of the weights are the stored ones."""
    pairs = [(values, stored.parameters[name]) for name, values in found.parameters.items()]
    equal = sum(int((np.abs(one - other) < 0.005).sum()) for one, other in pairs)
    return f"{equal} of {sum(one.size for one, _ in pairs)} weights are the stored ones"


def counts_to(model: VectorLSTM) -> int:
    """Return the largest n up to which every a^n b^n is right."""
    return longest(lambda x: model.forward(x)[0], threshold=0)


def share_right(model: VectorLSTM) -> float:
    """Return the share of 1,000 held-out Reber strings that are right at every step."""
    strings = reber(reber_split()[1])
    outputs, _ = model.forward(strings.x)
    return ahead(outputs, strings.legal, strings.lengths).mean()


def share_added(model: VectorLSTM) -> float:
    """Return the share of 1,000 new sequences of the adding problem that are right."""
    sums = adding(1000, ADDER["seq_len"], seed=10**9)
    outputs, _ = model.forward(sums.x)  # (1000, seq_len, 1)
    return sums.correct(outputs[np.arange(1000), sums.lengths - 1]).mean()


def main() -> None:
    """Train them and compare with what is stored."""
    torch.set_num_threads(1)
    counter = rounded(recipes.train_counter(COUNTER_SEED))
    print(f"counter: {same(counter, trained.counter())}; right up to n = {counts_to(counter)}")
    reader = rounded(train_reader())
    share = share_right(reader)
    print(f"Reber: {same(reader, trained.reber_reader())}; {share:.1%} of held-out strings right")
    adder = rounded(recipes.train_adder(**ADDER).network)
    share = share_added(adder)
    print(f"adding: {same(adder, trained.adder())}; {share:.1%} of new sequences right")


if __name__ == "__main__":
    main()
