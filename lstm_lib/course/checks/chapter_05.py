"""Checks for chapter 5: from numbers to matrices."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet

if TYPE_CHECKING:
    from numpy import ndarray

Arrays = tuple["ndarray", ...]


@verdict.number()
def weight_count() -> Sheet:
    """Check exercise 1: how many numbers a layer with 3 inputs and 5 units has."""
    inputs, units = 3, 5
    one = inputs * units + units * units  # the weights of one gate
    yield 4 * (one + 2 * units), CORRECT
    yield 4 * (one + units), "PyTorch's layer has two biases: look at the names of the four arrays"
    yield 4 * one, "the biases are missing, and there are two of them"
    yield one + 2 * units, "that is one gate, and there are four"
    yield one + units, "that is one gate, with one of its two biases"
    yield one, "that is one gate, without biases"
    yield 4 * (inputs * units + 2 * units), "W and the biases are there: where is U?"
    yield 4 * (units * units + 2 * units), "U and the biases are there: where is W?"
    yield 4 * (inputs * units + units + 2 * units), "every unit reads all units, not only itself"
    yield 12 * units, "twelve numbers per unit is one input, and units that do not read each other"
    yield ELSE, "four arrays: multiply out each shape"


@verdict.array(within=0.006)
def forget_biases() -> Sheet:
    """Check exercise 2: the forget biases with which memories halve in 1, 4 and 16 steps."""
    import numpy as np

    steps = np.array([1.0, 4.0, 16.0])
    f = 0.5 ** (1 / steps)
    right = np.log(f / (1 - f))
    yield right, CORRECT
    yield f, "those are the gates; which bias puts a sigmoid there?"
    yield -right, "the signs are turned round: near 1 means keep"
    yield right[::-1], "the units are turned round: the first one forgets fastest"
    yield np.log(f), "the sigmoid is undone by ln(f / (1 - f))"
    yield np.log2(f / (1 - f)), "the sigmoid is built on e: take the natural logarithm, not log2"
    fall = np.exp(-1 / steps)
    yield np.log(fall / (1 - fall)), "those memories fall to 1/e in that time; to one half is asked"
    yield fall, "those are gates, and their memories fall to 1/e; one half and a bias are asked"
    yield np.log(steps), "close to it for long memories; here f should be exact: f^n = 1/2"
    yield steps, "those are the steps; first find f with f^n = 1/2"
    yield 0.5**steps, "those are powers; with f^n = 1/2 the gate is the n-th root of 1/2"
    yield ELSE, "two stages: f with f^n = 1/2, then the sum at which the sigmoid is f"


def _stacks() -> list[tuple["ndarray"]]:
    """Return stacks of weights and of biases, of different sizes."""
    import numpy as np

    draw = np.random.default_rng(5).normal
    return [(draw(size=shape),) for shape in ((8, 3), (4, 1), (12, 3), (20,))]


@verdict.function(_stacks)
def from_onnx(stack: "ndarray") -> Sheet:
    """Check exercise 3: a function that brings a stack i, o, f, g into the order i, f, g, o."""
    import numpy as np

    i, o, f, g = np.split(stack, 4)
    join = np.concatenate
    yield join([i, f, g, o]), CORRECT
    yield stack, "nothing has moved: which block of the stack is the forget gate?"
    hint = "you moved each block to where its gate was; think of where each is to come from"
    yield join([i, g, o, f]), hint
    yield join([i, f, o, g]), "f is in its place; look at the last two blocks again"
    yield join([i, o, g, f]), "i is in its place; which block of the stack is the forget gate?"
    yield join([o, i, f, g]), "only two blocks have changed places, and i was in its place already"
    yield stack[[0, 2, 3, 1]], "those are rows: a gate has hidden_size rows"
    yield i, "that is one gate: put all four together again"
    yield [i, f, g, o], "the order is right: put the four blocks together into one array again"
    yield ELSE, "cut the stack in four and put the blocks together in the order i, f, g, o"


@verdict.check
def tracker(answer: object) -> str:
    """Check exercise 4: U of the forget gates with which unit 2 forgets when unit 1 shows much."""
    # U_f is (2, 2), biases 4. Unit 1 is to keep at least 0.95 at each h that is tried; unit 2, too,
    # while unit 1 shows 0, and at most 0.05 while it shows 1.
    weights = verdict.to_array(answer)
    if weights is None or weights.shape != (2, 2):
        found = "no array of numbers" if weights is None else f"an array {weights.shape}"
        return f"U_f is an array (2, 2), a row for each unit, and this is {found}"
    return _tracker_hint(weights)


def _tracker_hint(weights: "ndarray") -> str:
    """Return the verdict on U_f, (2, 2), from where it puts two forget gates."""
    first, second = (_forget_gates(weights, unit) for unit in (0, 1))
    if _follows(second):
        if min(first.values()) >= 0.95:
            return CORRECT
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


def _layers() -> list[Arrays]:
    """Return W, U, b, x and d_last of layers and batches of different sizes."""
    import numpy as np

    draw = np.random.default_rng(5).normal
    sizes = [(1, 1, 2, 3), (4, 5, 2, 3), (3, 4, 2, 2)]  # batch, steps, inputs, units
    return [
        tuple(draw(scale=0.8, size=s) for s in ((h, d), (h, h), (h,), (n, t, d), (n, h)))
        for n, t, d, h in sizes
    ]


@verdict.function(_layers)
def rnn_layer_gradients(
    W: "ndarray", U: "ndarray", b: "ndarray", x: "ndarray", d_last: "ndarray"
) -> Sheet:
    """Check exercise 5: (W, U, b, x, d_last) -> dW, dU, db of a vanilla recurrent layer."""
    import numpy as np

    hs = [np.zeros(d_last.shape)]  # (batch_size, hidden_size) each
    for x_t in x.swapaxes(0, 1):
        hs.append(np.tanh(x_t @ W.T + hs[-1] @ U.T + b))
    steps = list(zip(hs, x.swapaxes(0, 1), hs[1:], strict=False))
    back = partial(_way_back, steps, d_last)
    dW, dU, db = right = back(U)
    yield right, CORRECT
    only_last = _way_back(steps[-1:], d_last, U)
    yield only_last, "only the last step is counted: carry the derivative on"
    yield back(U, slope=False), "the slope of tanh, 1 - h², is missing on the way back"
    late = _way_back([(h, x_t, h) for _, x_t, h in steps], d_last, U)
    yield late, "U meets the h of the step before, not of this one"
    yield back(U.T), "U is turned round: going back, what went along a row returns"
    yield back(np.eye(len(U))), "on the way to the step before, go back through U"
    yield [d / len(x) for d in right], "the shares of the sequences add up; this is their mean"
    yield [d.T for d in right], "dW and dU are to have the shapes of W and U"
    yield [dU, dW, db], "the order should be dW, dU, db"
    yield [db, dU, dW], "the order should be dW, dU, db"
    yield ELSE, "last step to first: through tanh to the sums, share out, then back through U"


def _way_back(steps: Sequence[Arrays], dh: "ndarray", U: "ndarray", slope: bool = True) -> Arrays:
    """Return what steps of (the h before, x, h) give to W, U and b, from dh of the last."""
    shares = []
    for before, x, h in reversed(steps):
        dz = dh * (1 - h**2) if slope else dh  # (batch_size, hidden_size)
        shares.append((dz.T @ x, dz.T @ before, dz.sum(axis=0)))
        dh = dz @ U
    return tuple(sum(parts) for parts in zip(*shares, strict=True))
