"""lstm_lib.trace.trace of torch.nn.LSTM against its fused inference, on the CPU, in float32.

    python -m benchmarks.trace_speed [--threads 1] [--seconds 8]

`trace` runs the module itself once, runs it again in the open with every number kept, and
compares the two; its time is all of that. Beside it the usual way to see inside an LSTM: a loop
over nn.LSTMCell, which keeps h and c of every step but no gate. All three take turns on the same
batch of random numbers, so that whatever else the machine does falls on all; the table shows the
medians of the processor's time, in which other programs' turns do not count. The comparison is
refused if the outputs differ.
"""

import argparse
import statistics
from collections.abc import Callable
from time import perf_counter, process_time

import torch
from torch import Tensor, nn

from lstm_lib.trace import trace

SIZES = {  # (seq_len, batch_size, input_size, hidden_size): at most so many times the fused time
    (4, 2, 1, 1): None,
    (100, 32, 32, 64): 5.0,
    (50, 1, 16, 32): None,
    (200, 16, 64, 512): None,
}
WARM_UP, FEWEST = 2, 5


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


def medians(size: tuple[int, int, int, int], seconds: float) -> tuple[list[float], int]:
    """Return the seconds of fused inference, the loop and trace, and the number of turns."""
    seq_len, batch_size, input_size, hidden_size = size
    torch.manual_seed(0)
    lstm = nn.LSTM(input_size, hidden_size).eval()
    x = torch.randn(seq_len, batch_size, input_size)
    loop = cell_loop(lstm)
    torch.testing.assert_close(trace(lstm, x).output, lstm(x)[0], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(loop(x), lstm(x)[0], atol=1e-5, rtol=1e-4)
    runs = (lstm, loop, lambda x: trace(lstm, x))
    times, end = [], perf_counter() + seconds
    while len(times) < WARM_UP + FEWEST or (perf_counter() < end and len(times) < 1000):
        times.append([seconds_of(run, x) for run in runs])
    columns = zip(*times[WARM_UP:], strict=True)
    return [statistics.median(column) for column in columns], len(times) - WARM_UP


def main() -> None:
    """Measure, print the table, and stop with an error if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=8.0, help="per row")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.set_grad_enabled(False)
    print(f"torch {torch.__version__}, float32, {given.threads} thread(s), inference")
    head = f"{'(seq_len, batch, input, hidden)':32} fused ms  cells ms  trace ms"
    print(f"{head}  cells  trace  at most  turns")
    missed = []
    for size, at_most in SIZES.items():
        (fused, cells, ours), turns = medians(size, given.seconds)
        limit = "-" if at_most is None else f"{at_most}x"
        row = f"{size!s:32} {1e3 * fused:8.2f} {1e3 * cells:9.2f} {1e3 * ours:9.2f}"
        row += f" {cells / fused:5.1f}x {ours / fused:5.2f}x {limit:>8} {turns:6}"
        print(row, flush=True)
        missed += [size] * (at_most is not None and ours / fused > at_most)
    if missed:
        raise SystemExit(f"missed: {', '.join(map(str, missed))}")


if __name__ == "__main__":
    main()
