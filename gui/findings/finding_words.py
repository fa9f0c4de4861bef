"""The words for findings: a short title each, the rows, and the whole sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import Finding, formula_named

_translate = QCoreApplication.translate

ROWS_NAMED = 4
"""So many rows a line names; of more it says how many."""


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


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One line of the list: all findings of a key.

    Attributes
    ----------
    key : str
    text : str
        Title, formulas and rows.
    details : str
        Each finding in full, in paragraphs.
    row : int or None
        The first row it is about; None where it is about the whole problem.
    """

    key: str
    text: str
    details: str
    row: int | None


def finding_lines(findings: Iterable[Finding]) -> tuple[FindingLine, ...]:
    """The findings as lines, those of one key together, in their order."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.key, []).append(finding)
    titles = _titles()
    return tuple(_line(key, titles.get(key, key), group) for key, group in groups.items())


def sentence(finding: Finding) -> str:
    """A finding in full, in the user's language: cause, numbers, what to change, the line to copy."""
    parts = (finding.cause, finding.evidence, finding.remedy)
    return "\n".join([" ".join(filled(finding, part) for part in parts if part), finding.code])


def filled(finding: Finding, part: str) -> str:
    """One of a finding's texts in the user's language, with its values."""
    values = dict(finding.values)
    if finding.rows:
        rows = list(finding.rows[: ROWS_NAMED + 1])
        values["where"] = _rows_in_words(rows, len(finding.rows))
    return _translate("findings", part).format(**values)


def _line(key: str, title: str, group: list[Finding]) -> FindingLine:
    formulas = [formula_named(each.formula).title for each in group if each.formula is not None]
    rows = sorted({row for each in group for row in each.rows[: ROWS_NAMED + 1]})
    count = max(len(each.rows) for each in group)
    parts = [title]
    if formulas:
        parts.append(", ".join(dict.fromkeys(formulas)))
    if rows:
        parts.append(_rows_in_words(rows, max(count, len(rows))))
    return FindingLine(
        key, " · ".join(parts), "\n\n".join(sentence(each) for each in group), rows[0] if rows else None
    )


def _rows_in_words(rows: list[int], count: int) -> str:
    if count == 1:
        return _translate("findings", "row {row}").format(row=rows[0] + 1)
    if count <= ROWS_NAMED:
        named = ", ".join(str(row + 1) for row in rows)
        return _translate("findings", "rows {rows}").format(rows=named)
    return _translate("findings", "{count} rows from row {row}").format(count=count, row=rows[0] + 1)
