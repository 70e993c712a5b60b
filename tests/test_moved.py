"""Old names go on working: they are the very same modules and things."""

import subprocess
import sys

import lstm_lib.train
import lstm_lib.training.trainer
import pytest
from lstm_lib.tasks import companies as old_companies

import lstm_lib.course.train
import lstm_lib.course.training.trainer
from lstm_lib._moved import NAMES
from lstm_lib.course.tasks.companies import companies


def test_an_old_module_is_the_new_one():
    assert lstm_lib.train is lstm_lib.course.train
    assert lstm_lib.training is lstm_lib.course.training
    assert (
        sys.modules["lstm_lib.training.trainer"] is sys.modules["lstm_lib.course.training.trainer"]
    )
    assert old_companies is companies
    assert lstm_lib.training.Watch is lstm_lib.training.watching.Watch
    assert callable(lstm_lib.course.training.trainer)  # the function, not the module it is in


def test_a_module_keeps_its_own_name():
    assert lstm_lib.train.__spec__.name == lstm_lib.train.__name__ == "lstm_lib.course.train"


@pytest.mark.parametrize("old", NAMES)
def test_every_old_name_is_there(old):
    for names in NAMES[old].values():
        for name in names.split():
            code = f"from lstm_lib.{old} import {name}"
            exec(code, {})


def test_another_name_is_refused():
    with pytest.raises(ImportError, match="Nothing"):
        exec("from lstm_lib.widgets import Nothing", {})
    with pytest.raises(ModuleNotFoundError, match=r"lstm_lib\.nothing"):
        exec("import lstm_lib.nothing", {})


def test_an_old_command_still_runs():
    command = [sys.executable, "-m", "lstm_lib.doctor", "--help"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
