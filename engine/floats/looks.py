"""What numbers look like: rounded to a few decimals or to a half format, or probabilities."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from engine.floats.formats import BFLOAT16, FLOAT16, FLOAT32, Format

Floats = NDArray[np.float64]

SHORT_DECIMALS = 3
"""Numbers with no more decimals are typed by people; those of a half format have more, nearly all."""

FEWEST_LONG = 16
"""So many numbers with more decimals prove a half format: a random float32 is one by 2**-13 at most."""

BLOCK = 1 << 16
"""Numbers looked at together: most often the first of them tell."""

SHAPES = (0.3, 0.5, 1.0)
"""Parameters of the symmetric beta densities that sigmoid's output is compared with: sure models pile up
at both ends, others spread."""

NEAREST = 1e-6
"""Probabilities nearer to 0 or 1 count as this near."""

AGAINST_CENTRED = 10.0
"""Natural logarithm of the odds against normal logits around 0: a batch of them is mistaken for
probabilities less than once in e**10 = 22,000 (Markov's inequality for a likelihood ratio)."""

AGAINST_ANY = 3.0
"""The same against normal logits around any mean: a model with a bias may well keep its logits in [0, 1]."""

LOG_HALF = math.log(0.5)


def decimals_of(values: Floats, most: int) -> int | None:
    """The fewest decimals, from 1 to `most`, that all values have, in float64 or rounded to float32.

    Parameters
    ----------
    values : float64 array
    most : int

    Returns
    -------
    int or None
        None where some value has more.

    Examples
    --------
    >>> decimals_of(np.array([0.25, 0.5]), 4)
    2
    """
    for digits in range(1, most + 1):
        rounded = np.round(values, digits)
        if (rounded == values).all() or (rounded.astype(np.float32) == values).all():
            return digits
    return None


def half_format_of(values: Floats) -> Format | None:
    """The half format that all values are numbers of, if enough of them prove it.

    Parameters
    ----------
    values : float64 array
        Those that are not finite are passed over.

    Returns
    -------
    Format or None
        None too where most are short decimals, such as 1.5, which every format holds.

    Examples
    --------
    >>> bool(half_format_of(np.random.default_rng(0).normal(size=50).astype(np.float16).astype(float)))
    True
    """
    flat = values.ravel()
    blocks = [flat[start : start + BLOCK] for start in range(0, len(flat), BLOCK)]
    first = flat[:BLOCK]
    sample = first[np.isfinite(first)][:FEWEST_LONG]
    for form in (BFLOAT16, FLOAT16):
        if not _holds(form, sample):  # nearly always, and soon known
            continue
        if _has_long(blocks) and all(_holds(form, block) for block in blocks):
            return form
    return None


def _has_long(blocks: Iterable[Floats]) -> bool:
    """Whether enough different sizes have more decimals than people type."""
    long: Floats = np.empty(0)
    for block in blocks:
        finite = block[np.isfinite(block)]
        scaled = finite * 10.0**SHORT_DECIMALS
        long = np.unique(np.concatenate((long, np.abs(finite[scaled != np.rint(scaled)]))))
        if len(long) >= FEWEST_LONG:
            return True
    return False


def _holds(form: Format, values: Floats) -> bool:
    with np.errstate(all="ignore"):
        held = form.round(values.astype(FLOAT32.dtype)).astype(np.float64)
    return bool(((held == values) | ~np.isfinite(values)).all())


def are_probabilities(z: Floats) -> bool:
    """Whether values in [0, 1], not all alike, are probabilities rather than logits, beyond doubt.

    Notes
    -----
    Likelihood ratios: the best symmetric beta density of `SHAPES` against the best normal density.
    """
    p = np.clip(z, NEAREST, 1 - NEAREST)
    logs = float(np.log(p).sum() + np.log1p(-p).sum())
    best = max((a - 1) * logs - len(z) * _log_beta(a) for a in SHAPES)
    centred = _best_normal(float(np.mean(z**2)), len(z))
    free = _best_normal(float(np.var(z)), len(z))
    return best - centred > AGAINST_CENTRED and best - free > AGAINST_ANY


def _log_beta(a: float) -> float:
    return 2 * math.lgamma(a) - math.lgamma(2 * a)


def _best_normal(variance: float, count: int) -> float:
    """The logarithm of the density of `count` values at the normal distribution that fits best."""
    return -0.5 * count * (math.log(2 * math.pi * max(variance, 1e-30)) + 1)


def log_chance_of_row(classes: int, tolerance: float) -> float:
    """The logarithm of the chance that a row of logits lies in [0, 1] and sums to 1 within the tolerance.

    Parameters
    ----------
    classes : int
    tolerance : float

    Notes
    -----
    Each logit lies in [0, 1] by at most 1/2 if its distribution is symmetric around 0. Evenly spread ones
    have the density 1 / (C - 1)! at the sum 1, and a sum up to 1 + t by (1 + t)^C / C!.
    """
    within = math.log(2 * tolerance) - math.lgamma(classes)
    below = classes * math.log1p(tolerance) - math.lgamma(classes + 1)
    return classes * LOG_HALF + min(within, below, 0.0)
