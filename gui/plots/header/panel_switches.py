"""The buttons that choose scales, the error's measure and what the strips compare."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from engine import SPACINGS
from gui.plots.content.panel_state import STRIP_ORDERS, PanelState
from gui.plots.content.quantities import Measure, measure_choice
from gui.plots.header.caption_line import CaptionLine
from gui.plots.parts.switch import Switch
from gui.plots.scales.value_scale import SCALE_KINDS
from gui.plots.strip.strip_panel import StripPanel

Choice = TypeVar("Choice", bound=str)


class PanelSwitches(QObject):
    """Puts the switches over the plots and the strips, and speaks of them as one state."""

    changed = Signal(object)
    """The `PanelState` that the user asks for."""

    def __init__(
        self, header: CaptionLine, errors: CaptionLine, strips: StripPanel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._state = PanelState()
        self.spacing = Switch(
            {"linear": self.tr("z linear"), "ordinal": self.tr("z by floats")},
            self.tr("Logit axis: evenly by value, or with equal room for every float"),
        )
        self.loss_scale = Switch(
            {
                "linear": self.tr("y linear"),
                "log": self.tr("y log"),
                "symlog": self.tr("y log \N{PLUS-MINUS SIGN}"),
            },
            self.tr("Loss axis: linear, logarithmic, or logarithmic on both sides of 0"),
        )
        self.measure = Switch(
            {measure.value: measure_choice(measure) for measure in Measure}, self.tr("Measure of the error")
        )
        self.strips = Switch(
            {"formula": self.tr("by formula"), "format": self.tr("by format")},
            self.tr("Compare all formulas, or the shaded one in every format"),
        )
        for switch in (self.spacing, self.loss_scale):
            header.add_switch(switch)
        errors.add_switch(self.measure)
        strips.set_corner(self.strips)
        for switch in (self.spacing, self.loss_scale, self.measure, self.strips):
            switch.chosen.connect(self._choose)

    def show_state(self, state: PanelState) -> None:
        """Show a state without telling anybody."""
        self._state = state
        self.spacing.show_choice(state.spacing)
        self.loss_scale.show_choice(state.loss_scale)
        self.measure.show_choice(state.measure.value)
        self.strips.show_choice(state.strips)

    def _choose(self) -> None:
        asked = self._state._replace(
            spacing=self._picked(self.spacing, SPACINGS),
            loss_scale=self._picked(self.loss_scale, SCALE_KINDS),
            measure=Measure(self.measure.key),
            strips=self._picked(self.strips, STRIP_ORDERS),
        )
        self.changed.emit(asked)

    @staticmethod
    def _picked(switch: Switch, choices: tuple[Choice, ...]) -> Choice:
        return next(choice for choice in choices if choice == switch.key)
