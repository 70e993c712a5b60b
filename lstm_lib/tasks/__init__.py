"""Tasks: the sequences a model is given and the targets it should reach."""

from lstm_lib.tasks.adding import Sums, adding
from lstm_lib.tasks.bits import Bits, binary_copy, delayed_recall, to_binary
from lstm_lib.tasks.companies import Pair, companies
from lstm_lib.tasks.counting import END, counting, counting_string, longest, next_symbols
from lstm_lib.tasks.puzzles import GatePuzzle, gate_puzzles
from lstm_lib.tasks.reber import (
    REBER_SYMBOLS,
    ReberState,
    reber,
    reber_states,
    reber_strings,
    reber_walk,
)
from lstm_lib.tasks.symbols import Symbols, ahead, one_hot, right
from lstm_lib.tasks.waves import waves, windows

__all__ = [
    "END",
    "REBER_SYMBOLS",
    "Bits",
    "GatePuzzle",
    "Pair",
    "ReberState",
    "Sums",
    "Symbols",
    "adding",
    "ahead",
    "binary_copy",
    "companies",
    "counting",
    "counting_string",
    "delayed_recall",
    "gate_puzzles",
    "longest",
    "next_symbols",
    "one_hot",
    "reber",
    "reber_states",
    "reber_strings",
    "reber_walk",
    "right",
    "to_binary",
    "waves",
    "windows",
]
