"""JupyterLite with the chapters, its kernel the Pyodide of `tools.site.pyodide`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tools.site.pyodide import preloaded

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"


def build(root: Path, work: Path, out: Path) -> None:
    """Build JupyterLite.

    Args:
        root: the repository.
        work: a folder to work in; it has static/pyodide.
        out: where JupyterLite is to be.
    """
    contents = work / "files"
    ignored = shutil.ignore_patterns("logs", ".*", "*.py")
    for name in ("chapters", "images"):
        shutil.copytree(root / name, contents / name, ignore=ignored)
    # JupyterLite 0.8 shows no SVG with a letter beyond Latin-1: it encodes files with btoa.
    for path in (contents / "images").glob("*.svg"):
        path.write_bytes(path.read_text(encoding="utf-8").encode("ascii", "xmlcharrefreplace"))
    shutil.copy(root / "tools/jupyterlab_overrides.json", work / "overrides.json")
    command = f"-m jupyter lite build --lite-dir {work} --contents {contents} --output-dir {out}"
    apps = "--apps lab --apps notebooks --no-sourcemaps"
    subprocess.run(
        [sys.executable, *command.split(), *apps.split()],
        cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
    )  # fmt: skip
    # A notebook's pictures are asked for beside JupyterLite's own page first.
    shutil.copytree(contents / "images", out / "images")
    shutil.copy(out / "lab/favicon.ico", out.parent)  # asked for before a page has named its own
    _configure(out / "jupyter-lite.json")


def _configure(path: Path) -> None:
    """Let the kernel load what lies in the folder, and nothing from elsewhere."""
    config = json.loads(path.read_text(encoding="utf-8"))
    data = config["jupyter-config-data"]
    data["appName"] = "An LSTM you can touch"
    data["litePluginSettings"][KERNEL] |= {
        "pyodideUrl": "./static/pyodide/pyodide.mjs",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {"packages": preloaded()},
    }
    path.write_text(json.dumps(config))
