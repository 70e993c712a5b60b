"""One way to run any network that reads symbols one by one and says what may follow."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib.trace import trace

if TYPE_CHECKING:
    from numpy import ndarray


class Reading(NamedTuple):
    """What a network said and kept while it read.

    Fields:
        outputs: a logit for every symbol after every step, (batch_size, seq_len, symbols).
        c: the cell states, (batch_size, seq_len, hidden_size); of a stack, of its top layer.
    """

    outputs: "ndarray"
    c: "ndarray"


class Reader:
    """A VectorLSTM with read-out, or a torch module with an LSTM inside, run in one way.

    Args:
        model: takes (batch_size, seq_len, symbols), symbols one-hot, and returns logits of the
            same shape.
        alphabet: the symbols, in the order of the columns.

    Raises:
        TypeError, ValueError: `model` is none that `trace` takes, or takes or returns other
            shapes.
    """

    def __init__(self, model: Any, alphabet: str) -> None:
        import numpy as np

        self.model, self.alphabet = model, alphabet
        # Three sequences of two steps: a module that has the steps first gives itself away.
        self(np.tile(np.eye(len(alphabet))[0], (3, 2, 1)))

    def __call__(self, x: "ndarray") -> Reading:
        """Return what the network says and keeps.

        Args:
            x: symbols, one-hot, (batch_size, seq_len, symbols).
        """
        from lstm_lib.vector import VectorLSTM

        if isinstance(self.model, VectorLSTM):
            return self._checked(x, *self._forward(x))
        return self._checked(x, *self._traced(x))

    def predict(self, x: "ndarray") -> "ndarray":
        """Return the logits alone, shaped like `x`."""
        return self(x).outputs

    def _forward(self, x: "ndarray") -> tuple[Any, Any]:
        """Return outputs and cell states of a VectorLSTM."""
        model, symbols = self.model, len(self.alphabet)
        if (model.input_size, model.output_size) != (symbols, symbols):
            raise ValueError(
                f"model must read and say {symbols} symbols, {self.alphabet}, got {model!r}"
            )
        outputs, record = model.forward(x)
        return outputs, record.c

    def _traced(self, x: "ndarray") -> tuple[Any, Any]:
        """Return outputs and cell states of a torch module, as arrays."""
        symbols = x
        if (first := next(_parameters(self.model), None)) is not None:
            symbols = first.new_tensor(x)
        try:
            traced = trace(self.model, symbols)
        except RuntimeError as error:  # torch's own, for an input of a size that does not fit
            shape = ", ".join(map(str, x.shape))
            raise ValueError(f"model must take symbols of shape ({shape}), got {error}") from error
        parts = (traced.result, traced[-1].c)
        return tuple(part.detach().cpu().numpy() if hasattr(part, "detach") else part
                     for part in parts)  # fmt: skip

    def _checked(self, x: "ndarray", outputs: Any, c: Any) -> Reading:
        """Return what came back, in float64, if it has the right shapes."""
        found = tuple(getattr(outputs, "shape", ()))
        if found != x.shape:
            what = found or type(outputs).__name__
            raise ValueError(
                f"model must return logits of shape {x.shape}, like its symbols, got {what}"
            )
        if c.shape[:2] != x.shape[:2]:
            raise ValueError("model must have the batch first, got an LSTM with the steps first")
        return Reading(outputs.astype(float), c.astype(float))


def _parameters(model: Any) -> Iterator[Any]:
    """Return the parameters of a torch module; none of what is no module."""
    return model.parameters() if callable(getattr(model, "parameters", None)) else iter(())
