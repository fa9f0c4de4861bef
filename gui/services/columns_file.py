"""Columns of numbers as a file for other programs, CSV or NPZ, and what the columns of a formula are called.

Numbers round-trip: CSV has the shortest decimals that give the float64 of the same value back, NPZ has the
arrays themselves (bfloat16, which .npy cannot name, widened to float32, which holds it exactly).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import BFLOAT16, Column, GradientRegime, Regime, absolute_error, relative_error

ROWS = 500
"""Rows of CSV made at a time."""

Columns = Mapping[str, NDArray[Any]]
"""Arrays of equally many rows by name; those of two dimensions have a class in each of their columns.

What is no column but one text has no dimension; it stands in a CSV file's first row.
"""


def loss_columns(column: Column) -> dict[str, NDArray[Any]]:
    """A formula's loss and how it fails, each under ``<key>.<quantity>``."""
    truth = column.truth.loss
    quantities = {
        "loss": column.loss,
        "true_loss": truth,
        "absolute_error": absolute_error(column.loss, truth),
        "relative_error": relative_error(column.loss, truth),
        "error_ulp": column.error_ulp,
        "bits_lost": column.error_bits,
        "regime": _words(column.regimes, Regime),
    }
    return _named(column, quantities)


def gradient_columns(
    column: Column, gradient: NDArray[Any], truth: NDArray[Any], regimes: NDArray[np.uint8]
) -> dict[str, NDArray[Any]]:
    """A formula's gradient, or a part of it, and how it fails, each under ``<key>.<quantity>``."""
    quantities = {
        "gradient": gradient,
        "true_gradient": truth,
        "gradient_regime": _words(regimes, GradientRegime),
    }
    return _named(column, quantities)


def _named(column: Column, quantities: Columns) -> dict[str, NDArray[Any]]:
    return {f"{column.formula.key}.{name}": values for name, values in quantities.items()}


def _words(codes: NDArray[np.uint8], kind: type[Regime] | type[GradientRegime]) -> NDArray[np.str_]:
    return np.array([regime.name.lower().replace("_", " ") for regime in kind])[codes]


def csv_pieces(
    columns: Columns, class_names: Sequence[str] = (), about: Sequence[str] = ()
) -> Iterator[bytes]:
    """A CSV file: what it is about in lines that begin with '#', a line of names, then a line a row."""
    yield "".join(f"# {line}\n" for line in about).encode()
    yield csv_head(columns, class_names)
    yield from csv_rows(columns, class_names)


def csv_head(columns: Columns, class_names: Sequence[str]) -> bytes:
    """The line of names."""
    alone = [name for name, values in columns.items() if values.ndim == 0]
    return _lines([(*(name for name, _ in _flattened(columns, class_names)), *alone)])


def csv_rows(columns: Columns, class_names: Sequence[str], *, is_first: bool = True) -> Iterator[bytes]:
    """The lines of rows, of all or of some; what is no column stands in the first one of the file."""
    flat = [values for _, values in _flattened(columns, class_names)]
    alone = [values for values in columns.values() if values.ndim == 0]
    for first in range(0, len(flat[0]), ROWS):
        texts = [_texts(values[first : first + ROWS]) for values in flat]
        count = len(texts[0])
        says = is_first and first == 0
        texts += [[str(values) if says else "", *[""] * (count - 1)] for values in alone]
        yield _lines(list(zip(*texts, strict=True)))


def npz_pieces(columns: Columns, about: Sequence[str] = ()) -> Iterator[bytes]:
    """An NPZ file: each column an array, and what it is about, if anything, as ``metadata``."""
    file = io.BytesIO()
    arrays = {name: storable(values) for name, values in columns.items()}
    if about:
        arrays["metadata"] = np.array(about)
    np.savez_compressed(file, allow_pickle=False, **arrays)
    yield file.getvalue()


def storable(values: NDArray[Any]) -> NDArray[Any]:
    """An array that .npy can name."""
    return values.astype(np.float32) if values.dtype == BFLOAT16.dtype else values


def _flattened(columns: Columns, class_names: Sequence[str]) -> Iterator[tuple[str, NDArray[Any]]]:
    for name, values in columns.items():
        if values.ndim == 1:
            yield name, values
        elif values.ndim:
            yield from zip((f"{name}[{each}]" for each in class_names), values.T, strict=True)


def _texts(values: NDArray[Any]) -> list[str]:
    if values.dtype.kind in "iU":
        return list(map(str, values.tolist()))
    return list(map(repr, values.astype(np.float64).tolist()))


def _lines(rows: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
