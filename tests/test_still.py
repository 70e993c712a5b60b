"""Figures by matplotlib: with words for screen readers, stored and live."""

import re
from base64 import b64decode

import pytest
from matplotlib import pyplot as plt

from lstm_lib.course import still


@pytest.fixture
def shown(monkeypatch):
    seen = []
    monkeypatch.setattr(still, "display", seen.append)
    plt.figure(figsize=(4, 2))
    plt.plot([1, 2, 3])
    still.show('a line that rises, "slowly" & surely')
    (figure,) = seen
    return figure


def test_it_is_stored_as_a_picture_with_its_words(shown):
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == repr(shown) == 'a line that rises, "slowly" & surely'
    assert bundle["text/html"] == shown.value
    png, width = re.search(r'base64,([^"]*)" width="(\d+)"', shown.value).groups()
    assert b64decode(png).startswith(b"\x89PNG")
    assert width == "400"


def test_it_has_alternative_text(shown):
    assert 'alt="a line that rises, &quot;slowly&quot; &amp; surely"' in shown.value


def test_the_figure_is_closed(shown):
    assert plt.get_fignums() == []


def test_the_same_figure_gives_the_same_bytes():
    pictures = []
    for _ in range(2):
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        pictures.append(still.Still(figure, "a line").value)
        plt.close(figure)
    assert pictures[0] == pictures[1]
