"""What the parts of the picture beside the plots have in common: their logits stand where the plots' do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.scales.logit_span import LogitSpan


class AlignedWidget(QWidget):
    """A widget of a fixed height with the plots' logit axis, crosshair and colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = PlotTheme.of(self.palette())
        self.span = LogitSpan(-1.0, 1.0, 0.0, 1.0)
        self.cursor_logit: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_span(self, span: LogitSpan) -> None:
        """Align with the plots."""
        if span != self.span:
            self.span = span
            self.renew()

    def set_cursor_logit(self, logit: float | None) -> None:
        """Continue the crosshair."""
        if logit != self.cursor_logit:
            self.cursor_logit = logit
            self.update()

    def renew(self) -> None:
        """Paint everything anew."""
        self.update()

    def tip_at(self, place: QPointF) -> str:
        """The tooltip at a place; empty for none."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange:
            self.theme = PlotTheme.of(self.palette())
            self.renew()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
