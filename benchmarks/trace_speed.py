"""lstm_lib.trace.trace against the model's own inference, on the CPU, in float32.

    python -m benchmarks.trace_speed [--threads 1] [--seconds 8]

`trace` runs the model itself once, runs its recurrent layer again in the open with every number
kept, and compares the two; its time is all of that. Beside an nn.LSTM the usual way to see
inside: a loop over nn.LSTMCell, which keeps h and c of every step but no gate. All take turns on
the same batch of random numbers, so that whatever else the machine does falls on all; the table
shows the medians of the processor's time, in which other programs' turns do not count. The
comparison is refused if the outputs differ.
"""

import argparse
import statistics
from collections.abc import Callable
from time import perf_counter, process_time
from typing import NamedTuple

import torch
from torch import Tensor, nn

from lstm_lib.trace import trace

WARM_UP, FEWEST = 2, 5
CALLS = 50  # of a decoder


class Row(NamedTuple):
    """What is timed: a kind of model, its sizes, and how often its own time trace may take."""

    kind: str
    seq_len: int
    batch_size: int
    input_size: int
    hidden_size: int
    at_most: float | None = None


ROWS = [
    Row("LSTM", 4, 2, 1, 1),
    Row("LSTM", 100, 32, 32, 64, 4.0),
    Row("LSTM", 50, 1, 16, 32),
    Row("LSTM", 200, 16, 64, 512),
    Row("GRU", 100, 32, 32, 64, 5.0),
    Row("RNN", 100, 32, 32, 64, 5.0),
    Row("decoder", CALLS, 16, 16, 32, 3.0),
    Row("cells", CALLS, 16, 16, 32),
]


class Decoder(nn.Module):
    """An LSTM that reads what it has said, step by step; or its cell."""

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.is_cell = row.kind == "cells"
        self.inner = (nn.LSTMCell if self.is_cell else nn.LSTM)(row.input_size, row.hidden_size)
        self.out = nn.Linear(row.hidden_size, row.input_size)

    def forward(self, x: Tensor) -> Tensor:
        """Return what is said after the first step of x, (seq_len, batch_size, input_size)."""
        said, state = [x[0]], None
        for _ in x:
            if self.is_cell:
                h, _ = state = self.inner(said[-1], state)
            else:
                (h,), state = self.inner(said[-1][None], state)
            said.append(self.out(h))
        return torch.stack(said[1:])


def model_of(row: Row) -> nn.Module:
    """Return the model of a row, with random weights."""
    torch.manual_seed(0)
    if row.kind in ("decoder", "cells"):
        return Decoder(row).eval()
    return getattr(nn, row.kind)(row.input_size, row.hidden_size).eval()


def cell_loop(lstm: nn.LSTM) -> Callable[[Tensor], Tensor]:
    """Return a function that gives h and c at every step by a loop over nn.LSTMCell."""
    cell = nn.LSTMCell(lstm.input_size, lstm.hidden_size)
    cell.load_state_dict({name.removesuffix("_l0"): p for name, p in lstm.state_dict().items()})

    def run(x: Tensor) -> Tensor:
        state, steps = None, []
        for x_t in x:
            state = cell(x_t, state)
            steps.append(torch.stack(state))
        return torch.stack(steps)[:, 0]  # h, (seq_len, batch_size, hidden_size)

    return run


def seconds_of(run: Callable[[Tensor], object], x: Tensor) -> float:
    """Return how many seconds of the processor one call took."""
    start = process_time()
    run(x)
    return process_time() - start


def medians(row: Row, seconds: float) -> list[float]:
    """Return the seconds of the model itself, of trace, and of an LSTM the loop's."""
    model, x = model_of(row), torch.randn(row.seq_len, row.batch_size, row.input_size)
    runs: list[Callable[[Tensor], object]] = [model, lambda x: trace(model, x)]
    if isinstance(model, nn.LSTM):
        runs.append(cell_loop(model))
        torch.testing.assert_close(runs[-1](x), model(x)[0], atol=1e-5, rtol=1e-4)
    expected = model(x) if isinstance(model, Decoder) else model(x)[0]
    found = trace(model, x)
    shown = found.result if isinstance(model, Decoder) else found[0].h.transpose(0, 1)
    torch.testing.assert_close(shown, expected, atol=1e-5, rtol=1e-4)
    times, end = [], perf_counter() + seconds
    while len(times) < WARM_UP + FEWEST or (perf_counter() < end and len(times) < 1000):
        times.append([seconds_of(run, x) for run in runs])
    return [statistics.median(column) for column in zip(*times[WARM_UP:], strict=True)]


def main() -> None:
    """Measure, print the table, and stop with an error if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=8.0, help="per row")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.set_grad_enabled(False)
    print(f"torch {torch.__version__}, float32, {given.threads} thread(s), inference")
    print(f"{'(seq_len, batch, input, hidden)':36} own ms  trace ms   trace  at most  loop")
    missed = []
    for row in ROWS:
        own, ours, *loop = medians(row, given.seconds)
        name, ratio = f"{row.kind:8}{tuple(row[1:5])}", ours / own
        limit = "-" if row.at_most is None else f"{row.at_most}x"
        beside = f"{loop[0] / own:5.1f}x" if loop else ""
        print(f"{name:36} {1e3 * own:6.2f} {1e3 * ours:9.2f} {ratio:6.2f}x {limit:>8} {beside}")
        missed += [name] * (row.at_most is not None and ratio > row.at_most)
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
