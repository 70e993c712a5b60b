"""Networks that read symbols one by one: one way to run them, and which unit does the work.

A network here is a VectorLSTM with read-out or a torch module around an LSTM. It takes symbols
one-hot, (batch_size, seq_len, symbols), and returns logits of the same shape.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from lstm_lib.course.tasks.counting import counting
from lstm_lib.course.tasks.reber import REBER_SYMBOLS, reber, reber_strings, reber_twin
from lstm_lib.course.tasks.symbols import one_hot
from lstm_lib.trace import trace

if TYPE_CHECKING:
    from numpy import ndarray

    from lstm_lib.trace import Clamp

COUNTED = 10  # the n of the string that shows which unit counts
REMEMBERED = 100  # strings that show which unit remembers


class Reading(NamedTuple):
    """What a network said and kept while it read.

    Fields:
        outputs: a logit for every symbol after every step, (batch_size, seq_len, symbols).
        c: the cell states, (batch_size, seq_len, hidden_size); of a stack, of its top layer.
    """

    outputs: "ndarray"
    c: "ndarray"


class Reader:
    """A network that is run in one way, of whatever kind it is.

    Args:
        model: the network.
        alphabet: the symbols, in the order of the columns.

    Raises:
        TypeError, ValueError: `model` is none that `trace` takes, or takes or returns other
            shapes.
    """

    def __init__(self, model: Any, alphabet: str) -> None:
        import numpy as np

        self.model, self.alphabet = model, alphabet
        self.top = 0  # the layer whose c is kept
        # Three sequences of two steps: a module that has the steps first gives itself away.
        self.hidden_size = self(np.tile(np.eye(len(alphabet))[0], (3, 2, 1))).c.shape[2]

    def __call__(self, x: "ndarray", clamp: "Clamp | None" = None) -> Reading:
        """Return what the network says and keeps, in float64.

        Args:
            x: symbols, one-hot, (batch_size, seq_len, symbols).
            clamp: what is held, if anything.
        """
        from lstm_lib.vector import VectorLSTM

        run = self._forward if isinstance(self.model, VectorLSTM) else self._traced
        outputs, c = run(x, clamp)
        found = tuple(getattr(outputs, "shape", ()))
        if found != x.shape:
            what = found or type(outputs).__name__
            raise ValueError(
                f"model must return logits of shape {x.shape}, like its symbols, got {what}"
            )
        if c.shape[:2] != x.shape[:2]:
            raise ValueError("model must have the batch first, got an LSTM with the steps first")
        return Reading(outputs.astype(float), c.astype(float))

    def read(self, *texts: str) -> Reading:
        """Return what the network says and keeps on strings of one length."""
        import numpy as np

        return self(np.stack([one_hot(text, self.alphabet) for text in texts]))

    def predict(self, x: "ndarray") -> "ndarray":
        """Return the logits alone, shaped like `x`."""
        return self(x).outputs

    def _forward(self, x: "ndarray", clamp: "Clamp | None") -> tuple[Any, Any]:
        """Return outputs and cell states of a VectorLSTM."""
        model, symbols = self.model, len(self.alphabet)
        if (model.input_size, model.output_size) != (symbols, symbols):
            raise ValueError(
                f"model must read and say {symbols} symbols, {self.alphabet}, got {model!r}"
            )
        if clamp:
            held = trace(model, x, clamp=clamp)
            return held.result[0], held[0].c
        outputs, record = model.forward(x)
        return outputs, record.c

    def _traced(self, x: "ndarray", clamp: "Clamp | None") -> tuple[Any, Any]:
        """Return outputs and cell states of a torch module, as arrays."""
        parameters = getattr(self.model, "parameters", None)
        first = next(parameters(), None) if callable(parameters) else None
        try:
            traced = trace(self.model, x if first is None else first.new_tensor(x), clamp=clamp)
        except RuntimeError as error:  # torch's own, for an input of a size that does not fit
            shape = ", ".join(map(str, x.shape))
            raise ValueError(f"model must take symbols of shape ({shape}), got {error}") from error
        self.top = traced[-1].layer
        return _array(traced.result), _array(traced[-1].c)


def verdicts(
    judge: "Callable[..., ndarray]", logits: "ndarray", legal: Sequence[str], alphabet: str
) -> list[bool | None]:
    """Return for each step of one string whether it is right; None where nothing may come.

    Args:
        judge: `right` or `ahead` of the tasks; it takes predictions, legal and lengths.
        logits: what a network said, (seq_len, symbols).
        legal: the symbols that may come after each step, (seq_len,).
        alphabet: every symbol, in the order of the columns.
    """
    may = [[[float(symbol in symbols) for symbol in alphabet]] for symbols in legal]
    good = judge(logits[:, None], may, [1] * len(legal))  # each step as a sequence of its own
    return [bool(is_good) if any_ else None for is_good, any_ in zip(good, legal, strict=True)]


def softmax(logits: "ndarray") -> "ndarray":
    """Return the probabilities along the last axis, shaped like `logits`."""
    import numpy as np

    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# --- which unit does the work -------------------------------------------------------------------


def closest(cells: "ndarray", values: "ndarray") -> int:
    """Return the unit whose cell state correlates most with some values, either way.

    Args:
        cells: (steps, hidden_size).
        values: (steps,).
    """
    import numpy as np

    cells, values = cells - cells.mean(axis=0), values - values.mean()
    spread = np.linalg.norm(cells, axis=0)
    spread[spread == 0] = np.inf  # a unit that never moves follows nothing
    return int(np.argmax(np.abs(values @ cells) / spread))


def steadiest(differences: "ndarray") -> int:
    """Return the unit whose difference has the largest mean in standard deviations.

    Args:
        differences: (count, hidden_size).
    """
    import numpy as np

    mean, spread = differences.mean(axis=0), differences.std(axis=0)
    return int(np.argmax(np.abs(mean) / np.where(spread > 0, spread, np.inf)))


def counting_unit(reader: Reader) -> int:
    """Return the unit whose c goes most closely with the number of a's minus that of b's."""
    x = counting([COUNTED]).x  # (1, 1 + 2 COUNTED, 3)
    return closest(reader(x).c[0], (x[0, :, 0] - x[0, :, 1]).cumsum())


def edge(reader: Reader, unit: int) -> float | None:
    """Return c of the unit at which "b must come" ends, before the last b; None without one."""
    from lstm_lib.trace import Clamp

    x, t = counting([COUNTED]).x, 2 * COUNTED - 1
    high, low = reader(x).c[0, t : t + 2, unit].tolist()

    def says_b(value: float) -> bool:
        clamp = Clamp("c", value, units=unit, steps=t, layer=reader.top)
        _, b, end = reader(x, clamp).outputs[0, t]
        return bool(b > 0 >= end)

    if not says_b(high) or says_b(low):
        return None
    for _ in range(24):  # halve the interval
        middle = (low + high) / 2
        low, high = (low, middle) if says_b(middle) else (middle, high)
    return high


def remembering_unit(reader: Reader) -> int:
    """Return the unit that tells most steadily whether T or P came second in a Reber string.

    Every string is read twice, with either; what counts is the difference in c at all steps
    between the two symbols that are swapped.
    """
    import numpy as np

    strings = reber_strings(REMEMBERED, seed=1)
    given, twins = reber(strings), reber([reber_twin(string) for string in strings])
    signs = np.where(given.x[:, 1, REBER_SYMBOLS.index("T")], 1.0, -1.0)  # (REMEMBERED,)
    difference = (reader(given.x).c - reader(twins.x).c) * signs[:, None, None]  # T less P
    steps = np.arange(given.x.shape[1])
    return steadiest(difference[(steps >= 2) & (steps < given.lengths[:, None] - 1)])


def _array(values: Any) -> Any:
    """Return a tensor of torch as an array, anything else as it is."""
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values
