"""Run notebooks on a fresh kernel and store them in one canonical form.

`python -m tools.notebooks [--check] [files]`. Two runs of the same notebook give the same bytes,
so that a diff shows what an author changed and nothing else.
"""

import argparse
import base64
import hashlib
import itertools
import json
import os
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
SECONDS_PER_CELL = 300
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT_CELL_METADATA = ("deletable", "editable", "jupyter", "tags")
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
VALID_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
STREAM_ORDER = {"stdout": 0, "stderr": 1}


class CellFailed(Exception):
    """A cell raised an error; the message names the cell, its first line and the error."""


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook: unchanged, changed or failed."""

    path: Path
    state: str
    message: str = ""


def derived_id(cell: dict, position: int, taken: set[str]) -> str:
    """Return an id that depends on the cell's text and position alone and is not yet taken."""
    source = "".join(cell["source"])
    for attempt in itertools.count():
        key = f"{cell['cell_type']}|{position}|{attempt}|{source}"
        name = hashlib.sha256(key.encode()).hexdigest()[:8]
        if name not in taken:
            return name


def fix_ids(raw: dict) -> dict:
    """Give every cell of a raw notebook an id of its own, keeping those that are fit to keep."""
    taken = set()
    own = {cell["id"] for cell in raw["cells"] if VALID_ID.fullmatch(cell.get("id", ""))}
    for position, cell in enumerate(raw["cells"]):
        name = cell.get("id", "")
        if name in taken or name not in own:
            name = derived_id(cell, position, taken | own)
        cell["id"] = name
        taken.add(name)
    return raw


def read(text: str) -> nbformat.NotebookNode:
    """Parse a notebook of format 4 and bring it to 4.5, the first format with cell ids."""
    raw = json.loads(text)
    if raw.get("nbformat") != 4:
        raise ValueError(f"expected a notebook of format 4, got {raw.get('nbformat')}")
    raw["nbformat_minor"] = 5
    return nbformat.reads(json.dumps(fix_ids(raw)), as_version=4)


def without_text_chunks(png: bytes) -> bytes:
    """Drop a PNG's text chunks, which name the version of the program that drew it."""
    kept, start = [png[:8]], 8
    while start < len(png):
        end = start + 12 + int.from_bytes(png[start : start + 4], "big")  # length, kind, data, CRC
        if png[start + 4 : start + 8] not in (b"tEXt", b"iTXt", b"zTXt", b"tIME"):
            kept.append(png[start:end])
        start = end
    return b"".join(kept)


def canonical_data(data: dict) -> dict:
    """Drop the id of a widget's view, which is random, and the text inside a PNG."""
    data = {mime: value for mime, value in data.items() if mime != WIDGET_VIEW}
    if "image/png" in data:
        png = without_text_chunks(base64.b64decode(data["image/png"]))
        data["image/png"] = base64.b64encode(png).decode()
    return data


def canonical_output(output: dict) -> dict:
    """Drop what differs from run to run or from machine to machine in one output."""
    output = nbformat.from_dict(output)
    if "data" in output:
        output["data"] = canonical_data(output["data"])
    if "metadata" in output:
        output["metadata"].pop(WIDGET_VIEW, None)
    if output["output_type"] == "error":  # a traceback holds paths of the machine
        output["traceback"] = [f"{output['ename']}: {output['evalue']}"]
    return output


def merge_streams(outputs: list[dict]) -> list[dict]:
    """Join neighbouring pieces of stdout and of stderr, whose number depends on timing.

    The `coalesce_streams` of nbclient would carry what follows a figure to the text before it.
    """
    merged = []
    for is_stream, group in itertools.groupby(outputs, lambda o: o["output_type"] == "stream"):
        if not is_stream:
            merged += group
            continue
        texts = {}
        for piece in group:
            texts[piece["name"]] = texts.get(piece["name"], "") + piece["text"]
        names = sorted(texts, key=lambda name: STREAM_ORDER.get(name, 2))
        merged += [nbformat.v4.new_output("stream", name=n, text=texts[n]) for n in names]
    return merged


def canonical_cell(cell: dict) -> dict:
    """Keep a cell's text, its tags and its outputs."""
    kept = {key: cell["metadata"].get(key) for key in KEPT_CELL_METADATA}
    kept = {key: value for key, value in kept.items() if value not in (None, [], {})}
    cell["metadata"] = nbformat.from_dict(kept)
    if cell["cell_type"] == "code":
        cell["outputs"] = merge_streams([canonical_output(output) for output in cell["outputs"]])
    return cell


def canonical(notebook: nbformat.NotebookNode) -> str:
    """Return the text of a notebook in canonical form.

    Args:
        notebook: A notebook of format 4.5; its cells are changed in place.

    Returns:
        JSON with sorted keys, one line per line of source, and a newline at the end.

    Raises:
        nbformat.ValidationError: The notebook breaks the format.
    """
    notebook["cells"] = [canonical_cell(cell) for cell in notebook["cells"]]
    notebook["metadata"] = nbformat.from_dict(METADATA)
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def describe(index: int, cell: dict, error: Exception) -> str:
    """Say in two or three lines which cell failed and why."""
    reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
    if isinstance(error, CellExecutionError):
        reason = f"{error.ename}: {error.evalue}"
    lines = cell["source"].strip().splitlines() or ["(empty)"]
    return f"cell {index} failed with {reason}\n    {lines[0]}"


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run every cell on a fresh kernel whose working directory is `folder`.

    Raises:
        CellFailed: A cell without the tag `raises-exception` raised an error or took too long.
    """
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=SECONDS_PER_CELL,
        resources=resources,
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # else each kernel warns of its transport
    )
    with client.setup_kernel():
        for index, cell in enumerate(notebook["cells"]):
            try:
                client.execute_cell(cell, index)
            except Exception as error:
                raise CellFailed(describe(index, cell, error)) from error
    return notebook


def process(path: Path, check: bool = False) -> Outcome:
    """Run one notebook and, unless `check`, store its canonical form where that differs."""
    try:
        before = path.read_text(encoding="utf-8")
        after = canonical(execute(read(before), path.resolve().parent))
    except (CellFailed, OSError, ValueError, nbformat.ValidationError) as error:
        return Outcome(path, "failed", str(error))
    if after == before:
        return Outcome(path, "unchanged")
    if not check:
        path.write_text(after, encoding="utf-8", newline="\n")
    return Outcome(path, "changed")


def all_notebooks(root: Path = ROOT) -> list[Path]:
    """List the chapters and their solutions."""
    chapters = root / "chapters"
    return sorted(chapters.glob("*.ipynb")) + sorted((chapters / "solutions").glob("*.ipynb"))


def report(outcome: Outcome, check: bool) -> str:
    """Say in a line what became of a notebook, and in a few more why it failed."""
    state = "would change" if check and outcome.state == "changed" else outcome.state
    return f"{os.path.relpath(outcome.path)}: {outcome.message or state}"


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="notebooks (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on a change")
    parser.add_argument("--jobs", type=int, default=2, help="notebooks at once (default: 2)")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks and return 0, or 1 if one failed or, with `--check`, would change."""
    options = parse_arguments(arguments)
    paths = options.files or all_notebooks()
    states = set()
    with ProcessPoolExecutor(max_workers=options.jobs) as pool:
        for outcome in pool.map(process, paths, itertools.repeat(options.check)):
            print(report(outcome, options.check), flush=True)
            states.add(outcome.state)
    return int("failed" in states or (options.check and "changed" in states))


if __name__ == "__main__":
    sys.exit(main())
