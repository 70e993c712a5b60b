"""Checks for chapter 9: by hand and native."""

from math import exp, inf, log
from typing import TYPE_CHECKING

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet

if TYPE_CHECKING:
    from numpy import ndarray


@verdict.number()
def window_count() -> Sheet:
    """Check exercise 1: windows of 30 + 6 steps in parts of 700, 150 and 150 steps."""
    yield _windows(36), CORRECT
    yield 1000 - 36 + 1, "some of these reach across a border: split first, then cut"
    yield 1000 - 36, "some of these reach across a border: split first, then cut"
    yield 1000 - 30 + 1, "some of these reach across a border, and what follows needs room too"
    yield 700 + 150 - 2 * 36 + 2, "that is two of the parts; there are three"
    yield 2 * (150 - 36 + 1), "those are the two smaller parts alone"
    yield _windows(37), "the first window starts at step 0: that is one more in each part"
    yield _windows(35), "one too many in each part: where does the last window start?"
    for without_forecast in (_windows(30), _windows(31), 1000 - 30):
        yield without_forecast, "what is to be forecast has to be in the part as well"
    yield _windows(6), "a window has 30 steps, and 6 more that are to be forecast"
    yield 700 - 36 + 1, "that is the training part alone"
    yield 150 - 36 + 1, "that is one of the smaller parts alone"
    yield 700 // 36 + 150 // 36 + 150 // 36, "windows may overlap: one starts every step"
    yield 1000, "a window that starts near the end of a part does not fit into it"
    hint = "for each part: how many places are there where a window with its forecast can start?"
    yield ELSE, hint


def _windows(width: int) -> int:
    """Return how many windows the three parts have room for."""
    return sum(part - width + 1 for part in (700, 150, 150))


@verdict.choice()
def honest_split() -> Sheet:
    """Check exercise 2: the way to split that tells no training window about the test."""
    yield "b", CORRECT
    yield "a", "dealt out by lot, nearly every test window has a neighbour in the training part"
    yield "c", "cut before the split, the windows at a border share their values with both sides"
    yield "d", "the mean and the deviation were taken from the test part as well"


@verdict.number(within=0.0002)
def keeping_gate() -> Sheet:
    """Check exercise 3: the forget gate that keeps half of a memory for 24 steps."""
    yield 0.5 ** (1 / 24), CORRECT
    yield 1 - 1 / 24, "that loses a 24th of what is there at each step; how much is left after 24?"
    yield exp(-1 / 24), "that keeps 1/e for 24 steps, about 0.37; half is asked for"
    yield 1 - 0.5 / 24, "shares multiply from step to step; they do not add up"
    yield 0.5 / 24, "shares multiply from step to step: one half is a product of 24 factors"
    yield 0.5**24, "that is what a gate of 0.5 leaves after 24 steps; asked is the other way round"
    yield 0.5 ** (1 / 7.3), "that is for a period of 7.3 steps"
    yield 0.5 ** (1 / 12), "that keeps half for 12 steps"
    yield 1 - 0.5 ** (1 / 24), "that is the share lost at each step; the gate is what is kept"
    yield log(1 / (2 ** (1 / 24) - 1)), "that is the bias of such a gate, before the sigmoid"
    for factors in (23, 25):
        yield 0.5 ** (1 / factors), f"24 steps are 24 factors, not {factors}"
    yield 0.5, "that keeps half for a single step"
    yield 2 ** (1 / 24), "a gate lies between 0 and 1; with this one a memory would grow"
    yield log(0.5) / 24, "that is the logarithm of the gate"
    yield 1.0, "a gate of 1 loses nothing, however many steps it is"
    yield ELSE, "24 steps multiply a memory by the gate 24 times; what is left should be one half"


@verdict.check
def one_period_back(answer: object) -> str:
    """Check exercise 4: a function (x, period, horizon) that lets the last period come again."""
    import torch

    x = torch.tensor([[3.0, 8.0, 1.0, 9.0, 2.0, 7.0, 4.0], [0.5, 6.0, 2.5, 5.0, 1.5, 3.5, 0.0]])
    found = verdict.result_of(answer, x[:, :, None], 4, 6)
    return verdict.of_array(found, _forecasts(x.numpy()))


def _forecasts(x: "ndarray") -> Sheet:
    """Return what to say to forecasts from windows of 7, with a period of 4, 6 steps ahead."""
    right = x[:, [3, 4, 5, 6, 3, 4]]
    yield right, CORRECT
    for steps, hint in _PICKED:
        yield x[:, steps], hint
    yield x[:, :0], "this slice ends before it begins: the horizon may be the longer one"
    yield right[:, :, None], "right, and one axis too many: (count, horizon)"
    yield right[0], "right for the first window; there are several"
    yield ELSE, "the first step ahead is one period after which step of the window?"


_PICKED = [  # the steps of a window that a likely mistake picks
    ([3, 4, 5, 6], "here the horizon is longer than a period: what comes after one period?"),
    ([6, 6, 6, 6, 6, 6], "that is the last value going on"),
    ([2, 3, 4, 5, 2, 3], "one step too early: step 1 ahead comes one period after which step?"),
    ([4, 5, 6, 3, 4, 5], "one step too late: the period starts with its first step"),
    ([3, 4, 5, 6, 0, 1], "after step -1 comes step 0, where the window begins: stay in the period"),
    ([6, 5, 4, 3, 6, 5], "that walks backwards through the period"),
    ([3, 3, 3, 3, 3, 3], "that is one value of a period ago; the forecast moves on step by step"),
    ([3, 4, 5, 6, 6, 6], "after one period it starts again; the last value does not go on"),
    ([3, 3, 4, 4, 5, 5], "not each value twice: the period as a whole comes again"),
    ([0, 1, 2, 3, 0, 1], "that is the first period of the window; the last one is fresher"),
    ([1, 2, 3, 4, 5, 6], "those are the last steps, as many as the horizon; where is the period?"),
]


@verdict.function(
    cases=[  # losses of the validation part, and a patience
        ([5, 4, 3, 4, 5, 6, 7, 2], 2),
        ([3, 2, 2, 2, 2], 2),
        ([4, 3, 2, 1], 2),
        ([5, 3, 4, 3.5, 3.2, 1], 3),
        ([5, 6, 4, 5, 3, 4, 4], 2),
        ([9, 8], 1),
    ]
)
def early_stop(losses: list[float], patience: int) -> Sheet:
    """Check exercise 5: a function (losses, patience) to the epochs of the stop and of the best."""
    stop, best = right = _stop(losses, patience)
    yield right, CORRECT
    yield _stop(losses, patience + 1), "it stops one epoch too late"
    yield _stop(losses, patience - 1), "it stops one epoch too early"
    yield (stop, stop), "the best epoch is not the one at which it stops"
    for slip, hint in _SLIPS:
        yield _stop(losses, patience, **slip), hint
    for first in (0, 1, None):
        yield (patience, first), "no loss is ever a best: with what is the first one compared?"
    yield (stop - 1, best - 1), "count the epochs from 1"
    yield (best, stop), "first where it stops, then the best"
    for half in right:
        yield half, "return both: where it stops, and the best epoch"
    ends = _stop([*losses, inf], patience)[0] > len(losses)
    yield None if ends else right, "it returns nothing where a training runs through all its epochs"
    yield (stop, losses[best - 1]), "second the number of the best epoch, not its loss"
    yield (stop, best - 1), "count the best epoch from 1 as well"
    yield (stop - 1, best), "count the epochs up to the stop from 1"
    lowest = losses.index(min(losses)) + 1
    hint = "the best of the epochs that were trained: what comes after the stop never happened"
    yield (stop, lowest), hint
    yield (len(losses), lowest), "it never stops: who counts the epochs without a new best?"
    hint = "walk through the epochs with the best so far, and count how long it has not been beaten"
    yield ELSE, hint


_SLIPS: list[tuple[dict[str, bool], str]] = [
    ({"before": True}, "compare with the best so far, not the last one"),
    ({"reset": False}, "in a row: a new best starts the count again"),
    ({"ties": True}, "the same loss again is no improvement"),
    ({"ties": True, "moved": True}, "the same loss again is no new best"),
]


def _stop(
    losses: list[float],
    patience: int,
    before: bool = False,
    reset: bool = True,
    ties: bool = False,
    moved: bool = False,
) -> tuple[int, int]:
    """Return where early stopping ends, and its best epoch.

    Or as a mistake has it: against the epoch `before`, without a `reset`, `ties` as progress,
    the best `moved` to the last of them.
    """
    best, waited = 0, 0
    for k in range(1, len(losses)):
        rival = losses[k - 1] if before else losses[best]
        is_better = losses[k] <= rival if ties else losses[k] < rival
        if losses[k] < losses[best] or (moved and is_better):
            best = k
        waited = 0 if is_better and reset else waited + (not is_better)
        if waited >= patience and not is_better:
            return k + 1, best + 1
    return len(losses), best + 1
