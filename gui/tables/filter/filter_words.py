"""A filter in words: how many rows it shows, and what they have in common."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine import MulticlassProblem
from gui.services.numbers.number_text import format_number
from gui.tables.filter.row_filter import OF_GRADIENTS, Range, RowFilter
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.failures import WORST_FIRST, failure_word
from gui.tables.grid.snapshot import Snapshot
from gui.tables.grid.sorting import RowOrder
from gui.tables.grid.wording import class_name
from gui.tables.results.ledger_text import amount

_translate = QCoreApplication.translate


def filter_words(
    wanted: RowFilter, order: RowOrder, snapshot: Snapshot, columns: tuple[TableColumn, ...]
) -> str:
    """``6 of 512 rows: nan or inf in any loss``."""
    parts = [
        _failure_words(wanted, columns),
        _target_words(wanted, snapshot),
        _range_words(wanted.within, snapshot, columns) if wanted.within is not None else "",
        _ignored_words(wanted),
        _translate("filter", "rows {rows}").format(rows=wanted.rows.strip()) if wanted.rows.strip() else "",
    ]
    text = _translate("filter", "{shown} of {count} rows: {words}")
    words = ", ".join(part for part in parts if part)
    return text.format(shown=amount(order.count), count=amount(order.total), words=words)


def _failure_words(wanted: RowFilter, columns: tuple[TableColumn, ...]) -> str:
    if not wanted.failures:
        return ""
    either = _translate("filter", " or ")
    words = either.join(failure_word(each) for each in WORST_FIRST if each in wanted.failures)
    title = _formula_title(wanted.formula, columns)
    if title:
        return _translate("filter", "{failures} in {formula}").format(failures=words, formula=title)
    if wanted.failures <= OF_GRADIENTS:
        return _translate("filter", "{failures} in any gradient").format(failures=words)
    return _translate("filter", "{failures} in any loss").format(failures=words)


def _formula_title(key: str | int | None, columns: tuple[TableColumn, ...]) -> str:
    found = (c.formula.title for c in columns if c.formula is not None and c.formula.key == key)
    return next(found, "")


def _target_words(wanted: RowFilter, snapshot: Snapshot) -> str:
    if wanted.target is None:
        return ""
    problem = snapshot.problem
    if isinstance(problem, MulticlassProblem) and 0 <= wanted.target < problem.classes:
        return f"y = {class_name(problem, int(wanted.target))}"
    return f"y = {format_number(wanted.target)}"


def _range_words(within: Range, snapshot: Snapshot, columns: tuple[TableColumn, ...]) -> str:
    if within.kind is Kind.LOGIT:
        one = isinstance(within.which, int)
        name = f"z[{class_name(snapshot.problem, int(within.which))}]" if one else "z"  # type: ignore[arg-type]
    else:
        name = _formula_title(within.which, columns) or _translate("filter", "a loss")
    if within.low is None or within.high is None:
        bound, sign = (within.low, "≥") if within.high is None else (within.high, "≤")
        return f"{name} {sign} {format_number(bound or 0.0)}"
    return f"{format_number(within.low)} ≤ {name} ≤ {format_number(within.high)}"


def _ignored_words(wanted: RowFilter) -> str:
    if wanted.ignored is None:
        return ""
    return _translate("filter", "ignored") if wanted.ignored else _translate("filter", "not ignored")
