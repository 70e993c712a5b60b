"""Checks of chapter 6: what a blind guess is worth, how far back to look, and one bit by hand."""

from typing import TYPE_CHECKING, Any

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet

if TYPE_CHECKING:
    from numpy import ndarray

    from lstm_lib.record import Trace
    from lstm_lib.vector import VectorLSTM

GAPS = (0, 5, 20, 100)  # over which the one bit of exercise 4 has to last
FAINT = 0.1  # of a memory this small the read-out cannot be sure
SURE = 1.0  # how far from 0 a logit has to be


@verdict.number(within=0.0005)
def blind_recall() -> Sheet:
    """Check exercise 1: the share of exact sequences of six bits, each of them guessed."""
    yield 0.5**6, CORRECT
    yield 0.5, "that is one bit; all six have to be right in the same sequence"
    yield 1 / 12, "six halves are multiplied, not added in the denominator"
    yield 1 / 6, "there are not six sequences of six bits, but many more"
    yield 1 / 36, "a bit has two values: 2 to the 6th, not 6 to the 2nd"
    yield 6 * 0.5, "a share is at most 1: halves multiply, they do not add up"
    yield 0.5**4, "that was for four bits"
    yield 1 - 0.5**6, "that is the share with at least one wrong bit"
    yield 2**6, "so many sequences there are; which share of them does one guess hit?"
    for digits in (0, 1, 2, 4):  # as few or as many as somebody may give
        yield (
            round(100 * 0.5**6, digits),
            "that is in percent; give the share, a number from 0 to 1",
        )
    yield 0.5**5, "that is for five bits; there are six"
    yield ELSE, "each bit is right half of the time, and all six have to be"


@verdict.function(cases=[(4, 10), (1, 0), (3, 7), (8, 100)])
def window(width: int, gap: int) -> Sheet:
    """Check exercise 2: (width, gap) -> how many steps a window needs for delayed recall."""
    yield width + gap + 1, CORRECT
    yield width + gap, "one short: the step that answers is in the window too"
    yield width + gap - 1, "two short: count the steps at both ends as well"
    yield gap, "the other bits come in between too, not only the silence"
    yield gap + 1, "the other bits come in between too, not only the silence"
    yield 2 * width + gap, "that is the whole sequence; less will do"
    yield 15, "right for 4 bits and a gap of 10 only: use width and gap"
    yield width + gap + 2, "one too many: draw it for width 1 and gap 0"
    yield ELSE, "draw it for width 1 and gap 0: the bit at step 1, the answer at step 2"


def _answered() -> list[tuple["ndarray", "ndarray", "ndarray"]]:
    """Return three batches of (logits, targets, asked), (batch_size, seq_len, 1) each."""
    import numpy as np

    cases = []
    for seed in range(3):
        draw = np.random.default_rng(seed)
        targets = draw.integers(2, size=(8, 5, 1)).astype(float)
        asked = np.zeros(targets.shape, bool)
        asked[:, 2:] = True
        targets[0, 2] = 1.0
        logits = 2.0 * targets - 1.0
        logits[4:] *= 1.0 - 2.0 * (draw.random((4, 5, 1)) < 0.2)  # some are wrong
        logits[0, 2] = 0.3  # a 1 that is not sure
        logits[:3, 0] *= -1.0  # wrong where nothing is asked
        cases.append((logits, targets, asked))
    return cases


@verdict.function(_answered)
def exact_share(logits: "ndarray", targets: "ndarray", asked: "ndarray") -> Sheet:
    """Check exercise 3: (logits, targets, asked) -> the share of sequences without a wrong bit."""
    sequence = (1, 2)  # the axes of one
    right, sure = ((logits > cut) == (targets > 0.5) for cut in (0.0, 0.5))
    exact = (right | ~asked).all(sequence)  # (batch_size,)
    yield exact.mean(), CORRECT
    yield right.all(sequence).mean(), "steps at which nothing was asked count against it: use asked"
    share = (sure | ~asked).all(sequence).mean()
    yield share, "a logit above 0 means 1; 0.5 is where its sigmoid stands at 0.62"
    yield right[asked].mean(), "that is the share of bits; one wrong bit spoils a sequence"
    yield (right & asked).any(sequence).mean(), "that asks for one right bit; all have to be right"
    yield exact.sum(), "that is how many; divide by how many sequences there are"
    yield (~exact).mean(), "that is the share of sequences with a wrong bit"
    equal = ((logits == targets) | ~asked).all(sequence).mean()
    yield (
        equal,
        "a logit is hardly ever exactly 0 or 1: first make it a bit, a logit above 0 means 1",
    )
    hint = "0 each time: did all() go over the whole batch, or did & count unasked steps as wrong?"
    yield 0.0, hint
    hint = "right or not asked at every step: all along a sequence, then the mean over sequences"
    yield ELSE, hint


@verdict.check
def one_bit(answer: object) -> str:
    """Check exercise 4: a VectorLSTM of one unit that recalls one bit, weights by hand."""
    from lstm_lib.vector import VectorLSTM

    if not isinstance(answer, VectorLSTM):
        return f"the answer should be a VectorLSTM, and this is {verdict.short(answer)}"
    if (answer.input_size, answer.hidden_size, answer.output_size) != (2, 1, 1):
        return f"it should be VectorLSTM(2, 1, output_size=1), and this is {answer!r}"
    try:
        hints = (_recall_hint(answer, gap) for gap in GAPS)
        return next(filter(None, hints), CORRECT)
    except Exception as error:  # a learner may put anything into the parameters
        return f"forward() stopped with {verdict.told(error)}"


def _recall_hint(model: "VectorLSTM", gap: int) -> str | None:
    """Return what is wrong over a gap, or None if both bits come back."""
    from lstm_lib.course.tasks.bits import delayed_recall

    bits = [delayed_recall(1, 1, gap, numbers=[number]) for number in (0, 1)]
    runs = [model.forward(b.x) for b in bits]
    (low, _), (high, _) = runs
    logits = float(low[0, -1, 0]), float(high[0, -1, 0])
    if logits[0] <= -SURE and logits[1] >= SURE:
        return None
    traces = [trace.select() for _, trace in runs]
    return f"gap {gap}: bit 0 gives {logits[0]:.3g}, bit 1 gives {logits[1]:.3g}. " + _where(
        traces, logits, model.parameters
    )


def _where(traces: "list[Trace]", logits: tuple[float, float], parameters: dict[str, Any]) -> str:
    """Return which part of the way from the input to the answer to look at."""
    zero, one = traces
    written, last = one.c[0] - zero.c[0], one.c[-1] - zero.c[-1]
    if abs(written) < FAINT:
        if abs(one.g[0] - zero.g[0]) < FAINT:
            return "Both write the same at step 1: look at the candidate's weight on the bit"
        return "What is written at step 1 is hardly anything: look at the input gate"
    if abs(last) < FAINT:
        return f"The memory fades: look at the forget gate, {min(one.f[1:]):.2f} in the silence"
    if one.c[-1] * zero.c[-1] > 0:
        return "Both memories end on one side of 0: something besides the bit gets written"
    if abs(one.h[-1] - zero.h[-1]) < FAINT:
        return "The memory is there and hardly shown: look at the output gate"
    if not float(parameters["weight_out"][0, 0]):
        return "The unit knows it: the read-out has no weight on it"
    if logits[0] > 0 > logits[1]:
        return "The two are the wrong way round: turn one sign"
    if logits[0] < 0 < logits[1]:
        return f"The right way round, and not sure enough: {SURE:g} and more is asked for"
    return "The two differ, but not around 0: is something added that should not be?"
