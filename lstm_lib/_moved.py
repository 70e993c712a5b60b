"""Old names: what lives in `lstm_lib.course` today is still found where it was.

`lstm_lib.train` is the very module `lstm_lib.course.train`, and `from lstm_lib.tasks import waves`
gives what `lstm_lib.course.tasks.waves` has. Nothing in the library or the course uses an old
name; they are kept for programs that were written with them. `lstm_lib.grade` never was there: it
is a command to type, and the shorter the better.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType
from typing import Any

MODULES = ("doctor", "grade", "plots", "train", "training")
NAMES = {
    "tasks": {
        "adding": "Sums adding",
        "bits": "Bits binary_copy delayed_recall to_binary",
        "companies": "Pair companies",
        "counting": "END counting counting_string longest next_symbols",
        "puzzles": "GatePuzzle gate_puzzles",
        "reber": "REBER_SYMBOLS ReberState reber reber_states reber_strings reber_walk",
        "symbols": "Symbols ahead one_hot right",
        "waves": "waves windows",
    },
    "widgets": {
        "cell": "CellExplorer",
        "clamp": "ClampExplorer",
        "counter": "CounterExplorer",
        "gate": "GateExplorer",
        "gates": "YouAreTheGates",
        "gradient": "GradientExplorer",
        "lightning": "LightningExplorer",
        "reber": "ReberExplorer",
        "trace": "TraceExplorer VectorExplorer",
        "training": "TrainingExplorer",
    },
}
_IN_THE_LIBRARY = ("clamp", "trace")  # of the explorers


class OldNames:
    """Finds old names, as an entry of `sys.meta_path` and as the loader of what it finds."""

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        """Return how to load an old name, None for any other."""
        package, _, old = name.partition(".")
        if package != "lstm_lib" or old not in (*MODULES, *NAMES):
            return None
        loader: Any = self
        spec = ModuleSpec(name, loader, is_package=old == "training")
        if old not in NAMES:
            spec.origin, spec.has_location = _spec(old).origin, True
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module itself, or one that looks its names up when they are used."""
        old = spec.name.removeprefix("lstm_lib.")
        if old not in NAMES:
            return import_module(_now(old))
        module = ModuleType(spec.name)
        module.__dict__["__getattr__"] = lambda name: _found(old, name)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give a module its own spec back, and its submodules their old names too."""
        new = module.__name__
        if new.startswith(_now("")):
            module.__spec__ = _spec(new.removeprefix(_now("")))
        for name in [name for name in sys.modules if name.startswith(f"{new}.")]:
            sys.modules[name.replace(".course.", ".", 1)] = sys.modules[name]

    def get_code(self, name: str) -> CodeType | None:
        """Return the program of a module that is run as `python -m`."""
        spec = _spec(name.removeprefix("lstm_lib."))
        return spec.loader.get_code(spec.name)


def _spec(old: str) -> Any:
    """Return how Python finds the module of an old name."""
    new = _now(old)
    parent = import_module(new.rpartition(".")[0])
    return PathFinder.find_spec(new, parent.__path__)


def _now(old: str) -> str:
    """Return where the module of an old name is."""
    return f"lstm_lib.course.{old}"


def _found(old: str, name: str) -> Any:
    """Return what had this name in `lstm_lib.tasks` or `lstm_lib.widgets`."""
    for module, names in NAMES[old].items():
        if name in names.split():
            if old == "tasks":
                return getattr(import_module(_now(f"tasks.{module}")), name)
            room = "" if module in _IN_THE_LIBRARY else "course."
            return getattr(import_module(f"lstm_lib.{room}explorers.{module}"), name)
    raise AttributeError(f"lstm_lib.{old} has no {name}")
