"""A row of buttons of which only some do something now.

A button of ipywidgets 8.1 that is disabled under the hand takes the keyboard's place in the page
away. These only say that they are off, so the keyboard stays where it is.
"""

from collections.abc import Callable, Sequence
from typing import Any

import traitlets

from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control, source


def some_words(name: str, value: object) -> list[str]:
    """Return `value`, distinct strings or none, as a list."""
    return [] if isinstance(value, list | tuple) and not value else traits.words(name, value)


class Keys(Control):
    """A labelled row of buttons; `press` is what a click does.

    Args:
        options: the words on the buttons, each once; at least one.
        on: those that do something now; default all.
        label, name: as for every Control.
    """

    _esm, _css = source(__file__)

    options = traits.Checked(traits.words, ["-"])
    on = traits.Checked(some_words, [])

    def __init__(self, options: Sequence[str], **arguments: Any) -> None:
        self._pressed: list[Callable[[str], object]] = []
        super().__init__(options=options, **{"on": options} | arguments)
        self.on_msg(self._take)

    @traitlets.validate("on", "options")
    def _goes_together(self, proposal: Any) -> Any:
        now = self.proposed(proposal, "on", "options")
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
            ValueError: there is no such button.
        """
        if word not in self.options:
            options = ", ".join(map(repr, self.options))
            raise ValueError(f"word must be one of {options}, got {word!r}")
        if word in self.on:
            for call in self._pressed:
                call(word)

    def _take(self, _widget: object, content: Any, _buffers: object) -> None:
        """Take a click from the browser; one on a button that is off by now does nothing."""
        word = content.get("press") if isinstance(content, dict) else None
        if isinstance(word, str) and word in self.options:
            self.press(word)

    def __repr__(self) -> str:
        return f"Keys({self.name or self.label!r}, on={self.on!r})"
