"""One thing that an evaluation shows and its user should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.bool_]
"""Which rows something holds for, shape (N,)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A silent mistake, or the reason for a loss that surprises.

    Attributes
    ----------
    key : str
        Which one, for example ``target_outside``.
    rows : tuple of int
        The rows it holds for, from 0 on; empty where it is about the problem as a whole.
    text : str
        What to say, in English, with named fields: the form that is translated.
    values : mapping
        The fields' values: Python numbers and strings. Rows among them count from 1.
    formula : str or None
        The key of the formula it is about; None where it holds for all.
    """

    key: str
    rows: tuple[int, ...]
    text: str
    values: Mapping[str, Any]
    formula: str | None = None

    @property
    def message(self) -> str:
        """The text with its values filled in."""
        return self.text.format(**self.values)


def finding(
    key: str, text: str, *, at: Rows | None = None, formula: str | None = None, **values: Any
) -> Finding:
    """A finding whose text may name `count`, `total` and `row` (the first one) of the rows `at`."""
    rows: tuple[int, ...] = ()
    if at is not None:
        rows = tuple(np.flatnonzero(at).tolist())
        values |= {"count": len(rows), "total": len(at)}
        if rows:
            values["row"] = rows[0] + 1
    return Finding(key, rows, text, MappingProxyType(values), formula)


def first(values: NDArray[Any], at: Rows) -> float:
    """The value in the first of these rows."""
    return float(values[int(np.argmax(at))])
