"""Checks for chapter 7: the layer in PyTorch."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lstm_lib.course.checks import verdict
from lstm_lib.course.checks.verdict import CORRECT, ELSE, Sheet

if TYPE_CHECKING:
    import torch


@verdict.number()
def parameter_count() -> Sheet:
    """Check exercise 1: numbers in nn.LSTM(3, 10, num_layers=2, bidirectional=True)."""
    yield _count(), CORRECT
    yield _count(second=10), "the second layer reads both directions of the first"
    yield _count(second=3), "the second layer does not read x; what does it read?"
    yield _count() // 2, "each direction has arrays of its own"
    yield _count(second=10) // 2, "there are two directions, in both layers"
    yield _count(biases=1), "one bias a row would be enough; how many are there?"
    yield _count(biases=0), "the biases are missing"
    yield _count() // 4, "three gates and the candidate: four blocks of rows"
    yield 600, "that is one layer in one direction"
    yield 1200, "that is the first layer; the second has other shapes"
    yield 2560, "that is the second layer alone"
    yield 2480, "the second layer, too, has two directions"
    yield ELSE, "rows times numbers in a row, once for each of the four sets in the picture"


def _count(second: int = 20, biases: int = 2) -> int:
    """Return the numbers in both directions of two layers of 10 units; inputs of the second."""
    return 2 * 40 * sum(inputs + 10 + biases for inputs in (3, second))


@verdict.check
def shapes(outputs_shape: object, h_n_shape: object) -> str:
    """Check exercise 2: outputs and h_n of 3 layers, 2 directions, 8 units; 5 times 7 steps."""
    outputs, h_n = _shape("outputs", outputs_shape), _shape("h_n", h_n_shape)
    if outputs != (5, 7, 16):
        other = "outputs: the last size tells what one step gives, and how often"
        return _OUTPUTS.get(outputs, other)
    return _H_N.get(h_n, "h_n: one row for each layer and direction; then batch, then units")


_OUTPUTS: dict[tuple[int, ...], str] = {
    (5, 7, 8): "outputs: there are two directions, and both stand side by side",
    (7, 5, 16): "outputs: with batch_first=True, which size comes first?",
    (7, 5, 8): "outputs: with batch_first=True, which size comes first? And two directions ...",
    (5, 7, 24): "outputs: only the top layer comes out; but in both directions",
    (5, 7, 48): "outputs: only the top layer comes out, in both directions",
    (5, 7, 2): "outputs: 2 is what comes in at a step; what comes out is h",
    (5, 7, 4): "outputs: two directions of h, not of the input",
    (6, 5, 8): "outputs: that is a state, which has no steps; have the two changed places?",
}
_H_N: dict[tuple[int, ...], str] = {
    (6, 5, 8): CORRECT,
    (3, 5, 8): "h_n: a row for each layer, and each direction has its own",
    (2, 5, 8): "h_n: a row for each direction, and each layer has its own",
    (1, 5, 8): "h_n: a row for each layer and each direction",
    (5, 6, 8): "h_n: batch_first turns inputs and outputs, but not the states",
    (5, 3, 8): "h_n: batch_first turns inputs and outputs, but not the states",
    (3, 5, 16): "h_n: the directions are rows here; they stand side by side in outputs only",
    (6, 5, 16): "h_n: the directions are rows here; they stand side by side in outputs only",
    (6, 7, 8): "h_n: the state after the last step, for every sequence of the batch",
    (5, 7, 16): "h_n: that is the shape of outputs; h_n has one state only, the last",
}


def _shape(name: str, given: Any) -> tuple[int, ...]:
    """Return three sizes as plain numbers; if they are not, that is the verdict."""
    try:
        sizes = [verdict.as_float(size) for size in given]
    except TypeError:
        sizes = []
    whole = [int(size) for size in sizes if size is not None and size.is_integer()]
    if len(sizes) != 3 or len(whole) != 3:
        raise verdict.Hint(f"the shape of {name} should be three sizes such as (2, 3, 4)")
    return tuple(whole)


@verdict.check
def in_two_parts(answer: object) -> str:
    """Check exercise 3: a function (layer, x, cut) that runs x in two parts, as if in one."""
    import torch

    layer, calls = _small_layer(), []
    layer.register_forward_hook(lambda _, inputs, __: calls.append(tuple(inputs[0].shape)))
    x = torch.linspace(-1.0, 1.0, 24, dtype=torch.float64).reshape(2, 6, 2)
    try:
        results = [verdict.result_of(answer, layer, x, cut) for cut in (2, 5)]
    except verdict.Hint:
        if calls[:1] != [tuple(x.shape)]:
            raise
        raise verdict.Hint("x[:cut] cuts the batch; time is the second axis") from None
    if not all(isinstance(result, torch.Tensor) for result in results):
        given = verdict.short(results[0])
        return f"the function should return the outputs, one array, and this is {given}"
    found = [tuple(result.shape) for result in results]
    if found != [(2, 6, 3)] * 2:
        hint = "outputs of all steps, put together along the axis of time"
        return f"the result should have the shape (2, 6, 3), {hint}; this is {found[0]}"
    if calls != [(2, cut, 2) for cut in (2, 4, 5, 1)]:
        return "call the layer twice: the first `cut` steps, then the others"
    sheet = verdict.together(_in_parts(layer, x, cut) for cut in (2, 5))
    return verdict.recognised(results, sheet, typed=True)


def _in_parts(layer: "torch.nn.LSTM", x: "torch.Tensor", cut: int) -> Sheet:
    """Return what to say to outputs, from the state that was handed over after `cut` steps."""
    import torch

    first, (h, c) = layer(x[:, :cut])

    def then(*state: "torch.Tensor") -> "torch.Tensor":
        return torch.cat([first, layer(x[:, cut:], state)[0]], dim=1)

    yield then(h, c), CORRECT
    hint = "the second part starts from zeros: hand over the state that the first one left"
    yield then(0 * h, 0 * c), hint
    yield then(c, h), "the state is (h, c), in this order"
    yield then(h, 0 * c), "h alone is not the state: c is where the memory is"
    yield then(0 * h, c), "c alone is not the state: the gates of the next step read h"
    yield then(h, h), "h was handed over twice: the second half of the state is c"
    yield ELSE, "what does the first part leave, and how does the second get it?"


def _numbered(batch_size: int, seq_len: int) -> list[list[list[float]]]:
    """Return outputs of two units: sequence and step, both counted from 1, and minus that."""
    return [
        [[10.0 * k + t, -10.0 * k - t] for t in range(1, seq_len + 1)]
        for k in range(1, batch_size + 1)
    ]


def _on_tensors(answer: Callable, *case: list) -> object:
    """Run an answer on tensors in place of lists."""
    import torch

    return answer(*map(torch.tensor, case))


@verdict.function(
    cases=[
        (_numbered(2, 4), [2, 4]),
        (_numbered(3, 4), [4, 3, 1]),
        (_numbered(4, 3), [3, 1, 2, 3]),
    ],
    run=_on_tensors,
)
def last_outputs(outputs: list[list[list[float]]], lengths: list[int]) -> Sheet:
    """Check exercise 4: a function that picks each sequence's output at its last real step."""
    rows = list(zip(outputs, lengths, strict=True))
    yield [row[n - 1] for row, n in rows], CORRECT
    yield [row[-1] for row in outputs], "for a short sequence that is after the filling"
    yield [row[0] for row in outputs], "that is the first step"
    yield [row[n - 2] for row, n in rows], "one step too early"
    yield [row[min(n, len(row) - 1)] for row, n in rows], "one step too late: Python counts from 0"
    yield [row[-n] for row, n in rows], "a minus counts from the end of the padded sequence"
    first_steps = [row[:n] for row, n in rows]
    yield first_steps, "those are all real steps; the last one of each is asked"
    means = [[sum(unit) / n for unit in zip(*row[:n], strict=True)] for row, n in rows]
    yield means, "that is the mean over the real steps; the last one is asked"
    pairs = [[row[n - 1] for n in lengths] for row in outputs]
    yield pairs, "too many axes: one step per sequence, not all pairs of both"
    yield ELSE, "for sequence k the step is lengths[k] - 1; pick both together, or loop over k"


@verdict.check
def open_forget_gates(answer: object) -> str:
    """Check exercise 5: a function that gives the forget gates of an nn.LSTM the bias 1."""
    import torch

    layer = _small_layer()
    before = {name: weight.clone() for name, weight in layer.state_dict().items()}
    try:
        made = verdict.result_of(answer, layer)
    except verdict.Hint as hint:
        same = all(torch.equal(w, before[n]) for n, w in layer.state_dict().items())
        return _noted(str(hint), same)
    if not isinstance(made, torch.nn.LSTM):
        return f"the function should return the layer, and this is {verdict.short(made)}"
    return _forget_hint(before, made.state_dict())


def _noted(hint: str, is_unchanged: bool) -> str:
    """Return what to say where no layer came back."""
    if "in-place" in hint:
        return "PyTorch takes notes of what you write: write under torch.no_grad()"
    if hint == verdict.NOTHING and not is_unchanged:
        return "the layer has changed; now return it"
    return hint


def _small_layer() -> "torch.nn.LSTM":
    """Return a layer of 2 inputs and 3 units, without touching torch's random numbers."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torch.nn.LSTM(2, 3, batch_first=True, dtype=torch.float64)


def _forget_hint(before: dict, after: dict) -> str:
    """Return the verdict on the biases after the change; rows 3 to 5 are the forget gates'."""
    import torch

    if {n: w.shape for n, w in after.items()} != {n: w.shape for n, w in before.items()}:
        return "return the layer that came in, with other numbers"
    moved = [name for name in before if not torch.equal(after[name], before[name])]
    if any(name.startswith("weight") for name in moved):
        return f"{moved[0]} has changed; only biases should"
    total, old = (w["bias_ih_l0"] + w["bias_hh_l0"] for w in (after, before))  # (12,)
    gates = list(zip("ifgo", total.split(3), old.split(3), strict=True))
    others = [name for name, new, drawn in gates if not torch.equal(new, drawn)]
    if not others:
        return "no bias that counts has changed: write into the arrays, under torch.no_grad()"
    if others != ["f"]:
        wrong = next(gate for gate in others if gate != "f")
        return f"the bias of gate {wrong} has changed: the rows are stacked i, f, g, o"
    return verdict.recognised(gates[1][1], _opened(gates[1][1].tolist(), gates[1][2].tolist()))


def _opened(sums: list[float], drawn: list[float]) -> Sheet:
    """Return what to say to the sums of both biases of three forget gates, before and after."""
    yield [1.0] * 3, CORRECT
    yield [bias + 1 for bias in drawn], "1 was added to what was drawn; the sum should be 1"
    yield [bias + 2 for bias in drawn], "1 was added to both biases; their sum should be 1"
    yield [2.0] * 3, "both biases are 1, and they are added: what counts is 2"
    yield [1.0, ELSE, ELSE], "the first unit's forget gate is right; each unit has one"
    yield ELSE, f"the sums of both biases are {[round(b, 2) for b in sums]}, not 1"
