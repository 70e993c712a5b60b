"""A stub in a class; the rest of chapter 8 is in its table."""

from lstm_lib.course.checks import chapter_08, verdict
from tests.checks.chapter_08 import stopper


def test_a_class_with_a_stub_in_it_is_not_attempted(capsys):
    chapter_08.stop_below(stopper(lambda self, trainer: ...))
    assert capsys.readouterr().out == f"{verdict.NOT_ATTEMPTED}\n"
