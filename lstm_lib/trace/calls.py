"""One call of a recurrent layer in a forward, and several, as a decoder makes them.

Several are one run if each goes on from the state that the one before has left.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from lstm_lib import _validate
from lstm_lib.record import BatchRecord
from lstm_lib.trace import opened
from lstm_lib.trace.clamp import Clamp, Hold, Size
from lstm_lib.trace.forms import Form, Layout, Results
from lstm_lib.trace.kinds import State

FLOATS = (torch.bfloat16, torch.float16, torch.float32, torch.float64)  # from coarse to fine


@dataclass(frozen=True)
class Call:
    """One call: the layer, its input and state in the form of `forms`, its results.

    What comes in half precision, or leaves in it under autocast, is run in the open in float32.

    Fields:
        layout: of the layer.
        weights: its parameters as this call used them, by their names.
        form: how its input came.
        x: (seq_len, batch_size, input_size), a copy.
        hx: (num_layers * directions, batch_size, size) each, or None.
        results: what its own forward returned.
        coarsest: the dtype with the fewest digits of all that took part.
    """

    layout: Layout
    weights: Mapping[str, Tensor]
    form: Form
    x: Tensor
    hx: State | None
    results: Results
    coarsest: torch.dtype

    @classmethod
    def of(
        cls, layout: Layout, weights: Mapping[str, Tensor], form: Form, x: Any, hx: State | None,
        results: Results,
    ) -> Self:  # fmt: skip
        """Return a call, of what a module was given and has returned."""
        tensors = [x.data, *weights.values(), results[0].data, *results[1]]
        for one in tensors:
            if one.dtype not in FLOATS:
                names = "float64, float32, float16 or bfloat16"
                raise ValueError(f"model must compute in {names}, got {one.dtype}")
        is_double = all(one.dtype == torch.float64 for one in weights.values())
        dtype = torch.float64 if is_double else torch.float32
        padded = form.opened(x).detach().to(dtype)
        ready = padded.clone(memory_format=torch.contiguous_format)
        state = hx and tuple(part.detach().to(dtype) for part in form.opened_state(hx))
        found = {one.dtype for one in tensors}
        coarsest = next(dtype for dtype in FLOATS if dtype in found)
        return cls(layout, weights, form, ready, state, results, coarsest)

    def closed(self, run: opened.Run, other: opened.Run | None = None) -> Results:
        """Return the output and state of a run just like the module's own.

        Args:
            run: the run.
            other: a run of the same call. Where both have the same number, the module's own, which
                may be rounded otherwise, stays.
        """
        own, ends = self.results
        kept = (None, [None] * len(ends)) if other is None else self._parts(other)
        output, state = self._parts(run)
        found = _laid_out(output, own.data, kept[0])
        triples = zip(state, ends, kept[1], strict=True)
        return (
            own._replace(data=found) if isinstance(own, PackedSequence) else found,
            tuple(_laid_out(*triple) for triple in triples),
        )

    def _parts(self, run: opened.Run) -> tuple[Tensor, State]:
        """Return the output, the data of a packed one, and the state as the module gives them."""
        return self.form.closed(run.output), self.form.closed_state(run.state)

    def run(
        self, clamps: Sequence[Clamp] = (), before: int = 0, steps: int | None = None
    ) -> opened.Run:
        """Run it again in the open.

        Args:
            clamps: what is held.
            before, steps: how many steps went before it, and how many there are in all calls,
                None if nothing is said of them.
        """
        seq_len, batch_size, _ = self.x.shape
        letters = self.layout.kind.letters
        size = Size(
            batch_size, steps or before + seq_len, self.layout.hidden_size, self.layout.h_size
        )
        holds = []
        for place in opened.places(self.layout):
            here = [clamp for clamp in clamps if (clamp.layer, clamp.direction) == place]
            holds.append(Hold(here, size, letters, before=before) if here else None)
        with torch.autocast(self.x.device.type, enabled=False):
            return opened.run_layers(self.layout, self.weights, self.x, self.hx, self.form, holds)

    def run_moved(self) -> opened.Run:
        """Run it with every weight, and the memory at every step, moved by its last digit."""
        dtype, digit = self.x.dtype, 1 + torch.finfo(self.coarsest).eps
        moved = {name: one.detach().to(dtype) * digit for name, one in self.weights.items()}
        memory, places = self.layout.kind.letters.memory, opened.places(self.layout)
        clamps = [Clamp(memory, scale=digit, layer=at, direction=way) for at, way in places]
        return replace(self, weights=moved).run(clamps)


def _laid_out(tensor: Tensor, own: Tensor, other: Tensor | None) -> Tensor:
    """Return a copy that lies in memory as `own` does, for a `view` later in the module.

    Where it has the same number as `other`, it has that of `own`.
    """
    found = torch.empty_like(own).copy_(tensor)
    return found if other is None else torch.where(tensor == other, own, found, out=found)


def padded(results: Results, form: Form) -> Results:
    """Return results unpacked again if they were packed here, for `lengths`."""
    output, state = results
    if form.seq_len is None or not isinstance(output, PackedSequence):
        return results
    return pad_packed_sequence(output, form.batch_first, total_length=form.seq_len)[0], state


def chosen(call: object) -> int | None:
    """Return the number of a call, None for all of them."""
    if isinstance(call, str) and call == "all":
        return None
    if isinstance(call, str):
        raise ValueError(f'call must be "all" or the number of a call, from 0, got {call!r}')
    return _validate.count("call", call)


def check_handed_on(left: State, call: Call, hx: State | None) -> None:
    """Refuse a call that does not go on from the state that the one before has left.

    Args:
        left: that state, as the module has it.
        call, hx: the call, and the state that it was given.
    """
    wrong = None
    if call.layout.bidirectional:
        wrong = "that is bidirectional"
    elif call.form.packed is not None:
        wrong = "with packed sequences"
    elif hx is None or not _is_same(left, hx):
        wrong = "that does not go on from the state which the one before has left"
    if wrong:
        raise ValueError(
            f"call must be the number of one call, from 0, for a model that makes a call {wrong}: "
            "such calls are not one run"
        )


def _is_same(left: State, given: State) -> bool:
    """Return whether a state is the one that was left."""
    pairs = zip(left, given, strict=True)
    return all(ours.shape == theirs.shape and torch.equal(ours, theirs) for ours, theirs in pairs)


def in_one(seen: Sequence[Call]) -> list[Call]:
    """Return calls that hand the state on as one call over all their steps, if it has one.

    They stay several where the weights are others from call to call.
    """
    first = seen[0]
    if len(seen) == 1 and not first.layout.is_cell:
        return [first]
    own = list(first.weights.values())
    for call in seen:
        if any(ours is not theirs for ours, theirs in zip(own, call.weights.values(), strict=True)):
            return list(seen)
    outputs = [call.form.opened(call.results[0]) for call in seen]
    state = seen[-1].form.opened_state(seen[-1].results[1])
    whole = torch.cat([call.x for call in seen])
    return [replace(first, form=Form(), x=whole, results=(torch.cat(outputs), state))]


def joined_traces(parts: Sequence[Sequence[BatchRecord]]) -> list[BatchRecord]:
    """Return the traces of calls as those of one run over all their steps."""
    if len(parts) == 1:
        return list(parts[0])
    traces: list[Any] = []
    for row in zip(*parts, strict=True):
        names = row[0].quantities
        columns: Any = {name: torch.cat([getattr(one, name) for one in row], 1) for name in names}
        traces.append(replace(row[0], **columns))  # type: ignore[type-var]
    return traces


def joined_results(parts: Sequence[Results], layout: Layout) -> Results:
    """Return the results of calls as those of one over all their steps; of a cell with steps."""
    outputs: list[Any] = [output for output, _ in parts]
    state = parts[-1][1]
    if layout.is_cell:
        return torch.stack(outputs), state
    if len(parts) == 1:
        return parts[0]
    time = 1 if layout.batch_first and outputs[0].dim() == 3 else 0
    return torch.cat(outputs, time), state
