"""One recompute a change: bursts of edits are evaluated once, when control returns to Qt."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from engine import CATALOGUE, Catalogue, Evaluation, Formula, Role, evaluate, formulas_of
from engine.catalogue import SHOWN_FIRST
from gui.document.changes import Change, Page
from gui.document.document import Document


class Evaluator(QObject):
    """Keeps one evaluation of the page in front; the other page waits until it is shown."""

    evaluated = Signal(object)
    """The `Evaluation` of the page in front, complete."""

    def __init__(
        self, document: Document, catalogue: Catalogue = CATALOGUE, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._catalogue = catalogue
        self._roles: frozenset[Role] = SHOWN_FIRST
        self._evaluations: dict[Page, Evaluation] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.flush)
        document.changed.connect(self._invalidate)
        document.page_changed.connect(self._timer_start)

    @property
    def formulas(self) -> Catalogue:
        """The formulas shown on the page in front."""
        return formulas_of(self._document.page, roles=self._roles, catalogue=self._catalogue)

    @property
    def roles(self) -> frozenset[Role]:
        """The kinds of formula shown."""
        return self._roles

    @property
    def catalogue(self) -> Catalogue:
        """Every formula known, those added by the user last."""
        return self._catalogue

    def show_roles(self, roles: frozenset[Role]) -> None:
        """Choose which kinds of formula are evaluated."""
        if roles != self._roles:
            self._roles = roles
            self._start_anew()

    def add_formula(self, formula: Formula) -> None:
        """Show one more formula, in the place of the one with its key if there is one."""
        others = tuple(known for known in self._catalogue if known.key != formula.key)
        self._catalogue = (*others, formula)
        self._roles |= {formula.role}
        self._start_anew()

    def remove_formula(self, key: str) -> None:
        """Forget the formula with this key."""
        self._catalogue = tuple(known for known in self._catalogue if known.key != key)
        self._start_anew()

    def _start_anew(self) -> None:
        self._evaluations.clear()
        self._timer.start()

    def current(self) -> Evaluation:
        """The evaluation of the page in front, made now if it is out of date."""
        page = self._document.page
        if page not in self._evaluations:
            self._evaluations[page] = evaluate(self._document.problem(page), formulas=self.formulas)
        return self._evaluations[page]

    def flush(self) -> None:
        """Evaluate now and tell the views."""
        self._timer.stop()
        self.evaluated.emit(self.current())

    def _invalidate(self, change: Change) -> None:
        self._evaluations.pop(change.page, None)
        if change.page == self._document.page:
            self._timer.start()

    def _timer_start(self) -> None:
        self._timer.start()
