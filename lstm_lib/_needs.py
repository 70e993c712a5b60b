"""A missing package is said in one line, with the command that brings it.

NumPy, torch and Lightning are extras of this package. Where one of its modules imports what is
not installed, Python asks the last finder of `sys.meta_path`, and that is the one here.
"""

import sys
from types import FrameType

EXTRAS = {
    "numpy": "arrays",
    "pandas": "arrays",
    "torch": "torch",
    "jsonargparse": "training",
    "lightning": "training",
    "lightning_utilities": "training",
    "matplotlib": "training",
    "tensorboard": "training",
    "tqdm": "training",
    "PIL": "course",
    "jupyter_client": "course",
    "packaging": "course",
    "seaborn": "course",
}


class Missing:
    """Finds nothing, and says what to install to whoever of this package has asked."""

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        """Raise for a package of an extra; leave all else to Python."""
        asked_by = _importer(sys._getframe(1))
        if name in EXTRAS and asked_by.partition(".")[0] == "lstm_lib":
            command = f'pip install "lstm_lib[{EXTRAS[name]}]"'
            raise ModuleNotFoundError(f"{asked_by} needs {name}: {command}", name=name)


def _importer(frame: FrameType | None) -> str:
    """Return the name of the module whose import statement has led to this frame."""
    while frame and frame.f_globals.get("__name__", "").startswith("importlib"):
        frame = frame.f_back
    return frame.f_globals.get("__name__", "") if frame else ""
