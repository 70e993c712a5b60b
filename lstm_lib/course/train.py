"""Train an LSTM from the command line: python -m lstm_lib.course.train fit --help."""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any, NoReturn

import lightning
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.pytorch.cli import LightningArgumentParser, LightningCLI
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

from lstm_lib.course.training import (
    CompaniesData,
    LSTMByHand,
    SequenceRegressor,
    WavesData,
    by_horizon,
    last_value,
)
from lstm_lib.course.training.data import share
from lstm_lib.course.training.trainer import (
    HYPER,
    LOGS,
    Trainer,
    build,
    check,
    defaults,
    seed,
)
from lstm_lib.course.training.watching import Watch, at_rest

NAME = "python -m lstm_lib.course.train"
MODELS, DATA = ("by-hand", "native", "vector"), ("companies", "waves")
SETTLED = {"layer", "input_size", "output_size", "every_step", "labels"}  # by model and data
COMMANDS = {
    "fit": "Train, and print the predictions before and after.",
    "test": "Print how good a trained model is on data it has never seen.",
    "predict": "Print what a trained model predicts.",
}
CHOICE = "--model MODEL --data DATA"
HELP = f"""usage: {NAME} fit {CHOICE} [options]

Train an LSTM, watch it in TensorBoard, stop it, go on.

commands
  fit                     train, and print the predictions before and after
  test                    print how good a trained model is on data it has never seen
  predict                 print what a trained model predicts

--model
  by-hand                 twelve numbers and the equations of chapter 3, for companies
  native                  torch.nn.LSTM
  vector                  the course's own layer, lstm_lib.layers.LSTM

--data
  companies               the two companies of chapter 1: four days, and the price of the fifth
  waves                   a noisy series: 48 steps, and the 12 that follow

options used most
  --trainer.max_epochs N  how long to train (companies: by hand 5000, else 300; waves: 20)
  --model.lr RATE         learning rate
  --model.hidden_size N   units of the layer (companies: 1, waves: 16)
  --data.horizon N        steps of waves to forecast
  --ckpt_path FILE        go on from a checkpoint; for test and predict, the trained model
  --trainer.strategy ddp --trainer.devices 2
                          two processes, which share every batch

examples
  {NAME} fit --model by-hand --data companies
  {NAME} fit --model native --data waves --model.hidden_size 32
  {NAME} fit --model native --data waves --trainer.max_epochs 40 \\
    --ckpt_path logs/native-waves/version_0/checkpoints/last.ckpt
  tensorboard --logdir logs

Every option of a pair: {NAME} fit --model native --data waves --help
"""


@dataclass(frozen=True)
class Pair:
    """A model and the data it learns.

    Args:
        model, data: their names on the command line.

    Raises:
        ValueError: an unknown name, or a model that cannot learn these data.
    """

    model: str
    data: str

    def __post_init__(self) -> None:
        for option, word, words in (("--model", self.model, MODELS), ("--data", self.data, DATA)):
            if word not in words:
                raise ValueError(f"{option} must be {_or(words)}, got {word!r}")
        if (self.model, self.data) == ("by-hand", "waves"):
            raise ValueError(
                "--data waves needs --model native or vector: by-hand has a single output, "
                "between -1 and 1"
            )

    def __str__(self) -> str:
        return f"{self.model}-{self.data}"

    @property
    def kinds(self) -> tuple[type[lightning.LightningModule], type[lightning.LightningDataModule]]:
        """The classes of model and data."""
        module = LSTMByHand if self.model == "by-hand" else SequenceRegressor
        return module, CompaniesData if self.data == "companies" else WavesData

    def defaults(self) -> dict[str, Any]:
        """Return the settings that suit this pair, where a class has others."""
        if self.model == "by-hand":
            return {"trainer.max_epochs": 5000}
        if self.data == "companies":
            return {"trainer.max_epochs": 300, "model.hidden_size": 1, "model.lr": 0.1}
        return {"trainer.max_epochs": 20}

    def stored(self, found: dict[str, Any]) -> dict[str, Any]:
        """Return the options that a checkpoint was trained with, if it is of this pair."""
        options = {}
        for name, key, kind in zip(("model", "data"), HYPER, self.kinds, strict=True):
            own, values = signature(kind).parameters.keys(), found.get(key, {})
            if own == values.keys():
                options |= {f"{name}.{k}": values[k] for k in own - SETTLED}
        return options

    def module(self, options: dict[str, Any], data: Any) -> lightning.LightningModule:
        """Return the model with `options` that fits `data`."""
        if self.model == "by-hand":
            return LSTMByHand(**options)
        if self.data == "waves":
            return SequenceRegressor(
                self.model, output_size=data.horizon, every_step=data.every_step, **options
            )
        output_size = None if options["hidden_size"] == 1 else 1  # one unit's h needs no read-out
        settled = {"output_size": output_size, "every_step": False, "labels": (0.0, 1.0)}
        return SequenceRegressor(self.model, **settled, **options)


class Parser(LightningArgumentParser):
    """A parser that says in one line what is wrong."""

    def error(self, message: str, ex: Exception | None = None) -> NoReturn:
        """Print the message and end with 2."""
        stop(message)


class Command(LightningCLI):
    """LightningCLI for one pair of model and data.

    Args:
        pair: the two.
        known: options of a checkpoint by their full names.
        args: the command and its options, which overrule them, without --model and --data.
    """

    def __init__(self, pair: Pair, known: dict[str, Any], args: Sequence[str]) -> None:
        self.pair, self.known = pair, known
        super().__init__(
            *pair.kinds,
            save_config_callback=None,
            trainer_class=Trainer,
            parser_kwargs={
                name: {"description": text, "usage": f"{NAME} {name} {CHOICE} [options]"}
                for name, text in COMMANDS.items()
            },
            parser_class=Parser,
            args=list(args),
            auto_configure_optimizers=False,
            load_from_checkpoint_support=False,
        )

    @staticmethod
    def subcommands() -> dict[str, set[str]]:
        """Return the commands, and which arguments of the Trainer's methods are no options."""
        skipped = {"model", "train_dataloaders", "val_dataloaders", "dataloaders", "datamodule"}
        skipped |= {"verbose", "weights_only", "return_predictions"}
        return {
            name: skipped & signature(getattr(Trainer, name)).parameters.keys() for name in COMMANDS
        }

    def add_default_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Add the options that are neither the model's nor the data's nor the Trainer's."""
        parser.add_argument("--seed", type=int, default=42, help="of the weights at the start")
        parser.add_argument("--logs", default=LOGS, help="folder of logs and checkpoints")
        helped = "keep a checkpoint after every so many epochs; null: ten in a training"
        parser.add_argument("--keep_every", type=int | None, default=None, help=helped)

    def add_core_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        """Add the options of model, data and Trainer, in this order."""
        module, data = self.pair.kinds
        for name, kind, options in (
            ("model", module, {"skip": SETTLED & signature(module).parameters.keys()}),
            ("data", data, {}),
            ("trainer", self.trainer_class, {}),
        ):
            group = parser.add_argument_group(f"options of the {name}")
            options |= {"as_group": False, "instantiate": False, "fail_untyped": False}
            group.add_class_arguments(kind, name, **options)
        trainer = {f"trainer.{key}": value for key, value in defaults().items()}
        parser.set_defaults(trainer | self.pair.defaults() | self.known)

    def parse_arguments(self, parser: LightningArgumentParser, args: Any) -> None:
        """Parse the words that were given."""
        self.config = parser.parse_args(args)

    def _parse_ckpt_path(self) -> None:
        """Do nothing: what a checkpoint says of options is in their defaults."""

    def _set_seed(self) -> None:
        """Set the seed."""
        seed(self._get(self.config, "seed"))

    def instantiate_classes(self) -> None:
        """Make data, model and Trainer."""
        self.config_init = self.parser.instantiate(self.config)
        model, data = (self._get(self.config_init, name).as_dict() for name in ("model", "data"))
        self.datamodule = self.pair.kinds[1](**data)
        self.model = self.pair.module(model, self.datamodule)
        self.trainer = self.instantiate_trainer()

    def instantiate_trainer(self, **kwargs: Any) -> lightning.Trainer:
        """Return the Trainer, with a log, checkpoints and a bar unless they were declined."""
        given = self._get(self.config_init, "trainer")
        folder, callbacks = self._get(self.config, "logs"), [*(given.callbacks or [])]
        every = 0
        if given.enable_checkpointing is not False:
            every = self._get(self.config, "keep_every") or max(1, (given.max_epochs or 0) // 10)
        logger = given.logger
        if logger in (None, True):
            logger = TensorBoardLogger(folder, str(self.pair), default_hp_metric=False)
            callbacks.append(Watch(*self._shown()))
        options = {"logger": logger, "default_root_dir": folder}
        return build(every, callbacks, given.as_dict() | options | kwargs)

    def _shown(self) -> tuple[Tensor, Tensor]:
        """Return the sequences and targets that are shown beside the log."""
        part = () if self.pair.data == "companies" else ("val",)
        return self.datamodule.dataset(*part).tensors

    def before_fit(self) -> None:
        """Check what would only show in the middle, and print what the model says untrained."""
        share(self.datamodule.batch_size, self.trainer.world_size)
        if path := self._get(self.config, "ckpt_path"):
            epochs, most = self._load(path)["epoch"] + 1, self.trainer.max_epochs
            if 0 <= most <= epochs:
                more = f"--trainer.max_epochs must be above {epochs}, got {most}"
                raise ValueError(f"{path!r} has {epochs} epochs behind it: {more}")
        say(f"before  {summary(self.model, self.datamodule)}")

    def after_fit(self) -> None:
        """Print what the model says now, and how to see the log and to go on."""
        say(f"after   {summary(self.model, self.datamodule)}")
        if isinstance(self.trainer.logger, TensorBoardLogger):
            say(f"watch   {tensorboard()} --logdir {self._get(self.config, 'logs')}")
        if last := getattr(self.trainer.checkpoint_callback, "last_model_path", ""):
            say(f"go on   --ckpt_path {beside(last)} --trainer.max_epochs N")

    def test(self, model: Any, datamodule: Any, ckpt_path: str | None = None) -> None:
        """Print the errors of a trained model on data it has never seen, by horizon."""
        if self.pair.data == "companies":
            raise ValueError("test needs --data waves: of companies there is none left to test on")
        self._load(ckpt_path)
        say(summary(self.model, self.datamodule))
        for step, errors in enumerate(zip(*by_steps(self.model, datamodule), strict=True), 1):
            say("{:3} ahead: model {:.4f}, last value goes on {:.4f}".format(step, *errors))

    def predict(self, model: Any, datamodule: Any, ckpt_path: str | None = None) -> None:
        """Print what a trained model predicts: of waves, the end of the series."""
        self._load(ckpt_path)
        if self.pair.data == "companies":
            return say(summary(self.model, datamodule))
        for step, pair in enumerate(zip(*forecast(self.model, datamodule), strict=True), 1):
            say("{:3} ahead: predicted {:7.4f}, came {:7.4f}".format(step, *pair))

    def _load(self, path: str | None) -> dict[str, Any]:
        """Give the model the parameters of a checkpoint, and return what it holds."""
        if path is None:
            raise ValueError("--ckpt_path must name a trained model, got none")
        found = check(path, self.model)
        self.model.load_state_dict(found["state_dict"])
        return found


def summary(module: lightning.LightningModule, data: lightning.LightningDataModule) -> str:
    """Return in one line what a module says of the companies, or its error on test waves."""
    if isinstance(data, CompaniesData):
        x, targets = data.dataset().tensors
        pairs = zip("AB", outputs_for(module, x).tolist(), targets.tolist(), strict=True)
        return "   ".join(
            f"{who}: {said:.4f}, should be {right:g}" for who, (said,), (right,) in pairs
        )
    error, naive = (errors.mean().item() for errors in by_steps(module, data))
    return f"test error {error:.4f}, if the last value went on {naive:.4f}"


def by_steps(module: lightning.LightningModule, data: WavesData) -> tuple[Tensor, Tensor]:
    """Return a module's test error and the naive one, (horizon,) each, one step ahead first."""
    x, targets = data.dataset("test").tensors
    naive = last_value(x, data.horizon, data.every_step)
    return by_horizon(outputs_for(module, x), targets), by_horizon(naive, targets)


def forecast(module: lightning.LightningModule, data: WavesData) -> tuple[list, list]:
    """Return forecast and truth at the end of the series, in its units, `horizon` values each."""
    x, targets = data.dataset("test").tensors
    start = data.parts["test"][-data.length - data.horizon]
    ends = (
        part[-1].reshape(-1, data.horizon)[-1] for part in (outputs_for(module, x[-1:]), targets)
    )
    return tuple((end * data.scale + start).tolist() for end in ends)


def outputs_for(module: lightning.LightningModule, x: Tensor) -> Tensor:
    """Return a module's outputs in the precision of `x`."""
    with at_rest(module):
        return module(x.to(next(module.parameters()))).to(x)


def say(text: str) -> None:
    """Print a line, if this is the first process."""
    if rank() == 0:
        print(text, flush=True)


def stop(message: str) -> NoReturn:
    """Say in one line what is wrong, and end with 2."""
    if rank() == 0:
        print(f"{NAME}: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)


def rank() -> int:
    """Return which of several processes this is, from 0."""
    return int(os.environ.get("LOCAL_RANK", 0))


def beside(path: str | Path) -> str:
    """Return a path as seen from here, if it lies below."""
    path = Path(path).absolute()
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def tensorboard() -> str:
    """Return the command that starts TensorBoard."""
    own = Path(sys.executable).with_name("tensorboard")
    return "tensorboard" if shutil.which("tensorboard") or not own.exists() else beside(own)


def chosen(args: Sequence[str]) -> tuple[Pair, dict[str, Any], list[str]]:
    """Return model and data, the options of a checkpoint, and the words for the Command."""
    words = Words(add_help=False, allow_abbrev=False)
    for name in ("--model", "--data"):
        words.add_argument(name)
    given, rest = words.parse_known_args(args)
    pair = Pair(given.model, given.data)
    words.add_argument("--ckpt_path")
    path = words.parse_known_args(rest)[0].ckpt_path
    return pair, pair.stored(check(path)) if path else {}, rest


class Words(argparse.ArgumentParser):
    """A parser of the words that choose model and data."""

    def error(self, message: str) -> NoReturn:
        """Print the message and end with 2."""
        stop(message)


def main(args: Sequence[str] | None = None) -> None:
    """Run a command.

    Args:
        args: its words; None: those of the command line.
    """
    args = list(sys.argv[1:] if args is None else args)
    asks, names = {"-h", "--help"} & {*args}, " ".join(args)
    if not args or (asks and not ("--model" in names and "--data" in names)):
        return print(HELP, end="")
    if args[0] not in COMMANDS:
        stop(f"the command must be {_or(COMMANDS)}, got {args[0]!r}")
    # So small a model is fastest on one core, where its sums are also the same on every machine.
    torch.set_num_threads(int(os.environ.setdefault("OMP_NUM_THREADS", "1")))
    try:
        Command(*chosen(args))
    except KeyboardInterrupt as error:
        say(str(error).replace("ckpt_path=", "--ckpt_path "))
        sys.exit(130)
    except (ValueError, TypeError, OSError, MisconfigurationException) as error:
        stop(str(error))


def _or(words: Sequence[str]) -> str:
    """Return "a, b or c"."""
    *rest, last = words
    return f"{', '.join(rest)} or {last}"


if __name__ == "__main__":
    main()
