"""Drawing a training: its predictions or forecasts as they form, and its loss as it falls."""

from collections.abc import Sequence
from typing import NamedTuple

from lstm_lib.course.explorers import forecast
from lstm_lib.course.explorers.training_picture import POWERS
from lstm_lib.course.tasks.companies import companies
from lstm_lib.drawing.charts import Chart
from lstm_lib.drawing.svg import document, line, number, polyline, rect, scientific, shape, text

TARGETS = {"A": 0.0, "B": 1.0}
KEY = {"window": "seen", "followed": "what followed", "forecast": "forecast"}
PANEL, PITCH = 138.0, 171.0  # width of a picture in the strip, and from one to the next
LATEST = 24  # steps of a window that fit into such a picture
PARTS = (("training", 0.70), ("validation", 0.85), ("test", 1.0))


class Outputs(NamedTuple):
    """What a network says of companies A and B, after some epochs of its training.

    Fields:
        epochs: which, (samples,), starting with 0.
        predictions: for A and B, (samples, 2).
    """

    epochs: Sequence[int]
    predictions: Sequence[tuple[float, float]]

    @property
    def losses(self) -> list[float]:
        """The squared error after each epoch, the mean of both companies."""
        wanted = tuple(TARGETS.values())
        return [
            sum((p - t) ** 2 for p, t in zip(row, wanted, strict=True)) / 2
            for row in self.predictions
        ]


class Forecasts(NamedTuple):
    """Windows of a series, and what was forecast after each as a training went on.

    Fields:
        epochs: after how many epochs, (samples,).
        starts: where in the test part the windows start, (count,).
        seen: (count, length).
        followed: (count, horizon).
        forecasts: (samples, count, horizon).
        errors: mean squared error over all windows of the test part, (samples,).
        naive: the same for the last value going on.
    """

    epochs: Sequence[int]
    starts: Sequence[int]
    seen: Sequence[Sequence[float]]
    followed: Sequence[Sequence[float]]
    forecasts: Sequence[Sequence[Sequence[float]]]
    errors: Sequence[float]
    naive: float


def training(outputs: Outputs, marks: Sequence[int], title: str) -> str:
    """Draw both predictions and the loss over a training, with the numbers at some epochs.

    Args:
        outputs: the training; its epochs hold 0 and all `marks`.
        marks: epochs whose predictions are written out.
        title: what was trained, and how.
    """
    end = scientific(outputs.losses[-1])
    said = zip(TARGETS, outputs.predictions[-1], strict=True)
    ends = ", ".join(f"{name} {scientific(value)}" for name, value in said)
    return document(
        (880, 300),
        (text(8, 24, title, 15, "b"), _predictions(outputs, marks), _losses(outputs, end)),
        f"{title}. After {outputs.epochs[-1]} epochs it says {ends}, and the loss has fallen to "
        f"{end}.",
    )


def _predictions(outputs: Outputs, marks: Sequence[int]) -> str:
    """Draw what is said of both companies over the epochs."""
    chart = Chart(52, 70, 460, 180, 1, -0.3, 1.2, ((0, "A: 0"), (1, "B: 1")))
    pieces = [chart.frame("predictions, and the targets at 0 and 1"), *_axis(chart, outputs)]
    for k, name in enumerate(TARGETS):
        column = [row[k] for row in outputs.predictions]
        pieces.append(_course(chart, outputs.epochs, column, "h", name))
        pieces += [_mark(chart, outputs, mark, k) for mark in marks]
        pieces.append(text(chart.x + chart.w + 8, chart.up(column[-1]) + 5, name, 14, "b"))
    return "".join((*pieces, _start(chart, outputs)))


def _losses(outputs: Outputs, end: str) -> str:
    """Draw the loss over the epochs, with the number at its `end`."""
    chart = Chart(596, 70, 236, 180, 1, 1e-5, 10.0, POWERS[:-1], log=True)
    y = chart.up(outputs.losses[-1]) + 19
    return "".join(
        (
            chart.frame("loss: squared error, mean of A and B"),
            *_axis(chart, outputs),
            _course(chart, outputs.epochs, outputs.losses, "ink", "B"),
            text(chart.x + chart.w - 6, y, end, 13, "b end halo"),
        )
    )


def _across(chart: Chart, epochs: Sequence[int], epoch: int) -> float:
    return chart.x + chart.w * epoch / epochs[-1]


def _axis(chart: Chart, outputs: Outputs) -> list[str]:
    """Number the epochs under a chart."""
    y, last = chart.y + chart.h + 17, outputs.epochs[-1]
    ends = ((0, "", "0"), (last / 2, "mid", f"{last // 2}"), (last, "end", f"{last} epochs"))
    return [
        text(_across(chart, outputs.epochs, at), y, words, 12, f"{anchor} soft".strip())
        for at, anchor, words in ends
    ]


def _course(
    chart: Chart, epochs: Sequence[int], values: Sequence[float], cls: str, company: str
) -> str:
    """Draw one curve over the epochs, dashed for company A."""
    points = ((_across(chart, epochs, e), chart.up(v)) for e, v in zip(epochs, values, strict=True))
    dash = {"stroke_dasharray": "6 3"} if company == "A" else {}
    return polyline(points, cls, 2.5, stroke_linejoin="round", **dash)


def _mark(chart: Chart, outputs: Outputs, epoch: int, which: int) -> str:
    """Mark a prediction and write its number: A's below in a circle, B's above in a square."""
    value = outputs.predictions[list(outputs.epochs).index(epoch)][which]
    x, y = _across(chart, outputs.epochs, epoch), chart.up(value)
    anchor = "end" if epoch == outputs.epochs[-1] else "mid"
    if which == 0:
        sign = shape("circle", "paper", cx=x, cy=y, r=4.5)
        sign += shape("circle", "h", cx=x, cy=y, r=4.5, stroke_width=2)
    else:
        sign = rect(x - 4, y - 4, 8, 8, "fill-h")
    place = y + (22 if which == 0 else -12)
    return sign + text(x, place, scientific(value), 13, f"b halo {anchor}")


def _start(chart: Chart, outputs: Outputs) -> str:
    """Say where both predictions start, beside their common first point."""
    first = outputs.predictions[0]
    words = f"both start at {number(first[0])}"
    return text(
        chart.x + 14, chart.up(first[0]) + (16 if first[0] < 0.5 else -8), words, 12, "soft"
    )


def strip(outputs: Outputs, forecasts: Forecasts) -> str:
    """Draw what TensorBoard shows as a training goes on: two rows of five pictures.

    Args:
        outputs: five moments of a training on the companies.
        forecasts: five moments of a training on a series; its first window is drawn.
    """
    pieces = [text(8, 22, "the two companies: the price of the fifth day", 14, "b")]
    pieces += [_companies(k, *row) for k, row in enumerate(zip(*outputs, strict=True))]
    pieces.append(
        text(
            8,
            230,
            "a series: the twelve values that follow, and the error over the whole test part",
            14,
            "b",
        )
    )
    pieces += [_forming(k, forecasts) for k in range(len(forecasts.epochs))]
    pieces.append(forecast.key(44, 420, KEY))
    return document(
        (880, 434),
        pieces,
        "Pictures as TensorBoard keeps them, from left to right as the training goes on. Above, "
        "the predictions for companies A and B part and reach 0 and 1. Below, the forecast of a "
        "series starts flat and ends close to what really followed.",
    )


def _companies(place: int, epoch: int, predictions: tuple[float, float]) -> str:
    """Draw both companies with their predictions after `epoch` epochs."""
    pairs = companies()
    chart = Chart.holding((44 + PITCH * place, 56, PANEL, 104), 5, (-0.1, 1.1), ticks=2)
    pieces = [forecast.frame(chart, 4, _epochs(epoch), words=False)]
    for name, pair, prediction in zip(TARGETS, pairs, predictions, strict=True):
        pieces += [
            forecast.window(chart, pair.xs, marks=True),
            forecast.followed(chart, pair.xs, [pair.target], joined=False),
            forecast.forecast(chart, pair.xs, [prediction], joined=False),
            text(chart.across(0) + 8, chart.up(pair.xs[0]) + (2 if name == "A" else 8), name, 12),
        ]
    said = zip(TARGETS, predictions, strict=True)
    words = " · ".join(f"{name} {number(value)}" for name, value in said)
    return "".join((*pieces, text(chart.x + PANEL / 2, chart.y + 120, words, 12.5, "mid")))


def _forming(place: int, forecasts: Forecasts) -> str:
    """Draw the forecast after the first window at one moment of the training."""
    seen, followed = forecasts.seen[0][-LATEST:], forecasts.followed[0]
    drawn = forecasts.forecasts[place][0]
    values = (*seen, *followed, *(value for row in forecasts.forecasts for value in row[0]))
    box = (44 + PITCH * place, 264.0, PANEL, 104.0)
    chart = Chart.holding(box, LATEST + len(followed), values, ticks=3)
    error = f"error {number(forecasts.errors[place], 3)}"
    return "".join(
        (
            forecast.frame(chart, LATEST, _epochs(forecasts.epochs[place]), words=False),
            forecast.window(chart, seen),
            forecast.followed(chart, seen, followed),
            forecast.forecast(chart, seen, drawn),
            text(chart.x + PANEL / 2, chart.y + 120, error, 12.5, "mid"),
        )
    )


def _epochs(count: int) -> str:
    return {0: "before training", 1: "1 epoch"}.get(count, f"{count} epochs")


def series(values: Sequence[float], forecasts: Forecasts) -> str:
    """Draw a series with its three parts, and the last forecasts after some windows of the third.

    Args:
        values: the series, (seq_len,).
        forecasts: of windows of its last 15 %.
    """
    chart = Chart.holding((44, 40, 816, 110), len(values), values)
    pieces = [_parts(chart), chart.frame("a series: three waves on a slope, with noise")]
    points = ((chart.across(t), chart.up(values[t])) for t in range(0, len(values), 3))
    pieces += [polyline(points, "x", 1.1), *_windows(chart, forecasts)]
    pieces += [_panel(k, forecasts) for k in range(len(forecasts.starts))]
    pieces.append(forecast.key(44, 420, KEY | {"naive": "naive: the last value goes on"}))
    said = f"{number(forecasts.errors[-1], 3)}, naive {number(forecasts.naive, 3)}"
    pieces.append(text(44, 446, f"mean squared error over the whole test part: {said}", 13, "b"))
    return document(
        (880, 460),
        pieces,
        "A series of 2000 values, cut in time into training, validation and test. Below, three "
        "windows of the test part with the twelve values that follow: the forecast stays close to "
        f"them. Mean squared error over the whole test part: {said}.",
    )


def _parts(chart: Chart) -> str:
    """Shade the training, validation and test part of a series, and name them."""
    pieces, start = [], 0.0
    for k, (name, end) in enumerate(PARTS):
        x, far = chart.x + chart.w * start, chart.x + chart.w * end
        if k % 2:
            pieces.append(rect(x, chart.y, far - x, chart.h, "panel"))
        pieces.append(line(far, chart.y, far, chart.y + chart.h, "ink", stroke_dasharray="2 3"))
        words = f"{name}, {number(100 * (end - start), 0)} %"
        pieces.append(text((x + far) / 2, chart.y + chart.h + 17, words, 12.5, "mid"))
        start = end
    return "".join(pieces)


def _windows(chart: Chart, forecasts: Forecasts) -> list[str]:
    """Mark where the windows below stand in the series."""
    first = chart.steps * PARTS[1][1]
    pieces = []
    for k, (start, seen, followed) in enumerate(
        zip(forecasts.starts, forecasts.seen, forecasts.followed, strict=True), 1
    ):
        left = chart.across(first + start)
        width = chart.w * (len(seen) + len(followed)) / chart.steps
        pieces.append(rect(left, chart.y, width, chart.h, "ink", rx=3, stroke_width=1.5))
        pieces.append(text(left + width / 2, chart.y - 6, str(k), 12, "b mid"))
    return pieces


def _panel(place: int, forecasts: Forecasts) -> str:
    """Draw one window with what followed, the forecast and the naive one."""
    seen, followed = forecasts.seen[place], forecasts.followed[place]
    drawn = forecasts.forecasts[-1][place]
    box = (44 + 282.0 * place, 212.0, 252.0, 150.0)
    chart = Chart.holding(box, len(seen) + len(followed), (*seen, *followed, *drawn))
    return "".join(
        (
            forecast.frame(chart, len(seen), f"window {place + 1}"),
            forecast.window(chart, seen),
            forecast.naive(chart, seen, len(followed)),
            forecast.followed(chart, seen, followed),
            forecast.forecast(chart, seen, drawn),
        )
    )
