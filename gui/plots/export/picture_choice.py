"""How a picture is to be taken: size, resolution, colours and panels, as a value that is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from PySide6.QtCore import QSize

from gui.plots.parts.saved_fields import saved_fields

Colours = Literal["window", "light", "dark"]
COLOURS: tuple[Colours, ...] = get_args(Colours)

SMALLEST, LARGEST = QSize(480, 320), QSize(4000, 3000)
"""Logical pixels: below, panels do not fit; above, a picture takes a gigabyte."""

RESOLUTIONS = (1, 2, 3, 4)
"""Pixels of an image for each logical one."""


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """What the dialog asks.

    Attributes
    ----------
    width, height : int
        In logical pixels, without the caption.
    resolution : int
    colours : {'window', 'light', 'dark'}
    caption : bool
    panels : mapping
        For each kind of picture the panels in it; of one that is not named those shown in the window
        by the user's own choice, or its first ones.
    """

    width: int = 1100
    height: int = 640
    resolution: int = 2
    colours: Colours = "window"
    caption: bool = True
    panels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def size(self) -> QSize:
        """Of what is drawn, without the caption."""
        return QSize(self.width, self.height)

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> PictureChoice:
        """What `to_text` wrote; what is missing or unknown is as at first."""
        saved = saved_fields(text)
        first = cls()
        return cls(
            width=_within(saved.get("width"), SMALLEST.width(), LARGEST.width(), first.width),
            height=_within(saved.get("height"), SMALLEST.height(), LARGEST.height(), first.height),
            resolution=_within(saved.get("resolution"), RESOLUTIONS[0], RESOLUTIONS[-1], first.resolution),
            colours=next((each for each in COLOURS if each == saved.get("colours")), first.colours),
            caption=saved.get("caption") is not False,
            panels=_panels(saved.get("panels")),
        )


def _within(value: Any, low: int, high: int, otherwise: int) -> int:
    return value if type(value) is int and low <= value <= high else otherwise


def _panels(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        return {}
    pairs = ((kind, names) for kind, names in value.items() if isinstance(names, list) and names)
    return {kind: tuple(name for name in names if isinstance(name, str)) for kind, names in pairs}
