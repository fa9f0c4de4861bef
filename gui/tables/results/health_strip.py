"""A strip of pills under the table, one group a column: how many numbers of each kind it holds."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QAction,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from engine import Health
from gui.services.throttle import Throttle
from gui.tables.grid.columns import TableColumn
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.problem_view import ProblemView
from gui.tables.grid.snapshot import Snapshot
from gui.tables.results.column_health import ColumnHealth, column_health, health_words
from gui.tables.results.ledger_text import amount
from gui.tables.results.pills import Pill, PillLayout, paint_pill


class HealthStrip(QWidget):
    """Pills that stand under the columns of a table; a click goes to the next such cell.

    Numbers are counted column by column when the strip is painted, once an evaluation.
    """

    def __init__(self, view: ProblemView, model: ProblemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self._snapshot: Snapshot | None = None
        self._health: dict[TableColumn, ColumnHealth | None] = {}
        self._pills: list[Pill] | None = None
        self._current = 0
        self._layout = PillLayout(self.font())
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Health of the columns"))
        self._connect()

    def _connect(self) -> None:
        header = self._view.horizontalHeader()
        header.sectionResized.connect(self._forget_layout)
        header.geometriesChanged.connect(self._forget_layout)
        self._view.horizontalScrollBar().valueChanged.connect(self._forget_layout)
        model = self._model
        self._counting = Throttle(self)
        self._counting.due.connect(self._count)
        model.dataChanged.connect(self._counting.request)
        for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            signal.connect(self._forget_layout)

    def _forget_layout(self) -> None:
        self._pills = None
        self.update()

    def _count(self) -> None:
        """Look at the numbers again; pills that say the same are not painted again."""
        before, self._pills = self._pills, None
        if before is not None and self.isVisible() and before != self.pills:
            self.update()

    # -- what is shown ------------------------------------------------------------------------------

    def health(self, section: int) -> ColumnHealth | None:
        """A column's counts; None while its values are being computed."""
        if self._snapshot is not self._model.snapshot:
            self._forget_counts(self._snapshot, self._model.snapshot)
            self._snapshot = self._model.snapshot
        column = self._model.columns[section]
        if column not in self._health:
            self._health[column] = column_health(self._snapshot, column)
        return self._health[column]

    def _forget_counts(self, old: Snapshot | None, new: Snapshot) -> None:
        """Count again what differs: until its evaluation arrives, an edit changes given columns alone."""
        if old is None or (old.evaluation, old.moved) != (new.evaluation, new.moved):
            self._health.clear()
        else:
            kept = {column: known for column, known in self._health.items() if column.field is None}
            self._health = kept

    @property
    def pills(self) -> list[Pill]:
        """The pills in sight, from left to right."""
        if self._pills is None:
            header = self._view.horizontalHeader()
            left = self._view.frameWidth() + self._view.verticalHeader().width()
            self._pills = []
            for section in range(min(header.count(), len(self._model.columns))):
                start = left + header.sectionViewportPosition(section)
                width = header.sectionSize(section)
                if not header.isSectionHidden(section) and start + width > left and start < self.width():
                    room = QRect(start, 0, width, self.height())
                    self._pills += self._layout.pills(section, self.health(section), room)
        return self._pills

    def words(self, section: int) -> str:
        """All counts of a column, a line each."""
        health = self.health(section)
        if health is None:
            return ""
        return "\n".join(f"{amount(count)} {health_words(kind)}" for kind, count in health.present())

    # -- going there --------------------------------------------------------------------------------

    def jump(self, section: int, health: Health) -> None:
        """Make the next cell of this kind in the column the current one."""
        known = self.health(section)
        current = self._view.currentIndex()
        after = current.row() if current.column() == section else current.row() - 1
        place = known.next_place(health, after, self._model.order) if known is not None else None
        if place is not None:
            self._view.setCurrentIndex(self._model.index(place, section))

    def _activate(self, pill: Pill) -> None:
        if pill.health is not None:
            self.jump(pill.section, pill.health)
            return
        menu = self.menu(pill.section)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(pill.rect.bottomLeft()))

    def menu(self, section: int) -> QMenu:
        """All counts of a column to choose from."""
        menu = QMenu(self)
        health = self.health(section)
        for kind, count in health.present() if health is not None else []:
            action = menu.addAction(f"{amount(count)} {health_words(kind)}")
            action.setData((section, kind))
        menu.triggered.connect(self._follow_menu)
        return menu

    def _follow_menu(self, action: QAction) -> None:
        section, kind = action.data()
        self.jump(section, Health(kind))

    def _pill_at(self, place: QPoint) -> Pill | None:
        return next((pill for pill in self.pills if pill.rect.contains(place)), None)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(0, self._layout.height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # one line: painted whole
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._layout.font)
        painter.setClipRect(self._view.frameWidth() + self._view.verticalHeader().width(), 0, 10**6, 10**6)
        for number, pill in enumerate(self.pills):
            paint_pill(painter, pill, self.palette(), focused=self.hasFocus() and number == self._current)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pill = self._pill_at(event.position().toPoint())
        if pill is not None and event.button() == Qt.MouseButton.LeftButton:
            self._activate(pill)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._pill_at(event.position().toPoint()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right} and self.pills:
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self._current = max(0, min(self._current + step, len(self.pills) - 1))
            self.setAccessibleDescription(self.words(self.pills[self._current].section))
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.pills:
            self._activate(self.pills[min(self._current, len(self.pills) - 1)])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            pill = self._pill_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if pill is None else self.words(pill.section), self)
            return True
        if event.type() == QEvent.Type.Resize:
            self._pills = None
        return super().event(event)
