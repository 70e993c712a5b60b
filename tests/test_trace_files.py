"""Traces taken apart, put in a table, and kept in a file."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from lstm_lib.scalar import ScalarLSTM
from lstm_lib.trace import Clamp, Trace, Traces, trace

LENGTHS = [3, 5, 1]


@pytest.fixture
def traced():
    torch.manual_seed(0)
    return trace(nn.LSTM(2, 4, 2, bidirectional=True), torch.randn(5, 3, 2), lengths=LENGTHS)


@pytest.fixture
def scalar():
    return ScalarLSTM.published().run((1.0, 0.5, 0.25), h0=0.1, c0=-0.2)


def as_arrays(t):
    return {name: getattr(t, name).numpy() for name in "xifgoch"}


# --- one record per layer and direction -------------------------------------------------------


def test_a_trace_is_found_by_its_place_or_in_the_row(traced):
    assert len(traced.traces) == 4
    assert traced[3] is traced[1, "reverse"] is traced.layer(1, "reverse") is traced.traces[-1]
    assert traced.layer(1) is traced.traces[2] is list(traced.traces)[2]
    assert isinstance(traced.traces[:2], Traces)
    assert repr(traced.traces[:1]) == "Traces of (0, 'forward')"


def test_a_place_that_is_not_there_is_named(traced):
    with pytest.raises(ValueError, match=r"one of \(0, 'forward'\), .* got \(2, 'forward'\)"):
        traced.layer(2)


# --- steps of a reverse and a padded trace ----------------------------------------------------


@pytest.mark.parametrize("place", [(0, "forward"), (0, "reverse")])
def test_every_step_follows_from_the_state_before_it(traced, place):
    t = traced[place]
    for k, step in enumerate(t):
        found = step.f * step.c_prev + step.i * step.g
        for b, length in enumerate(LENGTHS):
            if k < length:
                assert torch.equal(found[b], step.c[b])
                neighbour = k - 1 if place[1] == "forward" else k + 1
                inside = 0 <= neighbour < length
                assert torch.equal(step.c_prev[b], t.c[b, neighbour] if inside else t.c0[b])
                assert torch.equal(step.h_prev[b], t.h[b, neighbour] if inside else t.h0[b])


def test_a_state_given_is_the_one_before_the_first_step_walked():
    torch.manual_seed(1)
    hx = (torch.randn(2, 3, 4), torch.randn(2, 3, 4))
    x = torch.randn(5, 3, 2)
    for lengths in (None, LENGTHS):
        traced = trace(nn.LSTM(2, 4, bidirectional=True), x, hx, lengths=lengths)
        for b, length in enumerate(lengths or [5, 5, 5]):
            assert torch.equal(traced[0, "forward"][0].c_prev[b], hx[1][0, b])
            assert torch.equal(traced[0, "reverse"][length - 1].c_prev[b], hx[1][1, b])
            assert torch.equal(traced[0, "reverse"][length - 1].h_prev[b], hx[0][1, b])


def test_the_prediction_is_the_h_walked_last(traced):
    forward, reverse = traced[1, "forward"], traced[1, "reverse"]
    torch.testing.assert_close(forward.prediction, traced.state[0][2])
    torch.testing.assert_close(reverse.prediction, traced.state[0][3])


def test_one_unit_of_a_reverse_trace_is_a_trace_of_floats(traced):
    one = traced[0, "reverse"].select(batch=0, unit=2)
    assert len(one) == 3
    assert one.direction == "reverse"
    assert all(isinstance(v, float) for v in one.c)
    assert one[2].c_prev == one.c0 == 0.0
    assert one[0].c_prev == one.c[1]
    assert one.prediction == one.h[0]
    for step in one:
        assert step.f * step.c_prev + step.i * step.g == pytest.approx(step.c, abs=1e-6)


# --- parts ------------------------------------------------------------------------------------


def test_a_part_keeps_arrays(traced):
    t = traced[1, "reverse"]
    part = t.part(batch=[2, 0], units=slice(1, 3))
    assert part.lengths == (1, 3)
    assert (part.layer, part.direction) == (1, "reverse")
    assert torch.equal(part.c, t.c[[2, 0]][:, :, 1:3])
    assert torch.equal(part.h0, t.h0[[2, 0]][:, 1:3])
    assert torch.equal(part.x, t.x[[2, 0]])
    assert t.part(batch=1).f.shape == (1, 5, 4)
    assert t.part() == t
    assert part.select(1, 0) == t.select(0, 1)


def test_a_part_of_nothing_or_outside_is_refused(traced, scalar):
    with pytest.raises(ValueError, match="units must be from 0 to 3, got 4"):
        traced[0].part(units=4)
    with pytest.raises(ValueError, match="batch must choose at least one of 3"):
        traced[0].part(batch=[])
    with pytest.raises(ValueError, match="part needs the trace of a batch"):
        scalar.part(units=0)
    lstm = nn.LSTM(2, 4, proj_size=2, dtype=torch.float64)
    projected = trace(lstm, torch.zeros(3, 1, 2, dtype=torch.float64))[0]
    assert projected.part(batch=0) == projected
    with pytest.raises(ValueError, match="part with units needs an h for each unit"):
        projected.part(units=[0, 1])


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"layer": -1}, ValueError, "layer must be at least 0"),
        ({"direction": "back"}, ValueError, "direction must be 'forward' or 'reverse'"),
        ({"lengths": (1, 2)}, ValueError, "lengths must hold 1 numbers"),
        ({"lengths": (4,)}, ValueError, r"lengths\[0\] must be from 1 to 3, got 4"),
        ({"lengths": (0,)}, ValueError, r"lengths\[0\] must be at least 1"),
        ({"lengths": 3}, TypeError, "lengths must be a sequence of whole numbers"),
        ({"lengths": (2.5,)}, TypeError, r"lengths\[0\] must be a whole number"),
    ],
)
def test_a_place_that_cannot_be_is_refused(given, error, says):
    columns = dict.fromkeys("xifgoch", (1.0, 2.0, 3.0))
    with pytest.raises(error, match=says):
        Trace(**columns, **given)


# --- tables -----------------------------------------------------------------------------------


def test_a_table_has_a_row_for_every_real_number(traced):
    table = traced.to_frame()
    assert list(table.columns) == ["layer", "direction", "batch", "step", "unit", "quantity",
                                   "value"]  # fmt: skip
    inputs = 2 + 2 + 8 + 8
    assert len(table) == sum(LENGTHS) * (4 * 6 * 4 + inputs)
    assert not table.duplicated(list(table.columns[:-1])).any()
    for _, row in table.sample(200, random_state=0).iterrows():
        column = getattr(traced[row["layer"], row["direction"]], row["quantity"])
        assert row["step"] < LENGTHS[row["batch"]]
        assert row["value"] == column[row["batch"], row["step"], row["unit"]]
    assert table["value"].dtype == np.float32


def test_the_table_of_one_unit(scalar):
    table = scalar.to_frame()
    assert len(table) == 7 * 3
    wide = table.pivot_table(index="step", columns="quantity", values="value")
    assert wide["c"].tolist() == list(scalar.c)
    assert set(table["unit"]) == set(table["batch"]) == {0}


# --- files ------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_file_gives_back_every_bit(tmp_path, dtype):
    torch.manual_seed(0)
    lstm = nn.LSTM(2, 4, 2, bidirectional=True, proj_size=3, dtype=dtype)
    x = torch.randn(5, 3, 2, dtype=dtype)
    for lengths in (None, LENGTHS):
        traced = trace(lstm, x, lengths=lengths, clamp=Clamp("c", 1e30, units=0))
        traced.save(tmp_path / "run")
        found = Traces.load(tmp_path / "run")
        assert found == traced.traces
        for old, new in zip(traced.traces, found, strict=True):
            assert (old.layer, old.direction, old.lengths) == (
                new.layer,
                new.direction,
                new.lengths,
            )
            for name, array in as_arrays(old).items():
                assert isinstance(getattr(new, name), np.ndarray)
                assert getattr(new, name).dtype == array.dtype
                assert getattr(new, name).tobytes() == np.ascontiguousarray(array).tobytes()


def test_a_trace_alone_goes_to_a_file_and_back(tmp_path, scalar, traced):
    path = tmp_path / "one.npz"
    for one in (scalar, traced[1, "reverse"]):
        one.save(path)
        assert Trace.load(path) == one
    assert type(Trace.load(path).layer) is int
    scalar.save(str(path))
    assert isinstance(Trace.load(str(path)).c, tuple)
    assert type(Trace.load(path).h0) is float


def test_several_are_not_one(tmp_path, traced):
    traced.save(tmp_path / "all")
    with pytest.raises(ValueError, match=r"must hold one trace, got 4: use Traces.load"):
        Trace.load(tmp_path / "all")


def write_arrays(path, **arrays):
    with path.open("wb") as file:
        np.savez(file, **arrays)


def stored(tmp_path, traced):
    traced[0].save(tmp_path / "good")
    with np.load(tmp_path / "good") as found:
        return dict(found)


OTHERS = {
    "empty": lambda path, good: path.write_bytes(b""),
    "text": lambda path, good: path.write_text("c,h\n1,2\n"),
    "one array": lambda path, good: np.save(path.open("wb"), np.zeros(3)),
    "other arrays": lambda path, good: write_arrays(path, a=np.zeros(3)),
    "pickle": lambda path, good: np.save(path.open("wb"), np.array([{}]), allow_pickle=True),
    "a pickle inside": lambda path, good: write_arrays(path, **good | {"0/c": np.array([{}])}),
    "another version": lambda path, good: write_arrays(path, **good | {"format": np.array("2")}),
    "a column less": lambda path, good: write_arrays(
        path, **{name: array for name, array in good.items() if name != "0/o"}
    ),
    "a column more": lambda path, good: write_arrays(path, **good | {"0/z": np.zeros(2)}),
    "only a format": lambda path, good: write_arrays(path, format=good["format"]),
    "whole numbers": lambda path, good: write_arrays(
        path, **good | {"0/c": good["0/c"].astype(int)}
    ),
    "a shape": lambda path, good: write_arrays(path, **good | {"0/c": good["0/c"][:, :2]}),
    "a direction": lambda path, good: write_arrays(path, **good | {"0/direction": np.array("up")}),
    "lengths": lambda path, good: write_arrays(path, **good | {"0/lengths": np.array([9, 1, 1])}),
}


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_another_file_is_refused_with_one_sentence(tmp_path, traced, kind):
    path = tmp_path / "other"
    OTHERS[kind](path, stored(tmp_path, traced))
    with pytest.raises(ValueError, match="must be a file that a Trace has saved, got another or a"):
        Traces.load(path)


def test_a_damaged_file_is_refused_or_says_the_same(tmp_path, traced):
    path = tmp_path / "run"
    traced[0].save(path)
    whole, draw, refused = path.read_bytes(), random.Random(0), 0
    for _ in range(300):
        damaged = bytearray(whole)
        if draw.random() < 0.3:
            del damaged[draw.randrange(len(whole)) :]
        for _ in range(draw.randint(1, 3)):
            damaged[draw.randrange(max(1, len(damaged)))] = draw.randrange(256) if damaged else 0
        path.write_bytes(damaged)
        try:
            found = Trace.load(path)
        except ValueError:
            refused += 1
        else:
            assert found == traced[0]  # a date or padding was hit
    assert refused > 200


def test_a_file_that_is_not_there_stays_that(tmp_path):
    with pytest.raises(FileNotFoundError):
        Trace.load(tmp_path / "none")


def test_a_trace_of_whole_numbers_comes_back(tmp_path):
    column = (0, 1)
    made = Trace(*[column] * 7, h0=0, c0=1)
    made.save(tmp_path / "a.npz")
    assert Trace.load(tmp_path / "a.npz") == made


def test_no_trace_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="traces must hold at least one Trace, got none"):
        Traces([]).save(tmp_path / "a.npz")
    assert not (tmp_path / "a.npz").exists()
