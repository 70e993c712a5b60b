"""Every variant of the LSTM on two tasks of the papers: a table over ten starts.

    python -m benchmarks.variants [--seeds 10] [--jobs 2] [--table benchmarks/variants.csv]

Each variant has as many units as bring its parameters closest to those of a vanilla LSTM of 16
units, and starts as chapter 11 found best: forget gates open (bias 3) and, for temporal order,
input gates shut (bias -3), where there are such gates. It is trained by Adam on batches of 32.

temporal order: new sequences until the last 2,000 were all classified right, every output within
    0.3 of its target, or until 31,390 are read, the paper's mean (Hochreiter & Schmidhuber 1997).
continual Reber: streams without a break, 2,000 batches of 60 symbols with the state carried on,
    the rate going down to 0. It is solved if at every symbol of 32 new streams of 3,000 all that
    may follow is ahead of all that may not (after Gers, Schmidhuber & Cummins 2000).

What the table holds already is not run again, so a run that was stopped goes on where it was.
"""

import argparse
import csv
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from lstm_lib.course.tasks.order import ALPHABET, temporal_order
from lstm_lib.course.tasks.reber import REBER_SYMBOLS, continual_reber
from lstm_lib.variants import GRU, NAMED, Variant

TABLE = Path(__file__).with_suffix(".csv")
KINDS = (*NAMED, "GRU", "GRU of 2014")
SIZES = {  # inputs and outputs
    "temporal order": (len(ALPHABET), 4),
    "continual Reber": (len(REBER_SYMBOLS), len(REBER_SYMBOLS)),
}
UNITS, BATCH, OPEN = 16, 32, 3.0
MOST, IN_A_ROW = 31_390, 2_000  # sequences of temporal order
UPDATES, STEPS, TESTED = 2_000, 60, 3_000  # of the continual grammar


class Row(NamedTuple):
    """One training.

    Fields:
        task, variant, seed: of what.
        units, parameters: how large.
        solved: 1 if it was, by the rule of the task, else 0.
        read: how many sequences it took; of the grammar, how many symbols each stream had.
        right: share of the last 2,000 sequences, or of the tested symbols, that were right.
        memory: the largest number in its c, or h of a GRU, at the end.
    """

    task: str
    variant: str
    seed: int
    units: int
    parameters: int
    solved: int
    read: int
    right: float
    memory: float


class Reader(nn.Module):
    """A variant with a read-out at every step.

    Args:
        task, kind: of `SIZES` and `KINDS`.
        units: hidden_size.
    """

    def __init__(self, task: str, kind: str, units: int) -> None:
        super().__init__()
        inputs, outputs = SIZES[task]
        if kind in NAMED:
            self.layer: Any = Variant.named(kind, inputs, units)
            biases = {"f": OPEN, "i": -OPEN} if task == "temporal order" else {"f": OPEN}
            names = self.layer.names
        else:
            self.layer = GRU(inputs, units, reset="after" if kind == "GRU" else "before")
            biases, names = {"z": OPEN}, tuple("rzn")  # z keeps as f does
        rows = dict(zip(names, self.layer.bias_ih_l0.detach().split(units), strict=True))
        for name in biases.keys() & rows.keys():
            rows[name].fill_(biases[name])
        self.out = nn.Linear(units, outputs)

    def forward(self, x: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        """Return logits (seq_len, batch_size, outputs) of x, and the state at the end."""
        h, state = self.layer(x, hx)
        return self.out(h), state

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(parameter.numel() for parameter in self.parameters())

    def memory(self, x: Tensor) -> float:
        """Return the largest number of the memory while x is read."""
        return self.layer.trace(x).memory.abs().max().item()


def units_of(task: str, kind: str) -> int:
    """Return the number of units with which a variant is as large as a vanilla LSTM of 16."""
    wanted = Reader(task, "vanilla", UNITS).size
    return min(range(8, 33), key=lambda units: abs(Reader(task, kind, units).size - wanted))


def trained(task: str, kind: str, seed: int) -> Row:
    """Train one variant on one task from one start."""
    torch.set_num_threads(1)
    units = units_of(task, kind)
    torch.manual_seed(seed)
    model = Reader(task, kind, units)
    result = (_order if task == "temporal order" else _grammar)(model, seed)
    return Row(task, kind, seed, units, model.size, *result)


def _order(model: Reader, seed: int) -> tuple[int, int, float, float]:
    """Train on temporal order; return the last four of a row."""
    adam, recent, read = torch.optim.Adam(model.parameters(), 0.02), [], 0
    done = False
    while read < MOST and not done:
        batch = temporal_order(BATCH, seed=100_000 * seed + read)
        x, lengths = _steps_first(batch.x), torch.from_numpy(batch.lengths)
        logits = model(x)[0][lengths - 1, torch.arange(BATCH)]
        _step(adam, nn.functional.cross_entropy(logits, torch.from_numpy(batch.classes)))
        read += BATCH
        right = batch.correct(logits.softmax(dim=1).detach().numpy()).tolist()
        recent = [*recent, *right][-IN_A_ROW:]
        done = len(recent) == IN_A_ROW and all(recent)
    return int(done), read, sum(recent) / len(recent), model.memory(x)


def _grammar(model: Reader, seed: int) -> tuple[int, int, float, float]:
    """Train on streams of the grammar; return the last four of a row."""
    rate, length = 0.01, 6_000
    adam, state = torch.optim.Adam(model.parameters(), rate), None
    streams = continual_reber(BATCH, length, seed=seed)
    x, targets = _steps_first(streams.x), torch.from_numpy(streams.targets).T
    for update in range(UPDATES):
        adam.param_groups[0]["lr"] = rate * (1 - update / UPDATES)
        start = update * STEPS % length
        here = slice(start, start + STEPS)
        logits, state = model(x[here], state if start else None)
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        _step(adam, nn.functional.cross_entropy(logits.flatten(0, 1), targets[here].flatten()))
    test = continual_reber(BATCH, TESTED, seed=10_000 + seed)
    with torch.no_grad():
        said = model(_steps_first(test.x))[0].transpose(0, 1).numpy()
    lowest = np.where(test.legal > 0, said, np.inf).min(axis=2)
    right = lowest > np.where(test.legal > 0, -np.inf, said).max(axis=2)
    memory = model.memory(_steps_first(test.x))
    return int(right.all()), UPDATES * STEPS, float(right.mean()), memory


def _steps_first(x: np.ndarray) -> Tensor:
    """Return sequences (batch_size, seq_len, size) as (seq_len, batch_size, size)."""
    return torch.from_numpy(x).float().transpose(0, 1)


def _step(adam: torch.optim.Adam, loss: Tensor) -> None:
    """Take one step down, by a gradient of length 1 at most."""
    adam.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(adam.param_groups[0]["params"], 1.0)
    adam.step()


def stored(table: Path) -> Iterator[Row]:
    """Yield the rows that a table holds already."""
    if table.exists():
        with table.open(encoding="utf-8", newline="") as file:
            for task, variant, *numbers, right, memory in list(csv.reader(file))[1:]:
                yield Row(task, variant, *map(int, numbers), float(right), float(memory))


def store(table: Path, rows: list[Row]) -> None:
    """Write rows in their order."""
    tasks = list(SIZES)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        for row in sorted(
            rows, key=lambda r: (tasks.index(r.task), KINDS.index(r.variant), r.seed)
        ):
            writer.writerow([*row[:-2], f"{row.right:.4f}", f"{row.memory:.1f}"])


def _trained(job: tuple[str, str, int]) -> Row:
    return trained(*job)


def main() -> None:
    """Train what the table lacks, store it, and print a line for each variant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--table", type=Path, default=TABLE)
    given = parser.parse_args()
    rows = list(stored(given.table))
    there = {row[:3] for row in rows}
    wanted = [(task, kind, k) for task in SIZES for kind in KINDS for k in range(given.seeds)]
    jobs = [job for job in wanted if job not in there]
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        for row in tqdm(pool.imap_unordered(_trained, jobs), total=len(jobs), disable=not jobs):
            rows.append(row)
            store(given.table, rows)
    for task in SIZES:
        print(
            f"\n{task:24} units  parameters  solved  read: median (least to most)  largest memory"
        )
        for kind in KINDS:
            print(_line(kind, [row for row in rows if row[:2] == (task, kind)][: given.seeds]))


def _line(kind: str, rows: list[Row]) -> str:
    """Return the line of a variant."""
    took = sorted(row.read for row in rows if row.solved)
    middle = f"{took[len(took) // 2]} ({took[0]} to {took[-1]})" if took else "-"
    memory = np.median([row.memory for row in rows])
    size = f"{rows[0].units:5} {rows[0].parameters:11}"
    return f"{kind:24} {size}  {len(took):3} of {len(rows)}  {middle:27}  {memory:.1f}"


if __name__ == "__main__":
    main()
