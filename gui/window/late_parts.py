"""The parts that the first paint does not wait for: plots, explanation, findings, history."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractScrollArea, QDockWidget, QMainWindow, QSplitter, QUndoView, QWidget

from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.explain.explain_panel import ExplainPanel
from gui.findings.findings_bar import FindingsBar
from gui.plots.export.export_actions import ExportActions
from gui.plots.panel.plot_panel import PlotPanel
from gui.services.actions import separated

if TYPE_CHECKING:
    from gui.plots.export.exporter import PlotExporter


class LateParts(QObject):
    """Made in one go once the tables stand; importing this module imports pyqtgraph."""

    message = Signal(str)
    """A sentence for the status bar."""

    def __init__(
        self, document: Document, selection: Selection, evaluator: Evaluator, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self.plots = PlotPanel(document, selection, evaluator, window)
        self._window = window
        self.export_actions = self._exporting()
        self.plots.addActions(self.export_actions.all)
        self.explanation = ExplainPanel(document, selection, evaluator, window)
        self.findings = FindingsBar(document, selection, evaluator, window)
        self.history = self._history_dock(document, window)
        evaluation = evaluator.ready()
        if evaluation is not None:
            self.explanation.show_evaluation(evaluation)
            self.findings.show_evaluation(evaluation)

    @cached_property
    def exporter(self) -> PlotExporter:
        """What takes the plots along, made when that is first asked for."""
        from gui.plots.export.exporter import PlotExporter  # noqa: PLC0415  # not needed to start

        exporter = PlotExporter(self.plots, self._window)
        exporter.message.connect(self.message)
        return exporter

    def _exporting(self) -> ExportActions:
        actions = ExportActions(self)
        actions.copy_picture.triggered.connect(self._copy_picture)
        actions.save_picture.triggered.connect(self._ask_for_picture)
        actions.save_curves.triggered.connect(self._ask_for_curves)
        return actions

    def _copy_picture(self) -> None:
        self.exporter.copy()

    def _ask_for_picture(self) -> None:
        self.exporter.ask_for_picture()

    def _ask_for_curves(self) -> None:
        self.exporter.ask_for_curves()

    @property
    def plot_actions(self) -> list[QAction]:
        """What the Plot menu offers beside the choice of formulas."""
        return separated(self, (self.plots.interaction.actions.all, self.export_actions.all))

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
        view = QUndoView(document.undo_stack, dock)
        view.setEmptyLabel(self.tr("As opened"))
        view.setUniformItemSizes(True)
        view.setAlternatingRowColors(True)
        view.setAccessibleName(self.tr("History of edits"))
        dock.setWidget(view)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        dock.hide()
        return dock


def _leave_drops_to_the_window(panel: QWidget) -> None:
    for view in panel.findChildren(QAbstractScrollArea):
        view.viewport().setAcceptDrops(False)
        view.setAcceptDrops(False)
