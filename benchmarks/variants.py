"""Every variant of the LSTM on temporal order, by the rules of the 1997 paper: a table over seeds.

    python -m benchmarks.variants [--seeds 10] [--jobs 2] [--table benchmarks/variants.csv]

Each variant has as many units as bring its parameters closest to those of a vanilla LSTM of 16
units. It starts as chapter 11 found best: forget gates open (bias 3), input gates shut (bias -3),
where there are such gates. It is trained by Adam on batches of 32 new sequences until the last
2,000 were all classified right, every output within 0.3 of its target, or until 31,390 sequences,
the paper's mean, are read. What the table holds already is not run again, so a run that was
stopped goes on where it was.
"""

import argparse
import csv
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from tqdm import tqdm

from lstm_lib.course.tasks.order import ALPHABET, temporal_order
from lstm_lib.variants import GRU, NAMED, Parts, Variant

TABLE = Path(__file__).with_suffix(".csv")
UNITS, BATCH, RATE, MOST = 16, 32, 0.02, 31_390
IN_A_ROW, CLASSES, OPEN = 2_000, 4, 3.0
KINDS = (*NAMED, "GRU", "GRU of 2014")


class Row(NamedTuple):
    """One training: which variant, its size, how many sequences it took; -1 if it did not do."""

    variant: str
    seed: int
    units: int
    parameters: int
    sequences: int
    right: float  # share of the last 2,000 sequences


class Classifier(nn.Module):
    """A variant whose last h says the class.

    Args:
        kind: one of `KINDS`.
        units: hidden_size.
    """

    def __init__(self, kind: str, units: int) -> None:
        super().__init__()
        size = len(ALPHABET), units
        self.layer: nn.Module
        if kind in NAMED:
            self.layer = Variant.named(kind, *size)
            _open_lane(self.layer, NAMED[kind])
        else:
            self.layer = GRU(*size, reset="after" if kind == "GRU" else "before")
            with torch.no_grad():  # z keeps as f does
                self.layer.bias_ih_l0[units : 2 * units] = OPEN
        self.out = nn.Linear(units, CLASSES)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Return the logits at the last step of each sequence, (batch_size, classes)."""
        h, _ = self.layer(x.transpose(0, 1))
        return self.out(h[lengths - 1, torch.arange(len(lengths))])

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(parameter.numel() for parameter in self.parameters())


def _open_lane(layer: Variant, parts: Parts) -> None:
    """Set the biases of the gates that keep and write."""
    rows = dict(zip(layer.names, layer.bias_ih_l0.detach().split(layer.hidden_size), strict=True))
    if "f" in parts.gates:
        rows["f"].fill_(OPEN)
    if "i" in parts.gates:
        rows["i"].fill_(-OPEN)


def units_of(kind: str) -> int:
    """Return the number of units with which a variant is as large as a vanilla LSTM of 16."""
    wanted = Classifier("vanilla", UNITS).size
    return min(range(8, 33), key=lambda units: abs(Classifier(kind, units).size - wanted))


def trained(kind: str, seed: int) -> Row:
    """Train one variant from one start."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Classifier(kind, units_of(kind))
    torch.manual_seed(seed)
    model = Classifier(kind, model.out.in_features)
    adam, recent, seen = torch.optim.Adam(model.parameters(), RATE), [], 0
    while seen < MOST:
        batch = temporal_order(BATCH, seed=100_000 * seed + seen)
        x, lengths = torch.from_numpy(batch.x).float(), torch.from_numpy(batch.lengths)
        logits = model(x, lengths)
        adam.zero_grad()
        nn.functional.cross_entropy(logits, torch.from_numpy(batch.classes)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        seen += BATCH
        right = batch.correct(logits.softmax(dim=1).detach().numpy()).tolist()
        recent = [*recent, *right][-IN_A_ROW:]
        if len(recent) == IN_A_ROW and all(recent):
            break
    done = len(recent) == IN_A_ROW and all(recent)
    share = sum(recent) / len(recent)
    return Row(kind, seed, model.out.in_features, model.size, seen if done else -1, share)


def stored(table: Path) -> Iterator[Row]:
    """Yield the rows that a table holds already."""
    if table.exists():
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield Row(
                    row["variant"],
                    *(int(row[name]) for name in Row._fields[1:5]),
                    float(row["right"]),
                )


def store(table: Path, rows: list[Row]) -> None:
    """Write rows in their order."""
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Row._fields)
        for row in sorted(rows, key=lambda row: (KINDS.index(row.variant), row.seed)):
            writer.writerow([*row[:5], f"{row.right:.4f}"])


def _trained(job: tuple[str, int]) -> Row:
    return trained(*job)


def main() -> None:
    """Train what the table lacks, store it, and print a line for each variant."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--table", type=Path, default=TABLE)
    given = parser.parse_args()
    rows = list(stored(given.table))
    there = {(row.variant, row.seed) for row in rows}
    jobs = [(kind, k) for kind in KINDS for k in range(given.seeds) if (kind, k) not in there]
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        for row in tqdm(pool.imap_unordered(_trained, jobs), total=len(jobs), disable=not jobs):
            rows.append(row)
            store(given.table, rows)
    print(f"{'variant':24} units  parameters  solved  sequences: median (least to most)")
    for kind in KINDS:
        mine = [row for row in rows if row.variant == kind and row.seed < given.seeds]
        took = sorted(row.sequences for row in mine if row.sequences > 0)
        middle = f"{took[len(took) // 2]} ({took[0]} to {took[-1]})" if took else "-"
        size = f"{mine[0].units:5} {mine[0].parameters:11}"
        print(f"{kind:24} {size}  {len(took):3} of {len(mine)}  {middle}")


if __name__ == "__main__":
    main()
