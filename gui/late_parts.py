"""The parts that the first paint does not wait for: plots, explanation, findings, history."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractScrollArea, QDockWidget, QMainWindow, QSplitter, QWidget

from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.explain.explain_panel import ExplainPanel
from gui.findings.findings_bar import FindingsBar
from gui.history.history_panel import HistoryPanel
from gui.plots.export import PlotExporter
from gui.plots.plot_panel import PlotPanel


class LateParts(QObject):
    """Made in one go once the tables stand; importing this module imports pyqtgraph.

    Attributes
    ----------
    plots : PlotPanel
    exporter : PlotExporter
    explanation : ExplainPanel
    findings : FindingsBar
    history : QDockWidget
        Hidden until it is asked for.
    """

    message = Signal(str)
    """A sentence for the status bar."""

    def __init__(
        self, document: Document, selection: Selection, evaluator: Evaluator, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self.plots = PlotPanel(document, selection, evaluator, window)
        self.exporter = PlotExporter(self.plots, window)
        self.exporter.message.connect(self.message)
        self.plots.addActions(self.exporter.actions)
        self.explanation = ExplainPanel(document, selection, evaluator, window)
        self.findings = FindingsBar(document, selection, evaluator, window)
        self.history = self._history_dock(document, window)
        evaluation = evaluator.ready()
        if evaluation is not None:
            self.explanation.show_evaluation(evaluation)
            self.findings.show_evaluation(evaluation)

    @property
    def plot_actions(self) -> list[QAction]:
        """What the Plot menu offers beside the choice of formulas."""
        separator = QAction(self)
        separator.setSeparator(True)
        return [*self.plots.interaction.actions.all, separator, *self.exporter.actions]

    def take_places(self, columns: QSplitter, rows: QSplitter) -> None:
        """Put plots and explanation where the splitters hold their places free."""
        for splitter, panel in ((columns, self.plots), (rows, self.explanation)):
            sizes = splitter.sizes()
            placeholder = splitter.replaceWidget(1, panel)
            if placeholder is not None:
                placeholder.deleteLater()
            splitter.setSizes(sizes)
            _leave_drops_to_the_window(panel)

    def _history_dock(self, document: Document, window: QMainWindow) -> QDockWidget:
        dock = QDockWidget(self.tr("History"), window)
        dock.setObjectName("history")
        dock.setWidget(HistoryPanel(document, dock))
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        dock.hide()
        return dock


def _leave_drops_to_the_window(panel: QWidget) -> None:
    for view in panel.findChildren(QAbstractScrollArea):
        view.viewport().setAcceptDrops(False)
        view.setAcceptDrops(False)
