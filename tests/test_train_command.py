"""The training command: what it prints, refuses and survives. The slow ones are processes."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from itertools import pairwise

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from lstm_lib.course import train
from lstm_lib.course.checkpoints import files
from lstm_lib.course.tasks.waves import waves
from lstm_lib.course.training import (
    CompaniesData,
    LightningLSTM,
    LSTMByHand,
    check,
    seed,
    trainer,
)
from lstm_lib.course.training.trainer import MOST_KEPT, STATE

BY_HAND = ["--model", "by-hand", "--data", "companies"]
NATIVE = ["--model", "native", "--data", "waves"]
SMALL = ["--data.seq_len", "300", "--data.length", "12", "--data.horizon", "3"]
SMALL += ["--data.batch_size", "32", "--model.hidden_size", "4"]
BARE = ["--trainer.logger", "false", "--trainer.enable_progress_bar", "false"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Run in a folder of its own, and leave the number of threads as it was."""
    monkeypatch.chdir(tmp_path)
    threads = torch.get_num_threads()
    yield tmp_path
    torch.set_num_threads(threads)


def run(*words, epochs=None):
    train.main([*words] + ([] if epochs is None else ["--trainer.max_epochs", str(epochs)]))


def refused(capsys, *words):
    """Return the one line that is printed with exit code 2."""
    with pytest.raises(SystemExit) as stopped:
        train.main(list(words))
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def process(*words, **options):
    """Start the command as a process of its own, where warnings are errors."""
    command = [sys.executable, "-W", "error", "-m", "lstm_lib.course.train", *words]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, **streams)


def wait_for(file, runs):
    end = time.monotonic() + 120
    while not file.exists():
        assert runs.poll() is None, runs.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def same(a, b):
    """Say whether two things made of tensors are the same to the last bit."""
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


# --- help -----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["--help"], ["fit", "--help"], ["fit", "-h"]])
def test_help_begins_with_what_one_needs(words, capsys):
    train.main(words)
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) < 50
    assert all(len(line) <= 100 for line in shown.splitlines())
    for word in (*train.MODELS, *train.DATA, *train.COMMANDS, "--ckpt_path", "tensorboard"):
        assert word in shown


def test_each_pair_has_the_full_list_of_its_options(capsys):
    with pytest.raises(SystemExit) as stopped:
        train.main(["fit", *NATIVE, "--help"])
    assert stopped.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "units of the layer. (type: int, default: 16)" in shown
    places = [shown.index(word) for word in ("--model.lr", "--data.horizon", "--trainer.accel")]
    assert places == sorted(places)
    assert "--model.output_size" not in shown  # the data settle it


EXAMPLES = re.findall(rf"{train.NAME} (fit --model [a-z].*)", train.__doc__.replace("\\\n", ""))


@pytest.mark.parametrize("example", [line for line in EXAMPLES if "--help" not in line])
def test_the_examples_of_the_help_are_understood(example, capsys, folder):
    path = folder / "logs/native-waves/version_0/checkpoints/last.ckpt"
    path.parent.mkdir(parents=True)
    torch.save({"pytorch-lightning_version": "2.6.6", "state_dict": {}}, path)
    with pytest.raises(SystemExit) as stopped:
        train.main([*example.split(), "--print_config"])
    assert stopped.value.code == 0
    assert len(EXAMPLES) == 4


# --- what it prints ---------------------------------------------------------------------------


def test_fit_prints_predictions_before_and_after_and_how_to_go_on(capsys, folder):
    run("fit", *BY_HAND, epochs=20)
    out, err = capsys.readouterr()
    before, after, watch, go_on = out.splitlines()
    assert before == "before  A: -0.0377, should be 0   B: -0.0383, should be 1"
    assert re.fullmatch(r"after   A: -0.02\d\d, should be 0   B: -0.02\d\d, should be 1", after)
    assert watch.endswith("tensorboard --logdir logs")
    last = "logs/by-hand-companies/version_0/checkpoints/last.ckpt"
    assert go_on == f"go on   --ckpt_path {last} --trainer.max_epochs N"
    assert "20/20" in err
    assert {path.name for path in folder.iterdir()} == {"logs"}
    kept = {path.name for path in (folder / last).parent.iterdir()}
    assert kept == {f"epoch={n}.ckpt" for n in range(2, 21, 2)} | {"last.ckpt"}


def test_the_log_holds_scalars_histograms_and_pictures(capsys, folder):
    run("fit", *BY_HAND, epochs=3)
    log = EventAccumulator(str(folder / "logs/by-hand-companies/version_0"))
    tags = log.Reload().Tags()
    assert {"train_loss", "out_0", "out_1"} <= {*tags["scalars"]}
    assert tags["images"]
    assert len(tags["histograms"]) == 6
    assert log.Scalars("out_1")[0].value == pytest.approx(-0.0378, abs=1e-4)


def test_native_companies_have_the_settings_that_suit_them(capsys):
    run("fit", "--model", "native", "--data", "companies", *BARE)
    before, after, *_ = capsys.readouterr().out.splitlines()
    seed(42)
    x = train.CompaniesData().dataset().tensors[0]
    a, b = LightningLSTM()(x).flatten().tolist()
    assert before == f"before  A: {a:.4f}, should be 0   B: {b:.4f}, should be 1"
    a, b = map(float, re.findall(r": (-?[\d.]+),", after))
    assert a == pytest.approx(0, abs=0.001)
    assert b == pytest.approx(0.981, abs=0.005)


def test_waves_are_forecast_better_than_by_the_last_value(capsys, folder):
    run("fit", *NATIVE, *SMALL, *BARE, "--model.lr", "0.03", epochs=40)
    before, after, *_ = capsys.readouterr().out.splitlines()
    error, naive = map(float, re.findall(r" (\d\.\d+)", after))
    assert error < 0.7 * naive
    assert error < float(re.findall(r" (\d\.\d+)", before)[0])
    (last,) = folder.rglob("last.ckpt")
    run("test", *NATIVE, "--ckpt_path", str(last))  # with the checkpoint's own options
    tested, *rows = capsys.readouterr().out.splitlines()
    assert tested == after.removeprefix("after   ")
    assert [row.split(" ahead")[0].strip() for row in rows] == ["1", "2", "3"]
    steps = [float(re.findall(r"model (\d\.\d+)", row)[0]) for row in rows]
    assert sum(steps) / 3 == pytest.approx(error, abs=1e-4)
    run("predict", "--model", "vector", "--data", "waves", "--ckpt_path", str(last))
    rows = capsys.readouterr().out.splitlines()
    assert [row.split(" ahead")[0].strip() for row in rows] == ["1", "2", "3"]
    said = [float(row.split()[-1]) for row in rows]
    assert said == pytest.approx(waves(300)[-3:].tolist(), abs=1e-4)


def test_more_units_on_companies_get_a_read_out(capsys):
    words = ["--model", "vector", "--data", "companies", "--model.hidden_size", "3"]
    run("fit", *words, *BARE, epochs=1)
    assert "should be 1" in capsys.readouterr().out


# --- what it refuses --------------------------------------------------------------------------

WRONG = {
    "tarin": "invalid choice: 'tarin'",
    "fit": "the following arguments are required: --model, --data",
    "fit --model lstm --data waves": "--model: invalid choice: 'lstm'",
    "fit --model native --data wave": "--data: invalid choice: 'wave'",
    "fit --model native --data": "argument --data: expected one argument",
    "fit --model by-hand --data waves": "--data waves needs --model native or vector",
    "fit --model native --data waves --model.units 3": "--model.units",
    "fit --model by-hand --data companies --model.hidden_size 2": "--model.hidden_size",
    "fit --model native --data waves --model.hidden_size 0": "--model.hidden_size must be",
    "fit --model native --data waves --data.horizon 0": "--data.horizon must be at least 1, got 0",
    "fit --model native --data waves --data.seq_len 99": "--data.seq_len must be at least",
    "fit --model native --data waves --model.lr -1": "--model.lr must be above 0",
    "fit --model native --data waves --trainer.max_epochs many": "trainer.max_epochs",
    "fit --model native --data waves --keep_every -1": "--keep_every must be at least 1, got -1",
    "fit --model native --data waves --seed -1": "--seed must be at least 0, got -1",
    "fit --model by-hand --data companies --ckpt_path no.ckpt": (
        "--ckpt_path: there is no checkpoint 'no.ckpt'"
    ),
    "fit --model by-hand --data companies --ckpt_path=": "--ckpt_path: there is no checkpoint ''",
    "fit --model native --data waves --logs /dev/null": "--logs: ",
    "fit --model native --data waves --trainer.accumulate_grad_batches 0": (
        "--trainer.accumulate_grad_batches must be at least 1, got 0"
    ),
    "test --model native --data companies": "test needs --data waves",
    "predict --model native --data waves": "--ckpt_path must name a trained model, got none",
    "fit --model by-hand --data companies --trainer.devices 2 --trainer.strategy ddp": (
        "--data.batch_size must be a multiple of 2, the number of processes, got 1"
    ),
}


@pytest.mark.parametrize("words", WRONG)
def test_wrong_words_get_one_line(words, capsys):
    assert WRONG[words] in refused(capsys, *words.split())


def test_a_checkpoint_of_another_model_or_a_broken_one_gets_one_line(capsys, folder):
    run("fit", *BY_HAND, *BARE, epochs=2)
    (last,) = folder.rglob("last.ckpt")
    capsys.readouterr()
    other = ["fit", "--model", "native", "--data", "companies", "--ckpt_path"]
    assert "is of another model" in refused(capsys, *other, str(last))
    again = ["fit", *BY_HAND, "--trainer.max_epochs", "2", "--ckpt_path"]
    assert "2 epochs behind it" in refused(capsys, *again, str(last))
    last.write_bytes(last.read_bytes()[:-500])
    assert "is damaged" in refused(capsys, *again, str(last))


# --- what it leaves ---------------------------------------------------------------------------


def test_no_training_writes_over_the_checkpoints_of_another(folder):
    seen = {}
    for model in ("native", "by-hand", "vector"):
        run("fit", "--model", model, "--data", "companies", *BARE, epochs=2)
        kept = {path: path.read_bytes() for path in folder.rglob("*.ckpt")}
        assert len(kept) == len(seen) + 3
        assert seen.items() <= kept.items()
        seen = kept


def test_what_it_advises_can_be_pasted_whatever_the_folder_is_called(capsys, folder):
    name = "it's $HOME, my logs"
    run("fit", *BY_HAND, "--logs", name, epochs=2)
    *_, watch, go_on = capsys.readouterr().out.splitlines()
    assert shlex.split(watch)[-1] == name
    words = shlex.split(go_on)[2:-1]
    assert (folder / words[1]).is_file()
    run("fit", *BY_HAND, *words, "3")


def test_where_the_training_ends_is_kept(folder):
    run("fit", *BY_HAND, *BARE, epochs=25)
    kept = {path.name for path in folder.rglob("*.ckpt")}
    assert kept == {f"epoch={n}.ckpt" for n in (*range(2, 25, 2), 25)} | {"last.ckpt"}


@pytest.mark.parametrize("steps", [2 * 37, 2 * 300])
def test_a_training_with_an_open_end_keeps_a_few_checkpoints_evenly_spread(steps, folder):
    run("fit", *BY_HAND, *BARE, "--trainer.max_steps", str(steps), epochs=-1)
    kept = sorted(files(folder / "logs/checkpoints"))
    assert MOST_KEPT / 2 <= len(kept) <= MOST_KEPT
    assert kept[-1] == steps / 2
    assert len({later - earlier for earlier, later in pairwise(kept[:-1])}) == 1
    assert check(folder / "logs/checkpoints/last.ckpt")["epoch"] + 1 == steps / 2


def test_a_training_that_ends_in_nan_is_not_gone_on_from(capsys, folder):
    words = ["fit", *NATIVE, *SMALL, *BARE, "--trainer.max_epochs", "3"]
    with pytest.raises(SystemExit) as stopped:
        run(*words, "--model.lr", "1e30")
    out, err = capsys.readouterr()
    assert stopped.value.code == 2
    assert "go on   " not in out
    assert "try a smaller --model.lr; no checkpoint is worth going on from" in err
    (last,) = folder.rglob("last.ckpt")
    again = refused(capsys, *words, "--ckpt_path", str(last))
    assert "--ckpt_path must name a model of finite numbers, got nan" in again


def test_the_last_good_checkpoint_of_a_training_that_ended_in_nan_is_named(folder):
    run("fit", *BY_HAND, *BARE, epochs=3)
    last = folder / "logs/checkpoints/last.ckpt"
    path = folder / "logs/checkpoints/epoch=3.ckpt"
    found = check(path)
    found["state_dict"]["f_b"] *= float("nan")
    torch.save(found, path)
    good = "logs/checkpoints/epoch=2.ckpt"
    assert train.lost(str(last)).endswith(f"or go on from --ckpt_path {good}")


def test_weights_alone_begin_anew_and_say_so(capsys, folder):
    run("fit", *BY_HAND, *BARE, epochs=2)
    (last,) = folder.rglob("last.ckpt")
    found = check(last)
    torch.save({key: found[key] for key in found if key not in STATE}, folder / "weights.ckpt")
    after = capsys.readouterr().out.splitlines()[1]
    run("fit", *BY_HAND, *BARE, "--ckpt_path", "weights.ckpt", epochs=1)
    start, before, *_ = capsys.readouterr().out.splitlines()
    assert start == "start   weights.ckpt holds weights alone: a new optimizer begins at epoch 0"
    assert before.split()[1:] == after.split()[1:]
    with pytest.raises(ValueError, match=r"ckpt_path .* got weights alone in 'weights.ckpt'"):
        trainer(3).fit(LSTMByHand(), datamodule=CompaniesData(), ckpt_path="weights.ckpt")


# --- what it survives -------------------------------------------------------------------------


@pytest.mark.parametrize("words", [BY_HAND, NATIVE + SMALL], ids=["companies", "shuffled waves"])
def test_a_killed_training_ends_like_one_that_was_never_killed(words, folder):
    killed = process("fit", *words, "--keep_every", "1", "--trainer.max_epochs", "100000")
    kept = folder / f"logs/{words[1]}-{words[3]}/version_0/checkpoints"
    wait_for(kept / "epoch=3.ckpt", killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    behind = check(kept / "last.ckpt")["epoch"] + 1
    assert behind >= 2
    go_on = ["--ckpt_path", str(kept / "last.ckpt"), "--logs", "resumed"]
    run("fit", *words, *BARE, *go_on, epochs=behind + 3)
    run("fit", *words, *BARE, "--logs", "whole", epochs=behind + 3)
    resumed, whole = (
        torch.load(next(folder.glob(f"{name}/**/last.ckpt")), weights_only=True)
        for name in ("resumed", "whole")
    )
    for key in ("state_dict", "optimizer_states", "callbacks", "epoch", "global_step"):
        assert same(resumed[key], whole[key]), key
    assert not same(resumed["state_dict"], check(kept / "last.ckpt")["state_dict"])


def test_ctrl_c_says_how_to_go_on(folder):
    stopped = process("fit", *BY_HAND, "--keep_every", "1", "--trainer.max_epochs", "100000")
    wait_for(folder / "logs/by-hand-companies/version_0/checkpoints/epoch=3.ckpt", stopped)
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate()
    assert stopped.returncode == 130
    assert re.search(r"stopped after \d+ of 100000 epochs; go on with --ckpt_path logs/.*last", out)
    assert "Traceback" not in err


def test_two_processes_reach_what_one_reaches(folder):
    words = ["fit", *NATIVE, *SMALL, "--trainer.max_epochs", "2"]
    two = process(*words, "--trainer.strategy", "ddp", "--trainer.devices", "2", "--logs", "two")
    run(*words, "--logs", "one")
    out, err = two.communicate()
    assert two.returncode == 0, err
    assert len(out.splitlines()) == 4  # said once, not twice
    losses = []
    for name in ("one", "two"):
        logs = [EventAccumulator(str(path)).Reload() for path in folder.glob(f"{name}/*/version_0")]
        (log,) = [log for log in logs if "train_loss" in log.Tags()["scalars"]]
        losses.append([event.value for event in log.Scalars("train_loss")])
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
    assert losses[0][0] > losses[0][1] + 1e-3
    weights = [
        check(next(folder.glob(f"{name}/**/last.ckpt")))["state_dict"] for name in ("one", "two")
    ]
    for name, values in weights[0].items():
        torch.testing.assert_close(values, weights[1][name], atol=1e-5, rtol=1e-4)


def test_what_a_model_says_leaves_each_part_in_its_mode():
    module = LightningLSTM().train()
    module.layer.eval()
    train.outputs_for(module, torch.zeros(1, 4, 1))
    assert module.training
    assert not module.layer.training
