"""A line of text made of a few letters, with a name for screen readers.

The text field of ipywidgets 8.1 sends whatever is typed, and its name is no more than its label.
This one sends only what can be meant, says at once why the rest cannot, and keeps it in the field.
"""

import traitlets

from lstm_lib import _validate
from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control


class Entry(Control):
    """A labelled field for a string of some letters.

    Every letter is sent as it is typed. A string with another letter, or too long, stays in the
    field with a sentence beside it, and `value` stays as it was.

    Args:
        value: The string.
        letters: The letters it is made of, each once; at least one.
        longest: How many letters it may have.
        label: Short text shown before it.
        name: Full name for screen readers; default `label`.
        disabled: Whether the learner is kept from typing.
        layout: As for every ipywidgets widget.

    Raises:
        TypeError: An argument has the wrong type or is unknown.
        ValueError: The value has another letter or is too long, or there is neither a name nor a
            label.
    """

    _esm = traits.source("shared.js", "entry.js")
    _css = traits.source("shared.css", "entry.css")

    value = traits.Checked(traits.text, "")
    letters = traits.Checked(traits.letters, "ab")
    longest = traits.Checked(_validate.count, 100)
    label = traits.Checked(traits.text, "")
    name = traits.Checked(traits.text, "")
    disabled = traits.Checked(traits.flag, False)

    @traitlets.validate("value", "letters", "longest")
    def _goes_together(self, proposal):
        now = {"value": self.value, "letters": self.letters, "longest": self.longest}
        _check_together(**now | {proposal.trait.name: proposal.value})
        return proposal.value

    def __repr__(self):
        return f"Entry({self.name or self.label!r}, value={self.value!r})"


def _check_together(value, letters, longest):
    """Raise ValueError unless the string is made of the letters and not too long."""
    strange = [letter for letter in value if letter not in letters]
    if strange:
        known = ", ".join(letters)
        raise traits.MismatchError(
            f"value must be made of the letters {known}, got {strange[0]!r} in {value!r}"
        )
    if len(value) > longest:
        raise traits.MismatchError(f"value must have at most {longest} letters, got {len(value)}")
