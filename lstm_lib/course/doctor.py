"""Look over an installation: `python -m lstm_lib.course.doctor`.

Compares the versions found with the versions the course was tested with, looks for the widgets'
JupyterLab extensions and for a browser, and gives one line of advice for each thing that is off.
"""

from __future__ import annotations  # so that a Python that is too old can still be told so

import os
import re
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
class Requirement:
    """One line of the package's requirements: a name, its oldest version, who needs it."""

    name: str
    oldest: str = ""
    for_learners: bool = True


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
    """Return the path of Chromium or Chrome, or None.

    Args:
        environ: Where to look up `CHROMIUM`; if that is set, it alone counts.

    Returns:
        A path that can be run, or None if there is none.
    """
    chosen = environ.get("CHROMIUM")
    names = (chosen,) if chosen else BROWSERS
    return next(filter(None, map(shutil.which, names)), None)


def parse_constraints(text: str) -> dict[str, str]:
    """Read `name==version` lines into a dictionary of canonical names."""
    pairs = (line.split("==") for line in text.splitlines() if "==" in line and line[0] != "#")
    return {canonical_name(name): version.strip() for name, version in pairs}


def parse_requirement(line: str) -> Requirement:
    """Read one requirement as package metadata states it: `nbval>=0.11; extra == "dev"`."""
    specification, _, marker = line.partition(";")
    name = re.match(r"[\w.-]+", specification.strip()).group()
    oldest = re.search(r">=\s*([\w.]+)|$", specification).group(1)
    for_learners = not re.search(r"extra == .dev\b", marker)
    return Requirement(canonical_name(name), oldest or "", for_learners)


def canonical_name(name: str) -> str:
    """Spell a package's name the way registries compare names."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: `2.13.0+cpu` gives (2, 13, 0)."""
    return tuple(int(part) for part in re.match(r"[\d.]*", version).group().split(".") if part)


def check_python(version: tuple[int, ...]) -> Finding:
    """Compare a Python version with the oldest that the course runs on."""
    oldest = ".".join(map(str, OLDEST_PYTHON))
    advice = "" if version[:2] >= OLDEST_PYTHON else f"install Python {oldest} or newer"
    return Finding("Python", ".".join(map(str, version[:3])), f">= {oldest}", advice)


def check_package(wanted: Requirement, found: str | None, tested: str | None) -> Finding:
    """Compare one package's version with the oldest allowed and the one tested.

    Args:
        wanted: The requirement.
        found: The version installed, or None.
        tested: The version in constraints.txt, or None outside the repository.

    Returns:
        A finding; a version that is allowed but untested is advice and never stops you.
    """
    oldest = f">= {wanted.oldest}" if wanted.oldest else "any"
    expected = tested or oldest
    if found is None:
        return Finding(wanted.name, "missing", expected, INSTALL, wanted.for_learners)
    found = found.partition("+")[0]
    if numbers(found) < numbers(wanted.oldest):
        return Finding(wanted.name, found, oldest, f"too old: {INSTALL}", wanted.for_learners)
    if tested and found != tested:
        return Finding(wanted.name, found, tested, f"may work, untested: {INSTALL}", required=False)
    return Finding(wanted.name, found, expected, required=wanted.for_learners)


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


def check_packages(
    requirements: Iterable[str], found: Mapping[str, str], tested: Mapping[str, str]
) -> list[Finding]:
    """Check every requirement, in the order given.

    Args:
        requirements: Lines of package metadata.
        found: Version by canonical name, of what is installed.
        tested: Version by canonical name, of what the course was tested with.
    """
    lines = [line for line in requirements if not line.startswith("lstm_lib[")]  # its own extras
    wanted = map(parse_requirement, lines)
    return [check_package(w, found.get(w.name), tested.get(w.name)) for w in wanted]


def installed_versions() -> dict[str, str]:
    """Return the version of every installed package by canonical name."""
    found = ((d.metadata["Name"], d.version) for d in metadata.distributions())
    return {canonical_name(name): version for name, version in found if name}


def read_constraints(root: Path = ROOT) -> dict[str, str]:
    """Return the versions in the repository's constraints.txt, or none outside a repository."""
    path = root / "constraints.txt"
    return parse_constraints(path.read_text(encoding="utf-8")) if path.is_file() else {}


def package_findings() -> list[Finding]:
    """Check the packages that lstm_lib requires, or say that it is not installed."""
    try:
        requirements = metadata.requires("lstm_lib") or []
    except metadata.PackageNotFoundError:
        advice = f"this Python ({sys.executable}) does not know the course: {INSTALL}"
        return [Finding("lstm_lib", "missing", "installed", advice)]
    return check_packages(requirements, installed_versions(), read_constraints())


def examine() -> list[Finding]:
    """Look at everything: Python, packages, JupyterLab extensions, browser."""
    prefixes = [Path(sys.prefix), Path(site.getuserbase())]
    extensions = [check_extension(name, folder, prefixes) for name, folder in EXTENSIONS.items()]
    first, last = check_python(sys.version_info[:3]), check_browser(find_chromium())
    return [first, *package_findings(), *extensions, last]


def lines(findings: Iterable[Finding]) -> list[str]:
    """Put findings into aligned lines, each with its advice under it."""
    rows = []
    for item in findings:
        mark = "off" if item.stops_you else "hint" if item.advice else "ok"
        rows.append(f"{mark:<5} {item.name:<26} {item.found:<12} expected {item.expected}")
        rows += [f"      -> {item.advice}"] * bool(item.advice)
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
