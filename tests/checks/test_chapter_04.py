"""Where one hint on a rate ends and the next begins."""

import pytest

from lstm_lib.course.checks import chapter_04, verdict


@pytest.mark.parametrize(
    ("a", "b", "hint"),
    [
        (0.0199, 0.9801, verdict.CORRECT),
        (-0.0199, 1.0199, verdict.CORRECT),
        (0.0201, 1.0, "the way is right"),
        (-0.0201, 1.0, "the way is right"),
        (0.0, 0.9799, "the way is right"),
        (0.0, 1.0201, "the way is right"),
        (0.5, 0.5009, "a gate was thrown shut"),
        (0.5009, 0.5, "a gate was thrown shut"),
        (0.5, 0.5011, "has not left the plateau"),
        (0.5, 0.599, "has not left the plateau"),
        (0.5, 0.601, "the way is right"),
    ],
)
def test_a_prediction_is_right_within_two_hundredths(a, b, hint):
    assert hint in chapter_04._rate_hint(a, b)


def test_the_rate_has_200_epochs_as_the_exercise_says(capsys):
    chapter_04.rate(0.001)
    assert "after 200 epochs A gives" in capsys.readouterr().out
