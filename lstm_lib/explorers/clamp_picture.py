"""A run with a hand on it beside the untouched one: what is held, what follows, the score.

The untouched run is thin and dashed, the run with the hand bold; the steps that are held are
shaded, under a bar. While the hand is off, the untouched run is all there is.
"""

from collections.abc import Iterable, Sequence
from math import isnan

from lstm_lib.drawing.charts import Chart
from lstm_lib.drawing.heatmap import Heatmap, around
from lstm_lib.drawing.marks import marker
from lstm_lib.drawing.svg import line, polyline, rect, shape, text
from lstm_lib.explorers.clamp_scene import TOUCHED, UNTOUCHED, Lines, Maps, Scene, figure
from lstm_lib.explorers.given import Rows
from lstm_lib.explorers.pieces import MOST_MARKERS, padding, row_numbers, written
from lstm_lib.notation import alike

SIZE = (880, 426)
LEFT, RIGHT, WIDTH = 44, 492, 376
HAND_TOP, HAND_HEIGHT = 22, 62
LINES_TOP, LINES_HEIGHT = 112, 92
MAP_TOPS, MAP_HEIGHT, FOOT = (230, 320), 62, 398
KEY = 421
LONGEST_NAME = 8  # letters of an output's name that fit beside a map
BAR_LEFT, BAR_RIGHT = RIGHT + 116, RIGHT + 290
ARROW = "\N{RIGHTWARDS ARROW}"
Point = tuple[float, float]


# --- what changes with the sequence only --------------------------------------------------------


def frame(scene: Scene) -> str:
    """Draw the empty charts, the maps of the untouched run, the axes and the key."""
    pieces, charts = [_key(scene.is_on)], [chart for chart, _ in _charts(scene)]
    for chart in charts:
        pieces += [chart.frame(), padding(chart, scene.steps)]
    for (x, maps), chart in zip(_maps(scene), charts[1:], strict=True):
        box = _box(scene, x, maps, 0)
        pieces += [_map(box, maps, maps.before, UNTOUCHED), chart.axis(FOOT, 11, gap=11)]
        pieces.append(maps.scale.bar(x + WIDTH, box.y - 14))
    return "".join(pieces)


def _charts(scene: Scene) -> list[tuple[Chart, Lines]]:
    """Return the three charts, each with its lines."""
    return [
        (Chart(x, y, WIDTH, h, scene.seq_len, lines.scale.low, lines.scale.high), lines)
        for x, y, h, lines in (
            (LEFT, HAND_TOP, HAND_HEIGHT, scene.touched),
            (LEFT, LINES_TOP, LINES_HEIGHT, scene.memory),
            (RIGHT, LINES_TOP, LINES_HEIGHT, scene.answer),
        )
    ]


def _maps(scene: Scene) -> tuple[tuple[int, Maps], ...]:
    """Return (x, maps) of the two columns."""
    return (LEFT, scene.cells), (RIGHT, scene.answers)


def _box(scene: Scene, x: float, maps: Maps, which: int) -> Heatmap:
    """Return the frame of a map, `which` is 0 for the upper and 1 for the lower."""
    return Heatmap(x, MAP_TOPS[which], WIDTH, MAP_HEIGHT, len(maps.before), scene.seq_len)


def _map(box: Heatmap, maps: Maps, values: Rows, words: str) -> str:
    """Draw a map with its title and the numbers of its rows."""
    title = text(box.x, box.y - 6, f"{maps.title}, {words}", 13, "b")
    return title + box.draw(values, maps.scale) + _row_names(box, maps)


def _row_names(box: Heatmap, maps: Maps) -> str:
    """Name the rows of a map, or number the first and the last."""
    if maps.names is None:
        return row_numbers(box, range(box.rows))
    rows = range(box.rows) if box.h >= 12 * box.rows else (0, box.rows - 1)
    return "".join(
        text(box.x - 11, box.middle(row) + 4, _short(maps.names[row]), 11, "end soft")
        for row in rows
    )


def _short(name: str) -> str:
    """Cut a name off that is too long for its place."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _empty(box: Heatmap, maps: Maps) -> str:
    """Draw the place of a map with the hand while there is none."""
    middle = box.x + box.w / 2, box.y + box.h / 2 + 4
    return "".join(
        (
            text(box.x, box.y - 6, f"{maps.title}, {TOUCHED}", 13, "b"),
            rect(box.x, box.y, box.w, box.h, "line"),
            text(*middle, "your hand is off", 12, "mid soft"),
        )
    )


def _key(is_on: bool) -> str:
    """Explain how the two runs are told apart."""
    second, third, fourth = LEFT + 140, LEFT + 310, RIGHT + 60
    bold = line(second, KEY - 4, second + 30, KEY - 4, "ink", stroke_width=2.6)
    entries = (
        (LEFT, UNTOUCHED, _ghost([(LEFT, KEY - 4), (LEFT + 30, KEY - 4)])),
        (second, TOUCHED, bold),
        (third, "steps that are held", _bar(third, third + 30, KEY - 10, 12)),
        (fourth, "step that is read", _needle(fourth + 15, KEY - 12, 14)),
    )
    shown = entries if is_on else (entries[0], entries[-1])
    return "".join(drawn + text(x + 38, KEY, words, 12) for x, words, drawn in shown)


# --- what changes with every move ---------------------------------------------------------------


def moves(scene: Scene) -> str:
    """Draw both runs' lines, the maps with the hand, the score, and mark what is held and read."""
    pieces = [
        _shaded(scene, chart) + _drawn(scene, chart, lines) for chart, lines in _charts(scene)
    ]
    for x, maps in _maps(scene):
        untouched, touched = (_box(scene, x, maps, which) for which in (0, 1))
        pieces.append(_marks(untouched, maps, scene.t))
        if not scene.is_on:
            pieces.append(_empty(touched, maps))
            continue
        pieces.append(_map(touched, maps, maps.after, TOUCHED))
        if maps is scene.cells and scene.rows and scene.held:
            pieces.append(_held_part(touched, scene.held, scene.rows))
        pieces.append(_marks(touched, maps, scene.t))
    return "".join((*pieces, _score(scene)))


def _shaded(scene: Scene, chart: Chart) -> str:
    """Shade the steps that are held, under a bar."""
    if scene.held is None:
        return ""
    first, last = scene.held
    width = chart.w / chart.steps
    return _bar(chart.x + first * width, chart.x + (last + 1) * width, chart.y, chart.h)


def _bar(left: float, right: float, y: float, height: float) -> str:
    """Draw a shaded part with a bar along its top."""
    bar = line(left, y, right, y, "ink", stroke_width=3)
    return rect(left, y, right - left, height, "now") + bar


def _drawn(scene: Scene, chart: Chart, lines: Lines) -> str:
    """Draw both lines of a chart, its title and ends, and the values at the step that is read."""
    t, right = scene.t, chart.x + chart.w
    ink = "b" if lines.name == "ink" else f"b ink-{alike(lines.name)}"
    runs = (lines.before, lines.after) if scene.is_on else (lines.before,)
    change = f" {ARROW} ".join(written(values[t], lines.scale) for values in runs)
    return "".join(
        (
            chart.level(0, opacity=0.7) if chart.low < 0 else "",
            chart.ends(),
            text(chart.x, chart.y - 6, lines.title, 13, ink),
            text(right, chart.y - 6, change, 13, "end"),
            _needle(chart.across(t), chart.y, chart.h),
            _before(chart, lines, t),
            _after(chart, lines, t) if scene.is_on else "",
        )
    )


def _before(chart: Chart, lines: Lines, t: int) -> str:
    """Draw the untouched line, with an open circle at each value that has a mark."""
    points = _points(chart, lines.before)
    drawn = [_ghost(points.values())]
    for x, y in _marked(chart, points, t).values():
        drawn.append(shape("circle", "ink", cx=x, cy=y, r=5.5, stroke_width=1.2, opacity=0.75))
    return "".join(drawn)


def _after(chart: Chart, lines: Lines, t: int) -> str:
    """Draw the line with the hand, with a marker at each value that has a mark."""
    points = _points(chart, lines.after)
    drawn = [polyline(points.values(), alike(lines.name), 2.6, stroke_linejoin="round")]
    for k, (x, y) in _marked(chart, points, t).items():
        drawn.append(_dot(lines.name, x, y, 4.5 if k == t else 3))
    return "".join(drawn)


def _points(chart: Chart, values: Sequence[float]) -> dict[int, Point]:
    """Return where the values stand, by step; where there is none, there is no place."""
    return {t: point for t, point in enumerate(chart.points(values)) if not isnan(values[t])}


def _marked(chart: Chart, points: dict[int, Point], t: int) -> dict[int, Point]:
    """Return the places that have a mark: all if they are few, or that of step `t`."""
    if chart.steps <= MOST_MARKERS:
        return points
    return {k: point for k, point in points.items() if k == t}


def _ghost(points: Iterable[Point]) -> str:
    """Draw a line of the untouched run."""
    return polyline(points, "ink", 1.3, stroke_dasharray="4 3", opacity=0.75)


def _dot(name: str, x: float, y: float, r: float) -> str:
    """Draw a value of the run with the hand."""
    if name == "ink":
        return shape("circle", "", cx=x, cy=y, r=r, style="fill:var(--ink)")
    return marker(name, x, y, r)


def _needle(x: float, y: float, height: float) -> str:
    """Mark the step that is read in a chart."""
    return line(x, y, x, y + height, "ink", stroke_dasharray="1 3")


def _held_part(box: Heatmap, held: tuple[int, int], rows: tuple[int, int]) -> str:
    """Draw a line around the steps and units of a map that are held."""
    width, height = box.w / box.steps, box.h / box.rows
    (first, last), (top, bottom) = held, rows
    x, y = box.x + first * width, box.y + top * height
    return around(x, y, (last - first + 1) * width, (bottom - top + 1) * height)


def _marks(box: Heatmap, maps: Maps, t: int) -> str:
    """Point at the row that is drawn as lines, and mark the step that is read."""
    x, paper = box.x + box.w * (t + 0.5) / box.steps, "stroke:var(--paper)"
    halo = line(x, box.y, x, box.y + box.h, "ink", style=paper, stroke_width=3, opacity=0.6)
    return halo + _needle(x, box.y, box.h) + (box.point_at(maps.row) if box.rows > 1 else "")


# --- the score ----------------------------------------------------------------------------------


def _score(scene: Scene) -> str:
    """Draw the score before and after as bars, and say how far the outputs have moved."""
    count = f"{scene.batch_size} sequences" if scene.batch_size > 1 else "the sequence"
    title = f"score over {count}" if scene.scores else "outputs"
    pieces = [text(RIGHT, HAND_TOP - 8, title, 13, "b"), _moved(scene)]
    if scene.scores:
        low, high = _ends(scene.scores)
        for k, score in enumerate(scene.scores if scene.is_on else scene.scores[:1]):
            pieces.append(_score_bar(k, score, low, high))
    return "".join(pieces)


def _ends(scores: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of a scale with 0 in it; shares have one from 0 to 1."""
    low, high = min(0.0, *scores), max(0.0, *scores)
    return low, max(high, 1.0) if low == 0 and high <= 1 else high


def _score_bar(which: int, score: float, low: float, high: float) -> str:
    """Draw one score: its words, a bar from zero, and its number."""
    y, h, whole = HAND_TOP + (0, 25)[which], 18, BAR_RIGHT - BAR_LEFT
    zero, end = (BAR_LEFT + whole * (v - low) / (high - low) for v in (0, score))
    words, cls, style = ((UNTOUCHED, "", {"stroke_dasharray": "4 3"}),
                         (TOUCHED, "b", {"style": "fill:var(--ink)"}))[which]  # fmt: skip
    return "".join(
        (
            text(RIGHT, y + 13.5, words, 12, cls),
            rect(BAR_LEFT, y, whole, h, "panel"),
            rect(min(zero, end), y, abs(end - zero), h, "ink", **style),
            line(zero, y - 2, zero, y + h + 2, "ink"),
            text(BAR_RIGHT + 8, y + 13.5, figure(score), 13, cls),
        )
    )


def _moved(scene: Scene) -> str:
    """Say how far the outputs of this sequence have moved."""
    most, output, t = scene.furthest()
    name = scene.answers.called(output)
    name = "the output" if name == "output" else name
    words = f"most: {name} moves by {figure(most)} at step {t + 1}" if most else "no output moves"
    words = words if scene.is_on else "your hand is off"
    y = HAND_TOP + (HAND_HEIGHT - 4 if scene.scores else 16)
    return text(RIGHT, y, words, 12, "soft")
