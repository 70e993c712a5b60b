"""Look over an installation: `python -m lstm_lib.course.doctor`.

Compares the versions found with the versions the course was tested with, looks for the widgets'
JupyterLab extensions and for a browser, and gives one line of advice for each thing that is off.
"""

from __future__ import annotations  # so that a Python that is too old can still be told so

import os
import shutil
import site
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON = (3, 11)
INSTALL = "run `make lab`, or `pip install -c constraints.txt -e .[dev]`"
EXTENSIONS = {
    "ipywidgets in JupyterLab": "@jupyter-widgets/jupyterlab-manager",
    "anywidget in JupyterLab": "anywidget",
}
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


@dataclass(frozen=True)
class Finding:
    """One thing looked at. It is off if it has advice; `required` says whether that stops you."""

    name: str
    found: str
    expected: str
    advice: str = ""
    required: bool = True

    @property
    def stops_you(self) -> bool:
        """Whether a learner cannot go on before this is mended."""
        return bool(self.advice) and self.required


def find_chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of Chromium or Chrome, or None; if CHROMIUM is set, it alone counts."""
    chosen = environ.get("CHROMIUM")
    names = (chosen,) if chosen else BROWSERS
    return next(filter(None, map(shutil.which, names)), None)


def parse_constraints(text: str) -> dict[str, str]:
    """Read `name==version` lines into a dictionary of canonical names."""
    from packaging.utils import canonicalize_name

    pairs = (line.split("==") for line in text.splitlines() if "==" in line and line[0] != "#")
    return {canonicalize_name(name.strip()): version.strip() for name, version in pairs}


def check_python(version: tuple[int, ...]) -> Finding:
    """Compare a Python version with the oldest that the course runs on."""
    oldest = ".".join(map(str, OLDEST_PYTHON))
    advice = "" if version[:2] >= OLDEST_PYTHON else f"install Python {oldest} or newer"
    return Finding("Python", ".".join(map(str, version[:3])), f">= {oldest}", advice)


def check_package(line: str, found: Mapping[str, str], tested: Mapping[str, str]) -> Finding:
    """Compare one package's version with the oldest allowed and the one tested.

    Args:
        line: of the package's metadata, as `nbval>=0.11; extra == "dev"`.
        found: version by canonical name, of what is installed.
        tested: version by canonical name, of what the course was tested with.

    Returns:
        a finding; a version that is allowed but untested is advice and never stops you.
    """
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
    from packaging.version import Version

    wanted = Requirement(line)
    name = canonicalize_name(wanted.name)
    oldest = next((part.version for part in wanted.specifier if part.operator == ">="), None)
    allowed = f">= {oldest}" if oldest else "any"
    best = tested.get(name, allowed)
    needed = not (wanted.marker and wanted.marker.evaluate({"extra": "dev"}))
    if name not in found:
        return Finding(name, "missing", best, INSTALL, needed)
    version = found[name].partition("+")[0]
    if oldest and Version(version) < Version(oldest):
        return Finding(name, version, allowed, f"too old: {INSTALL}", needed)
    if best not in (allowed, version):
        return Finding(name, version, best, f"may work, untested: {INSTALL}", required=False)
    return Finding(name, version, best, required=needed)


def check_extension(name: str, folder: str, prefixes: Iterable[Path]) -> Finding:
    """Look for one JupyterLab extension below the prefixes that Jupyter searches."""
    places = [p / "share" / "jupyter" / "labextensions" / folder / "package.json" for p in prefixes]
    if any(place.is_file() for place in places):
        return Finding(name, "installed", "installed")
    return Finding(name, "missing", "installed", f"explorers will not show: {INSTALL}")


def check_browser(path: str | None) -> Finding:
    """Say whether the browser tests can run; learners do not need them."""
    advice = "" if path else "browser tests need it: install Chromium, or set CHROMIUM to its path"
    return Finding("Chromium", path or "missing", "any", advice, required=False)


def check_packages(root: Path = ROOT) -> list[Finding]:
    """Check the packages that lstm_lib requires, or say that it is not installed."""
    try:
        lines = metadata.requires("lstm_lib") or []
        from packaging.utils import canonicalize_name
    except metadata.PackageNotFoundError:
        advice = f"this Python ({sys.executable}) does not know the course: {INSTALL}"
        return [Finding("lstm_lib", "missing", "installed", advice)]
    except ModuleNotFoundError:
        return [Finding("packaging", "missing", "any", INSTALL)]
    installed = ((d.metadata["Name"], d.version) for d in metadata.distributions())
    found: dict[str, str] = {
        canonicalize_name(name): version for name, version in installed if name
    }
    path = root / "constraints.txt"  # none outside a repository
    tested = parse_constraints(path.read_text(encoding="utf-8")) if path.is_file() else {}
    others = [line for line in lines if not line.startswith("lstm_lib[")]  # own extras
    return [check_package(line, found, tested) for line in others]


def examine() -> list[Finding]:
    """Look at everything: Python, packages, JupyterLab extensions, browser."""
    prefixes = [Path(sys.prefix), Path(site.getuserbase())]
    extensions = [check_extension(name, folder, prefixes) for name, folder in EXTENSIONS.items()]
    first, last = check_python(sys.version_info[:3]), check_browser(find_chromium())
    return [first, *check_packages(), *extensions, last]


def lines(findings: Iterable[Finding]) -> list[str]:
    """Put findings into aligned lines, each with its advice under it."""
    rows = []
    for item in findings:
        mark = "off" if item.stops_you else "hint" if item.advice else "ok"
        rows.append(f"{mark:<5} {item.name:<26} {item.found:<12} expected {item.expected}")
        if item.advice:
            rows.append(f"      -> {item.advice}")
    return rows


def main() -> int:
    """Print the findings; return 1 if something that learners need is off."""
    findings = examine()
    print("\n".join(lines(findings)))
    count = sum(item.stops_you for item in findings)
    verdict = f"{count} to mend before you go on." if count else "All that a learner needs is here."
    print(f"\n{verdict}")
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
