"""The four float formats PyTorch's losses run in, and distances between their floats.

A distance is counted in *floats*: neighbouring representable numbers of one format are one apart.
That is the unit of every error shown by the application (ULP, bits lost), and, because it is a
plain integer line, also the unit in which the edges of regimes are bisected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FloatArray = NDArray[Any]
"""An array in one of the four formats (``ml_dtypes.bfloat16`` has no NumPy scalar type to name)."""


@dataclass(frozen=True, slots=True)
class Format:
    """One float format.

    Attributes
    ----------
    name : str
        PyTorch's name of it: ``float16``, ``bfloat16``, ``float32`` or ``float64``.
    dtype : numpy.dtype
    integer : numpy.dtype
        The signed integer of the same width.
    precision : int
        Bits of the significand, the hidden one included.
    eps, max, smallest_normal, smallest_subnormal : float
        Exact values, as Python floats.
    """

    name: str
    dtype: np.dtype[Any]
    integer: np.dtype[Any]
    precision: int
    eps: float
    max: float
    smallest_normal: float
    smallest_subnormal: float

    @property
    def is_half(self) -> bool:
        """Whether PyTorch computes it in float32 and rounds (float16, bfloat16)."""
        return self.dtype.itemsize == 2

    def round(self, values: ArrayLike) -> FloatArray:
        """Round to this format as PyTorch does; too large becomes inf without a warning.

        Notes
        -----
        To nearest, ties to even. A float64 number becomes one of a half format by way of float32, and so
        may become the next but one of its neighbours: 0.83154296875 + 2**-40 the even float16 below.
        """
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            return narrowed(np.asarray(values), self.dtype, copy=True)

    def nearest(self, values: NDArray[np.float64]) -> FloatArray:
        """The float of this format next to each value, ties to the even one.

        Parameters
        ----------
        values : float64 array, any shape

        Returns
        -------
        array of the same shape and of this format

        Notes
        -----
        `round` is what PyTorch makes of a number, by way of float32 for the half formats: two roundings,
        which a true value must not go through. Here the first is to odd, which leaves the second its say
        (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
        """
        return self.round(_to_odd(values) if self.is_half else values)

    def __str__(self) -> str:
        return self.name


def _describe(name: str, dtype: DTypeLike) -> Format:
    info = ml_dtypes.finfo(dtype)  # type: ignore[no-untyped-call]  # ml_dtypes leaves it untyped
    kind = np.dtype(dtype)
    return Format(
        name=name,
        dtype=kind,
        integer=np.dtype(f"i{kind.itemsize}"),
        precision=int(info.nmant) + 1,
        eps=float(info.eps),
        max=float(info.max),
        smallest_normal=float(info.smallest_normal),
        smallest_subnormal=float(info.smallest_subnormal),
    )


FLOAT16 = _describe("float16", np.float16)
BFLOAT16 = _describe("bfloat16", ml_dtypes.bfloat16)
FLOAT32 = _describe("float32", np.float32)
FLOAT64 = _describe("float64", np.float64)

FORMATS: tuple[Format, ...] = (FLOAT16, BFLOAT16, FLOAT32, FLOAT64)


def _to_odd(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """The float32 that holds each value, or else of the two around it the one whose last bit is 1."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        nearest = np.asarray(values).astype(np.float32)
        held = nearest.astype(np.float64)
    bits = nearest.view(np.int32)
    to_move = (held != values) & (bits & 1 == 0) & ~np.isnan(values)
    # Bits count magnitudes: one more is one float further from 0.
    step = np.where(np.abs(values) > np.abs(held), np.int32(1), np.int32(-1))
    return np.where(to_move, bits + step, bits).astype(np.int32).view(np.float32)


_NARROWED_FROM = frozenset({FLOAT32.dtype, FLOAT64.dtype})


def narrowed(values: FloatArray, dtype: np.dtype[Any], *, copy: bool = False) -> FloatArray:
    """``values.astype(dtype)`` as PyTorch rounds, as fast for float16 as for the other formats.

    Notes
    -----
    NumPy rounds float64 to float16 at once; PyTorch rounds it to float32 first (c10/util/Half.h), as
    ml_dtypes does on the way to bfloat16.

    NumPy reports every element that underflows in float16 to the processor, at 0.1 microseconds each:
    of the probabilities of ten classes often a third. So subnormal results are rounded before, by a sum
    in which the last place is the format's least number, and nothing is left to report.
    """
    if dtype == FLOAT16.dtype and values.dtype in _NARROWED_FROM:
        values = values.astype(np.float32, copy=False)
        size = np.abs(values)
        subnormal = size < FLOAT16.smallest_normal
        if subnormal.any():
            anchor = size.dtype.type(1.5 * FLOAT16.smallest_subnormal / float(np.finfo(size.dtype).eps))
            values = np.where(subnormal, np.copysign((size + anchor) - anchor, values), values)
    return values.astype(dtype, copy=copy)


_BY_DTYPE = {known.dtype: known for known in FORMATS}


def format_of(kind: str | DTypeLike) -> Format:
    """The format with this name or dtype.

    Parameters
    ----------
    kind : str or dtype

    Returns
    -------
    Format

    Raises
    ------
    TypeError
        If it is none of the four.
    """
    if isinstance(kind, np.dtype) and kind in _BY_DTYPE:  # nearly always, and many times an evaluation
        return _BY_DTYPE[kind]
    for known in FORMATS:
        if kind == known.name:
            return known
    try:
        dtype = np.dtype(np.void if kind is None else kind)
    except TypeError:
        dtype = np.dtype(np.void)  # not None, which NumPy takes for float64
    for known in FORMATS:
        if dtype == known.dtype:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise TypeError(f"expected one of the float formats {names}, got {kind!r}")


def ordinals(values: FloatArray) -> NDArray[np.int64]:
    """Number the floats of a format along the real line.

    Parameters
    ----------
    values : array of one of the four formats, any shape

    Returns
    -------
    int64 array of the same shape
        0 for both zeros, 1 for the smallest subnormal, -1 for its negative and so on; inf is one
        past the largest finite float. nan gets a number past inf that means nothing: mask it.

    Raises
    ------
    TypeError
        If `values` is in none of the four formats.

    Notes
    -----
    IEEE 754 orders floats of one sign as their bit patterns, so a negative float's ordinal is minus
    its magnitude bits (Dawson, "Comparing floating point numbers", 2012).
    """
    array = np.asarray(values)
    fmt = format_of(array.dtype)
    bits = array.view(fmt.integer)
    sign = bits >> (8 * fmt.dtype.itemsize - 1)  # -1 for negative floats, else 0
    magnitude = bits & np.iinfo(fmt.integer).max
    return np.asarray(((magnitude ^ sign) - sign).astype(np.int64))


def from_ordinals(numbers: ArrayLike, fmt: Format) -> FloatArray:
    """The floats with these ordinals: the inverse of `ordinals`, with 0 giving +0.

    Parameters
    ----------
    numbers : array of integers, any shape
        From -inf's ordinal to inf's.
    fmt : Format

    Returns
    -------
    array of the same shape and of that format
    """
    number = np.asarray(numbers, dtype=np.int64)
    magnitude = np.abs(number).astype(fmt.integer)
    lowest = np.iinfo(fmt.integer).min
    bits: NDArray[Any] = np.where(number < 0, magnitude | fmt.integer.type(lowest), magnitude)
    return bits.astype(fmt.integer).view(fmt.dtype)


def floats_apart(first: FloatArray, second: FloatArray) -> NDArray[np.float64]:
    """How many steps from one float to the next lie between two arrays of one format.

    Parameters
    ----------
    first, second : arrays of one of the four formats
        They broadcast.

    Returns
    -------
    float64 array

    Notes
    -----
    0 for equal values (and for -0 and +0, nan and nan), nan where only one of the two is nan.
    Exact up to 2**53; larger float64 distances are rounded.
    """
    a, b = np.asarray(first), np.asarray(second)
    one, other = ordinals(a), ordinals(b)
    if a.dtype.itemsize < one.dtype.itemsize:
        distance = np.abs(one - other)
    else:
        # Two's complement: the wrapped difference of the larger and the smaller is the true distance.
        with np.errstate(over="ignore"):
            distance = np.maximum(one, other).view(np.uint64) - np.minimum(one, other).view(np.uint64)
    apart = np.asarray(distance.astype(np.float64))
    nan_a, nan_b = np.isnan(a), np.isnan(b)
    if not (nan_a.any() or nan_b.any()):
        return apart
    return np.where(nan_a ^ nan_b, np.nan, np.where(nan_a & nan_b, 0.0, apart))


def next_float(values: FloatArray, steps: int = 1) -> FloatArray:
    """The float `steps` further up (down where negative); stops at -inf and inf.

    Parameters
    ----------
    values : array of one of the four formats, any shape
    steps : int

    Returns
    -------
    array of the same shape and format
        nan stays nan.

    Raises
    ------
    TypeError
        If `values` is in none of the four formats.
    """
    array = np.asarray(values)
    fmt = format_of(array.dtype)
    last = int(ordinals(fmt.dtype.type(np.inf)))
    moved = from_ordinals(np.clip(ordinals(array) + steps, -last, last), fmt)
    return np.where(np.isnan(array), array, moved)


def ulp(values: FloatArray) -> NDArray[np.float64]:
    """The distance from each value's magnitude to the next larger float of its format.

    Parameters
    ----------
    values : array of one of the four formats, any shape

    Returns
    -------
    float64 array of the same shape
        inf at the largest float, nan at inf and nan.

    Raises
    ------
    TypeError
        If `values` is in none of the four formats.
    """
    array = np.abs(np.asarray(values))
    here = array.astype(np.float64)
    above = next_float(array).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(above - here)
