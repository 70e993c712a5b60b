"""Imports go one way, and what checks that sees an import that does not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

BACKWARDS = {
    "the library imports the course": (
        "vector.py",
        "from lstm_lib.course import tasks",
        "lstm_lib.vector is not allowed to import lstm_lib.course",
    ),
    "a model opens itself, inside a function": (
        "layers.py",
        "def _trace():\n    from lstm_lib.trace import trace",
        "lstm_lib.layers is not allowed to import lstm_lib.trace",
    ),
    "the record names a model, for a type alone": (
        "record/trace.py",
        "if TYPE_CHECKING:\n    from lstm_lib.scalar import ScalarLSTM",
        "lstm_lib.record is not allowed to import lstm_lib.scalar",
    ),
    "two pages of one room import each other": (
        "record/files.py",
        "from lstm_lib.record.traces import Traces",
        "No cycles are allowed in lstm_lib.record",
    ),
    "a new page has no place on the road": (
        "new.py",
        "",
        "lstm_lib.new",
    ),
}


def lint(folder: Path) -> subprocess.CompletedProcess:
    """What `make lint` says about the imports of the library in a folder."""
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"]
    environment = dict(os.environ, COLUMNS="200", PYTHONPATH=str(folder))
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def copied(tmp_path):
    """A copy of the library and of the rules, to break."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "lstm_lib", tmp_path / "lstm_lib")
    return tmp_path


def test_imports_go_one_way():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "3 kept, 0 broken" in done.stdout


def test_a_copy_is_as_good(copied):
    assert lint(copied).returncode == 0


@pytest.mark.parametrize("kind", BACKWARDS)
def test_an_import_that_goes_back_is_seen(copied, kind):
    page, line, says = BACKWARDS[kind]
    with (copied / "lstm_lib" / page).open("a") as file:
        file.write(f"\n{line}\n")
    done = lint(copied)
    assert done.returncode
    assert says in done.stdout
