"""Which units of a layer to look at first: those that move most, or that a loss depends on most."""

from typing import Any, NamedTuple

from lstm_lib.record import BatchRecord


class Ranking(NamedTuple):
    """A score for every unit of a layer.

    Fields:
        of: what the score is, in words.
        scores: (hidden_size,).
        order: the units, counted from 0, from the highest score to the lowest.
    """

    of: str
    scores: tuple[float, ...]
    order: tuple[int, ...]

    @classmethod
    def by(cls, of: str, scores: Any) -> "Ranking":
        """Rank the units by their scores, (hidden_size,), in NumPy or torch."""
        found = tuple(map(float, scores.tolist()))
        return cls(of, found, tuple(sorted(range(len(found)), key=lambda unit: -found[unit])))


def by_variance(trace: BatchRecord) -> Ranking:
    """Rank the units by the variance of their memory over all sequences and real steps."""
    c = _real(trace.memory, trace)
    return Ranking.by(f"variance of {trace.letters.memory}", ((c - c.mean(0)) ** 2).mean(0))


def by_gradient(gradient: Any, trace: BatchRecord) -> Ranking:
    """Rank the units by the mean size of a gradient over all sequences and real steps.

    Args:
        gradient: by the memory, (batch_size, seq_len, hidden_size), in NumPy or torch.
        trace: of the run that it belongs to.
    """
    return Ranking.by(f"mean |dL/d{trace.letters.memory}|", abs(_real(gradient, trace)).mean(0))


def _real(array: Any, trace: BatchRecord) -> Any:
    """Return the real steps of all sequences in one row, (steps, hidden_size)."""
    import numpy as np

    ends = trace.lengths or [len(trace)] * trace.batch_size
    return array[np.arange(len(trace)) < np.reshape(ends, (-1, 1))]
