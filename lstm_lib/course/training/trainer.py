"""A Trainer that is quiet and repeatable, and checkpoints that say what is wrong with them.

A training that goes on from a checkpoint ends with the numbers, bit by bit, of one that was never
stopped. Files are read as data only; one that is missing gets a FileNotFoundError, one that is
damaged, no checkpoint or of another model a ValueError that says so.
"""

import logging
import os
import signal
import textwrap
import warnings
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.plugins.io import TorchCheckpointIO
from lightning_utilities.core.apply_func import apply_to_collection
from tqdm.auto import tqdm

from lstm_lib import _validate

LOGS = "logs"
HYPER = ("hyper_parameters", "datamodule_hyper_parameters")  # in a checkpoint
STATE = {"epoch", "global_step", "loops", "optimizer_states", "lr_schedulers"}  # to go on from
MOST_KEPT = 20  # checkpoints of a training with an open end
# What Lightning 2.6 says about itself, or about a training on purpose as small as ours.
_CHATTER = (
    r".*isinstance\(treespec, LeafSpec\)",
    r".*does not have many workers",
    r".*smaller than the logging interval",
    r".*defined a `validation_step` but have no `val_dataloader`",
    r".*Checkpoint directory .* exists and is not empty",
    r"Be aware that when using `ckpt_path`",  # ... and need not keep checkpoints again
)


def seed(number: int) -> None:
    """Set the seeds of torch, NumPy and Python, for the weights of the modules to come."""
    lightning.seed_everything(_validate.count("number", number), workers=True, verbose=False)


def defaults() -> dict[str, Any]:
    """Return the options in which this course's Trainers differ from Lightning's, and quiet it."""
    for name in ("lightning.pytorch", "lightning.fabric"):  # adverts, devices that are not there
        logging.getLogger(name).setLevel(logging.WARNING)
    for message in _CHATTER:
        warnings.filterwarnings("ignore", message, module="lightning|typing_extensions")
    return {
        "accelerator": "gpu" if torch.cuda.is_available() else "cpu",
        "devices": 1,
        "deterministic": True,
        "enable_model_summary": False,
        "log_every_n_steps": 1,
        "num_sanity_val_steps": 0,
    }


def trainer(
    max_epochs: int,
    name: str = "",
    keep_every: int = 0,
    callbacks: Sequence[Callback] = (),
    logs: str | Path = LOGS,
    **options: Any,
) -> "Trainer":
    """Return a Trainer: quiet, repeatable, on the GPU if there is one.

    Args:
        max_epochs: train until so many epochs are behind us, those before a checkpoint included.
        name: of the folder within `logs` that TensorBoard reads; without one nothing is logged.
        keep_every: keep a checkpoint after every so many epochs beside the log; 0 for none.
        callbacks: further ones.
        logs: the folder of all logs.
        **options: of lightning.Trainer.
    """
    _validate.count("max_epochs", max_epochs)
    if _validate.count("keep_every", keep_every) and not name:
        raise ValueError(f"name must be given with keep_every={keep_every}, got none")
    logger = TensorBoardLogger(logs, name, default_hp_metric=False) if name else False
    settled = {"max_epochs": max_epochs, "logger": logger}
    return build(keep_every, callbacks, defaults() | options | settled)


def build(
    keep_every: int | None, callbacks: Sequence[Callback], options: dict[str, Any]
) -> "Trainer":
    """Return a Trainer with `options` of lightning.Trainer, and with checkpoints and bar.

    `keep_every` is that of EpochCheckpoint, or 0 for no checkpoints.
    """
    ours: list[Callback] = [RandomState()]
    if keep_every != 0:
        ours.append(EpochCheckpoint(keep_every))
    if options.get("enable_progress_bar") is not False:
        ours.append(EpochBar())
    settled = {
        "callbacks": [*ours, *callbacks],
        "plugins": options.get("plugins") or [AtomicCheckpointIO()],
        "enable_checkpointing": keep_every != 0 or bool(options.get("enable_checkpointing")),
        "enable_progress_bar": False,  # Lightning's own
    }
    return Trainer(**options | settled)


class Trainer(lightning.Trainer):
    """lightning.Trainer, but a training that is interrupted says how to go on.

    Lightning 2.6 answers a KeyboardInterrupt with `sys.exit(1)`: a notebook's cell ends like a
    script, and a process that was interrupted before its first step ignores all further
    interrupts (github.com/Lightning-AI/pytorch-lightning/pull/19976).
    """

    def fit(
        self,
        model: lightning.LightningModule,
        train_dataloaders: Any = None,
        val_dataloaders: Any = None,
        datamodule: lightning.LightningDataModule | None = None,
        ckpt_path: str | Path | None = None,
        weights_only: bool | None = True,
    ) -> None:
        """Train `model`, or go on from a checkpoint that is not further than this training goes.

        Raises:
            KeyboardInterrupt: someone stopped it; its text says where to go on from.
        """
        if ckpt_path is not None and str(ckpt_path) not in ("last", "best", "hpc"):
            self._check(str(ckpt_path), model)
        data, handler = (train_dataloaders, val_dataloaders), signal.getsignal(signal.SIGINT)
        try:
            super().fit(model, *data, datamodule, ckpt_path, weights_only)
        except SystemExit as error:
            if not isinstance(error.__context__, KeyboardInterrupt):
                raise
            signal.signal(signal.SIGINT, handler)
            raise KeyboardInterrupt(self._stopped()) from None

    def _check(self, path: str, model: lightning.LightningModule) -> None:
        """Raise unless a checkpoint holds a training of `model` that may go on here."""
        found = check(path, model)
        if not goes_on(found):
            raise ValueError(
                f"ckpt_path must name a training to go on with, got weights alone in {path!r}: "
                "load() them, and train anew"
            )
        behind = found["epoch"] + 1
        if self.max_epochs not in (None, -1) and behind > self.max_epochs:
            epochs = f"{behind}, the epochs behind {path!r}"
            raise ValueError(f"max_epochs must be at least {epochs}, got {self.max_epochs}")

    def _stopped(self) -> str:
        """Say how far the training came, and how to go on."""
        of = "" if self.max_epochs == -1 else f" of {self.max_epochs}"
        said = f"stopped after {self.current_epoch}{of} epochs"
        if last := getattr(self.checkpoint_callback, "last_model_path", ""):
            return f"{said}; go on with ckpt_path={last!r}"
        return f"{said}; no checkpoint was kept yet" if self.checkpoint_callback else said


class EpochCheckpoint(ModelCheckpoint):
    """Keep `epoch=2000.ckpt`, what 2000 epochs led to, and so on, and what the training ended with.

    `last.ckpt` is the last of them again. They lie in the folder `checkpoints` beside the log, or,
    if a training has left one there, in `checkpoints_1`, and so on.

    Args:
        every: keep one after every so many epochs; None, for a training with an open end: after
            every one, and whenever they are more than `MOST_KEPT`, after half as many.
    """

    def __init__(self, every: int | None) -> None:
        self._every = 1 if every is None else _validate.count("every", every, at_least=1)
        self._is_open, self._kept = every is None, list[int]()
        super().__init__(
            filename="{epoch}",
            save_top_k=-1,
            save_last=True,
            save_on_train_epoch_end=True,
            enable_version_counter=False,
        )

    def setup(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, stage: str
    ) -> None:
        """Find a folder that no other training has, once."""
        is_first = self.dirpath is None
        super().setup(trainer, pl_module, stage)
        if is_first and stage == "fit":
            own = _claimed(str(self.dirpath)) if trainer.is_global_zero else None
            self.dirpath = trainer.strategy.broadcast(own)

    def on_train_epoch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Keep a checkpoint if it is time; Lightning would gather the metrics after every epoch."""
        epoch = trainer.current_epoch + 1
        ends = epoch == trainer.max_epochs or 0 < trainer.max_steps <= trainer.global_step
        if epoch % self._every == 0 or ends or trainer.should_stop:
            super().on_train_epoch_end(trainer, pl_module)
            self._kept.append(epoch)
        if self._is_open and len(self._kept) > MOST_KEPT:
            self._every *= 2
            gone = [old for old in self._kept if old % self._every]
            self._kept = [old for old in self._kept if old not in gone]
            for old in gone:
                trainer.strategy.remove_checkpoint(Path(str(self.dirpath), f"epoch={old}.ckpt"))

    def format_checkpoint_name(self, metrics: dict[str, Any], *args: Any, **kwargs: Any) -> str:
        """Return the file's name; Lightning counts the epochs from 0."""
        behind = {"epoch": metrics["epoch"] + 1}
        return super().format_checkpoint_name(metrics | behind, *args, **kwargs)

    def state_dict(self) -> dict[str, Any]:
        """Return nothing: where files lie is no part of a training."""
        return {}


class RandomState(Callback):
    """Keep the state of torch's random number generators in checkpoints, for dropout."""

    def __init__(self) -> None:
        self._states: dict[str, Any] = {}

    def state_dict(self) -> dict[str, Any]:
        """Return the states now, those of all GPUs included."""
        return {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Have these states set when the training begins."""
        self._states = state_dict

    def on_train_start(self, *_: object) -> None:
        """Set the states of a checkpoint."""
        if self._states:
            torch.set_rng_state(self._states["cpu"])
            if len(self._states["cuda"]) == torch.cuda.device_count():
                torch.cuda.set_rng_state_all(self._states["cuda"])
        self._states = {}


class AtomicCheckpointIO(TorchCheckpointIO):
    """Checkpoints that are written whole or not at all, and read as data only.

    Lightning 2.6 copies a finished file from the folder of temporary files. Where that is on
    another disk, as /tmp often is, a kill damages the file in whose place the copy is put
    (github.com/Lightning-AI/pytorch-lightning/issues/21253); here it lay damaged after 184 of 300
    kills in a loop that did nothing but save.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        """Write a file beside the one it then replaces, settings without the types of NumPy."""
        settings = {key: checkpoint[key] for key in HYPER if key in checkpoint}
        plain = apply_to_collection(settings, (np.generic, np.ndarray), lambda x: x.tolist())
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        torch.save(checkpoint | plain, f"{path}.part")
        os.replace(f"{path}.part", path)

    def load_checkpoint(self, path: Any, *_: Any, **__: Any) -> dict[str, Any]:
        """Return what a checkpoint holds, see `check`."""
        return check(path)


class EpochBar(Callback):
    """One bar over all epochs, with the training loss beside it.

    Lightning's own begins anew with every epoch, and each validation adds one below a cell.
    """

    def __init__(self) -> None:
        self.bar = tqdm(disable=True)

    def on_train_start(self, trainer: lightning.Trainer, *_: object) -> None:
        """Open the bar at the epochs a checkpoint has behind it."""
        last, is_off = max(trainer.max_epochs or 0, 0), not trainer.is_global_zero
        self.bar = tqdm(desc="epochs", total=last, initial=trainer.current_epoch, disable=is_off)

    def on_train_epoch_end(self, trainer: lightning.Trainer, *_: object) -> None:
        """Go on by one epoch."""
        if "train_loss" in trainer.callback_metrics:
            loss = trainer.callback_metrics["train_loss"]
            self.bar.set_postfix_str(f"train_loss {loss:.4f}", refresh=False)
        self.bar.update()

    def on_train_end(self, *_: object) -> None:
        """Leave the bar standing; a training that stopped early was not broken off."""
        self.bar.total = self.bar.n
        self.bar.close()

    def on_exception(self, *_: object) -> None:
        """Leave the bar where the training broke off."""
        self.bar.close()


def _claimed(folder: str) -> str:
    """Make a folder that was not there, called as asked or with a number, and return its name."""
    names = chain([folder], (f"{folder}_{k}" for k in count(1)))
    return next(name for name in names if _is_made(name))


def _is_made(folder: str) -> bool:
    """Make a folder; of two trainings that begin together only one has made it."""
    try:
        os.makedirs(folder)
    except FileExistsError:
        return False
    return True


def goes_on(found: dict[str, Any]) -> bool:
    """Return whether a checkpoint holds the state of a training, not its weights alone."""
    return found.keys() >= STATE


def check(path: str | Path, model: lightning.LightningModule | None = None) -> dict[str, Any]:
    """Return what a checkpoint holds, or say what is wrong with it, or how it misfits `model`."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no checkpoint {str(path)!r}")
    try:
        with warnings.catch_warnings(action="ignore"):  # torch has hints on files of other kinds
            found = torch.load(path, map_location="cpu", weights_only=True)
    except PermissionError:
        raise
    except Exception:  # in a damaged file anything can go wrong
        raise ValueError(f"{str(path)!r} is damaged, or not a checkpoint") from None
    if not isinstance(found, dict) or not {"pytorch-lightning_version", "state_dict"} <= {*found}:
        raise ValueError(f"{str(path)!r} is not a checkpoint of a Lightning training")
    if model is not None:
        _check_fits(str(path), found["state_dict"], model)
    return found


def load(kind: type[lightning.LightningModule], path: str | Path, **arguments: Any) -> Any:
    """Return the module of a checkpoint, with `arguments` of its class in place of those kept."""
    check(path)
    try:
        return kind.load_from_checkpoint(path, map_location="cpu", weights_only=True, **arguments)
    except (RuntimeError, TypeError) as error:  # parameters that do not fit, and arguments
        reason = f"{kind.__name__}: {textwrap.shorten(str(error), 200, placeholder=' ...')}"
        raise ValueError(f"{str(path)!r} is of another model than {reason}") from None


def _check_fits(path: str, state: dict[str, Any], model: lightning.LightningModule) -> None:
    """Raise unless a checkpoint holds the parameters of `model`."""
    own, kind = model.state_dict(), type(model).__name__
    for name in sorted(own.keys() ^ state.keys()):
        where = "has" if name in own else "has not"
        raise ValueError(f"{path!r} is of another model: {kind} {where} a parameter {name!r}")
    for name, values in own.items():
        if values.shape != state[name].shape:
            shapes = f"{tuple(values.shape)}, got {tuple(state[name].shape)}"
            raise ValueError(f"{path!r} is of another model: {name} of {kind} has shape {shapes}")
