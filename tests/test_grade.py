"""The grader: what each kind of notebook gets, and that none of them stops it."""

import csv
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from lstm_lib.course import grade
from lstm_lib.course.witness import judges
from tools.notebooks import all_notebooks

ROOT = Path(__file__).resolve().parent.parent
SOLUTIONS = [path for path in all_notebooks() if path.parent.name == "solutions"]
IMPORT = "from lstm_lib.course.checks import chapter_02 as checks"
STUBS = json.loads((ROOT / "chapters/02_one_gate.ipynb").read_text(encoding="utf-8"))
SOLVED = json.loads((ROOT / "chapters/solutions/02_one_gate.ipynb").read_text(encoding="utf-8"))


def place_of(notebook: dict, name: str) -> int:
    """Where the cell is that has the check of this name."""
    cells = enumerate(notebook["cells"])
    return next(place for place, cell in cells if f"checks.{name}(" in "".join(cell["source"]))


def changed(notebook: dict, cells: dict[str, str | None], first: str = "") -> dict:
    """A copy whose exercises have other sources, None for no cell, and one cell before all."""
    notebook = json.loads(json.dumps(notebook))
    for name, source in cells.items():
        place = place_of(notebook, name)
        if source is None:
            del notebook["cells"][place]
        else:
            notebook["cells"][place]["source"] = source
    if first:
        notebook["cells"].insert(0, {"cell_type": "code", "source": first, "metadata": {}})
    return notebook


def graded(tmp_path: Path, notebook: dict | str, seconds: float = 30) -> dict[str, tuple[str, str]]:
    """State and hint by exercise."""
    path = tmp_path / "anna.ipynb"
    text = notebook if isinstance(notebook, str) else json.dumps(notebook)
    path.write_text(text, encoding="utf-8")
    return {name: (state, hint) for name, state, hint in grade.grade(path, seconds)}


def states(found: dict[str, tuple[str, str]]) -> set[str]:
    return {state for state, _ in found.values()}


def test_all_right_is_correct(tmp_path):
    found = graded(tmp_path, SOLVED)
    assert len(found) == 5
    assert set(found.values()) == {("correct", "")}


def test_stubs_are_not_attempted(tmp_path):
    found = graded(tmp_path, STUBS)
    assert list(found) == list(judges(import_module("lstm_lib.course.checks.chapter_02")))
    assert set(found.values()) == {("not attempted", "")}


def test_a_mistake_gets_its_hint(tmp_path):
    found = graded(tmp_path, changed(SOLVED, {"gate_value": "checks.gate_value(12.0)"}))
    state, hint = found.pop("gate_value")
    assert state == "not yet"
    assert hint
    assert not hint.startswith("not yet")
    assert states(found) == {"correct"}


def test_an_exception_elsewhere_harms_nothing_else(tmp_path):
    assert states(graded(tmp_path, changed(SOLVED, {}, first="1 / 0"))) == {"correct"}


BROKEN = {
    "value = \nchecks.gate_value(value)": "SyntaxError",
    "checks.gate_value(nothing)": "NameError: name 'nothing' is not defined",
    "checks.gate_value()": "TypeError: missing a required argument: 'answer'",
    "while True: pass\nchecks.gate_value(1)": "the cell was stopped after 4 seconds",
}


@pytest.mark.parametrize("source", BROKEN)
def test_a_cell_that_stops_before_its_check_is_not_yet(source, tmp_path):
    found = graded(tmp_path, changed(SOLVED, {"gate_value": source}), seconds=4)
    state, hint = found.pop("gate_value")
    assert state == "not yet"
    assert BROKEN[source] in hint
    assert states(found) == {"correct"}


def test_an_endless_loop_elsewhere_is_stopped_and_the_rest_goes_on(tmp_path):
    source = "import time\nwhile True:\n    print('still here'); time.sleep(0.001)"
    assert states(graded(tmp_path, changed(SOLVED, {}, first=source), 4)) == {"correct"}


LETHAL = {
    "checks.half_life(...)\nimport os; os._exit(1)": "the kernel ended",
    "while True:\n    try:\n        while True: pass\n"
    "    except BaseException: checks.half_life": "the kernel with it",
}


@pytest.mark.parametrize("source", LETHAL)
def test_after_the_end_of_the_kernel_the_rest_is_not_yet(source, tmp_path, monkeypatch):
    monkeypatch.setattr(grade, "PATIENCE", 1)
    found = graded(tmp_path, changed(SOLVED, {"half_life": source}), 4)
    before = place_of(SOLVED, "half_life")
    for name, (state, hint) in found.items():
        if place_of(SOLVED, name) < before:
            assert state == "correct"
        elif name != "half_life":
            assert state == "not yet"
            assert LETHAL[source] in hint
            assert "in code cell" in hint


@pytest.mark.parametrize("cell", [None, "value = 1", "# checks.gate_value(1)", "print('correct')"])
def test_a_deleted_check_is_missing(cell, tmp_path):
    found = graded(tmp_path, changed(SOLVED, {"gate_value": cell}))
    assert found.pop("gate_value") == ("missing", "no cell calls checks.gate_value")
    assert states(found) == {"correct"}


FAKES = [
    "checks.gate_value(...)\nprint('correct')",
    "checks.gate_value = lambda answer: print('correct')\nchecks.gate_value(...)",
    "class checks:\n    gate_value = print\nchecks.gate_value(...)\nprint('correct')",
    "from lstm_lib.course.checks import verdict\nverdict.NOT_ATTEMPTED = 'correct'\n"
    "verdict.is_missing = lambda answer: False\nchecks.gate_value(...)",
    "%%time\nchecks.gate_value(...)",
    "%time checks.gate_value(...)",
    "%%capture\nchecks.gate_value(...)",
    "check = checks.gate_value\ncheck(...)",
    "from contextlib import redirect_stdout\nfrom io import StringIO\n"
    "with redirect_stdout(StringIO()): checks.gate_value(...)",
]


@pytest.mark.parametrize("source", FAKES)
def test_the_check_decides_and_not_what_is_printed(source, tmp_path):
    stub = graded(tmp_path, changed(STUBS, {"gate_value": source}))
    assert states(stub) == {"not attempted"}
    if "%%" not in source:
        source = source.replace("(...)", "(0.8699)")
        right = graded(tmp_path, changed(STUBS, {"gate_value": source}))
        assert right["gate_value"] == ("correct", "")


def test_the_last_call_of_a_check_counts(tmp_path):
    source = "checks.gate_value(12.0)\nchecks.gate_value(...)"
    assert graded(tmp_path, changed(SOLVED, {"gate_value": source}))["gate_value"][0] != "correct"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[]", "no notebook"),
        ("{}", "no notebook"),
        ('{"cells": [{"cell_type": "code"}]}', "no notebook"),
        ('{"cells": 3}', "no notebook"),
        ('{"cells": []}', "no cell imports the checks"),
        ('{"worksheets": []}', "no notebook"),
    ],
)
def test_a_file_that_is_no_notebook_has_a_row(text, says, tmp_path):
    ((state, hint),) = graded(tmp_path, text).values()
    assert state == "unreadable"
    assert says in hint


def test_the_chapter_is_that_of_the_checks_or_of_the_name():
    assert grade.chapter_of(Path("anna.ipynb"), [IMPORT]) == "chapter_02"
    assert grade.chapter_of(Path("03_one_cell.ipynb"), [IMPORT]) == "chapter_02"
    assert grade.chapter_of(Path("03_one_cell.ipynb"), ["1"]) == "chapter_03"
    with pytest.raises(ValueError, match="no cell imports"):
        grade.chapter_of(Path("99_none.ipynb"), [])


def test_nothing_of_the_teacher_is_in_the_kernel(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_TEACHER", "1")
    source = (
        "import os, sys\n"
        "secret = 'SECRET_OF_THE_TEACHER' in os.environ\n"
        f"home = os.path.expanduser('~') == {os.path.expanduser('~')!r}\n"
        "sys.exit() if secret or home or os.listdir() else checks.gate_value(...)"
    )
    found = graded(tmp_path, changed(SOLVED, {"gate_value": source}))
    assert found["gate_value"] == ("not attempted", "")


# --- the command --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def a_class(tmp_path_factory):
    """A folder with a file of one learner and folders of others, and one who is in trouble."""
    folder = tmp_path_factory.mktemp("class")
    for name in ("anna", "=bert", ".ipynb_checkpoints"):
        (folder / name).mkdir()
    (folder / "anna/02_one_gate.ipynb").write_text(json.dumps(SOLVED), encoding="utf-8")
    (folder / "=bert/02_one_gate.ipynb").write_text("oh", encoding="utf-8")
    (folder / "carla.ipynb").write_text(json.dumps(STUBS), encoding="utf-8")
    (folder / ".ipynb_checkpoints/carla-checkpoint.ipynb").write_text("{}", encoding="utf-8")
    return folder


def test_the_command_writes_a_row_for_each_exercise(a_class, tmp_path):
    command = [sys.executable, "-m", "lstm_lib.grade", str(a_class), "--jobs", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0
    bert, anna, carla, last = done.stdout.splitlines()
    assert "the file is no JSON" in bert
    assert anna == "anna/02_one_gate.ipynb: 5 of 5 correct"
    assert carla == "carla.ipynb: 0 of 5 correct"
    assert last == "written: grades.csv"
    with (tmp_path / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    assert list(table[0]) == ["learner", "notebook", "exercise", "state", "hint"]
    assert [row["learner"] for row in table] == ["'=bert"] + ["anna"] * 5 + ["carla"] * 5
    assert [row["state"] for row in table] == (
        ["unreadable"] + ["correct"] * 5 + ["not attempted"] * 5
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "there is no folder 'nowhere'"),
        (["."], "there is no notebook in '.'"),
        ([".", "--seconds", "0"], "--seconds must be above 0"),
        ([".", "--jobs", "many"], "invalid int value: 'many'"),
        ([], "FOLDER"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    try:
        code = grade.main(words)
    except SystemExit as stopped:
        code = stopped.code
    assert code == 2
    assert says in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_a_table_that_cannot_be_written_is_said(a_class, capsys, tmp_path):
    assert grade.main([str(a_class), "--out", str(tmp_path / "no/grades.csv")]) == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_help_says_what_the_folder_holds_and_what_the_states_mean(capsys):
    with pytest.raises(SystemExit):
        grade.main(["--help"])
    shown = capsys.readouterr().out
    for word in ("anna.ipynb", "anna/03_one_cell.ipynb", "not attempted", "missing", "unreadable"):
        assert word in shown
    assert all(len(line) <= 100 for line in shown.splitlines())


@pytest.mark.parametrize("path", SOLUTIONS[:6:2], ids=lambda path: path.stem)
def test_the_solutions_are_all_right(path):
    assert {state for _, state, _ in grade.grade(path)} == {"correct"}
