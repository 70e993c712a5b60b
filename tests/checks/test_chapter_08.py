"""A stub in a class, and what exercise 4 hands over; the rest of chapter 8 is in its table."""

from pathlib import Path

from lstm_lib.course.checks import chapter_08, verdict
from tests.checks.chapter_08 import stopper


def test_a_class_with_a_stub_in_it_is_not_attempted(capsys):
    chapter_08.stop_below(stopper(lambda self, trainer: ...))
    assert capsys.readouterr().out == f"{verdict.NOT_ATTEMPTED}\n"


def test_the_training_to_go_on_with_has_done_6_epochs_of_10():
    given = []
    chapter_08.go_on(lambda path, epochs: given.append((Path(path).name, epochs)) or ...)
    assert given == [("epoch=6.ckpt", 10)]
