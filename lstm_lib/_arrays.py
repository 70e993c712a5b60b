"""Errors for people, about arrays: the NumPy part of `_validate`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import ndarray


def float_type(name: str, dtype: Any) -> np.dtype:
    """Return `dtype` as float64 or float32, or say that it is neither."""
    try:
        found = None if dtype is None else np.dtype(dtype)
    except TypeError:
        found = None
    if found not in (np.float32, np.float64):
        raise ValueError(f"{name} must be float64 or float32, got {dtype!r}")
    return found


def array(name: str, values: object, shape: Sequence[int | str], dtype: np.dtype) -> ndarray:
    """Return a copy of `values` as an array of finite numbers.

    Args:
        name: what the caller calls it.
        values: an array, or what NumPy makes one of.
        shape: the size of each axis, or its name where any size from 1 on is good.
        dtype: of the copy.
    """
    found = numbers(name, values)
    fits = len(found.shape) == len(shape) and all(
        have >= 1 if isinstance(want, str) else have == want
        for have, want in zip(found.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} must have shape ({wanted}), got {found.shape}")
    with np.errstate(over="ignore"):  # 1e300 is infinite in float32, and refused as such
        found = found.astype(dtype)
    if not np.isfinite(found).all():
        raise ValueError(f"{name} must hold finite {dtype} numbers, got nan or infinity in it")
    return found


def numbers(name: str, values: object) -> ndarray:
    """Return `values` as an array of real numbers, or say that it is none."""
    try:
        found = np.asarray(values)
    except ValueError:  # rows of different lengths
        raise ValueError(f"{name} must be an array, got rows of different lengths") from None
    if found.dtype.kind not in "biuf":
        raise TypeError(f"{name} must be an array of numbers, got {short(values)}")
    return found


def short(value: object, limit: int = 60) -> str:
    """Return `value` as Python writes it, cut where it gets long."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}..."
