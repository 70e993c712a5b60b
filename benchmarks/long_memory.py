"""Counting, the embedded Reber grammar and the adding problem, seed by seed, LSTM beside RNN.

    python -m benchmarks.long_memory [--task reber adding] [--seeds 10] [--steps 100 500]

- counting: a^n b^n, trained on n from 1 to 10; the largest n up to which every string is right,
  tried up to 1,000. Wanted: at least 50 in the best seed.
- reber: the share of 1,000 held-out strings in which at every step all legal symbols are above all
  others. Wanted: all of them, in at least 8 of 10 seeds.
- adding: how many sequences it takes to the paper's stopping rule, beside the paper's own number.
  Wanted: no more than that, in at least 8 of 10 seeds. The RNN is given as many updates for T = 100
  alone; its answers are judged on 1,000 new sequences.

A missed target ends the program with an error after the tables.
"""

import argparse
from time import perf_counter

import numpy as np
import torch

from lstm_lib.course.networks.adder import train_adder
from lstm_lib.course.networks.counter import train_counter
from lstm_lib.course.networks.reber import reber_split, train_reber
from lstm_lib.course.tasks.adding import adding
from lstm_lib.course.tasks.counting import longest
from lstm_lib.course.tasks.reber import reber
from lstm_lib.course.tasks.symbols import ahead

PAPER = {100: 74_000, 500: 209_000, 1000: 853_000}  # Hochreiter & Schmidhuber (1997), section 5.4
TEST_SEED = 10**9  # no training batch has it


def counting(layer: str, seed: int) -> float:
    """Return the largest n up to which every a^n b^n is right."""
    return longest(train_counter(seed, layer=layer).predict, threshold=0)


def reber_reader(layer: str, seed: int) -> float:
    """Return the percentage of held-out strings that are right."""
    network = train_reber(seed, layer=layer)
    test = reber(reber_split(seed)[1])
    return 100 * float(ahead(network.predict(test.x), test.legal, test.lengths).mean())


def adder(steps: int, layer: str, seed: int) -> tuple[float, float]:
    """Return the sequences needed, infinite if it never was enough, and the percentage right."""
    adder = train_adder(steps, seed, layer=layer)
    test = adding(1000, steps, TEST_SEED + seed)
    return adder.sequences or np.inf, 100 * float(test.correct(adder.answer(test)).mean())


def counting_table(seeds: int, _: list[int]) -> list[str]:
    """Print how far each seed counts; return what is missed."""
    print("\ncounting: 2 units, trained on n <= 10; right up to n =")
    print(" seed     LSTM      RNN   seconds")
    best = 0.0
    for seed in range(seeds):
        start = perf_counter()
        n = counting("lstm", seed)
        seconds = perf_counter() - start
        print(f"{seed:5d}{n:9.0f}{counting('rnn', seed):9.0f}{seconds:10.1f}", flush=True)
        best = max(best, n)
    print(f"best: {best:.0f}; wanted: 50")
    return ["counting: no seed reaches 50"] * (best < 50)


def reber_table(seeds: int, _: list[int]) -> list[str]:
    """Print the share of held-out strings that each seed has right; return what is missed."""
    print("\nreber: 8 units; % of 1,000 held-out strings right")
    print(" seed     LSTM      RNN   seconds")
    perfect = 0
    for seed in range(seeds):
        start = perf_counter()
        share = reber_reader("lstm", seed)
        seconds = perf_counter() - start
        print(f"{seed:5d}{share:9.1f}{reber_reader('rnn', seed):9.1f}{seconds:10.1f}", flush=True)
        perfect += share == 100
    return verdict("reber: 100 %", perfect, seeds)


def adding_table(seeds: int, steps: list[int]) -> list[str]:
    """Print how many sequences each seed needs at each T; return what is missed."""
    missed = []
    for seq_len in steps:
        paper = PAPER.get(seq_len, np.inf)
        print(f"\nadding: T = {seq_len}, 16 units; the paper's number is {paper:,}")
        print(" seed  sequences  right in 1,000 new   seconds")
        rows = [adding_row(seq_len, "lstm", seed) for seed in range(seeds)]
        reached = sum(needed <= paper and needed < np.inf for needed in rows)
        missed += verdict(f"adding, T = {seq_len}", reached, seeds)
    if 100 in steps:
        print("\nadding: T = 100, RNN of 16 units")
        for seed in range(seeds):
            adding_row(100, "rnn", seed)
    return missed


def adding_row(seq_len: int, layer: str, seed: int) -> float:
    """Train once, print a row, and return the sequences needed."""
    start = perf_counter()
    needed, share = adder(seq_len, layer, seed)
    seconds = perf_counter() - start
    shown = f"{needed:,.0f}" if needed < np.inf else "never"
    print(f"{seed:5d}{shown:>11}{share:18.1f} %{seconds:10.1f}", flush=True)
    return needed


def verdict(name: str, reached: int, seeds: int) -> list[str]:
    """Print in how many seeds the target is reached; return it if too few."""
    line = f"{name} in {reached} of {seeds} seeds; wanted in 8 of 10"
    print(line)
    return [line] * (10 * reached < 8 * seeds)


TABLES = {"counting": counting_table, "reber": reber_table, "adding": adding_table}


def main() -> None:
    """Print the tables, and fail if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", nargs="+", choices=TABLES, default=list(TABLES))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--steps", nargs="+", type=int, default=list(PAPER), help="T of adding")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    missed = [line for name in asked.task for line in TABLES[name](asked.seeds, asked.steps)]
    if missed:
        raise SystemExit("missed:\n" + "\n".join(missed))


if __name__ == "__main__":
    main()
