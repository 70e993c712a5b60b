"""The Try list of chapter 4."""

import pytest

from lstm_lib.course.explorers.training import TrainingExplorer
from tests.tries import shown

RIGHT = "Both are right"


def epochs_to_be_right(explorer):
    """Return the first epoch with both predictions to within 0.05."""
    history = explorer.history
    pairs = map(history.predictions, range(history.epochs + 1))
    return next(k for k, (a, b) in enumerate(pairs) if max(abs(a), abs(b - 1)) <= 0.05)


def test_the_predictions_part_after_epoch_1000_while_the_forget_gates_open():
    explorer = TrainingExplorer()
    assert epochs_to_be_right(explorer) == 4288
    a, b = explorer.history.predictions(1000)
    assert b - a < 0.1
    for epoch, low, high in ((0, 0.4, 0.7), (5000, 0.8, 1)):
        model = explorer.history.model(epoch)
        gates = [f for xs, _ in explorer.history.pairs for f in model.run(xs).f]
        assert all(low < f < high for f in gates)


@pytest.mark.parametrize(("lr", "epochs"), [(0.01, 568), (0.1, 64), (0.5, 25)])
def test_a_larger_rate_needs_fewer_epochs(lr, epochs):
    explorer = TrainingExplorer(1000)
    shown(explorer, lr=lr)
    assert epochs_to_be_right(explorer) == epochs


def test_at_0_5_the_cell_is_right_and_then_thrown():
    assert "loss 1.0000" in shown(TrainingExplorer(), lr=0.5)


@pytest.mark.parametrize(("lr", "there"), [(0.001, False), (0.01, False), (0.02, True)])
def test_descent_needs_a_larger_rate(lr, there):
    said = shown(TrainingExplorer(), optimizer="gradient descent", lr=lr)
    assert (RIGHT in said) is there


@pytest.mark.parametrize("seed", [5, 10])
def test_two_random_starts_stay_on_the_plateau_until_the_rate_is_larger(seed):
    explorer = TrainingExplorer()
    explorer.seed.value = seed
    assert explorer.history.loss(5000) > 0.4
    assert RIGHT in shown(explorer, lr=0.01)
