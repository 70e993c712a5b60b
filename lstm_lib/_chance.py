"""Where the random generators of Python, NumPy and torch stand, and the way back to there."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

Steps = list[Callable[[], object]]


def stand() -> Steps:
    """Return steps that bring all generators back to where they stand now.

    NumPy's and torch's count if they are loaded; of torch it is the one for numbers on a CPU.
    """
    steps: Steps = [partial(random.setstate, random.getstate())]
    if "numpy" in sys.modules:
        numpy: Any = sys.modules["numpy"]
        steps.append(partial(numpy.random.set_state, numpy.random.get_state()))
    if "torch" in sys.modules:
        torch: Any = sys.modules["torch"]
        steps.append(partial(torch.set_rng_state, torch.get_rng_state()))
    return steps


def go(steps: Steps) -> None:
    """Take the steps."""
    for step in steps:
        step()


@contextmanager
def kept(start: Steps | None = None) -> Iterator[None]:
    """Leave all generators where they stand; meanwhile they go on from `start`, if there is one."""
    back = stand()
    go(start or [])
    try:
        yield
    finally:
        go(back)
