"""A play button that walks through the steps; the icon buttons of ipywidgets' Play have no name."""

import anywidget
import traitlets

from lstm_lib import _validate
from lstm_lib.widgets import traits


class Player(anywidget.AnyWidget):
    """A button that counts `value` from `min` to `max`, one step per `interval`, and stops there.

    It starts when the learner presses it, never by itself; pressed again, it pauses. At the end
    it starts over.

    Args:
        name: What it plays, such as 'days'; the button reads 'play days'.
        value: Where it stands, a whole number.
        min, max: First and last step.
        interval: Milliseconds per step.

    Raises:
        TypeError, ValueError: An argument has the wrong type, is unknown or out of range.
    """

    _esm = traits.source("shared.js", "player.js")
    _css = traits.source("shared.css", "player.css")

    name = traits.Checked(traits.text, "")
    value = traits.Checked(_validate.count, 0)
    min = traits.Checked(_validate.count, 0)
    max = traits.Checked(_validate.count, 100)
    interval = traits.Checked(_validate.count, 1200)

    def __init__(self, **arguments):
        traits.check_arguments(self, arguments)
        first = arguments.get("min", 0)
        super().__init__(**{"value": first} | arguments)

    @traitlets.validate("value")
    def _in_range(self, proposal):
        if not self.min <= proposal.value <= self.max:
            raise traits.MismatchError(
                f"value must be from {self.min} to {self.max}, got {proposal.value!r}"
            )
        return proposal.value

    def __repr__(self):
        return f"Player({self.name!r}, value={self.value}, min={self.min}, max={self.max})"
