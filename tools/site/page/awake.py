"""The explorer of the landing page, in Pyodide: its widgets told to wake.js, and moved by it."""

import json
from itertools import count

from ipywidgets import DOMWidget, Widget

from lstm_lib.course.explorers.cell import CellExplorer

PLAIN = (str, int, float, bool, list, dict, type(None))
widgets: dict[int, Widget] = {}
changes: list[list] = []
numbers = count()


def described(widget: Widget) -> dict:
    """Return a widget as plain data, and note its changes from now on."""
    number = next(numbers)
    widgets[number] = widget
    state = {name: getattr(widget, name) for name in widget.keys}
    state = {name: value for name, value in state.items() if isinstance(value, PLAIN)}
    script, style = (state.pop(name, "") for name in ("_esm", "_css"))

    def note(change: dict) -> None:
        if isinstance(change["new"], PLAIN):
            changes.append([number, change["name"], change["new"]])

    widget.observe(note, list(state))
    found = {"number": number, "kind": type(widget).__name__, "state": state}
    found |= {
        "script": script,
        "style": style,
        "classes": list(getattr(widget, "_dom_classes", ())),
    }
    found["children"] = [described(child) for child in getattr(widget, "children", ())]
    if isinstance(widget, DOMWidget):
        found["layout"] = laid_out(number, widget.layout)
    return found


def laid_out(number: int, layout: Widget) -> dict:
    """Return a layout as CSS, and note its changes as those of the widget `number`."""

    def note(change: dict) -> None:
        changes.append([number, "layout " + change["name"], change["new"]])

    names = [name for name in layout.keys if name[0] != "_"]
    layout.observe(note, names)
    return {name: value for name in names if (value := getattr(layout, name)) is not None}


def explorer() -> str:
    """Return the whole explorer as JSON."""
    return json.dumps(described(CellExplorer()))


def moved(number: int, state: str) -> str:
    """Set what the page has changed in a widget; return all that changed by it, as JSON."""
    changes.clear()
    widgets[number].set_state(json.loads(state))
    return json.dumps(changes)
