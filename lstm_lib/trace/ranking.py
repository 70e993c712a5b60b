"""Which units of a layer to look at first: those that move most, or that a loss depends on most."""

from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib.record import BatchTrace

if TYPE_CHECKING:
    from numpy import ndarray


class Ranking(NamedTuple):
    """A score for every unit of a layer.

    Fields:
        of: what the score is, in words.
        scores: (hidden_size,).
        order: the units from the highest score to the lowest, counted from 0, (hidden_size,);
            the lower number first where two are equal.
    """

    of: str
    scores: tuple[float, ...]
    order: tuple[int, ...]

    @classmethod
    def by(cls, of: str, scores: "ndarray") -> "Ranking":
        """Rank the units by their scores, (hidden_size,), in NumPy or torch."""
        found = tuple(map(float, scores.tolist()))
        return cls(of, found, tuple(sorted(range(len(found)), key=lambda unit: -found[unit])))


def by_variance(trace: BatchTrace) -> Ranking:
    """Rank the units by the variance of their cell state over all sequences and real steps."""
    runs = _real(trace.c, trace)
    mean = _mean(runs)  # (hidden_size,)
    return Ranking.by("variance of c", _mean([(run - mean) ** 2 for run in runs]))


def by_gradient(gradient: "ndarray", trace: BatchTrace) -> Ranking:
    """Rank the units by the mean size of a gradient over all sequences and real steps.

    Args:
        gradient: dL/dc, (batch_size, seq_len, hidden_size), in NumPy or torch.
        trace: of the run that it belongs to.
    """
    return Ranking.by("mean |dL/dc|", _mean([abs(run) for run in _real(gradient, trace)]))


def _real(array: Any, trace: BatchTrace) -> list[Any]:
    """Return the real steps of each sequence, (length, hidden_size) each."""
    if trace.lengths is None:
        return list(array)
    return [rows[:length] for rows, length in zip(array, trace.lengths, strict=True)]


def _mean(runs: list[Any]) -> Any:
    """Return the mean over all steps of all sequences, (hidden_size,)."""
    return sum(run.sum(0) for run in runs) / sum(len(run) for run in runs)
