"""What chapter 8 says about its picture."""

from pathlib import Path

from tools.notebooks import read
from tools.stills import lightning

CHAPTER = Path(__file__).parents[2] / "chapters/08_training_with_lightning.ipynb"


def test_the_ten_lines_of_the_picture_are_those_of_the_cell():
    loop = [words for words, _, _ in lightning.LOOP]
    cells = [cell.source.splitlines() for cell in read(CHAPTER.read_text(encoding="utf-8")).cells]
    assert ["seed(42)", *loop] in cells
