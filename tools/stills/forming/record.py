"""Record the trainings that the pictures show: `python -m tools.stills.forming.record [--check]`.

Trains `LightningLSTM` on the companies and a `SequenceRegressor` on the waves, and stores what
they said along the way, rounded, in recorded.json beside this file. On another processor the last
digits come out differently; the pictures are drawn from what is stored, so they stand still.
"""

import argparse
import json
import sys
from typing import Any

import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from torch import Tensor

from lstm_lib.course.training import (
    CompaniesData,
    LightningLSTM,
    SequenceRegressor,
    WavesData,
    seed,
    trainer,
)
from tools.stills.forming import RECORDED

SEED, DECIMALS = 42, 3
NATIVE_EPOCHS = range(0, 301, 2)
WAVES_EPOCHS = (0, 1, 2, 5, 20)
WINDOWS = (0, 115, 230)  # of the test part
TOLERANCE = 0.02  # between two processors


class Listen(Callback):
    """Keep what a module says of `x` after each of `epochs` epochs."""

    def __init__(self, x: Tensor, epochs: range | tuple[int, ...]) -> None:
        self.x, self.epochs, self.heard = x, epochs, []

    def on_train_start(self, _: Any, module: Any) -> None:
        """Listen before the training."""
        self._listen(module, 0)

    def on_train_epoch_end(self, trainer: Any, module: Any) -> None:
        """Listen after an epoch."""
        self._listen(module, trainer.current_epoch + 1)

    def _listen(self, module: Any, epoch: int) -> None:
        if epoch in self.epochs:
            with torch.no_grad():
                self.heard.append(module(self.x).numpy())


def native() -> dict[str, Any]:
    """Return both predictions of nn.LSTM(1, 1) over its 300 epochs on the companies."""
    data = CompaniesData()
    listen = Listen(data.dataset().tensors[0], NATIVE_EPOCHS)
    seed(SEED)
    fitted = trainer(NATIVE_EPOCHS[-1], callbacks=[listen], enable_progress_bar=False)
    fitted.fit(LightningLSTM(), datamodule=data)
    rows = np.stack(listen.heard)[:, :, 0]  # (samples, 2)
    # Six decimals: the logarithm of the loss is drawn.
    return {"epochs": list(NATIVE_EPOCHS), "predictions": rounded(rows, 6)}


def waves() -> dict[str, Any]:
    """Return three windows of the test part, with their forecasts as the training goes on."""
    data = WavesData(every_step=True)
    x, targets = data.dataset("test").tensors  # (count, length, 1), (count, length, horizon)
    listen = Listen(x.double(), WAVES_EPOCHS)
    seed(SEED)
    module = SequenceRegressor(hidden_size=16, output_size=data.horizon, every_step=True)
    fitted = trainer(
        WAVES_EPOCHS[-1], callbacks=[listen], precision="64-true", enable_progress_bar=False
    )
    fitted.fit(module, datamodule=data)
    outputs = np.stack(listen.heard)[:, :, -1]  # (samples, count, horizon)
    wanted = targets[:, -1].numpy()  # (count, horizon)
    kept = list(WINDOWS)
    return {
        "epochs": list(WAVES_EPOCHS),
        "starts": kept,
        "seen": rounded(x[kept, :, 0].numpy()),
        "followed": rounded(wanted[kept]),
        "forecasts": rounded(outputs[:, kept]),
        "errors": rounded(((outputs - wanted) ** 2).mean((1, 2))),
        "naive": rounded(((x[:, -1].numpy() - wanted) ** 2).mean()),
    }


def rounded(values: Any, decimals: int = DECIMALS) -> Any:
    """Return an array as lists of rounded numbers, without a minus zero."""
    return (np.asarray(values, float).round(decimals) + 0.0).tolist()


def distance(stored: Any, found: Any) -> float:
    """Return how far two recordings are apart where they are furthest."""
    if isinstance(stored, dict):
        return max(distance(stored[name], found[name]) for name in stored)
    return float(np.abs(np.subtract(stored, found)).max())


def main(arguments: list[str] | None = None) -> int:
    """Train and store, or with `--check` say how far from what is stored the training ends."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.stills.forming.record", description=__doc__
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if far off")
    options = parser.parse_args(arguments)
    found = {"native": native(), "waves": waves()}
    if not options.check:
        RECORDED.write_text(json.dumps(found) + "\n", encoding="utf-8")
        return 0
    apart = distance(json.loads(RECORDED.read_text(encoding="utf-8")), found)
    print(f"at most {apart:.3f} from what is stored")
    return int(apart > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
