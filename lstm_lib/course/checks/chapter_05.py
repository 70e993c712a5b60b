"""Checks for chapter 5: from numbers to matrices."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from lstm_lib.course.checks import verdict

if TYPE_CHECKING:
    from numpy import ndarray

FROM_ONNX = (0, 2, 3, 1)  # where i, f, g, o stand among i, o, f, g
Arrays = tuple["ndarray", ...]


def weight_count(answer: object) -> None:
    """Check exercise 1: how many numbers a layer with 3 inputs and 5 units has."""
    inputs, units = 3, 5
    one = inputs * units + units * units  # the weights of one gate
    mistakes = [
        (4 * (one + units), "PyTorch's layer has two biases: look at the names of the four arrays"),
        (4 * one, "the biases are missing, and there are two of them"),
        (one + 2 * units, "that is one gate, and there are four"),
        (one + units, "that is one gate, with one of its two biases"),
        (one, "that is one gate, without biases"),
        (4 * (inputs * units + 2 * units), "W and the biases are there: where is U?"),
        (4 * (units * units + 2 * units), "U and the biases are there: where is W?"),
        (4 * (inputs * units + units + 2 * units), "every unit reads all units, not only itself"),
        (12 * units, "twelve numbers per unit is one input, and units that do not read each other"),
    ]
    verdict.number(answer, 4 * (one + 2 * units), mistakes, "four arrays: multiply out each shape")


def forget_biases(answer: object) -> None:
    """Check exercise 2: the forget biases with which memories halve in 1, 4 and 16 steps."""
    import numpy as np

    steps = np.array([1.0, 4.0, 16.0])
    f = 0.5 ** (1 / steps)
    right = np.log(f / (1 - f))
    mistakes = [
        (f, "those are the gates; which bias puts a sigmoid there?"),
        (-right, "the signs are turned round: near 1 means keep"),
        (right[::-1], "the units are turned round: the first one forgets fastest"),
        (np.log(f), "the sigmoid is undone by ln(f / (1 - f))"),
        (np.log(steps), "close to it for long memories; here f should be exact: f^n = 1/2"),
        (steps, "those are the steps; first find f with f^n = 1/2"),
    ]
    hint = "two stages: f with f^n = 1/2, then the sum at which the sigmoid is f"
    verdict.array(answer, right, mistakes, hint, within=0.006)


def from_onnx(answer: object) -> None:
    """Check exercise 3: a function that brings a stack i, o, f, g into the order i, f, g, o."""
    import numpy as np

    draw = np.random.default_rng(5)
    cases = [(draw.normal(size=shape),) for shape in ((8, 3), (4, 1), (12, 3), (20,))]
    mistakes = [(_stacked(order), words) for order, words in _WRONG_ORDERS.items()]
    mistakes += [
        (lambda stack: stack[list(FROM_ONNX)], "those are rows: a gate has hidden_size rows"),
        (lambda stack: np.split(stack, 4)[0], "that is one gate: put all four together again"),
        (
            lambda stack: [np.split(stack, 4)[k] for k in FROM_ONNX],
            "the order is right: put the four blocks together into one array again",
        ),
    ]
    hint = "cut the stack in four and put the blocks together in the order i, f, g, o"
    verdict.function(answer, _stacked(FROM_ONNX), cases, mistakes, hint)


def _stacked(order: tuple[int, ...]) -> Callable[["ndarray"], "ndarray"]:
    """Return a function that puts the four blocks of a stack into this order."""
    import numpy as np

    def reorder(stack: "ndarray") -> "ndarray":
        quarters = np.split(stack, 4)
        return np.concatenate([quarters[k] for k in order])

    return reorder


_WRONG_ORDERS = {
    (0, 1, 2, 3): "nothing has moved: which block of the stack is the forget gate?",
    (0, 3, 1, 2): "you moved each block to where its gate was; think of where each is to come from",
    (0, 2, 1, 3): "f is in its place; look at the last two blocks again",
    (0, 1, 3, 2): "i is in its place; which block of the stack is the forget gate?",
    (1, 0, 2, 3): "only two blocks have changed places, and i was in its place already",
}


def tracker(answer: object) -> None:
    """Check exercise 4: U of the forget gates with which unit 2 forgets when unit 1 shows much.

    The answer is (2, 2): U_f for two units, biases 4. With h = (0, 0), (0, 1) and (0, -1) both
    gates keep at least 0.95; with h = (1, 0), (1, 1) and (1, -1) unit 1 keeps at least 0.95 and
    unit 2 at most 0.05.
    """
    if verdict.is_missing(answer):
        return verdict.say(verdict.NOT_ATTEMPTED)
    weights = verdict.to_array(answer)
    if weights is None or weights.shape != (2, 2):
        found = "no array of numbers" if weights is None else f"an array {weights.shape}"
        return verdict.say(f"U_f is an array (2, 2), a row for each unit, and this is {found}")
    return verdict.say(_tracker_hint(weights))


def _tracker_hint(weights: "ndarray") -> str:
    """Return the verdict on U_f, (2, 2), from where it puts two forget gates."""
    first, second = (_forget_gates(weights, unit) for unit in (0, 1))
    if _follows(second):
        if min(first.values()) >= 0.95:
            return verdict.CORRECT
        return "unit 2 does what it should; unit 1 should keep whatever anybody shows"
    if _follows(first):
        return "it is unit 1 that forgets: unit 2's weights are in row 2"
    if _follows(_forget_gates(weights.T, 1)):
        return "row and column have changed places: the row is who listens, the column to whom"
    if second[1, 0] > 0.95:
        return f"unit 1 shows 1 and unit 2 still keeps {second[1, 0]:.4f}: does it listen, and how?"
    if second[1, 0] > 0.05:
        return f"unit 1 shows 1 and unit 2 keeps {second[1, 0]:.4f}: outweigh the bias by more"
    return "unit 2 listens to unit 1; what it shows itself should make no difference"


def _forget_gates(weights: "ndarray", unit: int) -> dict[tuple[int, int], float]:
    """Return where a unit's forget gate stands for each h = (h_1, h_2) that is tried."""
    from lstm_lib.scalar import sigmoid

    # Beyond a million a sigmoid is shut or open, and nothing may get too large for a float.
    to_first, to_second = weights[unit].clip(-1e6, 1e6).tolist()
    tried = [(first, second) for first in (0, 1) for second in (0, 1, -1)]
    return {h: sigmoid(to_first * h[0] + to_second * h[1] + 4.0) for h in tried}


def _follows(gates: dict[tuple[int, int], float]) -> bool:
    """Return whether a gate keeps while unit 1 shows 0 and forgets while it shows 1."""
    return all(f <= 0.05 if h[0] else f >= 0.95 for h, f in gates.items())


def rnn_layer_gradients(answer: object) -> None:
    """Check exercise 5: (W, U, b, x, d_last) -> dW, dU, db of a vanilla recurrent layer."""
    import numpy as np

    draw = np.random.default_rng(5).normal
    shapes = (((3, 2), (3, 3), (3,), (1, 1, 2), (1, 3)), ((3, 2), (3, 3), (3,), (4, 5, 2), (4, 3)),
              ((2, 2), (2, 2), (2,), (3, 4, 2), (3, 2)))  # fmt: skip
    cases = [tuple(draw(scale=0.8, size=shape) for shape in case) for case in shapes]
    right = _rnn_slip()
    mistakes = [
        (_rnn_slip(days=1), "only the last step is counted: carry the derivative on"),
        (_rnn_slip(slope=False), "the slope of tanh, 1 - h², is missing on the way back"),
        (_rnn_slip(late=True), "U meets the h of the step before, not of this one"),
        (_rnn_slip(carry="square"), "U is turned round: going back, what went along a row returns"),
        (_rnn_slip(carry="none"), "on the way to the step before, go back through U"),
        (_rnn_slip(mean=True), "the shares of the sequences add up; this is their mean"),
        (lambda *case: [d.T for d in right(*case)], "dW and dU are to have the shapes of W and U"),
        (lambda *case: [right(*case)[k] for k in (1, 0, 2)], "the order should be dW, dU, db"),
        (lambda *case: right(*case)[::-1], "the order should be dW, dU, db"),
    ]
    hint = "last step to first: through tanh to the sums, share out, then back through U"
    verdict.function(answer, right, cases, mistakes, hint)


def _rnn_slip(
    days: int = 0,
    slope: bool = True,
    late: bool = False,
    carry: str = "",
    mean: bool = False,
) -> Callable[..., Arrays]:
    """Return the gradients of a vanilla layer as a function, right unless a slip is asked for."""
    import numpy as np

    def gradients(W, U, b, x, d_last) -> Arrays:
        hs = [np.zeros(d_last.shape)]  # (batch_size, hidden_size) each
        for t in range(x.shape[1]):
            hs.append(np.tanh(x[:, t] @ W.T + hs[-1] @ U.T + b))
        back = {"": U, "square": U.T, "none": np.eye(len(U))}[carry]
        dh, total = d_last, (np.zeros(W.shape), np.zeros(U.shape), np.zeros(b.shape))
        for t in reversed(range(len(hs) - 1 - days if days else 0, len(hs) - 1)):
            dz = dh * (1 - hs[t + 1] ** 2) if slope else dh
            shares = (dz.T @ x[:, t], dz.T @ hs[t + late], dz.sum(axis=0))
            total = tuple(a + share for a, share in zip(total, shares, strict=True))
            dh = dz @ back
        return tuple(d / len(x) for d in total) if mean else total

    return gradients
