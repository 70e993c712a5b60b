"""Checks for chapter 7: the layer in PyTorch."""

from collections.abc import Callable, Iterable
from numbers import Integral
from typing import TYPE_CHECKING

from lstm_lib.course.checks import verdict

if TYPE_CHECKING:
    import torch


def parameter_count(answer: object) -> None:
    """Check exercise 1: numbers in nn.LSTM(3, 10, num_layers=2, bidirectional=True)."""

    def count(second: int = 20, directions: int = 2, biases: int = 2) -> int:
        rows = 4 * 10
        return directions * rows * sum(reads + 10 + biases for reads in (3, second))

    mistakes = [
        (count(second=10), "the second layer reads both directions of the first"),
        (count(second=3), "the second layer does not read x; what does it read?"),
        (count(directions=1), "each direction has arrays of its own"),
        (count(second=10, directions=1), "there are two directions, in both layers"),
        (count(biases=1), "one bias a row would be enough; how many are there?"),
        (count(biases=0), "the biases are missing"),
        (count() // 4, "three gates and the candidate: four blocks of rows"),
        (600, "that is one layer in one direction"),
        (1200, "that is the first layer; the second has other shapes"),
        (2560, "that is the second layer alone"),
        (2480, "the second layer, too, has two directions"),
    ]
    hint = "rows times numbers in a row, once for each of the four sets in the picture"
    verdict.number(answer, count(), mistakes, hint)


def shapes(outputs_shape: object, h_n_shape: object) -> None:
    """Check exercise 2: outputs and h_n of 3 layers, 2 directions, 8 units; 5 times 7 steps."""
    if verdict.is_missing(outputs_shape) and verdict.is_missing(h_n_shape):
        return verdict.say(verdict.NOT_ATTEMPTED)
    for name, given in (("outputs", outputs_shape), ("h_n", h_n_shape)):
        if _shape(given) is None:
            return verdict.say(f"the shape of {name} should be three sizes such as (2, 3, 4)")
    found, state = _shape(outputs_shape), _shape(h_n_shape)
    hint = _OUTPUTS.get(found, "outputs: the last size tells what one step gives, and how often")
    if found == (5, 7, 16):
        hint = _H_N.get(state, "h_n: one row for each layer and direction; then batch, then units")
    return verdict.say(verdict.CORRECT if (found, state) == ((5, 7, 16), (6, 5, 8)) else hint)


_OUTPUTS = {
    (5, 7, 8): "outputs: there are two directions, and both stand side by side",
    (7, 5, 16): "outputs: with batch_first=True, which size comes first?",
    (7, 5, 8): "outputs: with batch_first=True, which size comes first? And two directions ...",
    (5, 7, 24): "outputs: only the top layer comes out; but in both directions",
    (5, 7, 48): "outputs: only the top layer comes out, in both directions",
    (5, 7, 2): "outputs: 2 is what comes in at a step; what comes out is h",
    (5, 7, 4): "outputs: two directions of h, not of the input",
    (6, 5, 8): "outputs: that is a state, which has no steps; have the two changed places?",
}
_H_N = {
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


def _shape(given: object) -> tuple[int, ...] | None:
    """Return three sizes as plain numbers, or None."""
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        return None
    sizes = list(given)
    whole = all(isinstance(s, Integral) and not isinstance(s, bool) for s in sizes)
    return tuple(map(int, sizes)) if whole and len(sizes) == 3 else None


def in_two_parts(answer: object) -> None:
    """Check exercise 3: a function (layer, x, cut) that runs x in two parts, as if in one."""
    import torch

    if not verdict.is_callable(answer):
        return
    layer, calls = _small_layer(), []
    layer.register_forward_hook(lambda _, inputs, __: calls.append(tuple(inputs[0].shape)))
    x = torch.linspace(-1.0, 1.0, 24, dtype=torch.float64).reshape(2, 6, 2)
    try:
        results = [answer(layer, x, cut) for cut in (2, 5)]
    except Exception as error:  # a learner's function may raise anything
        return verdict.say(verdict.stopped(error))
    if all(verdict.is_missing(result) for result in results):
        return verdict.say(verdict.NOT_ATTEMPTED)
    return verdict.say(_parts_hint(layer, x, results, calls))


def _parts_hint(layer: "torch.nn.LSTM", x: "torch.Tensor", results: list, calls: list) -> str:
    """Return the verdict on what came out, and on the shapes with which the layer was called."""
    import torch

    if not all(isinstance(result, torch.Tensor) for result in results):
        given = verdict.short(results[0])
        return f"the function should return the outputs, one array, and this is {given}"
    found = [tuple(result.shape) for result in results]
    if found != [(2, 6, 3)] * 2:
        hint = "outputs of all steps, put together along the axis of time"
        return f"the result should have the shape (2, 6, 3), {hint}; this is {found[0]}"
    if calls != [(2, cut, 2) for cut in (2, 4, 5, 1)]:
        return "call the layer twice: the first `cut` steps, then the others"
    for mistake, hint in _HANDED_OVER.items():
        wanted = [_run_in_parts(layer, x, cut, mistake) for cut in (2, 5)]
        if all(torch.allclose(a, b, atol=1e-9) for a, b in zip(results, wanted, strict=True)):
            return hint
    return "what does the first part leave, and how does the second get it?"


_HANDED_OVER = {
    "": verdict.CORRECT,
    "nothing": "the second part starts from zeros: hand over the state that the first one left",
    "swapped": "the state is (h, c), in this order",
    "no c": "h alone is not the state: c is where the memory is",
    "no h": "c alone is not the state: the gates of the next step read h",
    "h twice": "h was handed over twice: the second half of the state is c",
}


def _run_in_parts(
    layer: "torch.nn.LSTM", x: "torch.Tensor", cut: int, mistake: str
) -> "torch.Tensor":
    """Run the first `cut` steps, then the others, with a mistake on the way between."""
    import torch

    first, (h, c) = layer(x[:, :cut])
    zeros = torch.zeros_like(h)
    states = {"nothing": (zeros, zeros), "swapped": (c, h), "no c": (h, zeros), "no h": (zeros, c)}
    second, _ = layer(x[:, cut:], (states | {"h twice": (h, h)}).get(mistake, (h, c)))
    return torch.cat([first, second], dim=1)


def last_outputs(answer: object) -> None:
    """Check exercise 4: a function that picks each sequence's output at its last real step."""
    cases = [
        (_numbered(2, 4), [2, 4]),
        (_numbered(3, 4), [4, 3, 1]),
        (_numbered(4, 3), [3, 1, 2, 3]),
    ]
    mistakes = [
        (lambda outputs, _: outputs[:, -1], "for a short sequence that is after the filling"),
        (lambda outputs, _: outputs[:, 0], "that is the first step"),
        (_picked(-2), "one step too early"),
        (_picked(0), "one step too late: Python counts from 0"),
        (_picked(-1, every=True), "too many axes: one step per sequence, not all pairs of both"),
    ]
    hint = "for sequence k the step is lengths[k] - 1; pick both together, or loop over k"
    right = _picked(-1)
    verdict.function(_listed(answer), _listed(right), cases, _all_listed(mistakes), hint)


def _numbered(batch_size: int, seq_len: int) -> list[list[list[float]]]:
    """Return outputs of two units: sequence and step, both counted from 1, and minus that."""
    return [
        [[10.0 * k + t, -10.0 * k - t] for t in range(1, seq_len + 1)]
        for k in range(1, batch_size + 1)
    ]


def _picked(shift: int, every: bool = False) -> Callable:
    """Return what picks step `lengths` + `shift`, kept inside; or for `every` pair of both."""
    import torch

    def pick(outputs: "torch.Tensor", lengths: "torch.Tensor") -> "torch.Tensor":
        steps = (lengths + shift).clamp(max=outputs.shape[1] - 1)
        return outputs[:, steps] if every else outputs[torch.arange(len(outputs)), steps]

    return pick


def open_forget_gates(answer: object) -> None:
    """Check exercise 5: a function that gives the forget gates of an nn.LSTM the bias 1."""
    import torch

    if not verdict.is_callable(answer):
        return
    layer = _small_layer()
    before = {name: weight.clone() for name, weight in layer.state_dict().items()}
    try:
        made = answer(layer)
    except Exception as error:  # a learner's function may raise anything
        return verdict.say(verdict.stopped(error))
    unchanged = all(torch.equal(w, before[n]) for n, w in layer.state_dict().items())
    if verdict.is_missing(made):
        hint = "the layer has changed; now return it"
        return verdict.say(verdict.NOT_ATTEMPTED if unchanged else hint)
    if not isinstance(made, torch.nn.LSTM):
        return verdict.say(
            f"the function should return the layer, and this is {verdict.short(made)}"
        )
    return verdict.say(_forget_hint(before, made.state_dict()))


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
    others = [gate for gate, rows in _ROWS.items() if not torch.equal(total[rows], old[rows])]
    forget = total[_ROWS["f"]]
    if _is_all(forget, 1.0) and others == ["f"]:
        return verdict.CORRECT
    return _bias_hint(forget, others)


_ROWS = {gate: slice(3 * k, 3 * k + 3) for k, gate in enumerate("ifgo")}  # of 3 units


def _bias_hint(forget: "torch.Tensor", others: list[str]) -> str:
    """Return what is wrong with the sums of the biases: where they changed, or how."""
    if not others:
        return "no bias that counts has changed: write into the arrays, under torch.no_grad()"
    if others != ["f"]:
        wrong = next(gate for gate in others if gate != "f")
        return f"the bias of gate {wrong} has changed: the rows are stacked i, f, g, o"
    if _is_all(forget, 2.0):
        return "both biases are 1, and they are added: what counts is 2"
    if _is_all(forget[:1], 1.0):
        return "the first unit's forget gate is right; each unit has one"
    return f"the sums of both biases are {[round(b, 2) for b in forget.tolist()]}, not 1"


def _is_all(values: "torch.Tensor", wanted: float) -> bool:
    """Return whether every number is `wanted`, but for rounding."""
    return bool(((values - wanted).abs() <= 1e-6).all())


def _listed(function: object) -> object:
    """Return a function of nested lists, for one of arrays; anything else as it is."""
    if not callable(function):
        return function

    def listed(*case: list) -> object:
        import torch

        result = function(*map(torch.tensor, case))
        return (
            [_plain(row) for row in result] if isinstance(result, list | tuple) else _plain(result)
        )

    return listed


def _plain(value: object) -> object:
    """Return an array as nested lists, anything else as it is."""
    return value.tolist() if hasattr(value, "tolist") else value


def _all_listed(mistakes: list[tuple[Callable, str]]) -> list[tuple[Callable, str]]:
    return [(_listed(slip), hint) for slip, hint in mistakes]
