"""Beside the curves: whose they are, and what the axis is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine import Catalogue, Role
from gui.all_four import painted
from gui.all_four.curves_content import style_of
from gui.all_four.lanes import feeding_names, loss_name
from gui.plots.parts.line_sample import draw_sample
from gui.plots.parts.plot_theme import PlotTheme
from gui.plots.parts.room import scaled
from gui.services.look.type_sizes import bold, small
from gui.services.speech.roles import RoleInterface, install_roles

WIDTH = 216
"""Pixels, as the gutter of the other pages' pictures has."""

SIDE, SWATCH = 8.0, 24.0


class Legend(QWidget):
    """A line for every curve."""

    spoken_role = QAccessible.Role.StaticText
    spoken: RoleInterface | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self._title = ""
        self._formulas: Catalogue = ()
        self.setFixedWidth(scaled(WIDTH, self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        self.setAccessibleName(self.tr("Curves"))

    def show_formulas(self, title: str, formulas: Catalogue) -> None:
        """Name these curves."""
        if (title, formulas) != (self._title, self._formulas):
            self._title, self._formulas = title, formulas
            self.setAccessibleDescription("; ".join((title, *self.names())))
            self.update()

    def names(self) -> list[str]:
        """Every curve's name, in order."""
        return [self._name(formula.key, formula.role) for formula in self._formulas]

    def _name(self, key: str, role: Role) -> str:
        if role is Role.EXACT:
            return self.tr("exact")
        return feeding_names()[key][0] if role is Role.MISTAKE else loss_name(key)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.setFixedWidth(scaled(WIDTH, self.font()))

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 9 * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self.width(), 40)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), PlotTheme.of(self.palette())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.background)
        line = float(self.fontMetrics().height())
        painted.write(
            painter, QRectF(SIDE, 2.0, self.width() - SIDE, line), self._title, bold(self.font()), theme.text
        )
        # What does not fit below one another stands in two columns.
        room = max(1, int((self.height() - line - 8.0) // (line + 2.0)))
        columns = 1 if len(self._formulas) <= room else 2
        if columns == 2:
            room = -(-len(self._formulas) // 2)
        step = min(line + 3.0, (self.height() - line - 8.0) / max(room, 1))
        font = self.font() if columns == 1 else small(self.font())
        for index, (formula, name) in enumerate(zip(self._formulas, self.names(), strict=True)):
            left = SIDE + (index // room) * self.width() / columns
            top = line + 6.0 + (index % room) * step
            swatch = QRectF(left, top, SWATCH if columns == 1 else SWATCH / 1.6, step)
            style = style_of(formula, theme.dark)
            if formula.role is Role.EXACT:
                start = QPointF(swatch.left(), swatch.center().y())
                draw_sample(painter, style, start, swatch.width(), theme, exact=True)
            else:
                painted.line_sample(painter, swatch, style, thin=formula.role is Role.MISTAKE)
            words = QRectF(swatch.right() + 6.0, top, self.width() / columns - swatch.width() - 14.0, step)
            painted.write(painter, words, name, font, theme.text)
        painter.end()
