"""The notation, said once: letters and their order, names, colours, markers, dashes.

The gates of stacked weights stand in PyTorch's order, i, f, g, o, and so does whatever has to
have some order: records, tables, tags. A picture has them as f, i, g, o from left to right, in
the order in which they meet the memory: it is kept, written with a candidate, and shown.
"""

from typing import NamedTuple

GATES = ("i", "f", "g", "o")
STATES = ("c", "h")
QUANTITIES = GATES + STATES  # all that a step computes

LEFT_TO_RIGHT = ("f", "i", "g", "o")  # the gates in a picture
VALVES = ("f", "i", "o")  # those of them that open from 0 to 1; they share a chart
CHARTED = (*VALVES, "g", *STATES)  # all quantities, chart by chart
OPENINGS = (*VALVES, "r", "z")  # the valves of every kind
ALIKE = {"r": "o", "z": "f", "n": "g"}  # what a GRU has in place of a gate looks like that gate


class Letters(NamedTuple):
    """What a step of one kind of network computes, in letters.

    Fields:
        name: of the kind.
        gates: in the order of its stacked weights.
        states: what goes on to the next step; the first of them is the memory.
    """

    name: str
    gates: tuple[str, ...]
    states: tuple[str, ...]

    @property
    def quantities(self) -> tuple[str, ...]:
        """All that a step computes."""
        return self.gates + self.states

    @property
    def charted(self) -> tuple[str, ...]:
        """The same chart by chart: those that open from 0 to 1, the candidate, the states."""
        order = (*VALVES, "r", "z", "g", "n", *STATES)
        return tuple(name for name in order if name in self.quantities)

    @property
    def a(self) -> str:
        """The name with its article."""
        return f"a {self.name}" if self.name == "GRU" else f"an {self.name}"

    @property
    def memory(self) -> str:
        """The state that is kept from step to step."""
        return self.states[0]


LSTM = Letters("LSTM", GATES, STATES)
GRU = Letters("GRU", ("r", "z", "n"), ("h",))
RNN = Letters("RNN", (), ("h",))

NAMES = {
    "i": "input gate",
    "f": "forget gate",
    "g": "candidate",
    "o": "output gate",
    "c": "cell state",
    "h": "hidden state",
    "r": "reset gate",
    "z": "update gate",
    "n": "candidate",
}
SQUASH = {"i": "σ", "f": "σ", "g": "tanh", "o": "σ"}

# Colour-blind safe, and never the only difference: a name, a marker or a dash goes with it. For
# lines and surfaces; for words on light paper; for words on dark paper.
_LOOKS = {
    "i": ("#029e73", "#027a59", "#3ccb9b"),
    "f": ("#0173b2", "#0169a4", "#62b5ea"),
    "g": ("#de8f05", "#8f5b00", "#f0ac3c"),
    "o": ("#cc78bc", "#9c4690", "#e0a6d5"),
    "c": ("#d55e00", "#ad4c00", "#f59355"),
    "h": ("#56b4e9", "#1a6fa3", "#82cdf5"),
    "x": ("#6b6b6b", "#555", "#bbb"),
}
COLORS = {name: color for name, (color, *_) in _LOOKS.items()}
INKS = {name: inks for name, (_, *inks) in _LOOKS.items()}
SPARES = (  # for what is none of them: on light paper, on dark paper
    ("#333333", "#eeeeee"),
    ("#a8622d", "#dba06c"),
    ("#808080", "#9d9d9d"),
    ("#7160a8", "#ab9ce0"),
)
MARKERS = {"i": "square", "f": "circle", "g": "diamond", "o": "triangle", "c": "square",
           "h": "circle"}  # fmt: skip
DASHES = {"i": "6 3", "o": "2 3", "h": "6 3"}  # the others are solid


def alike(quantity: str) -> str:
    """Return the quantity of an LSTM whose colour, marker and dash this one has."""
    return ALIKE.get(quantity, quantity)


def titled(quantity: str) -> str:
    """Return the name of a quantity with its letter, as "forget gate f"."""
    return f"{NAMES[quantity]} {quantity}"
