"""The still pictures at the top of the first chapters, one function each."""

from functools import partial

from lstm_lib.course.explorers.valves import valve
from lstm_lib.course.tasks.companies import companies
from lstm_lib.drawing.charts import Chart
from lstm_lib.drawing.marks import UP, arrow
from lstm_lib.drawing.svg import document, line, number, polyline, rect, shape, text
from lstm_lib.rnn import ScalarRNN
from lstm_lib.scalar import sigmoid

INK = "fill:var(--ink)"
ARROW = 7  # length of an arrow's head


def two_companies() -> str:
    """Draw the prices of companies A and B: where they part and where they are the same."""
    a, b = companies()
    chart = Chart(70, 52, 620, 168, steps=5, low=-0.15, high=1.15)
    places = {name: chart.points((*pair.xs, pair.target)) for name, pair in (("A", a), ("B", b))}
    bodies = (_days(chart), _prices(places), _readings(chart, a.xs), _ends(places))
    return document(
        (800, 270),
        bodies,
        "Prices over five days. Company A starts at 0, company B at 1; on days 2, 3 and 4 both "
        "are 0.5, 0.25 and 1; on day 5 company A falls to 0 and company B stays at 1.",
    )


def _days(chart: Chart) -> str:
    """Draw the days below, the shaded days on which both prices are the same, and the titles."""
    width = chart.w / chart.steps
    same = rect(chart.x + width, chart.y - 34, 3 * width, chart.h + 40, rx=8)
    days = (text(chart.across(t), 250, f"day {t + 1}", 13, "mid soft") for t in range(chart.steps))
    titles = (
        text(chart.across(0), 34, "they differ", 14, "b mid"),
        text(chart.across(2), 34, "not one number differs", 14, "b mid"),
        text(chart.across(4), 34, "what comes?", 14, "b mid"),
    )
    return "".join((same, *days, *titles))


def _prices(places: dict[str, list[tuple[float, float]]]) -> str:
    """Draw both price lines; the part nobody has seen yet is dashed."""
    drawn = []
    for points in places.values():
        drawn.append(polyline(points[:4], "ink", 2.5))
        drawn.append(polyline(points[3:], "ink", 2, stroke_dasharray="3 5"))
    for name, points in places.items():
        drawn += [_company(name, *point) for point in (points[0], points[4])]
    shared = next(iter(places.values()))[1:4]
    drawn += [shape("circle", style=INK, cx=x, cy=y, r=5) for x, y in shared]
    return "".join(drawn)


def _company(name: str, x: float, y: float) -> str:
    """Draw a company's letter: A in a circle, B in a square."""
    if name == "A":
        badge = shape("circle", "paper", cx=x, cy=y, r=13)
        badge += shape("circle", "ink", cx=x, cy=y, r=13, stroke_width=2)
    else:
        badge = rect(x - 12, y - 12, 24, 24, "paper")
        badge += rect(x - 12, y - 12, 24, 24, "ink", stroke_width=2)
    return badge + text(x, y + 5, name, 15, "b mid")


def _readings(chart: Chart, shared: tuple[float, ...]) -> str:
    """Write the three prices both companies have in common."""
    return "".join(
        text(
            chart.across(t),
            chart.up(shared[t]) + (26 if t == 2 else -14),
            f"{shared[t]:g}",
            14,
            "mid",
        )
        for t in (1, 2, 3)
    )


def _ends(places: dict[str, list[tuple[float, float]]]) -> str:
    """Write the first price and the fifth beside each company's letter."""
    first = (
        text(p[0][0] - 20, p[0][1] + 5, n, 14, "end")
        for n, p in zip("01", places.values(), strict=True)
    )
    last = (
        text(p[4][0] + 20, p[4][1] + 5, n, 14) for n, p in zip("01", places.values(), strict=True)
    )
    return "".join((*first, *last))


def company(name: str) -> str:
    """Draw the prices of one company: four days that are seen, and the fifth to predict.

    Args:
        name: "A" or "B".
    """
    pair = companies()["AB".index(name)]
    chart = Chart(40, 34, 330, 150, steps=5, low=-0.15, high=1.15)
    prices = (*pair.xs, pair.target)
    points = chart.points(prices)
    numbers = (
        text(x, y + (31 if price < 0.5 else -20), f"{price:g}", 14, "mid")
        for (x, y), price in zip(points, prices, strict=True)
    )
    days = (text(chart.across(t), 236, f"day {t + 1}", 13, "mid soft") for t in range(5))
    ask = rect(chart.across(3.5), 12, chart.w / 5, 204, rx=8)
    return document(
        (410, 250),
        (ask, _prices({name: points}), *numbers, *days),
        f"Prices of company {name} over five days: {', '.join(f'{p:g}' for p in prices)}. The "
        "first four are seen, the fifth is to be predicted.",
    )


def unrolled() -> str:
    """Draw the vanilla unit over the four days of company B: one unit, used four times."""
    xs = companies()[1].xs
    hs = (0.0, *ScalarRNN(w_h=0.5).run(xs))
    days = (_unit(150 + 160 * t, t + 1, xs[t], hs[t + 1]) for t in range(len(xs)))
    start = text(36, 78, f"h = {number(hs[0])}", 14, "b mid ink-h")
    start += text(36, 124, "the start", 12, "mid soft")
    foot = text(
        400,
        236,
        "one unit, drawn four times: w_h = 0.5, w_x = 1 and b = 0 in every box",
        13.5,
        "mid soft",
    )
    return document(
        (800, 250),
        (_wire(12, 104), start, *days, foot),
        "The vanilla recurrent unit unrolled over four days of company B. The hidden state runs "
        "from left to right, 0, 0.76, 0.71, 0.54, 0.85; the price of each day enters from below.",
    )


def _unit(x: float, day: int, price: float, h: float) -> str:
    """Draw the unit on one day: its price from below, its hidden state to the right."""
    return "".join(
        (
            rect(x - 46, 68, 92, 64, "paper", rx=10),
            rect(x - 46, 68, 92, 64, "h", rx=10, stroke_width=2.5),
            text(x, 56, f"day {day}", 13, "b mid"),
            text(x, 95, "tanh of", 13, "mid"),
            text(x, 116, "0.5 h + x", 15, "mid"),
            line(x, 184, x, 138, "x", stroke_width=2),
            arrow(x, 133, "fill-x", UP),
            text(x, 203, f"x = {number(price)}", 14, "b mid ink-x"),
            _wire(x + 46, x + 112),
            text(x + 80, 78, f"{number(h)}", 14, "b mid ink-h"),
        )
    )


def _wire(x1: float, x2: float) -> str:
    """Draw the wire that carries the hidden state to the next day."""
    return line(x1, 100, x2 - ARROW, 100, "h", stroke_width=4) + arrow(x2, 100, "fill-h")


def soft_switch() -> str:
    """Draw the sigmoid beside a hard switch, and three valves opened by it."""
    chart = Chart(
        58, 40, 320, 170, steps=1, low=0.0, high=1.0, ticks=((0, "0"), (0.5, "½"), (1, "1"))
    )
    valves = (_valve(66 + 58 * k, z) for k, z in enumerate((-4.0, 0.0, 4.0)))
    return document(
        (800, 260),
        (chart.frame("how far the valve is open"), _switches(chart), *valves),
        "Left: a hard switch jumps from 0 to 1 at zero; the sigmoid rises softly, 0.02 at "
        "minus 4, 0.5 at 0, 0.98 at 4. Right: a valve opened by the sigmoid lets through 2, 50 "
        "and 98 percent of what arrives.",
    )


def _switches(chart: Chart) -> str:
    """Draw the hard switch and the sigmoid over z from -6 to 6."""

    def place(z: float) -> float:
        return chart.x + chart.w * (z + 6) / 12

    middle, left, right = place(0), chart.x, chart.x + chart.w
    low, high = chart.up(0), chart.up(1)
    hard = [(left, low), (middle, low), (middle, high), (right, high)]
    soft = [(place(k / 5), chart.up(sigmoid(k / 5))) for k in range(-30, 31)]
    marks = (
        shape("circle", "fill-f", cx=place(z), cy=chart.up(sigmoid(z)), r=5) for z in (-4, 0, 4)
    )
    axis = (text(place(z), 228, number(z, 0), 12, "mid soft") for z in (-4, 0, 4))
    words = (
        text(middle - 8, 72, "hard switch", 12.5, "end soft"),
        text(place(0.9), 140, "sigmoid: soft", 13, "b ink-f"),
        text(middle, 250, "the weighted sum z", 12.5, "mid soft"),
    )
    lines = polyline(hard, "ink", 1.5, stroke_dasharray="5 4") + polyline(soft, "f", 3)
    return "".join((lines, *marks, *axis, *words))


def _valve(y: float, z: float) -> str:
    """Draw one valve in a pipe, opened as far as the sigmoid of `z` says."""
    share, half = sigmoid(z), 18
    through = max(2 * half * share, 1.5)
    return "".join(
        (
            rect(430, y - half, 240, 2 * half),
            line(430, y, 550, y, "c", stroke_width=2 * half),
            line(550, y, 670, y, "c", stroke_width=through),
            valve(557, y, "f", half, share),
            rect(546, y - half - 4, 22, 2 * half + 8, "f", rx=4, stroke_width=2),
            text(438, y + 5, f"z = {number(z, 0)}", 14, "b halo"),
            text(684, y + 5, f"{number(100 * share, 0)} % passes", 14, "b"),
        )
    )


PICTURES = {
    "two_companies.svg": two_companies,
    "unrolled.svg": unrolled,
    "soft_switch.svg": soft_switch,
    "company_a.svg": partial(company, "A"),
    "company_b.svg": partial(company, "B"),
}
