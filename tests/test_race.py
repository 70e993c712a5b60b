"""Many networks trained side by side: each as if it were alone."""

import numpy as np
import pytest
import torch

from lstm_lib.course.networks.network import chrono
from lstm_lib.course.networks.race import fresh, guess, quieter, race
from lstm_lib.course.tasks.adding import adding
from lstm_lib.layers import set_forget_bias


def as_drawn(layer, seed):
    pass


def opened(layer, seed):
    set_forget_bias(layer, 2.0)


def alone(start, seed, count, **options):
    """The errors of one network, trained by torch's own layer."""
    layer, read_out = fresh(start, seed, 5)
    parameters = [*layer.parameters(), *read_out.parameters()]
    optimizer, errors = torch.optim.Adam(parameters, lr=0.01), []
    for update in range(count):
        sums = adding(8, 20, seed=update)
        outputs = read_out(layer(torch.as_tensor(sums.x).float())[0])
        distance = outputs[range(8), sums.lengths - 1] - torch.as_tensor(sums.targets).float()
        optimizer.zero_grad()
        distance.square().mean().backward()
        optimizer.step()
        errors.append(distance.detach().abs().mean().item())
    return np.array(errors) / guess(20)


def test_a_race_is_as_many_trainings():
    starts = {"as drawn": as_drawn, "opened": opened}
    found = race(starts, seeds=(3, 4), seq_len=20, count=6, hidden_size=5, batch_size=8)
    assert list(found) == list(starts)
    for name, start in starts.items():
        assert found[name].shape == (2, 6)
        for row, seed in zip(found[name], (3, 4), strict=True):
            assert row == pytest.approx(alone(start, seed, 6), rel=1e-4)


def test_it_learns_and_tells_how_far_it_is():
    told = []
    start = lambda layer, seed: chrono(layer, 20, seed)  # noqa: E731
    found = race(
        {"chrono": start}, (0,), seq_len=20, count=200, batch_size=16, on_progress=told.append
    )
    assert told == list(range(1, 201))
    assert found["chrono"][0, -20:].mean() < 0.5 < found["chrono"][0, :20].mean()


def test_it_leaves_torchs_generator_alone():
    before = torch.get_rng_state()
    race({"as drawn": as_drawn}, (0,), seq_len=20, count=1)
    assert (torch.get_rng_state() == before).all()


def test_silence_leaves_the_marked_numbers_and_the_sum():
    sums = adding(4, 20, seed=1)
    quiet = quieter(sums)
    marked = sums.x[..., 1] == 1
    assert (quiet.x[marked] == sums.x[marked]).all()
    assert (quiet.x[~marked][:, 0] == 0).all()
    assert (quiet.x[..., 1] == sums.x[..., 1]).all()
    assert (quiet.targets == sums.targets).all()
    assert sums.x[~marked][:, 0].any()  # the sums themselves are as they were


@pytest.mark.parametrize("change", [{"count": 0}, {"seeds": (-1,)}, {"seq_len": 3}])
def test_bad_arguments_are_refused(change):
    with pytest.raises(ValueError, match=next(iter(change))):
        race({"as drawn": as_drawn}, **{"seeds": (0,), "count": 1, "seq_len": 20} | change)
