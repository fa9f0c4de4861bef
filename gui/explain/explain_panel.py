"""The selected row, step by step: one card a formula, side by side."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette, QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from engine import Evaluation, GradientRegime, MulticlassProblem, Problem, Regime
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.explain.cards import Card, Line, cards_of
from gui.services.colours import formula_style, regime_colour
from gui.services.numbers.number_text import format_number
from gui.services.throttle import Throttle

NARROWEST_CARD = 260
"""Pixels at which a step's formula still stands in few lines; more cards than fit scroll sideways."""

WIDEST_MINIMUM = 400
"""Pixels up to which a card takes the width of its longest words; beyond, it scrolls by itself."""

SHOWN = "shown"
"""The property that holds a card's HTML as given; Qt rewrites what it is asked for."""

MOST_CLASSES = 6
"""Numbers of a vector shown before the rest is cut."""


class _CardBrowser(QTextBrowser):
    """One card's text, as wide as its longest words ask for, within reason."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setMinimumWidth(NARROWEST_CARD)
        # By default Qt would break log_softmax in its middle before it shows a scroll bar.
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)
        self.document().setDocumentMargin(6)
        self.horizontalScrollBar().rangeChanged.connect(self._make_room)

    def _make_room(self, _low: int, missing: int) -> None:
        if missing and self.width() < WIDEST_MINIMUM:
            self.setMinimumWidth(min(self.width() + missing, WIDEST_MINIMUM))


class ExplainPanel(QWidget):
    """Shows the selected row's way through every formula; a drag is followed as fast as one can read."""

    def __init__(
        self, document: Document, selection: Selection, evaluator: Evaluator, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._evaluator = evaluator
        # A line edit and text browsers, since a label asks the whole window for a new layout whenever
        # its text changes.
        self._heading = QLineEdit(self)
        self._heading.setReadOnly(True)
        self._heading.setFrame(False)
        self._heading.setStyleSheet("background: transparent")
        self._heading.setAccessibleName(self.tr("Selected row"))
        self._row = QHBoxLayout(strip := QWidget())
        self._row.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(strip)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its cards take the keyboard
        self._cards: list[QTextBrowser] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addWidget(self._heading)
        layout.addWidget(self._scroll, 1)
        self.setAccessibleName(self.tr("Explanation of the selected row"))
        self._following = Throttle(self)
        self._following.due.connect(self._refresh)
        evaluator.evaluated.connect(self._following.request)
        selection.changed.connect(self._refresh)

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Explain the selected row of an evaluation."""
        problem = evaluation.problem
        if problem.rows == 0:
            self._heading.setText(self.tr("No rows"))
            self._fill([])
            return
        row = self._selection.place().row
        moved = self._selection.moved_class() if isinstance(problem, MulticlassProblem) else None
        self._heading.setText(self._heading_text(problem, evaluation, row))
        self._fill([self._card_text(card, problem) for card in cards_of(evaluation, row, moved)])

    # -- text ---------------------------------------------------------------------------------------

    def _heading_text(self, problem: Problem, evaluation: Evaluation, row: int) -> str:
        activation = _vector(np.atleast_1d(evaluation.activation[row].astype(np.float64)).tolist())
        logits = _vector(np.atleast_1d(problem.input[row].astype(np.float64)).tolist())
        target = _vector(np.atleast_1d(problem.target[row]).tolist())
        name = "sigmoid(z)" if problem.family == "binary" else "softmax(z)"
        text = self.tr("Row {row} in {format}:  z = {z},  y = {y},  {name} = {activation}")
        return text.format(
            row=row + 1, format=problem.format.name, z=logits, y=target, name=name, activation=activation
        )

    def _card_text(self, card: Card, problem: Problem) -> str:
        dark = self._is_dark()
        swatch = formula_style(card.formula, dark).colour.name()
        title = f'<span style="color:{swatch}">■</span> <b>{escape(card.formula.title)}</b>'
        lines = "".join(self._line_text(line, dark) for line in card.lines)
        return (
            f"{title}<table cellspacing='0' cellpadding='1'>{lines}</table>"
            f"{self._verdict(card, problem)}<br>{self._gradient_verdict(card)}"
        )

    def _line_text(self, line: Line, dark: bool) -> str:
        value = _vector(line.value)
        if line.breaks:
            colour = regime_colour(Regime.NAN, dark).name()
            value = f'<b style="color:{colour}">{value} ◂ {escape(self.tr("breaks here"))}</b>'
        equals = "<td>&nbsp;=&nbsp;</td>"
        expression = f"{equals}<td>{escape(line.expression)}</td>" if line.expression else ""
        return f"<tr><td><i>{escape(line.name)}</i></td>{expression}{equals}<td>{value}</td></tr>"

    def _verdict(self, card: Card, problem: Problem) -> str:
        truth, loss = format_number(card.truth, 6), format_number(card.loss, 6)
        texts = {
            Regime.EXACT: self.tr("✓ right: the true loss is {truth}"),
            Regime.LOSING_DIGITS: self.tr("⚠ {bits} of {width} bits lost: the true loss is {truth}"),
            Regime.CLAMPED: self.tr("⚠ clamped to {loss}: the true loss is {truth}"),
            Regime.UNDERFLOWED: self.tr("⚠ underflowed to {loss}: the true loss is {truth}"),
            Regime.INFINITE: self.tr("✗ {loss}: the true loss is {truth}"),
            Regime.NAN: self.tr("✗ nan: the true loss is {truth}"),
        }
        bits = min(card.bits, problem.format.precision)
        verdict = texts[card.regime].format(
            truth=truth, loss=loss, bits=f"{bits:.1f}", width=problem.format.precision
        )
        if card.refusal is not None:
            refusal = self.tr("✗ PyTorch refuses the whole call: {reason}")
            verdict += "<br>" + refusal.format(reason=escape(card.refusal))
        return verdict

    def _gradient_verdict(self, card: Card) -> str:
        texts = {
            GradientRegime.EXACT: self.tr("✓ gradient {gradient}"),
            GradientRegime.LOSING_DIGITS: self.tr("⚠ gradient {gradient}: digits lost, true {truth}"),
            GradientRegime.DEAD: self.tr("⚠ gradient {gradient}: dead, true {truth}"),
            GradientRegime.EXPLODED: self.tr("✗ gradient {gradient}: exploded, true {truth}"),
            GradientRegime.NAN: self.tr("✗ gradient nan, true {truth}"),
        }
        return texts[card.gradient_regime].format(
            gradient=format_number(card.gradient, 6), truth=format_number(card.true_gradient, 6)
        )

    # -- widgets ------------------------------------------------------------------------------------

    def _fill(self, texts: list[str]) -> None:
        while len(self._cards) < len(texts):
            self._cards.append(self._new_card())
        for card, text in zip(self._cards, texts, strict=False):
            if text != card.property(SHOWN):
                card.setProperty(SHOWN, text)
                card.setHtml(text)
        for index, card in enumerate(self._cards):
            card.setVisible(index < len(texts))

    def _new_card(self) -> QTextBrowser:
        card = _CardBrowser(self._scroll)
        self._row.addWidget(card)
        return card

    def _is_dark(self) -> bool:
        return self.palette().color(QPalette.ColorRole.Base).lightness() < 128

    def _refresh(self) -> None:
        evaluation = self._evaluator.ready()
        if evaluation is not None:
            self.show_evaluation(evaluation)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()


def _vector(values: tuple[float, ...] | list[float]) -> str:
    if len(values) == 1:
        return format_number(values[0], 6)
    shown = ", ".join(format_number(value, 4) for value in values[:MOST_CLASSES])
    return f"[{shown}, …]" if len(values) > MOST_CLASSES else f"[{shown}]"
