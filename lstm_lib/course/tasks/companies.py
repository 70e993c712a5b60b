"""Two companies, four days of prices, and the fifth to predict."""

from typing import NamedTuple


class Pair(NamedTuple):
    """One sequence of inputs and the number that should come out after the last of them."""

    xs: tuple[float, ...]
    target: float


def companies() -> tuple[Pair, Pair]:
    """Return the prices of companies A and B over four days, and the price of the fifth.

    From day 2 on both companies look the same; only day 1 tells them apart. Whoever wants to
    predict day 5 has to remember day 1.

    Source: the two-company data set of StatQuest's LSTM videos (J. Starmer, 2022).
    """
    return Pair((0.0, 0.5, 0.25, 1.0), 0.0), Pair((1.0, 0.5, 0.25, 1.0), 1.0)
