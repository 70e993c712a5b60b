"""Checks of chapter 6: what a blind guess is worth, how far back to look, and one bit by hand."""

from typing import TYPE_CHECKING, Any

from lstm_lib.course.checks import verdict

if TYPE_CHECKING:
    from numpy import ndarray

    from lstm_lib.record import Trace
    from lstm_lib.vector import VectorLSTM

GAPS = (0, 5, 20, 100)  # over which the one bit of exercise 4 has to last
FAINT = 0.1  # of a memory this small the read-out cannot be sure
SURE = 1.0  # how far from 0 a logit has to be


def blind_recall(answer: object) -> None:
    """Check exercise 1: the share of exact sequences of six bits, each of them guessed."""
    mistakes = [
        (0.5, "that is one bit; all six have to be right in the same sequence"),
        (1 / 12, "six halves are multiplied, not added in the denominator"),
        (1 / 6, "there are not six sequences of six bits, but many more"),
        (1 / 36, "a bit has two values: 2 to the 6th, not 6 to the 2nd"),
        (6 * 0.5, "a share is at most 1: halves multiply, they do not add up"),
        (0.5**4, "that was for four bits"),
        (1 - 0.5**6, "that is the share with at least one wrong bit"),
        (2**6, "so many sequences there are; which share of them does one guess hit?"),
        (100 * 0.5**6, "that is in percent; give the share, a number from 0 to 1"),
    ]
    hint = "each bit is right half of the time, and all six have to be"
    verdict.number(answer, 0.5**6, mistakes, hint, within=0.0005)


def window(answer: object) -> None:
    """Check exercise 2: (width, gap) -> how many steps a window needs for delayed recall."""
    cases = [(4, 10), (1, 0), (3, 7), (8, 100)]
    mistakes = [
        (lambda width, gap: width + gap, "one short: the step that answers is in the window too"),
        (lambda width, gap: width + gap - 1, "two short: count the steps at both ends as well"),
        (lambda width, gap: gap, "the other bits come in between too, not only the silence"),
        (lambda width, gap: gap + 1, "the other bits come in between too, not only the silence"),
        (lambda width, gap: 2 * width + gap, "that is the whole sequence; less will do"),
        (lambda width, gap: 15, "right for 4 bits and a gap of 10 only: use width and gap"),
        (lambda width, gap: width + gap + 2, "one too many: draw it for width 1 and gap 0"),
    ]
    hint = "draw it for width 1 and gap 0: the bit at step 1, the answer at step 2"
    verdict.function(answer, lambda width, gap: width + gap + 1, cases, mistakes, hint)


def exact_share(answer: object) -> None:
    """Check exercise 3: (logits, targets, asked) -> the share of sequences without a wrong bit."""
    mistakes = [
        (_exact_share(mask=False), "steps at which nothing was asked count against it: use asked"),
        (_exact_share(cut=0.5), "a logit above 0 means 1; 0.5 is where its sigmoid stands at 0.62"),
        (_exact_share(each_bit=True), "that is the share of bits; one wrong bit spoils a sequence"),
        (_exact_share(some=True), "that asks for one right bit; all have to be right"),
        (_exact_share(count=True), "that is how many; divide by how many sequences there are"),
        (_exact_share(wrong=True), "that is the share of sequences with a wrong bit"),
    ]
    hint = "right or not asked at every step: all along a sequence, then the mean over sequences"
    cases = [] if verdict.is_missing(answer) else _share_cases()
    verdict.function(answer, _exact_share(), cases, mistakes, hint)


def _share_cases() -> list[tuple["ndarray", "ndarray", "ndarray"]]:
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


def _exact_share(
    mask: bool = True,
    cut: float = 0.0,
    each_bit: bool = False,
    some: bool = False,
    count: bool = False,
    wrong: bool = False,
):
    """Return the share of exact sequences as a function, right unless a slip is asked for."""

    def share(logits: "ndarray", targets: "ndarray", asked: "ndarray") -> float:
        right = (logits > cut) == (targets > 0.5)  # (batch_size, seq_len, 1)
        if each_bit:
            return float(right[asked].mean())
        if some:
            return float((right & asked).any(axis=(1, 2)).mean())
        exact = (right | ~asked if mask else right).all(axis=(1, 2))  # (batch_size,)
        if count:
            return float(exact.sum())
        return float((~exact if wrong else exact).mean())

    return share


def one_bit(answer: object) -> None:
    """Check exercise 4: a VectorLSTM of one unit that recalls one bit, weights by hand."""
    if verdict.is_missing(answer):
        return verdict.say(verdict.NOT_ATTEMPTED)
    from lstm_lib.vector import VectorLSTM

    if not isinstance(answer, VectorLSTM):
        return verdict.say(f"the answer should be a VectorLSTM, and this is {answer!r:.60}")
    if (answer.input_size, answer.hidden_size, answer.output_size) != (2, 1, 1):
        return verdict.say(f"it should be VectorLSTM(2, 1, output_size=1), and this is {answer!r}")
    try:
        hints = (_recall_hint(answer, gap) for gap in GAPS)
        return verdict.say(next(filter(None, hints), verdict.CORRECT))
    except Exception as error:  # a learner may put anything into the parameters
        return verdict.say(f"forward() stopped with {type(error).__name__}: {error}")


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
