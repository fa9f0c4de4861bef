"""The lines under a table: each column's health, and what each formula's losses reduce to and come from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from engine import Evaluation
from gui.document.covering import COVERED
from gui.document.evaluator import is_large
from gui.services.look.type_sizes import bold, small
from gui.services.speech.roles import RoleInterface, install_roles
from gui.services.throttle import Throttle
from gui.tables.footer.column_health import ColumnHealth, Sort, sort_words
from gui.tables.footer.counting import Counting
from gui.tables.footer.pills import Pill, PillLayout, paint_pill
from gui.tables.footer.reduced_lines import ReducedLine, reduced_lines
from gui.tables.footer.reduced_texts import fitting_division, fitting_value
from gui.tables.grid.columns import Kind, Part
from gui.tables.grid.problem_model import ProblemModel
from gui.tables.grid.snapshot import Snapshot
from gui.tables.results.ledger_text import amount
from gui.tables.view.problem_view import ProblemView
from gui.tables.view.verdict_paint import wrong_ink

PADDING = 5
"""Pixels between a line's text and its column's edge."""

RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class Footer(QWidget):
    """Three lines of fixed height under the table's columns.

    Numbers are counted column by column when the footer is painted, once an evaluation (`Counting`). A click
    on a pill goes to the next such cell.
    """

    spoken_role = QAccessible.Role.Grouping
    spoken: RoleInterface | None = None

    def __init__(self, view: ProblemView, model: ProblemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        install_roles()
        self._view = view
        self._model = model
        self._counts = Counting(self)
        self._counts.counted.connect(self._forget_layout)
        self._pills: list[Pill] | None = None
        self._counted: Snapshot | None = None
        """What the pills are about."""
        self._current = 0
        self._lines: tuple[ReducedLine, ...] = ()
        self._evaluation: Evaluation | None = None
        self._reduction = ""
        self._take_fonts()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setAccessibleName(self.tr("Health and reduced values of the columns"))
        self._connect()

    def _take_fonts(self) -> None:
        self._bold = bold(self.font())
        self._layout = PillLayout(small(self.font()))
        self._pills = None

    def _connect(self) -> None:
        self._view.arranged.connect(self._forget_layout)
        model = self._model
        self._counting = Throttle(self)
        self._counting.due.connect(self._count)
        model.dataChanged.connect(self._counting.request)
        model.covered.connect(self._uncover)
        for signal in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            signal.connect(self._forget_layout)

    def _forget_layout(self) -> None:
        self._pills = None
        self.update()

    def _count(self) -> None:
        """Count again what is painted next, unless it has been already."""
        if self._counted is not self._model.snapshot:
            self._forget_layout()

    def _uncover(self) -> None:
        self._forget_layout()
        if self._evaluation is not None:
            self.show_evaluation(self._evaluation)

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def lines(self) -> tuple[ReducedLine, ...]:
        """Every formula's reduced value, the exact one last."""
        return self._lines

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show an evaluation's reduced values."""
        self._evaluation = evaluation
        lines = reduced_lines(evaluation, self._model.snapshot.cover)
        self._reduction = evaluation.problem.reduction
        before, self._lines = self._lines, lines  # equal ones, too: their tips hold the evaluation
        if lines != before:
            self.update()
            if not is_large(evaluation.problem):
                self._count()

    def forget_evaluation(self) -> None:
        """Show no reduced values: other rows are being evaluated."""
        self._lines = ()
        self.update()

    def line_of(self, section: int) -> ReducedLine | None:
        """The reduced value under a column of losses; None under others, and while unknown."""
        column = self._model.columns[section]
        if column.kind is not Kind.LOSS or column.formula is None:
            return None
        return next((line for line in self._lines if line.formula.key == column.formula.key), None)

    def health(self, section: int) -> ColumnHealth | None:
        """A column's counts; None while its values are being computed."""
        return self._counts.of(self._model.snapshot, self._model.columns[section])

    def sections(self) -> list[tuple[int, QRect]]:
        """The columns in sight, with their room in this widget."""
        inset = self._view.x() - self.x()
        rooms = ((number, self._view.room_of(number)) for number in self._view.seen_columns())
        return [
            (number, QRect(room.left() + inset, 0, room.width(), self.height()))
            for number, room in rooms
            if not room.isEmpty()
        ]

    @property
    def pills(self) -> list[Pill]:
        """The pills in sight, from left to right."""
        if self._pills is None:
            self._pills, self._counted = [], self._model.snapshot
            for section, room in self.sections():
                kind = self._model.columns[section].kind
                if kind not in {Kind.ERROR, Kind.TARGET}:
                    quiet = kind is Kind.LOGIT
                    self._pills += self._layout.pills(section, self.health(section), room, quiet=quiet)
        return self._pills

    def words(self, section: int) -> str:
        """All counts of a column, a line each."""
        health = self.health(section)
        if health is None:
            return ""
        return "\n".join(f"{amount(count)} {sort_words(sort)}" for sort, count in health.sorts())

    # -- going there --------------------------------------------------------------------------------

    def jump(self, section: int, sort: Sort) -> None:
        """Make the next cell of this sort in the column the current one."""
        known = self.health(section)
        current = self._view.currentIndex()
        after = current.row() if current.column() == section else current.row() - 1
        place = known.next_place(sort, after, self._model.order) if known is not None else None
        if place is not None:
            self._view.setCurrentIndex(self._model.index(place, section))

    def _activate(self, pill: Pill) -> None:
        if pill.sort is not None:
            self.jump(pill.section, pill.sort)
            return
        menu = self.menu(pill.section)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(pill.rect.bottomLeft()))

    def menu(self, section: int) -> QMenu:
        """All counts of a column to choose from."""
        menu = QMenu(self)
        health = self.health(section)
        for sort, count in health.sorts() if health is not None else []:
            action = menu.addAction(f"{amount(count)} {sort_words(sort)}")
            action.triggered.connect(lambda _=False, sort=sort: self.jump(section, sort))
        return menu

    def _pill_at(self, place: QPoint) -> Pill | None:
        return next((pill for pill in self.pills if pill.rect.contains(place)), None)

    def _tip_at(self, place: QPoint) -> str:
        """What a place stands for: a column's counts above, its division below."""
        section = next((number for number, room in self.sections() if room.contains(place)), None)
        if section is None:
            return ""
        line = self.line_of(section)
        return self.words(section) if place.y() < self._layout.height or line is None else line.tip

    # -- painting -----------------------------------------------------------------------------------

    @property
    def _tops(self) -> tuple[int, int, int]:
        """Where the value's line begins, the division's, and where that ends."""
        value = self._layout.height
        division = value + QFontMetrics(self._bold).height() + 3
        return value, division, division + QFontMetrics(self._layout.font).height() + 3

    def sizeHint(self) -> QSize:
        return QSize(0, self._tops[2])

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # three lines: painted whole
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_captions(painter)
        numbered = list(enumerate(self.pills))
        for section, room in self.sections():
            painter.setClipRect(room)
            painter.setFont(self._layout.font)
            for number, pill in numbered:
                if pill.section == section:
                    is_focused = self.hasFocus() and number == self._current
                    paint_pill(painter, pill, self.palette(), focused=is_focused)
            self._paint_column(painter, section)
        painter.end()

    def _paint_captions(self, painter: QPainter) -> None:
        """Name the lines, in the room of the row heads and what is asked."""
        value, division, end = self._tops
        head, results = self._view.parts[Part.HEAD], self._view.parts[Part.RESULTS]
        width = head.verticalHeader().width() + self._view.columnWidth(0) - PADDING
        soft = self.palette().color(QPalette.ColorRole.PlaceholderText)
        names = (
            (self._layout.font, soft, self.tr("health"), 0, value, width),
            (self._bold, self.palette().text().color(), self._reduction, value, division, results.x()),
            (self._layout.font, soft, self._division_caption(), division, end, results.x()),
        )
        for font, ink, text, top, bottom, room in names:
            painter.setFont(font)
            painter.setPen(ink)
            painter.drawText(QRect(PADDING, top, room, bottom - top), LEFT, text)

    def _division_caption(self) -> str:
        if self._reduction == "mean":
            return self.tr("sum / count")
        return self.tr("rows") if self._reduction == "sum" else ""

    def _paint_column(self, painter: QPainter, section: int) -> None:
        """Paint what a column of losses reduces to; of a healthy one also that it is."""
        line = self.line_of(section)
        if line is None:
            return
        health = self.health(section)
        value, division, end = self._tops
        left = self._view.columnViewportPosition(section) + self._view.x() - self.x()
        inside = QRect(left, 0, self._view.columnWidth(section), 0).adjusted(PADDING, 0, -PADDING, 0)
        soft = self.palette().color(QPalette.ColorRole.PlaceholderText)
        painter.setFont(self._layout.font)
        painter.setPen(soft)
        if health is not None and not health.failed():
            self._write(painter, inside, 0, value, self.tr("all right"))
        fits = self._fits(self._layout.font, inside.width())
        rows = self._model.order.total
        self._write(painter, inside, division, end, fitting_division(line, rows, fits))
        painter.setFont(self._bold)
        is_wrong = line.number is None or not abs(line.number) < float("inf")
        is_told = line.value not in {"–", COVERED}
        ink = wrong_ink(self.palette()) if is_wrong and is_told else self.palette().text().color()
        painter.setPen(ink)
        text = fitting_value(line, self._fits(self._bold, inside.width()))
        self._write(painter, inside, value, division, text)

    @staticmethod
    def _write(painter: QPainter, room: QRect, top: int, bottom: int, text: str) -> None:
        painter.drawText(QRect(room.left(), top, room.width(), bottom - top), RIGHT, text)

    @staticmethod
    def _fits(font: QFont, width: int) -> Callable[[str], bool]:
        metrics = QFontMetrics(font)
        return lambda text: metrics.horizontalAdvance(text) <= width

    # -- Qt's protocol ------------------------------------------------------------------------------

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
            self.setAccessibleDescription(self._spoken(self.pills[self._current].section))
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.pills:
            self._activate(self.pills[min(self._current, len(self.pills) - 1)])
        else:
            super().keyPressEvent(event)

    def _spoken(self, section: int) -> str:
        """A column's counts and reduced value for a screen reader."""
        line = self.line_of(section)
        return self.words(section) if line is None else f"{self.words(section)}\n{line.title}: {line.origin}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip_at(event.pos()), self)
            return True
        if event.type() == QEvent.Type.Resize:
            self._pills = None
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._take_fonts()
            self.updateGeometry()
