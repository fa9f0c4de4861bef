"""The histogram of logits as SVG: counts on a logarithmic scale, by target."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 900, 260, 70, 34, 12
COLOURS = ("#37474f", "#90a4ae")


def histogram_svg(said: dict[str, Any], names: tuple[str, str]) -> str:
    """The picture.

    Parameters
    ----------
    said : dict
        The scan as `engine.scan.report.told.told` gives it.
    names : tuple of two str
        What the two kinds of bars are.
    """
    bins, step = said["logits"]["bins"], said["logits"]["step"]
    if not bins:
        return "<p>No finite logit.</p>"
    low, high = bins[0]["from"], bins[-1]["from"] + step
    most = max(max(each["target_0"], each["target_1"]) for each in bins)
    top = max(1.0, math.log10(most) + 0.3)
    across: float = (WIDTH - LEFT - 10) / (high - low)
    up = HEIGHT - TOP - BOTTOM

    def x(z: float) -> float:
        return float(LEFT + (z - low) * across)

    def y(count: float) -> float:
        # One row must be seen beside none: its bar begins a third of a decade below it.
        return TOP + up * (1.0 - (math.log10(count) + 0.3) / (top + 0.3))

    said_of = (
        f"Histogram of the logits from {low:g} to {high:g}, counts on a logarithmic scale up to {most:,}."
    )
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" width="100%"><title>{said_of}</title>',
        *_lines(top, y),
    ]
    for kind, name in enumerate(("target_0", "target_1")):
        thick = max(0.6, across * step / 2 - 0.3)
        for each in bins:
            if each[name]:
                at = y(each[name])
                left = x(each["from"]) + kind * across * step / 2
                parts.append(
                    f'<rect x="{left:.1f}" y="{at:.1f}" width="{thick:.1f}" '
                    f'height="{HEIGHT - BOTTOM - at:.1f}" fill="{COLOURS[kind]}"/>'
                )
    parts += _ticks(low, high, x)
    for kind, name in enumerate(names):
        left = LEFT + 10 + 190 * kind
        parts.append(f'<rect x="{left}" y="2" width="10" height="10" fill="{COLOURS[kind]}"/>')
        parts.append(f'<text x="{left + 15}" y="11">{name}</text>')
    return "\n".join([*parts, "</svg>"])


def _lines(top: float, y: Callable[[float], float]) -> list[str]:
    made = []
    for power in range(int(top) + 1):
        at = y(10**power)
        made.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ccc"/>')
        made.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{10**power:,}</text>')
    return made


def _ticks(low: float, high: float, x: Callable[[float], float]) -> list[str]:
    wide = high - low
    step = next(each for each in (0.5, 1, 2, 5, 10, 20, 50) if wide / each <= 14 or each == 50)
    first = math.ceil(low / step)
    return [
        f'<text x="{x(at * step):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{at * step:g}</text>'
        for at in range(first, math.floor(high / step) + 1)
    ]
