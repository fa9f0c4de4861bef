"""The parts of the window that words and lessons speak of, handed to them by the window."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QMainWindow

from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.explain.explain_panel import ExplainPanel
from gui.findings.current_findings import CurrentFindings
from gui.findings.findings_panel import FindingsPanel
from gui.plots.panel.plot_panel import PlotPanel
from gui.services.settings import Settings
from gui.window.bars.option_bar import OptionBar
from gui.window.bars.page_bar import PageBar
from gui.window.bars.row_sentence import RowSentence
from gui.window.bars.status_line import StatusLine
from gui.window.docks.docks import Docks


@dataclass(frozen=True, eq=False)
class WindowParts:
    """All of a window that is complete."""

    window: QMainWindow
    document: Document
    selection: Selection
    evaluator: Evaluator
    settings: Settings | None
    page_bar: PageBar
    option_bar: OptionBar
    sentence: RowSentence
    docks: Docks
    status: StatusLine
    plots: PlotPanel
    explanation: ExplainPanel
    findings: FindingsPanel
    current: CurrentFindings
