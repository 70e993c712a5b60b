"""The NumPy LSTM on the tasks of chapter 06, seed by seed: how often it is exactly right.

    python -m benchmarks.copy_tasks [--seeds 10]

Each row is one training from new weights on new batches (Adam, its rate falling in a straight line
to 0, gradients clipped to norm 1), then 1,000 sequences for each column:

- copy: 8 bits, each asked for as it comes in. Trained on 128 of the 256 numbers, judged on the
  others; then on 32 and 62 bits.
- recall: 4 bits over a gap of 10. There are only 16 such sequences, and all of them were trained
  on. Judged on fresh draws, and with other gaps.
- recall, 4 of 16 held back: the same, but trained on 12 of the 16 and judged on the other 4.
- recall, varied: trained on 3 to 6 bits over gaps of 0 to 20, the same 4 of the 4-bit sequences
  held back, and judged like that.

The first, second and fourth have a target. A missed one, or a training over 60 s, ends the program
with an error after the table.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from lstm_lib.course.tasks.bits import Bits, binary_copy, delayed_recall
from lstm_lib.learning import Adam, bce_with_logits
from lstm_lib.vector import VectorLSTM

SEQUENCES = 1000
BATCH_SIZE = 32
AT_MOST = 60.0  # seconds for one training
TEST_SEED = 10**6  # no training batch has it

Draw = Callable[[int, list[int]], Bits]  # (seed, numbers to train on) -> a batch


@dataclass(frozen=True)
class Setting:
    """How one task is trained and judged.

    Fields:
        name: of the task.
        width: bits of the sequences that are judged.
        held_back: how many of the 2^width numbers are not trained on.
        hidden_size, lr, updates, forget_bias: of the training.
        draw: a training batch, from (seed, numbers).
        columns: {heading: test batch from (numbers trained on, numbers held back)}; the first one
            is what the target is about.
        share, of_ten: at least this share exact in at least so many of ten seeds; or None.
    """

    name: str
    width: int
    held_back: int
    hidden_size: int
    lr: float
    updates: int
    forget_bias: float | None
    draw: Draw
    columns: dict[str, Callable[[list[int], list[int]], Bits]]
    share: float | None = None
    of_ten: int = 0


def split(width: int, held_back: int, seed: int) -> tuple[list[int], list[int]]:
    """Return the numbers to train on and those held back, shuffled by `seed`."""
    shuffled = np.random.default_rng(seed).permutation(2**width).tolist()
    return shuffled[held_back:], shuffled[:held_back]


def varied(seed: int, numbers: list[int]) -> Bits:
    """Return a batch of 3 to 6 bits over a gap of 0 to 20; those of 4 bits are of `numbers`."""
    draw = np.random.default_rng(seed)
    width, gap = int(draw.integers(3, 7)), int(draw.integers(0, 21))
    return delayed_recall(BATCH_SIZE, width, gap, seed, numbers if width == 4 else None)


def fixed(seed: int, numbers: list[int]) -> Bits:
    """Return a batch of 4 bits over a gap of 10."""
    return delayed_recall(BATCH_SIZE, 4, 10, seed, numbers)


def recall(gap: int, new: bool, width: int = 4) -> Callable[[list[int], list[int]], Bits]:
    """Return what draws a test batch, of the numbers held back if `new`, else of any."""

    def test(trained: list[int], held_back: list[int]) -> Bits:
        return delayed_recall(SEQUENCES, width, gap, TEST_SEED, held_back if new else None)

    return test


COPY = Setting(
    name="copy",
    width=8,
    held_back=128,
    hidden_size=8,
    lr=0.03,
    updates=150,
    forget_bias=None,
    draw=lambda seed, numbers: binary_copy(BATCH_SIZE, 8, seed, numbers),
    columns={
        "8 bits, new": lambda trained, new: binary_copy(SEQUENCES, 8, TEST_SEED, new),
        "32 bits": lambda trained, new: binary_copy(SEQUENCES, 32, TEST_SEED),
        "62 bits": lambda trained, new: binary_copy(SEQUENCES, 62, TEST_SEED),
    },
    share=1.0,
    of_ten=9,
)
RECALL = Setting(
    name="recall",
    width=4,
    held_back=0,
    hidden_size=16,
    lr=0.01,
    updates=2000,
    forget_bias=1.0,
    draw=fixed,
    columns={f"gap {gap}": recall(gap, new=False) for gap in (10, 5, 15, 20, 40)},
    share=0.99,
    of_ten=8,
)
HELD_BACK = Setting(
    name="recall, 4 of 16 held back",
    width=4,
    held_back=4,
    hidden_size=16,
    lr=0.01,
    updates=2000,
    forget_bias=1.0,
    draw=fixed,
    columns={
        "gap 10, new": recall(10, new=True),
        "trained ones": lambda trained, new: delayed_recall(SEQUENCES, 4, 10, TEST_SEED, trained),
    },
)
VARIED = Setting(
    name="recall, varied",
    width=4,
    held_back=4,
    hidden_size=32,
    lr=0.01,
    updates=3000,
    forget_bias=1.0,
    draw=varied,
    columns={f"gap {gap}, new": recall(gap, new=True) for gap in (10, 20, 40, 80)}
    | {"7 bits": recall(10, new=False, width=7)},
    share=0.99,
    of_ten=8,
)


def train(setting: Setting, seed: int, numbers: list[int]) -> tuple[VectorLSTM, float]:
    """Return a model trained on `numbers`, and its last loss in nats per bit."""
    input_size = setting.draw(0, numbers).x.shape[2]
    model = VectorLSTM(
        input_size, setting.hidden_size, 1, seed=seed, forget_bias=setting.forget_bias
    )
    optimizer = Adam(setting.lr, max_norm=1.0)
    for update in range(setting.updates):
        optimizer.lr = setting.lr * (1.0 - update / setting.updates)
        x, targets, asked = setting.draw(setting.updates * seed + update, numbers)
        outputs, trace = model.forward(x)
        loss, d_outputs = bce_with_logits(outputs, targets, asked)
        optimizer.update(model.parameters, model.backward(trace, d_outputs))
    return model, loss


def measure(setting: Setting, seed: int) -> tuple[list[float], float]:
    """Train once, print a row, and return the share of exact sequences per column and seconds."""
    numbers, new = split(setting.width, setting.held_back, seed)
    start = perf_counter()
    model, loss = train(setting, seed, numbers)
    seconds = perf_counter() - start
    tests = (test(numbers, new) for test in setting.columns.values())
    shares = [float(bits.exact(model.forward(bits.x)[0]).mean()) for bits in tests]
    cells = "".join(f"{100 * share:14.1f} %" for share in shares)
    print(f"{seed:5d}{seconds:7.1f} s{loss:10.5f}{cells}", flush=True)
    return shares, seconds


def table(setting: Setting, seeds: int) -> list[str]:
    """Print the rows of one task and how many seeds reach the target; return what was missed."""
    print(
        f"\n{setting.name}: {setting.hidden_size} units, Adam {setting.lr} falling to 0, "
        f"{setting.updates} batches of {BATCH_SIZE}, forget bias {setting.forget_bias}"
    )
    print(" seed     time      loss" + "".join(f"{name:>16}" for name in setting.columns))
    shares, seconds = zip(*(measure(setting, seed) for seed in range(seeds)), strict=True)
    late = [f"{setting.name}: a training took over {AT_MOST:.0f} s"] * (max(seconds) > AT_MOST)
    if setting.share is None:
        return late
    return late + verdict(setting, [row[0] for row in shares])


def verdict(setting: Setting, shares: Sequence[float]) -> list[str]:
    """Print how many seeds reach the target; return it if too few do."""
    reached = sum(share >= setting.share for share in shares)
    line = (
        f"{setting.name}: at least {100 * setting.share:.0f} % exact in {reached} of "
        f"{len(shares)} seeds; wanted in {setting.of_ten} of 10"
    )
    print(line)
    return [line] * (10 * reached < setting.of_ten * len(shares))


def main() -> None:
    """Print all tables, and fail if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    print(f"share of {SEQUENCES:,} sequences with every bit right")
    missed = [line for s in (COPY, RECALL, HELD_BACK, VARIED) for line in table(s, seeds)]
    if missed:
        raise SystemExit("missed:\n" + "\n".join(missed))


if __name__ == "__main__":
    main()
