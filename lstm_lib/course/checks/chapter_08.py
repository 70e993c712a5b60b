"""Checks for chapter 8: training with Lightning."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, NOT_ATTEMPTED, Sheet

if TYPE_CHECKING:
    import lightning

    from lstm_lib.course.training import LSTMByHand

_BIAS, _OTHER = 0.01, 0.001  # the two rates of exercise 2
_LOSSES = (1.0, 0.9, 0.6, 0.4, 0.3, 0.2)  # what the training of exercise 3 reports
_KEPT, _END = 6, 10  # epochs at the checkpoint and at the end of exercise 4


@verdict.number(within=0.0)
def max_epochs() -> Sheet:
    """Check exercise 1: `max_epochs` for 1500 epochs more after 2000."""
    yield 3500, CORRECT
    yield 1500, "that point lies behind the checkpoint; from where does `max_epochs` count?"
    yield 2000, "so many are behind you already: there would be nothing left to do"
    yield 3499, "one too few: a name like epoch=2000.ckpt counts whole epochs, from 1"
    yield 3501, "one too many: a name like epoch=2000.ckpt counts whole epochs, from 1"
    yield 7000, "those are Adam's steps, two in an epoch; the Trainer is asked for epochs"
    yield 3000, "those are the steps of 1500 epochs; the Trainer is asked for epochs"
    yield 5000, "the table's last line has nothing to do with it"
    yield ELSE, "`max_epochs` counts from the very first epoch, those before the checkpoint too"


@verdict.check
def two_rates(answer: object) -> str:
    """Check exercise 2: a configure_optimizers with a rate for biases and one for weights."""
    from torch.optim import Adam, Optimizer

    module = _untrained()
    made = verdict.result_of(answer, module)
    if isinstance(made, (list, tuple)) and [type(one) for one in made] == [Adam, Adam]:
        return "those are two optimizers; one Adam takes both groups, each with its rate"
    if not isinstance(made, Optimizer):
        return f"the function should return an optimizer, and this is {verdict.short(made)}"
    if type(made) is not Adam:  # AdamW is one, too, and pulls numbers to zero
        return f"Adam was asked for, and this is {type(made).__name__}"
    return _rates_hint(module, made)


def _rates_hint(module: "LSTMByHand", optimizer: Any) -> str:
    """Return the verdict on the rate of each of the twelve numbers."""
    groups = optimizer.param_groups
    rates = {id(number): group["lr"] for group in groups for number in group["params"]}
    biases: list[float] = []
    weights: list[float] = []
    for name, number in module.named_parameters():
        if id(number) not in rates:
            return f"{name} is in no group: the optimizer would never move it"
        (biases if name.endswith("_b") else weights).append(rates[id(number)])
    sheet = _rates(biases, weights, [len(group["params"]) for group in groups])
    return verdict.recognised([biases, weights], sheet, within=0.0)


def _rates(biases: list[float], weights: list[float], sizes: list[int]) -> Sheet:
    """Return what to say to the rates, with groups of these sizes."""
    right, other = [_BIAS] * 4, [_OTHER] * 8
    yield [right, other], CORRECT
    yield [[_OTHER] * 4, [_BIAS] * 8], "the two rates have changed places"
    if len(set(biases + weights)) == 1:
        advice = "each of your groups may have a rate of its own"
        if len(sizes) == 1:
            advice = "Adam takes a list of groups, too"
        if 0 in sizes:
            advice = "one of your groups is empty: how do the names of the biases end?"
        yield ELSE, f"all twelve have the rate {biases[0]:g}; {advice}"
    hint = f"the rates of the biases are {biases}: there are four of them, one in each gate"
    yield [ELSE, other], hint
    yield [right, ELSE], f"the rates of the weights are {weights}: {_OTHER} for all eight"
    yield ELSE, f"the biases have the rates {biases}; asked for was {_BIAS}"


@verdict.check
def stop_below(answer: object) -> str:
    """Check exercise 3: a Callback that ends a training whose loss has fallen below a limit."""
    from lightning.pytorch.callbacks import Callback

    kind = verdict.runnable(answer, "class")
    if not isinstance(kind, type) or not issubclass(kind, Callback):
        return f"the answer should be a class of callbacks, and this is {verdict.short(answer)}"
    returned: list[object] = []
    try:
        epochs = [_epochs_with(kind, limit, returned) for limit in (0.5, 0.25)]
    except (Exception, KeyboardInterrupt) as error:  # a learner's class may raise anything
        if isinstance(error, KeyError) and error.args == ("loss",):
            return "nothing was logged as `loss`; by which name does training_step log it?"
        return f"your callback stopped with {verdict.told(error)}"
    if returned and all(result is ... for result in returned):
        return NOT_ATTEMPTED
    return verdict.recognised(epochs, _stops(epochs))


def _stops(epochs: list[int]) -> Sheet:
    """Return what to say to the epochs after which two trainings ended; limits 0.5 and 0.25."""
    yield [4, 6], CORRECT
    yield [6, 6], "the training went on to its end: who is asked to stop, and how?"
    yield [5, 6], "one epoch too late: look at the loss of the epoch that has just ended"
    yield [1, 1], "it stopped after the first epoch, with a loss of 1: above the limit"
    yield [4, 4], "for another limit it stops after the same epoch: use self.limit"
    yield [3, 5], "one epoch too early"
    losses = f"with losses of {', '.join(map(str, _LOSSES))} and a limit of 0.5"
    yield ELSE, f"{losses} it stopped after {epochs[0]} epochs"


def _epochs_with(kind: type, limit: float, returned: list[object]) -> int:
    """Return after how many epochs a callback ends a training; what its hook returns is kept."""
    import torch

    from lstm_lib.course.training import CompaniesData, LSTMByHand

    class Watched(kind):
        def on_train_epoch_end(self, *args: Any, **kwargs: Any) -> None:
            returned.append(super().on_train_epoch_end(*args, **kwargs))

    class Falling(LSTMByHand):
        def training_step(self, batch: Any, batch_idx: int) -> Any:
            loss = 0 * self(batch[0]).sum() + _LOSSES[self.current_epoch]
            self.log("train_loss", loss, on_step=False, on_epoch=True)
            return loss

    with torch.random.fork_rng(devices=[]):
        run = _quick_trainer(len(_LOSSES), callbacks=[Watched(limit)])
        run.fit(Falling(), datamodule=CompaniesData(batch_size=2))
    return run.current_epoch


@verdict.check
def go_on(answer: object) -> str:
    """Check exercise 4: a function (path, epochs) that goes on from a checkpoint."""
    import torch

    verdict.runnable(answer)  # or nothing is trained
    with torch.random.fork_rng(devices=[]), TemporaryDirectory() as folder:
        wanted = _trained(_untrained(), _END, name="run", keep_every=_KEPT, logs=folder)
        path = str(next(Path(folder).rglob(f"epoch={_KEPT}.ckpt")))
        nothing = "nothing came back: `fit` trains a module and returns None"
        made = verdict.result_of(answer, path, _END, nothing=nothing)
        found = _numbers(made)
        if found is None:
            return f"the function should return an LSTMByHand, and this is {verdict.short(made)}"
        return verdict.recognised(found, _gone_on(path, wanted))


def _gone_on(path: str, wanted: list[float] | None) -> Sheet:
    """Return what to say to the numbers of a module; trained when it comes to them."""
    from lstm_lib.course.training import LSTMByHand, load

    def restarted(epochs: int) -> list[float] | None:
        return _trained(load(LSTMByHand, path), epochs)

    yield wanted, CORRECT
    kept = _numbers(load(LSTMByHand, path))
    yield kept, "those are the numbers of the checkpoint: nothing was trained"
    hint = "the numbers were loaded, but Adam started anew, and so did the count of epochs"
    yield restarted(_END), hint
    hint = "so many epochs were missing, but Adam started anew: its averages are in the file too"
    yield restarted(_END - _KEPT), hint
    too_far = _trained(_untrained(), _END + _KEPT)
    yield too_far, "that is too far: `epochs` counts from the very first one"
    yield ELSE, "train to `epochs`, with the checkpoint as `ckpt_path`"


def _trained(module: "LSTMByHand", epochs: int, **options: Any) -> list[float] | None:
    """Return the numbers of a module after `epochs` epochs with a new Adam."""
    from lstm_lib.course.training import CompaniesData

    _quick_trainer(epochs, **options).fit(module, datamodule=CompaniesData())
    return _numbers(module)


def _quick_trainer(epochs: int, **options: Any) -> "lightning.Trainer":
    """Return a Trainer without a bar, on the processor."""
    from lstm_lib.course.training import trainer

    return trainer(epochs, accelerator="cpu", enable_progress_bar=False, **options)


def _untrained() -> "LSTMByHand":
    """Return the cell that the course's trainings start from; torch's random numbers stay."""
    import torch

    from lstm_lib.course.training import LSTMByHand
    from lstm_lib.scalar import ScalarLSTM

    with torch.random.fork_rng(devices=[]):
        return LSTMByHand.from_scalar(ScalarLSTM.untrained())


def _numbers(made: object) -> list[float] | None:
    """Return the twelve numbers of a module, or None if it is something else."""
    from torch import nn

    found = list(made.parameters()) if isinstance(made, nn.Module) else []
    fits = len(found) == 12 and all(not number.shape for number in found)
    return [number.item() for number in found] if fits else None
