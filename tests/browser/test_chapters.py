"""Every chapter in a real JupyterLab: it runs, and every slider moves the picture below it."""

from pathlib import Path

import pytest

from tests.browser.explorers import explorers, move_every_slider
from tests.browser.lab import REPOSITORY

pytestmark = pytest.mark.browser
CHAPTERS = sorted((REPOSITORY / "chapters").glob("*.ipynb"))


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request, lab):
    """A chapter, opened and run."""
    notebook = lab.open(Path(request.param), width=1366, height=768)
    notebook.run_all()
    yield notebook
    notebook.close()


@pytest.mark.parametrize("is_trusted", [False, True])
def test_a_chapter_that_was_never_run_shows_its_pictures(lab, is_trusted):
    if is_trusted:
        lab.trust("chapters/03_one_cell.ipynb")
    notebook = lab.open(REPOSITORY / "chapters/03_one_cell.ipynb")
    pictures = notebook.page.locator(".jp-OutputArea-output img")
    pictures.first.wait_for()
    seen = pictures.evaluate_all("(images) => images.map((i) => [i.naturalWidth, i.alt != ''])")
    assert seen == [[880, True], [760, True], [880, True]]
    notebook.close()


def test_it_holds_an_explorer_and_runs_without_errors(chapter):
    assert explorers(chapter)
    assert chapter.errors() == []


def test_every_try_is_in_view_with_its_picture(chapter):
    heights = []
    for explorer in explorers(chapter):
        explorer.scroll_into_view_if_needed()
        picture = explorer.locator(".lstm-sheets svg").first.bounding_box()
        heights.append(picture["y"] + picture["height"] - explorer.bounding_box()["y"])
    assert max(heights) <= 600, heights  # of the 768 pixels of a laptop


def test_every_slider_moves_its_number_and_its_picture(chapter):
    move_every_slider(chapter)
    assert chapter.errors() == []


def test_every_control_has_a_name_and_enough_contrast(chapter):
    assert chapter.axe(".jp-OutputArea-output") == []
