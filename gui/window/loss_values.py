"""From the field that asks what makes a loss to the dock with the answers, and to their rows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine import Formula, Role
from gui.services.numbers.number_text import format_number

if TYPE_CHECKING:
    from engine import Answer
    from gui.loss_value.loss_value_panel import LossValuePanel
    from gui.window.window import MainWindow

LOSS_VALUE = "loss value"


class LossValues(QObject):
    """The dock is made when the first loss is asked for; no row changes before an answer's are opened."""

    message = Signal(str)
    """A sentence for the status bar."""
    made = Signal(object)
    """The panel, when it has been made."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        field = window.page_bar.loss_field
        window.actions_.explain_loss.triggered.connect(field.take_keyboard)
        field.asked.connect(self.explain)
        field.left.connect(self._go_back)

    @cached_property
    def panel(self) -> LossValuePanel:
        """The answers, in a dock of their own."""
        from gui.loss_value.loss_value_panel import LossValuePanel  # noqa: PLC0415  # few starts show it

        panel = LossValuePanel(self._window)
        panel.opened.connect(self.open_rows)
        panel.closed.connect(self._close)
        panel.explained.connect(self._name_dock)
        self._window.docks.add_on_demand(LOSS_VALUE, self.tr("Loss value")).fill(panel)
        self.made.emit(panel)
        return panel

    def explain(self, text: str) -> None:
        """Show what makes a loss, or say why that is none; the keyboard stays in the field."""
        try:
            self.panel.explain(text)
        except ValueError:
            self._window.sentence.show_failure(self._refusal(text))
            return
        self._window.document.set_page(self._window.document.page)
        self._window.docks.bring_to_front(LOSS_VALUE, focus=False)

    def _refusal(self, text: str) -> str:
        if "," in text:
            return self.tr("Type the loss with a point, such as 0.6931, not {text}").format(text=text)
        return self.tr("{text} is no loss: type a number such as 0.6931, 1.2e-07, nan or inf").format(
            text=text
        )

    def _name_dock(self, loss: str) -> None:
        self._window.docks.dock(LOSS_VALUE).set_title(self.tr("Loss value {loss}").format(loss=loss))

    def open_rows(self, answer: Answer) -> None:
        """Put an answer's rows in their page's place, as one step that undo takes back."""
        from gui.loss_value.answer_words import DIGITS, title_of  # noqa: PLC0415  # as the panel

        rows, document = answer.rows, self._window.document
        if rows is None:
            return
        explanation = self.panel.explanation
        loss = "" if explanation is None else explanation.typed[0].text
        page = rows.problem.family
        document.replace_problem(page, rows.problem, self.tr("open rows of {loss}").format(loss=loss))
        document.set_page(page)
        self._show_formula(rows.formula)
        self.message.emit(
            self.tr("{title}: {formula} gives {value}. Undo brings your rows back.").format(
                title=title_of(answer), formula=rows.formula.title, value=format_number(answer.value, DIGITS)
            )
        )

    def _show_formula(self, formula: Formula) -> None:
        """Let the table have the formula that gives the loss; a session keeps those that it can name."""
        document = self._window.document
        formulas = document.formulas
        if any(known.key == formula.key for known in formulas.catalogue):
            document.show_formulas(formulas.with_formula(formula, shown=True))
        elif formula.role is Role.STABILISER:
            document.show_formulas(formulas.with_added(formula))

    # -- going away ---------------------------------------------------------------------------------

    def _go_back(self) -> None:
        """Give the keyboard back to the table."""
        content = self._window.docks.table.place.content
        if content is not None:
            content.setFocus()

    def _close(self) -> None:
        self._window.docks.dock(LOSS_VALUE).hide()
        self._go_back()
