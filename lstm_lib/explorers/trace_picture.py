"""A run of a whole layer: six heatmaps, one unit's lines, and what goes in and comes out."""

from collections.abc import Iterator, Sequence

from lstm_lib.drawing.charts import Chart, apart
from lstm_lib.drawing.heatmap import Heatmap
from lstm_lib.drawing.marks import marker
from lstm_lib.drawing.svg import text
from lstm_lib.explorers.pieces import MOST_MARKERS, padding, row_numbers, written
from lstm_lib.explorers.trace_scene import Scene
from lstm_lib.notation import OPENINGS, Letters, alike, titled

SIZE = (880, 478)
LEFT, RIGHT = 40, 480  # where the columns start
WIDTH, MAP_TOP, MAPS_HEIGHT, MAP_GAP = 330, 20, 288, 22
LINES_TOP, LINES_HEIGHT, GAP = 310, 88, 8
STRIP_TOP, STRIP_HEIGHT, STRIP_GAP, FOOT = 422, 36, 4, 472


# --- what changes with the sequence only --------------------------------------------------------


def frame(scene: Scene) -> str:
    """Draw the heatmaps and strips, the empty charts, all names, scales and axes."""
    pieces = [_map(scene, name, box) for name, box in _maps(scene).items()]
    charts = _charts(scene, 0)
    for chart, names in charts:
        pieces.append(chart.frame())
        if "c" not in names:  # its ends change with the unit
            pieces.append(chart.ends())
        if chart.low < 0:
            pieces.append(chart.level(0, opacity=0.7))
        pieces.append(padding(chart, scene.steps))
    for x in (LEFT, RIGHT):
        if dict(_strips(scene, x)):
            pieces += [_strips_drawn(scene, x), _box(scene, x).axis(FOOT, 11, gap=11)]
    return "".join(pieces)


def _maps(scene: Scene) -> dict[str, Heatmap]:
    """Return the frames of the heatmaps: six of an LSTM; fewer are higher."""
    pitch = MAPS_HEIGHT / max(len(names) for _, names in _columns(scene.letters))
    sides = (WIDTH, pitch - MAP_GAP)
    return {
        name: Heatmap(x, MAP_TOP + k * pitch, *sides, len(scene.units[name]), scene.seq_len)
        for x, names in _columns(scene.letters)
        for k, name in enumerate(names)
    }


def _columns(letters: Letters) -> tuple[tuple[int, list[str]], ...]:
    """Return where each column starts, and which maps it has, top to bottom."""
    valves = [name for name in letters.charted if name in OPENINGS]
    others = [name for name in letters.charted if name not in OPENINGS]
    return ((LEFT, valves), (RIGHT, others)) if valves else ((LEFT, others), (RIGHT, []))


def _map(scene: Scene, name: str, box: Heatmap) -> str:
    """Draw one heatmap with its name, its scale and the numbers of its units."""
    scale, rows = scene.scales[name], scene.rows(name)
    ranked = scene.is_sorted and name in scene.own
    return "".join(
        (
            text(box.x, box.y - 6, titled(name), 13, f"b ink-{alike(name)}"),
            scale.bar(box.x + box.w, box.y - 14),
            box.draw([scene.units[name][unit] for unit in rows], scale),
            text(box.x - 11, box.y + box.h / 2 + 4, "rank" if ranked else "unit", 11, "end soft"),
            row_numbers(box, range(box.rows)),
        )
    )


def _charts(scene: Scene, unit: int) -> list[tuple[Chart, Sequence[str]]]:
    """Return the charts of one unit's lines, and which lines each has."""
    charts: list[tuple[Chart, Sequence[str]]] = []
    for x, names in _columns(scene.letters):
        if names and names[0] in OPENINGS:
            charts.append((_box(scene, x), names))
        elif names:
            charts += _around_zero(scene, x, names, unit)
    return charts


def _around_zero(
    scene: Scene, x: float, names: Sequence[str], unit: int
) -> list[tuple[Chart, Sequence[str]]]:
    """Return the charts of what may be below 0; c, which may be far larger, has its own."""
    shared = [name for name in names if name != "c"]
    most = max(scene.scales[name].high for name in shared)
    if "c" not in names:
        return [(_box(scene, x, -most, most), shared)]
    memory, half = scene.scale("c", unit).high, (LINES_HEIGHT - GAP) / 2
    lower = Chart(x, LINES_TOP + half + GAP, WIDTH, half, scene.seq_len, -memory, memory)
    return [(_box(scene, x, -most, most, half), shared), (lower, ["c"])]


def _box(
    scene: Scene, x: float, low: float = 0.0, high: float = 1.0, height: float = LINES_HEIGHT
) -> Chart:
    """Return a chart of a unit's lines in the column at `x`."""
    return Chart(x, LINES_TOP, WIDTH, height, scene.seq_len, low, high)


def _strips(scene: Scene, x: float) -> Iterator[tuple[str, Heatmap]]:
    """Yield name and frame of the strips in the column at `x`: what goes in, what comes out."""
    results = [name for name in scene.around if name != "input"]
    if x == RIGHT and not results and not dict(_columns(scene.letters))[RIGHT]:
        return  # nothing is above it either
    names = results if results and x != LEFT else ["input"]
    height = (STRIP_HEIGHT - STRIP_GAP * (len(names) - 1)) / len(names)
    for k, name in enumerate(names):
        y, rows = STRIP_TOP + k * (height + STRIP_GAP), len(scene.around[name])
        yield name, Heatmap(x, y, WIDTH, height, rows, scene.seq_len)


def _strips_drawn(scene: Scene, x: float) -> str:
    """Draw the strips of a column, with their names and scale."""
    strips = dict(_strips(scene, x))
    first, *second = strips
    title = f"{first}, {second[0]} below it" if second else first
    drawn = [
        box.draw(scene.around[name], scene.scales[name]) + row_numbers(box, range(box.rows))
        for name, box in strips.items()
    ]
    bar = scene.scales[first].bar(x + WIDTH, STRIP_TOP - 14)
    return "".join((text(x, STRIP_TOP - 6, title, 13, "b"), bar, *drawn))


# --- what changes with every move ---------------------------------------------------------------


def cursor(scene: Scene, t: int, unit: int) -> str:
    """Mark step `t` and `unit`, counted from 0; draw the unit's lines and write every number."""
    pieces, row = [], scene.order.index(unit)
    for name, box in _maps(scene).items():
        pieces.append(box.mark_step(t))
        if name in scene.own:
            pieces += [box.mark_row(row), _value(scene, name, box, t, row)]
    for chart, names in _charts(scene, unit):
        if "c" in names:
            pieces.append(chart.ends())
        pieces.append(_lines(scene, chart, [name for name in names if name in scene.own], t, unit))
    for x, names in _columns(scene.letters):
        if names:
            pieces.append(text(x, LINES_TOP - 6, _title(scene, t, unit), 13, "b"))
        pieces += [_strip_now(scene, name, box, t) for name, box in _strips(scene, x)]
    return "".join(pieces)


def _title(scene: Scene, t: int, unit: int) -> str:
    """Say over the lines which unit they are of, and how they are to be read."""
    rank = f" (rank {scene.order.index(unit) + 1})" if scene.is_sorted else ""
    way = ", read right to left" if scene.is_reverse else " over time"
    return f"unit {unit + 1}{rank}{way}, at step {t + 1}"


def _value(scene: Scene, name: str, box: Heatmap, t: int, row: int) -> str:
    """Write the number under both cursor lines beside a heatmap, as high as its unit."""
    y = min(max(box.middle(row) + 5, box.y + 10), box.y + box.h - 1)
    words = _written(scene, name, t, scene.order[row])
    return text(box.x + box.w + 6, y, words, 12.5, f"b ink-{alike(name)}")


def _written(scene: Scene, name: str, t: int, unit: int) -> str:
    """Return the number of one unit at step `t`, with the digits its scale deserves."""
    return written(scene.units[name][unit][t], scene.scale(name, unit))


def _lines(scene: Scene, chart: Chart, names: Sequence[str], t: int, unit: int) -> str:
    """Draw one unit's lines in a chart, with a marker and a number each at step `t`."""
    pieces, heights = [chart.marked(t)], {}
    for name in names:
        values = scene.units[name][unit]
        y = chart.up(values[t])
        pieces.append(chart.curve(name, values, markers=chart.steps <= MOST_MARKERS))
        pieces.append(marker(name, chart.across(t), y, 4.5))
        heights[name] = y + 4
    for name, y in apart(heights, chart.y + chart.h, 14, top=chart.y + 9).items():
        words = f"{name} {_written(scene, name, t, unit)}"
        pieces.append(text(chart.x + WIDTH + 6, y, words, 12, f"ink-{alike(name)}"))
    return "".join(pieces)


def _strip_now(scene: Scene, name: str, box: Heatmap, t: int) -> str:
    """Mark step `t` of a strip, and write its numbers where there is room."""
    values, scale = [row[t] for row in scene.around[name]], scene.scales[name]
    said = {box.middle(k) + 4: written(value, scale) for k, value in enumerate(values)}
    if len(values) > int(box.h / 12):
        said = {box.middle(len(values) // 2) + 4: f"{len(values)} values"}
    x = box.x + box.w + 6
    return box.mark_step(t) + "".join(text(x, y, words, 12) for y, words in said.items())
