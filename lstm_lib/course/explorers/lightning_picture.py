"""The picture of a training by its checkpoints: the forecast and the gates of one of them.

On the left, over one time axis, what the model saw with what it forecast, and the gates and states
of one unit. On the right the error at every checkpoint, and how far each step ahead is off, or
with a single step the prediction at every checkpoint.

Two sheets: `frame` stays while the checkpoints go by, `at` shows one of them.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from lstm_lib.course.checkpoints import Checkpoint, Forecasts
from lstm_lib.course.explorers import forecast
from lstm_lib.drawing.charts import Chart, apart
from lstm_lib.drawing.heatmap import round_up
from lstm_lib.drawing.marks import marker
from lstm_lib.drawing.svg import dot, number, polyline, power_of_ten, scientific, short, text
from lstm_lib.notation import VALVES
from lstm_lib.record import Trace
from lstm_lib.scalar import squared_error

SIZE = (880, 478)
LEFT, WIDTH, RIGHT, NARROW = 48.0, 562.0, 724.0, 150.0  # the two columns: start and width
TOP, HEIGHT = 42.0, 142.0  # of the upper row
LOWER, GATES, STATES, GAP = 236.0, 80.0, 56.0, 14.0  # the lower row: start, heights, room between
FOOT = 474.0
MOST_OTHERS = 1  # sequences whose single predictions are drawn beside the chosen one's
LONGEST_NAME = 14  # letters of a name that fit into the small chart
GHOSTS = 8  # most earlier forecasts that are drawn
MOST_MARKERS = 15  # steps up to which every value has its marker
MOST_DOTS = 30  # checkpoints up to which each has its dot on a curve
SMALLEST = 1e-12  # an error of zero stands here


class Stages(NamedTuple):
    """One sequence and one unit, as they are seen from checkpoint to checkpoint.

    Fields:
        name, unit: what the sequence is called; which unit, from 0.
        time: what a step is called.
        epochs: how many epochs lie behind each checkpoint, (count,).
        seen, targets: what the model saw, (seq_len,), and what followed, (horizon,).
        outputs: what it forecast at each checkpoint, (count, horizon).
        sequences: how many the errors are of.
        errors: mean squared error over all of them at each checkpoint, (count,).
        ahead: the same for each step ahead, (count, horizon).
        naive: the same for the last value going on, (horizon,); empty when the horizon is 1.
        memory: the largest size of c at any checkpoint.
        units: how many units the layer has.
        others: what other sequences were forecast at each checkpoint, by name, (count,) each; a
            few, and only where a single step is forecast.
    """

    name: str
    unit: int
    time: str
    epochs: Sequence[int]
    seen: Sequence[float]
    targets: Sequence[float]
    outputs: Sequence[Sequence[float]]
    sequences: int
    errors: Sequence[float]
    ahead: Sequence[Sequence[float]]
    naive: Sequence[float]
    memory: float
    units: int
    others: dict[str, Sequence[float]]

    @property
    def steps(self) -> int:
        """How many steps are seen and forecast together."""
        return len(self.seen) + len(self.targets)

    @property
    def is_single(self) -> bool:
        """Whether a single step is forecast."""
        return len(self.targets) == 1

    @property
    def naive_error(self) -> float:
        """Mean squared error of the last value going on, over all sequences and steps."""
        return sum(self.naive) / len(self.naive)

    def off(self, outputs: Sequence[float]) -> float:
        """Return the mean squared error of one forecast of this sequence."""
        return squared_error(outputs, self.targets) / len(outputs)


def scene(
    checkpoints: Sequence[Checkpoint],
    forecasts: Forecasts,
    batch: int,
    unit: int,
    names: Sequence[str],
    time: str,
) -> Stages:
    """Return the scene of one sequence, number `batch`, and one unit."""
    return Stages(
        name=names[batch],
        unit=unit,
        time=time,
        epochs=[checkpoint.epoch for checkpoint in checkpoints],
        seen=checkpoints[0].trace.x[batch, :, 0].tolist(),
        targets=forecasts.targets[batch].tolist(),
        outputs=forecasts.outputs[:, batch].tolist(),
        sequences=len(forecasts.targets),
        errors=forecasts.ahead.mean(1).tolist(),
        ahead=forecasts.ahead.tolist(),
        naive=forecasts.naive.tolist(),
        memory=max(float(abs(trace.c[:, :, unit]).max()) for _, _, trace in checkpoints),
        units=checkpoints[0].trace.c.shape[2],
        others=_others(forecasts, batch, names),
    )


def _others(forecasts: Forecasts, batch: int, names: Sequence[str]) -> dict[str, Sequence[float]]:
    """Return the single predictions for the sequences beside number `batch`, if they are few."""
    rest = [k for k in range(len(names)) if k != batch]
    if len(rest) > MOST_OTHERS or len(forecasts.targets[batch]) != 1:
        return {}
    return {names[k]: forecasts.outputs[:, k, 0].tolist() for k in rest}


# --- what stays while the checkpoints go by -----------------------------------------------------


def frame(stages: Stages) -> str:
    """Draw the sequence with what followed, all scales, and the errors as curves."""
    chart, dots = _forecasts(stages), len(stages.seen) <= MOST_MARKERS
    title = "gates and states, with their last values"
    if stages.units > 1:
        title = f"unit {stages.unit + 1}: {title}"
    pieces = [
        text(LEFT, 14, stages.name, 14, "b"),
        forecast.key(LEFT, 34, _words(stages), 18),
        forecast.frame(chart, len(stages.seen), ahead=_ahead(stages)),
        forecast.window(chart, stages.seen, dots),
        forecast.followed(chart, stages.seen, stages.targets),
        text(LEFT, LOWER - 8, title, 12, "b"),
        *(lower.frame() for lower, _ in _unit_charts(stages)),
        _unit_charts(stages)[-1][0].axis(FOOT - 1, 12, stages.time),
    ]
    if stages.naive:
        pieces.append(forecast.naive(chart, stages.seen, len(stages.targets)))
    return "".join([*pieces, _errors_frame(stages), _detail_frame(stages)])


def _words(stages: Stages) -> dict[str, str]:
    """Return what the lines are called: one step is predicted, several are forecast."""
    if stages.is_single:
        return {"window": "seen", "followed": "target", "forecast": "prediction"}
    words = {"window": "seen", "followed": "what followed", "forecast": "forecast"}
    return words | ({"naive": "last value"} if stages.naive else {})


def _ahead(stages: Stages) -> str:
    return "to predict" if stages.is_single else "to forecast"


def _forecasts(stages: Stages) -> Chart:
    """Return the frame of what was seen and forecast; no checkpoint's forecast leaves it."""
    drawn = [*stages.seen, *stages.targets, *(value for row in stages.outputs for value in row)]
    return Chart.holding((LEFT, TOP, WIDTH, HEIGHT), stages.steps, drawn, 5)


def _unit_charts(stages: Stages) -> list[tuple[Chart, Sequence[str]]]:
    """Return the charts of one unit, and which lines each has; a step stands as above."""
    width, end = WIDTH * len(stages.seen) / stages.steps, round_up(stages.memory)
    rows = (
        (VALVES, GATES, 0.0, 1.0, ((0, "0"), (0.5, "0.5"), (1, "1"))),
        ("gh", STATES, -1.0, 1.0, _around_zero(1)),
        ("c", STATES, -end, end, _around_zero(end)),
    )
    charts: list[tuple[Chart, Sequence[str]]] = []
    y = LOWER
    for names, height, low, high, ticks in rows:
        charts.append((Chart(LEFT, y, width, height, len(stages.seen), low, high, ticks), names))
        y += height + GAP
    return charts


def _around_zero(end: float) -> tuple[tuple[float, str], ...]:
    return tuple((value, short(value)) for value in (-end, 0, end))


def _errors_chart(stages: Stages) -> Chart:
    """Return the frame of the error at every checkpoint."""
    drawn = [*stages.errors, *([stages.naive_error] if stages.naive else [])]
    return _decades((RIGHT, TOP, NARROW, HEIGHT), len(stages.epochs), drawn)


def _errors_frame(stages: Stages) -> str:
    """Draw the error at every checkpoint, and that of the naive forecast as a dashed line."""
    chart = _errors_chart(stages)
    whose = {1: "error", 2: "error, of both"}.get(stages.sequences, "error, of all")
    pieces = [chart.frame(), text(RIGHT - 34, TOP - 8, whose, 12, "b")]
    if stages.naive:
        pieces.append(chart.level(stages.naive_error, "ink", **forecast.NAIVE))
    return "".join([*pieces, _walked(chart, stages, stages.errors, "ink")])


def _detail_chart(stages: Stages) -> Chart:
    """Return the lower frame on the right: the error by step ahead, or all single predictions."""
    box = (RIGHT, LOWER, NARROW, GATES + 2 * (STATES + GAP))
    if stages.is_single:
        rows = ([row[0] for row in stages.outputs], *stages.others.values())
        drawn = [*stages.targets, *(value for row in rows for value in row)]
        return Chart.holding(box, len(stages.epochs), drawn, 5)
    drawn = [*stages.naive, *(error for row in stages.ahead for error in row)]
    return _decades(box, len(stages.targets), drawn)


def _detail_frame(stages: Stages) -> str:
    """Draw what stays of the lower chart on the right."""
    chart = _detail_chart(stages)
    title = "prediction" if stages.is_single else "error by step ahead"
    pieces = [chart.frame(), text(RIGHT - 34, LOWER - 8, title, 12, "b")]
    if stages.is_single:
        pieces.append(chart.level(stages.targets[0], "ink", stroke_width=1.2))
        pieces += [_curve(chart, row, "h", opacity=0.4) for row in stages.others.values()]
        if stages.others:
            words = ", ".join(stages.others)
            words = words if len(words) <= LONGEST_NAME else "the other"
            pieces.append(text(chart.x + 6, chart.y + 25, f"faint: {words}", 11, "soft"))
        return "".join([*pieces, _walked(chart, stages, [row[0] for row in stages.outputs], "h")])
    pieces.append(_curve(chart, stages.naive, "ink", **forecast.NAIVE))
    return "".join([*pieces, _numbered(chart, "1", "steps ahead", str(len(stages.naive)))])


def _decades(box: tuple[float, float, float, float], steps: int, values: Iterable[float]) -> Chart:
    """Return a logarithmic frame from one power of ten to another, for errors."""
    found = [max(value, SMALLEST) for value in values]
    low, high = floor(log10(min(found))), ceil(log10(max(found)))
    high = max(high, low + 1)
    apart, write = ceil((high - low) / 4), _power if low < -2 else short
    ticks = [(10.0**k, write(10.0**k)) for k in range(low, high + 1, apart)]
    return Chart(*box, steps, 10.0**low, 10.0**high, ticks, log=True)


def _power(value: float) -> str:
    """Write a power of ten as such."""
    return power_of_ten(value, 0).removeprefix("1·")


def _curve(chart: Chart, values: Sequence[float], cls: str, **style: object) -> str:
    """Draw one value per place of a chart."""
    return polyline(chart.points(values), cls, 2, stroke_linejoin="round", **style)


def _walked(chart: Chart, stages: Stages, values: Sequence[float], cls: str) -> str:
    """Draw one value per checkpoint, with a dot at each where there is room."""
    drawn = _curve(chart, values, cls)
    if len(values) <= MOST_DOTS:
        drawn += "".join(dot(x, y, 4.5, cls) for x, y in chart.points(values))
    first, *rest = map(str, stages.epochs)
    return drawn + _numbered(chart, first, "epochs", rest[-1] if rest else "")


def _numbered(chart: Chart, first: str, name: str, last: str) -> str:
    """Write below a chart what stands at both ends of its horizontal axis, and its name."""
    places = ((0, first, "soft"), (0.5, name, "mid soft"), (1, last, "end soft"))
    y = chart.y + chart.h + 16
    return "".join(text(chart.x + chart.w * at, y, words, 11, cls) for at, words, cls in places)


# --- one checkpoint -----------------------------------------------------------------------------


def at(stages: Stages, k: int, trace: Trace) -> str:
    """Draw checkpoint `k`, from 0: its forecast before those of earlier ones, and its trace."""
    chart, outputs = _forecasts(stages), stages.outputs
    pieces = [forecast.forecast(chart, stages.seen, outputs[j], ghost=True) for j in _earlier(k)]
    pieces.append(forecast.forecast(chart, stages.seen, outputs[k]))
    pieces += [_lines(lower, names, trace) for lower, names in _unit_charts(stages)]
    pieces.append(text(LEFT + WIDTH, 14, _epochs(stages.epochs[k]), 15, "b end"))
    if k:
        pieces.append(text(LEFT + WIDTH, 34, "faint: earlier ones", 12, "end soft"))
    return "".join([*pieces, _errors_now(stages, k), _detail_now(stages, k)])


def _epochs(count: int) -> str:
    if count == 0:
        return "before training"
    return "after 1 epoch" if count == 1 else f"after {count} epochs"


def _earlier(k: int) -> list[int]:
    """Return the checkpoints before `k` whose forecasts are drawn, evenly spread, the first too."""
    count = min(k, GHOSTS)
    return [j * k // count for j in range(count)]


def _lines(chart: Chart, names: Sequence[str], trace: Trace) -> str:
    """Draw a unit's lines in one chart, each with its name and its last value at its end."""
    last, dots = chart.steps - 1, chart.steps <= MOST_MARKERS
    rows = {name: getattr(trace, name) for name in names}
    pieces = [chart.curve(name, values, markers=dots) for name, values in rows.items()]
    heights = {name: chart.up(values[-1]) + 4 for name, values in rows.items()}
    for name, y in apart(heights, chart.y + chart.h + 3, 14, top=chart.y + 9).items():
        value = rows[name][-1]
        words = f"{name} {number(value, 3)}"
        pieces.append(marker(name, chart.across(last), chart.up(value)))
        pieces.append(text(chart.x + chart.w + 7, y, words, 12, f"b ink-{name}"))
    return "".join(pieces)


def _errors_now(stages: Stages, k: int) -> str:
    """Mark the checkpoint on the curve of errors, and write its error above."""
    value = stages.errors[k]
    return _cursor(_errors_chart(stages), k, value, "ink", scientific(value))


def _detail_now(stages: Stages, k: int) -> str:
    """Draw the errors by step ahead, or mark the checkpoint's single prediction."""
    chart = _detail_chart(stages)
    if stages.is_single:
        value = stages.outputs[k][0]
        return _cursor(chart, k, value, "h", number(value, 4))
    points = chart.points(stages.ahead[k])
    return polyline(points, "h", 2) + "".join(forecast.square(x, y) for x, y in points)


def _cursor(chart: Chart, k: int, value: float, cls: str, words: str) -> str:
    """Mark one place on a curve, with its number above the chart."""
    x, number_at = chart.across(k), (chart.x + chart.w, chart.y - 8)
    place = chart.upright(x, opacity=0.5) + dot(x, chart.up(value), 9, cls)
    return place + text(*number_at, words, 15, "b end")
