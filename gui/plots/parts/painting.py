"""Painting that reports what goes wrong in it and goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

P = ParamSpec("P")


def never_raising(paint: Callable[P, None]) -> Callable[P, None]:
    """A `paint` that hands its exceptions to `sys.excepthook`.

    An exception that leaves an item's `paint` for Qt's graphics view ends the process: it crosses C++
    frames between two calls of a painter that is still open.
    """

    @wraps(paint)
    def painted(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            paint(*arguments, **named)
        except Exception:  # noqa: BLE001  # whatever it is, it must not reach Qt
            sys.excepthook(*sys.exc_info())

    return painted
