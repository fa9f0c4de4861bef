"""Gradients whose target lies next to the row's own softmax, many at a time.

A model that learns from another one (distillation) comes to targets that are its own softmax, rounded:
every element of softmax(z) - t cancels. In triple-double arithmetic all are certain but one in some
1e5, which cancels further by chance and goes to `engine.exact.hard_cases`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.exact.double_double import FARTHEST_ORDINARY_ARGUMENT, DoubleDouble, Floats, two_sum
from engine.exact.triple_double import TripleDouble, exp, from_float64

_TRUSTED_RESIDUE = 2.0**-71
"""A difference this large beside its terms keeps 53 of the 124 bits that both are good for."""

_SMALLEST_TERM = 2.0**-900
"""A term this large has its three parts above 2**-1074, the last place that float64 has."""


def is_trusted(remainder: DoubleDouble, term: TripleDouble) -> NDArray[np.bool_]:
    """Where a difference is large enough beside its positive first term."""
    large_enough = np.abs(remainder.high) >= _TRUSTED_RESIDUE * term.high
    return np.asarray(large_enough & (term.high >= _SMALLEST_TERM))


def close_residuals(logits: Floats, coefficients: TripleDouble) -> tuple[Floats, NDArray[np.bool_]]:
    """(e_i * sum of the other a_k - a_i * sum of the other e_k) / (sum of all e_k), e_k = exp(z_k).

    Parameters
    ----------
    logits : (C, N) array
        Finite or -inf, at least one of each row finite.
    coefficients : TripleDouble, (C, N)
        Each row's a_k, none negative or above 2**500; overwritten.

    Returns
    -------
    (C, N) float64 array, (C, N) mask
        The values, and where they can be trusted.

    Notes
    -----
    An element in doubt has a share of sum(a) that lies next to its softmax. Both are 1/2 at most for all
    but the first largest, so that sum(a) and sum(e) do there for the sums of the others.
    """
    largest, zero = (np.argmax(logits, axis=0), np.arange(logits.shape[1])), from_float64(np.zeros(()))
    top = logits[largest]
    absent = np.isneginf(logits)
    high, low = two_sum(np.where(absent, top, logits), -top)
    far = high < -FARTHEST_ORDINARY_ARGUMENT
    high[far] = low[far] = 0.0
    powers = exp(DoubleDouble(high, low))
    own = coefficients[largest]
    powers[absent] = powers[largest] = coefficients[largest] = zero
    others, other_mass = powers.sum(), coefficients.sum()
    total, mass = others + from_float64(np.ones(())), other_mass + own
    gain = powers * mass
    numerator = gain - coefficients * total
    gain[largest], numerator[largest] = other_mass, other_mass - own * others
    remainder = numerator.to_double_double()
    trusted = is_trusted(remainder, gain) & ~far.any(axis=0)
    return (remainder / total.to_double_double()).to_float64(), trusted
