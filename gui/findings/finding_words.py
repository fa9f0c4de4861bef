"""The words for findings: a title each, the rows, and cause, evidence and change in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine import Finding, Kind, RowNumbers, Severity, formula_named
from gui.services.look.marks import Mark
from gui.services.verdicts.later_words import QT_TRANSLATE_NOOP

_translate = QCoreApplication.translate

ROWS_NAMED = 5
"""So many rows a line names; of more it says how many."""

MARKS: dict[Severity, Mark] = {
    Severity.BROKEN: "wrong",
    Severity.WRONG: "beware",
    Severity.SUSPICIOUS: "beware",
    Severity.GOOD_TO_KNOW: "note",
}
"""How bad a finding is, as an icon tells."""

OF_ONE_LOSS = frozenset({"infinite_logit", "log_of_zero", "inner_sum", "broken_step"})
"""Findings that a loss is nan or inf."""


TITLES = {
    "nan_logit": QT_TRANSLATE_NOOP("findings", "nan among the logits"),
    "inf_logit": QT_TRANSLATE_NOOP("findings", "Infinite logit"),
    "overflowed_logit": QT_TRANSLATE_NOOP("findings", "Logit too large for the format"),
    "nan_target": QT_TRANSLATE_NOOP("findings", "Target not finite"),
    "nan_weight": QT_TRANSLATE_NOOP("findings", "nan among the weights"),
    "infinite_weight": QT_TRANSLATE_NOOP("findings", "Weight too large for the format"),
    "ignored_not_finite": QT_TRANSLATE_NOOP("findings", "Ignored rows spoil the gradient"),
    "refused": QT_TRANSLATE_NOOP("findings", "PyTorch refuses the call"),
    "empty_batch": QT_TRANSLATE_NOOP("findings", "Mean of nothing"),
    "all_ignored": QT_TRANSLATE_NOOP("findings", "Every target is ignored"),
    "nothing_counted": QT_TRANSLATE_NOOP("findings", "No row counts"),
    "target_outside": QT_TRANSLATE_NOOP("findings", "Target outside [0, 1]"),
    "ignore_index_in_bce": QT_TRANSLATE_NOOP("findings", "BCE losses have no ignore_index"),
    "target_signed": QT_TRANSLATE_NOOP("findings", "Targets of -1 and 1"),
    "zero_target": QT_TRANSLATE_NOOP("findings", "All target probabilities are 0"),
    "target_sum": QT_TRANSLATE_NOOP("findings", "Probabilities do not sum to 1"),
    "labels_from_one": QT_TRANSLATE_NOOP("findings", "Labels count from 1"),
    "ignored_class": QT_TRANSLATE_NOOP("findings", "ignore_index is a real class"),
    "target_masked": QT_TRANSLATE_NOOP("findings", "The target's own class is masked"),
    "smoothing_leak": QT_TRANSLATE_NOOP("findings", "Smoothing leaks into a masked class"),
    "zero_times_inf": QT_TRANSLATE_NOOP("findings", "0 · inf in a masked class"),
    "inf_minus_inf": QT_TRANSLATE_NOOP("findings", "inf − inf in the softmax"),
    "sigmoid_twice": QT_TRANSLATE_NOOP("findings", "Logits look like probabilities"),
    "softmax_twice": QT_TRANSLATE_NOOP("findings", "Softmax applied twice"),
    "log_probabilities": QT_TRANSLATE_NOOP("findings", "Logits are log-probabilities"),
    "one_class": QT_TRANSLATE_NOOP("findings", "One class, nothing to learn"),
    "negative_loss": QT_TRANSLATE_NOOP("findings", "Negative loss"),
    "cast_before_loss": QT_TRANSLATE_NOOP("findings", "Logits were cast before the loss"),
    "infinite_logit": QT_TRANSLATE_NOOP("findings", "nan at an infinite logit"),
    "beyond_format": QT_TRANSLATE_NOOP("findings", "Loss beyond the format"),
    "log_of_zero": QT_TRANSLATE_NOOP("findings", "Logarithm of 0"),
    "inner_sum": QT_TRANSLATE_NOOP("findings", "A sum inside the loss overflows"),
    "broken_step": QT_TRANSLATE_NOOP("findings", "An operation breaks"),
    "clamped": QT_TRANSLATE_NOOP("findings", "Logarithm clamped at -100"),
    "underflow": QT_TRANSLATE_NOOP("findings", "Loss vanishes"),
    "digits": QT_TRANSLATE_NOOP("findings", "Loss more than 1 % off"),
    "dead_gradient": QT_TRANSLATE_NOOP("findings", "Gradient fades where the loss is large"),
    "exploded_gradient": QT_TRANSLATE_NOOP("findings", "Gradient more than twice too large"),
    "half_gradient": QT_TRANSLATE_NOOP("findings", "Gradient breaks in float16"),
    "gradient_of_log_zero": QT_TRANSLATE_NOOP("findings", "Gradient of log(softmax) breaks"),
    "broken_gradient": QT_TRANSLATE_NOOP("findings", "Gradient breaks"),
    "confident_gradient": QT_TRANSLATE_NOOP("findings", "Gradient of sure rows is lost"),
    "gradient_underflow": QT_TRANSLATE_NOOP("findings", "Gradient vanishes in right rows"),
    "no_weight": QT_TRANSLATE_NOOP("findings", "Weights add up to 0"),
    "count_overflow": QT_TRANSLATE_NOOP("findings", "The number of rows overflows"),
    "weight_sum_overflow": QT_TRANSLATE_NOOP("findings", "The sum of the weights overflows"),
    "sum_overflow": QT_TRANSLATE_NOOP("findings", "The sum overflows"),
    "mean_underflow": QT_TRANSLATE_NOOP("findings", "The mean vanishes"),
    "mean_digits": QT_TRANSLATE_NOOP("findings", "The sum over the rows loses digits"),
    "chance": QT_TRANSLATE_NOOP("findings", "Loss at chance"),
    "smoothing_optimum": QT_TRANSLATE_NOOP("findings", "Weighted smoothing moves the optimum"),
}
"""The findings' titles by key."""

FAILURES = {
    "clamped": QT_TRANSLATE_NOOP("findings", "{formula} is clamped"),
    "beyond_format": QT_TRANSLATE_NOOP("findings", "{formula} is beyond the format"),
    "underflow": QT_TRANSLATE_NOOP("findings", "{formula} gives 0"),
    "digits": QT_TRANSLATE_NOOP("findings", "{formula} is more than 1 % off"),
    "negative_loss": QT_TRANSLATE_NOOP("findings", "{formula} is negative"),
    "dead_gradient": QT_TRANSLATE_NOOP("findings", "{formula} has a dead gradient"),
    "exploded_gradient": QT_TRANSLATE_NOOP("findings", "{formula} has an exploded gradient"),
    "half_gradient": QT_TRANSLATE_NOOP("findings", "{formula} has a broken gradient"),
    "gradient_of_log_zero": QT_TRANSLATE_NOOP("findings", "{formula} has a broken gradient"),
    "broken_gradient": QT_TRANSLATE_NOOP("findings", "{formula} has a broken gradient"),
    "refused": QT_TRANSLATE_NOOP("findings", "{formula} is refused"),
}
"""What one formula is, for the findings that can be about one."""

FAILING = {
    Kind.NAN: QT_TRANSLATE_NOOP("findings", "{formula} is nan"),
    Kind.INFINITE: QT_TRANSLATE_NOOP("findings", "{formula} is inf"),
}
"""The same, for the others, by what came out."""


class FindingLine(NamedTuple):
    """One line of the list: all findings of a key.

    Attributes
    ----------
    key : str
    mark : str
        How bad it is, as an icon tells.
    title : str
        What is what, for example 'scratch is inf'.
    about : str
        The formulas, where there are several, and the rows; empty where it is about the whole problem.
    cause, evidence, change : tuple of str
        What is to be read, a paragraph each.
    code : str
        The lines to copy.
    rows : sequence of int
        All rows it is about, from 0 on.
    """

    key: str
    mark: Mark
    title: str
    about: str
    cause: tuple[str, ...]
    evidence: tuple[str, ...]
    change: tuple[str, ...]
    code: str
    rows: RowNumbers

    @property
    def row(self) -> int | None:
        """The first row it is about; None where it is about the whole problem."""
        return self.rows[0] if self.rows else None

    @property
    def text(self) -> str:
        """The line without its icon."""
        return " · ".join(part for part in (self.title, self.about) if part)


def finding_lines(findings: Iterable[Finding]) -> tuple[FindingLine, ...]:
    """The findings as lines, those of one key together, in their order."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.key, []).append(finding)
    return tuple(_line(key, group) for key, group in groups.items())


def count_lines(findings: Iterable[Finding]) -> int:
    """How many lines findings have."""
    return len({finding.key for finding in findings})


def filled(finding: Finding, part: str) -> str:
    """One of a finding's texts in the user's language, with its values."""
    values = dict(finding.values)
    if "where" in values:
        values["where"] = rows_in_words(finding.rows)
    return _translate("findings", part).format(**values)


def rows_in_words(rows: Sequence[int]) -> str:
    """'row 3', 'rows 3, 5', 'rows 1, 2, 3, 4, 5 and 120 more', 'no row'; they count from 1."""
    if not rows:
        return _translate("findings", "no row")
    if len(rows) == 1:
        return _translate("findings", "row {row}").format(row=rows[0] + 1)
    named = ", ".join(str(row + 1) for row in rows[:ROWS_NAMED])
    if len(rows) <= ROWS_NAMED:
        return _translate("findings", "rows {rows}").format(rows=named)
    more = QCoreApplication.translate("findings", "rows {rows} and %n more", "", len(rows) - ROWS_NAMED)
    return more.format(rows=named)


def _line(key: str, group: list[Finding]) -> FindingLine:
    formulas = _formulas(group)
    rows = RowNumbers.union([each.rows for each in group])
    said = _said_of_one(key, group, formulas)
    about = ["" if said else ", ".join(formulas), rows_in_words(rows) if rows else ""]
    return FindingLine(
        key=key,
        mark=MARKS[min((each.severity for each in group), key=list(Severity).index)],
        title=said or _translate("findings", TITLES.get(key, key)),
        about=" · ".join(part for part in about if part),
        cause=_paragraphs(filled(each, each.cause) for each in group),
        evidence=_paragraphs(filled(each, each.evidence) for each in group if each.evidence),
        change=_paragraphs(filled(each, each.remedy) for each in group if each.remedy),
        code="\n".join(_paragraphs(each.code for each in group)),
        rows=rows,
    )


def _formulas(group: list[Finding]) -> list[str]:
    named = (formula_named(each.formula).title for each in group if each.formula is not None)
    return list(dict.fromkeys(named))


def _said_of_one(key: str, group: list[Finding], formulas: list[str]) -> str:
    """'F is K' where one formula is meant; nothing where it is several, or the problem."""
    kinds = {each.kind for each in group}
    if len(formulas) != 1:
        return ""
    words = FAILURES.get(key, "")
    if not words and key in OF_ONE_LOSS and len(kinds) == 1:
        words = FAILING.get(group[0].kind, "")
    return _translate("findings", words).format(formula=formulas[0]) if words else ""


def _paragraphs(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
