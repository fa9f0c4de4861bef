"""The two constants by which PyTorch keeps BCELoss and its gradient finite."""

from __future__ import annotations

import numpy as np

LOG_CLAMP = -100.0
"""BCELoss takes no logarithm for smaller than this (aten/src/ATen/native/Loss.cpp, and its documentation)."""

EPSILON = float(np.float32(1e-12))
"""Smallest denominator of BCELoss's gradient: ``constexpr float EPSILON = 1e-12`` (Loss.cpp)."""
