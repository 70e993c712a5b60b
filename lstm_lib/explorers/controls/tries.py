"""What to try with an explorer, one thing at a time."""

from collections.abc import Sequence
from typing import Any

import traitlets

from lstm_lib import _validate
from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control, source


class Tries(Control):
    """Sentences, of which one is shown, with buttons for the previous and the next.

    Args:
        tries: the sentences, plain text; at least one.
        value: which one is shown, counted from 0; default the first.
        label, name: as for every Control.
    """

    _esm, _css = source(__file__)

    tries = traits.Checked(traits.sentences, ["-"])
    value = traits.Checked(_validate.count, 0)

    def __init__(self, tries: Sequence[str], **arguments: Any) -> None:
        super().__init__(tries=tries, **{"name": "what to try"} | arguments)

    @traitlets.validate("value", "tries")
    def _goes_together(self, proposal: Any) -> Any:
        now = self.proposed(proposal, "value", "tries")
        if now["value"] >= len(now["tries"]):
            most = len(now["tries"]) - 1
            raise traits.MismatchError(f"value must be from 0 to {most}, got {now['value']!r}")
        return proposal.value
