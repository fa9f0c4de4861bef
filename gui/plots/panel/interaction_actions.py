"""The plots' QActions, each made once: text, key, tips. `Interaction` connects them."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from gui.plots.tools.single_keys import SingleKey
from gui.services.actions import make_action


class InteractionActions(QObject):
    """What context menu, window menus, single keys and tests trigger.

    Their keys count while a plot or something beside it in the panel has the focus.
    """

    def __init__(self, panel: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._panel = panel
        self.loss, self.error, self.gradient, self.strip = (
            self._panel_action(number, name, tip)
            for number, name, tip in (
                (1, self.tr("Loss"), self.tr("Show the loss against the logit")),
                (2, self.tr("Error"), self.tr("Show each formula's distance from the true loss")),
                (3, self.tr("Gradient"), self.tr("Show the gradient to the logit")),
                (4, self.tr("Strip"), self.tr("Show verdicts, and where each formula fails")),
            )
        )
        self.readout = self._action(
            self.tr("&Values in full"),
            "V",
            self.tr("Beside the picture, every formula's error and gradient as well as its loss"),
            checkable=True,
        )
        self.type_logit = self._action(
            self.tr("&Go to a logit…"), "G", self.tr("Type the logit at which to hold the crosshair")
        )
        self.hold = self._action(
            self.tr("&Hold the crosshair"),
            "C",
            self.tr("Hold the crosshair where it is; it can then be dragged"),
            checkable=True,
        )
        self.brush = self._action(
            self.tr("&Brush a range"),
            "B",
            self.tr("Drag over logits to see what lies there (Shift and drag does it at any time)"),
            checkable=True,
        )
        self.clear_brush = self._action(
            self.tr("C&lear the range"), None, self.tr("Brush nothing (Esc)"), enabled=False
        )
        self.nearest_edge = self._action(
            self.tr("Zoom to the nearest &edge"),
            "E",
            self.tr(
                "Show where the shaded formula begins to fail nearest to the selected row, float by float"
            ),
        )
        self.why = self._action(
            self.tr("Wh&y does it fail here?"),
            "Y",
            self.tr("Tell the reason of the shaded failure at the selected row or the held crosshair"),
        )
        self.pin_baseline = self._action(
            self.tr("&Pin as baseline"),
            "P",
            self.tr("Keep curves and values, and show what every edit changes"),
        )
        self.clear_baseline = self._action(
            self.tr("Clear the b&aseline"), None, self.tr("Forget the baseline"), enabled=False
        )

    @property
    def all(self) -> list[QAction]:
        """In the order of a menu."""
        return [
            self.readout,
            self.type_logit,
            self.hold,
            self.nearest_edge,
            self.why,
            self.brush,
            self.clear_brush,
            self.pin_baseline,
            self.clear_baseline,
            *self.panels,
        ]

    @property
    def panels(self) -> tuple[QAction, ...]:
        """What shows the parts of the picture, from the top."""
        return self.loss, self.error, self.gradient, self.strip

    def _panel_action(self, number: int, name: str, tip: str) -> QAction:
        action = self._action(
            self.tr("&{0} {1} panel").format(number, name), str(number), tip, checkable=True
        )
        action.setIconText(name)
        return action

    def _action(
        self, text: str, key: str | None, tip: str, *, checkable: bool = False, enabled: bool = True
    ) -> QAction:
        words = text if key is None else f"{text}\t{key}"  # which is how a menu shows a shortcut
        action = make_action(self, words, None, tip, checkable=checkable)
        if key is not None:
            SingleKey(key, action, self._panel)
        action.setEnabled(enabled)
        return action
