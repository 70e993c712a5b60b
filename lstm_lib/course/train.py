r"""Train an LSTM, watch it in TensorBoard, stop it, go on.

usage: python -m lstm_lib.course.train fit --model MODEL --data DATA [options]

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

Examples:
  python -m lstm_lib.course.train fit --model by-hand --data companies
  python -m lstm_lib.course.train fit --model native --data waves --model.hidden_size 32
  python -m lstm_lib.course.train fit --model native --data waves --trainer.max_epochs 40 \
    --ckpt_path logs/native-waves/version_0/checkpoints/last.ckpt
  tensorboard --logdir logs

Every option of a pair: python -m lstm_lib.course.train fit --model native --data waves --help
"""

import argparse
import ast
import math
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any, NoReturn

import lightning
import torch
from jsonargparse import ArgumentError, ArgumentParser, Namespace
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.fabric.utilities.rank_zero import rank_zero_only
from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

from lstm_lib import _validate
from lstm_lib.course.checkpoints import files
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
    MOST_KEPT,
    Trainer,
    build,
    check,
    defaults,
    goes_on,
    seed,
)
from lstm_lib.course.training.watching import Watch, is_finite, outputs_for

NAME = "python -m lstm_lib.course.train"
COMMANDS = ("fit", "test", "predict")
MODELS = {"by-hand": LSTMByHand, "native": SequenceRegressor, "vector": SequenceRegressor}
DATA = {"companies": CompaniesData, "waves": WavesData}
SETTLED = {"layer", "input_size", "output_size", "every_step", "labels"}  # by model and data
say = rank_zero_only(partial(print, flush=True))  # once, however many processes


class Words(argparse.ArgumentParser):
    """A parser of the words that choose what to do, with which model and data."""

    def __init__(self) -> None:
        super().__init__(add_help=False, allow_abbrev=False)
        self.add_argument("command", choices=COMMANDS)
        self.add_argument("--model", choices=MODELS, required=True)
        self.add_argument("--data", choices=DATA, required=True)
        self.add_argument("--ckpt_path")

    def error(self, message: str) -> NoReturn:
        """Raise what would be printed together with the usage."""
        raise ValueError(message)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command that `args` name; None: those of the command line."""
    args = list(sys.argv[1:] if args is None else args)
    asks, names = {"-h", "--help"} & {*args}, " ".join(args)
    if not args or (asks and not ("--model" in names and "--data" in names)):
        return print(__doc__, end="")
    # So small a model is fastest on one core, where its sums are also the same on every machine.
    torch.set_num_threads(int(os.environ.setdefault("OMP_NUM_THREADS", "1")))
    try:
        run(*Words().parse_known_args(args))
    except KeyboardInterrupt as error:
        said, _, last = (str(error) or "stopped before the training began").partition("ckpt_path=")
        say(f"{said}--ckpt_path {beside(ast.literal_eval(last))}" if last else said)
        sys.exit(130)
    except (ArgumentError, ValueError, TypeError, OSError, MisconfigurationException) as error:
        say(f"{NAME}: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)


def run(words: argparse.Namespace, rest: list[str]) -> None:
    """Run the command that `words` choose, with the options in `rest`."""
    if (words.model, words.data) == ("by-hand", "waves"):
        needed = "--model native or vector: by-hand has a single output, between -1 and 1"
        raise ValueError(f"--data waves needs {needed}")
    if (words.command, words.data) == ("test", "companies"):
        raise ValueError("test needs --data waves: of companies there is none left to test on")
    parser = options(words)
    config = parser.parse_args(rest)
    seed(_validate.index("--seed", config.seed, 2**32))
    config = parser.instantiate(config)  # callbacks and loggers
    with named("--data."):
        data = DATA[words.data](**config.data.as_dict())
    with named("--model."):
        module = module_for(words.model, config.model.as_dict(), data)
    if words.command == "fit":
        return fit(module, data, trainer_for(f"{words.model}-{words.data}", data, config), config)
    restore(module, config.ckpt_path)
    (test if words.command == "test" else predict)(module, data)


@contextmanager
def named(option: str) -> Iterator[None]:
    """Say of an error which option it is about: --data.horizon must be at least 1, got 0."""
    try:
        yield
    except (TypeError, ValueError, OSError) as error:
        raise type(error)(f"{option}{error}") from None


def options(words: argparse.Namespace) -> ArgumentParser:
    """Return the parser of all options, with defaults that suit model, data and checkpoint."""
    usage = f"{NAME} {words.command} --model {words.model} --data {words.data} [options]"
    parser = ArgumentParser(usage=usage, exit_on_error=False)
    parser.add_argument("-c", "--config", action="config", help="file with options")
    parser.add_argument("--ckpt_path", type=str | None, help="go on from here, or use this model")
    parser.add_argument("--seed", type=int, default=42, help="of the weights at first")
    parser.add_argument("--logs", default=LOGS, help="folder of logs and checkpoints")
    helped = "keep a checkpoint after every so many epochs; null: ten in a training, or, where its "
    helped += f"end is open, at most {MOST_KEPT}"
    parser.add_argument("--keep_every", type=int | None, help=helped)
    module, data = MODELS[words.model], DATA[words.data]
    for name, kind, skip in (
        ("model", module, SETTLED & {*signature(module).parameters}),
        ("data", data, set()),
        ("trainer", Trainer, set()),
    ):
        how = {"as_group": False, "instantiate": False, "fail_untyped": False, "skip": skip}
        parser.add_argument_group(f"options of the {name}").add_class_arguments(kind, name, **how)
    parser.set_defaults({f"trainer.{key}": value for key, value in defaults().items()})
    parser.set_defaults(suited(words.model, words.data))
    if words.ckpt_path is not None:
        with named("--ckpt_path: "):
            kept = stored(words.ckpt_path, module, data)
        parser.set_defaults(kept | {"ckpt_path": words.ckpt_path})
    return parser


def stored(path: str, module: type, data: type) -> dict[str, Any]:
    """Return the options that a checkpoint was trained with, if it is of this module and data."""
    found, options = check(path), dict[str, Any]()
    for name, key, kind, skip in (
        ("model", HYPER[0], module, SETTLED),
        ("data", HYPER[1], data, set()),
    ):
        values = found.get(key, {})
        if values.keys() == signature(kind).parameters.keys():
            options |= {f"{name}.{key}": values[key] for key in values.keys() - skip}
    return options


def suited(model: str, data: str) -> dict[str, Any]:
    """Return the settings that suit a model and data, where a class has others."""
    if model == "by-hand":
        return {"trainer.max_epochs": 5000}
    if data == "companies":
        return {"trainer.max_epochs": 300, "model.hidden_size": 1, "model.lr": 0.1}
    return {"trainer.max_epochs": 20}


def module_for(name: str, options: dict[str, Any], data: Any) -> lightning.LightningModule:
    """Return the model of this name with `options` that fits `data`."""
    if name == "by-hand":
        return LSTMByHand(**options)
    if isinstance(data, WavesData):
        settled = {"output_size": data.horizon, "every_step": data.every_step}
    else:
        output_size = None if options["hidden_size"] == 1 else 1  # one unit's h needs no read-out
        settled = {"output_size": output_size, "every_step": False, "labels": (0.0, 1.0)}
    return SequenceRegressor(name, **settled, **options)


def trainer_for(name: str, data: Any, config: Namespace) -> lightning.Trainer:
    """Return the Trainer, with a log, checkpoints and a bar unless they were declined."""
    given = config.trainer.as_dict() | {"default_root_dir": config.logs}
    for option in ("accumulate_grad_batches", "check_val_every_n_epoch"):
        if given[option] is not None:
            _validate.count(f"--trainer.{option}", given[option], at_least=1)
    with named("--logs: "):
        os.makedirs(config.logs or ".", exist_ok=True)
    callbacks, most = given["callbacks"] or [], given["max_epochs"] or -1
    every = max(1, most // 10) if most > 0 else None  # None where the end is open
    if config.keep_every is not None:
        every = _validate.count("--keep_every", config.keep_every, at_least=1)
    if given["enable_checkpointing"] is False:
        every = 0
    if given["logger"] in (None, True):
        given["logger"] = TensorBoardLogger(config.logs, name, default_hp_metric=False)
        shown = data.dataset() if isinstance(data, CompaniesData) else data.dataset("val")
        callbacks = [*callbacks, Watch(*shown.tensors)]
    return build(every, callbacks, given)


def fit(module: Any, data: Any, trainer: lightning.Trainer, config: Namespace) -> None:
    """Train; print what the model says before and after, and how to see the log and to go on."""
    with named("--data."):
        share(data.batch_size, trainer.world_size)
    path = begin(module, config.ckpt_path, trainer)
    say(f"before  {summary(module, data)}")
    trainer.fit(module, datamodule=data, ckpt_path=path)
    say(f"after   {summary(module, data)}")
    if isinstance(trainer.logger, TensorBoardLogger):
        say(f"watch   {tensorboard()} --logdir {shlex.quote(config.logs)}")
    last = getattr(trainer.checkpoint_callback, "last_model_path", "")
    if not (is_finite(module) and math.isfinite(trainer.callback_metrics.get("train_loss", 0))):
        raise ValueError(lost(last))
    if last:
        say(f"go on   --ckpt_path {beside(last)} --trainer.max_epochs N")


def begin(module: Any, path: str | None, trainer: lightning.Trainer) -> str | None:
    """Give a module the parameters of a checkpoint; return its path if a training goes on there."""
    if path is None:
        return None
    found = restore(module, path)
    if not goes_on(found):
        say(f"start   {beside(path)} holds weights alone: a new optimizer begins at epoch 0")
        return None
    behind, most = found["epoch"] + 1, trainer.max_epochs or 0
    if 0 <= most <= behind:
        more = f"--trainer.max_epochs must be above {behind}, got {most}"
        raise ValueError(f"{path!r} has {behind} epochs behind it: {more}")
    return path


def lost(last: str) -> str:
    """Say of a training that ended in nan what it has left, its last checkpoint being `last`."""
    said = "the loss or a weight is nan or infinite: try a smaller --model.lr"
    kept = files(Path(last).parent).values() if last else ()
    for path in sorted(kept, key=os.path.getmtime, reverse=True):
        if all(values.isfinite().all() for values in check(path)["state_dict"].values()):
            return f"{said}, or go on from --ckpt_path {beside(path)}"
    return f"{said}; no checkpoint is worth going on from"


def test(module: lightning.LightningModule, data: WavesData) -> None:
    """Print the errors of a trained model on data it has never seen, by horizon."""
    say(summary(module, data))
    for step, errors in enumerate(zip(*by_steps(module, data), strict=True), 1):
        say("{:3} ahead: model {:.4f}, last value goes on {:.4f}".format(step, *errors))


def predict(module: lightning.LightningModule, data: Any) -> None:
    """Print what a trained model predicts: of waves, the end of the series."""
    if isinstance(data, CompaniesData):
        return say(summary(module, data))
    for step, pair in enumerate(forecast(module, data).tolist(), 1):
        say("{:3} ahead: predicted {:7.4f}, came {:7.4f}".format(step, *pair))


def restore(module: lightning.LightningModule, path: str | None) -> dict[str, Any]:
    """Give a module the parameters of a checkpoint, and return what it holds."""
    if path is None:
        raise ValueError("--ckpt_path must name a trained model, got none")
    with named("--ckpt_path: "):
        found = check(path, module)
    module.load_state_dict(found["state_dict"])
    if not is_finite(module):
        raise ValueError(f"--ckpt_path must name a model of finite numbers, got nan in {path!r}")
    return found


def summary(module: lightning.LightningModule, data: Any) -> str:
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


def forecast(module: lightning.LightningModule, data: WavesData) -> Tensor:
    """Return forecast and truth at the end of the series, in its units, (horizon, 2)."""
    x, targets = data.dataset("test").tensors
    start = data.parts["test"][-data.length - data.horizon]
    last = [part[-1].reshape(-1, data.horizon)[-1] for part in (outputs_for(module, x), targets)]
    return torch.stack(last, 1) * data.scale + start


def beside(path: str | Path) -> str:
    """Return a path as seen from here, if it lies below, for a shell to read."""
    path, here = Path(path).absolute(), Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def tensorboard() -> str:
    """Return the command that starts TensorBoard."""
    own = Path(sys.executable).with_name("tensorboard")
    return "tensorboard" if shutil.which("tensorboard") or not own.exists() else beside(own)


if __name__ == "__main__":
    main()
