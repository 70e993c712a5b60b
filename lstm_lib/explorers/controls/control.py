"""What our own controls have in common: checked arguments, and the shell they answer on."""

from pathlib import Path
from typing import Any

import anywidget

from lstm_lib.explorers.controls.traits import Checked, text

HERE = Path(__file__).parent


def source(module: str) -> tuple[str, str]:
    """Return the script and the style sheet that lie beside a module, after what all share."""

    def of_kind(kind: str) -> str:
        files = HERE / f"shared.{kind}", Path(module).with_suffix(f".{kind}")
        return "\n".join(file.read_text(encoding="utf-8") for file in files)

    return of_kind("js"), of_kind("css")


class Control(anywidget.AnyWidget):
    """A control with a name for screen readers, which works while a cell runs.

    Most widgets of ipywidgets 8.1 cannot be given such a name (jupyter-widgets/ipywidgets#2650).

    Args:
        label: short text shown beside it.
        name: full name for screen readers; default `label`. One of the two is needed.
        arguments: values of its other traits.
    """

    label = Checked(text, "")
    name = Checked(text, "")

    def __init__(self, **arguments: Any) -> None:
        kind, every = type(self).__name__, self.traits()
        own = ", ".join(sorted(name for name in every if isinstance(every[name], Checked)))
        for name in arguments:
            if name not in every:
                raise TypeError(f"{kind} has no argument {name!r}; expected {own} or layout")
        if arguments.get("name", "") == arguments.get("label", "") == "":
            raise ValueError(
                "name must be a text for screen readers to say, got none, and no label"
            )
        super().__init__(**arguments)

    def proposed(self, proposal: Any, *names: str) -> dict[str, Any]:
        """Return the values of some traits as they would be after a change of one of them."""
        return {name: getattr(self, name) for name in names} | {proposal.trait.name: proposal.value}

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends; what is refused is answered with the values that hold."""
        try:
            super().set_state(sync_data)
        except (TypeError, ValueError):
            names = [name for name in sync_data if name in self.keys]
            if all(getattr(self, name) == sync_data[name] for name in names):
                raise  # nothing was refused: an observer's own error
            # A move made before the browser knew a new range is no mistake of the learner's.
            self.send_state(names)

    def open(self) -> None:
        """Tell the browser that the widget exists."""
        super().open()
        self._answer_on_any_shell()

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers)
        self._answer_on_any_shell()

    def _answer_on_any_shell(self) -> None:
        # ipykernel 7.4 handles a widget's next message on the shell that sent its last one. After a
        # cell has created or set the widget, the learner's next move would wait for running cells.
        comm: Any = self.comm
        if comm is not None:
            vars(comm).pop("_reply_subshell_id", None)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name or self.label!r}, value={self.value!r})"
