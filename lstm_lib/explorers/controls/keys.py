"""A row of buttons of which only some do something now.

A button of ipywidgets that is disabled under the hand takes the keyboard's place in the page away.
These only say that they are off, so the keyboard stays where it is.
"""

from collections.abc import Callable

import traitlets

from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control


class Keys(Control):
    """A labelled row of buttons; `press` is what a click does.

    Args:
        options: The words on the buttons, each once; at least one.
        on: Those that do something now.
        label: Short text shown before them.
        name: Full name for screen readers; default `label`.
        layout: As for every ipywidgets widget.

    Raises:
        TypeError: An argument has the wrong type or is unknown.
        ValueError: The options are none or not distinct, one that is on is none of them, or there
            is neither a name nor a label.
    """

    _esm = traits.source("shared.js", "keys.js")
    _css = traits.source("shared.css", "keys.css")

    options = traits.Checked(traits.words, ["-"])
    on = traits.Checked(traits.some_words, [])
    label = traits.Checked(traits.text, "")
    name = traits.Checked(traits.text, "")

    def __init__(self, options, **arguments):
        self._pressed = []
        super().__init__(options=options, **{"on": options} | arguments)
        self.on_msg(self._take)

    @traitlets.validate("on", "options")
    def _goes_together(self, proposal):
        now = {"on": self.on, "options": self.options}
        now[proposal.trait.name] = proposal.value
        strange = [word for word in now["on"] if word not in now["options"]]
        if strange and proposal.trait.name == "on":
            options = ", ".join(map(repr, now["options"]))
            raise traits.MismatchError(f"on must be among {options}, got {strange[0]!r}")
        return proposal.value

    def on_press(self, call: Callable[[str], object]) -> None:
        """Have `call` called with the word of every button that is pressed while it is on."""
        self._pressed.append(call)

    def press(self, word: str) -> None:
        """Do what a click on a button does: nothing where it is off.

        Raises:
            ValueError: There is no such button.
        """
        if word not in self.options:
            options = ", ".join(map(repr, self.options))
            raise ValueError(f"word must be one of {options}, got {word!r}")
        if word in self.on:
            for call in self._pressed:
                call(word)

    def _take(self, _widget, content, _buffers):
        """Take a click from the browser; one on a button that is off by now does nothing."""
        word = content.get("press") if isinstance(content, dict) else None
        if word in self.options:
            self.press(word)

    def __repr__(self):
        return f"Keys({self.name or self.label!r}, on={self.on!r})"
