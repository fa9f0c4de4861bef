"""A plot panel on a small table, with a pointer and keys that work it for real."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine import BinaryProblem, MulticlassProblem
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.plots.canvas.logit_plot import LogitPlot
from gui.plots.canvas.rails import Rails
from gui.plots.content.quantities import PlotKind
from gui.plots.header.panel_header import PanelHeader
from gui.plots.panel.plot_panel import PlotPanel
from gui.plots.panel.plot_section import PlotSection
from gui.plots.strip.strip_panel import StripPanel

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def section_of(panel: PlotPanel, kind: PlotKind = PlotKind.LOSS) -> PlotSection:
    """A plot of a panel with its header and rails."""
    return panel.stack.sections[kind]


def pixel_of(plot: LogitPlot, logit: float, value: float) -> QPointF:
    """Where a point stands in a plot's pixels."""
    view = plot.view
    return plot.area.topLeft() + QPointF(view.x(logit), view.y(view.scale.place(value)))


class PlotBench:
    """A panel and what it follows; every logit of the table is a float32."""

    SIZE = (910, 900)
    OPEN = tuple(PlotKind)
    LOGITS, TARGET = (1.25, -40.5, 17.0), (0, 1, 0)
    CLASS_LOGITS = ((1.0, 2.0, 0.5), (0.25, -0.5, 1.0))

    def __init__(self, qtbot, logits=None, target=None) -> None:
        logits, target = logits or self.LOGITS, target or self.TARGET
        multiclass = MulticlassProblem(logits=self.CLASS_LOGITS, target=[0, 1])
        self.document = Document(BinaryProblem(logits=logits, target=target), multiclass)
        self.selection = Selection(self.document)
        self.evaluator = Evaluator(self.document)
        self.panel = PlotPanel(self.document, self.selection, self.evaluator)
        self._held = False
        qtbot.addWidget(self.panel)
        qtbot.addWidget(self.panel.reason_panel)
        self.panel.stack.choose(self.OPEN)
        self.panel.resize(*self.SIZE)
        self.panel.show()
        self.panel.reason_panel.resize(330, 300)
        self.panel.reason_panel.show()
        qtbot.waitExposed(self.panel)
        self.panel.activateWindow()
        self.settle()

    def settle(self) -> None:
        """Run what waits for control to return to Qt, have the bands that a worker searches, and paint."""
        self.turn()
        if not self._held:
            self.panel._finder.finish()
            self.turn()

    def turn(self) -> None:
        """Run what waits for control to return to Qt, and paint; bands may be searched meanwhile."""
        for _ in range(4):
            QApplication.processEvents()

    # -- what is there ------------------------------------------------------------------------------

    @property
    def interaction(self):
        return self.panel.interaction

    @property
    def plot(self) -> LogitPlot:
        return self.plot_of(PlotKind.LOSS)

    def plot_of(self, kind: PlotKind) -> LogitPlot:
        return self.section(kind).plot

    def section(self, kind: PlotKind = PlotKind.LOSS) -> PlotSection:
        return section_of(self.panel, kind)

    @property
    def header(self) -> PanelHeader:
        return self.panel.header

    @property
    def rails(self) -> Rails:
        return self.section().rails

    @property
    def strips(self) -> StripPanel:
        return self.panel.findChild(StripPanel)

    @property
    def logits(self) -> list:
        return self.document.problem().logits.tolist()

    @property
    def steps(self) -> int:
        return self.document.undo_stack.count()

    # -- pointer and keys ---------------------------------------------------------------------------

    def marker(self, row: int, kind: PlotKind = PlotKind.LOSS) -> QPoint:
        """Where a row's marker stands in a plot."""
        subject = self.panel.subject
        values = subject.values(subject.evaluation.exact, kind, self.panel.setup.measure)
        return pixel_of(self.plot_of(kind), subject.logits[row], values[row]).toPoint()

    def at(self, logit: float, share: float = 0.5) -> QPoint:
        """A place of the loss plot: a logit, and a share of the height from its top."""
        area = self.plot.box.sceneBoundingRect()
        return QPoint(round(self.plot.span.to_pixel(logit)), round(area.top() + share * area.height()))

    def on_strip(self, key: str, lane: int, logit: float) -> QPoint:
        """A place of a lane in the strips, which begin left of the plots."""
        rect = self.strips.lane_rect(key, lane)
        return QPoint(round(self.strips.span.to_pixel(logit)), round(rect.center().y()))

    def hover(self, where: QPoint, widget: QWidget | None = None) -> None:
        """Move the pointer, with the button held after a press; a real display's stays where it is."""
        widget = widget or self.plot.viewport()
        at, buttons = QPointF(where), LEFT if self._held else Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, widget.mapToGlobal(at), Qt.MouseButton.NoButton, buttons, NONE
        )
        QApplication.sendEvent(widget, event)
        self.settle()

    def press(self, where: QPoint, keys=NONE, widget: QWidget | None = None) -> None:
        widget = widget or self.plot.viewport()
        self.hover(where, widget)
        QTest.mousePress(widget, LEFT, keys, where)
        self._held = True
        self.settle()

    def release(self, where: QPoint, keys=NONE, widget: QWidget | None = None) -> None:
        self._held = False
        QTest.mouseRelease(widget or self.plot.viewport(), LEFT, keys, where)
        self.settle()

    def drag(self, start: QPoint, end: QPoint, keys=NONE, widget: QWidget | None = None) -> None:
        """Press, move in five steps, release."""
        self.press(start, keys, widget)
        for step in range(1, 6):
            self.hover(start + (end - start) * step / 5, widget)
        self.release(end, keys, widget)

    def click(self, where: QPoint, widget: QWidget | None = None) -> None:
        QTest.mouseClick(widget or self.plot.viewport(), LEFT, NONE, where)
        self.settle()

    def wheel(self, where: QPoint, delta: int, keys=NONE) -> None:
        """Turn the wheel over the loss plot; 120 is a notch away from the user, which zooms in."""
        view, nothing = self.plot.viewport(), Qt.MouseButton.NoButton
        QApplication.sendEvent(
            view,
            QWheelEvent(
                QPointF(where),
                QPointF(view.mapToGlobal(where)),
                QPoint(),
                QPoint(0, delta),
                nothing,
                keys,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )
        self.settle()

    def key(self, key: Qt.Key, keys=NONE, widget: QWidget | None = None) -> None:
        QTest.keyClick(widget or self.plot, key, keys)
        self.settle()
