"""LightningDataModules: the two companies, and a time series split in time.

An odd argument gets a TypeError or ValueError that names it.
"""

from typing import Any

import lightning
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, DistributedSampler, TensorDataset

from lstm_lib import _validate
from lstm_lib.course.tasks.companies import companies
from lstm_lib.course.tasks.waves import waves


class CompaniesData(lightning.LightningDataModule):
    """The prices of companies A and B over four days, and the price of the fifth.

    Batches hold x (batch_size, 4, 1) and targets (batch_size, 1), always in the order A, B.

    Args:
        batch_size: 1 for a step of the optimiser after each company, 2 for one after both.
    """

    def __init__(self, batch_size: int = 1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.batch_size = _validate.count("batch_size", batch_size, at_least=1)
        if self.batch_size > 2:
            raise ValueError(f"batch_size must be 1 or 2, got {batch_size}")

    def dataset(self) -> TensorDataset:
        """Return both companies: x (2, 4, 1) and targets (2, 1)."""
        x, targets = map(torch.tensor, zip(*companies(), strict=True))
        return TensorDataset(x[:, :, None], targets[:, None])

    def train_dataloader(self) -> DataLoader:
        """Return both companies, A first."""
        return _loader(self, self.dataset(), shuffle=False)

    def predict_dataloader(self) -> DataLoader:
        """Return both companies, A first."""
        return DataLoader(self.dataset(), batch_size=2)


class WavesData(lightning.LightningDataModule):
    """Windows of a noisy series and the values that follow them, split in time.

    The first 70 % of the series are for training, the next 15 % for validation, the last 15 %
    for the test; no window reaches across a border, and only training windows are shuffled.
    Values are divided by the standard deviation of the training part, and counted from the
    first value of their window, so that a trend does not carry the test out of the range that
    was trained on.

    Args:
        length: steps in a window.
        horizon: how many of the following values are to be forecast.
        batch_size: windows in a batch, over all processes together.
        every_step: whether the targets are the following values at every step of a window,
            (batch_size, length, horizon), or only after the last, (batch_size, horizon).
        seq_len: steps in the series.
        noise: standard deviation of its noise; the largest wave has amplitude 1.
        seed: of the noise and of the order of the windows.
    """

    def __init__(
        self,
        length: int = 48,
        horizon: int = 12,
        batch_size: int = 64,
        every_step: bool = True,
        seq_len: int = 2000,
        noise: float = 0.1,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.length = _validate.count("length", length, at_least=1)
        self.horizon = _validate.count("horizon", horizon, at_least=1)
        self.batch_size = _validate.count("batch_size", batch_size, at_least=1)
        self.every_step = _validate.instance("every_step", every_step, bool)
        self.seed = _validate.count("seed", seed)
        self._check_lengths(_validate.count("seq_len", seq_len))
        self.series = torch.tensor(waves(seq_len, noise=noise, seed=seed))  # (seq_len,)
        train, val, test = self.series.tensor_split((seq_len * 70 // 100, seq_len * 85 // 100))
        self.parts = {"train": train, "val": val, "test": test}
        self.scale = float(train.std())

    def dataset(self, part: str) -> TensorDataset:
        """Return the windows of "train", "val" or "test": x (count, length, 1), and targets.

        Those have the shape (count, horizon), or with every_step (count, length, horizon).
        """
        if part not in self.parts:
            raise ValueError(f"part must be {', '.join(self.parts)}, got {part!r}")
        windows = self.parts[part].unfold(0, self.length + self.horizon, 1)
        windows = (windows - windows[:, :1]) / self.scale  # (count, length + horizon)
        following = windows.unfold(1, self.horizon, 1)[:, 1:]  # (count, length, horizon)
        targets = following if self.every_step else following[:, -1]
        x = windows[:, : self.length, None]  # (count, length, 1)
        return TensorDataset(x.float(), targets.float())

    def train_dataloader(self) -> DataLoader:
        """Return the training windows, in an order that depends on seed and epoch alone."""
        return _loader(self, self.dataset("train"), shuffle=True, drop_last=True, seed=self.seed)

    def val_dataloader(self) -> DataLoader:
        """Return the validation windows in their order."""
        return _loader(self, self.dataset("val"), shuffle=False)

    def test_dataloader(self) -> DataLoader:
        """Return the test windows in their order."""
        return _loader(self, self.dataset("test"), shuffle=False)

    def predict_dataloader(self) -> DataLoader:
        """Return the test windows in their order."""
        return DataLoader(self.dataset("test"), batch_size=self.batch_size)

    def _check_lengths(self, seq_len: int) -> None:
        """Raise unless every part has a window, and training has a batch of them."""
        window = self.length + self.horizon
        needed = max(7 * window, (window + self.batch_size) * 10 // 7 + 1)  # 15 %, and 70 %
        if seq_len < needed:
            wanted = f"windows of {window} steps in batches of {self.batch_size}"
            raise ValueError(f"seq_len must be at least {needed} for {wanted}, got {seq_len}")


def last_value(x: Tensor, horizon: int, every_step: bool = False) -> Tensor:
    """Return the naive forecast, `horizon` times the last value of x (batch_size, length, 1).

    Returns:
        (batch_size, horizon), or with every_step (batch_size, length, horizon).
    """
    return (x if every_step else x[:, -1]).repeat_interleave(horizon, -1)


def by_horizon(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the mean squared errors of forecasts after the last step, (horizon,).

    Args:
        outputs: (batch_size, horizon) or (batch_size, length, horizon).
        targets: the same shape.
    """
    if outputs.shape != targets.shape:
        shapes = f"{tuple(outputs.shape)} like the outputs, got {tuple(targets.shape)}"
        raise ValueError(f"targets must have shape {shapes}")
    errors = (outputs - targets).square()
    return (errors[:, -1] if errors.dim() == 3 else errors).mean(0)


def share(batch_size: int, processes: int) -> int:
    """Return how much of every batch each of several processes takes."""
    if batch_size % processes:
        shares = f"a multiple of {processes}, the number of processes"
        raise ValueError(f"batch_size must be {shares}, got {batch_size}")
    return batch_size // processes


def _loader(data: Any, dataset: Dataset, **options: Any) -> DataLoader:
    """Return this process's share of every batch.

    The order of a DistributedSampler is a function of seed and epoch. So a run that goes on
    from a checkpoint, or one with two processes, meets the batches that one process would meet.
    """
    trainer = data.trainer
    world, rank = (trainer.world_size, trainer.global_rank) if trainer else (1, 0)
    sampler: DistributedSampler = DistributedSampler(dataset, world, rank, **options)
    return DataLoader(
        dataset,
        share(data.batch_size, world),
        sampler=sampler,
        drop_last=options.get("drop_last", False),
        generator=torch.Generator(),  # so that the loader draws no number from the model's
    )
