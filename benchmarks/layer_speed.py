"""Training steps of lstm_lib.layers.LSTM against torch.nn.LSTM, on the CPU.

    python -m benchmarks.layer_speed [--threads 1] [--seconds 6] [--float64]

A step is forward, backward and Adam's update, on one batch of random numbers. Both layers start
from the same weights and take turns, step by step, so that whatever else the machine does falls
on both; the table shows the medians. The comparison is refused if their outputs differ.
In float32 nn.LSTM runs oneDNN's kernels here, which keep a whole sequence inside one call; they
do not know float64, for which there are no targets.
"""

import argparse
import statistics
from time import perf_counter

import torch
from torch import nn

from lstm_lib.layers import LSTM

SIZES = {  # (seq_len, batch_size, input_size, hidden_size): at most so many times nn.LSTM's time
    (4, 2, 1, 1): None,
    (48, 64, 1, 16): None,  # the series of chapter 9
    (100, 32, 32, 64): 4.0,
    (50, 64, 128, 256): 1.7,
    (200, 16, 64, 512): None,
}
WARM_UP, FEWEST = 2, 5


def step(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor) -> float:
    """Return how many seconds one training step took."""
    start = perf_counter()
    optimizer.zero_grad()
    outputs, _ = model(x)
    outputs.square().mean().backward()
    optimizer.step()
    return perf_counter() - start


def medians(size: tuple[int, int, int, int], seconds: float) -> tuple[float, float, int]:
    """Return nn.LSTM's and our seconds per step, and the number of steps of each."""
    seq_len, batch_size, input_size, hidden_size = size
    torch.manual_seed(0)
    theirs, ours = nn.LSTM(input_size, hidden_size), LSTM(input_size, hidden_size)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(seq_len, batch_size, input_size)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], atol=1e-5, rtol=1e-4)
    models = [(model, torch.optim.Adam(model.parameters())) for model in (theirs, ours)]
    times, end = [], perf_counter() + seconds
    while len(times) < WARM_UP + FEWEST or (perf_counter() < end and len(times) < 400):
        times.append([step(model, optimizer, x) for model, optimizer in models])
    their_times, our_times = zip(*times[WARM_UP:], strict=True)
    return statistics.median(their_times), statistics.median(our_times), len(times) - WARM_UP


def main() -> None:
    """Measure, print the table, and stop with an error if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=6.0, help="per row")
    parser.add_argument("--float64", action="store_true", help="instead of float32")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    dtype = "float64" if given.float64 else "float32"
    torch.set_default_dtype(getattr(torch, dtype))
    print(f"torch {torch.__version__}, {dtype}, {given.threads} thread(s), one training step")
    print(f"{'(seq_len, batch, input, hidden)':32} nn.LSTM ms   ours ms  ratio  at most  steps")
    missed = []
    for size, at_most in SIZES.items():
        theirs, ours, steps = medians(size, given.seconds)
        at_most = None if given.float64 else at_most
        ratio, limit = ours / theirs, "-" if at_most is None else f"{at_most}x"
        row = f"{size!s:32} {1e3 * theirs:10.2f} {1e3 * ours:9.2f} {ratio:5.2f}x {limit:>8}"
        print(f"{row} {steps:6}", flush=True)
        missed += [size] * (at_most is not None and ratio > at_most)
    if missed:
        raise SystemExit(f"missed: {', '.join(map(str, missed))}")


if __name__ == "__main__":
    main()
