"""The doctor names what is off, says what to do, and stops only for what learners need."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lstm_lib.course import doctor
from lstm_lib.course.doctor import Finding, check_package

ROOT = Path(__file__).resolve().parent.parent
NUMPY, RUFF = "numpy>=2.0", 'ruff>=0.9; extra == "dev"'


def check(line, found, tested=None):
    """Check a package that is the only one; None: it is not installed, or was never tested."""
    name = re.match("[a-z]+", line)[0]
    mappings = ({} if version is None else {name: version} for version in (found, tested))
    return check_package(line, *mappings)


def make_program(path: Path) -> Path:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (4, 0, 0)])
def test_a_new_enough_python_is_fine(version):
    assert doctor.check_python(version).advice == ""


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 2), (3, 10, 14)])
def test_an_old_python_stops_you(version):
    finding = doctor.check_python(version)
    assert finding.stops_you
    assert finding.found == ".".join(map(str, version))
    assert "3.11" in finding.advice


def test_requirements_are_read_as_package_metadata_states_them():
    for line, name, oldest, stops in (
        ("numpy>=2.0", "numpy", ">= 2.0", True),
        ("lightning<2.7,>=2.6.4", "lightning", ">= 2.6.4", True),
        ('ruff>=0.9; extra == "dev"', "ruff", ">= 0.9", False),
        ('numpy>=2.0; extra == "arrays"', "numpy", ">= 2.0", True),
        ("Jinja2", "jinja2", "any", True),
        ("jsonargparse[signatures]>=4.49", "jsonargparse", ">= 4.49", True),
        ("pytest_xdist >= 3.6", "pytest-xdist", ">= 3.6", True),
    ):
        finding = check_package(line, {}, {})
        assert (finding.name, finding.expected, finding.stops_you) == (name, oldest, stops)
        assert finding.found == "missing"


def test_constraints_are_read_without_comments():
    text = "# made by x==1\ntorch==2.13.0\nJinja2==3.1.6\n\n"
    assert doctor.parse_constraints(text) == {"torch": "2.13.0", "jinja2": "3.1.6"}


def test_the_tested_version_is_fine():
    finding = check(NUMPY, "2.4.6", "2.4.6")
    assert finding == Finding("numpy", "2.4.6", "2.4.6")


def test_a_local_build_counts_as_its_version():
    assert check("torch>=2.6", "2.13.0+cpu", "2.13.0").advice == ""


def test_an_allowed_but_untested_version_is_a_hint():
    finding = check(NUMPY, "2.3.0", "2.4.6")
    assert "untested" in finding.advice
    assert not finding.stops_you


def test_without_constraints_the_oldest_version_counts():
    assert check(NUMPY, "2.3.0", None).advice == ""
    assert check(NUMPY, "2.3.0", None).expected == ">= 2.0"
    assert check(NUMPY, "1.26.4", None).stops_you


def test_versions_are_compared_as_numbers():
    assert check("x>=0.9", "0.10", None).advice == ""
    assert check("x>=0.10", "0.9", None).stops_you


@pytest.mark.parametrize("found", [None, "0.1"])
def test_a_missing_or_old_package_stops_only_if_learners_need_it(found):
    assert check(NUMPY, found, "2.4.6").stops_you
    tool = check(RUFF, found, "0.17.5")
    assert tool.advice
    assert not tool.stops_you


def test_packages_are_matched_by_canonical_name():
    versions = {"axe-playwright-python": "0.1.8"}
    finding = check_package("Axe_Playwright.Python>=0.1", versions, versions)
    assert (finding.found, finding.advice) == ("0.1.8", "")


def test_what_is_installed_and_tested_is_found(monkeypatch, tmp_path):
    version = doctor.metadata.version("pytest")
    lines = ["lstm_lib[arrays]", "PyTest>=1"]
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: lines)
    (finding,) = doctor.check_packages(tmp_path)  # no repository: nothing was tested
    assert finding == Finding("pytest", version, ">= 1")
    (tmp_path / "constraints.txt").write_text("pytest==0.1\n")
    (finding,) = doctor.check_packages(tmp_path)
    assert (finding.found, finding.expected, finding.stops_you) == (version, "0.1", False)


def test_an_extension_is_found_below_any_prefix(tmp_path):
    folder = tmp_path / "b/share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager"
    folder.mkdir(parents=True)
    name, prefixes = "@jupyter-widgets/jupyterlab-manager", [tmp_path / "a", tmp_path / "b"]
    assert doctor.check_extension("widgets", name, prefixes).stops_you  # a folder without its file
    (folder / "package.json").write_text("{}")
    assert doctor.check_extension("widgets", name, prefixes).advice == ""


def test_extensions_are_looked_for_in_the_environment_and_the_users_base(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor.sys, "prefix", str(tmp_path / "environment"))
    monkeypatch.setattr(doctor.site, "getuserbase", lambda: str(tmp_path / "user"))
    places = dict(zip(doctor.EXTENSIONS.items(), ("environment", "user"), strict=True))
    for (name, folder), base in places.items():
        before = {item.name: item for item in doctor.examine()}
        assert before[name].stops_you
        place = tmp_path / base / "share/jupyter/labextensions" / folder
        place.mkdir(parents=True)
        (place / "package.json").write_text("{}")
        after = {item.name: item for item in doctor.examine()}
        assert after[name].advice == ""


def test_a_missing_browser_is_advice_only():
    assert not doctor.check_browser(None).stops_you
    assert "CHROMIUM" in doctor.check_browser(None).advice
    assert doctor.check_browser(None).found == "missing"
    found = doctor.check_browser("/usr/bin/chromium")
    assert (found.found, found.advice) == ("/usr/bin/chromium", "")


def test_chromium_is_found_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "BROWSERS", ("chromium", "google-chrome"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert doctor.find_chromium({}) is None
    program = make_program(tmp_path / "google-chrome")
    assert doctor.find_chromium({}) == str(program)
    assert doctor.find_chromium({"CHROMIUM": ""}) == str(program)


def test_a_named_chromium_alone_counts(tmp_path):
    program = make_program(tmp_path / "my-browser")
    assert doctor.find_chromium({"CHROMIUM": str(program)}) == str(program)
    assert doctor.find_chromium({"CHROMIUM": str(tmp_path / "nothing")}) is None


def test_each_thing_off_has_one_line_of_advice():
    findings = [
        Finding("a", "1", "1"),
        Finding("b", "missing", "2", "get b"),
        Finding("c", "missing", "3", "get c", required=False),
    ]
    text = "\n".join(doctor.lines(findings))
    assert re.findall(r"^(\w+) +(\w)", text, re.M) == [("ok", "a"), ("off", "b"), ("hint", "c")]
    assert re.findall(r"-> (.*)", text) == ["get b", "get c"]


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        (Finding("a", "1", "1"), 0),
        (Finding("a", "missing", "1", "get a"), 1),
        (Finding("a", "missing", "1", "get a", required=False), 0),
    ],
)
def test_the_exit_code_says_whether_a_learner_can_go_on(finding, code, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "examine", lambda: [finding])
    assert doctor.main() == code
    assert ("to mend" in capsys.readouterr().out) == bool(code)


def test_a_python_without_the_course_is_told_so(monkeypatch):
    def not_installed(name):
        raise doctor.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "requires", not_installed)
    (finding,) = doctor.check_packages()
    assert finding.stops_you
    assert finding.name == "lstm_lib"


def test_without_packaging_there_is_one_thing_to_mend(monkeypatch):
    monkeypatch.setitem(sys.modules, "packaging.utils", None)
    assert doctor.check_packages() == [Finding("packaging", "missing", "any", doctor.INSTALL)]


def test_this_installation_is_in_order():
    command = [sys.executable, "-m", "lstm_lib.course.doctor"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("Python", "torch", "ipywidgets in JupyterLab", "anywidget in JupyterLab"):
        assert re.search(rf"^ok +{name} ", done.stdout, re.M), done.stdout
