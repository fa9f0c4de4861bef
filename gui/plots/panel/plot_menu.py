"""What a plot's context menu asks of the panel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from engine import Role
from gui.plots.content import captions
from gui.plots.content.subject import Subject


class PlotMenu(QMenu):
    """The range to show, the edges of the shaded formula's bands, and whose failures to shade."""

    edge_chosen = Signal(object, str)
    """A band and its 'start' or 'stop'."""
    shade_chosen = Signal(str)
    """A formula's key."""

    def __init__(self, subject: Subject | None, shaded: str | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._subject = subject
        self._shaded = shaded

    def fill(self, whole: QAction) -> None:
        """Add the choices; `whole` is the panel's own action."""
        self.addAction(whole)
        self._add_edges(self.addMenu(self.tr("&Zoom to the edge of")))
        self._add_shades(self.addMenu(self.tr("&Shade the failures of")))

    def _add_edges(self, menu: QMenu) -> None:
        """One entry for each edge of the shaded formula's bands, down to single floats."""
        subject = self._subject
        if subject is not None:
            for band, side in subject.edges_of(self._shaded):
                action = menu.addAction(captions.edge_text(band, side, subject.problem.format))
                action.setData((band, side))
        menu.setEnabled(not menu.isEmpty())
        menu.triggered.connect(self._tell_edge)

    def _add_shades(self, menu: QMenu) -> None:
        for formula in self._subject.formulas if self._subject else ():
            if formula.role is Role.EXACT:
                continue
            action = menu.addAction(formula.title.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(formula.key == self._shaded)
            action.setData(formula.key)
        menu.triggered.connect(self._tell_shade)

    def _tell_edge(self, action: QAction) -> None:
        self.edge_chosen.emit(*action.data())

    def _tell_shade(self, action: QAction) -> None:
        self.shade_chosen.emit(action.data())
