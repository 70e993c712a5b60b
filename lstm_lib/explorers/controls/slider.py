"""A slider with a name for screen readers, which keeps the exact value it is given.

The sliders of ipywidgets 8.1 are not named for screen readers, and they snap a value to their step
and send it back: on display, a published weight of 1.6307 becomes 1.65 in the kernel. This one
snaps the learner's moves only.
"""

import traitlets

from lstm_lib import _validate
from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control


class Slider(Control):
    """A labelled slider and number field for one number.

    Args:
        value: The number, exactly as Python assigned it or the learner typed it.
        min: The smallest value.
        max: The largest value.
        step: Keys and dragging move to the multiples of `step` (with `by_factors`: of `step`
            decades, so 0.1 gives ten points from 0.01 to 0.1). PageUp and PageDown move ten of
            them.
        label: Short text shown beside the slider, such as 'w_h'.
        name: Full name for screen readers, such as 'forget gate, weight on h'; default `label`.
        color: CSS colour of the bar and the handle; default the theme's text colour.
        decimals: Digits shown after the point (with `by_factors`: after the first digit).
        by_factors: Whether the slider moves by factors instead of differences; needs min > 0.
        whole: Whether value, min, max and step are whole numbers, shown without decimals.
        stops: The only values it can have, in rising order, from min to max; they stand equally far
            apart, and `step` is 1: keys and dragging move from one to the next. Empty: any value.
        readout: Whether the number can be typed; if not, it is only shown.
        play: Milliseconds per step of a play button beside it; 0 shows none. It stops at `max`.
        disabled: Whether the learner is kept from moving it.
        layout: As for every ipywidgets widget.

    Raises:
        TypeError: An argument has the wrong type or is unknown.
        ValueError: A number is not finite, outside min..max or, with `whole`, not whole; the
            range or the step is impossible; or there is neither a name nor a label.
    """

    _esm = traits.source("shared.js", "slider.js")
    _css = traits.source("shared.css", "slider.css")

    value = traits.Checked(_validate.number, 0.0)
    min = traits.Checked(_validate.number, -1.0)
    max = traits.Checked(_validate.number, 1.0)
    step = traits.Checked(_validate.positive, 0.05)
    label = traits.Checked(traits.text, "")
    name = traits.Checked(traits.text, "")
    color = traits.Checked(traits.color, "")
    decimals = traits.Checked(traits.digits, 2)
    by_factors = traits.Checked(traits.flag, False)
    whole = traits.Checked(traits.flag, False)
    stops = traits.Checked(traits.rising, [])
    readout = traits.Checked(traits.flag, True)
    play = traits.Checked(_validate.count, 0)
    disabled = traits.Checked(traits.flag, False)

    def __init__(self, **arguments):
        super().__init__(**arguments)
        _check_together(**self._numbers())

    @traitlets.validate("value", "min", "max", "step", "by_factors", "whole", "stops")
    def _goes_together(self, proposal):
        _check_together(**self._numbers() | {proposal.trait.name: proposal.value})
        return proposal.value

    def _numbers(self):
        names = ("value", "min", "max", "step", "by_factors", "whole", "stops")
        return {name: getattr(self, name) for name in names}

    def __repr__(self):
        name = self.name or self.label
        return f"Slider({name!r}, value={self.value:g}, min={self.min:g}, max={self.max:g})"


def whole(label, name, value, min, max, step=1, **arguments):
    """Return a slider over whole numbers; `arguments` are further ones of Slider."""
    numbers = {"value": value, "min": min, "max": max, "step": step}
    return Slider(label=label, name=name, whole=True, **numbers, **arguments)


def among(label, name, value, stops, **arguments):
    """Return a slider over some whole numbers, at least two; `arguments` are further ones."""
    ends = {"min": stops[0], "max": stops[-1]}
    return whole(label, name, value, **ends, stops=list(stops), **arguments)


def counted(label, count, play=0):
    """Return a slider over 1 to `count`, disabled where that is no choice."""
    return whole(label, label, 1, 1, max(count, 2), play=play, disabled=count == 1)


def index(slider):
    """Return what a slider from `counted` has chosen, counted from 0."""
    return 0 if slider.disabled else int(slider.value) - 1


def _check_together(value, min, max, step, by_factors, whole, stops):
    """Raise ValueError unless the traits make a slider together."""
    if stops:
        _check_stops(stops, value, min, max, step, by_factors)
    if whole:
        _check_whole(by_factors, value=value, min=min, max=max, step=step)
    if min >= max:
        raise traits.MismatchError(f"min must be below max, got min={min!r} and max={max!r}")
    if by_factors and min <= 0:
        raise traits.MismatchError(f"min must be above 0 when by_factors is True, got {min!r}")
    if not min <= value <= max:
        raise traits.MismatchError(f"value must be from {min!r} to {max!r}, got {value!r}")
    # The browser counts to grid points; below this, rounded floats no longer tell them apart.
    smallest = 0.005 if by_factors else 1e-9 * (abs(min) + abs(max))
    if step < smallest:
        raise traits.MismatchError(f"step must be at least {smallest:g}, got {step!r}")


def _check_stops(stops, value, min, max, step, by_factors):
    """Raise ValueError for stops that the other traits do not fit."""
    if by_factors or step != 1:
        raise traits.MismatchError(f"step must be 1 with stops, and by_factors False, got {step!r}")
    if (stops[0], stops[-1]) != (min, max):
        raise traits.MismatchError(f"stops must go from {min!r} to {max!r}, got {stops!r}")
    if min <= value <= max and value not in stops:
        raise traits.MismatchError(f"value must be one of {stops!r}, got {value!r}")


def _check_whole(by_factors, **numbers):
    """Raise ValueError for a slider over whole numbers that would leave them."""
    if by_factors:
        raise traits.MismatchError("by_factors must be False when whole is True, got True")
    for name, value in numbers.items():
        if not value.is_integer():
            raise traits.MismatchError(f"{name} must be a whole number, got {value!r}")
