"""A line of text made of a few letters, with a name for screen readers.

The text field of ipywidgets 8.1 sends whatever is typed, and its name is no more than its label
(jupyter-widgets/ipywidgets#2650). This one sends only what can be meant, says at once why the
rest cannot, and keeps it in the field.
"""

from typing import Any

import traitlets

from lstm_lib import _validate
from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control, source


def letters(name: str, value: object) -> str:
    """Return `value`, a string of distinct letters, at least one."""
    found = traits.text(name, value)
    if not found or len(set(found)) < len(found):
        raise ValueError(f"{name} must be at least one letter, each once, got {value!r}")
    return found


class Entry(Control):
    """A labelled field for a string of some letters.

    Every letter is sent as it is typed. A string with another letter, or too long, stays in the
    field with a sentence beside it, and `value` stays as it was.

    Args:
        value: the string.
        letters: the letters it is made of, each once; at least one.
        longest: how many letters it may have.
        label, name: as for every Control.
        disabled: whether the learner is kept from typing.
    """

    _esm, _css = source(__file__)

    value = traits.Checked(traits.text, "")
    letters = traits.Checked(letters, "ab")
    longest = traits.Checked(_validate.count, 100)
    disabled = traits.Checked(traits.flag, False)

    @traitlets.validate("value", "letters", "longest")
    def _goes_together(self, proposal: Any) -> Any:
        _check_together(**self.proposed(proposal, "value", "letters", "longest"))
        return proposal.value


def _check_together(value: str, letters: str, longest: int) -> None:
    """Raise ValueError unless the string is made of the letters and not too long."""
    strange = [letter for letter in value if letter not in letters]
    if strange:
        known = ", ".join(letters)
        raise traits.MismatchError(
            f"value must be made of the letters {known}, got {strange[0]!r} in {value!r}"
        )
    if len(value) > longest:
        raise traits.MismatchError(f"value must have at most {longest} letters, got {len(value)}")
