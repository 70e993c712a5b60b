"""The two commands, the conda route and CI install and run one and the same thing."""

import ast
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import lstm_lib
from lstm_lib import drawing
from lstm_lib.course import checks
from lstm_lib.course.doctor import parse_constraints

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LISTS = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
DEPENDENCIES = [
    line for lines in LISTS.values() for line in lines if not line.startswith("lstm_lib[")
]
CONSTRAINTS = (ROOT / "constraints.txt").read_text()
ENVIRONMENT = yaml.safe_load((ROOT / "environment.yml").read_text())
PINNED = parse_constraints(CONSTRAINTS)

NO_MAKE = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
CUDA = re.compile(r"nvidia|cuda|triton")  # what torch brings on a machine with a GPU build

FAKE_TOOL = """#!/bin/sh
echo "$(basename "$0") $*" >> log
"""
FAKE_PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then echo True; exit; fi
mkdir -p .venv/bin
cp tool .venv/bin/python
cp tool .venv/bin/jupyter
"""


def sources() -> list[Path]:
    """Every file that is, or is about to be, under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [path for line in done.stdout.splitlines() if (path := ROOT / line).is_file()]


# --- one list of dependencies ---------------------------------------------------------------


@pytest.mark.parametrize("line", DEPENDENCIES)
def test_each_dependency_has_a_lower_bound_and_a_pin_that_keeps_it(line):
    wanted = Requirement(line)
    assert ">=" in str(wanted.specifier)
    assert wanted.specifier.contains(PINNED[canonicalize_name(wanted.name)])


@pytest.mark.parametrize("extra", LISTS)
def test_dependencies_are_listed_in_order(extra):
    lines = LISTS[extra]
    assert lines == sorted(lines, key=lambda line: Requirement(line).name.lower())


def test_no_package_is_listed_twice():
    names = [canonicalize_name(Requirement(line).name) for line in DEPENDENCIES]
    assert len(names) == len(set(names))


def test_constraints_hold_names_and_versions_only():
    header, *lines = CONSTRAINTS.splitlines()
    assert "make constraints" in header
    assert lines
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line), line


def declared(extra: str) -> set[str]:
    """The packages that an installation with one extra asks for; "" is none."""
    wanted = [Requirement(line) for line in LISTS[extra]]
    names = {canonicalize_name(r.name) for r in wanted} - {canonicalize_name(PROJECT["name"])}
    inner = {other for r in wanted if r.name == PROJECT["name"] for other in r.extras}
    if extra:
        inner.add("")
    return names.union(*map(declared, inner))


def required_by(name: str) -> list[str]:
    lines = map(Requirement, metadata.requires(name) or [])
    return [r.name for r in lines if not r.marker or r.marker.evaluate({"extra": ""})]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring packages of their own")
def test_constraints_pin_everything_that_is_installed():
    seen, queue = set(), list(declared("dev"))
    while queue:
        name = canonicalize_name(queue.pop())
        if name not in seen and not CUDA.match(name):
            seen.add(name)
            queue += required_by(name)
    assert seen - set(PINNED) == set()


def test_the_conda_route_is_the_same_install():
    makefile = (ROOT / "Makefile").read_text()
    install = re.search(r"^INSTALL := (.*)$", makefile, re.M).group(1)
    *conda, pip = ENVIRONMENT["dependencies"]
    assert " ".join(pip["pip"]) == install == "-c constraints.txt -e .[dev]"
    assert [re.split("[=<>]", name)[0] for name in conda] == ["python", "pip"]
    assert ENVIRONMENT["channels"] == ["conda-forge"]


def test_the_python_of_the_conda_route_is_allowed():
    python = ENVIRONMENT["dependencies"][0].removeprefix("python=")
    assert SpecifierSet(PROJECT["requires-python"]).contains(python)


def test_every_place_names_the_same_oldest_python():
    from lstm_lib.course.doctor import OLDEST_PYTHON

    major, minor = OLDEST_PYTHON
    assert PROJECT["requires-python"] == f">={major}.{minor}"
    makefile = (ROOT / "Makefile").read_text()
    assert f"({major}, {minor})" in makefile
    assert f"Python {major}.{minor} or newer" in makefile


def test_the_version_is_stated_once():
    assert "version" in PROJECT["dynamic"]
    assert "version" not in PROJECT
    assert "version" not in yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert f"## {lstm_lib.__version__}\n" in (ROOT / "CHANGELOG.md").read_text()


# --- what is imported is declared -----------------------------------------------------------

ROOMS = {
    "": ["chapters/**/0[1-4]_*.ipynb"],
    "torch": [f"lstm_lib/{place}.py" for place in ("*", "[!c]*/*", "explorers/controls/*")],
    "course": ["chapters/**/*.ipynb", "lstm_lib/course/**/*.py"],
    "dev": ["conftest.py", "benchmarks/*.py", "tests/**/*.py", "tools/**/*.py"],
}
NOT_IMPORTED = {
    "import-linter": "make lint",
    "ipykernel": "runs the notebooks",
    "jupyterlab": "make lab",
    "notebook": "tests/browser/test_notebook7.py, as a program",
    "jupytext": "a notebook as text",
    "mypy": "make lint",
    "nbval": "pytest --nbval",
    "onnxscript": "torch.onnx.export",
    "pre-commit": "before a commit",
    "pytest-xdist": "pytest -n",
    "ruff": "make lint",
}
DISTRIBUTIONS = metadata.packages_distributions()


def program(path: Path) -> str:
    """The Python of a file; of a notebook, of all its cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = (c["source"] for c in json.loads(text)["cells"] if c["cell_type"] == "code")
    lines = [line for cell in cells for line in "".join(cell).splitlines()]
    return "\n".join(line for line in lines if not line.startswith(("%", "!")))


def imported(path: Path) -> set[str]:
    """The packages from outside that a file names, at its top or inside a function."""
    nodes = list(ast.walk(ast.parse(program(path))))
    names = [alias.name for n in nodes if isinstance(n, ast.Import) for alias in n.names]
    names += [n.module for n in nodes if isinstance(n, ast.ImportFrom) and not n.level]
    ours = {"lstm_lib", "tools", "tests", "benchmarks"} | sys.stdlib_module_names
    modules = {name.partition(".")[0] for name in names} - ours
    return {canonicalize_name(DISTRIBUTIONS[name][0]) for name in modules}


def imported_in(extra: str) -> set[str]:
    """The packages that all files of one room name."""
    paths = [path for pattern in ROOMS[extra] for path in ROOT.glob(pattern)]
    assert paths
    return set().union(*map(imported, paths))


@pytest.mark.parametrize("extra", ROOMS)
def test_what_is_imported_is_declared_where_it_is_needed(extra):
    assert imported_in(extra) <= declared(extra)


def test_what_is_declared_is_needed():
    used = set().union(*map(imported_in, ROOMS))
    assert declared("dev") - used == set(NOT_IMPORTED)


# --- make -----------------------------------------------------------------------------------


def make(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess:
    outer = ("MAKE", "MFLAGS", "ARGS", "PORT", "PYTHON")  # these tests may run under make
    environment = {k: v for k, v in os.environ.items() if not k.startswith(outer)}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)


def executable(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def workplace(tmp_path):
    """A folder in which `make` drives stand-ins that only log what they were asked to do."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "chapters/solutions").mkdir(parents=True)
    for name in ("01_why_memory", "solutions/01_why_memory"):
        (tmp_path / f"chapters/{name}.ipynb").touch()
    executable(tmp_path / "tool", FAKE_TOOL)
    executable(tmp_path / "python", FAKE_PYTHON)
    return tmp_path


def logged(workplace: Path) -> list[str]:
    """What was asked for since the last look."""
    log = workplace / "log"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def later(path: Path, seconds: int = 60):
    """Make a file look edited after everything else."""
    time = path.stat().st_mtime + seconds
    os.utime(path, (time, time))


@NO_MAKE
def test_make_lab_installs_trusts_and_opens_the_first_chapter(workplace):
    make("lab", "PYTHON=./python", folder=workplace)
    install, _, trust, lab = logged(workplace)
    assert install.endswith("-c constraints.txt -e .[dev]")
    assert sorted(trust.split()[2:]) == [
        "chapters/01_why_memory.ipynb",
        "chapters/solutions/01_why_memory.ipynb",
    ]
    assert lab.startswith("jupyter lab ")
    assert lab.split()[-1].endswith("/lab/tree/chapters/01_why_memory.ipynb")
    overrides = workplace / ".venv/share/jupyter/lab/settings/overrides.json"
    assert overrides.read_text() == (ROOT / "tools/jupyterlab_overrides.json").read_text()


@NO_MAKE
def test_a_second_make_lab_only_opens_it(workplace):
    make("lab", "PYTHON=./python", folder=workplace)
    logged(workplace)
    make("lab", "PYTHON=./python", "PORT=8890", "ARGS=--no-browser --ip=x", folder=workplace)
    (lab,) = logged(workplace)
    assert lab.startswith("jupyter lab ")
    assert lab.endswith("/01_why_memory.ipynb --port=8890 --no-browser --ip=x")


@NO_MAKE
def test_an_edited_notebook_alone_is_trusted_again(workplace):
    make("lab", "PYTHON=./python", folder=workplace)
    logged(workplace)
    later(workplace / "chapters/solutions/01_why_memory.ipynb")
    make("lab", "PYTHON=./python", folder=workplace)
    assert logged(workplace)[0] == "jupyter trust chapters/solutions/01_why_memory.ipynb"


@NO_MAKE
@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_list_of_packages_is_installed(name, workplace):
    make("lab", "PYTHON=./python", folder=workplace)
    logged(workplace)
    later(workplace / name)
    make("lab", "PYTHON=./python", folder=workplace)
    assert "pip install" in logged(workplace)[0]


@NO_MAKE
def test_a_failed_install_is_tried_again(workplace):
    executable(workplace / "tool", FAKE_TOOL + "[ ! -e broken ]\n")
    (workplace / "broken").touch()
    assert make("lab", "PYTHON=./python", folder=workplace).returncode
    assert len(logged(workplace)) == 1
    (workplace / "broken").unlink()
    assert make("lab", "PYTHON=./python", folder=workplace).returncode == 0
    assert "pip install" in logged(workplace)[0]


@NO_MAKE
@pytest.mark.parametrize("python", ["./old", "./not-there"])
def test_a_python_that_is_too_old_is_told_so_in_one_line(python, workplace):
    executable(workplace / "old", "#!/bin/sh\necho False\n")
    done = make("lab", f"PYTHON={python}", folder=workplace)
    assert done.returncode
    (line,) = done.stderr.splitlines()
    assert "Python 3.11 or newer" in line
    assert python in line
    assert not (workplace / ".venv").exists()


@NO_MAKE
def test_make_test_checks_style_and_runs_pytest_once(workplace):
    make("lab", "PYTHON=./python", folder=workplace)
    plan = make("-n", "test", "PYTHON=./python", folder=workplace).stdout.splitlines()
    assert plan[0] == ".venv/bin/ruff check"
    assert plan[1] == ".venv/bin/ruff format --check"
    assert plan[2].startswith(".venv/bin/lint-imports")
    assert plan[3] == ".venv/bin/mypy"
    assert plan[4].endswith("-m venv .venv-site")
    assert all("pytest" not in line for line in plan[4:-1])
    pytest_line = plan[-1]
    for part in ("-n 2", "--dist loadscope", "--nbval", " tests ", " chapters"):
        assert part in pytest_line
    assert "lax" not in pytest_line


@NO_MAKE
def test_plain_make_lists_the_commands():
    printed = make().stdout
    for name in ("lab", "test", "notebooks", "images", "benchmarks", "lint", "constraints"):
        assert re.search(rf"make {name} +\w", printed), name


# --- CI and what is tracked -----------------------------------------------------------------


def test_ci_runs_make_test_with_every_test_required():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    lines = script.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert "set -euo pipefail" in lines
    assert lines[-2:] == ["export CI=true", "make test"]


@pytest.fixture
def ci(tmp_path):
    """A function that runs .ci/run in a copy of the course, its programs replaced by echoes."""
    for name in ("apt-get", "make", "sudo", "env"):
        executable(tmp_path / name, f"#!/bin/sh\necho {name} $* $CI\n")
    executable(tmp_path / "my-browser", "#!/bin/sh\n")
    folder = tmp_path / "course"
    parts = ("__init__", "_moved", "_needs", "course/__init__", "course/doctor")
    for name in (".ci/run", *(f"lstm_lib/{part}.py" for part in parts)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    environment = dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}", PYTHON="./not-there")
    environment.pop("CI", None)

    def run(browser: str) -> subprocess.CompletedProcess:
        environment["CHROMIUM"] = str(tmp_path / browser)
        command = ["bash", str(folder / ".ci/run")]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_ci_installs_a_browser_only_if_there_is_none(ci):
    assert ci("my-browser").stdout.splitlines() == ["make .venv/.installed", "make test true"]
    first, update, install, last = ci("nothing").stdout.splitlines()
    assert first == "make .venv/.installed"
    assert "apt-get update" in update
    assert "apt-get install -y chromium" in install
    assert last == "make test true"


def test_ci_stops_at_a_bad_python_before_it_changes_the_system(ci, tmp_path):
    executable(tmp_path / "make", "#!/bin/sh\necho make $*\nexit 2\n")
    done = ci("nothing")
    assert done.returncode == 2
    assert done.stdout.splitlines() == ["make .venv/.installed"]


@NO_MAKE
def test_constraints_are_written_whole_or_not_at_all(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "constraints.txt").write_text("as it was\n")
    program = """#!/bin/sh
case "$*" in
  *venv*) mkdir -p .venv-constraints/bin; cp "$0" .venv-constraints/bin/python;;
  *list*) echo a==1+cpu; [ ! -e broken ];;
esac
"""
    executable(tmp_path / "python", program)
    (tmp_path / "broken").touch()
    assert make("constraints", "PYTHON=./python", folder=tmp_path).returncode
    assert (tmp_path / "constraints.txt").read_text() == "as it was\n"
    (tmp_path / "broken").unlink()
    assert make("constraints", "PYTHON=./python", folder=tmp_path).returncode == 0
    header, *lines = (tmp_path / "constraints.txt").read_text().splitlines()
    assert "make constraints" in header
    assert lines == ["a==1"]
    assert not list(tmp_path.glob("*.new"))


YAML = [".pre-commit-config.yaml", "CITATION.cff", "environment.yml"]
YAML += [str(path.relative_to(ROOT)) for path in ROOT.glob(".github/**/*.yml")]


def steps(job: dict) -> list[str]:
    """The commands of one job."""
    return [step["run"] for step in job["steps"] if "run" in step]


def test_what_is_told_to_other_programs_parses():
    assert len(YAML) == 7
    for name in YAML:
        assert isinstance(yaml.safe_load((ROOT / name).read_text()), dict), name


def test_every_make_command_that_a_file_names_exists():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)
    places = [*YAML, "README.md", "CONTRIBUTING.md", ".github/pull_request_template.md"]
    places += [str(path.relative_to(ROOT)) for path in ROOT.glob("docs/*.md")]
    called = {}
    for name in places:
        text = (ROOT / name).read_text(encoding="utf-8")
        commands = re.findall(r"(?:`|run: |entry: |^)make ([a-z]+)", text, re.M)
        called |= dict.fromkeys(commands, name)
    assert {"lab", "lint", "test"} <= set(called)
    assert set(called) <= set(targets)


def test_the_workflow_checks_all_of_it_and_installs_what_make_does():
    jobs = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"]
    assert steps(jobs["everything"]) == ["make test PYTHON=python"]
    oldest, *_ = jobs["everything"]["strategy"]["matrix"]["python"]
    assert PROJECT["requires-python"] == f">={oldest}"
    install = ENVIRONMENT["dependencies"][-1]["pip"]
    assert steps(jobs["quick"])[0] == f"python -m pip install {' '.join(install)}"
    install, program = steps(jobs["light"])
    assert install == "python -m pip install -c constraints.txt ."
    assert program.startswith("python -c")


def test_the_hooks_before_a_commit_are_the_programs_of_make_lint():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    *programs, last = [hook["entry"] for hook in repository["hooks"]]
    assert repository["repo"] == "local"
    assert last == "make lint"
    for program in programs:
        assert Path(program.split()[0]).name == "ruff"


FORBIDDEN = {
    "a path of one machine": r"/(home|Users|root|work|tmp)/[\w.~-]|[A-Z]:\\Users",
    "a registry's host": r"\b(pypi|pythonhosted|npmjs|anaconda|debian)\.(org|com)|\.org/whl\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what):
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for path in sources():
        if path.suffix in {".png", ".gif", ".jpg", ".webp"} or path == Path(__file__):
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [f"{path.name}:{n}" for n, line in enumerate(lines, 1) if pattern.search(line)]
    assert found == []


# --- a light import -------------------------------------------------------------------------

LIGHT = ["lstm_lib", *(f"lstm_lib.{name}" for name in ("course.doctor", "scalar", "trace"))]
LIGHT += ["lstm_lib.course.tasks.companies", "lstm_lib.course.tasks.puzzles"]
LIGHT += [
    module.name
    for package in (checks, drawing)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]
LOOK = """
import sys, time
before, start = set(sys.modules), time.perf_counter()
import {module}
print(time.perf_counter() - start, *set(sys.modules) - before)
"""


def import_alone(module: str) -> tuple[float, set[str]]:
    """Seconds and modules that importing one module in a fresh Python takes."""
    command = [sys.executable, "-c", LOOK.format(module=module)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, *modules = done.stdout.split()
    return float(seconds), set(modules)


@pytest.mark.parametrize("module", LIGHT)
def test_the_scalar_road_needs_the_standard_library_alone(module):
    loaded = {name.partition(".")[0] for name in import_alone(module)[1]}
    assert loaded - sys.stdlib_module_names == {"lstm_lib"}


def test_the_list_of_light_modules_is_no_empty_one():
    assert {"lstm_lib.course.checks.chapter_03", "lstm_lib.drawing.svg"} <= set(LIGHT)


def test_importing_the_library_takes_under_a_tenth_of_a_second():
    assert min(import_alone("lstm_lib")[0] for _ in range(3)) < 0.1
