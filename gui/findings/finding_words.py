"""The words for findings: a title each, the rows, and cause, evidence and change in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import Finding, Kind, RowNumbers, Severity, formula_named
from gui.services.look.marks import Mark

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


def _titles() -> dict[str, str]:
    """The findings' titles by key."""
    return {
        "nan_logit": _translate("findings", "nan among the logits"),
        "inf_logit": _translate("findings", "Infinite logit"),
        "overflowed_logit": _translate("findings", "Logit too large for the format"),
        "nan_target": _translate("findings", "Target not finite"),
        "nan_weight": _translate("findings", "nan among the weights"),
        "infinite_weight": _translate("findings", "Weight too large for the format"),
        "ignored_not_finite": _translate("findings", "Ignored rows spoil the gradient"),
        "refused": _translate("findings", "PyTorch refuses the call"),
        "empty_batch": _translate("findings", "Mean of nothing"),
        "all_ignored": _translate("findings", "Every target is ignored"),
        "nothing_counted": _translate("findings", "No row counts"),
        "target_outside": _translate("findings", "Target outside [0, 1]"),
        "ignore_index_in_bce": _translate("findings", "BCE losses have no ignore_index"),
        "target_signed": _translate("findings", "Targets of -1 and 1"),
        "zero_target": _translate("findings", "All target probabilities are 0"),
        "target_sum": _translate("findings", "Probabilities do not sum to 1"),
        "labels_from_one": _translate("findings", "Labels count from 1"),
        "ignored_class": _translate("findings", "ignore_index is a real class"),
        "target_masked": _translate("findings", "The target's own class is masked"),
        "smoothing_leak": _translate("findings", "Smoothing leaks into a masked class"),
        "zero_times_inf": _translate("findings", "0 · inf in a masked class"),
        "inf_minus_inf": _translate("findings", "inf − inf in the softmax"),
        "sigmoid_twice": _translate("findings", "Logits look like probabilities"),
        "softmax_twice": _translate("findings", "Softmax applied twice"),
        "log_probabilities": _translate("findings", "Logits are log-probabilities"),
        "one_class": _translate("findings", "One class, nothing to learn"),
        "negative_loss": _translate("findings", "Negative loss"),
        "cast_before_loss": _translate("findings", "Logits were cast before the loss"),
        "infinite_logit": _translate("findings", "nan at an infinite logit"),
        "beyond_format": _translate("findings", "Loss beyond the format"),
        "log_of_zero": _translate("findings", "Logarithm of 0"),
        "inner_sum": _translate("findings", "A sum inside the loss overflows"),
        "broken_step": _translate("findings", "An operation breaks"),
        "clamped": _translate("findings", "Logarithm clamped at -100"),
        "underflow": _translate("findings", "Loss vanishes"),
        "digits": _translate("findings", "Loss more than 1 % off"),
        "dead_gradient": _translate("findings", "Gradient fades where the loss is large"),
        "exploded_gradient": _translate("findings", "Gradient more than twice too large"),
        "half_gradient": _translate("findings", "Gradient breaks in float16"),
        "gradient_of_log_zero": _translate("findings", "Gradient of log(softmax) breaks"),
        "broken_gradient": _translate("findings", "Gradient breaks"),
        "confident_gradient": _translate("findings", "Gradient of sure rows is lost"),
        "gradient_underflow": _translate("findings", "Gradient vanishes in right rows"),
        "no_weight": _translate("findings", "Weights add up to 0"),
        "count_overflow": _translate("findings", "The number of rows overflows"),
        "weight_sum_overflow": _translate("findings", "The sum of the weights overflows"),
        "sum_overflow": _translate("findings", "The sum overflows"),
        "mean_underflow": _translate("findings", "The mean vanishes"),
        "mean_digits": _translate("findings", "The sum over the rows loses digits"),
        "chance": _translate("findings", "Loss at chance"),
        "smoothing_optimum": _translate("findings", "Weighted smoothing moves the optimum"),
    }


def _failures() -> dict[str, str]:
    """What one formula is, for the findings that can be about one."""
    return {
        "clamped": _translate("findings", "{formula} is clamped"),
        "beyond_format": _translate("findings", "{formula} is beyond the format"),
        "underflow": _translate("findings", "{formula} gives 0"),
        "digits": _translate("findings", "{formula} is more than 1 % off"),
        "negative_loss": _translate("findings", "{formula} is negative"),
        "dead_gradient": _translate("findings", "{formula} has a dead gradient"),
        "exploded_gradient": _translate("findings", "{formula} has an exploded gradient"),
        "half_gradient": _translate("findings", "{formula} has a broken gradient"),
        "gradient_of_log_zero": _translate("findings", "{formula} has a broken gradient"),
        "broken_gradient": _translate("findings", "{formula} has a broken gradient"),
        "refused": _translate("findings", "{formula} is refused"),
    }


def _failing() -> dict[Kind, str]:
    """The same, for the others, by what came out."""
    return {
        Kind.NAN: _translate("findings", "{formula} is nan"),
        Kind.INFINITE: _translate("findings", "{formula} is inf"),
    }


@dataclass(frozen=True, slots=True)
class FindingLine:
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
        title=said or _titles().get(key, key),
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
    words = _failures().get(key, "")
    if not words and key in OF_ONE_LOSS and len(kinds) == 1:
        words = _failing().get(group[0].kind, "")
    return words.format(formula=formulas[0])


def _paragraphs(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
