"""Distinct values in order: `numpy.unique` without `numpy.ma`, whose import would cost the start 30 ms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values of an array of one dimension, ascending; nan is not expected."""
    ordered = np.sort(values)
    return ordered[_firsts(ordered)]


def distinct_places(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The distinct values of an array of any shape, ascending, and each element's place among them.

    Returns
    -------
    values : array of one dimension
    places : intp array of the shape given
    """
    flat = values.ravel()
    order = np.argsort(flat, kind="stable")
    ordered = flat[order]
    firsts = _firsts(ordered)
    places = np.empty(flat.shape, dtype=np.intp)
    places[order] = np.cumsum(firsts) - 1
    return ordered[firsts], places.reshape(values.shape)


def _firsts(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    firsts = np.ones(ordered.shape, dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=firsts[1:])
    return firsts
