"""Checks for chapter 8: training with Lightning."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lstm_lib.course.checks import verdict

if TYPE_CHECKING:
    import lightning

    from lstm_lib.course.training import LSTMByHand

_BIAS, _OTHER = 0.01, 0.001  # the two rates of exercise 2
_LOSSES = (1.0, 0.9, 0.6, 0.4, 0.3, 0.2)  # what the training of exercise 3 reports
_KEPT, _END = 6, 10  # epochs at the checkpoint and at the end of exercise 4


def max_epochs(answer: object) -> None:
    """Check exercise 1: `max_epochs` for 1500 epochs more after 2000."""
    mistakes = [
        (1500, "that point lies behind the checkpoint; from where does `max_epochs` count?"),
        (2000, "so many are behind you already: there would be nothing left to do"),
        (3499, "one too few: a name like epoch=2000.ckpt counts whole epochs, from 1"),
        (3501, "one too many: a name like epoch=2000.ckpt counts whole epochs, from 1"),
        (7000, "those are Adam's steps, two in an epoch; the Trainer is asked for epochs"),
        (3000, "those are the steps of 1500 epochs; the Trainer is asked for epochs"),
        (5000, "the table's last line has nothing to do with it"),
    ]
    hint = "`max_epochs` counts from the very first epoch, those before the checkpoint too"
    verdict.number(answer, 3500, mistakes, hint, within=0.0)


def two_rates(answer: object) -> None:
    """Check exercise 2: a configure_optimizers with a rate for biases and one for weights."""
    from torch.optim import Adam, Optimizer

    if not verdict.is_callable(answer):
        return
    module = _untrained()
    try:
        made = answer(module)
    except Exception as error:  # a learner's function may raise anything
        return verdict.say(verdict.stopped(error))
    if verdict.is_missing(made):
        return verdict.say(verdict.NOT_ATTEMPTED)
    if not isinstance(made, Optimizer):
        given = verdict.short(made)
        return verdict.say(f"the function should return an optimizer, and this is {given}")
    if type(made) is not Adam:  # AdamW is one, too, and pulls numbers to zero
        return verdict.say(f"Adam was asked for, and this is {type(made).__name__}")
    return verdict.say(_rates_hint(module, made))


def _rates_hint(module: "LSTMByHand", optimizer: Any) -> str:
    """Return the verdict on the rate of each of the twelve numbers."""
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    named = list(module.named_parameters())
    left_out = [name for name, number in named if id(number) not in rates]
    if left_out:
        return f"{left_out[0]} is in no group: the optimizer would never move it"
    biases = [rates[id(number)] for name, number in named if name.endswith("_b")]
    weights = [rates[id(number)] for name, number in named if not name.endswith("_b")]
    if _all(biases, _BIAS) and _all(weights, _OTHER):
        return verdict.CORRECT
    if _all(biases, _OTHER) and _all(weights, _BIAS):
        return "the two rates have changed places"
    if len(set(biases + weights)) == 1:
        return f"all twelve have the rate {biases[0]:g}; {_how_to_part(optimizer)}"
    if _all(weights, _OTHER):
        return f"the rates of the biases are {biases}: there are four of them, one in each gate"
    if _all(biases, _BIAS):
        return f"the rates of the weights are {weights}: {_OTHER} for all eight"
    return f"the biases have the rates {biases}; asked for was {_BIAS}"


def _how_to_part(optimizer: Any) -> str:
    """Return what to do about one rate for all."""
    groups = optimizer.param_groups
    if not all(group["params"] for group in groups):
        return "one of your groups is empty: how do the names of the biases end?"
    if len(groups) > 1:
        return "each of your groups may have a rate of its own"
    return "Adam takes a list of groups, too"


def _all(rates: list[float], wanted: float) -> bool:
    """Return whether every rate is `wanted`."""
    return all(rate == wanted for rate in rates)


def stop_below(answer: object) -> None:
    """Check exercise 3: a Callback that ends a training whose loss has fallen below a limit."""
    from lightning.pytorch.callbacks import Callback

    if not verdict.is_callable(answer, "class"):
        return
    if not isinstance(answer, type) or not issubclass(answer, Callback):
        given = verdict.short(answer)
        return verdict.say(f"the answer should be a class of callbacks, and this is {given}")
    returned: list[object] = []
    try:
        epochs = [_epochs_with(answer, limit, returned) for limit in (0.5, 0.25)]
    except (Exception, KeyboardInterrupt) as error:  # a learner's class may raise anything
        return verdict.say(verdict.stopped(error, "callback"))
    if returned and all(result is ... for result in returned):
        return verdict.say(verdict.NOT_ATTEMPTED)
    return verdict.say(_stop_hint(epochs))


def _stop_hint(epochs: list[int]) -> str:
    """Return the verdict on the epochs after which two trainings ended; limits 0.5 and 0.25."""
    if epochs == [4, 6]:
        return verdict.CORRECT
    known = {
        (6, 6): "the training went on to its end: who is asked to stop, and how?",
        (5, 6): "one epoch too late: look at the loss of the epoch that has just ended",
        (1, 1): "it stopped after the first epoch, with a loss of 1: above the limit",
        (4, 4): "for another limit it stops after the same epoch: use self.limit",
        (3, 5): "one epoch too early",
    }
    losses = ", ".join(map(str, _LOSSES))
    hint = f"with losses of {losses} and a limit of 0.5 it stopped after {epochs[0]} epochs"
    return known.get(tuple(epochs), hint)


def _epochs_with(kind: type, limit: float, returned: list[object]) -> int:
    """Return after how many epochs a training ends with a learner's callback in it.

    What the callback's hook returns is put into `returned`.
    """
    import torch

    from lstm_lib.course.training import CompaniesData

    class Watched(kind):
        def on_train_epoch_end(self, *args: Any, **kwargs: Any) -> None:
            returned.append(super().on_train_epoch_end(*args, **kwargs))

    with torch.random.fork_rng(devices=[]):
        run = _quick_trainer(len(_LOSSES), callbacks=[Watched(limit)])
        run.fit(_falling(), datamodule=CompaniesData(batch_size=2))
    return run.current_epoch


def _falling() -> "lightning.LightningModule":
    """Return a module whose loss falls from epoch to epoch, as `_LOSSES` says."""
    from lstm_lib.course.training import LSTMByHand

    class Falling(LSTMByHand):
        def training_step(self, batch: Any, batch_idx: int) -> Any:
            loss = 0 * self(batch[0]).sum() + _LOSSES[self.current_epoch]
            self.log("train_loss", loss, on_step=False, on_epoch=True)
            return loss

    return Falling()


def go_on(answer: object) -> None:
    """Check exercise 4: a function (path, epochs) that goes on from a checkpoint."""
    import torch

    if not verdict.is_callable(answer):
        return
    with torch.random.fork_rng(devices=[]), TemporaryDirectory() as folder:
        path, wanted = _kept(folder)
        try:
            made = answer(path, _END)
        except Exception as error:  # a learner's function may raise anything
            return verdict.say(verdict.stopped(error))
        if made is ...:
            return verdict.say(verdict.NOT_ATTEMPTED)
        if made is None:  # what `fit` gives back
            return verdict.say("nothing came back: `fit` trains a module and returns None")
        found = _numbers(made)
        if found is None:
            given = verdict.short(made)
            return verdict.say(f"the function should return an LSTMByHand, and this is {given}")
        if _close(found, wanted):
            return verdict.say(verdict.CORRECT)
        hints = (hint for slip, hint in _SLIPS if _close(found, _numbers(slip(path))))
        return verdict.say(next(hints, "train to `epochs`, with the checkpoint as `ckpt_path`"))


def _kept(folder: str) -> tuple[str, list[float]]:
    """Train to the end, and return the checkpoint on the way there and the last numbers."""
    from lstm_lib.course.training import CompaniesData

    module = _untrained()
    run = _quick_trainer(_END, name="run", keep_every=_KEPT, logs=folder)
    run.fit(module, datamodule=CompaniesData())
    path = Path(run.checkpoint_callback.best_model_path)
    return str(path), _numbers(module)


def _trained(start: "LSTMByHand", epochs: int) -> "LSTMByHand":
    """Return `start` after `epochs` epochs with a new Adam."""
    from lstm_lib.course.training import CompaniesData

    _quick_trainer(epochs).fit(start, datamodule=CompaniesData())
    return start


def _loaded(path: str) -> "LSTMByHand":
    """Return the module of a checkpoint."""
    from lstm_lib.course.training import LSTMByHand, load

    return load(LSTMByHand, path)


_SLIPS: list[tuple[Callable[[str], "LSTMByHand"], str]] = [
    (_loaded, "those are the numbers of the checkpoint: nothing was trained"),
    (
        lambda path: _trained(_loaded(path), _END),
        "the numbers were loaded, but Adam started anew, and so did the count of epochs",
    ),
    (
        lambda path: _trained(_loaded(path), _END - _KEPT),
        "so many epochs were missing, but Adam started anew: its averages are in the file too",
    ),
    (
        lambda _: _trained(_untrained(), _END + _KEPT),
        "that is too far: `epochs` counts from the very first one",
    ),
]


def _quick_trainer(epochs: int, **options: Any) -> "lightning.Trainer":
    """Return a Trainer without a bar, on the processor."""
    from lstm_lib.course.training import trainer

    return trainer(epochs, accelerator="cpu", enable_progress_bar=False, **options)


def _untrained() -> "LSTMByHand":
    """Return the cell that the course's trainings start from."""
    from lstm_lib.course.training import LSTMByHand
    from lstm_lib.scalar import ScalarLSTM

    return LSTMByHand.from_scalar(ScalarLSTM.untrained())


def _numbers(made: object) -> list[float] | None:
    """Return the twelve numbers of a module, or None if it is something else."""
    from torch import nn

    if not isinstance(made, nn.Module):
        return None
    found = [number.tolist() for number in made.parameters()]
    return found if len(found) == 12 and all(isinstance(n, float) for n in found) else None


def _close(found: list[float], wanted: list[float] | None) -> bool:
    """Return whether two lists of twelve numbers agree."""
    return (
        wanted is not None and max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 1e-6
    )
