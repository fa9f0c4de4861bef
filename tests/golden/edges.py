"""Logits at which some formula changes what it gives: the tables of extreme logits and measured edges."""

from __future__ import annotations

import math

import torch
from recorder import tensor

# Both sides of every failure in all four formats, the signed zeros, and what is not finite.
LOGITS = (
    *(-1e4, -745.0, -710.0, -200.0, -104.0, -103.0, -100.0, -89.0, -88.0, -50.0, -28.0, -20.0, -17.0, -16.0),
    *(-8.5, -5.0, -1.0, -1e-5, -0.0, 0.0, 1e-5, 1.0, 5.0, 8.5),
    *(16.0, 17.0, 18.0, 20.0, 37.0, 50.0, 88.0, 89.0, 100.0, 104.0, 200.0, 710.0, 745.0, 1e4),
    *(math.inf, -math.inf, math.nan),
)

# Bisected on PyTorch 2.13.0 over representable numbers: where sigmoid rounds to 1, turns subnormal, is 0;
# where each log, each clamp, each gradient and each softmax entry turns.
EDGES = {
    "float16": (
        8.3203125,
        -9.7109375,
        -17.34375,
        7.625,
        17.34375,
        -6.23828125,
        -11.09375,
        16.640625,
        11.09375,
    ),
    "bfloat16": (6.25, -87.5, -89.0, 5.53125, 5.5625, 93.0, -4.15625, 27.75, -28.25, 16.75, 89.0),
    "float32": (
        *(16.63553237915039, -87.3365478515625, -88.72283935546875, 15.942384719848633, 102.87346649169922),
        *(-14.55609130859375, -27.632, -28.324167, 103.97208404541016, 88.72283935546875, 27.632),
    ),
    "float64": (
        *(36.73680056967711, -708.3964185322642, -709.7827128933841, 36.04365338911715, -100.0),
        *(744.0346068132732, -33.27106466687738, -27.632, -28.324168, 745.1332191019412),
        *(709.7827128933841, 27.632),
    ),
}
LARGEST = {
    "float16": 65504.0,
    "bfloat16": 3.3895313892515355e38,
    "float32": 3.4028234663852886e38,
    "float64": 1e308,
}


def extreme_logits(name: str, dtype: torch.dtype) -> torch.Tensor:
    """Every logit of `LOGITS`, the format's largest ones, and its edges with two floats on either side."""
    edges = tensor(EDGES[name], dtype)
    around = [edges]
    for direction in (-math.inf, math.inf):
        step = edges
        for _ in range(2):
            step = torch.nextafter(step, torch.full_like(step, direction))
            around.append(step)
    largest = tensor([-LARGEST[name], LARGEST[name]], dtype)
    return torch.cat([tensor(LOGITS, dtype), largest, *around])


def extreme_probabilities(name: str, dtype: torch.dtype) -> torch.Tensor:
    """Both ends of [0, 1], float by float, and the sigmoids of `extreme_logits`."""
    info = torch.finfo(dtype)
    ends = [0.0, -0.0, info.smallest_normal, info.smallest_normal * info.eps, 1e-12, info.eps, 0.25, 0.5]
    ends += [1.0 - info.eps, 1.0 - info.eps / 2, 1.0]
    p = torch.sigmoid(extreme_logits(name, dtype))
    return torch.cat([tensor(ends, dtype), p[~p.isnan()]])
