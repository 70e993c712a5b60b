"""A string of a and b on its way through a network: what counts, and what may come next."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple, TypeVar

from lstm_lib.course.reading import Reading, verdicts
from lstm_lib.course.tasks import symbols
from lstm_lib.course.tasks.counting import END, next_symbols
from lstm_lib.drawing.charts import Chart, apart
from lstm_lib.drawing.marks import cross, marker, tick, verdict
from lstm_lib.drawing.svg import number, path, polyline, rect, short, text

SIZE = (880, 462)
ALPHABET = "ab" + END  # what may come next, in the order of the rows
MOST = 100  # the largest n that is tried
LEFT, WIDTH, NUMBERS = 96, 606, 712  # where the string starts, how wide it is; the numbers' column
READS, READS_HEIGHT = 24, 22
CELLS, CELLS_HEIGHT = 66, 186
ROWS, ROW_HEIGHT, ROW_PITCH = 290, 34, 42  # of the predictions, one per symbol
MARKS, AXIS = 428, 448
RECORD = 448  # how far the network counts
ZOOM_LEFT, ZOOM, ZOOM_WIDTH, ZOOM_HEIGHT = 712, 170, 150, 82  # the end of the string, large
MOST_MARKERS = 30  # steps up to which every value of the counting unit has its marker
MOST_NAMED = 4  # units whose numbers stand beside the chart
DASHES = ("6 3", "2 3", "9 3 2 3")
Rows = Sequence[Sequence[float]]
Value = TypeVar("Value")


class Count(NamedTuple):
    """A string on its way through a network.

    Fields:
        symbols: what is read, the T before the string first, (steps,).
        cells: c of every unit, (hidden_size, steps).
        unit: the unit that counts, from 0.
        chances: how sure the network is that a symbol may come, 0 to 1, (symbols, steps).
        legal: the symbols that may really come; "" where the string is none, (steps,).
        right: whether exactly these are above 1/2; None where nothing may come, (steps,).
        longest: the largest n up to which every string is right, MOST at most.
        edge: c of that unit below which the last b but one is taken for the last; None without.
    """

    symbols: str
    cells: Rows
    unit: int
    chances: Rows
    legal: Sequence[str]
    right: Sequence[bool | None]
    longest: int
    edge: float | None

    @property
    def steps(self) -> int:
        """How many symbols are read."""
        return len(self.symbols)

    @property
    def named(self) -> list[int]:
        """The units whose numbers are written: the one that counts, and a few others."""
        others = [unit for unit in range(len(self.cells)) if unit != self.unit]
        return [self.unit, *others[: MOST_NAMED - 1]]


def scene(string: str, reading: Reading, unit: int, longest: int, edge: float | None) -> Count:
    """Return the scene of one string, from the reading of it with the T before, a batch of one."""
    from lstm_lib.learning import sigmoid

    logits = reading.outputs[0]
    legal = [next_symbols(string[:t]) for t in range(len(string) + 1)]
    return Count(
        symbols=END + string,
        cells=reading.c[0].T.tolist(),
        unit=unit,
        chances=sigmoid(logits.T).tolist(),
        legal=legal,
        right=verdicts(partial(symbols.right, threshold=0), logits, legal, ALPHABET),
        longest=longest,
        edge=edge,
    )


def frame(count: Count) -> str:
    """Draw all that stays while the steps are walked."""
    heads = (
        (LEFT - 8, READS + 16, "reads", "b end"),
        (LEFT, CELLS - 6, _cells_title(count), "b"),
        (LEFT, ROWS - 8, "may come next: the bar is what the network says, the frame what is true",
         "b"),
        (LEFT - 8, MARKS + 4, "right?", "b end"),
    )  # fmt: skip
    words = [text(x, y, said, 12.5, cls) for x, y, said, cls in heads]
    rows = [_row(count, k) for k in range(len(ALPHABET))]
    axis = _chart(count).axis(AXIS, 16)
    drawn = (
        _reads(count),
        _cells(count),
        *rows,
        _marks(count),
        axis,
        _record(count),
        _ending(count),
    )
    return "".join((*words, *drawn))


def _column(count: Count, t: float) -> float:
    """Return where the column of step `t` starts."""
    return LEFT + WIDTH * t / count.steps


def _stretches(count: Count, values: Sequence[Value]) -> Iterator[tuple[float, float, Value]]:
    """Yield (x, width, value) of every stretch of steps of equal values."""
    end = 0
    for value, group in groupby(values):
        start, end = end, end + len(list(group))
        x = _column(count, start)
        yield x, _column(count, end) - x, value


def _reads(count: Count) -> str:
    """Draw the string: its letters, or where they are too narrow how many there are."""
    wide, pieces = WIDTH / count.steps, []
    for x, width, symbol in _stretches(count, count.symbols):
        cls = "line panel" if symbol == "a" else "line"
        pieces.append(rect(x, READS, width, READS_HEIGHT, cls))
        if wide < 10 and width >= 36:
            words = f"{round(width / wide)} {symbol}"
            pieces.append(text(x + width / 2, READS + 16, words, 13, "mid b"))
        elif wide >= 10:
            places = (x + wide * (k + 0.5) for k in range(round(width / wide)))
            pieces += [text(place, READS + 16, symbol, 13, "mid b") for place in places]
    return "".join(pieces)


# --- the cells ----------------------------------------------------------------------------------


def _cells_title(count: Count) -> str:
    """Name the lines in the chart of the cells."""
    title = f"cell state c of unit {count.unit + 1}"
    return title if len(count.cells) == 1 else f"{title}, which counts; others thin"


def _chart(count: Count) -> Chart:
    """Return the chart of the cells."""
    values = (value for row in count.cells for value in row)
    return Chart.with_zero((LEFT, CELLS, WIDTH, CELLS_HEIGHT), count.steps, values)


def _cells(count: Count) -> str:
    """Draw c of every unit over the string, the one that counts last and thick."""
    chart, pieces = _chart(count), []
    ticks = {value: chart.up(value) + 4 for value in (chart.low, 0.0, chart.high)}
    for value, y in apart(ticks, chart.y + chart.h + 4, 13).items():
        pieces.append(text(LEFT - 6, y, short(value), 11, "end soft"))
    pieces += [chart.frame(), chart.level(0, opacity=0.7)]
    others = [unit for unit in range(len(count.cells)) if unit != count.unit]
    for k, unit in enumerate(others):
        dash = {"stroke_dasharray": DASHES[k % len(DASHES)]}
        pieces.append(polyline(chart.points(count.cells[unit]), "ink", 1, opacity=0.6, **dash))
    counting, markers = count.cells[count.unit], count.steps <= MOST_MARKERS
    return "".join((*pieces, chart.curve("c", counting, markers, width=3, r=3.5)))


# --- the predictions ----------------------------------------------------------------------------


def _row(count: Count, k: int) -> str:
    """Draw one symbol's row: a frame where it may come, a bar for what the network says."""
    symbol, wide = ALPHABET[k], WIDTH / count.steps
    row = Chart(LEFT, ROWS + k * ROW_PITCH, WIDTH, ROW_HEIGHT, count.steps, 0, 1)
    stretches = _stretches(count, [symbol in legal for legal in count.legal])
    frames = [(x, row.y, width, row.h) for x, width, may in stretches if may]
    gap = min(3.0, 0.15 * wide) if wide > 6 else 0.0
    bars = "".join(
        f"M{_column(count, t) + gap:.1f} {row.up(0):.1f}v{-row.h * chance:.1f}"
        f"h{wide - 2 * gap:.1f}V{row.up(0):.1f}z"
        for t, chance in enumerate(count.chances[k])
    )
    return "".join(
        (
            text(LEFT - 8, row.up(0.5) + 5, symbol, 14, "b end"),
            *(rect(*frame, "now") for frame in frames),
            path(bars, "fill-h", 0),
            row.level(0.5, "ink", stroke_dasharray="2 4", opacity=0.5),
            row.level(0),
            *(rect(*frame, "ink", stroke_width=1.5) for frame in frames),
        )
    )


def _marks(count: Count) -> str:
    """Mark every step as right or wrong, by shape and colour."""
    small = max(1.2, min(4.5, 0.3 * WIDTH / count.steps))
    large = max(2.5, min(5.0, 0.4 * WIDTH / count.steps))  # no cross may be overlooked
    places = [(_column(count, t + 0.5), right) for t, right in enumerate(count.right)]
    ticks = "".join(tick(x, MARKS, small) for x, right in places if right)
    crosses = "".join(cross(x, MARKS, large) for x, right in places if right is False)
    drawn = path(ticks, "i", 1.8) if ticks else ""
    return drawn + path(crosses, "c", 2.4) if crosses else drawn


# --- what changes with every move ---------------------------------------------------------------


def cursor(count: Count, t: int) -> str:
    """Mark step `t`, counted from 0, and write its numbers."""
    x, wide = _column(count, t), WIDTH / count.steps
    # Not through the titles between them.
    spans = ((READS, READS_HEIGHT), (CELLS, CELLS_HEIGHT), (ROWS - 2, MARKS + 11 - ROWS))
    pieces = [
        *(rect(x, y, wide, height, "ink", stroke_width=1.4) for y, height in spans),
        text(NUMBERS, READS + 16, f"at step {t + 1}: {count.symbols[t]}", 13, "b"),
    ]
    pieces += [_cell_now(count, t), *(_said(count, k, t) for k in range(len(ALPHABET)))]
    return "".join((*pieces, _verdict(count.right[t])))


def _cell_now(count: Count, t: int) -> str:
    """Write c at step `t` beside the chart, and mark the unit that counts."""
    chart = _chart(count)
    now = {unit: chart.up(count.cells[unit][t]) + 4 for unit in sorted(count.named)}
    pieces = [marker("c", chart.across(t), chart.up(count.cells[count.unit][t]), 5.5)]
    for unit, y in apart(now, ZOOM - 24, 15, top=CELLS + 10).items():
        cls = "b ink-c" if unit == count.unit else "soft"
        words = f"unit {unit + 1}: {number(count.cells[unit][t])}"
        pieces.append(text(NUMBERS, y, words, 13, cls))
    return "".join(pieces)


def _said(count: Count, k: int, t: int) -> str:
    """Write what the network says about one symbol at step `t`, and whether it may come."""
    may = ALPHABET[k] in count.legal[t]
    y = ROWS + k * ROW_PITCH + ROW_HEIGHT / 2 + 5
    words = f"{number(count.chances[k][t])}  {'may come' if may else 'may not'}"
    return text(NUMBERS, y, words, 13, "b" if may else "")


def _verdict(right: bool | None) -> str:
    """Say in a word and a shape whether a step is right."""
    if right is None:
        return text(NUMBERS, MARKS + 4, "nothing may come", 13)
    words = text(NUMBERS + 18, MARKS + 4, "right" if right else "wrong", 13, "b")
    return verdict(NUMBERS + 6, MARKS, right) + words


def _record(count: Count) -> str:
    """Say how far the network counts."""
    words = "right up to n ="
    more = " or more" if count.longest == MOST else ""
    return text(NUMBERS, RECORD + 4, f"{words} {count.longest}{more}", 13, "b")


def _ending(count: Count) -> str:
    """Draw c over the last steps, large around the edge."""
    if count.edge is None or count.steps < 3:
        return ""
    values = count.cells[count.unit][-3:]
    far = max(0.02, 1.25 * abs(values[1] - count.edge))  # the last step but one decides
    chart = Chart(ZOOM_LEFT, ZOOM, ZOOM_WIDTH, ZOOM_HEIGHT, 3, count.edge - far, count.edge + far)
    x, y = chart.across(1), chart.up(values[1])
    return "".join(
        (
            text(NUMBERS, ZOOM - 8, "last step but one", 11, "b"),
            text(ZOOM_LEFT + 4, chart.up(count.edge) - 4, f"edge {number(count.edge, 3)}", 11),
            chart.frame(),
            chart.level(count.edge, "ink", stroke_dasharray="5 3"),
            marker("c", x, y, 4.5),
            text(x + 9, y + 4, number(values[1], 3), 12, "ink-c b"),
        )
    )
