"""Settings that were kept as JSON, and may have been written by anybody."""

from __future__ import annotations

import json
from typing import Any


def saved_fields(text: str) -> dict[str, Any]:
    """The fields of a JSON object; none if the text is anything else."""
    try:
        saved = json.loads(text)
    except ValueError:
        return {}
    return saved if isinstance(saved, dict) else {}
