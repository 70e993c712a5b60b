"""Training by hand against the same loop through torch autograd.

    python benchmarks/training.py [--epochs 5000] [--torch-epochs 5000]

Both train the twelve numbers on the two companies, one Adam step per company, in float64 on one
core. The torch loop uses twelve scalar parameters and the equations of `lstm_lib.scalar` term by
term. Both end at the same predictions, or the comparison is refused. With fewer torch epochs
their time is scaled up, and the output says so.
"""

import argparse
from time import perf_counter

import torch

from lstm_lib.course.tasks.companies import companies
from lstm_lib.descent import train
from lstm_lib.scalar import GATES, ScalarLSTM

AT_LEAST = 50.0


def forward(gates: dict[str, list[torch.nn.Parameter]], xs: tuple[float, ...]) -> torch.Tensor:
    """Return h after the last input, by the same equations as ScalarLSTM."""
    h = c = torch.zeros((), dtype=torch.float64)
    for x in xs:
        f, i, g, o = (w_h * h + w_x * x + b for w_h, w_x, b in (gates[name] for name in GATES))
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
    return h


def train_torch(model: ScalarLSTM, epochs: int, lr: float = 0.001) -> tuple[float, ...]:
    """Train twelve nn.Parameter scalars through autograd and return both predictions."""
    gates = {
        name: [torch.nn.Parameter(torch.tensor(w, dtype=torch.float64)) for w in gate]
        for name, gate in vars(model).items()
    }
    optimizer = torch.optim.Adam([w for gate in gates.values() for w in gate], lr=lr)
    for _ in range(epochs):
        for xs, target in companies():
            optimizer.zero_grad()
            ((forward(gates, xs) - target) ** 2).backward()
            optimizer.step()
    with torch.no_grad():
        return tuple(forward(gates, xs).item() for xs, _ in companies())


def timed(work, *arguments):
    """Return how many seconds `work` took, and what it returned."""
    start = perf_counter()
    result = work(*arguments)
    return perf_counter() - start, result


def main() -> None:
    """Measure, check that both end at the same place, and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5000)
    parser.add_argument("--torch-epochs", type=int, help="fewer, for a quicker estimate")
    given = parser.parse_args()
    epochs, torch_epochs = given.epochs, given.torch_epochs or given.epochs
    torch.set_num_threads(1)
    start = ScalarLSTM.untrained()
    by_hand, (_, history) = timed(train, start, companies(), epochs)
    by_torch, predictions = timed(train_torch, start, torch_epochs)
    apart = zip(history.predictions(torch_epochs), predictions, strict=True)
    if max(abs(a - b) for a, b in apart) > 1e-6:
        raise SystemExit("the two trainings ended at different predictions: nothing to compare")
    scaled = by_torch * epochs / torch_epochs
    how = "" if torch_epochs == epochs else f" (scaled up from {torch_epochs} epochs)"
    print(f"gradients by hand, plain Python  {by_hand:8.3f} s for {epochs} epochs")
    print(f"torch autograd, one thread       {scaled:8.3f} s for {epochs} epochs{how}")
    print(
        f"by hand is faster by             {scaled / by_hand:8.0f} times; at least {AT_LEAST:.0f}"
    )
    if scaled / by_hand < AT_LEAST:
        raise SystemExit(f"missed: less than {AT_LEAST:.0f} times")


if __name__ == "__main__":
    main()
