"""The static figures: they draw the numbers they are given, name them, and return nothing."""

import matplotlib as mpl
import pytest

mpl.use("agg")

from matplotlib import pyplot as plt

from lstm_lib import plots
from lstm_lib.diagram.svg import COLORS


@pytest.fixture
def shown(monkeypatch):
    """Return a function that gives the axes of the figure shown last."""
    monkeypatch.setattr(plt, "show", lambda: None)
    yield lambda: plt.gcf().axes[0]
    plt.close("all")


def test_sequences_draws_every_value_at_its_step(shown):
    assert plots.sequences({"f": [0.1, 0.2, 0.3], "mine": [1.0]}, ylabel="value") is None
    first, second = shown().lines
    assert list(first.get_xdata()) == [1, 2, 3]
    assert list(first.get_ydata()) == [0.1, 0.2, 0.3]
    assert list(second.get_ydata()) == [1.0]
    assert shown().get_ylabel() == "value"


def test_a_quantity_keeps_its_colour_and_other_names_take_none_of_them(shown):
    plots.sequences({"mine": [1.0], "c": [2.0], "yours": [3.0]})
    mine, memory, yours = (line.get_color() for line in shown().lines)
    assert memory == COLORS["c"]
    assert not {mine, yours} & set(COLORS.values())
    assert mine != yours


def test_colour_is_never_the_only_difference(shown):
    plots.sequences({name: [1.0, 2.0] for name in "abcd"})
    looks = {(line.get_linestyle(), line.get_marker()) for line in shown().lines}
    assert len(looks) == 4


def test_curves_draws_the_function_from_low_to_high(shown):
    assert plots.curves({"square": lambda z: z * z}, -2, 2) is None
    (line,) = shown().lines
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == (-2, 2)
    assert line.get_ydata() == pytest.approx([z * z for z in line.get_xdata()])


def test_logarithmic_axis_on_request(shown):
    plots.sequences({"a": [1.0, 0.1]}, log=True)
    assert shown().get_yscale() == "log"


def test_every_line_is_named(shown):
    plots.sequences({"a": [1.0], "b": [2.0]})
    assert [text.get_text() for text in shown().get_legend().get_texts()] == ["a", "b"]
