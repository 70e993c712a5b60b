"""Two units that count: what may follow in a^n b^n."""

from typing import TYPE_CHECKING

from lstm_lib.course.networks import stored
from lstm_lib.course.tasks.counting import counting, longest
from lstm_lib.vector import VectorLSTM

if TYPE_CHECKING:
    from torch import Tensor

    from lstm_lib.course.networks.network import Network, Progress


def counter() -> VectorLSTM:
    """Return two units that know what may follow in a^n b^n, up to n = 67: `tasks.counting`.

    Unit 2 counts: it climbs by 1 with an a and descends by 1 with a b. Unit 1 remembers which of
    the two came last. Outputs are logits of a, b and T: above 0 the symbol may come. The weights
    have two decimals.
    """
    return stored.load("counter")


def train_counter(
    seed: int = 0,
    hidden_size: int = 2,
    count: int = 4000,
    letters: str = "ab",
    layer: str = "lstm",
    on_progress: "Progress | None" = None,
) -> "Network":
    """Return a network trained on a^n b^n with n from 1 to 10, all ten strings at each update.

    Its outputs are logits, one for each symbol that may follow: above 0 means it may.

    Args:
        seed: of the weights.
        hidden_size: units.
        count: updates, about 1 ms each.
        letters: "ab", or "abc" for a^n b^n c^n.
        layer: "lstm" or "rnn".
        on_progress: called at every update with its number, from 1, and the loss.
    """
    import torch
    from torch.nn import functional as F

    from lstm_lib.course.networks.network import Network, run, updates

    strings = counting(range(1, 11), letters)
    size = strings.x.shape[2]
    network = Network(size, hidden_size, size, layer, seed, forget_bias=3.0)
    x, legal = torch.as_tensor(strings.x).float(), torch.as_tensor(strings.legal).float()
    is_asked = torch.as_tensor(strings.targets >= 0)  # (10, seq_len)

    def loss_of(_: int) -> "Tensor":
        return F.binary_cross_entropy_with_logits(network(x)[is_asked], legal[is_asked])

    run(updates(network, loss_of, count, lr=0.1), on_progress)
    return network


def retrained() -> "Network":
    """Return the stored network, trained again: of seeds 0 to 6 the easiest to read."""
    return train_counter(seed=2)


# What is said of the stored network.
JUDGED = "right up to n = 67"


def judged(model: VectorLSTM) -> str:
    """Say how far a network counts."""
    return f"right up to n = {longest(lambda x: model.forward(x)[0], threshold=0)}"
