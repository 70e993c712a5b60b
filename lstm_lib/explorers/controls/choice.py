"""A choice among a few words, by menu or by buttons in a row.

In JupyterLab 4.6 the arrow keys leave an ipywidgets Dropdown or RadioButtons for the next cell
(jupyter-widgets/ipywidgets#3912), and ToggleButtons tell a screen reader neither their name nor
which one is chosen (#2650).
"""

from collections.abc import Sequence
from typing import Any

import traitlets

from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control, source


class Choice(Control):
    """A labelled menu, or a row of buttons, that chooses one of some words.

    Args:
        options: the words, each once; at least one.
        value: the chosen one; default the first.
        label, name: as for every Control.
        buttons: whether to show all options as buttons in a row instead of a menu.
        disabled: whether the learner is kept from choosing.
    """

    _esm, _css = source(__file__)

    options = traits.Checked(traits.words, ["-"])
    value = traits.Checked(traits.text, "-")
    buttons = traits.Checked(traits.flag, False)
    disabled = traits.Checked(traits.flag, False)

    def __init__(self, options: Sequence[str], **arguments: Any) -> None:
        options = traits.words("options", options)
        super().__init__(options=options, **{"value": options[0]} | arguments)

    @traitlets.validate("value", "options")
    def _goes_together(self, proposal: Any) -> Any:
        now = self.proposed(proposal, "value", "options")
        if now["value"] not in now["options"]:
            options = ", ".join(map(repr, now["options"]))
            raise traits.MismatchError(f"value must be one of {options}, got {now['value']!r}")
        return proposal.value
