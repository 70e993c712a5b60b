"""LightningModules: the LSTM by hand, and any layer with the interface of torch.nn.LSTM.

An odd argument gets a TypeError or ValueError that names it. A batch is a pair (x, targets):
x (batch_size, seq_len, input_size), targets shaped like the outputs.
"""

from collections.abc import Sequence
from typing import Any

import lightning
import torch
from torch import Tensor, distributed, nn
from torch.nn import functional as F

from lstm_lib import _validate, layers
from lstm_lib.record import Trace
from lstm_lib.scalar import ScalarLSTM
from lstm_lib.vector import VectorLSTM

LAYERS = {"native": nn.LSTM, "vector": layers.LSTM}
Batch = tuple[Tensor, Tensor]


class Regressor(lightning.LightningModule):
    """What the modules have in common: Adam, and the mean squared errors of an epoch in the log.

    Args:
        lr: Adam's learning rate, above 0.
        labels: targets whose outputs are logged by themselves, as `out_0`, `out_1`, ...
    """

    def __init__(self, lr: float, labels: Sequence[float] = ()) -> None:
        super().__init__()
        self.lr, self.labels = _validate.positive("lr", lr), tuple(labels)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the loss of a batch, and log it with the outputs for each label."""
        outputs, targets = self(batch[0]), batch[1]
        loss = self._loss("train_loss", outputs, targets)
        for label in self.labels:
            rows = targets == label
            count = int(rows.sum())
            if count or self._processes() > 1:  # all processes log the same names
                self._log(f"out_{label:g}", outputs[rows].sum() / max(count, 1), count)
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return and log the loss of a batch that is not trained on."""
        return self._loss("val_loss", self(batch[0]), batch[1])

    def test_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return and log the loss of a batch that was never looked at before."""
        return self._loss("test_loss", self(batch[0]), batch[1])

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Return the outputs for a batch."""
        return self(batch[0])

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam over all parameters."""
        return torch.optim.Adam(self.parameters(), lr=self.lr)

    def _loss(self, name: str, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error, and log its mean over the epoch."""
        if outputs.shape != targets.shape:  # mse_loss would broadcast
            shapes = f"{tuple(outputs.shape)} like the outputs, got {tuple(targets.shape)}"
            raise ValueError(f"targets must have shape {shapes}")
        loss = F.mse_loss(outputs, targets)
        self._log(name, loss, len(targets))
        return loss

    def _log(self, name: str, value: Tensor, count: int) -> None:
        """Log the mean over the epoch and all processes of what `count` sequences have given."""
        # Lightning takes the mean of the counts over the processes as a whole number.
        count *= self._processes()
        self.log(name, value, on_step=False, on_epoch=True, sync_dist=True, batch_size=count)

    def _processes(self) -> int:
        """Return how many processes train this module."""
        is_one = not (distributed.is_available() and distributed.is_initialized())
        return 1 if is_one else distributed.get_world_size()


class LSTMByHand(Regressor):
    """The LSTM of one input and one unit as twelve numbers that Lightning trains.

    i = sigmoid(i_w_h h + i_w_x x + i_b)
    f = sigmoid(f_w_h h + f_w_x x + f_b)
    g = tanh(g_w_h h + g_w_x x + g_b)
    o = sigmoid(o_w_h h + o_w_x x + o_b)
    c' = f c + i g
    h' = o tanh(c')

    The weights start from N(0, 1), drawn in the order f, i, g, o; the biases from zero. With
    torch's seed 42 that is `ScalarLSTM.untrained()`. `lr` is Adam's learning rate.
    """

    def __init__(self, lr: float = 0.001) -> None:
        super().__init__(lr, labels=(0.0, 1.0))
        self.save_hyperparameters()
        self.f_w_h, self.f_w_x, self.f_b = _drawn(), _drawn(), _zero()
        self.i_w_h, self.i_w_x, self.i_b = _drawn(), _drawn(), _zero()
        self.g_w_h, self.g_w_x, self.g_b = _drawn(), _drawn(), _zero()
        self.o_w_h, self.o_w_x, self.o_b = _drawn(), _drawn(), _zero()

    def lstm_unit(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return h and c after one time step, all of them (batch_size, 1)."""
        i = torch.sigmoid(self.i_w_h * h + self.i_w_x * x + self.i_b)
        f = torch.sigmoid(self.f_w_h * h + self.f_w_x * x + self.f_b)
        g = torch.tanh(self.g_w_h * h + self.g_w_x * x + self.g_b)
        o = torch.sigmoid(self.o_w_h * h + self.o_w_x * x + self.o_b)
        c = f * c + i * g
        h = o * torch.tanh(c)
        return h, c

    def forward(self, x: Tensor) -> Tensor:
        """Return h after the last step, (batch_size, 1), of x (batch_size, seq_len, 1)."""
        if x.dim() != 3 or x.size(2) != 1:
            raise ValueError(f"x must have shape (batch_size, seq_len, 1), got {tuple(x.shape)}")
        h = c = x.new_zeros(len(x), 1)
        for x_t in x.unbind(1):  # (batch_size, 1)
            h, c = self.lstm_unit(x_t, h, c)
        return h

    def trace(self, x: Tensor) -> Trace:
        """Return every gate and state on a batch, columns (batch_size, seq_len, 1) in NumPy."""
        return VectorLSTM.from_scalar(self.to_scalar()).forward(x.detach().cpu().numpy())[1]

    def to_scalar(self) -> ScalarLSTM:
        """Return the same LSTM in plain Python."""
        return ScalarLSTM.from_numbers(p.item() for p in self.parameters())

    @classmethod
    def from_scalar(cls, model: ScalarLSTM, lr: float = 0.001) -> "LSTMByHand":
        """Return a module with the twelve numbers of `model`."""
        module = cls(lr)
        with torch.no_grad():
            for parameter, number in zip(module.parameters(), model.numbers, strict=True):
                parameter.fill_(number)
        return module


class SequenceRegressor(Regressor):
    """Any layer with the interface of torch.nn.LSTM, and a linear read-out; made for `WavesData`.

    Args:
        layer: "native" for torch.nn.LSTM, "vector" for `lstm_lib.layers.LSTM`, or a layer of
            your own with batch_first=True.
        input_size: numbers in one input; this and the next two if the layer is given by its name.
        hidden_size: units of the layer.
        num_layers: layers on top of each other.
        output_size: numbers in one output; None: no read-out, the output is h itself.
        every_step: whether there is an output at every step, or only one after the last.
        lr: Adam's learning rate, above 0.
        labels: see `Regressor`.
    """

    def __init__(
        self,
        layer: str | nn.Module = "native",
        input_size: int = 1,
        hidden_size: int = 16,
        num_layers: int = 1,
        output_size: int | None = 12,
        every_step: bool = True,
        lr: float = 0.01,
        labels: Sequence[float] = (),
    ) -> None:
        super().__init__(lr, labels)
        self.save_hyperparameters(ignore=["layer"] if isinstance(layer, nn.Module) else [])
        sizes = {"input_size": input_size, "hidden_size": hidden_size, "num_layers": num_layers}
        self.layer = _layer(layer, **sizes)
        self.every_step = _validate.instance("every_step", every_step, bool)
        if not every_step and getattr(self.layer, "bidirectional", False):
            # the way back has seen a single step when it stands at the last one
            raise ValueError("every_step must be True for a bidirectional layer, got False")
        self.read_out: nn.Module = nn.Identity()
        if output_size is not None:
            output_size = _validate.count("output_size", output_size, at_least=1)
            self.read_out = nn.Linear(_width(self.layer), output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Return outputs (batch_size, output_size), or (batch_size, seq_len, output_size)."""
        h, _ = self.layer(x)  # (batch_size, seq_len, size)
        return self.read_out(h if self.every_step else h[:, -1])

    def trace(self, x: Tensor) -> Trace:
        """Return every gate and state of the first layer, (batch_size, seq_len, hidden_size)."""
        from lstm_lib.trace import trace

        return trace(self.layer, x).traces[0]


class LightningLSTM(SequenceRegressor):
    """torch.nn.LSTM of one input and one unit; its last h is the prediction."""

    def __init__(self, lr: float = 0.1) -> None:
        super().__init__(
            hidden_size=1, output_size=None, every_step=False, lr=lr, labels=(0.0, 1.0)
        )
        self.save_hyperparameters()


def _drawn() -> nn.Parameter:
    """Return a number to learn, drawn from N(0, 1)."""
    return nn.Parameter(torch.randn(()))


def _zero() -> nn.Parameter:
    """Return a number to learn that starts from zero."""
    return nn.Parameter(torch.zeros(()))


def _layer(layer: Any, **sizes: int) -> nn.Module:
    """Return the layer that is named or given."""
    if isinstance(layer, nn.Module):
        if not getattr(layer, "batch_first", False):
            raise ValueError(f"layer must have batch_first=True, got {layer!r}")
        return layer
    if not isinstance(layer, str) or layer not in LAYERS:
        expected = " or ".join(map(repr, LAYERS))
        raise ValueError(f"layer must be {expected} or a layer, got {layer!r}")
    sizes = {name: _validate.count(name, size, at_least=1) for name, size in sizes.items()}
    return LAYERS[layer](**sizes, batch_first=True)


def _width(layer: Any) -> int:
    """Return how many numbers a layer's h has, over both directions if it reads in both."""
    if not hasattr(layer, "hidden_size"):
        raise TypeError(f"layer must have a hidden_size like torch.nn.LSTM, got {layer!r}")
    size = getattr(layer, "proj_size", 0) or layer.hidden_size
    return 2 * size if getattr(layer, "bidirectional", False) else size
