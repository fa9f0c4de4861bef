"""The selected row, step by step: one card a formula, side by side, and the reason at the right end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QMenu, QScrollArea, QWidget

from engine import Evaluation, MulticlassProblem
from gui.document.document import Document
from gui.document.evaluator import Evaluator
from gui.document.selection import Selection
from gui.explain.card_text import CardText, card_text, covered_text, entries_shown, row_words
from gui.explain.card_view import CardView
from gui.explain.cards import Card, cards_of
from gui.explain.verdict_words import badness
from gui.services.look.scrolling import scrolling
from gui.services.throttle import Throttle

NARROWEST_CARD = 46
"""Characters of average width at which a step's formula still stands in few lines."""

SPACING = 8


class ExplainPanel(QWidget):
    """Shows the selected row's way through every formula; a drag is followed as fast as one can read.

    All cards are equally wide. Where not all fit, the worst are shown; the others can be had from the
    cards' menu.
    """

    cards_shown = Signal(int, int)
    """How many cards are shown, and how many there are."""
    word_asked = Signal(str, QRect)
    """A dotted word, and where it stands on the screen."""

    def __init__(
        self, document: Document, selection: Selection, evaluator: Evaluator, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._evaluator = evaluator
        self._cards: tuple[Card, ...] = ()
        self._texts: tuple[CardText, ...] = ()
        self._shown: tuple[str, ...] = ()
        self._wanted: str | None = None
        """The key of a formula that is shown in any case."""
        self._told = (0, 0)
        self._views: list[CardView] = []
        self._last: QScrollArea | None = None
        self._empty = QLabel(self.tr("No rows: type a logit, paste, or open a file."), self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.hide()
        self.setAccessibleName(self.tr("Row step by step"))
        self._following = Throttle(self, after_paint=True)
        self._following.due.connect(self._refresh)
        evaluator.evaluated.connect(self._following.request)
        evaluator.begun.connect(self._following.request)
        selection.changed.connect(self._refresh)
        document.cover_changed.connect(self._refresh)

    # -- what is shown ------------------------------------------------------------------------------

    @property
    def views(self) -> list[CardView]:
        """The cards in sight, from left to right."""
        return [view for view in self._views if not view.isHidden()]

    @property
    def last_card(self) -> QWidget | None:
        """What stands at the right end, if anything does."""
        return None if self._last is None else self._last.widget()

    def add_last_card(self, widget: QWidget) -> None:
        """Keep the place at the right end for a widget; what is too high for it scrolls."""
        self._last = scrolling(widget, self)
        self._last.show()
        self._arrange()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Explain the selected row of an evaluation."""
        problem = evaluation.problem
        has_rows = problem.rows > 0
        self._empty.setVisible(not has_rows)
        if not has_rows:
            self.setAccessibleDescription(self._empty.text())
            self._cards, self._texts = (), ()
        else:
            row = self._selection.place().row
            moved = self._selection.moved_class() if isinstance(problem, MulticlassProblem) else None
            entries = entries_shown(evaluation, row, moved)
            self.setAccessibleDescription(row_words(evaluation, row, entries))
            self._cards = cards_of(evaluation, row, moved)
            cover = self._document.cover
            self._texts = tuple(
                covered_text(card)
                if cover.hides(card.formula.key, row)
                else card_text(card, problem.format, entries)
                for card in self._cards
            )
        self._arrange()

    def show_formula(self, key: str) -> None:
        """Show a formula's card in any case, in place of the least bad one."""
        self._wanted = key
        self._arrange()

    # -- arranging ----------------------------------------------------------------------------------

    def _arrange(self) -> None:
        """Choose the cards that fit, and give all of them the same width."""
        room = self._room()
        fit = self._fitting(room.width())
        texts = self._chosen(fit)
        while len(self._views) < len(texts):
            self._views.append(self._new_view())
        places = len(texts) + (self._last is not None)
        wide = (room.width() + SPACING) / max(1, places) - SPACING
        for number, view in enumerate(self._views):
            view.setVisible(number < len(texts))
            if number < len(texts):
                view.setGeometry(_place(room, number, wide))
                view.show_card(texts[number])
        if self._last is not None:
            self._last.setGeometry(_place(room, places - 1, wide))
        self._empty.setGeometry(_without_last(room, self._last, wide))
        told = (len(texts), len(self._texts))
        if told != self._told:
            self._told = told
            self.cards_shown.emit(*told)

    @property
    def told(self) -> tuple[int, int]:
        """What `cards_shown` said last."""
        return self._told

    def _room(self) -> QRect:
        return self.rect().adjusted(SPACING, SPACING - 2, -SPACING, 2 - SPACING)

    @property
    def narrowest(self) -> int:
        """The least width of a card of several."""
        return NARROWEST_CARD * self.fontMetrics().averageCharWidth()

    def _fitting(self, width: int) -> int:
        least = self.narrowest
        return max(1, (width + SPACING) // (least + SPACING) - (self._last is not None))

    def _chosen(self, fit: int) -> Sequence[CardText]:
        """The worst cards in their own order; of equals those that are shown already stay."""
        if fit >= len(self._texts):
            self._shown = tuple(text.formula.key for text in self._texts)
            return self._texts

        def rank(number: int) -> tuple[bool, float, bool]:
            key = self._texts[number].formula.key
            return key != self._wanted, -badness(self._cards[number]), key not in self._shown

        numbers = sorted(sorted(range(len(self._texts)), key=rank)[:fit])
        texts = [self._texts[number] for number in numbers]
        self._shown = tuple(text.formula.key for text in texts)
        return texts

    def _new_view(self) -> CardView:
        view = CardView(self)
        view.customContextMenuRequested.connect(partial(self._show_menu, view))
        view.word_asked.connect(self.word_asked)
        if self._views:
            QWidget.setTabOrder(self._views[-1], view)
        return view

    def _show_menu(self, view: CardView, place: QPoint) -> None:
        menu = self.menu(view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(view.viewport().mapToGlobal(place))

    def menu(self, view: CardView) -> QMenu:
        """What can be done with a card: copied, or another one shown that has no room."""
        menu = QMenu(view)
        menu.addAction(self.tr("&Copy card")).triggered.connect(view.copy)
        menu.actions()[0].setShortcut(QKeySequence.StandardKey.Copy)
        hidden = [text for text in self._texts if text.formula.key not in self._shown]
        if hidden:
            menu.addSeparator()
        for text in hidden:
            action = menu.addAction(self.tr("Show {name}").format(name=text.name))
            action.triggered.connect(partial(self.show_formula, text.formula.key))
        return menu

    def _refresh(self) -> None:
        if not self.isVisible():
            return  # the cards are made when somebody looks
        evaluation = self._evaluator.at_hand()
        if evaluation is not None:
            self.show_evaluation(evaluation)

    # -- Qt's protocol ------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(800, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 72)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()


def _place(room: QRect, number: int, wide: float) -> QRect:
    left = round(number * (wide + SPACING))
    right = round(number * (wide + SPACING) + wide)
    return QRect(room.left() + left, room.top(), right - left, room.height())


def _without_last(room: QRect, last: QScrollArea | None, wide: float) -> QRect:
    return (
        room
        if last is None
        else QRect(room.topLeft(), QSize(max(0, round(room.width() - wide)), room.height()))
    )
