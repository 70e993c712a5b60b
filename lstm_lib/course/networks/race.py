"""Many small LSTMs trained side by side on the adding problem: as many trainings, one loop.

Every network has weights, a start and an Adam of its own and sees the same batches; only the
arithmetic is done together, one product of a stack of matrices per step instead of one per network.
Whatever is not what it has to be is a TypeError or ValueError that names it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from lstm_lib import _validate
from lstm_lib.course.networks.network import Start
from lstm_lib.course.tasks.adding import Sums, adding


class Stack(NamedTuple):
    """The weights of N networks, one on top of the other.

    Fields:
        w_ih, w_hh: (N, 4*hidden_size, 2) and (N, 4*hidden_size, hidden_size).
        b_ih, b_hh: (N, 4*hidden_size) each.
        w_out, b_out: the read-out, (N, hidden_size) and (N,).
    """

    w_ih: Tensor
    w_hh: Tensor
    b_ih: Tensor
    b_hh: Tensor
    w_out: Tensor
    b_out: Tensor


def race(
    starts: Mapping[str, Start],
    seeds: Iterable[int] = range(5),
    seq_len: int = 100,
    count: int = 300,
    hidden_size: int = 16,
    batch_size: int = 32,
    lr: float = 0.01,
    noise: float = 1.0,
    on_progress: Callable[[int], object] | None = None,
) -> dict[str, np.ndarray]:
    """Train a network for each start and seed on the adding problem, by Adam at a fixed rate.

    Args:
        starts: by name, what sets a `fresh` layer before it learns.
        seeds: of the weights, the same for every start.
        seq_len: steps of the shortest sequences, at least 20.
        count: updates.
        hidden_size, batch_size, lr: units, sequences per update, Adam's rate.
        noise: what the numbers that are not marked are multiplied by; 0 for silence.
        on_progress: called with the number of each update, from 1.

    Returns:
        by name the mean absolute error of each batch, before it was learned from, (seeds, count),
        as a share of the error of who says 0.5 to everything.
    """
    seeds, count = list(seeds), _validate.count("count", count, at_least=1)
    stack = _stacked([fresh(s, seed, hidden_size) for s in starts.values() for seed in seeds])
    optimizer, errors = torch.optim.Adam(stack, lr=lr), []
    for update in range(count):
        distance = _distances(stack, quieter(adding(batch_size, seq_len, seed=update), noise))
        optimizer.zero_grad()
        distance.square().mean(dim=1).sum().backward()
        optimizer.step()
        errors.append(distance.detach().abs().mean(dim=1))
        if on_progress:
            on_progress(update + 1)
    table = torch.stack(errors, dim=1).double().numpy() / guess(seq_len)  # (N, count)
    return dict(zip(starts, table.reshape(len(starts), len(seeds), count), strict=True))


def guess(seq_len: int) -> float:
    """Return the mean absolute error of who says 0.5 to everything, over 1,000 sequences."""
    return float(abs(0.5 - adding(1000, seq_len, seed=10**9).targets).mean())


def quieter(sums: Sums, noise: float = 0.0) -> Sums:
    """Return the same sums with the numbers that are not marked multiplied by `noise`."""
    x = sums.x.copy()
    x[..., 0] *= np.where(x[..., 1] == 1, 1.0, noise)
    return sums._replace(x=x)


def fresh(start: Start, seed: int, hidden_size: int = 16) -> tuple[nn.LSTM, nn.Linear]:
    """Return a layer and a read-out as PyTorch draws them, the layer then started.

    Args:
        start: what sets the layer; it gets the layer and the seed.
        seed: of the weights.
        hidden_size: units.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_validate.count("seeds", seed))
        layer, read_out = nn.LSTM(2, hidden_size, batch_first=True), nn.Linear(hidden_size, 1)
    start(layer, seed=seed)
    return layer, read_out


def _stacked(networks: list[tuple[nn.LSTM, nn.Linear]]) -> Stack:
    """Return the weights of all networks, ready to be learned."""
    rows = [
        (*layer.parameters(), read_out.weight[0], read_out.bias[0]) for layer, read_out in networks
    ]
    return Stack(*(torch.stack(each).detach().requires_grad_() for each in zip(*rows, strict=True)))


def _distances(stack: Stack, sums: Sums) -> Tensor:
    """Return how far each network's answer to each sequence is off, (N, batch_size)."""
    x, last = torch.as_tensor(sums.x).float(), torch.as_tensor(sums.lengths - 1)
    from_x = torch.einsum("bti,nji->tnbj", x, stack.w_ih)
    from_x = from_x + (stack.b_ih + stack.b_hh)[:, None]
    h = c = from_x.new_zeros(*from_x.shape[1:3], stack.w_out.shape[1])  # (N, batch_size, hidden)
    hs = []
    for z in from_x.unbind():
        i, f, g, o = torch.baddbmm(z, h, stack.w_hh.transpose(1, 2)).chunk(4, dim=2)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        hs.append(h)
    ends = torch.stack(hs)[last, :, torch.arange(len(last))]  # (batch_size, N, hidden_size)
    answers = (ends * stack.w_out).sum(dim=2) + stack.b_out  # (batch_size, N)
    return answers.T - torch.as_tensor(sums.targets).float()[:, 0]
