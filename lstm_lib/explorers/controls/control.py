"""What our own controls have in common: checked arguments, and the shell they answer on."""

import anywidget

from lstm_lib.explorers.controls import traits


class Control(anywidget.AnyWidget):
    """A control with a `name` for screen readers, which works while a cell runs.

    Args:
        arguments: Values of its traits; a `name` or a visible `label` is needed.

    Raises:
        TypeError: An argument is unknown.
        ValueError: There is neither a name nor a label.
    """

    def __init__(self, **arguments):
        traits.check_arguments(self, arguments)
        super().__init__(**arguments)

    def set_state(self, sync_data):
        """Take what the browser sends; what is refused is answered with the values that hold."""
        try:
            super().set_state(sync_data)
        except (TypeError, ValueError):
            names = [name for name in sync_data if name in self.keys]
            if all(getattr(self, name) == sync_data[name] for name in names):
                raise  # nothing was refused: an observer's own error
            # A move made before the browser knew a new range is no mistake of the learner's.
            self.send_state(names)

    def open(self):
        """Tell the browser that the widget exists."""
        super().open()
        self._answer_on_any_shell()

    def _send(self, msg, buffers=None):
        super()._send(msg, buffers)
        self._answer_on_any_shell()

    def _answer_on_any_shell(self):
        # ipykernel 7.4 handles a widget's next message on the shell that sent its last one. After a
        # cell has created or set the widget, the learner's next move would wait for running cells.
        if self.comm is not None:
            vars(self.comm).pop("_reply_subshell_id", None)
