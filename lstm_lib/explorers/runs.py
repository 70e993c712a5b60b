"""A network that is run on one batch again and again, with a clamp or without."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from lstm_lib import _chance, _validate
from lstm_lib.explorers.given import ends, in_batch, rows_of
from lstm_lib.record import BatchRecord, Traced
from lstm_lib.trace import Clamp, runs


class Run(NamedTuple):
    """One run of the network.

    Fields:
        traces: one per layer and direction, columns (batch_size, seq_len, hidden_size).
        answers: what is shown as outputs, (batch_size, seq_len or 1, size) each, side by side.
        score: of the whole batch; None without one.
    """

    traces: list[BatchRecord]
    answers: list[Any]
    score: float | None

    def rows(self, batch: int, steps: int) -> list[list[float]]:
        """Return the outputs of one sequence, (size, steps); nan before one given at the end."""
        rows = [row for part in self.answers for row in rows_of(part, batch, steps)]
        return [[float("nan")] * (steps - len(row)) + row for row in rows]


class Network:
    """A network, the batch it reads, and what its outputs are measured by.

    Args:
        model, x: as in `trace`.
        score, outputs: as in ClampExplorer.
        arguments: further ones of `trace`: hx, lengths, path, call, kwargs.
    """

    def __init__(
        self,
        model: Any,
        x: Any,
        score: Callable | None,
        outputs: Callable | None,
        **arguments: Any,
    ) -> None:
        for name, function in {"score": score, "outputs": outputs}.items():
            if function is not None and not callable(function):
                raise TypeError(f"{name} must be a function of the outputs, got {function!r}")
        # Copies: what is done with the model and its input later changes nothing here.
        self._model = _copied("model", model)
        self._arguments = _copied("x", {"x": x} | arguments)
        self._traced = runs(self._model, **self._arguments)
        self._score, self._outputs, self._start = score, outputs, _chance.stand()
        self.untouched = self._run(None)
        self._last: tuple[Clamp | None, Run] = (None, self.untouched)

    def run(self, clamp: Clamp | None) -> Run:
        """Return a run; the untouched one and the last one are kept."""
        if clamp is None:
            return self.untouched
        if clamp != self._last[0]:
            self._last = (clamp, self._run(clamp))
        return self._last[1]

    def _run(self, clamp: Clamp | None) -> Run:
        """Run the network on the whole batch."""
        with _chance.kept(self._start):  # all runs draw the same
            traced = self._traced(clamp)
        traces, said = [in_batch(one) for one in traced.traces], _said(traced)
        score = None if self._score is None else _number(self._score(said))
        return Run(traces, self._answers(traced, traces, said), score)

    def _answers(self, traced: Traced, traces: Sequence[BatchRecord], said: Any) -> list[Any]:
        """Return what is shown as outputs, see `Run`."""
        has_read_out = getattr(self._model, "output_size", None) is not None
        if self._outputs is not None:
            return [_shown(_batch_first(self._outputs(said), traces[0]))]
        elif said is traced.output and not has_read_out:
            # In whatever form an LSTM returns its h, packed or not, its traces have it batch first.
            return [one.h for one in traces if one.layer == traces[-1].layer]
        else:
            found = said[0] if isinstance(said, tuple) and said else said
        self._refuse_a_guess(found, traces[0])
        return [_shown(_batch_first(found, traces[0]))]

    def _refuse_a_guess(self, found: Any, one: BatchRecord) -> None:
        """Refuse outputs of as many sequences as steps, of a module that has the steps first."""
        shape = tuple(getattr(found, "shape", ()))
        is_square = len(shape) == 3 and shape[0] == shape[1] == one.batch_size == len(one) > 1
        if is_square and self._has_steps_first():
            raise ValueError(
                f"outputs must say which axis is which, got shape {shape}: pass a function that "
                "returns (batch_size, seq_len, size), as outputs=lambda y: y.transpose(0, 1)"
            )

    def _has_steps_first(self) -> bool:
        """Return whether the LSTM of a torch module reads the steps on the first axis."""
        if not hasattr(self._model, "named_modules"):
            return False
        from lstm_lib.trace.hooked import find

        return not find(self._model, self._arguments["path"]).batch_first


def _copied(name: str, value: Any) -> Any:
    """Return a copy of all that a value holds, or say that there is none."""
    try:
        return deepcopy(value)
    except Exception as error:
        raise TypeError(f"{name} must be something that copy.deepcopy copies: {error}") from error


def _shown(outputs: Any) -> Any:
    """Return outputs if they are finite."""
    ends("outputs", outputs)
    return outputs


def _said(traced: Traced) -> Any:
    """Return what the model says, without the state that an LSTM returns beside it."""
    found = traced.result
    is_pair = isinstance(found, tuple) and len(found) == 2
    return traced.output if is_pair and found[0] is traced.output else found


def _batch_first(found: Any, one: BatchRecord) -> Any:
    """Return outputs as (batch_size, seq_len or 1, size), or say what is wrong with them."""
    shape = tuple(getattr(found, "shape", ()))
    batch_size, seq_len = one.batch_size, len(one)
    if len(shape) == 3 and shape[:2] == (batch_size, seq_len) and shape[2]:
        return found
    if len(shape) == 3 and shape[:2] == (seq_len, batch_size) and shape[2]:
        return found.swapaxes(0, 1)
    if len(shape) == 2 and shape[0] == batch_size and shape[1]:
        return found[:, None]
    if len(shape) == 2 and (batch_size, seq_len) == (1, shape[0]) and shape[1]:
        return found[None]
    raise ValueError(
        f"outputs must give an array ({batch_size}, {seq_len}, size) or ({batch_size}, size), "
        f"got {f'shape {shape}' if shape else type(found).__name__}"
    )


def _number(score: Any) -> float:
    """Return a score as a float, or say that it is none."""
    return _validate.number("score(outputs)", score.item() if hasattr(score, "item") else score)
