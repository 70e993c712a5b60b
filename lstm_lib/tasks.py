"""Tasks: the sequences a model is given and the targets it should reach."""

from collections.abc import Sequence
from math import floor, inf, tanh
from typing import TYPE_CHECKING, NamedTuple

from lstm_lib import _validate

if TYPE_CHECKING:
    from numpy import ndarray


class Pair(NamedTuple):
    """One sequence of inputs and the number that should come out after the last of them."""

    xs: tuple[float, ...]
    target: float


def companies() -> tuple[Pair, Pair]:
    """Return the prices of companies A and B over four days, and the price of the fifth.

    From day 2 on both companies look the same; only day 1 tells them apart. Whoever wants to
    predict day 5 has to remember day 1.

    Returns:
        Pair for A, then Pair for B: `xs` of 4 prices, `target` the price on day 5.

    Source: the two-company data set of StatQuest's LSTM videos (J. Starmer, 2022).
    """
    return Pair((0.0, 0.5, 0.25, 1.0), 0.0), Pair((1.0, 0.5, 0.25, 1.0), 1.0)


class GatePuzzle(NamedTuple):
    """A short sequence for which somebody has to be the three gates.

    The arriving value x_t is the candidate g_t. A hand sets f, i and o at every step; the
    memory is c_t = f_t c_{t-1} + i_t g_t and what is shown h_t = o_t tanh(c_t).

    Fields:
        name: a short name.
        task: what to do, in a sentence.
        xs: the arriving values, (seq_len,).
        asked: the memory to be shown at each step, None where silence is wanted, (seq_len,).
        f, i, o: gates that do it exactly, (seq_len,) each.
    """

    name: str
    task: str
    xs: tuple[float, ...]
    asked: tuple[float | None, ...]
    f: tuple[float, ...]
    i: tuple[float, ...]
    o: tuple[float, ...]

    @property
    def wanted(self) -> tuple[float, ...]:
        """The h wanted at each step: tanh of the memory asked for, 0 for silence, (seq_len,)."""
        return tuple(0.0 if memory is None else tanh(memory) for memory in self.asked)

    def error(self, hs: Sequence[float]) -> float:
        """Return how far `hs`, (seq_len,), are from what is wanted, all steps added up.

        Raises:
            TypeError, ValueError: `hs` are not one finite number per step.
        """
        hs = _validate.sequence("hs", hs, len(self.xs))
        return sum(abs(h - want) for h, want in zip(hs, self.wanted, strict=True))

    def score(self, hs: Sequence[float]) -> int:
        """Return 0 to 100: the error of `hs`, (seq_len,), as a share of that of saying nothing.

        100 (1 - error / error with every output gate shut), and not below 0. Rounded down, so
        that 100 is said of a perfect run only.

        Raises:
            TypeError, ValueError: `hs` are not one finite number per step.
        """
        silence = self.error([0.0] * len(self.xs))
        return max(0, floor(100 * (1 - self.error(hs) / silence) + 1e-6))

    @property
    def reach(self) -> tuple[tuple[float, float], ...]:
        """The memories (low, high) after each step with which the task can still be done.

        Found from the last step backwards: c is good if some f and i from 0 to 1 make
        f c + i x good at the next step. (seq_len,) pairs; infinite where there is no limit.
        """
        low, high, found = -inf, inf, []
        for x, memory in zip(reversed(self.xs), reversed(self.asked), strict=True):
            if memory is not None:
                low = high = memory
            found.append((low, high))
            low, high = low - max(x, 0.0), high - min(x, 0.0)  # what f c has to be
            low, high = low if low > 0 else -inf, high if high < 0 else inf  # f makes it smaller
        return tuple(reversed(found))

    @property
    def needed(self) -> tuple[float, ...]:
        """The memory after each step with the gates that do it exactly, (seq_len,)."""
        c, memories = 0.0, []
        for x, f, i in zip(self.xs, self.f, self.i, strict=True):
            c = f * c + i * x
            memories.append(c)
        return tuple(memories)

    def lost_at(self, cs: Sequence[float], within: float = 0.05) -> int | None:
        """Return the step at which a run left what is needed, or None if the task can be done.

        A memory may take another way than `needed` as long as it stays in `reach`. Once it has
        left that, the step to blame is the first one that strayed, not the one that ran out.

        Args:
            cs: the memory after each step, (seq_len,).
            within: how far a memory may be off and still be forgiven.

        Raises:
            TypeError, ValueError: `cs` are not one finite number per step, or `within` is none.
        """
        cs = _validate.sequence("cs", cs, len(self.xs))
        within = _validate.number("within", within)
        beyond = (max(low - c, c - high) for c, (low, high) in zip(cs, self.reach, strict=True))
        if all(distance <= within for distance in beyond):
            return None
        strayed = (abs(c - need) > within for c, need in zip(cs, self.needed, strict=True))
        return next(t for t, is_off in enumerate(strayed) if is_off)


def gate_puzzles() -> tuple[GatePuzzle, GatePuzzle, GatePuzzle]:
    """Return three puzzles of six steps: carry a value, replace it by a later one, add two."""
    return _carry(), _replace(), _add()


def _carry() -> GatePuzzle:
    return GatePuzzle(
        name="carry",
        task="Carry the value of step 1 past the noise; be silent until step 6, then show it.",
        xs=(0.9, -0.4, 0.1, -0.6, 0.2, -0.3),
        asked=(None, None, None, None, None, 0.9),
        f=(1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
        i=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        o=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    )


def _replace() -> GatePuzzle:
    return GatePuzzle(
        name="replace",
        task="Show the value of step 1 at step 3; then the value of step 4 takes its place: "
        "show that one at step 6.",
        xs=(0.8, 0.2, -0.3, -0.6, 0.3, -0.2),
        asked=(None, None, 0.8, None, None, -0.6),
        f=(1.0, 1.0, 1.0, 0.0, 1.0, 1.0),
        i=(1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
        o=(0.0, 0.0, 1.0, 0.0, 0.0, 1.0),
    )


def _add() -> GatePuzzle:
    return GatePuzzle(
        name="add",
        task="Add the values of steps 2 and 5, and nothing else; show the sum at step 6.",
        xs=(-0.3, 0.7, 0.2, -0.4, 0.8, -0.2),
        asked=(None, None, None, None, None, 1.5),
        f=(1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
        i=(0.0, 1.0, 0.0, 0.0, 1.0, 0.0),
        o=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    )


class Bits(NamedTuple):
    """A batch of sequences whose answers are bits, and where they are asked for.

    Fields:
        x: inputs, (batch_size, seq_len, input_size).
        targets: 0 or 1 where an answer is asked for, else 0, (batch_size, seq_len, 1).
        asked: True where an answer is asked for, (batch_size, seq_len, 1).
    """

    x: "ndarray"
    targets: "ndarray"
    asked: "ndarray"

    def exact(self, logits: "ndarray") -> "ndarray":
        """Return for each sequence whether every bit asked for is right, (batch_size,).

        Args:
            logits: answers, (batch_size, seq_len, 1); above 0 means 1, else 0.
        """
        import numpy as np

        from lstm_lib import _arrays

        logits = _arrays.array("logits", logits, self.targets.shape, np.dtype(float))
        right = (logits > 0) == (self.targets > 0.5)
        return (right | ~self.asked).all(axis=(1, 2))


def to_binary(number: int, width: int = 8) -> tuple[int, ...]:
    """Return a whole number in binary, highest bit first: 25 in 8 bits is 0, 0, 0, 1, 1, 0, 0, 1.

    Args:
        number: 0 to 2^width - 1.
        width: how many bits, 1 to 62.
    """
    width = _width(width)
    number = _validate.index("number", number, 2**width)
    return tuple(number >> place & 1 for place in reversed(range(width)))


def binary_copy(
    count: int, width: int = 8, seed: int = 0, numbers: Sequence[int] | None = None
) -> Bits:
    """Return random whole numbers in binary; every bit is asked for at the step it comes in.

    Args:
        count: how many sequences, at least 1.
        width: bits of each number, 1 to 62; also the seq_len.
        seed: of NumPy's generator, 0 or more.
        numbers: draw from these, each 0 to 2^width - 1; from all of them if left out.

    Returns:
        Bits with x (count, width, 1), the bits 0 and 1, and equal targets.

    Example: 25 in 8 bits is [0, 0, 0, 1, 1, 0, 0, 1], and so is its target.
    """
    import numpy as np

    bits = _draw_bits(count, width, seed, numbers)[:, :, None]  # (count, width, 1)
    return Bits(bits, bits.copy(), np.ones(bits.shape, bool))


def delayed_recall(
    count: int,
    width: int = 4,
    gap: int = 10,
    seed: int = 0,
    numbers: Sequence[int] | None = None,
) -> Bits:
    """Return random bits that have to be given back, in their order, after a silent gap.

    Channel 0 of the input brings the bits as +1 and -1, then is 0: silence is none of the bits.
    Channel 1 is a marker, 1 at the steps where the bits are asked for and else 0.

        step       1  2  3  4  5 ... 14  15 16 17 18
        channel 0  +  -  +  +  0 ...  0   0  0  0  0
        channel 1  0  0  0  0  0 ...  0   1  1  1  1
        target                            1  0  1  1

    Args:
        count: how many sequences, at least 1.
        width: bits of each, 1 to 62.
        gap: silent steps between the last bit and the first answer, 0 or more.
        seed: of NumPy's generator, 0 or more.
        numbers: the bits are those of numbers drawn from these, each 0 to 2^width - 1; from all
            of them if left out.

    Returns:
        Bits with seq_len 2 width + gap: x (count, seq_len, 2), asked at the last `width` steps.

    Source: after the copying task of Hochreiter & Schmidhuber (1997) and Arjovsky et al. (2016).
    """
    import numpy as np

    bits = _draw_bits(count, width, seed, numbers)  # (count, width)
    seq_len = 2 * width + _validate.count("gap", gap)
    x = np.zeros((len(bits), seq_len, 2))
    x[:, :width, 0] = 2.0 * bits - 1.0
    x[:, -width:, 1] = 1.0
    targets = np.zeros((len(bits), seq_len, 1))
    targets[:, -width:, 0] = bits
    asked = np.zeros(targets.shape, bool)
    asked[:, -width:] = True
    return Bits(x, targets, asked)


def _width(width: object) -> int:
    """Return how many bits, as far as NumPy's whole numbers go."""
    if _validate.count("width", width, at_least=1) > 62:
        raise ValueError(f"width must be at most 62, got {width!r}")
    return int(width)


def _draw_bits(count: object, width: object, seed: object, numbers: object) -> "ndarray":
    """Return the bits of random numbers, highest first, (count, width)."""
    import numpy as np

    count, width = _validate.count("count", count, at_least=1), _width(width)
    draw = np.random.default_rng(_validate.count("seed", seed))
    if numbers is None:
        drawn = draw.integers(2**width, size=count)
    else:
        drawn = draw.choice(_numbers(numbers, 2**width), size=count)
    places = np.arange(width - 1, -1, -1)
    return (drawn[:, None] >> places & 1).astype(float)


def _numbers(numbers: object, size: int) -> list[int]:
    """Return `numbers` as a list of at least one whole number from 0 to `size` - 1."""
    _validate.sequence("numbers", numbers)
    return [_validate.index(f"numbers[{k}]", n, size) for k, n in enumerate(numbers)]
