"""Python for a browser: Pyodide, and beside it the wheels of the course and of a kernel.

Pyodide loads a package by itself when a cell imports it, if its lock file has it. The lock file
written here has the course, what it depends on and JupyterLite's kernel, all of them pure Python
and in the folder. What is compiled (NumPy, pandas, matplotlib) no registry carries: it stays in
the lock file only with the address of Pyodide's own packages. What cannot be had says so at its
import, in one line.

Source: the lock file's fields as in pyodide-lock 0.1; markers as in PEP 508.
"""

import email
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from packaging.markers import Environment, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

VERSION = "314.0.6"  # the one that jupyterlite-pyodide-kernel is made for
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
KERNEL = ("ipykernel", "micropip", "piplite", "pyodide-kernel")
NEVER = ("pexpect", "ptyprocess")  # IPython runs no program in a browser
COMPILED = ("matplotlib", "numpy", "pandas")
ELSEWHERE = ("lightning", "seaborn", "torch")  # made for no browser, or no use there without


def build(root: Path, folder: Path, compiled: str = "") -> None:
    """Fill `folder` with Pyodide and all packages.

    Args:
        root: the repository.
        folder: where to.
        compiled: address of the folder with Pyodide's own packages, or "".
    """
    folder.mkdir(parents=True)
    lock = _unpack(folder)
    for wheel in [*_kernel_wheels(), *_downloaded(root, folder, lock["packages"])]:
        if wheel.parent != folder:
            shutil.copy(wheel, folder)
    own = {entry["name"]: entry for entry in map(_entry, sorted(folder.glob("*.whl")))}
    missing = set(ELSEWHERE)
    if compiled:
        own = _with_compiled(own, lock["packages"], compiled.rstrip("/"))
    else:
        missing |= set(COMPILED)
    own |= {name: _stub(folder, name) for name in sorted(missing)}
    for entry in own.values():
        entry["depends"] = [name for name in entry["depends"] if name in own]
    lock["packages"] = own
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))


def preloaded() -> list[str]:
    """Return the packages that a kernel starts with, so that they are loaded side by side."""
    return [*KERNEL, "comm", "ipython", "jedi", "lstm-lib"]


def _unpack(folder: Path) -> dict:
    """Put Pyodide into the folder and return its own lock file."""
    command = ["npm", "pack", "--silent", f"pyodide@{VERSION}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    packed = folder / f"pyodide-{VERSION}.tgz"
    with tarfile.open(packed) as tar:
        for name in CORE:
            (folder / name).write_bytes(tar.extractfile(f"package/{name}").read())
        lock = json.load(tar.extractfile("package/pyodide-lock.json"))
    packed.unlink()
    return lock


def _kernel_wheels() -> list[Path]:
    """Return the wheels that jupyterlite-pyodide-kernel brings with it."""
    name = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
    found = (Path(sys.prefix) / name).glob("*.whl")
    return [path for path in found if not path.name.startswith("widgetsnbextension-3")]


def _downloaded(root: Path, folder: Path, known: dict) -> list[Path]:
    """Return the course's wheel, built, and those that it needs, loaded from the registry."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # From a copy, because setuptools leaves its folder `build` beside what it builds.
    copy = folder.parent / "source"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, copy)
    shutil.copytree(root / "lstm_lib", copy / "lstm_lib", ignore=shutil.ignore_patterns("__py*"))
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, copy], check=True)
    shutil.rmtree(copy)
    pure = "--only-binary=:all: --python-version=3.14 --implementation=py --abi=none --platform=any"
    versions = [f"{name}=={known[name]['version']}" for name in ("ipython", "micropip")]
    wanted = [*versions, "anywidget", "ipywidgets"]
    subprocess.run([*pip, "download", *pure.split(), "--dest", folder, *wanted], check=True)
    for path in folder.glob("*.whl"):
        if path.name.startswith((*NEVER, "widgetsnbextension-4.0.1")):
            path.unlink()
    return list(folder.glob("*.whl"))


def _entry(wheel: Path) -> dict:
    """Return what the lock file says of a wheel."""
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        about = next(name for name in names if name.endswith(".dist-info/METADATA"))
        said = email.message_from_bytes(packed.read(about))
    modules = {name.partition("/")[0].removesuffix(".py") for name in names if ".py" in name}
    return {
        "name": canonicalize_name(said["Name"]),
        "version": said["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(module for module in modules if module.isidentifier()),
        "depends": sorted(_needed(said.get_all("Requires-Dist") or [])),
        "unvendored_tests": False,
    }


def _needed(requirements: list[str]) -> set[str]:
    """Return the names of those requirements that hold in Pyodide."""
    there: Environment = default_environment() | {
        "python_version": "3.14", "python_full_version": "3.14.2", "os_name": "posix",
        "sys_platform": "emscripten", "platform_system": "Emscripten", "extra": "",
    }  # fmt: skip
    found = (Requirement(text) for text in requirements)
    return {
        canonicalize_name(one.name) for one in found
        if one.marker is None or one.marker.evaluate(there)
    }  # fmt: skip


def _with_compiled(own: dict, known: dict, address: str) -> dict:
    """Return the packages, with the compiled ones and what these need at Pyodide's address."""
    open_names, found = list(COMPILED), dict(own)
    while open_names:
        name = open_names.pop()
        if name not in found:
            found[name] = known[name] | {"file_name": f"{address}/{known[name]['file_name']}"}
            open_names += found[name]["depends"]
    found["lstm-lib"]["depends"] += ["numpy"]  # what is imported inside functions, too
    return found


# IPython shows an error that has `_render_traceback_` by these lines alone.
STUB = """
class NotInTheBrowser(ModuleNotFoundError):
    def _render_traceback_(self):
        return [self.msg]

raise NotInTheBrowser({said!r}, name={name!r})
"""


def _stub(folder: Path, name: str) -> dict:
    """Write a wheel whose import says in one line that the package is not to be had here."""
    said = (
        f"{name} does not run in this browser tab: this chapter needs the installed course, "
        "two commands in a terminal (see Installation on the site)."
    )
    path, info = folder / f"{name}-0-py3-none-any.whl", f"{name}-0.dist-info"
    files = {
        f"{name}/__init__.py": STUB.format(said=said, name=name),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as packed:
        for where, text in files.items():
            packed.writestr(where, text)
    return _entry(path)
