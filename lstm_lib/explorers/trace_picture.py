"""A run of a whole layer: six heatmaps, one unit's lines, and what goes in and comes out."""

from collections.abc import Sequence
from typing import NamedTuple

from lstm_lib.drawing.charts import Chart, apart
from lstm_lib.drawing.heatmap import PLAIN, Heatmap, Scale, hatch
from lstm_lib.drawing.marks import marker
from lstm_lib.drawing.svg import number, power_of_ten, text
from lstm_lib.notation import STATES, VALVES, titled

SIZE = (880, 478)
COLUMNS = (
    (40, VALVES),
    (480, ("g", *STATES)),
)  # where each starts, and its quantities, top to bottom
WIDTH, MAP_TOP, MAP_HEIGHT, MAP_PITCH = 330, 20, 74, 96
LINES_TOP, LINES_HEIGHT, GAP = 310, 88, 8
STRIP_TOP, STRIP_HEIGHT, STRIP_GAP, FOOT = 422, 36, 4, 472
MOST_MARKERS = 15  # steps up to which every value of a line has its marker
Rows = Sequence[Sequence[float]]


class Sheet(NamedTuple):
    """One sequence of a batch on its way through a layer.

    Fields:
        units: the numbers of f, i, o, g, c, h by name, (hidden_size, steps) each; a projected
            h, (proj_size, steps), belongs to no unit.
        input: (input_size, steps).
        results: what comes out, by name, such as "output" and "target", (output_size, steps)
            each, nan where there is none; at most two.
        scales: the scale of each of these, by name.
        memories: the scale of each unit's own c, (hidden_size,).
        order: which unit stands in each row, top to bottom, counted from 0, (hidden_size,).
        seq_len: how many steps there is room for, which a shorter sequence does not fill.
        is_reverse: whether the layer walks from the last step to the first.
    """

    units: dict[str, Rows]
    input: Rows
    results: dict[str, Rows]
    scales: dict[str, Scale]
    memories: Sequence[Scale]
    order: Sequence[int]
    seq_len: int
    is_reverse: bool = False

    @property
    def steps(self) -> int:
        """The number of time steps of this sequence."""
        return len(self.input[0])

    @property
    def is_sorted(self) -> bool:
        """Whether the units stand in another order than by their numbers."""
        return list(self.order) != sorted(self.order)

    def belongs(self, name: str) -> bool:
        """Whether the numbers of a quantity are those of the layer's units."""
        return len(self.units[name]) == len(self.units["c"])

    def rows(self, name: str) -> list[int]:
        """Return which unit of a quantity stands in each row, top to bottom."""
        return list(self.order if self.belongs(name) else range(len(self.units[name])))

    def scale(self, name: str, unit: int) -> Scale:
        """Return the scale for one unit's numbers: c may be far smaller than the layer's."""
        return self.memories[unit] if name == "c" else self.scales[name]


def scale_of(name: str, lowest: float, highest: float) -> Scale:
    """Return the scale of a quantity with values from `lowest` to `highest`."""
    if name in VALVES:
        return Scale(name, 0.0, 1.0)
    most = max(abs(lowest), abs(highest))
    if name in COLUMNS[1][1] or lowest < 0:
        return Scale.around_zero(most)
    return Scale(PLAIN, 0.0, Scale.around_zero(most).high)


def written(value: float, scale: Scale) -> str:
    """Return a value with the digits its scale deserves; a dash for nan."""
    if value != value:
        return "\N{EN DASH}"
    return power_of_ten(value, 0) if abs(value) >= 1e6 else number(value, scale.decimals)


# --- what changes with the sequence only --------------------------------------------------------


def frame(sheet: Sheet) -> str:
    """Draw the heatmaps and strips, the empty charts, all names, scales and axes."""
    pieces = [_map(sheet, name) for _, names in COLUMNS for name in names]
    for chart, names in _charts(sheet, 0):
        pieces.append(chart.frame())
        if names != "c":  # its ends change with the unit
            pieces.append(chart.ends())
        if chart.low < 0:
            pieces.append(chart.level(0, opacity=0.7))
        pieces.append(missing(chart, sheet.steps))
    for x, _ in COLUMNS:
        pieces.append(_strips_drawn(sheet, x))
        pieces.append(Chart(x, 0, WIDTH, 0, sheet.seq_len, 0.0, 1.0).axis(FOOT, 11, gap=11))
    return "".join(pieces)


def _maps(sheet: Sheet) -> dict[str, Heatmap]:
    """Return the frames of the six heatmaps."""
    return {
        name: Heatmap(
            x, MAP_TOP + k * MAP_PITCH, WIDTH, MAP_HEIGHT, len(sheet.units[name]), sheet.seq_len
        )
        for x, names in COLUMNS
        for k, name in enumerate(names)
    }


def _map(sheet: Sheet, name: str) -> str:
    """Draw one heatmap with its name, its scale and the numbers of its units."""
    box, scale, rows = _maps(sheet)[name], sheet.scales[name], sheet.rows(name)
    return "".join(
        (
            text(box.x, box.y - 6, titled(name), 13, f"b ink-{name}"),
            scale.bar(box.x + box.w, box.y - 14),
            box.draw([sheet.units[name][unit] for unit in rows], scale),
            text(box.x - 11, box.y + box.h / 2 + 4, "unit", 11, "end soft"),
            row_numbers(box, rows),
        )
    )


def row_numbers(box: Heatmap, rows: Sequence[int]) -> str:
    """Number the first and the last row of a heatmap, where there is room."""
    if box.rows == 1 or box.h < 24:
        return ""
    ends = ((box.y + 9, rows[0]), (box.y + box.h - 1, rows[-1]))
    return "".join(text(box.x - 11, y, str(row + 1), 11, "end soft") for y, row in ends)


def _charts(sheet: Sheet, unit: int) -> list[tuple[Chart, Sequence[str]]]:
    """Return the charts of one unit's lines, and which lines each has."""
    (left, _), (right, _) = COLUMNS
    half, steps = (LINES_HEIGHT - GAP) / 2, sheet.seq_len
    shown = max(sheet.scales["g"].high, sheet.scales["h"].high)
    memory = sheet.scale("c", unit).high
    return [
        (Chart(left, LINES_TOP, WIDTH, LINES_HEIGHT, steps, 0.0, 1.0), VALVES),
        (Chart(right, LINES_TOP, WIDTH, half, steps, -shown, shown), "gh"),
        (Chart(right, LINES_TOP + half + GAP, WIDTH, half, steps, -memory, memory), "c"),
    ]


def missing(chart: Chart, steps: int) -> str:
    """Hatch the part of a chart behind the end of a sequence, and say so where there is room."""
    if steps == chart.steps:
        return ""
    start, end = chart.x + chart.w * steps / chart.steps, chart.x + chart.w
    word = text((start + end) / 2, chart.y + chart.h / 2 + 4, "padding", 12, "mid soft halo")
    return hatch(start, chart.y, end - start, chart.h) + word * (end - start > 64)


def _strips(sheet: Sheet, x: float) -> list[tuple[str, Heatmap, Rows]]:
    """Return (name, frame, values) of the strips that stand in the column at `x`."""
    results = sheet.results if x != COLUMNS[0][0] else {}
    shown = results or {"input": sheet.input}
    height = (STRIP_HEIGHT - STRIP_GAP * (len(shown) - 1)) / len(shown)
    return [
        (
            name,
            Heatmap(
                x, STRIP_TOP + k * (height + STRIP_GAP), WIDTH, height, len(values), sheet.seq_len
            ),
            values,
        )
        for k, (name, values) in enumerate(shown.items())
    ]


def _strips_drawn(sheet: Sheet, x: float) -> str:
    """Draw the input or the results of a column, with their names and scale."""
    strips = _strips(sheet, x)
    names = [name for name, _, _ in strips]
    title = names[0] if len(names) == 1 else f"{names[0]}, {names[1]} below it"
    drawn = [
        box.draw(values, sheet.scales[name]) + row_numbers(box, range(box.rows))
        for name, box, values in strips
    ]
    bar = sheet.scales[names[0]].bar(x + WIDTH, STRIP_TOP - 14)
    return "".join((text(x, STRIP_TOP - 6, title, 13, "b"), bar, *drawn))


# --- what changes with every move ---------------------------------------------------------------


def cursor(sheet: Sheet, t: int, unit: int) -> str:
    """Mark step `t` and `unit`, counted from 0; draw the unit's lines and write every number."""
    row, title = sheet.order.index(unit), _title(sheet, t, unit)
    pieces = []
    for name, box in _maps(sheet).items():
        pieces.append(box.mark_step(t))
        if sheet.belongs(name):
            pieces += [box.mark_row(row), _value(sheet, name, box, t, row)]
    for chart, names in _charts(sheet, unit):
        if names == "c":
            pieces.append(chart.ends())
        pieces.append(_lines(sheet, chart, [n for n in names if sheet.belongs(n)], t, unit))
    for x, _ in COLUMNS:
        pieces.append(text(x, LINES_TOP - 6, title, 13, "b"))
        pieces += [_strip_now(sheet, name, box, t) for name, box, _ in _strips(sheet, x)]
    return "".join(pieces)


def _title(sheet: Sheet, t: int, unit: int) -> str:
    """Say over the lines which unit they are of, and how they are to be read."""
    rank = f" (rank {sheet.order.index(unit) + 1})" if sheet.is_sorted else ""
    way = ", read right to left" if sheet.is_reverse else " over time"
    return f"unit {unit + 1}{rank}{way}, at step {t + 1}"


def _value(sheet: Sheet, name: str, box: Heatmap, t: int, row: int) -> str:
    """Write the number under both cursor lines beside a heatmap, as high as its unit."""
    y = min(max(box.middle(row) + 5, box.y + 10), box.y + box.h - 1)
    words = _written_now(sheet, name, t, sheet.order[row])
    return text(box.x + box.w + 6, y, words, 12.5, f"b ink-{name}")


def _written_now(sheet: Sheet, name: str, t: int, unit: int) -> str:
    """Return the number of one unit at step `t`, with the digits its scale deserves."""
    return written(sheet.units[name][unit][t], sheet.scale(name, unit))


def _lines(sheet: Sheet, chart: Chart, names: Sequence[str], t: int, unit: int) -> str:
    """Draw one unit's lines in a chart, with a marker and a number each at step `t`."""
    rows = {name: sheet.units[name][unit] for name in names}
    pieces, dotted = [chart.marked(t)], chart.steps <= MOST_MARKERS
    for name, values in rows.items():
        pieces.append(chart.curve(name, values, markers=dotted))
        pieces.append(marker(name, chart.across(t), chart.up(values[t]), 4.5))
    heights = {name: chart.up(values[t]) + 4 for name, values in rows.items()}
    for name, y in apart(heights, chart.y + chart.h, 14, top=chart.y + 9).items():
        words = f"{name} {_written_now(sheet, name, t, unit)}"
        pieces.append(text(chart.x + WIDTH + 6, y, words, 12, f"ink-{name}"))
    return "".join(pieces)


def _strip_now(sheet: Sheet, name: str, box: Heatmap, t: int) -> str:
    """Mark step `t` of the input or a result, and write its numbers where there is room."""
    rows, scale = _rows(sheet, name), sheet.scales[name]
    values = [row[t] for row in rows]
    x, room = box.x + box.w + 6, int(box.h / 12)
    if len(values) <= room:
        places = [box.middle(k) + 4 for k in range(len(values))]
        words = [written(value, scale) for value in values]
    else:
        places = [box.middle(len(values) // 2) + 4]
        words = [f"{len(values)} values"]
    shown = (text(x, y, word, 12) for y, word in zip(places, words, strict=True))
    return box.mark_step(t) + "".join(shown)


def _rows(sheet: Sheet, name: str) -> Rows:
    """Return the values of the input or of a result."""
    return sheet.input if name == "input" else sheet.results[name]
