"""The JupyterLab and the browser of the tests in this folder: one pair per pytest worker."""

import os

import pytest

from lstm_lib.course.doctor import find_chromium
from tests.browser.lab import Lab

NO_BROWSER = "no Chromium: install one (Debian, Ubuntu: sudo apt install chromium) and repeat"


@pytest.fixture(scope="session")
def lab():
    if find_chromium() is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    with Lab() as running:
        yield running


@pytest.fixture(scope="module")
def open_notebook(lab):
    """Return a function that opens notebooks; they are closed after the module's tests."""
    opened = []

    def open_and_note(source, **options):
        opened.append(lab.open(source, **options))
        return opened[-1]

    yield open_and_note
    for notebook in opened:
        notebook.close()
