"""`make notebooks`: the same notebook always gives the same bytes, and a broken cell says so."""

import base64
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks

WIDGET = """
from ipywidgets import FloatSlider
FloatSlider(value=0.5)
"""
FIGURE = """
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
"""
STREAMS = """
import sys
for i in range(3):
    print(i, flush=True)
    print("careful", file=sys.stderr, flush=True)
"""


def write(path: Path, *cells) -> Path:
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


def stored(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def raw(*cells) -> dict:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def raw_cell(source="x", **keys) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **keys}


def canonical_cells(*cells) -> list:
    return json.loads(notebooks.canonical(new_notebook(cells=list(cells))))["cells"]


@pytest.fixture(scope="module")
def run_once(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("notebooks") / "tiny.ipynb"
    tagged = new_code_cell("1 / 0", metadata={"tags": ["raises-exception"], "scrolled": True})
    codes = [new_code_cell(source) for source in (WIDGET, FIGURE, STREAMS)]
    write(path, new_markdown_cell("# Tiny"), *codes, tagged, new_code_cell("2 + 2"))
    assert notebooks.process(path) == notebooks.Outcome(path, "changed")
    return path


def test_running_again_changes_nothing(run_once):
    before = run_once.read_bytes()
    assert notebooks.process(run_once).state == "unchanged"
    assert run_once.read_bytes() == before
    assert before.endswith(b"}\n")


def test_counts_run_from_one(run_once):
    counts = [c.execution_count for c in stored(run_once).cells if c.cell_type == "code"]
    assert counts == [1, 2, 3, 4, 5]


def test_nothing_of_a_widget_but_its_text_is_stored(run_once):
    text = run_once.read_text()
    assert "application/vnd.jupyter.widget" not in text
    assert stored(run_once).cells[1].outputs[0].data == {"text/plain": "FloatSlider(value=0.5)"}


def test_streams_are_merged(run_once):
    streams = [(o.name, o.text) for o in stored(run_once).cells[3].outputs]
    assert streams == [("stdout", "0\n1\n2\n"), ("stderr", "careful\n" * 3)]


def test_an_expected_error_is_stored_without_paths(run_once):
    cell = stored(run_once).cells[4]
    assert cell.outputs[0].traceback == ["ZeroDivisionError: division by zero"]
    assert cell.metadata == {"tags": ["raises-exception"]}


def test_a_png_keeps_its_pixels_and_loses_its_text(run_once):
    png = base64.b64decode(stored(run_once).cells[2].outputs[0].data["image/png"])
    assert b"matplotlib" not in png
    assert b"IDAT" in png


def test_metadata_is_the_same_for_every_notebook(run_once):
    assert stored(run_once).metadata == notebooks.METADATA


def run_nbval(*paths: Path) -> str:
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", *paths]
    return subprocess.run(command, cwd=paths[0].parent, capture_output=True, text=True).stdout


def test_strict_nbval_accepts_the_result_and_sees_a_changed_one(run_once, tmp_path):
    good, bad = tmp_path / "good.ipynb", tmp_path / "bad.ipynb"
    good.write_text(run_once.read_text())
    bad.write_text(run_once.read_text().replace('"4"', '"5"'))
    printed = run_nbval(good, bad)
    assert "1 failed, 9 passed" in printed, printed
    assert "bad.ipynb::Cell 4" in printed


def test_check_writes_nothing(tmp_path, capsys):
    path = write(tmp_path / "new.ipynb", new_code_cell("1 + 1"))
    before = path.read_bytes()
    assert notebooks.main(["--check", "--jobs", "1", str(path)]) == 1
    assert path.read_bytes() == before
    assert "new.ipynb: would change" in capsys.readouterr().out


def test_a_failing_cell_is_named_and_nothing_is_written(tmp_path, capsys):
    path = write(tmp_path / "bad.ipynb", new_markdown_cell("text"), new_code_cell("1 / 0\n2"))
    before = path.read_bytes()
    assert notebooks.main(["--jobs", "1", str(path)]) == 1
    assert path.read_bytes() == before
    printed = capsys.readouterr().out
    assert "bad.ipynb: cell 1 failed with ZeroDivisionError: division by zero" in printed
    assert len(printed.splitlines()) <= 3


def test_a_cell_runs_in_the_folder_of_its_notebook(tmp_path):
    (tmp_path / "data.txt").write_text("here")
    path = write(tmp_path / "where.ipynb", new_code_cell("open('data.txt').read()"))
    notebooks.process(path)
    assert stored(path).cells[0].outputs[0].data["text/plain"] == "'here'"


@pytest.mark.parametrize("text", ["not json", '{"nbformat": 3}'])
def test_what_is_no_notebook_fails_without_a_kernel(text, tmp_path):
    path = tmp_path / "odd.ipynb"
    path.write_text(text)
    assert notebooks.process(path).state == "failed"


def test_a_missing_file_fails(tmp_path):
    assert notebooks.process(tmp_path / "none.ipynb").state == "failed"


def test_good_ids_are_kept():
    cells = notebooks.fix_ids(raw(raw_cell(id="first"), raw_cell(id="b-2_c")))["cells"]
    assert [cell["id"] for cell in cells] == ["first", "b-2_c"]


def test_missing_doubled_and_invalid_ids_are_derived():
    cells = [raw_cell(id="same"), raw_cell(id="same"), raw_cell(), raw_cell(id="no way")]
    first = [cell["id"] for cell in notebooks.fix_ids(raw(*cells))["cells"]]
    again = [raw_cell(id="same"), raw_cell(id="same"), raw_cell(), raw_cell(id="no way")]
    assert first == [cell["id"] for cell in notebooks.fix_ids(raw(*again))["cells"]]
    assert first[0] == "same"
    assert len(set(first)) == 4
    assert all(notebooks.VALID_ID.fullmatch(name) for name in first)


def test_a_derived_id_avoids_those_taken():
    cell = raw_cell()
    name = notebooks.derived_id(cell, 0, set())
    assert notebooks.derived_id(cell, 0, {name}) != name


def test_an_old_format_gains_ids():
    read = notebooks.read(json.dumps(raw(raw_cell("a"), raw_cell("b"))))
    assert read.nbformat_minor == 5
    assert len({cell.id for cell in read.cells}) == 2


def test_a_figure_splits_the_streams_around_it():
    def say(text, name="stdout"):
        return new_output("stream", name=name, text=text)

    figure = new_output("display_data", data={"text/plain": "figure"})
    merged = notebooks.merge_streams([say("a"), say("b"), figure, say("c", "stderr"), say("d")])
    assert [o.get("text") for o in merged] == ["ab", None, "d", "c"]


def test_timing_and_other_metadata_of_cells_goes():
    timing = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    metadata = {"execution": timing, "tags": [], "scrolled": True, "vendor": {"a": 1}}
    (cell,) = canonical_cells(new_code_cell("1", metadata=metadata))
    assert cell["metadata"] == {}


@pytest.mark.parametrize("metadata", [{"jupyter": {"source_hidden": True}}, {"editable": False}])
def test_what_an_author_chose_for_a_cell_stays(metadata):
    (cell,) = canonical_cells(new_code_cell("1", metadata=metadata))
    assert cell["metadata"] == metadata


def test_a_drawing_in_a_widgets_bundle_stays():
    data = {notebooks.WIDGET_VIEW: {"model_id": "1"}, "image/svg+xml": "<svg/>", "text/plain": "E"}
    output = new_output("execute_result", data=data, execution_count=1)
    (cell,) = canonical_cells(new_code_cell("E", outputs=[output], execution_count=1))
    assert sorted(cell["outputs"][0]["data"]) == ["image/svg+xml", "text/plain"]


def test_png_chunks_other_than_text_stay_byte_for_byte():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head, body = b"\x89PNG\r\n\x1a\n", chunk(b"IDAT", b"tEXt inside") + chunk(b"IEND", b"")
    assert notebooks.without_text_chunks(head + chunk(b"tEXt", b"Software") + body) == head + body


def test_by_default_chapters_and_solutions_run(tmp_path):
    (tmp_path / "chapters/solutions").mkdir(parents=True)
    (tmp_path / "chapters/.ipynb_checkpoints").mkdir()
    for name in ("02_b", "01_a", "solutions/01_a", ".ipynb_checkpoints/01_a-checkpoint"):
        (tmp_path / f"chapters/{name}.ipynb").touch()
    found = [str(p.relative_to(tmp_path / "chapters")) for p in notebooks.all_notebooks(tmp_path)]
    assert found == ["01_a.ipynb", "02_b.ipynb", "solutions/01_a.ipynb"]
