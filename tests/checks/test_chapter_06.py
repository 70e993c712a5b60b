"""Where one hint on the unit that keeps one bit ends and the next begins."""

from types import SimpleNamespace

import pytest

from lstm_lib.course.checks import chapter_06, verdict
from lstm_lib.course.tasks.bits import delayed_recall
from tests.checks.chapter_06 import unit
from tests.checks.test_contract import words


def logits(model, gap):
    return [
        abs(float(model.forward(delayed_recall(1, 1, gap, numbers=[bit]).x)[0][0, -1, 0]))
        for bit in (0, 1)
    ]


def test_the_bit_has_to_last_over_these_gaps():
    assert chapter_06.GAPS == (0, 5, 20, 100)


@pytest.mark.parametrize(("logit", "hint"), [(1.01, verdict.CORRECT), (0.99, "not sure enough")])
def test_a_logit_has_to_be_1_away_from_0(logit, hint):
    smallest = min(min(logits(unit(out=1.0), gap)) for gap in chapter_06.GAPS)
    assert hint in words(chapter_06.one_bit, unit(out=logit / smallest))


def run(g=0.0, written=0.0, last=0.0, shown=0.0):
    """Return a run that writes at step 1 and ends with this memory and this h."""
    return SimpleNamespace(g=(g, 0.0), c=(written, last), f=(1.0, 0.5), h=(0.0, shown))


@pytest.mark.parametrize(
    ("zero", "one", "hint"),
    [
        (run(), run(g=0.09, written=0.09), "the candidate's weight on the bit"),
        (run(), run(g=0.11, written=0.09), "look at the input gate"),
        (run(), run(g=0.1, written=0.09), "look at the input gate"),
        (run(), run(g=0.1, written=0.1), "look at the forget gate"),
        (run(), run(g=1.0, written=-0.11), "look at the forget gate, 0.50"),
        (run(), run(written=0.11, last=0.09), "look at the forget gate"),
        (run(), run(written=0.11, last=0.1), "look at the output gate"),
        (run(last=0.01), run(written=0.11, last=0.12), "one side of 0"),
        (run(last=-0.01), run(written=0.11, last=0.1, shown=0.09), "look at the output gate"),
        (run(last=-0.01), run(written=0.11, last=0.1, shown=0.11), "wrong way round"),
    ],
)
def test_less_than_a_tenth_is_faint(zero, one, hint):
    assert hint in chapter_06._where(
        [zero, one], (1.0, -1.0), {"weight_out": unit().parameters["weight_out"]}
    )
