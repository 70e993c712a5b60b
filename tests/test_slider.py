"""Slider and Choice without a browser: what Python may set."""

import logging
import math

import numpy as np
import pytest

from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, among, counted, index, whole


def slider(**arguments):
    return Slider(**{"label": "w_h", "min": -5, "max": 5} | arguments)


def test_keeps_exact_values():
    w = slider(value=1.6307)
    assert w.value == 1.6307
    w.value = -0.123456789
    assert w.value == -0.123456789
    w.value = np.float32(0.5)
    assert type(w.value) is float


def test_states_name_and_value():
    assert repr(slider(name="forget gate, weight on h", value=1.6307)) == (
        "Slider('forget gate, weight on h', value=1.6307, min=-5, max=5)"
    )
    assert repr(Choice(["A", "B"], label="company")) == "Choice('company', value='A')"


@pytest.mark.parametrize("name", ["value", "min", "max", "step"])
@pytest.mark.parametrize(
    ("bad", "error"),
    [(math.nan, ValueError), (math.inf, ValueError), ("1", TypeError), (True, TypeError),
     (None, TypeError), ([1], TypeError), (1j, TypeError)],
)  # fmt: skip
def test_refuses_what_is_no_finite_number(name, bad, error):
    with pytest.raises(error, match=f"^{name} must be a .*number, got"):
        slider(**{name: bad})
    w = slider()
    with pytest.raises(error, match=f"^{name} must be a .*number, got"):
        setattr(w, name, bad)
    assert (w.value, w.min, w.max, w.step) == (0, -5, 5, 0.05)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"value": 5.01}, r"value must be from -5.0 to 5.0, got 5.01"),
        ({"value": -6}, r"value must be from -5.0 to 5.0, got -6.0"),
        ({"min": 5}, r"min must be below max, got min=5.0 and max=5.0"),
        ({"max": -7}, r"min must be below max, got min=-5.0 and max=-7.0"),
        ({"min": 1}, r"value must be from 1.0 to 5.0, got 0.0"),
        ({"step": 0}, r"step must be above 0, got 0"),
        ({"step": -0.1}, r"step must be above 0, got -0.1"),
        ({"step": 1e-12}, r"step must be at least 1e-08, got 1e-12"),
        ({"by_factors": True}, r"min must be above 0 when by_factors is True, got -5.0"),
        ({"decimals": 11}, r"decimals must be at most 10, got 11"),
        ({"decimals": -1}, r"decimals must be at least 0, got -1"),
        ({"play": -1}, r"play must be at least 0, got -1"),
        ({"color": "red; background: url(x)"}, r"color must be a CSS colour such as"),
        ({"label": ""}, r"name must be a text for screen readers to say"),
        ({"step": 1, "value": 2.5, "whole": True}, r"value must be a whole number, got 2.5"),
        ({"step": 1, "min": -4.5, "whole": True}, r"min must be a whole number, got -4.5"),
        ({"step": 1, "max": 4.5, "whole": True}, r"max must be a whole number, got 4.5"),
        ({"step": 0.5, "whole": True}, r"step must be a whole number, got 0.5"),
        ({"min": 1, "value": 1, "step": 1, "whole": True, "by_factors": True},
         r"by_factors must be False when whole is True"),
        ({"value": 10**400}, r"value must fit a float"),
    ],
)  # fmt: skip
def test_refuses_impossible_values(arguments, message):
    with pytest.raises(ValueError, match=message):
        slider(**arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"label": 3}, "label must be a string, got 3"),
        ({"name": None}, "name must be a string, got None"),
        ({"color": 1}, "color must be a string, got 1"),
        ({"by_factors": 1}, "by_factors must be True or False, got 1"),
        ({"whole": 1}, "whole must be True or False, got 1"),
        ({"decimals": 2.0}, "decimals must be a whole number, got 2.0"),
        ({"vlaue": 1}, "Slider has no argument 'vlaue'; expected by_factors, color, "),
    ],
)
def test_refuses_wrong_types(arguments, message):
    with pytest.raises(TypeError, match=message):
        slider(**arguments)


def test_a_slider_over_whole_numbers_keeps_to_them():
    day = whole("day", "day", value=1, min=1, max=4, play=60)
    assert (day.step, day.whole, day.play) == (1, True, 60)
    day.value = np.int64(3)
    for bad in (2.5, 1e-9 + 2):
        with pytest.raises(ValueError, match=r"^value must be a whole number, got"):
            day.value = bad
    assert day.value == 3
    with pytest.raises(ValueError, match=r"^max must be a whole number, got 4.5"):
        day.max = 4.5
    assert day.max == 4


def test_a_slider_among_stops_keeps_to_them():
    epoch = among("epoch", "epoch", 5, (0, 1, 5, 100), play=60)
    assert (epoch.min, epoch.max, epoch.step, epoch.whole) == (0, 100, 1, True)
    assert epoch.stops == [0, 1, 5, 100]
    epoch.value = np.int64(100)
    for bad in (2, 99):
        with pytest.raises(
            ValueError, match=r"^value must be one of \[0.0, 1.0, 5.0, 100.0\], got"
        ):
            epoch.value = bad
    assert epoch.value == 100


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"stops": [-5, 1, 4]}, ValueError, "stops must go from -5.0 to 5.0, got"),
        ({"stops": [-4, 1, 5]}, ValueError, "stops must go from -5.0 to 5.0, got"),
        ({"stops": [-5, 1, 1, 5]}, ValueError, "stops must be numbers in rising order, got"),
        ({"stops": [-5, 5], "step": 2}, ValueError, "step must be 1 with stops"),
        ({"stops": [1, 5], "min": 1, "by_factors": True}, ValueError, "and by_factors False"),
        ({"stops": [-5, "a"]}, TypeError, r"stops\[1\] must be a number, got 'a'"),
        ({"stops": 3}, TypeError, "stops must be a sequence of numbers, got 3"),
    ],
)
def test_refuses_impossible_stops(arguments, error, message):
    with pytest.raises(error, match=message):
        slider(**{"value": 5, "step": 1} | arguments)


def test_a_count_of_one_leaves_no_choice():
    assert (counted("unit", 1).disabled, counted("unit", 2).disabled) == (True, False)
    unit = counted("unit", 3, play=50)
    assert (unit.min, unit.max, unit.play) == (1, 3, 50)
    unit.value = 3
    assert (index(unit), index(counted("unit", 1))) == (2, 0)


def test_the_logger_of_ipywidgets_is_not_shadowed():
    for control in (slider(), Choice(["A"], label="company")):
        assert isinstance(control.log, (logging.Logger, logging.LoggerAdapter))


@pytest.mark.parametrize("sent", [{"value": 9}, {"value": "x"}, {"value": None}, {"value": 2.5}])
def test_what_the_browser_may_not_send_is_answered_with_what_holds(sent, monkeypatch):
    day, said = whole("day", "day", value=2, min=1, max=4), []
    monkeypatch.setattr(day, "_send", lambda message, buffers=None: said.append(message))
    day.set_state(sent)
    assert day.value == 2
    assert said[-1] == {"method": "update", "state": {"value": 2.0}, "buffer_paths": []}
    day.set_state({"value": 3})
    assert day.value == 3


def test_an_error_of_an_observer_is_not_hidden():
    def fails(change):
        raise ValueError("my own mistake")

    day = whole("day", "day", value=2, min=1, max=4)
    day.observe(fails, "value")
    with pytest.raises(ValueError, match="my own mistake"):
        day.set_state({"value": 3})


def test_range_and_value_change_together():
    w = slider()
    with w.hold_trait_notifications():
        w.min, w.max, w.value = 10, 20, 12
    assert (w.min, w.max, w.value) == (10, 20, 12)


def test_a_refused_change_leaves_everything_as_it_was():
    w = slider(value=2)
    with pytest.raises(ValueError, match="value must be from"), w.hold_trait_notifications():
        w.min, w.max = 10, 20
    assert (w.min, w.max, w.value) == (-5, 5, 2)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"options": []}, ValueError, "options must be at least one string, each once, got"),
        ({"options": ["A", "A"]}, ValueError, "options must be at least one string, each once"),
        ({"options": "AB"}, TypeError, "options must be a list of strings, got 'AB'"),
        ({"options": ["A", 1]}, TypeError, "options must be a list of strings"),
        ({"options": 5}, TypeError, "options must be a list of strings, got 5"),
        ({"value": "C"}, ValueError, "value must be one of 'A', 'B', got 'C'"),
        ({"value": 1}, TypeError, "value must be a string, got 1"),
        ({"label": ""}, ValueError, "name must be a text for screen readers to say"),
        ({"wide": True}, TypeError, "Choice has no argument 'wide'"),
    ],
)
def test_choice_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        Choice(**{"options": ["A", "B"], "label": "company"} | arguments)


def test_choice_takes_one_of_its_options():
    company = Choice(["A", "B"], value="B", label="company")
    company.value = "A"
    with pytest.raises(ValueError, match="value must be one of 'A', 'B', got 'Z'"):
        company.value = "Z"
    assert company.value == "A"
