"""From the field that asks what makes a loss to the dock with the answers, and to their rows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine import Formula, Role
from gui.services.numbers.number_text import format_number
from gui.window.docks.arrangement import DOCKS, STEPS

if TYPE_CHECKING:
    from engine import Answer
    from gui.loss_value.loss_value_panel import LossValuePanel
    from gui.window.learning.shown_answer import ShownAnswer
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
        self._before = STEPS
        """The dock that was in front before the answers."""
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
        panel.read.connect(self._show_answer)
        window = self._window
        window.actions_.open_answer.triggered.connect(panel.open.click)
        window.actions_.close_answers.triggered.connect(self._close)
        window.selection.changed.connect(self._go_on)
        window.document.changed.connect(self._go_on)
        self._window.docks.add_on_demand(LOSS_VALUE, self.tr("Loss value")).fill(panel)
        self.made.emit(panel)
        return panel

    @cached_property
    def shown(self) -> ShownAnswer:
        """The answer that is read, in the row's sentence and in the picture."""
        from gui.window.learning.shown_answer import ShownAnswer  # noqa: PLC0415  # as the panel

        window = self._window
        assert window.late is not None
        return ShownAnswer(window.document, window.late.plots, window.sentence, window)

    def explain(self, text: str) -> None:
        """Show what makes a loss, or say why that is none; the keyboard stays in the field."""
        try:
            self.panel.explain(text)
        except ValueError:
            self._window.sentence.show_failure(self._refusal(text))
            return
        window = self._window
        window.document.set_page(window.document.page)
        if not window.docks.in_sight(LOSS_VALUE):
            self._before = next(filter(window.docks.in_sight, DOCKS), STEPS)
        window.docks.bring_to_front(LOSS_VALUE, focus=False)
        self._show_answer()

    def _show_answer(self) -> None:
        """Say it where the eye is; a lesson that is under way keeps its sentence and its picture."""
        window, panel = self._window, self.panel
        assert window.late is not None
        if panel.explanation is None or window.late.teaching.is_at_lesson:
            return
        if panel.answer is not None:
            self.shown.show_answer(panel.explanation, panel.answer, panel.list.currentRow() + 1)
        actions = window.actions_
        actions.open_answer.setEnabled(panel.open.isEnabled())
        window.sentence.offer(actions.open_answer)
        window.sentence.offer(actions.close_answers)

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
        assert self._window.late is not None
        self._window.late.teaching.stage.leave()  # the rows are the user's, and not a lesson's
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

    def _go_on(self) -> None:
        """The user works on: the row has its sentence again, and the picture stays where it is."""
        self._stop_showing(back=False)

    def _stop_showing(self, *, back: bool) -> None:
        window = self._window
        assert window.late is not None
        if self.shown.is_shown:
            self.shown.clear(back=back)
            window.sentence.offer(window.actions_.show_reason)
            window.late.follow_lesson()  # or what else is to be done there

    def _go_back(self) -> None:
        """Give the keyboard back to the table."""
        content = self._window.docks.table.place.content
        if content is not None:
            content.setFocus()

    def _close(self) -> None:
        self._stop_showing(back=True)
        self._window.docks.dock(LOSS_VALUE).hide()
        self._window.docks.bring_to_front(self._before, focus=False)
        self._go_back()
