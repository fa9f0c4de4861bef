"""How the picture is set up, as a value that outlives the window."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple, get_args

from engine import SPACINGS, Spacing
from gui.plots.content.quantities import Measure, PlotKind
from gui.plots.parts.saved_fields import saved_fields
from gui.plots.scales.value_scale import SCALE_KINDS, ScaleKind

StripOrder = Literal["formula", "format"]
STRIP_ORDERS: tuple[StripOrder, ...] = get_args(StripOrder)


class PanelState(NamedTuple):
    """What the user has chosen; `open` is None while the window's width decides which plots are shown."""

    open: tuple[PlotKind, ...] | None = None
    measure: Measure = Measure.BITS
    loss_scale: ScaleKind = "linear"
    spacing: Spacing = "linear"
    strips: StripOrder = "formula"
    strip_shown: bool = True

    def to_text(self) -> str:
        """As JSON."""
        return json.dumps(self._asdict())

    @classmethod
    def from_text(cls, text: str) -> PanelState:
        """What `to_text` wrote; what is missing or unknown is as on a first start."""
        saved = saved_fields(text)
        known = {name: saved[name] for name in cls._fields if name in saved}
        return cls(
            **{name: value for name, text in known.items() if (value := _checked(name, text)) is not None}
        )


def _checked(name: str, value: Any) -> Any:
    if name == "open":
        kinds = [kind for kind in PlotKind if isinstance(value, list) and kind.value in value]
        return tuple(kinds) if isinstance(value, list) else None
    choices = {
        "measure": tuple(Measure),
        "loss_scale": SCALE_KINDS,
        "spacing": SPACINGS,
        "strips": STRIP_ORDERS,
        "strip_shown": (True, False),
    }[name]
    return next((choice for choice in choices if choice == value and type(value) in (str, bool)), None)
