"""What an installation costs: megabytes, packages and seconds, alone and with each extra.

    python -m benchmarks.install [extra ...]

Each is installed into a fresh environment, with the versions of constraints.txt, and then tried.
What an empty environment holds is taken off. The seconds contain the download, or what pip has
kept of an earlier one; an installation for torch is as large as the build of torch that pip finds.
"""

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
SCALAR = """
import sys
before = set(sys.modules)
import lstm_lib.scalar
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
assert loaded - sys.stdlib_module_names == {"lstm_lib"}, loaded
"""
TRIED = {
    "": SCALAR + "from lstm_lib.course.explorers.cell import CellExplorer; CellExplorer()",
    "arrays": "from lstm_lib.vector import VectorLSTM; VectorLSTM(2, 3).forward([[[0, 1]]])",
    "torch": "import torch; from lstm_lib.trace import trace;"
    "trace(torch.nn.LSTM(2, 3), torch.zeros(4, 2)).to_frame()",
    "training": "import lstm_lib.course.train",
    "course": "import jupyterlab, seaborn, lstm_lib.course.plots",
}


def megabytes(folder: Path) -> float:
    """Return the size of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def copy(folder: Path) -> Path:
    """Copy what a wheel is made of, so that pip leaves nothing in the repository."""
    shutil.copytree(ROOT / "lstm_lib", folder / "lstm_lib")
    for name in ("pyproject.toml", "README.md", "LICENSE", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def run(*command: str | Path, folder: Path | None = None) -> str:
    """Run a command in a folder; return what it prints."""
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def packages(python: Path) -> int:
    """Return how many packages an environment holds."""
    return len(run(python, "-m", "pip", "list", "--format=freeze").split())


def measure(extra: str, place: Path) -> tuple[float, int, float]:
    """Install with one extra into a new environment: megabytes, packages, seconds."""
    source, folder = copy(place / "source"), place / "environment"
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    size, count, start = megabytes(folder), packages(python), perf_counter()
    what = f".[{extra}]" if extra else "."
    run(python, "-m", "pip", "install", "--quiet", "-c", "constraints.txt", what, folder=source)
    seconds = perf_counter() - start
    size, count = megabytes(folder) - size, packages(python) - count
    for program in list(TRIED.values())[: list(TRIED).index(extra) + 1]:
        run(python, "-c", program, folder=place)
    return size, count, seconds


def main(extras: list[str]) -> None:
    """Measure each and print a table."""
    print("| | MB | packages | seconds |\n|---|---|---|---|")
    for extra in extras or TRIED:
        with tempfile.TemporaryDirectory() as place:
            size, count, seconds = measure(extra, Path(place))
        name = f"lstm_lib[{extra}]" if extra else "lstm_lib"
        print(f"| `{name}` | {size:.0f} | {count} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
