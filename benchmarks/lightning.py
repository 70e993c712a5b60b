"""What Lightning's Trainer costs on a toy: the command, the Trainer, and the ten-line loop.

    python -m benchmarks.lightning [--epochs 5000] [--fewer 500]

The twelve numbers by hand learn the two companies, one step of Adam per company, on one core:
once through the command line with TensorBoard and checkpoints on, starting Python included; and,
for fewer epochs each, with the Trainer alone (nothing logged, no bar) and in a plain loop in torch.
All end at the same predictions, or the comparison is refused.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from time import perf_counter

import torch
from torch.nn import functional as F

from lstm_lib.course.training import CompaniesData, LSTMByHand, seed, trainer

AT_MOST = 60.0  # seconds


def command(epochs: int, logs: str) -> list[float]:
    """Train with the command line, and return both predictions."""
    words = ["fit", "--model", "by-hand", "--data", "companies", "--logs", logs]
    words += ["--trainer.max_epochs", str(epochs)]
    done = subprocess.run(
        [sys.executable, "-m", "lstm_lib.course.train", *words],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    (after,) = (line for line in done.stdout.splitlines() if line.startswith("after"))
    return [float(number) for number in re.findall(r": (-?[\d.]+),", after)]


def bare(module: LSTMByHand, epochs: int) -> None:
    """Train with a Trainer that neither logs nor shows anything."""
    trainer(epochs, enable_progress_bar=False).fit(module, datamodule=CompaniesData())


def loop(module: LSTMByHand, epochs: int) -> None:
    """Train in plain torch."""
    optimizer = torch.optim.Adam(module.parameters(), lr=module.lr)
    pairs = list(CompaniesData().train_dataloader())
    for _ in range(epochs):
        for x, targets in pairs:
            optimizer.zero_grad()
            F.mse_loss(module(x), targets).backward()
            optimizer.step()


def timed(work, *arguments) -> tuple[float, object]:
    """Return how many seconds `work` took, and what it returned."""
    start = perf_counter()
    result = work(*arguments)
    return perf_counter() - start, result


def module_timed(train, epochs: int) -> tuple[float, list[float]]:
    """Return seconds per epoch of a training from seed 42, and both predictions after it."""
    seed(42)
    module, x = LSTMByHand(), CompaniesData().dataset().tensors[0]
    seconds, _ = timed(train, module, epochs)
    return seconds / epochs, module(x).flatten().tolist()


def main() -> None:
    """Measure, check that all end at the same place, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5000)
    parser.add_argument("--fewer", type=int, default=500)
    given = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as logs:
        whole, (a, b) = timed(command, given.epochs, logs)
    (by_trainer, one), (by_loop, other) = (module_timed(t, given.fewer) for t in (bare, loop))
    if max(abs(p - q) for p, q in zip(one, other, strict=True)) > 1e-6:
        raise SystemExit("the two trainings ended at different predictions: nothing to compare")
    rows = {"command, TensorBoard on": whole / given.epochs, "Trainer, nothing logged": by_trainer}
    print(f"command, {given.epochs} epochs: {whole:.1f} s, at most {AT_MOST:.0f}; ends at {a}, {b}")
    for name, seconds in (rows | {"loop in plain torch": by_loop}).items():
        print(f"{name:24} {1e3 * seconds:6.2f} ms per epoch {seconds / by_loop:6.2f}x the loop")
    if whole > AT_MOST:
        raise SystemExit(f"missed: more than {AT_MOST:.0f} s")


if __name__ == "__main__":
    main()
