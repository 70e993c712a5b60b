"""Strings that only somebody who counts can predict."""

import re
from itertools import product

import numpy as np
import pytest

from lstm_lib.course.tasks.counting import END, counting, counting_string, longest, next_symbols
from lstm_lib.course.tasks.symbols import one_hot

LANGUAGES = {"ab": 7, "abc": 5}  # letters, and the longest beginnings that are tried


def followers(text, letters, most):
    """Return what may follow by looking through all strings of the language."""
    strings = ["".join(letter * n for letter in letters) + END for n in range(1, most + 2)]
    found = {string[len(text)] for string in strings if string.startswith(text) and text != string}
    return "".join(symbol for symbol in letters + END if symbol in found)


def counts(x):
    """Return the legal symbols for one-hot inputs, by counting: a network that is never wrong."""
    a, b, _ = np.cumsum(x, axis=1).transpose(2, 0, 1)
    legal = [(b == 0), ((a > b) & (a > 0)), ((a == b) & (a > 0))]
    return np.stack(legal, axis=2).astype(float)


# --- strings ----------------------------------------------------------------------------------


def test_strings_by_hand():
    assert counting_string(2) == "aabb"
    assert counting_string(3, "abc") == "aaabbbccc"
    assert counting_string(0) == ""


@pytest.mark.parametrize(("letters", "most"), LANGUAGES.items())
def test_next_symbols_are_those_of_all_strings(letters, most):
    for size in range(most + 1):
        for symbols in product(letters + END, repeat=size):
            text = "".join(symbols)
            assert next_symbols(text, letters) == followers(text, letters, most), text


def test_the_table_of_the_docstring():
    found = [next_symbols(text) for text in ("", "a", "aa", "aab", "aabb", "aba", "aabbT")]
    assert found == ["a", "ab", "ab", "b", "T", "", ""]


# --- batches ----------------------------------------------------------------------------------


def test_a_batch_by_hand():
    x, targets, legal, lengths = counting([2, 1])
    a, b, end = np.eye(3).tolist()
    assert x[0].tolist() == [end, a, a, b, b]
    assert targets.tolist() == [[0, 0, 1, 1, 2], [0, 1, 2, -1, -1]]
    assert legal[0].tolist() == [a, [1, 1, 0], [1, 1, 0], b, end]
    assert x[1].tolist() == [end, a, b, [0] * 3, [0] * 3]
    assert legal[1].tolist() == [a, [1, 1, 0], end, [0] * 3, [0] * 3]
    assert lengths.tolist() == [5, 3]


@pytest.mark.parametrize("letters", LANGUAGES)
def test_a_batch_is_what_next_symbols_say(letters):
    ns = [4, 1, 7]
    batch = counting(ns, letters)
    for k, n in enumerate(ns):
        string = counting_string(n, letters)
        assert batch.lengths[k] == 1 + n * len(letters)
        for t in range(1 + len(string)):
            legal = next_symbols(string[:t], letters)
            wanted = one_hot(legal, letters + END).sum(axis=0)
            assert batch.legal[k, t].tolist() == wanted.tolist()
            assert (letters + END)[batch.targets[k, t]] == (string + END)[t]
            assert batch.x[k, t].tolist() == one_hot((END + string)[t], letters + END)[0].tolist()


def test_padding_is_empty():
    batch = counting([3, 1])
    assert not batch.x[1, 3:].any()
    assert not batch.legal[1, 3:].any()
    assert (batch.targets[1, 3:] == -1).all()


# --- how far it goes --------------------------------------------------------------------------


def test_who_counts_is_never_wrong():
    assert longest(counts, at_most=60) == 60


@pytest.mark.parametrize("limit", [1, 2, 10, 24, 25, 26, 50, 51])
def test_longest_stops_before_the_first_mistake(limit):
    def forgets(x):
        ones = counts(x)
        wrong = x[:, :, 0].sum(axis=1) == limit + 1  # larger n are right again
        ones[wrong, -1] = ones[wrong, 0] = 0.0
        return ones

    assert longest(forgets, at_most=80) == limit


@pytest.mark.parametrize("at_most", [1, 25, 26, 51, 60])
def test_the_longest_string_is_tried_too(at_most):
    tried = []
    longest(lambda x: tried.extend(x[:, :, 0].sum(axis=1)) or counts(x), at_most=at_most)
    assert tried == list(range(1, at_most + 1))


def test_nothing_right_is_zero():
    assert longest(lambda x: np.zeros(x.shape)) == 0


def test_longest_uses_letters_and_threshold():
    assert longest(lambda x: 4 * counts(x) - 3, threshold=0, at_most=5) == 5
    assert longest(lambda x: 0.4 * counts(x), at_most=5) == 0
    asked = []
    longest(lambda x: asked.append(x.shape) or np.zeros(x.shape), letters="abc")
    assert asked == [(25, 76, 4)]


# --- bad input --------------------------------------------------------------------------------

BAD_INPUT = [
    (lambda: counting_string(-1), ValueError, "n must be at least 0, got -1"),
    (lambda: counting_string(1.0), TypeError, "n must be a whole number"),
    (lambda: counting_string(1, "a"), ValueError, "letters must be two or more"),
    (lambda: counting_string(1, "aba"), ValueError, "letters must be two or more, each once"),
    (
        lambda: counting_string(1, "aT"),
        ValueError,
        "letters must be two or more, each once, and no",
    ),
    (lambda: counting_string(1, ["a", "b"]), TypeError, "letters must be a str"),
    (lambda: next_symbols(None), TypeError, "text must be a str"),
    (lambda: next_symbols("", "a"), ValueError, "letters"),
    (lambda: counting([]), ValueError, "ns must hold at least one"),
    (lambda: counting(3), TypeError, "ns must be a sequence"),
    (lambda: counting([1, 0]), ValueError, "ns[1] must be at least 1, got 0"),
    (lambda: counting([1.5]), TypeError, "ns[0] must be a whole number"),
    (lambda: counting([1], "a"), ValueError, "letters"),
    (lambda: longest(counts, at_most=0), ValueError, "at_most must be at least 1"),
    (lambda: longest(lambda x: x[:, :1]), ValueError, "predictions must have shape (25, 51, 3)"),
]


@pytest.mark.parametrize(("act", "error", "names"), BAD_INPUT)
def test_bad_input_is_named(act, error, names):
    with pytest.raises(error, match=f"^{re.escape(names)}"):
        act()
