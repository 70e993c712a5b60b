"""The LSTM with parts taken out or put in, and the GRU: one cell, each variant a line of it.

`Variant` is the cell of Gers et al. (2000) with a switch for each of its `Parts`; `NAMED` has those
that Greff et al. (2017) compared. `GRU` is that of Cho et al. (2014), with either place of its
reset gate. Shapes and names of parameters are those of torch.nn.LSTM and torch.nn.GRU, of the
gates that are there; a sequence is (seq_len, batch_size, input_size).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lstm_lib import _validate
from lstm_lib.record import BatchTrace
from lstm_lib.record.trace import BatchGRUTrace

State = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Parts:
    """What an LSTM has and has not; all defaults are torch.nn.LSTM.

    Args:
        input_gate, forget_gate, output_gate: False: the gate is 1 at every step.
        input_activation: False: the candidate is its sum, not the tanh of it.
        output_activation: False: h = o * c, not o * tanh(c).
        coupled: f = 1 - i, one gate for both.
        peepholes: i and f look at the c before, o at the c after, each unit at its own.
        gate_recurrence: every gate reads all gates of the step before.

    Source: Greff et al. (2017), LSTM: A Search Space Odyssey, section 3; peepholes: Gers &
    Schmidhuber (2000).
    """

    input_gate: bool = True
    forget_gate: bool = True
    output_gate: bool = True
    input_activation: bool = True
    output_activation: bool = True
    coupled: bool = False
    peepholes: bool = False
    gate_recurrence: bool = False

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            _validate.flag(name, value)
        if self.coupled and not (self.input_gate and self.forget_gate):
            raise ValueError("coupled must be False where the input or the forget gate is missing")

    @property
    def gates(self) -> tuple[str, ...]:
        """The gates that have weights of their own, in the order i, f, o."""
        there = {"i": self.input_gate, "f": self.forget_gate and not self.coupled}
        return tuple(name for name in "ifo" if {**there, "o": self.output_gate}[name])


NAMED = {
    "vanilla": Parts(),
    "no input gate": Parts(input_gate=False),
    "no forget gate": Parts(forget_gate=False),  # the LSTM of 1997
    "no output gate": Parts(output_gate=False),
    "no input activation": Parts(input_activation=False),
    "no output activation": Parts(output_activation=False),
    "coupled gates": Parts(coupled=True),
    "peepholes": Parts(peepholes=True),
    "full gate recurrence": Parts(gate_recurrence=True),
}


class Variant(nn.Module):
    """An LSTM of one layer in which every part is a switch.

    Args:
        input_size, hidden_size: sizes of an input and of the state.
        parts: what it has and has not.
    """

    def __init__(self, input_size: int, hidden_size: int, parts: Parts = NAMED["vanilla"]) -> None:
        super().__init__()
        self.input_size = _validate.count("input_size", input_size, at_least=1)
        self.hidden_size = _validate.count("hidden_size", hidden_size, at_least=1)
        self.parts = _validate.instance("parts", parts, Parts)
        self.gates = parts.gates
        self.names = tuple(name for name in "ifgo" if name in (*self.gates, "g"))  # as stacked
        rows, wide = len(self.names) * hidden_size, len(self.gates) * hidden_size
        self.weight_ih_l0 = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(rows))
        self.bias_hh_l0 = nn.Parameter(torch.empty(rows))
        if parts.peepholes:
            self.weight_peep = nn.Parameter(torch.empty(len(self.gates), hidden_size))
        if parts.gate_recurrence:
            self.weight_gates = nn.Parameter(torch.empty(wide, wide))
        _draw(self, hidden_size)

    @classmethod
    def named(cls, name: str, input_size: int, hidden_size: int) -> Self:
        """Return one of `NAMED`."""
        if name not in NAMED:
            raise ValueError(f"name must be one of {', '.join(NAMED)}, got {name!r}")
        return cls(input_size, hidden_size, NAMED[name])

    def forward(self, x: Tensor, hx: State | None = None) -> tuple[Tensor, State]:
        """Return h of every step, (seq_len, batch_size, hidden_size), and the state at the end.

        Args:
            x: (seq_len, batch_size, input_size).
            hx: h and c to start from, (1, batch_size, hidden_size) each; zeros without it.
        """
        steps = self._run(x, hx)
        h = torch.stack([step["h"] for step in steps])
        return h, (h[-1:], steps[-1]["c"][None])

    def trace(self, x: Tensor, hx: State | None = None) -> BatchTrace:
        """Return every gate and state of a run; a gate that is not there is 1."""
        with torch.no_grad():
            steps, (h0, c0) = self._run(x, hx), self._start(x, hx)
        columns: Any = {n: torch.stack([step[n] for step in steps], 1) for n in "ifgoch"}
        return BatchTrace(x.detach().transpose(0, 1), **columns, h0=h0, c0=c0)

    def _start(self, x: Tensor, hx: State | None) -> State:
        """Return h and c before the first step, (batch_size, hidden_size) each."""
        if hx is not None:
            return hx[0][0], hx[1][0]
        zeros = x.new_zeros(x.shape[1], self.hidden_size)
        return zeros, zeros

    def _run(self, x: Tensor, hx: State | None) -> list[Mapping[str, Tensor]]:
        """Return every number of every step, (batch_size, hidden_size) each, by its letter."""
        if x.dim() != 3 or x.shape[2] != self.input_size or not len(x):
            wanted = f"(seq_len, batch_size, {self.input_size})"
            raise ValueError(f"x must have shape {wanted}, got {tuple(x.shape)}")
        sums = F.linear(x, self.weight_ih_l0, self.bias_ih_l0 + self.bias_hh_l0)
        h, c = self._start(x, hx)
        before = h.new_zeros(len(h), len(self.gates) * self.hidden_size)
        steps: list[Mapping[str, Tensor]] = []
        for from_x in sums:
            now = self.step(from_x + h @ self.weight_hh_l0.T, c, before)
            steps.append(now)
            h, c = now["h"], now["c"]
            if self.parts.gate_recurrence:
                before = torch.cat([now[name] for name in self.gates], dim=1)
        return steps

    def step(self, z: Tensor, c: Tensor, before: Tensor) -> dict[str, Tensor]:
        """Return i, f, g, o, c and h of one step.

        Args:
            z: W x + U h + b of the gates that are there and of the candidate, stacked in the order
                i, f, g, o, (batch_size, rows).
            c: the memory before, (batch_size, hidden_size).
            before: all gates of the step before, side by side, for `gate_recurrence`.
        """
        sums = dict(zip(self.names, z.split(self.hidden_size, dim=1), strict=True))
        if self.parts.gate_recurrence:
            parts = (before @ self.weight_gates.T).split(self.hidden_size, dim=1)
            sums |= {n: sums[n] + more for n, more in zip(self.gates, parts, strict=True)}
        i = self._gate("i", sums, c)
        f = 1 - i if self.parts.coupled else self._gate("f", sums, c)
        g = torch.tanh(sums["g"]) if self.parts.input_activation else sums["g"]
        c = f * c + i * g
        o = self._gate("o", sums, c)
        h = o * (torch.tanh(c) if self.parts.output_activation else c)
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": h}

    def _gate(self, name: str, sums: Mapping[str, Tensor], c: Tensor) -> Tensor:
        """Return a gate, 1 where it is not there."""
        if name not in self.gates:
            return torch.ones_like(c)
        z = sums[name]
        if self.parts.peepholes:
            z = z + self.weight_peep[self.gates.index(name)] * c
        return torch.sigmoid(z)


def _draw(module: nn.Module, hidden_size: int) -> None:
    """Draw all parameters from U(-k, k), k = 1 / sqrt(hidden_size), as torch does."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -bound, bound)


class GRU(nn.Module):
    """A GRU of one layer, with its reset gate where Cho et al. have it or where torch has it.

    Args:
        input_size, hidden_size: sizes of an input and of the state.
        reset: "after", on U_n h + b_hn as torch.nn.GRU does, or "before", on h, as in the paper.

    Source: Cho et al. (2014), Learning Phrase Representations using RNN Encoder-Decoder.
    """

    def __init__(self, input_size: int, hidden_size: int, *, reset: str = "after") -> None:
        super().__init__()
        if reset not in ("after", "before"):
            raise ValueError(f"reset must be 'after' or 'before', got {reset!r}")
        self.input_size = _validate.count("input_size", input_size, at_least=1)
        self.hidden_size = _validate.count("hidden_size", hidden_size, at_least=1)
        self.reset = reset
        self.weight_ih_l0 = nn.Parameter(torch.empty(3 * hidden_size, input_size))
        self.weight_hh_l0 = nn.Parameter(torch.empty(3 * hidden_size, hidden_size))
        self.bias_ih_l0 = nn.Parameter(torch.empty(3 * hidden_size))
        self.bias_hh_l0 = nn.Parameter(torch.empty(3 * hidden_size))
        _draw(self, hidden_size)

    def forward(self, x: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return h of every step, (seq_len, batch_size, hidden_size), and h at the end."""
        h = torch.stack([step["h"] for step in self._run(x, hx)])
        return h, h[-1:]

    def trace(self, x: Tensor, hx: Tensor | None = None) -> BatchGRUTrace:
        """Return every gate and state of a run."""
        with torch.no_grad():
            steps = self._run(x, hx)
        columns: dict[str, Any] = {n: torch.stack([step[n] for step in steps], 1) for n in "rznh"}
        return BatchGRUTrace(x.detach().transpose(0, 1), **columns, h0=self._start(x, hx))

    def _start(self, x: Tensor, hx: Tensor | None) -> Tensor:
        """Return h before the first step, (batch_size, hidden_size)."""
        return x.new_zeros(x.shape[1], self.hidden_size) if hx is None else hx[0]

    def _run(self, x: Tensor, hx: Tensor | None) -> Sequence[Mapping[str, Tensor]]:
        """Return r, z, n and h of every step, (batch_size, hidden_size) each."""
        h, steps = self._start(x, hx), []
        for from_x in F.linear(x, self.weight_ih_l0, self.bias_ih_l0):
            steps.append(self.step(from_x, h))
            h = steps[-1]["h"]
        return steps

    def step(self, from_x: Tensor, h: Tensor) -> dict[str, Tensor]:
        """Return r, z, n and h of one step.

        Args:
            from_x: W x + b_ih, stacked r, z, n, (batch_size, 3*hidden_size).
            h: the state before, (batch_size, hidden_size).
        """
        x_r, x_z, x_n = from_x.chunk(3, dim=1)
        u_r, u_z, u_n = self.weight_hh_l0.chunk(3)
        b_r, b_z, b_n = self.bias_hh_l0.chunk(3)
        r = torch.sigmoid(x_r + h @ u_r.T + b_r)
        z = torch.sigmoid(x_z + h @ u_z.T + b_z)
        inside = r * (h @ u_n.T + b_n) if self.reset == "after" else (r * h) @ u_n.T + b_n
        n = torch.tanh(x_n + inside)
        return {"r": r, "z": z, "n": n, "h": (1 - z) * n + z * h}
