"""Slider and Choice in a real JupyterLab: keys, typing, names, several views, bursts."""

import json
import time

import pytest

pytestmark = pytest.mark.browser

CELLS = [
    """import ipywidgets, threading, time
from lstm_lib.explorers.controls.choice import Choice
from lstm_lib.explorers.controls.slider import Slider, among, whole
picture = ipywidgets.HTML()
w = Slider(label="w_h", name="forget gate, weight on h", value=1.6307, min=-5, max=5)
x = Slider(label="x", value=0.1, min=-1, max=1, color="#0173b2")
rate = Slider(
    label="rate", name="learning rate", value=0.001, min=1e-5, max=1, step=0.1, by_factors=True
)
day = Slider(label="day", value=1, min=1, max=4, step=1, whole=True, play=60, readout=False)
epochs = whole("epochs", "number of epochs", 200, 100, 1000, 100)
saved = among("saved", "epoch of the checkpoint", 5, [0, 1, 5, 20, 1000], play=60)
company = Choice(["A", "B", "own <b>"], label="company", buttons=True)
preset = Choice(["published", "untrained"], label="preset", name="preset of weights")
def draw(_=None):
    picture.value = f'<svg height="20"><text y="15">{w.value!r}</text></svg>'
draw()
w.observe(draw, "value")
wait = False
ipywidgets.VBox([w, x, rate, day, epochs, saved, company, preset, picture])""",
    "w",
    """end = time.time() + 30  # until the test ends it: how long its moves take, nobody knows
while wait and company.value == "A" and time.time() < end:
    pass""",
    """with epochs.hold_sync():
    epochs.max = 300
    end = time.time() + 1.5
    while time.time() < end:
        pass""",
]
W = "forget gate, weight on h"


@pytest.fixture(scope="module")
def notebook(open_notebook):
    opened = open_notebook(CELLS)
    opened.run_all()
    return opened


@pytest.fixture(autouse=True)
def _start_values(notebook):
    notebook.execute("w.value, x.value, rate.value, day.value = 1.6307, 0.1, 0.001, 1")
    notebook.execute("epochs.max, epochs.value, saved.value = 1000, 200, 5")
    notebook.execute("company.value, preset.value = 'A', 'published'")
    notebook.settle(50)
    yield
    assert notebook.errors() == []


def kernel(notebook, expression):
    notebook.settle(50)
    return json.loads(notebook.execute(f"import json; print(json.dumps({expression}))"))


def shown(notebook, name, nth=0):
    return notebook.field(name, nth).input_value()


def test_display_keeps_exact_values(notebook):
    assert kernel(notebook, "[w.value, rate.value]") == [1.6307, 0.001]
    assert shown(notebook, W) == "1.63"
    notebook.slider(W).focus()
    notebook.slider(W).blur()
    notebook.field(W).press("Enter")
    assert kernel(notebook, "w.value") == 1.6307


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["ArrowRight"], 1.65),
        (["ArrowUp", "ArrowUp"], 1.7),
        (["ArrowLeft"], 1.6),
        (["ArrowDown", "ArrowDown"], 1.55),
        (["PageUp"], 2.1),
        (["PageDown"], 1.15),
        (["Home"], -5),
        (["End"], 5),
        (["End", "ArrowRight"], 5),
        (["Home", "PageDown", "ArrowRight"], -4.95),
    ],
)
def test_keys_move_along_the_grid(notebook, keys, value):
    notebook.press(W, *keys)
    assert kernel(notebook, "w.value") == value
    assert notebook.slider(W).get_attribute("aria-valuetext") == f"{value:.2f}"


def test_steps_leave_no_float_noise(notebook):
    values = []
    for _ in range(6):
        notebook.press("x", "ArrowRight")
        values.append(kernel(notebook, "x.value"))
    assert values == [0.15, 0.2, 0.25, 0.3, 0.35, 0.4]
    notebook.press("x", *["ArrowLeft"] * 9)
    assert shown(notebook, "x") == "-0.05"
    notebook.press("x", "ArrowRight")
    assert shown(notebook, "x") == "0.00"


def test_log_slider_moves_by_factors(notebook):
    notebook.press("learning rate", "ArrowRight")
    assert kernel(notebook, "rate.value") == 0.00126
    notebook.press("learning rate", "ArrowLeft")
    assert kernel(notebook, "rate.value") == 0.001
    notebook.press("learning rate", "PageUp")
    assert kernel(notebook, "rate.value") == 0.01
    notebook.press("learning rate", *["ArrowLeft"] * 12)
    assert kernel(notebook, "rate.value") == 0.000631
    notebook.press("learning rate", "Home")
    assert kernel(notebook, "rate.value") == 1e-5


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (["ArrowRight"], 20),
        (["ArrowRight", "ArrowRight", "ArrowRight"], 1000),
        (["ArrowLeft"], 1),
        (["ArrowLeft", "ArrowLeft", "ArrowLeft"], 0),
        (["PageUp"], 1000),
        (["PageDown"], 0),
        (["Home", "ArrowRight"], 1),
        (["End", "ArrowLeft"], 20),
    ],
)
def test_keys_move_from_stop_to_stop(notebook, keys, value):
    notebook.press("epoch of the checkpoint", *keys)
    assert kernel(notebook, "saved.value") == value
    assert shown(notebook, "epoch of the checkpoint") == str(value)


@pytest.mark.parametrize(("share", "value"), [(0.02, 0), (0.26, 1), (0.52, 5), (0.77, 20)])
def test_stops_are_equally_far_apart(notebook, share, value):
    slider = notebook.slider("epoch of the checkpoint")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] * share, "y": box["height"] / 2})
    assert kernel(notebook, "saved.value") == value


def test_a_typed_number_goes_to_the_nearest_stop(notebook):
    notebook.field("epoch of the checkpoint").fill("400")
    notebook.field("epoch of the checkpoint").press("Enter")
    assert kernel(notebook, "saved.value") == 20
    assert shown(notebook, "epoch of the checkpoint") == "20"


def test_pointer_lands_on_the_grid(notebook):
    box = notebook.slider(W).bounding_box()
    notebook.slider(W).click(position={"x": box["width"] * 0.7123, "y": box["height"] / 2})
    value = kernel(notebook, "w.value")
    assert value == round(value / 0.05) * 0.05 or value == float(f"{value:.2f}")
    assert 1.6 < value < 2.6


def test_typed_number_arrives_exactly(notebook):
    notebook.field(W).fill("-0.70713")
    notebook.field(W).press("Enter")
    assert kernel(notebook, "w.value") == -0.70713
    notebook.field(W).fill("1e-3")
    notebook.slider("x").focus()  # leaving the field counts as Enter
    assert kernel(notebook, "w.value") == 0.001


@pytest.mark.parametrize("typed", ["7", "-5.01", "abc", "", "1,5", "NaN", "Infinity"])
def test_impossible_typed_number_is_marked_and_not_sent(notebook, typed):
    field = notebook.field(W)
    field.fill(typed)
    field.press("Enter")
    assert kernel(notebook, "w.value") == 1.6307
    assert (field.input_value(), field.get_attribute("aria-invalid")) == (typed, "true")
    assert field.get_attribute("title") == "Not possible: type a number from -5 to 5"
    field.press("Escape")
    assert (field.input_value(), field.get_attribute("aria-invalid")) == ("1.63", None)


@pytest.mark.parametrize("typed", ["250.5", "1e-1", "2000"])
def test_a_slider_over_whole_numbers_takes_no_other(notebook, typed):
    field = notebook.field("number of epochs")
    field.fill(typed)
    field.press("Enter")
    assert field.get_attribute("aria-invalid") == "true"
    assert field.get_attribute("title") == "Not possible: type a whole number from 100 to 1000"
    field.fill("250")
    field.press("Enter")
    assert kernel(notebook, "epochs.value") == 250
    assert shown(notebook, "number of epochs") == "250"
    notebook.press("number of epochs", "ArrowRight")
    assert kernel(notebook, "epochs.value") == 300


def test_a_move_beyond_a_new_range_shows_what_holds(notebook):
    notebook.run_cell(3)  # keeps the kernel from telling the browser about the new range
    time.sleep(0.3)
    notebook.press("number of epochs", "End")
    notebook.wait_idle()
    assert kernel(notebook, "epochs.value") == 200
    notebook.page.wait_for_function(
        "document.querySelectorAll('.lstm-slider input[type=text]')[4].value === '200'"
    )


def test_kernel_does_not_overwrite_what_is_being_typed(notebook):
    field = notebook.field(W)
    field.fill("2.")
    notebook.execute("w.value = 3.5")
    notebook.page.wait_for_function("document.querySelector('.lstm-slider input').value === '3.5'")
    assert field.input_value() == "2."
    field.press_sequentially("25")
    field.press("Enter")
    assert kernel(notebook, "w.value") == 2.25


def test_plain_keys_stay_in_the_control_and_commands_pass(notebook):
    state = """() => { const c = jupyterapp.shell.currentWidget.content;
        return [c.activeCellIndex, c.widgets.length, c.mode]; }"""
    names = [notebook.slider(W), notebook.field(W), notebook.page.get_by_label("preset of weights")]
    for control in names:
        notebook.page.evaluate("jupyterapp.shell.currentWidget.content.mode = 'command'")
        before = notebook.page.evaluate(state)
        for key in ["ArrowDown", "ArrowUp", "b", "a", "d", "d", "Escape"]:
            control.press(key)
        assert notebook.page.evaluate(state) == before
    notebook.page.evaluate(
        "() => { window.saved = 0; jupyterapp.commands.commandExecuted"
        ".connect((_, { id }) => { saved += id === 'docmanager:save'; }); }"
    )
    notebook.slider(W).press("Control+s")
    notebook.page.wait_for_function("saved === 1")


def test_two_views_show_one_value(notebook):
    notebook.press(notebook.slider(W, 1), "End")
    assert kernel(notebook, "w.value") == 5
    assert [shown(notebook, W, 0), shown(notebook, W, 1)] == ["5.00", "5.00"]
    notebook.press(notebook.slider(W, 0), "ArrowLeft")
    assert shown(notebook, W, 1) == "4.95"


def test_every_control_has_a_name(notebook):
    names = [W, "x", "learning rate", "day", "number of epochs", "epoch of the checkpoint"]
    assert list(notebook.sliders()) == names
    page = notebook.page
    for role, name in [
        ("radiogroup", "company"),
        ("combobox", "preset of weights"),
        ("button", "play: day"),
        ("radio", "own <b>"),
    ]:
        assert page.get_by_role(role, name=name, exact=True).count() == 1
    assert notebook.axe() == []


def test_play_moves_to_the_end_and_stops(notebook):
    button = notebook.page.get_by_role("button", name="play: day")
    assert kernel(notebook, "day.value") == 1
    button.press("Enter")
    notebook.page.wait_for_function(
        "document.querySelectorAll('.lstm-slider input[type=range]')[3].value === '4'"
    )
    button.wait_for()  # its name was "pause: day" meanwhile
    assert kernel(notebook, "day.value") == 4
    button.press("Enter")
    notebook.page.get_by_role("button", name="pause: day").press("Enter")
    assert kernel(notebook, "day.value") < 4


def test_choice_by_keyboard(notebook):
    notebook.page.get_by_role("radio", name="A", exact=True).press("ArrowRight")
    assert kernel(notebook, "company.value") == "B"
    notebook.page.get_by_role("radio", name="B", exact=True).press("ArrowDown")
    assert kernel(notebook, "company.value") == "own <b>"
    menu = notebook.page.get_by_label("preset of weights")
    menu.press("ArrowDown")
    assert kernel(notebook, "preset.value") == "untrained"
    notebook.execute("preset.value = 'published'")
    notebook.settle(50)
    assert menu.input_value() == "published"


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "while a cell runs"])
def test_burst_ends_with_the_last_value(notebook, busy):
    notebook.execute("w.value = 1.6307")
    notebook.settle(50)
    if busy:
        notebook.execute("wait = True")
        notebook.run_cell(2)
        time.sleep(0.3)
    notebook.burst(W, "ArrowRight", 40, last=">3.6<")
    assert notebook.is_running(2) == busy  # the picture did not wait for the cell
    notebook.page.get_by_role("radio", name="A", exact=True).press("ArrowRight")
    notebook.wait_idle()
    assert kernel(notebook, "w.value") == 3.6
