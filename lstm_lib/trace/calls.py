"""Several calls of one LSTM in a forward, as a decoder makes them.

They are one run if each goes on from the state that the one before has left.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from lstm_lib import _validate
from lstm_lib.record import BatchTrace
from lstm_lib.trace.forms import Form, Layout, Results, State

COLUMNS = ("x", "i", "f", "g", "o", "c", "h")


def chosen(call: object) -> int | None:
    """Return the number of a call, None for all of them."""
    if isinstance(call, str) and call == "all":
        return None
    if isinstance(call, str):
        raise ValueError(f'call must be "all" or the number of a call, from 0, got {call!r}')
    return _validate.count("call", call)


def check_handed_on(left: State, layout: Layout, form: Form, hx: State | None) -> None:
    """Refuse a call that does not go on from the state that the one before has left.

    Args:
        left: that state, as the module gave it.
        layout, form, hx: of the LSTM, the form of its input, the state that it starts from.
    """
    wrong = None
    if layout.bidirectional:
        wrong = "that is bidirectional"
    elif form.packed is not None:
        wrong = "with packed sequences"
    elif hx is None or not _is_same(left, form.closed_state(hx)):
        wrong = "that does not go on from the state which the one before has left"
    if wrong:
        raise ValueError(
            f"call must be the number of one call, from 0, for a model that makes a call {wrong}: "
            "such calls are not one run"
        )


def _is_same(left: Sequence[Any], given: Sequence[Any]) -> bool:
    """Return whether a state is the one that was left."""
    pairs = zip(left, given, strict=True)
    return all(ours.shape == theirs.shape and torch.equal(ours, theirs) for ours, theirs in pairs)


def joined(
    seen: Sequence[tuple[list[BatchTrace], Results]], layout: Layout
) -> tuple[list[BatchTrace], Results]:
    """Return the traces and results of calls as those of one run over all their steps."""
    if len(seen) == 1 and not layout.is_cell:
        return seen[0]
    traces = [
        replace(parts[0], **{n: torch.cat([getattr(p, n) for p in parts], 1) for n in COLUMNS})
        for parts in zip(*(traces for traces, _ in seen), strict=True)
    ]
    outputs: list[Any] = [output for _, (output, _) in seen]
    state = seen[-1][1][1]
    if layout.is_cell:
        return traces, (torch.stack(outputs), state)
    time = 1 if layout.batch_first and outputs[0].dim() == 3 else 0
    return traces, (torch.cat(outputs, time), state)
