"""The right answer on early stopping is what Lightning does."""

import lightning
import pytest
import torch
from lightning.pytorch.callbacks import EarlyStopping

from tests.checks.chapter_09 import stop


@pytest.mark.parametrize(
    ("losses", "patience"),
    [([5, 4, 3, 4, 5, 2], 2), ([3, 2, 2, 2, 2], 2), ([4, 3, 2, 1], 2), ([5, 3, 4, 3.5, 3.2, 1], 3)],
)
def test_early_stop_is_what_lightning_does(losses, patience):
    callback = EarlyStopping("val_loss", patience=patience, verbose=False)
    trainer = lightning.Trainer(logger=False, accelerator="cpu", enable_checkpointing=False)
    for epoch, loss in enumerate(losses, start=1):
        trainer.fit_loop.epoch_progress.current.processed = epoch
        trainer.callback_metrics["val_loss"] = torch.tensor(float(loss))
        callback._run_early_stopping_check(trainer)
        if trainer.should_stop:
            break
    assert (epoch, min(losses[:epoch])) == (stop(losses, patience)[0], callback.best_score)
