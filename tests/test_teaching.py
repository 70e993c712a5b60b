"""What docs/teaching.md tells a teacher, and what it rests on: container, Binder, Colab."""

import ast
import fnmatch
import json
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement

from lstm_lib.course import grade
from tools import links

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/teaching.md").read_text(encoding="utf-8")
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
PYTHON = ENVIRONMENT["dependencies"][0].removeprefix("python=")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def text_of(path: Path) -> str:
    """The markdown of a chapter, in one line."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return " ".join(sources).replace("\n", " ")


# --- the page -------------------------------------------------------------------------------


def rows(heading: str) -> list[list[str]]:
    """The rows of the table that begins with a heading."""
    table = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_times_are_those_of_the_chapters():
    shown = rows("chapter | minutes in class")
    assert len(shown) == len(CHAPTERS)
    for path, (title, minutes, more) in zip(CHAPTERS, shown, strict=True):
        text = text_of(path)
        assert text.startswith(f"# {title} ")
        said = re.search(r"\*\*Time\*\* about (\d+) minutes(?:, and (\d+|as much again))?", text)
        assert said[1] == minutes
        assert (said[2] or "").replace("as much again", minutes) == more


def test_each_plan_goes_through_its_chapters_in_order_and_in_time():
    minutes = {str(n): int(row[1]) for n, row in enumerate(rows("chapter | minutes in class"), 1)}
    lessons = rows("lesson | of 4")
    for column, count, last in ((1, 4, 4), (2, 8, 10), (3, 12, 11)):
        plan = [row[column] for row in lessons if row[column]]
        assert len(plan) == count
        named = [int(n) for cell in plan for n in re.findall(r"(?<![.\d])\d+(?![.\d])", cell)]
        assert named == sorted(named)
        assert named[-1] == last
        assert sum(minutes[str(n)] for n in set(named)) <= 90 * count


def test_a_place_to_break_is_one_that_the_chapter_names():
    for number, place in re.findall(r"(\d) up to ([\d.]*\d)", PAGE):
        (path,) = ROOT.glob(f"chapters/{int(number):02}_*.ipynb")
        assert f"after {place} is a good place to break" in text_of(path)


def test_every_command_for_grading_is_one():
    commands = re.findall(r"lstm_lib\.grade (.*)", PAGE)
    assert len(commands) == 2
    for command in commands:
        words = shlex.split(command.replace("FOLDER", ".").replace("/in ", ". "))
        assert grade.parsed(words).out.name == "grades.csv"


def test_each_chapter_has_its_memory():
    numbers = [row[0] for row in rows("chapter | memory")]
    assert numbers == [str(n) for n in range(1, len(CHAPTERS) + 1)]


# --- the links ------------------------------------------------------------------------------


def test_the_links_are_those_of_the_repository():
    assert links.written(PAGE, links.address()) == PAGE, "run `python -m tools.links`"


def test_another_address_changes_all_of_them():
    page = links.written(PAGE, "https://github.com/somebody/somewhere")
    owner = links.address().removeprefix("https://github.com/")
    assert owner not in page
    for path in CHAPTERS:
        file = path.relative_to(ROOT).as_posix()
        assert f"/gh/somebody/somewhere/main?urlpath=lab/tree/{file})" in page
        assert f"/github/somebody/somewhere/blob/main/{file})" in page


def test_the_first_cell_on_colab_installs_what_the_chapters_take():
    cell = links.first_cell(links.address())
    ast.parse(TransformerManager().transform_cell(cell))
    install, *rest = cell.splitlines()
    words = shlex.split(install.removeprefix("%pip install --quiet "))
    package, *others = map(Requirement, words)
    assert package.name == PROJECT["name"]
    assert package.url == f"git+{links.address()}"
    wanted = set(PROJECT["optional-dependencies"]["course"])
    assert {str(other) for other in others} < wanted
    (extra,) = package.extras
    assert f"lstm_lib[{extra}]" in wanted
    assert rest == ["from google.colab import output", "output.enable_custom_widget_manager()"]


# --- Binder ---------------------------------------------------------------------------------


def test_binder_does_after_the_installation_what_make_lab_does(tmp_path):
    script = ROOT / "postBuild"
    assert os.access(script, os.X_OK)
    (tmp_path / "tools").mkdir()
    for name in ("python", "jupyter"):
        tool = tmp_path / name
        tool.write_text(f'#!/bin/sh\necho "{name} $*" >> log\necho "$PWD/prefix"\n')
        tool.chmod(0o755)
    (tmp_path / "tools/jupyterlab_overrides.json").write_text("{}")
    environment = dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}")
    subprocess.run([script], cwd=tmp_path, env=environment, check=True, capture_output=True)
    settings = tmp_path / "prefix/share/jupyter/lab/settings/overrides.json"
    assert settings.read_text() == "{}"
    assert "jupyter trust chapters/*.ipynb" in (tmp_path / "log").read_text()


# --- the container --------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """The lines of the Dockerfile as (instruction, rest)."""
    lines = [line for line in DOCKERFILE.splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


def having(kind: str) -> list[str]:
    return [rest for name, rest in instructions() if name == kind]


def test_the_container_has_known_instructions_and_starts_with_a_python():
    known = {"FROM", "ARG", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "CMD"}
    assert {name for name, _ in instructions()} == known
    assert instructions()[0] == ("FROM", f"python:{PYTHON}-slim")


def is_sent(name: str) -> bool:
    """Whether .dockerignore lets a file through; the last line that fits decides."""
    sent = True
    for line in IGNORED:
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [name, *name.split("/")] if "**/" in line else [name, name.split("/")[0]]
        if line and line[0] != "#" and any(fnmatch.fnmatch(part, pattern) for part in parts):
            sent = line.startswith("!")
    return sent


def test_every_file_that_is_copied_is_there_and_sent():
    for line in having("COPY"):
        *sources, _ = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert is_sent(source), source
    assert not is_sent(".git")
    assert not is_sent(".venv/bin/python")
    assert not is_sent("chapters/logs")


def test_what_is_installed_is_pinned():
    installs = [line for line in having("RUN") if "pip install" in line]
    assert installs
    for line in installs:
        words = shlex.split(line)
        assert words[words.index("-c") + 1] == "constraints.txt"
        assert words[-1] == ".[course]"
    assert "course" in PROJECT["optional-dependencies"]


def test_the_container_runs_as_a_user_on_its_port_at_a_chapter():
    names = [name for name, _ in instructions()]
    user = having("USER")[-1]
    assert user not in ("root", "0")
    assert f"useradd --create-home {user}" in " ".join(having("RUN"))
    assert names.index("USER") < names.index("CMD")
    command = json.loads(having("CMD")[-1])
    (port,) = having("EXPOSE")
    assert f"--port={port}" in command
    (url,) = [word for word in command if word.startswith("--LabApp.default_url=")]
    assert (ROOT / url.partition("/lab/tree/")[2]).is_file()
    assert f":{port}:{port} " in PAGE


@pytest.mark.parametrize("name", ["PIP_ARGS", "SOLUTIONS"])
def test_each_argument_of_the_build_is_used_and_explained(name):
    assert any(line.startswith(f"{name}=") for line in having("ARG"))
    assert f"${name}" in " ".join(having("RUN"))
    assert f"--build-arg {name}=" in " ".join(PAGE.split())
