"""Checks for chapter 9: by hand and native."""

from math import exp, inf, log

from lstm_lib.course.checks import verdict


def window_count(answer: object) -> None:
    """Check exercise 1: windows of 30 + 6 steps in parts of 700, 150 and 150 steps."""

    def count(width: int = 36, off: int = 1) -> int:
        return sum(part - width + off for part in (700, 150, 150))

    mistakes = [
        (1000 - 36 + 1, "some of these reach across a border: split first, then cut"),
        (1000 - 36, "some of these reach across a border: split first, then cut"),
        (1000 - 30 + 1, "some of these reach across a border, and what follows needs room too"),
        (700 + 150 - 2 * 36 + 2, "that is two of the parts; there are three"),
        (2 * (150 - 36 + 1), "those are the two smaller parts alone"),
        (count(off=0), "the first window starts at step 0: that is one more in each part"),
        (count(off=2), "one too many in each part: where does the last window start?"),
        (count(width=30), "what is to be forecast has to be in the part as well"),
        (count(width=6), "a window has 30 steps, and 6 more that are to be forecast"),
        (700 - 36 + 1, "that is the training part alone"),
        (150 - 36 + 1, "that is one of the smaller parts alone"),
        (sum(part // 36 for part in (700, 150, 150)), "windows may overlap: one starts every step"),
        (1000, "a window that starts near the end of a part does not fit into it"),
    ]
    hint = "for each part: how many places are there where a window with its forecast can start?"
    verdict.number(answer, count(), mistakes, hint)


def honest_split(answer: object) -> None:
    """Check exercise 2: the way to split that tells no training window about the test."""
    verdict.choice(
        answer,
        "b",
        {
            "a": "dealt out by lot, nearly every test window has a neighbour in the training part",
            "c": "cut before the split, the windows at a border share their values with both sides",
            "d": "the mean and the deviation were taken from the test part as well",
        },
    )


def keeping_gate(answer: object) -> None:
    """Check exercise 3: the forget gate that keeps half of a memory for 24 steps."""
    mistakes = [
        (1 - 1 / 24, "that loses a 24th of what is there at each step; how much is left after 24?"),
        (exp(-1 / 24), "that keeps 1/e for 24 steps, about 0.37; half is asked for"),
        (1 - 0.5 / 24, "shares multiply from step to step; they do not add up"),
        (0.5 / 24, "shares multiply from step to step: one half is a product of 24 factors"),
        (0.5**24, "that is what a gate of 0.5 leaves after 24 steps; asked is the other way round"),
        (0.5 ** (1 / 7.3), "that is for a period of 7.3 steps"),
        (0.5 ** (1 / 12), "that keeps half for 12 steps"),
        (0.5, "that keeps half for a single step"),
        (2 ** (1 / 24), "a gate lies between 0 and 1; with this one a memory would grow"),
        (log(0.5) / 24, "that is the logarithm of the gate"),
        (0.97, "close: four decimals are asked for, because errors multiply as well"),
        (0.972, "close: four decimals are asked for, because errors multiply as well"),
    ]
    hint = "24 steps multiply a memory by the gate 24 times; what is left should be one half"
    verdict.number(answer, 0.5 ** (1 / 24), mistakes, hint, within=0.0002)


def one_period_back(answer: object) -> None:
    """Check exercise 4: a function (x, period, horizon) that lets the last period come again."""
    import torch

    if not verdict.is_callable(answer):
        return
    x = torch.tensor([[3.0, 8.0, 1.0, 9.0, 2.0, 7.0, 4.0], [0.5, 6.0, 2.5, 5.0, 1.5, 3.5, 0.0]])
    try:
        found = answer(x[:, :, None], 4, 6)
    except Exception as error:  # a learner's function may raise anything
        return verdict.say(verdict.stopped(error))
    hint = "the first step ahead is one period after which step of the window?"
    mistakes = [(x[:, steps].numpy(), words) for steps, words in _BACK]
    mistakes += [
        (
            x[:, :0].numpy(),
            "this slice ends before it begins: the horizon may be the longer one",
        ),
        (x[:, [3, 4, 5, 6, 3, 4], None].numpy(), "right, and one axis too many: (count, horizon)"),
        (x[0, [3, 4, 5, 6, 3, 4]].numpy(), "right for the first window; there are several"),
    ]
    return verdict.array(found, x[:, [3, 4, 5, 6, 3, 4]].numpy(), mistakes, hint)


_BACK = [  # the steps of a window of 7 that a likely mistake picks, for a period of 4, 6 ahead
    ([3, 4, 5, 6], "here the horizon is longer than a period: what comes after one period?"),
    ([6, 6, 6, 6, 6, 6], "that is the last value going on"),
    ([2, 3, 4, 5, 2, 3], "one step too early: step 1 ahead comes one period after which step?"),
    ([4, 5, 6, 3, 4, 5], "one step too late: the period starts with its first step"),
    ([3, 4, 5, 6, 0, 1], "after step -1 comes step 0, where the window begins: stay in the period"),
    ([6, 5, 4, 3, 6, 5], "that walks backwards through the period"),
    ([3, 3, 3, 3, 3, 3], "that is one value of a period ago; the forecast moves on step by step"),
    ([3, 4, 5, 6, 6, 6], "after one period it starts again; the last value does not go on"),
    ([0, 1, 2, 3, 0, 1], "that is the first period of the window; the last one is fresher"),
    ([1, 2, 3, 4, 5, 6], "those are the last steps, as many as the horizon; where is the period?"),
]


def early_stop(answer: object) -> None:
    """Check exercise 5: a function (losses, patience) to the epochs of the stop and of the best."""
    hint = "walk through the epochs with the best so far, and count how long it has not been beaten"
    verdict.function(_on_a_copy(answer), _stop, _LOSSES, _STOPS, hint)


def _on_a_copy(answer: object) -> object:
    """Return a function that cannot change the losses it is given; anything else as it is.

    Where it returns None, though it had an answer before, that becomes an empty tuple.
    """
    if not callable(answer):
        return answer
    is_attempted = False

    def on_a_copy(losses: list[float], patience: int) -> object:
        nonlocal is_attempted
        found = answer(list(losses), patience)
        is_attempted = is_attempted or not verdict.is_missing(found)
        return () if found is None and is_attempted else found

    return on_a_copy


def _stop(
    losses: list[float],
    patience: int,
    before: bool = False,
    reset: bool = True,
    ties: bool = False,
) -> tuple[int, int]:
    """Return after how many epochs early stopping ends a training, and its best epoch.

    Args:
        losses: of the validation part, one per epoch.
        patience: how many epochs in a row may pass without a new best.
        before, reset, ties: likely mistakes: to compare with the epoch before, to go on counting
            after a new best, to take the same loss again for a better one.
    """
    best, waited = 0, 0
    for k in range(1, len(losses)):
        rival = losses[k - 1] if before else losses[best]
        is_better = losses[k] <= rival if ties else losses[k] < rival
        if losses[k] < losses[best]:
            best = k
        waited = 0 if is_better and reset else waited + (not is_better)
        if waited >= patience and not is_better:
            return k + 1, best + 1
    return len(losses), best + 1


def _runs_through(losses: list[float], patience: int) -> bool:
    """Return whether early stopping lets a training run to its end."""
    return _stop([*losses, inf], patience)[0] > len(losses)


_LOSSES = [  # of the validation part, and a patience
    ([5, 4, 3, 4, 5, 6, 7, 2], 2),
    ([3, 2, 2, 2, 2], 2),
    ([4, 3, 2, 1], 2),
    ([5, 3, 4, 3.5, 3.2, 1], 3),
    ([5, 6, 4, 5, 3, 4, 4], 2),
    ([9, 8], 1),
]
_STOPS = [
    (lambda losses, patience: _stop(losses, patience + 1), "it stops one epoch too late"),
    (lambda losses, patience: _stop(losses, patience - 1), "it stops one epoch too early"),
    (lambda *case: (_stop(*case)[0],) * 2, "the best epoch is not the one at which it stops"),
    (lambda *case: _stop(*case, before=True), "compare with the best so far, not the last one"),
    (lambda *case: _stop(*case, reset=False), "in a row: a new best starts the count again"),
    (lambda *case: _stop(*case, ties=True), "the same loss again is no improvement"),
    (lambda *case: tuple(e - 1 for e in _stop(*case)), "count the epochs from 1"),
    (lambda *case: _stop(*case)[::-1], "first where it stops, then the best"),
    (lambda *case: _stop(*case)[0], "return both: where it stops, and the best epoch"),
    (lambda *case: _stop(*case)[1], "return both: where it stops, and the best epoch"),
    (
        lambda *case: () if _runs_through(*case) else _stop(*case),
        "it returns nothing where a training runs through all its epochs",
    ),
    (
        lambda losses, patience: (
            _stop(losses, patience)[0],
            losses[_stop(losses, patience)[1] - 1],
        ),
        "second the number of the best epoch, not its loss",
    ),
    (lambda *case: (_stop(*case)[0], _stop(*case)[1] - 1), "count the best epoch from 1 as well"),
    (
        lambda *case: (_stop(*case)[0] - 1, _stop(*case)[1]),
        "count the epochs up to the stop from 1",
    ),
    (
        lambda losses, patience: (_stop(losses, patience)[0], losses.index(min(losses)) + 1),
        "the best of the epochs that were trained: what comes after the stop never happened",
    ),
    (
        lambda losses, patience: (len(losses), losses.index(min(losses)) + 1),
        "it never stops: who counts the epochs without a new best?",
    ),
]
