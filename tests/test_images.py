"""Every picture is made by the tool, up to date, used, and described in words."""

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tools import images

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *ROOT.glob("README.md"),
    *sorted(ROOT.glob("chapters/*.ipynb")),
    *sorted(ROOT.glob("chapters/solutions/*.ipynb")),
]
MARKDOWN_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<source>[^)\s]+)")
HTML_IMAGE = re.compile(r"<img\b[^>]*>")


def prose(page):
    """Return the Markdown of a page."""
    text = page.read_text(encoding="utf-8")
    if page.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def attribute(tag, name):
    """Return an attribute of an HTML tag, or an empty text."""
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def used(page):
    """Return the (file, alternative text) of every picture a page shows."""
    text = prose(page)
    pairs = [(found["source"], found["alt"]) for found in MARKDOWN_IMAGE.finditer(text)]
    pairs += [(attribute(t, "src"), attribute(t, "alt")) for t in HTML_IMAGE.findall(text)]
    return [(page.parent / source, alt) for source, alt in pairs]


USED = [
    pytest.param(*pair, id=f"{page.name}-{pair[0].name}") for page in PAGES for pair in used(page)
]


def test_every_stored_picture_is_made_by_the_tool():
    assert {file.name for file in images.FOLDER.iterdir()} == set(images.PICTURES)


@pytest.mark.parametrize("name", images.PICTURES)
def test_picture_is_up_to_date(name):
    assert images.is_current(name), "run `make images`"


@pytest.mark.parametrize("name", images.PICTURES)
def test_picture_is_the_same_when_made_again(name):
    assert images.made(name) == images.made(name)


@pytest.mark.parametrize("name", images.PICTURES)
def test_picture_is_used(name):
    assert name in {file.name for page in PAGES for file, _ in used(page)}


@pytest.mark.parametrize("name", [name for name in images.PICTURES if name.endswith(".svg")])
def test_svg_is_well_formed_and_says_what_it_shows(name):
    drawn = ElementTree.fromstring(images.made(name))
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(drawn.get("aria-label", "")) > 20


@pytest.mark.parametrize(("file", "alt"), USED)
def test_used_picture_exists_and_has_alternative_text(file, alt):
    assert file.resolve().is_file()
    assert len(alt) > 20


def test_check_sees_a_picture_that_is_out_of_date(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(images, "PICTURES", {"dot.svg": lambda: "<svg/>"})
    assert not images.is_current("dot.svg", tmp_path)
    images.write("dot.svg", tmp_path)
    assert images.is_current("dot.svg", tmp_path)
    (tmp_path / "dot.svg").write_text("<svg></svg>\n")
    assert not images.is_current("dot.svg", tmp_path)


def test_check_reports_and_writes_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(images, "is_current", lambda name: False)
    monkeypatch.setattr(images, "write", lambda name: pytest.fail("wrote a picture"))
    assert images.main(["--check"]) == 1
    assert capsys.readouterr().out.count("would change") == len(images.PICTURES)


def test_unknown_name_is_refused(capsys):
    with pytest.raises(SystemExit):
        images.main(["no_such.svg"])
    assert "no picture is called no_such.svg" in capsys.readouterr().err
