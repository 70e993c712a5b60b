"""A slider with a name for screen readers, which keeps the exact value it is given.

The sliders of ipywidgets 8.1 are not named for screen readers (jupyter-widgets/ipywidgets#2650),
and they snap a value to their step and send it back (#3951; #2719 would leave a choice): on
display, a published weight of 1.6307 becomes 1.65 in the kernel. This one snaps the learner's
moves only.
"""

from collections.abc import Sequence
from typing import Any

import traitlets

from lstm_lib import _validate
from lstm_lib.explorers.controls import traits
from lstm_lib.explorers.controls.control import Control, source

Stops = Sequence[float]
TOGETHER = ("value", "min", "max", "step", "by_factors", "whole", "stops")


class Slider(Control):
    """A labelled slider and number field for one number.

    Args:
        value: the number, exactly as Python assigned it or the learner typed it.
        min, max: the smallest and the largest value.
        step: keys and dragging move to the multiples of `step` (with `by_factors`: of `step`
            decades, so 0.1 gives ten points from 0.01 to 0.1). PageUp and PageDown move ten of
            them.
        label, name: as for every Control, such as 'w_h' and 'forget gate, weight on h'.
        color: CSS colour of the bar and the handle; default the theme's text colour.
        decimals: digits shown after the point (with `by_factors`: after the first digit).
        by_factors: whether the slider moves by factors instead of differences; needs min > 0.
        whole: whether value, min, max and step are whole numbers, shown without decimals.
        stops: the only values it can have, in rising order, from min to max; they stand equally far
            apart, and `step` is 1: keys and dragging move from one to the next. Empty: any value.
        readout: whether the number can be typed; if not, it is only shown.
        play: milliseconds per step of a play button beside it; 0 shows none. It stops at `max`.
        disabled: whether the learner is kept from moving it.
    """

    _esm, _css = source(__file__)

    value = traits.Checked(_validate.number, 0.0)
    min = traits.Checked(_validate.number, -1.0)
    max = traits.Checked(_validate.number, 1.0)
    step = traits.Checked(_validate.positive, 0.05)
    color = traits.Checked(traits.color, "")
    decimals = traits.Checked(traits.digits, 2)
    by_factors = traits.Checked(traits.flag, False)
    whole = traits.Checked(traits.flag, False)
    stops = traits.Checked(traits.rising, [])
    readout = traits.Checked(traits.flag, True)
    play = traits.Checked(_validate.count, 0)
    disabled = traits.Checked(traits.flag, False)

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        _check_together(**{name: getattr(self, name) for name in TOGETHER})

    @traitlets.validate(*TOGETHER)
    def _goes_together(self, proposal: Any) -> Any:
        _check_together(**self.proposed(proposal, *TOGETHER))
        return proposal.value

    def __repr__(self) -> str:
        name = self.name or self.label
        return f"Slider({name!r}, value={self.value:g}, min={self.min:g}, max={self.max:g})"


def whole(
    label: str, name: str, value: float, min: float, max: float, step: float = 1, **arguments: Any
) -> Slider:
    """Return a slider over whole numbers; `arguments` are further ones of Slider."""
    arguments |= {"label": label, "name": name, "whole": True}
    return Slider(value=value, min=min, max=max, step=step, **arguments)


def among(label: str, name: str, value: float, stops: Stops, **arguments: Any) -> Slider:
    """Return a slider over some whole numbers, at least two; `arguments` are further ones."""
    return whole(label, name, value, stops[0], stops[-1], stops=list(stops), **arguments)


def counted(label: str, count: int, play: int = 0) -> Slider:
    """Return a slider over 1 to `count`, disabled where that is no choice."""
    return whole(label, label, 1, 1, max(count, 2), play=play, disabled=count == 1)


def index(slider: Slider) -> int:
    """Return what a slider from `counted` has chosen, counted from 0."""
    return 0 if slider.disabled else int(slider.value) - 1


def _check_together(
    value: float, min: float, max: float, step: float, by_factors: bool, whole: bool, stops: Stops
) -> None:
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


def _check_stops(
    stops: Stops, value: float, min: float, max: float, step: float, by_factors: bool
) -> None:
    """Raise ValueError for stops that the other traits do not fit."""
    if by_factors or step != 1:
        raise traits.MismatchError(f"step must be 1 with stops, and by_factors False, got {step!r}")
    if (stops[0], stops[-1]) != (min, max):
        raise traits.MismatchError(f"stops must go from {min!r} to {max!r}, got {stops!r}")
    if min <= value <= max and value not in stops:
        raise traits.MismatchError(f"value must be one of {stops!r}, got {value!r}")


def _check_whole(by_factors: bool, **numbers: float) -> None:
    """Raise ValueError for a slider over whole numbers that would leave them."""
    if by_factors:
        raise traits.MismatchError("by_factors must be False when whole is True, got True")
    for name, value in numbers.items():
        if not value.is_integer():
            raise traits.MismatchError(f"{name} must be a whole number, got {value!r}")
