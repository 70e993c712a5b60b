"""Chapters in Notebook 7, one of each kind: plain Python, NumPy, torch."""

import sys

import pytest

from tests.browser.explorers import explorers, move_every_slider
from tests.browser.lab import REPOSITORY, Lab


class Notebook7(Lab):
    """A running Notebook 7, shown in the browser of a running Lab: Playwright starts once."""

    def __init__(self, browser):
        super().__init__()
        self.other_browser = browser

    def address(self, path):
        """Return where a notebook opens."""
        return f"{self.url}/notebooks/{path}"

    def context(self, **options):
        """Return a new context of the browser."""
        return self.other_browser.new_context(**options)

    def _start_browser(self):
        pass

    def _command(self, port):
        return [
            *(sys.executable, "-m", "notebook", "--no-browser", "--allow-root"),
            *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
            *("--IdentityProvider.token=", f"--ServerApp.root_dir={self.root}"),
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]


@pytest.fixture(scope="module")
def notebook7(lab):
    with Notebook7(lab.browser) as server:
        yield server


@pytest.mark.parametrize("name", ["03_one_cell", "05_vectors", "10_looking_inside"])
def test_a_chapter_runs_and_its_sliders_move_their_pictures(notebook7, name):
    empty = notebook7.open([""])  # Notebook 7.6 itself has an error of a setting's schema
    chapter = notebook7.open(REPOSITORY / f"chapters/{name}.ipynb")
    chapter.run_all()
    assert explorers(chapter)
    move_every_slider(chapter)
    assert set(chapter.errors()) <= set(empty.errors())
    empty.close()
    chapter.close()
