"""The checks of chapter 8: right answers, likely mistakes, stubs and odd input."""

import inspect
import subprocess
import sys

import pytest
import torch
from lightning.pytorch.callbacks import Callback

from lstm_lib.course.checks import chapter_08, verdict
from lstm_lib.course.training import CompaniesData, LightningLSTM, LSTMByHand, load, trainer

CHECKS = [
    value
    for name, value in vars(chapter_08).items()
    if inspect.isfunction(value) and value.__module__ == chapter_08.__name__ and name[0] != "_"
]
FUNCTIONS = [chapter_08.two_rates, chapter_08.go_on]
ODD = [
    "words", b"bytes", "", [], (), {}, [1, 2], float("nan"), float("inf"), True, 1j, -1e308,
    10**400, object(), torch.zeros(3), torch.nn.LSTM, torch.nn.LSTM(1, 1), LSTMByHand, iter([1]),
    len, Callback(), type, Callback, lambda *_: float("nan"), lambda *_: "x", lambda *_: [1],
    lambda: 1, lambda *_: 1 / 0, lambda *_: torch.nn.LSTM(1, 1), lambda *_: LightningLSTM(),
    lambda *_: torch.nn.ParameterList(torch.nn.Parameter(torch.zeros(2)) for _ in range(12)),
]  # fmt: skip


def words(capsys, check, *answer):
    """Return what the check prints, which is one line."""
    check(*answer)
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.count("\n") == 1
    return printed.out.rstrip("\n")


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


RIGHT = [
    (chapter_08.max_epochs, (3500,)),
    (chapter_08.max_epochs, (3500.0,)),
    (chapter_08.two_rates, (rates(),)),
    (chapter_08.two_rates, (by_default,)),
    (chapter_08.stop_below, (stops_if(lambda self, loss: loss < self.limit),)),
    (chapter_08.stop_below, (stops_if(lambda self, loss: loss.item() <= self.limit),)),
    (chapter_08.stop_below, (stopper(assigned),)),
    (chapter_08.go_on, (resumed,)),
    (chapter_08.go_on, (loaded_and_resumed,)),
]
MISTAKES = [
    (chapter_08.max_epochs, (1500,), "lies behind the checkpoint"),
    (chapter_08.max_epochs, (2000,), "nothing left to do"),
    (chapter_08.max_epochs, (3499,), "one too few"),
    (chapter_08.max_epochs, (3501,), "one too many"),
    (chapter_08.max_epochs, (7000,), "those are Adam's steps"),
    (chapter_08.max_epochs, (3000,), "the steps of 1500 epochs"),
    (chapter_08.max_epochs, (5000,), "the table's last line"),
    (chapter_08.max_epochs, (4000,), "from the very first epoch"),
    (chapter_08.two_rates, (rates(0.001, 0.01),), "changed places"),
    (chapter_08.two_rates, (rates(0.001, 0.001),), "all twelve have the rate 0.001"),
    (chapter_08.two_rates, (rates(0.01, 0.01),), "all twelve have the rate 0.01"),
    (chapter_08.two_rates, (rates(last="bias"),), "how do the names of the biases end"),
    (chapter_08.two_rates, (two_groups,), "a rate of its own"),
    (chapter_08.two_rates, (lambda self: torch.optim.Adam(self.parameters()),), "a list of groups"),
    (chapter_08.two_rates, (rates(weights=None),), "f_w_h is in no group"),
    (chapter_08.two_rates, (rates(biases=None),), "f_b is in no group"),
    (chapter_08.two_rates, (rates(last="f_b"),), "one in each gate"),
    (chapter_08.two_rates, (rates(0.1),), "four of them"),
    (chapter_08.two_rates, (rates(weights=0.1),), "for all eight"),
    (chapter_08.two_rates, (rates(0.1, 0.2),), "the biases have the rates"),
    (chapter_08.two_rates, (rates(kind=torch.optim.SGD),), "this is SGD"),
    (chapter_08.two_rates, (rates(kind=torch.optim.AdamW),), "this is AdamW"),
    (chapter_08.two_rates, (twice,), "stopped with ValueError"),
    (chapter_08.two_rates, (lambda self: [rates()(self)],), "should return an optimizer"),
    (chapter_08.two_rates, (3,), "should be a function"),
    (chapter_08.stop_below, (stopper(lambda self, trainer: None),), "went on to its end"),
    (chapter_08.stop_below, (stopper(on_itself),), "went on to its end"),
    (chapter_08.stop_below, (stops_if(lambda self, loss: loss > self.limit),), "the first epoch"),
    (chapter_08.stop_below, (stops_if(lambda self, loss: loss < 0.5),), "use self.limit"),
    (chapter_08.stop_below, (stops_if(one_late),), "one epoch too late"),
    (chapter_08.stop_below, (stops_if(one_early),), "one epoch too early"),
    (chapter_08.stop_below, (stops_if(lambda self, loss: loss < 0.95),), "stopped after 2 epochs"),
    (chapter_08.stop_below, (stopper(interrupt),), "stopped with KeyboardInterrupt"),
    (chapter_08.stop_below, (stopper(of_another_name),), "stopped with KeyError"),
    (chapter_08.stop_below, (Impatient,), "stopped with TypeError"),
    (chapter_08.stop_below, (lambda limit: Callback(),), "should be a class of callbacks"),
    (chapter_08.stop_below, (3,), "should be a class"),
    (chapter_08.go_on, (lambda path, epochs: load(LSTMByHand, path),), "nothing was trained"),
    (chapter_08.go_on, (reloaded,), "so did the count of epochs"),
    (chapter_08.go_on, (lambda path, epochs: reloaded(path, epochs, 6),), "so many epochs"),
    (chapter_08.go_on, (lambda path, epochs: resumed(path, epochs, 6),), "too far"),
    (chapter_08.go_on, (fitted,), "as `ckpt_path`"),
    (chapter_08.go_on, (lambda path, epochs: resumed(path, 3),), "stopped with"),
    (chapter_08.go_on, (lambda path, epochs: None,), "`fit` trains a module and returns None"),
    (chapter_08.go_on, (lambda path, epochs: path,), "should return an LSTMByHand"),
    (chapter_08.go_on, (3,), "should be a function"),
]
SOLUTIONS = {
    chapter_08.max_epochs: ("3500", "2000 +"),
    chapter_08.two_rates: ("endswith", "lr="),
    chapter_08.stop_below: ("should_stop", "callback_metrics["),
    chapter_08.go_on: ("fit(", "ckpt_path="),
}


def name_of(value):
    return getattr(value, "__name__", repr(value)[:20])


def test_every_check_of_the_chapter_is_tested():
    assert {check for check, *_ in RIGHT} == {check for check, *_ in MISTAKES} == set(CHECKS)
    assert set(SOLUTIONS) == set(CHECKS)


@pytest.mark.parametrize(("check", "answer"), RIGHT, ids=name_of)
def test_right_answer_is_correct(capsys, check, answer):
    assert words(capsys, check, *answer) == verdict.CORRECT


@pytest.mark.parametrize(("check", "answer", "hint"), MISTAKES, ids=name_of)
def test_mistake_gets_its_hint_and_not_the_solution(capsys, check, answer, hint):
    said = words(capsys, check, *answer)
    assert said.startswith("not yet: ")
    assert hint in said
    assert not any(solution in said for solution in SOLUTIONS[check])


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
@pytest.mark.parametrize("stub", [..., None])
def test_stub_is_not_attempted(capsys, check, stub):
    assert words(capsys, check, stub) == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", FUNCTIONS, ids=name_of)
def test_function_stub_is_not_attempted(capsys, check):
    assert words(capsys, check, lambda *_: ...) == verdict.NOT_ATTEMPTED


def test_class_stub_is_not_attempted(capsys):
    said = words(capsys, chapter_08.stop_below, stopper(lambda self, trainer: ...))
    assert said == verdict.NOT_ATTEMPTED


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_input_gets_a_hint(capsys, check, odd):
    assert words(capsys, check, odd).startswith("not yet: ")


@pytest.mark.parametrize("check", [chapter_08.stop_below, chapter_08.go_on], ids=name_of)
def test_a_check_leaves_random_numbers_and_files_alone(capsys, monkeypatch, tmp_path, check):
    monkeypatch.chdir(tmp_path)
    torch.manual_seed(1)
    first = torch.rand(1)
    torch.manual_seed(1)
    check(resumed if check is chapter_08.go_on else stopper(on_itself))
    assert torch.equal(torch.rand(1), first)
    assert list(tmp_path.iterdir()) == []


def test_the_checks_of_the_scalar_chapters_need_no_lightning():
    program = "import sys, lstm_lib.course.checks; sys.exit('lightning' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
