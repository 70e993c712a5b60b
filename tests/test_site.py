"""The parts of the site that need no network: wheels, lock file, pages, settings."""

import json
import zipfile
from importlib import import_module
from pathlib import Path

import pytest

from tools.site import lite, pages, pyodide

ROOT = Path(__file__).resolve().parent.parent


def wheel(folder, name, needs=()):
    """Write the smallest wheel and return its path."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    said = [f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0"]
    said += [f"Requires-Dist: {text}" for text in needs]
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{name}/__init__.py", "")
        packed.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(said))
    return path


def test_the_lock_file_has_what_a_wheel_needs_in_a_browser(tmp_path):
    needs = [
        "Comm.x>=0.1",
        'pexpect; sys_platform != "emscripten"',
        'old; python_version < "3.12"',
        'extra_one; extra == "more"',
    ]
    entry = pyodide._entry(wheel(tmp_path, "thing", needs))
    assert entry["depends"] == ["comm-x"]
    assert entry["imports"] == ["thing"]
    assert (entry["name"], entry["version"]) == ("thing", "1.0")
    assert len(entry["sha256"]) == 64


def test_what_cannot_be_had_says_so_at_its_import(tmp_path, monkeypatch):
    entry = pyodide._stub(tmp_path, "unheard_of")
    monkeypatch.syspath_prepend(str(tmp_path / entry["file_name"]))
    with pytest.raises(ModuleNotFoundError, match="unheard_of does not run in this browser tab"):
        import_module("unheard_of")


def test_compiled_packages_come_with_what_they_need_from_the_address_given():
    names = {"numpy": [], "pandas": ["numpy", "pytz"], "matplotlib": ["numpy"], "pytz": []}
    known = {name: {"file_name": f"{name}.whl", "depends": needs} for name, needs in names.items()}
    own = {"lstm-lib": {"file_name": "lstm_lib.whl", "depends": []}}
    found = pyodide._with_compiled(own, known, "https://example.org/full")
    assert set(found) == {"lstm-lib", *names}
    assert found["pytz"]["file_name"] == "https://example.org/full/pytz.whl"
    assert found["lstm-lib"]["file_name"] == "lstm_lib.whl"


def test_a_page_opens_its_own_notebook_live_and_keeps_the_words_of_its_pictures(tmp_path):
    path = tmp_path / "03_one_cell.ipynb"
    path.write_bytes((ROOT / "chapters/03_one_cell.ipynb").read_bytes())
    pages._to_read(path, "chapters/03_one_cell.ipynb", live=4)
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert '"../lite/lab/index.html?path=chapters/03_one_cell.ipynb"' in cells[0]["source"]
    shown = [out["data"] for cell in cells for out in cell.get("outputs", []) if "data" in out]
    pictures = ["".join(data["text/html"]) for data in shown if "text/html" in data]
    assert len(pictures) >= 3
    assert all("<title" in picture or "aria-label" in picture for picture in pictures)
    assert not any("image/svg+xml" in data for data in shown)


def test_a_page_whose_notebook_runs_in_no_browser_says_what_it_needs(tmp_path):
    path = tmp_path / "07_torch_layer.ipynb"
    path.write_bytes((ROOT / "chapters/07_torch_layer.ipynb").read_bytes())
    pages._to_read(path, "chapters/07_torch_layer.ipynb", live=4)
    first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
    assert first.endswith("you need the [installed course](../docs/installation.md).\n")
    assert "lite/" not in first


def test_the_landing_page_lists_every_chapter():
    landing = pages._landing(ROOT, live=4)
    assert "chapters 1 to 4 have a link" in landing
    for path in (ROOT / "chapters").glob("*.ipynb"):
        assert f"\nchapters/{path.stem}\n" in landing
        assert f"(chapters/{path.name})" in landing


def test_the_kernel_loads_from_the_folder_alone(tmp_path):
    path = tmp_path / "jupyter-lite.json"
    settings = {"litePluginSettings": {lite.KERNEL: {"pipliteUrls": ["./here"]}}}
    path.write_text(json.dumps({"jupyter-config-data": settings}))
    lite._configure(path)
    kernel = json.loads(path.read_text())["jupyter-config-data"]["litePluginSettings"][lite.KERNEL]
    assert kernel["disablePyPIFallback"] is True
    assert kernel["pyodideUrl"].startswith("./")
    assert kernel["pipliteUrls"] == ["./here"]
    assert {"lstm-lib", "micropip"} <= set(kernel["loadPyodideOptions"]["packages"])
