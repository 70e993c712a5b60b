"""A recurrent layer and a read-out in torch, how it starts, and how it is trained."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from lstm_lib import _validate
from lstm_lib.layers import set_forget_bias

LAYERS = {"lstm": nn.LSTM, "rnn": nn.RNN}
Progress = Callable[[int, float], object]
Start = Callable[..., object]  # start(layer, seed=seed)


class Network(nn.Module):
    """A recurrent layer with `batch_first`, and a linear read-out of h at every step.

    Args:
        input_size: numbers that come in at a step.
        hidden_size: units.
        output_size: numbers that go out at a step.
        layer: "lstm" for `nn.LSTM`, "rnn" for `nn.RNN`, the layer without gates.
        seed: of the weights, 0 or more; torch's own generator stays as it was.
        forget_bias: of an LSTM: what the two biases of every forget gate add up to at the start;
            None leaves them as they are drawn.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        layer: str = "lstm",
        seed: int = 0,
        forget_bias: float | None = None,
    ) -> None:
        super().__init__()
        if layer not in LAYERS:
            raise ValueError(f"layer must be {' or '.join(LAYERS)}, got {layer!r}")
        hidden_size = _validate.count("hidden_size", hidden_size, at_least=1)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_validate.count("seed", seed))
            self.layer = LAYERS[layer](input_size, hidden_size, batch_first=True)
            self.read_out = nn.Linear(hidden_size, output_size)
        if layer == "lstm" and forget_bias is not None:
            set_forget_bias(self.layer, forget_bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is read out at every step, (batch_size, seq_len, output_size).

        Args:
            x: (batch_size, seq_len, input_size).
        """
        return self.read_out(self.layer(x)[0])

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the same as `forward`, from an array to an array."""
        with torch.no_grad():
            return self(torch.as_tensor(x, dtype=self.read_out.weight.dtype)).numpy()


def chrono(lstm: nn.LSTM, longest: int, seed: int = 0) -> None:
    """Give each unit a span to remember, drawn from 2 to `longest` steps, before it learns.

    b_f = log u with u from U[1, longest - 1], so that f = u / (1 + u): half-forgotten after
    0.7 u steps or so; b_i = -b_f, so that as much is written as is forgotten. The other biases
    are zero.

    Args:
        lstm: of one layer and direction, with biases.
        longest: steps to be bridged at most, above 2.
        seed: of the spans, 0 or more.

    Source: Tallec & Ollivier (2018), section 2.
    """
    size, longest = lstm.hidden_size, _validate.count("longest", longest, at_least=3)
    draw = np.random.default_rng(_validate.count("seed", seed))
    bias = torch.as_tensor(np.log(draw.uniform(1, longest - 1, size)))  # (hidden_size,)
    with torch.no_grad():
        lstm.get_parameter("bias_ih_l0").copy_(torch.cat([-bias, bias, torch.zeros(2 * size)]))
        lstm.get_parameter("bias_hh_l0").zero_()


def updates(
    network: nn.Module, loss_of: Callable[[int], Tensor], count: int, lr: float
) -> Iterator[float]:
    """Train by Adam and yield the loss of each update, before it is made.

    The rate rises to `lr` and falls again, to a thousandth (one cycle); gradients longer than 1
    are clipped to 1.

    Args:
        network: what is trained.
        loss_of: the loss, from the number of the update.
        count: how many updates.
        lr: the highest rate, above 0.

    Source: Kingma & Ba (2015), Smith & Topin (2019), Pascanu, Mikolov & Bengio (2013).
    """
    count = _validate.count("count", count, at_least=1)
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, lr, total_steps=count, final_div_factor=40.0
    )
    for update in range(count):
        loss = loss_of(update)
        yield loss.item()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def run(
    losses: Iterator[float],
    on_progress: Progress | None = None,
    is_done: Callable[[int], bool] = lambda _: False,
) -> int | None:
    """Make updates and tell about each, until one is enough; return its number, or None."""
    for done, loss in enumerate(losses, 1):
        if on_progress:
            on_progress(done, loss)
        if is_done(done):
            return done
    return None
