"""VectorExplorer: a whole layer at work, every unit at every step, and one of them up close."""

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING

from lstm_lib.explorers.layer import LayerExplorer, checked
from lstm_lib.record import Trace

if TYPE_CHECKING:
    from numpy import ndarray

    from lstm_lib.vector import VectorLSTM


class VectorExplorer(LayerExplorer):
    """See every gate and state of a layer as heatmaps, and follow one unit through time.

    The controls are `sequence`, `step` and `unit`, all counted from 1; one that has nothing to
    choose is left out. `selected` is the Trace of the chosen unit on the chosen sequence.

    Args:
        trace: the run of a batch through a layer, columns (batch_size, seq_len, hidden_size) in
            NumPy or torch; by default a small layer with memories from short to long.
        names: what the sequences are called, (batch_size,).
        outputs: what the network says, (batch_size, seq_len, output_size).
        targets: what it should say, shaped like `outputs`; nan where nothing is asked for.

    Raises:
        TypeError, ValueError: an argument of the wrong kind, not finite, or of another shape.
    """

    def __init__(
        self,
        trace: Trace | None = None,
        names: Sequence[str] | None = None,
        outputs: "ndarray | None" = None,
        targets: "ndarray | None" = None,
    ) -> None:
        super().__init__([checked(_example() if trace is None else trace)], names, outputs, targets)


# --- an example ---------------------------------------------------------------------------------


def by_hand(units: int) -> "VectorLSTM":
    """Return a layer built by hand: it writes bits, keeps them, shows them when called.

    The inputs are the bit (-1, 1, or 0 for none), whether there is one, and the call. From unit
    to unit the memory lasts longer, for 1 to 40 steps.

    Source: Tallec & Ollivier (2018), b_f = log(T - 1) keeps a memory for about T steps.
    """
    import numpy as np

    from lstm_lib.vector import VectorLSTM

    model, rng = VectorLSTM(3, units, seed=2), np.random.default_rng(2)  # random weights on h
    weights, biases = (model.parameters[name].reshape(4, units, -1)
                       for name in ("weight_ih_l0", "bias_ih_l0"))  # fmt: skip
    weights[:], biases[:], model.parameters["bias_hh_l0"][:] = 0, 0, 0
    weights[0, :, 1], biases[0] = 6, -4  # i opens for a bit
    biases[1, :, 0] = [log(40 ** ((k + 1.5) / units) - 1) for k in range(units)]
    weights[2, :, 0] = rng.uniform(0.5, 2, units) * rng.choice([-1, 1], units)
    weights[3, :, 2], biases[3] = 6, -4  # o opens at the call
    return model


def _example() -> Trace:
    """Return its run on delayed recall: four random bits, called for 34 steps after they came."""
    # Only who opens this explorer pays for NumPy.
    import numpy as np

    x = np.zeros((4, 40, 3))  # (batch_size, seq_len, input_size)
    bits = np.random.default_rng(3).choice([-1, 1], (4, 4))
    x[:, 1:5, 0], x[:, 1:5, 1], x[:, 35:39, 2] = bits, 1, 1
    return by_hand(20).forward(x)[1]
