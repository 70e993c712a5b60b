"""The embedded Reber grammar: whoever predicts its last but one symbol remembers the second."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Any, NamedTuple

from lstm_lib import _validate
from lstm_lib.course.tasks import symbols

REBER_SYMBOLS = "BTPSXVE"

# The Reber grammar: which symbol leads from each of its places to which.
_INNER: tuple[dict[str, int], ...] = (
    {"B": 1},
    {"T": 2, "P": 3},
    {"S": 2, "X": 4},
    {"T": 3, "V": 5},
    {"X": 3, "S": 6},
    {"P": 4, "V": 6},
    {"E": 7},
    {},
)
_PLACES = ((0, 0), (1, 0), (2, 1), (2, -1), (3, 1), (3, -1), (4, 0), (5, 0))


class ReberState(NamedTuple):
    """A state of the automaton.

    Fields:
        place: (x, y) in a picture, x from 0 to 9 to the right, y from -3 to 3 upwards.
        arrows: the name of the state that each legal symbol leads to; none at the end.
    """

    place: tuple[float, float]
    arrows: dict[str, str]


def reber_states() -> dict[str, ReberState]:
    """Return the automaton of the embedded Reber grammar: its states by name, "start" first.

    After B, a T or a P decides which of two equal Reber grammars is walked through, with states
    T0 to T7 or P0 to P7; the same symbol has to come again before the closing E.

    Source: Hochreiter & Schmidhuber (1997), figures 3 and 4, after Reber (1967) and Cleeremans,
        Servan-Schreiber & McClelland (1989).
    """
    states = {
        "start": ReberState((0, 0), {"B": "branch"}),
        "branch": ReberState((1, 0), {"T": "T0", "P": "P0"}),
    }
    for branch, height in (("T", 2), ("P", -2)):
        for k, (arrows, (x, y)) in enumerate(zip(_INNER, _PLACES, strict=True)):
            inside = {symbol: f"{branch}{to}" for symbol, to in arrows.items()}
            states[f"{branch}{k}"] = ReberState((x + 2, y + height), inside or {branch: "last"})
    return states | {"last": ReberState((8, 0), {"E": "end"}), "end": ReberState((9, 0), {})}


def reber_walk(text: str) -> tuple[str, ...]:
    """Return the names of the states a string leads through, "start" first: one more than symbols.

    Raises:
        ValueError: a symbol may not stand where it does.
    """
    states, walked = reber_states(), ["start"]
    for place, symbol in enumerate(_validate.instance("text", text, str), 1):
        arrows = states[walked[-1]].arrows
        if symbol not in arrows:
            legal = " or ".join(arrows) or "nothing more"
            raise ValueError(
                f"text must have {legal} as symbol {place}, got {symbol!r} in {text!r}"
            )
        walked.append(arrows[symbol])
    return tuple(walked)


def reber_next(text: str) -> str:
    """Return the symbols that may follow the beginning of a string, "" if it is none."""
    try:
        return "".join(reber_states()[reber_walk(text)[-1]].arrows)
    except ValueError:
        return ""


def reber_twin(text: str) -> str:
    """Return the string that is the same but for its second symbol, and the one that repeats it.

    Args:
        text: the beginning of a string, or a whole one.
    """
    swapped = {1, *(k for k, name in enumerate(reber_walk(text)[1:]) if name == "last")}
    other = {"T": "P", "P": "T"}
    return "".join(other[s] if k in swapped else s for k, s in enumerate(text))


def reber_strings(count: int, seed: int = 0, avoid: Iterable[str] = ()) -> tuple[str, ...]:
    """Return different strings of the embedded Reber grammar, in the order they were drawn.

    At every fork either way has probability 1/2. A string that was there already, or is one of
    `avoid`, is drawn again: so the many short ones do not crowd out the rest, and a test set can
    be kept apart from a training set.

    Args:
        count: how many, at least 1.
        seed: of the draw.
        avoid: strings that must not be among them.
    """
    count = _validate.count("count", count, at_least=1)
    draw = Random(_validate.count("seed", seed))
    states, avoided = reber_states(), set(_texts("avoid", avoid))
    strings: dict[str, None] = {}  # in order, each once
    while len(strings) < count:
        string = _draw_string(states, draw)
        if string not in avoided:
            strings[string] = None
    return tuple(strings)


def reber(strings: Sequence[str]) -> symbols.Symbols:
    """Return strings of the embedded Reber grammar as a batch: what may follow each symbol.

        symbol      B   T   B   T   X   S   E   T
        target      T   B   T   X   S   E   T   E
        may follow  TP  B   TP  SX  XS  E   T   E

    Args:
        strings: whole strings, from B to E, such as `reber_strings` returns.

    Returns:
        Symbols with the columns B, T, P, S, X, V, E; a string has one step less than symbols,
        for nothing follows its last E.
    """
    strings, states = _texts("strings", strings), reber_states()
    walks = [reber_walk(string) for string in strings]
    for string, walk in zip(strings, walks, strict=True):
        if walk[-1] != "end":
            raise ValueError(f"strings must be whole, from B to the last E, got {string!r}")
    legal = [["".join(states[name].arrows) for name in walk[1:-1]] for walk in walks]
    return symbols.batch(strings, legal, REBER_SYMBOLS)


def continual_reber(count: int, seq_len: int, seed: int = 0) -> symbols.Symbols:
    """Return streams of embedded Reber strings, one after the other without a break.

    Nothing says where a string ends but its own last E: who reads on has to let go of what it
    kept for the string before. After that E only a B may follow.

    Args:
        count: how many streams, at least 1.
        seq_len: steps of each, at least 1; the last string may be cut off.
        seed: of the draw.

    Returns:
        Symbols as of `reber`, all streams equally long.

    Source: Gers, Schmidhuber & Cummins (2000), section 4.1, the continual embedded Reber problem.
    """
    count = _validate.count("count", count, at_least=1)
    seq_len = _validate.count("seq_len", seq_len, at_least=1)
    draw, states = Random(_validate.count("seed", seed)), reber_states()
    streams, legal = [], []
    for _ in range(count):
        stream, steps = "", []
        while len(stream) <= seq_len:
            string = _draw_string(states, draw)
            stream += string
            steps += ["".join(states[name].arrows) or "B" for name in reber_walk(string)[1:]]
        streams.append(stream[: seq_len + 1])
        legal.append(steps[:seq_len])
    return symbols.batch(streams, legal, REBER_SYMBOLS)


def _draw_string(states: dict[str, ReberState], draw: Random) -> str:
    """Return one string, a fair coin at every fork."""
    name, string = "start", []
    while states[name].arrows:
        symbol = draw.choice(list(states[name].arrows))
        string.append(symbol)
        name = states[name].arrows[symbol]
    return "".join(string)


def _texts(name: str, texts: Any) -> list[str]:
    """Return `texts` as a list of strings."""
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise TypeError(f"{name} must be a sequence of strings, got {texts!r}")
    return [_validate.instance(f"{name}[{k}]", text, str) for k, text in enumerate(texts)]
