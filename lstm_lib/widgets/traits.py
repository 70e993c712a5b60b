"""Traits of our widgets, whose errors name the argument, what came and what is expected."""

import re

import traitlets

from lstm_lib import _validate


class Checked(traitlets.TraitType):
    """A synced trait that keeps what `check(name, value)` returns, and raises what it raises."""

    def __init__(self, check, default):
        super().__init__(default)
        self.check = check
        self.tag(sync=True)

    def validate(self, obj, value):
        """Return the value to keep."""
        return self.check(self.name, value)


class MismatchError(traitlets.TraitError, ValueError):
    """Traits that do not go together. As a TraitError too, traitlets undoes the change."""


def digits(name, value):
    """Return `value`, a whole number of decimals from 0 to 10."""
    if _validate.count(name, value) > 10:
        raise ValueError(f"{name} must be at most 10, got {value!r}")
    return int(value)


def flag(name, value):
    """Return `value`, True or False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def text(name, value):
    """Return `value`, a string."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r}")
    return value


def color(name, value):
    """Return `value`, a CSS colour, or '' for the theme's text colour."""
    if not re.fullmatch(r"[#\w(),.%/ -]*", text(name, value)):
        raise ValueError(f"{name} must be a CSS colour such as '#0173b2', got {value!r}")
    return value


def check_arguments(widget, arguments):
    """Raise for an argument that `widget` has no trait for, and for a missing name."""
    own = ", ".join(sorted(k for k, trait in widget.traits().items() if isinstance(trait, Checked)))
    for name in arguments:
        if not widget.has_trait(name):
            kind = type(widget).__name__
            raise TypeError(f"{kind} has no argument {name!r}; expected {own} or layout")
    if not (arguments.get("name") or arguments.get("label")):
        raise ValueError("name must be a text for screen readers to say, got none, and no label")
