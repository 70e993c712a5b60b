"""A choice among a few words, by menu or by buttons in a row.

In JupyterLab 4.6 the arrow keys leave an ipywidgets Dropdown or RadioButtons for the next cell,
and ToggleButtons tell a screen reader neither their name nor which one is chosen.
"""

import traitlets

from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control


class Choice(Control):
    """A labelled menu, or a row of buttons, that chooses one of some words.

    Args:
        options: The words, each once; at least one.
        value: The chosen one; default the first.
        label: Short text shown beside it.
        name: Full name for screen readers; default `label`.
        buttons: Whether to show all options as buttons in a row instead of a menu.
        disabled: Whether the learner is kept from choosing.
        layout: As for every ipywidgets widget.

    Raises:
        TypeError: An argument has the wrong type or is unknown.
        ValueError: The options are none or not distinct, the value is not one of them, or there
            is neither a name nor a label.
    """

    _esm = traits.source("shared.js", "choice.js")
    _css = traits.source("shared.css", "choice.css")

    options = traits.Checked(traits.words, ["-"])
    value = traits.Checked(traits.text, "-")
    label = traits.Checked(traits.text, "")
    name = traits.Checked(traits.text, "")
    buttons = traits.Checked(traits.flag, False)
    disabled = traits.Checked(traits.flag, False)

    def __init__(self, options, **arguments):
        options = traits.words("options", options)
        super().__init__(options=options, **{"value": options[0]} | arguments)

    @traitlets.validate("value", "options")
    def _goes_together(self, proposal):
        now = {"value": self.value, "options": self.options}
        now[proposal.trait.name] = proposal.value
        if now["value"] not in now["options"]:
            options = ", ".join(map(repr, now["options"]))
            raise traits.MismatchError(f"value must be one of {options}, got {now['value']!r}")
        return proposal.value

    def __repr__(self):
        return f"Choice({self.name or self.label!r}, value={self.value!r})"
