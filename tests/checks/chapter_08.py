"""Answers to the exercises of chapter 8."""

import torch
from lightning.pytorch.callbacks import Callback

from lstm_lib.course.checks import chapter_08 as checks
from lstm_lib.course.training import CompaniesData, LSTMByHand, load, trainer
from tests.checks import Answers


def rates(biases=0.01, weights=0.001, kind=torch.optim.Adam, last="_b"):
    """Return an answer to exercise 2 with these rates; a group whose rate is None is left out."""

    def configure_optimizers(self):
        groups = {biases: [], weights: []}
        for name, number in self.named_parameters():
            groups[biases if name.endswith(last) else weights].append(number)
        return kind([{"params": p, "lr": lr} for lr, p in groups.items() if lr is not None])

    return configure_optimizers


def by_default(self):
    """Give the biases' rate as the rate of every group that has none."""
    named = dict(self.named_parameters())
    biases = [named.pop(name) for name in list(named) if name.endswith("_b")]
    other = {"params": list(named.values()), "lr": 0.001}
    return torch.optim.Adam([{"params": biases}, other], lr=0.01)


def two_groups(self):
    """Part the numbers and give both groups one rate."""
    numbers = list(self.parameters())
    return torch.optim.Adam([{"params": numbers[:6]}, {"params": numbers[6:]}], lr=0.01)


def two_adams(self):
    biases, weights = (group["params"] for group in rates()(self).param_groups)
    return torch.optim.Adam(biases, lr=0.01), torch.optim.Adam(weights, lr=0.001)


def twice(self):
    return torch.optim.Adam([{"params": self.parameters()}, {"params": [self.f_b], "lr": 0.01}])


def stopper(act):
    """Return a callback's class whose hook does `act(self, trainer)`."""

    class StopBelow(Callback):
        def __init__(self, limit):
            super().__init__()
            self.limit, self.before = limit, 1.0

        def on_train_epoch_end(self, trainer, module):
            return act(self, trainer)

    return StopBelow


def stops_if(test):
    def act(self, trainer):
        if test(self, trainer.callback_metrics["train_loss"]):
            trainer.should_stop = True

    return stopper(act)


def one_late(self, loss):
    before, self.before = self.before, loss
    return before < self.limit


def one_early(self, loss):
    return {1.0: 0.9, 0.9: 0.6, 0.6: 0.4, 0.4: 0.3, 0.3: 0.2}[round(loss.item(), 1)] < self.limit


def assigned(self, trainer):
    trainer.should_stop = bool(trainer.logged_metrics["train_loss"] < self.limit)


def on_itself(self, trainer):
    self.should_stop = True


def interrupt(self, trainer):
    if trainer.callback_metrics["train_loss"] < self.limit:
        raise KeyboardInterrupt


def of_another_name(self, trainer):
    trainer.should_stop = trainer.callback_metrics["loss"] < self.limit


class Impatient(Callback):
    def on_train_epoch_end(self, trainer, module):
        trainer.should_stop = True


def fitted(path, epochs, module=None, ckpt_path=None):
    module = LSTMByHand() if module is None else module
    run = trainer(epochs, accelerator="cpu", enable_progress_bar=False)
    run.fit(module, datamodule=CompaniesData(), ckpt_path=ckpt_path)
    return module


def resumed(path, epochs, extra=0):
    return fitted(path, epochs + extra, ckpt_path=path)


def reloaded(path, epochs, behind=0):
    return fitted(path, epochs - behind, load(LSTMByHand, path))


def loaded_and_resumed(path, epochs):
    return fitted(path, epochs, load(LSTMByHand, path), ckpt_path=path)


VECTORS = torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(2)) for _ in range(12))


ANSWERS = {
    checks.max_epochs: Answers(
        right=[3500, 3500.0],
        mistakes=[
            (1500, "lies behind the checkpoint"),
            (2000, "nothing left to do"),
            (3499, "one too few"),
            (3501, "one too many"),
            (7000, "those are Adam's steps"),
            (3000, "the steps of 1500 epochs"),
            (5000, "the table's last line"),
            (4000, "from the very first epoch"),
        ],
        secrets=("3500", "2000 +"),
    ),
    checks.two_rates: Answers(
        right=[rates(), by_default],
        mistakes=[
            (rates(0.001, 0.01), "changed places"),
            (rates(0.001, 0.001), "all twelve have the rate 0.001"),
            (rates(0.01, 0.01), "all twelve have the rate 0.01"),
            (rates(last="bias"), "how do the names of the biases end"),
            (two_groups, "a rate of its own"),
            (lambda self: torch.optim.Adam(self.parameters()), "a list of groups"),
            (rates(weights=None), "f_w_h is in no group"),
            (rates(biases=None), "f_b is in no group"),
            (rates(last="f_b"), "one in each gate"),
            (rates(0.1), "four of them"),
            (rates(weights=0.1), "for all eight"),
            (rates(0.1, 0.2), "the biases have the rates"),
            (rates(kind=torch.optim.SGD), "this is SGD"),
            (rates(kind=torch.optim.AdamW), "this is AdamW"),
            (twice, "stopped with ValueError"),
            (lambda self: [rates()(self)], "should return an optimizer"),
            (two_adams, "two optimizers"),
            (lambda self: self, "should return an optimizer"),
            (3, "should be a function"),
        ],
        secrets=("endswith", "lr="),
    ),
    checks.stop_below: Answers(
        right=[
            stops_if(lambda self, loss: loss < self.limit),
            stops_if(lambda self, loss: loss.item() <= self.limit),
            stopper(assigned),
        ],
        mistakes=[
            (stopper(lambda self, trainer: None), "went on to its end"),
            (stopper(on_itself), "went on to its end"),
            (stops_if(lambda self, loss: loss > self.limit), "the first epoch"),
            (stops_if(lambda self, loss: loss < 0.5), "use self.limit"),
            (stops_if(one_late), "one epoch too late"),
            (stops_if(one_early), "one epoch too early"),
            (stops_if(lambda self, loss: loss < 0.95), "stopped after 2 epochs"),
            (stopper(interrupt), "stopped with KeyboardInterrupt"),
            (stopper(of_another_name), "by which name"),
            (stopper(lambda self, trainer: trainer.callback_metrics["b"]), "stopped with KeyError"),
            (Impatient, "stopped with TypeError"),
            (lambda limit: Callback(), "should be a class of callbacks"),
            (3, "should be a class"),
        ],
        secrets=("should_stop", "callback_metrics["),
    ),
    checks.go_on: Answers(
        right=[resumed, loaded_and_resumed],
        mistakes=[
            (lambda path, epochs: load(LSTMByHand, path), "nothing was trained"),
            (reloaded, "so did the count of epochs"),
            (lambda path, epochs: reloaded(path, epochs, 6), "so many epochs"),
            (lambda path, epochs: resumed(path, epochs, 6), "too far"),
            (fitted, "as `ckpt_path`"),
            (lambda path, epochs: resumed(path, 3), "stopped with"),
            (lambda path, epochs: None, "`fit` trains a module and returns None"),
            (lambda path, epochs: path, "should return an LSTMByHand"),
            (lambda path, epochs: VECTORS, "should return an LSTMByHand"),
            (3, "should be a function"),
        ],
        secrets=("fit(", "ckpt_path="),
    ),
}
