"""Grade the notebooks of a class: run each, and write what the checks said into one table.

Every notebook runs from top to bottom on a fresh kernel, in an empty folder of its own, with a time
limit for each cell; what stops in one cell or one notebook stops nothing else. The check decides,
not what is printed. A row holds learner, notebook, exercise, state and hint. The states:

  correct        the check said so; of several calls the last one counts
  not yet        the check had a hint, or the cell stopped before the check could judge
  not attempted  the stub is as it was
  missing        the notebook calls no such check: its cell is gone
  unreadable     the file is no notebook of this course

A notebook is a program of somebody else: what it may do on a computer, it does on yours. Grade in
a container without network if you would not run it by hand.
"""

import argparse
import ast
import csv
import json
import os
import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any, NamedTuple

from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client.manager import start_new_kernel

from lstm_lib.course.checks.verdict import CORRECT, NOT_ATTEMPTED, NOT_YET
from lstm_lib.course.witness import CHECKS, VERDICT, judges

NAME = "python -m lstm_lib.grade"
SECONDS = 180
PATIENCE = 5  # seconds that an interrupted cell has to stop
LIBRARY = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "SYSTEMROOT", "LANG")  # of the environment; SYSTEMROOT is Windows'
MENTION = re.compile(r"\bchecks\.(\w+)")
IMPORT = re.compile(r"lstm_lib\.course\.checks import (chapter_\d\d)\b")


class Row(NamedTuple):
    """What became of one exercise of one learner."""

    learner: str
    notebook: str
    exercise: str
    state: str
    hint: str


class Ended(Exception):
    """The kernel is gone; the message says why."""


# --- the notebook as text -----------------------------------------------------------------------


def notebooks(folder: Path) -> list[tuple[str, Path]]:
    """Return learner and file of each notebook: `anna.ipynb`, or any below the folder `anna`."""
    paths = [p for p in folder.rglob("*.ipynb") if p.is_file() and not p.is_symlink()]
    parts = {path: path.relative_to(folder).parts for path in sorted(paths)}
    return [
        (names[0].removesuffix(".ipynb"), path)
        for path, names in parts.items()
        if not any(name.startswith(".") for name in names)
    ]


def code_of(path: Path) -> list[str]:
    """Return the sources of the code cells.

    Raises:
        ValueError: the file is no notebook.
    """
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except json.JSONDecodeError as error:
        raise ValueError(f"the file is no JSON: {error}") from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"the file is no notebook of format 4: {reason}") from None


def chapter_of(path: Path, sources: list[str]) -> str:
    """Return the chapter whose checks a notebook imports, or else the one that its name begins.

    Raises:
        ValueError: it is of no chapter.
    """
    found = IMPORT.search("\n".join(sources)) or re.match(r"(\d\d)_", path.name)
    if found:
        name = found[1] if found[1].startswith("chapter") else f"chapter_{found[1]}"
        if (LIBRARY / f"lstm_lib/course/checks/{name}.py").is_file():
            return name
    raise ValueError("no cell imports the checks of a chapter, and the name begins with no number")


def rewritten(source: str, exercises: set[str], token: str) -> tuple[str, set[str]]:
    """Return a cell in which each `checks.name` is the grader's own, and the names it has.

    A cell with none of them, or one that Python cannot read, stays as it is.
    """
    lines = source.split("\n")
    plain = lines[1:] if lines[0].startswith("%%") else lines  # as %%time
    try:
        tree = ast.parse(TransformerManager().transform_cell("\n".join(plain)))
    except (SyntaxError, ValueError):
        return source, exercises & set(MENTION.findall(source))
    own = Own(exercises, token)
    tree = ast.fix_missing_locations(own.visit(tree))
    return (ast.unparse(tree) if own.found else source), own.found


class Own(ast.NodeTransformer):
    """Puts the grader's check in the place of `checks.name`."""

    def __init__(self, exercises: set[str], token: str) -> None:
        self.exercises, self.token = exercises, token
        self.found: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Replace the name of a check where it is read, not where a learner writes to it."""
        match node:
            case ast.Attribute(ast.Name("checks"), name, ast.Load()) if name in self.exercises:
                self.found.add(name)
                return ast.Call(ast.Name(self.token, ast.Load()), [ast.Constant(name)], [])
        return self.generic_visit(node)


# --- the notebook as a run ----------------------------------------------------------------------


class Kernel:
    """A fresh kernel that sees the course, and nothing of whoever grades."""

    def __init__(self, folder: Path, token: str) -> None:
        home, work = folder / "home", folder / "work"
        home.mkdir()
        work.mkdir()
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        environment |= {"HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(home)}
        environment |= {"PYTHONPATH": str(LIBRARY), "OMP_NUM_THREADS": "1"}
        # frozen modules: else the debugger writes a warning for every kernel
        environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
        options: dict[str, Any] = {"env": environment, "cwd": str(work)}
        options["extra_arguments"] = ["--log-level=CRITICAL"]
        self.manager, self.client = start_new_kernel(kernel_name="python3", **options)
        self.token = token
        self.heard: dict[str, str] = {}  # of the last cell: exercise to verdict

    def begin(self, chapter: str) -> None:
        """Put the witness into the kernel."""
        call = f"install({chapter!r}, {self.token!r})"
        source = f"import lstm_lib.course.witness\nlstm_lib.course.witness.{call}\ndel lstm_lib"
        if stopped := self.run(source, SECONDS):
            raise RuntimeError(stopped)

    def close(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, source: str, seconds: float) -> str:
        """Run a cell, its verdicts into `heard`; return what stopped it if something did.

        Raises:
            Ended: the cell ended the kernel, or would not stop.
        """
        self.heard.clear()
        sent, stopped = self.client.execute(source, allow_stdin=False, stop_on_error=False), ""
        try:
            for message in self._answers(sent, seconds):
                stopped = self._note(message) or stopped
        except TimeoutError:
            stopped = f"the cell was stopped after {seconds:g} seconds"
            self.manager.interrupt_kernel()
            try:
                for message in self._answers(sent, PATIENCE):
                    self._note(message)
            except TimeoutError:
                raise Ended(f"{stopped}, and the kernel with it") from None
        return stopped

    def _answers(self, sent: str, seconds: float) -> Iterator[dict[str, Any]]:
        """Yield what the kernel says about a cell until it is done."""
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            try:
                message = self.client.get_iopub_msg(timeout=min(1.0, left))
            except Empty:
                if not self.manager.is_alive():
                    raise Ended("the kernel ended") from None
                continue
            if message["parent_header"].get("msg_id") == sent:
                if message["content"].get("execution_state") == "idle":
                    return
                yield message
        raise TimeoutError

    def _note(self, message: dict[str, Any]) -> str:
        """Note a verdict; return the error if the message is one."""
        content = message["content"]
        said = content.get("data", {}).get(VERDICT, {})
        if said.get("token") == self.token:
            self.heard[said["exercise"]] = said["verdict"]
        if message["msg_type"] != "error":
            return ""
        return " ".join(f"the cell stopped with {content['ename']}: {content['evalue']}".split())


def verdicts_of(sources: list[str], chapter: str, seconds: float) -> dict[str, str]:
    """Run the cells of a notebook; return the verdict on each exercise whose check it calls."""
    exercises = set(judges(import_module(f"{CHECKS}.{chapter}")))
    token = f"_{secrets.token_hex(16)}"
    cells = [rewritten(source, exercises, token) for source in sources]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kernel = Kernel(Path(folder), token)
        try:
            kernel.begin(chapter)
            return run_all(kernel, cells, seconds)
        finally:
            kernel.close()


def run_all(kernel: Kernel, cells: list[tuple[str, set[str]]], seconds: float) -> dict[str, str]:
    """Run cells, each with the exercises in it, for as long as the kernel lives."""
    found = dict[str, str]()
    for place, (source, names) in enumerate(cells):
        ended = False
        try:
            stopped = kernel.run(source, seconds)
        except Ended as error:
            ended, stopped = True, f"in code cell {place + 1} {error}"
            names = set().union(*(names for _, names in cells[place:]))
        if stopped:
            found |= dict.fromkeys(names, f"{NOT_YET}{stopped}")
        found |= kernel.heard
        if ended:
            break
    return found


# --- the table ----------------------------------------------------------------------------------


def grade(path: Path, seconds: float = SECONDS) -> list[tuple[str, str, str]]:
    """Run one notebook; return exercise, state and hint of each exercise of its chapter."""
    try:
        sources = code_of(path)
        chapter = chapter_of(path, sources)
    except ValueError as error:
        return [("", "unreadable", str(error))]
    try:
        found = verdicts_of(sources, chapter, seconds)
    except Exception as error:  # whatever a stranger's notebook does, the others are graded
        return [("", "unreadable", f"{type(error).__name__}: {error}")]
    exercises = judges(import_module(f"{CHECKS}.{chapter}"))
    return [(name, *state_of(name, found.get(name))) for name in exercises]


def state_of(name: str, verdict: str | None) -> tuple[str, str]:
    """Return state and hint from a verdict; None: there was no call of the check."""
    if verdict is None:
        return "missing", f"no cell calls checks.{name}"
    if verdict == NOT_ATTEMPTED:
        return "not attempted", ""
    if verdict == CORRECT:
        return CORRECT, ""
    return "not yet", verdict.removeprefix(NOT_YET)


def harmless(text: str) -> str:
    """Return a text that a spreadsheet takes for no formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


def rows(folder: Path, found: list[tuple[str, Path]], options: argparse.Namespace) -> Iterator[Row]:
    """Grade the notebooks; yield their rows, and print a line for each notebook."""
    work = partial(grade, seconds=options.seconds)
    with ProcessPoolExecutor(options.jobs) as pool:
        graded = pool.map(work, [path for _, path in found])
        for (learner, path), exercises in zip(found, graded, strict=True):
            name = path.relative_to(folder).as_posix()
            right = sum(state == CORRECT for _, state, _ in exercises)
            said = f"{right} of {len(exercises)} correct"
            if exercises[0][1] == "unreadable":
                said = exercises[0][2]
            print(f"{name}: {said}", flush=True)
            yield from (Row(learner, name, *exercise) for exercise in exercises)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    kind = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog=NAME, description=__doc__, formatter_class=kind)
    told = (
        "one notebook per learner (anna.ipynb), or one folder per learner (anna/03_one_cell.ipynb)"
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help=told)
    told = "the table to write (default: grades.csv)"
    parser.add_argument("-o", "--out", type=Path, default="grades.csv", metavar="FILE", help=told)
    told = f"time limit of a cell (default: {SECONDS})"
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help=told)
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="notebooks at once")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        parser.error(f"there is no folder {str(options.folder)!r}")
    if options.seconds <= 0 or options.jobs < 1:
        parser.error("--seconds must be above 0 and --jobs at least 1")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Grade a folder; return 0, or 2 if there is nothing to grade or nowhere to write."""
    options = parsed(arguments)
    found = notebooks(options.folder)
    try:
        if not found:
            raise FileNotFoundError(f"there is no notebook in {str(options.folder)!r}")
        with options.out.open("w", newline="", encoding="utf-8-sig") as file:  # as Excel reads it
            table = csv.writer(file)
            table.writerow(Row._fields)
            for row in rows(options.folder, found, options):
                table.writerow(map(harmless, row))
                file.flush()
    except OSError as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        return 2
    print(f"written: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
