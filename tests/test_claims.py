"""Every claim of a chapter names the cell that would come out differently if it were false."""

from pathlib import Path

import pytest

from tools.notebooks import read

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))


def rows(table: Path) -> list[list[str]]:
    """The rows of a table: claim, cell, seeds."""
    lines = [line for line in table.read_text(encoding="utf-8").splitlines() if "|" in line]
    return [[part.strip() for part in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_claim_has_a_cell_that_shows_something(path):
    cells = {cell["id"]: cell for cell in read(path.read_text(encoding="utf-8")).cells}
    found = rows(ROOT / f"docs/claims/chapter_{path.stem[:2]}.md")
    assert len(found) >= 10
    for claim, name, seeds in found:
        assert claim
        assert seeds, claim
        assert name in cells, f"{claim}: there is no cell {name}"
        cell = cells[name]
        assert cell.cell_type == "code", claim
        assert cell.outputs or "assert" in "".join(cell.source), f"{claim}: {name} shows nothing"
