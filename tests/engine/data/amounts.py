"""How much hostile files hold: a tenth by default, `LOGITSCOPE_THOROUGH=1` makes it all of it."""

from __future__ import annotations

import os

THOROUGH = bool(os.environ.get("LOGITSCOPE_THOROUGH"))
SHARE = 1 if THOROUGH else 10


def amount(full: int) -> int:
    """As much as is tried: enough for what grows faster than its text to show either way."""
    return full // SHARE
