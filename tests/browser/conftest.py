"""The JupyterLab and the browser of the tests in this folder: one pair per pytest worker."""

import os
import shutil

import pytest

from lstm_lib.course.doctor import find_chromium
from tests.browser.lab import Lab
from tests.browser.site import Site

NO_NPM = "no npm, which builds the site: install it (Debian, Ubuntu: sudo apt install npm)"
NO_BROWSER = "no Chromium: install one (Debian, Ubuntu: sudo apt install chromium) and repeat"


def need(is_there, sentence):
    """Skip what cannot be tested here; CI has everything, and fails instead."""
    if not is_there and os.environ.get("CI", "").lower() == "true":
        pytest.fail(sentence)
    if not is_there:
        pytest.skip(sentence)


@pytest.fixture(scope="session")
def lab():
    need(find_chromium(), NO_BROWSER)
    with Lab() as running:
        yield running


@pytest.fixture(scope="session")
def site(lab, tmp_path_factory):
    """The site, built once."""
    need(shutil.which("npm"), NO_NPM)
    with Site.built(tmp_path_factory.mktemp("site") / "_site", lab.browser) as running:
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
