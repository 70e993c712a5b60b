"""The witness in a learner's kernel: it hears every verdict, whatever the notebook prints.

`lstm_lib.course.grade` calls it before the first cell. It withstands mistakes and pranks: a check
that was replaced, a printed "correct". It is no defence against an attack, since an answer that is
a function has to be judged where it lives, in the process of the learner's own code.
"""

import builtins
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

from IPython.core.getipython import get_ipython

VERDICT = "application/vnd.lstm-lib.verdict+json"
CHECKS = "lstm_lib.course.checks"

Judge = Callable[..., str]


def judges(module: ModuleType) -> dict[str, Judge]:
    """Return the checks of a chapter by name, in their order, as functions to the verdict."""
    return {
        name: thing.verdict for name, thing in vars(module).items() if hasattr(thing, "verdict")
    }


def install(chapter: str, token: str) -> None:
    """Load the checks of a chapter twice: one for the notebook to see, and the one that judges.

    Args:
        chapter: as `chapter_01`.
        token: a word that nobody can guess; it becomes the name of a function that is found
            everywhere, from the name of an exercise to its check.
    """
    shell: Any = get_ipython()
    publish = shell.display_pub.publish  # the real one, even while output is captured
    own = judges(import_module(f"{CHECKS}.{chapter}"))
    for name in [name for name in sys.modules if name.startswith(CHECKS)]:
        del sys.modules[name]
    seen = import_module(f"{CHECKS}.{chapter}")

    def witnessed(exercise: str) -> Callable[..., None]:
        def say(*args: object, **kwargs: object) -> None:
            said = {"token": token, "exercise": exercise, "verdict": own[exercise](*args, **kwargs)}
            publish({VERDICT: said})

        return say

    for exercise in own:
        setattr(seen, exercise, witnessed(exercise))
    setattr(builtins, token, witnessed)
