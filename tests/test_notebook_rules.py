"""Rules of CONTRIBUTING.md that a program can check on the notebooks."""

import re
import statistics
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tools.notebooks import all_notebooks, canonical, read

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = all_notebooks()
CHAPTERS = [path for path in NOTEBOOKS if path.parent.name == "chapters"]
SOLUTIONS = [path for path in NOTEBOOKS if path.parent.name == "solutions"]

LARGEST = 400 * 1024
LONGEST_CELL, MEDIAN_CELL = 25, 8
MOST_IGNORED = 2
IGNORES = re.compile(
    r"nbval-(ignore-output|skip)|NBVAL_(IGNORE_OUTPUT|SKIP)|PYTEST_VALIDATE_IGNORE"
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "chapters").as_posix()


def cells_of(path: Path, kind: str) -> list:
    cells = read(path.read_text(encoding="utf-8")).cells
    return [cell for cell in cells if cell.cell_type == kind]


def code_lines(path: Path) -> list[int]:
    return [len(cell.source.splitlines()) for cell in cells_of(path, "code")]


class Tags(HTMLParser):
    """Collects the links and images written as HTML."""

    def __init__(self):
        super().__init__()
        self.links, self.images = [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "img":
            self.images.append((attributes.get("src", ""), attributes.get("alt", "")))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_every_stored_picture_has_alternative_text(path):
    tags = Tags()
    for cell in cells_of(path, "code"):
        for output in cell.outputs:
            data = output.get("data", {})
            if any(mime.startswith("image/") for mime in data):
                assert "<img " in data.get("text/html", "")
            tags.feed(data.get("text/html", ""))
    assert all(alt for _, alt in tags.images)


def links_and_images(markdown: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Targets of links, and (source, alternative text) of images, outside code."""
    text = re.sub(r"```.*?```|`[^`]*`", "", markdown, flags=re.S)
    images = [(s, alt) for alt, s in re.findall(r"!\[([^]]*)\]\(([^)\s]+)[^)]*\)", text)]
    text = re.sub(r"!\[[^]]*\]\([^)]*\)", "image", text)
    tags = Tags()
    tags.feed(text)
    return re.findall(r"\]\(([^)\s]+)[^)]*\)", text) + tags.links, images + tags.images


def is_here(target: str) -> bool:
    return not re.match(r"[a-z]+:|#", target)


def missing_targets(markdown: str, folder: Path) -> list[str]:
    links, images = links_and_images(markdown)
    targets = [t.partition("#")[0] for t in links + [source for source, _ in images] if is_here(t)]
    return [target for target in targets if not (folder / target).is_file()]


def links_of(cells: list) -> list[str]:
    return [link for cell in cells for link in links_and_images(cell.source)[0]]


def ignored(path: Path) -> int:
    cells = cells_of(path, "code")
    marks = [" ".join(cell.metadata.get("tags", [])) + " " + cell.source for cell in cells]
    return sum(bool(IGNORES.search(mark)) for mark in marks)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_it_was_run_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in cells_of(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_no_cell_failed_unless_it_should(path):
    for cell in cells_of(path, "code"):
        failed = any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in cell.metadata.get("tags", [])), cell.source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_it_is_stored_in_canonical_form(path):
    text = path.read_text(encoding="utf-8")
    assert canonical(read(text)) == text, "run `make notebooks`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_it_is_small(path):
    assert path.stat().st_size <= LARGEST


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_its_cells_are_short(path):
    lengths = code_lines(path)
    assert max(lengths) <= LONGEST_CELL
    assert statistics.median(lengths) <= MEDIAN_CELL


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_hardly_any_output_is_ignored_and_each_has_its_reason(path):
    count = ignored(path)
    assert count <= MOST_IGNORED
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert not count or name_of(path) in contributing


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_its_links_and_images_exist(path):
    text = "\n\n".join(cell.source for cell in cells_of(path, "markdown"))
    assert missing_targets(text, path.parent) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_its_images_have_alternative_text(path):
    for cell in cells_of(path, "markdown"):
        assert all(alt.strip() for _, alt in links_and_images(cell.source)[1]), cell.source


@pytest.mark.parametrize("path", CHAPTERS, ids=name_of)
def test_its_title_has_its_number(path):
    number = int(path.name.split("_")[0])
    assert cells_of(path, "markdown")[0].source.startswith(f"# {number}. ")


@pytest.mark.parametrize("path", CHAPTERS, ids=name_of)
def test_it_links_its_neighbours_at_both_ends(path):
    place = CHAPTERS.index(path)
    neighbours = CHAPTERS[max(place - 1, 0) : place] + CHAPTERS[place + 1 : place + 2]
    cells = cells_of(path, "markdown")
    for ends in (cells[:3], cells[-1:]):
        assert {neighbour.name for neighbour in neighbours} <= set(links_of(ends))


def test_every_chapter_has_its_solutions():
    assert [path.name for path in CHAPTERS] == [path.name for path in SOLUTIONS]


# --- the rules see what they are for --------------------------------------------------------


def test_links_and_images_are_found_in_both_spellings():
    text = '[a](x.ipynb) ![b](y.svg "t") <a href="z.md">c</a> <img src="w.png" alt="d"> `[e](f)`'
    links, images = links_and_images(text)
    assert links == ["x.ipynb", "z.md"]
    assert images == [("y.svg", "b"), ("w.png", "d")]


def test_an_image_that_is_a_link_gives_both():
    assert links_and_images("[![a](b.svg)](c.md)") == (["c.md"], [("b.svg", "a")])


def test_a_missing_target_is_found(tmp_path):
    (tmp_path / "here.md").touch()
    text = "[a](here.md#part) [b](gone.md) [c](https://example.com/x) [d](#part) ![e](gone.svg)"
    assert missing_targets(text, tmp_path) == ["gone.md", "gone.svg"]
