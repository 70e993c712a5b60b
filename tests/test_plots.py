"""The static figures: they draw the numbers they are given, name them, and return nothing."""

import pytest

from lstm_lib.course import plots
from lstm_lib.notation import COLORS


@pytest.fixture
def outputs(monkeypatch):
    """The stills that were displayed, in order."""
    displayed = []
    monkeypatch.setattr(plots, "display", displayed.append)
    return displayed


@pytest.fixture
def shown(monkeypatch, outputs):
    """Return a function that gives the axes of the figure shown last."""
    still, figures = plots.Still, []
    monkeypatch.setattr(
        plots, "Still", lambda figure, words: figures.append(figure) or still(figure, words)
    )
    return lambda: figures[-1].axes[0]


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


def test_what_is_live_and_what_is_stored_say_the_same_words(outputs):
    plots.sequences({"a": [1.0, 0.25], "b": [2.0], "c": [0, 3, -1, 0]}, ylabel="h")
    words = (
        "figure, h over time step: a from 1 to 0.25; b from 2 to 2; "
        "c from 0 to 0, up to 3, down to -1"
    )
    bundle, _ = outputs[0]._repr_mimebundle_()
    assert bundle["text/plain"] == words
    assert f'alt="{words}"' in outputs[0].value
    assert bundle["image/png"] in outputs[0].value


def test_a_figure_is_the_same_bytes_every_time(outputs):
    for _ in range(2):
        plots.curves({"square": lambda z: z * z}, -2, 2)
    assert outputs[0].png == outputs[1].png


@pytest.mark.parametrize(
    ("act", "error", "names"),
    [
        (lambda: plots.sequences({}), ValueError, "values must hold at least one name"),
        (lambda: plots.sequences([1.0, 2.0]), TypeError, "values must be a mapping by name"),
        (lambda: plots.sequences({"f": []}), ValueError, r"values\['f'\] must hold at least one"),
        (lambda: plots.sequences({"f": 1.0}), TypeError, r"values\['f'\] must be a sequence"),
        (lambda: plots.sequences({"f": ["a"]}), TypeError, r"values\['f'\]\[0\] must be a number"),
        (lambda: plots.sequences({"f": [float("nan")]}), ValueError, r"values\['f'\]\[0\] must"),
        (lambda: plots.curves({}, 0, 1), ValueError, "functions must hold at least one name"),
        (lambda: plots.curves(abs, 0, 1), TypeError, "functions must be a mapping by name"),
        (lambda: plots.curves({"f": 1.0}, 0, 1), TypeError, r"functions\['f'\] must be a function"),
        (lambda: plots.curves({"f": abs}, 1, 1), ValueError, "low must be below high, got low=1"),
        (lambda: plots.curves({"f": abs}, "0", 1), TypeError, "low must be a number"),
        (lambda: plots.curves({"f": abs}, 0, float("inf")), ValueError, "high must be a finite"),
    ],
)
def test_bad_input_is_named_and_nothing_is_shown(act, error, names, outputs):
    with pytest.raises(error, match=f"^{names}"):
        act()
    assert outputs == []
