"""The line figures of the chapters: they draw what they are given, say it, and return nothing."""

import re
import subprocess
import sys
from html import unescape
from urllib.parse import unquote

import IPython.display
import numpy as np
import pytest
import torch

from lstm_lib.course import plots
from tests.pictures import texts


@pytest.fixture
def shown(monkeypatch):
    """The pictures that were displayed, in order."""
    displayed = []
    monkeypatch.setattr(IPython.display, "display", displayed.append)
    return displayed


def image(picture):
    """Return the alternative text and the SVG of a picture's `<img>`."""
    html = picture._repr_mimebundle_()["text/html"]
    alt, source = re.fullmatch(
        r'<img alt="([^"]*)" src="data:image/svg\+xml,([^"]*)" style="max-width: 100%">', html
    ).groups()
    return unescape(alt), unquote(source)


def test_sequences_are_drawn_over_their_steps(shown):
    assert plots.sequences({"f": [0.1, 0.2, 0.3], "mine": np.ones(2)}, ylabel="value") is None
    (picture,) = shown
    assert {"f", "mine", "value", "time step", "1", "2", "3"} <= set(texts(picture.drawn))
    assert picture.drawn.count("<circle") == 4  # three values, and the sample beside the name


def test_steps_may_start_anywhere_and_the_axis_be_logarithmic(shown):
    plots.sequences({"a": [1.0, 0.1]}, log=True, first=7)
    assert {"7", "8", "0.1", "0.5"} <= set(texts(shown[0].drawn))


def test_curves_are_drawn_from_low_to_high(shown):
    assert plots.curves({"square": lambda z: z * z}, -2, 2) is None
    (picture,) = shown
    assert str(picture) == "figure, z: square from 4 to 4, down to 0"
    assert {"square", "z", "−2", "2", "4"} <= {
        text.removesuffix(".0") for text in texts(picture.drawn)
    }
    assert "<circle" not in picture.drawn


def test_a_function_may_return_an_array_of_one_number(shown):
    plots.curves({"t": torch.tensor, "n": np.float32, "a": lambda z: np.array([z])}, 0, 1)
    assert str(shown[0]) == "figure, z: t from 0 to 1; n from 0 to 1; a from 0 to 1"


def test_what_is_drawn_is_said(shown):
    plots.sequences({"a": [1.0, 0.25], "b": [2.0], "c": [0, 3, -1, 0]}, ylabel="h")
    words = (
        "figure, h over time step: a from 1 to 0.25; b from 2 to 2; "
        "c from 0 to 0, up to 3, down to -1"
    )
    bundle = shown[0]._repr_mimebundle_()
    assert repr(shown[0]) == bundle["text/plain"] == words
    assert f'role="img" aria-label="{words}"' in bundle["image/svg+xml"]
    assert image(shown[0]) == (words, bundle["image/svg+xml"])


def test_a_name_cannot_break_the_page(shown):
    name = '<script>alert("1 & 2")</script>%22'
    plots.sequences({name: [1.0]}, ylabel="50 % 'of' #1 > 2")
    words, drawn = image(shown[0])
    assert name in words
    assert {name, "50 % 'of' #1 > 2"} <= set(texts(drawn))


def test_a_figure_is_the_same_bytes_every_time(shown):
    for _ in range(2):
        plots.curves({"square": lambda z: z * z}, -2, 2)
    assert shown[0]._repr_mimebundle_() == shown[1]._repr_mimebundle_()


def test_figures_need_the_standard_library_alone():
    heavy = {"numpy", "matplotlib", "PIL", "IPython", "ipywidgets", "torch"}
    code = f"import sys; import lstm_lib.course.plots; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("act", "error", "names"),
    [
        (lambda: plots.sequences({}), ValueError, "values must hold at least one name"),
        (lambda: plots.sequences([1.0, 2.0]), TypeError, "values must be a mapping by name"),
        (lambda: plots.sequences({"f": []}), ValueError, r"values\['f'\] must hold at least one"),
        (lambda: plots.sequences({"f": 1.0}), TypeError, r"values\['f'\] must be a sequence"),
        (lambda: plots.sequences({"f": ["a"]}), TypeError, r"values\['f'\]\[0\] must be a number"),
        (lambda: plots.sequences({"f": [float("nan")]}), ValueError, r"values\['f'\]\[0\] must"),
        (
            lambda: plots.sequences({"f": [0.0, -1.0]}, log=True),
            ValueError,
            "values must hold a number above 0",
        ),
        (lambda: plots.curves({}, 0, 1), ValueError, "functions must hold at least one name"),
        (lambda: plots.curves(abs, 0, 1), TypeError, "functions must be a mapping by name"),
        (lambda: plots.curves({"f": 1.0}, 0, 1), TypeError, r"functions\['f'\] must be a function"),
        (lambda: plots.curves({"f": abs}, 1, 1), ValueError, "low must be below high, got low=1"),
        (lambda: plots.curves({"f": abs}, "0", 1), TypeError, "low must be a number"),
        (lambda: plots.curves({"f": abs}, 0, float("inf")), ValueError, "high must be a finite"),
        (
            lambda: plots.curves({"f": lambda z: float("nan")}, 0, 1),
            ValueError,
            r"functions\['f'\]\(0\) must be a finite number, got nan",
        ),
        (lambda: plots.curves({"f": str}, 0, 1), TypeError, r"functions\['f'\]\(0\) must be a num"),
    ],
)
def test_bad_input_is_named_and_nothing_is_shown(act, error, names, shown):
    with pytest.raises(error, match=f"^{names}"):
        act()
    assert shown == []
