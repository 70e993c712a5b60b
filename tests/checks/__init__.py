"""Answers to the exercises, a table for each chapter, and the contract that every check keeps."""

from typing import Any, NamedTuple


class Answers(NamedTuple):
    """What is given to one check; to one of two answers, pairs."""

    right: list[Any]
    mistakes: list[tuple[Any, str]]  # with a part of the hint that each should get
    secrets: tuple[str, ...] = ()  # what no hint may say; a right number need not be here
