"""Strings with as many b as a: whoever predicts where they end has counted."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lstm_lib import _validate
from lstm_lib.course.tasks import symbols

if TYPE_CHECKING:
    from numpy import ndarray

END = "T"  # stands before and after every string


def counting_string(n: int, letters: str = "ab") -> str:
    """Return every letter n times: a^n b^n, or a^n b^n c^n with letters "abc".

    Args:
        n: 0 or more.
        letters: two letters or more, each once, and none of them T.
    """
    n = _validate.count("n", n)
    return "".join(letter * n for letter in _letters(letters))


def next_symbols(text: str, letters: str = "ab") -> str:
    """Return the symbols that may follow the beginning of a string, "" if it is none.

    An a may always follow an a, for nobody knows n yet; after the first b all is settled.

        text          ""  a   aa  aab aabb aba
        may follow    a   ab  ab  b   T    nothing

    Args:
        text: the beginning of a string, without the T before it.
        letters: as in `counting_string`.
    """
    first = _letters(letters)[0]
    n = _validate.instance("text", text, str).count(first)
    whole = counting_string(n, letters) + END
    if not whole.startswith(text):
        return ""
    if text == first * n:
        return letters[: 1 + (n > 0)]
    return whole[len(text) :][:1]


def counting(ns: Sequence[int], letters: str = "ab") -> symbols.Symbols:
    """Return a^n b^n for each n, framed by T: after each symbol, what may come next.

        symbol      T   a   a   b   b
        target      a   a   b   b   T
        may follow  a   ab  ab  b   T

    Args:
        ns: an n for each string, 1 or more.
        letters: as in `counting_string`.

    Returns:
        Symbols with a column per letter and one for T; a string has 1 + n len(letters) steps.

    Source: after Gers & Schmidhuber (2001), who train on n from 1 to 10 and ask for all symbols
        that may follow.
    """
    _validate.sequence("ns", ns)
    ns = [_validate.count(f"ns[{k}]", n, at_least=1) for k, n in enumerate(ns)]
    strings = [counting_string(n, letters) for n in ns]
    legal = [_may_follow(n, letters) for n in ns]
    return symbols.batch([END + string + END for string in strings], legal, letters + END)


def longest(
    predict: "Callable[[ndarray], ndarray]",
    letters: str = "ab",
    threshold: float = 0.5,
    at_most: int = 1000,
) -> int:
    """Return the largest n up to which `predict` is right about every string, 0 if not even 1.

    Args:
        predict: from x, (batch_size, seq_len, symbols), to predictions of the same shape.
        letters: as in `counting_string`.
        threshold: above it a symbol counts as predicted: 0.5 for probabilities, 0 for logits.
        at_most: no longer strings are tried.
    """
    at_most, block = _validate.count("at_most", at_most, at_least=1), 25
    for start in range(1, at_most + 1, block):
        strings = counting(range(start, min(start + block, at_most + 1)), letters)
        good = symbols.right(predict(strings.x), strings.legal, strings.lengths, threshold)
        if not good.all():
            return start - 1 + int(good.argmin())
    return at_most


def _may_follow(n: int, letters: str) -> list[str]:
    """Return what may follow T and each symbol of a^n b^n, without a look at every beginning."""
    settled = counting_string(n, letters)[n + 1 :] + END
    return [letters[0], *[letters[:2]] * n, *settled]


def _letters(letters: Any) -> str:
    """Return `letters` if a string can be made of them."""
    _validate.instance("letters", letters, str)
    if len(letters) < 2 or len(set(letters)) < len(letters) or END in letters:
        raise ValueError(f"letters must be two or more, each once, and no {END}, got {letters!r}")
    return letters
