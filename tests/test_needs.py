"""A missing package is said in one line, with the command that brings it."""

import json
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import numpy
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from lstm_lib._needs import EXTRAS, Missing

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DECLARED = PROJECT["optional-dependencies"]
INSTALLATION = (ROOT / "docs/installation.md").read_text(encoding="utf-8")
SCALAR = sorted(ROOT.glob("chapters/**/0[1-4]_*.ipynb"))
ONES = "from lstm_lib.scalar import ScalarLSTM; run = ScalarLSTM.untrained().run((1, 0)); "

NEEDED = {
    "import lstm_lib.layers": ("lstm_lib.layers", "torch", "torch"),
    "from lstm_lib.trace import opened": ("lstm_lib.trace.opened", "torch", "torch"),
    "import lstm_lib.vector": ("lstm_lib.vector", "numpy", "arrays"),
    "import lstm_lib.learning": ("lstm_lib.learning", "numpy", "arrays"),
    "import lstm_lib.training": ("lstm_lib.course.training.data", "lightning", "training"),
    "import lstm_lib.course.train": ("lstm_lib.course.train", "lightning", "training"),
    ONES + "run.to_frame()": ("lstm_lib.record.files", "numpy", "arrays"),
}


def run(program: str, *folders: Path) -> subprocess.CompletedProcess:
    """Run a program with this package, the standard library and some folders: nothing else."""
    path = [str(ROOT), *map(str, folders)]
    program = f"import sys; sys.path[:0] = {path}\n{program}"
    command = [sys.executable, "-I", "-S", "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("program", NEEDED)
def test_what_is_missing_is_named_with_the_command_that_brings_it(program):
    module, package, extra = NEEDED[program]
    done = run(program)
    said = f'{module} needs {package}: pip install "lstm_lib[{extra}]"'
    assert done.stderr.splitlines()[-1] == f"ModuleNotFoundError: {said}"
    assert done.stderr.count("Traceback") == 1


def test_others_are_told_what_python_tells_them():
    done = run("import lstm_lib\nimport torch")
    assert done.stderr.endswith("ModuleNotFoundError: No module named 'torch'\n")
    done = run("import lstm_lib\nfrom importlib.util import find_spec\nprint(find_spec('torch'))")
    assert done.stdout == "None\n"


def test_a_package_that_is_there_is_no_matter(tmp_path):
    (tmp_path / "numpy").symlink_to(Path(numpy.__file__).parent)
    done = run(f"import lstm_lib.vector\n{ONES}run.to_frame()", tmp_path)
    assert "lstm_lib.record.files needs pandas: " in done.stderr.splitlines()[-1]


def test_python_is_asked_first():
    assert isinstance(sys.meta_path[-1], Missing)


def test_the_extras_are_those_of_the_package():
    names = {"PIL": "pillow", "lightning_utilities": "lightning-utilities"}
    for package, extra in EXTRAS.items():
        assert names.get(package, package) in {Requirement(d).name for d in DECLARED[extra]}
    listed = [Requirement(d).name for e in DECLARED if e != "dev" for d in DECLARED[e]]
    without = {"ipykernel", "jupyterlab", "lstm_lib"}  # no module imports them
    assert len(EXTRAS) == len(set(listed) - without)


def brought(lines: list[str]) -> set[str]:
    """The packages that these requirements bring, and those that they bring in turn."""
    seen, queue = set(), list(map(Requirement, lines))
    while queue:
        name = canonicalize_name(queue.pop().name)
        if name not in seen:
            seen.add(name)
            inner = map(Requirement, metadata.requires(name) or [])
            queue += [r for r in inner if not r.marker or r.marker.evaluate({"extra": ""})]
    return seen


ONLY = """
import json, sys
from importlib.machinery import PathFinder
hidden, cells = json.load(sys.stdin)
class Seen(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name in hidden else super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Seen
names = {"__name__": "__main__"}
for source, raises in cells:
    try:
        exec(source, names)
    except ModuleNotFoundError:
        raise
    except Exception:
        if not raises:
            raise
"""


def run_on(path: Path, extras: list[str], cells: int | None) -> subprocess.CompletedProcess:
    """Run the first cells of a notebook, or all, in a Python that has only these extras."""
    lines = PROJECT["dependencies"] + [d for e in extras for d in DECLARED[e]]
    here = brought([line for line in lines if not line.startswith("lstm_lib[")]) | {"lstm-lib"}
    packages = metadata.packages_distributions().items()
    hidden = [m for m, names in packages if not here & set(map(canonicalize_name, names))]
    assert "seaborn" in hidden
    sources = [
        ("".join(cell["source"]), "raises-exception" in cell["metadata"].get("tags", []))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    ]
    command, given = [sys.executable, "-c", ONLY], json.dumps([hidden, sources[:cells]])
    return subprocess.run(command, cwd=path.parent, input=given, capture_output=True, text=True)


@pytest.mark.parametrize("path", SCALAR, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_scalar_chapter_runs_on_what_a_light_installation_brings(path):
    done = run_on(path, [], None)
    assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.parametrize("row", re.findall(r"^\| `lstm_lib\[.*chapter.*$", INSTALLATION, re.M))
def test_a_chapter_imports_what_its_extra_brings_and_no_smaller_one_does(row):
    extras = list(DECLARED)[: list(DECLARED).index(re.search(r"\[(\w+)", row)[1]) + 1]
    number = re.search(r"chapters? (\d+)", row)[1]
    (path,) = ROOT.glob(f"chapters/{int(number):02}_*.ipynb")
    if extras[-1] in ("arrays", "torch"):  # Lightning believes the metadata of what is hidden
        done = run_on(path, extras, 1)
        assert done.returncode == 0, done.stderr[-1000:]
    assert "ModuleNotFoundError" in run_on(path, extras[:-1], 1).stderr
