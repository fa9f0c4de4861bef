"""Where the data files stand, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
PRESETS = RESOURCES / "presets"
ICON = RESOURCES / "icons" / "logitscope.svg"
