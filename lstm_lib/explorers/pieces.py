"""What the pictures of a run share: scales of quantities, numbers beside them, padding."""

from collections.abc import Sequence
from math import isnan

from lstm_lib.drawing.charts import Chart
from lstm_lib.drawing.heatmap import PLAIN, Heatmap, Scale, hatch
from lstm_lib.drawing.svg import number, power_of_ten, text
from lstm_lib.notation import NAMES, OPENINGS, alike

MOST_MARKERS = 15  # steps up to which every value of a line has its marker


def scale_of(name: str, lowest: float, highest: float) -> Scale:
    """Return the scale of a quantity with values from `lowest` to `highest`."""
    if name in OPENINGS:
        return Scale(alike(name), 0.0, 1.0)
    around = Scale.around_zero(max(abs(lowest), abs(highest)))
    return around if name in NAMES or lowest < 0 else Scale(PLAIN, 0.0, around.high)


def written(value: float, scale: Scale) -> str:
    """Return a value with the digits its scale deserves; a dash for nan."""
    if isnan(value):
        return "\N{EN DASH}"
    return power_of_ten(value, 0) if abs(value) >= 1e6 else number(value, scale.decimals)


def row_numbers(box: Heatmap, rows: Sequence[int]) -> str:
    """Number the first and the last row of a heatmap, where there is room."""
    if box.rows == 1 or box.h < 24:
        return ""
    ends = ((box.y + 9, rows[0]), (box.y + box.h - 1, rows[-1]))
    return "".join(text(box.x - 11, y, str(row + 1), 11, "end soft") for y, row in ends)


def padding(chart: Chart, steps: int) -> str:
    """Hatch the part of a chart behind the end of a sequence, and say so where there is room."""
    if steps == chart.steps:
        return ""
    start, end = chart.x + chart.w * steps / chart.steps, chart.x + chart.w
    hatched = hatch(start, chart.y, end - start, chart.h)
    if end - start <= 64:
        return hatched
    middle = (start + end) / 2, chart.y + chart.h / 2 + 4
    return hatched + text(*middle, "padding", 12, "mid soft halo")
