"""The worst finding in one line: what, which rows, what follows, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import Finding
from gui.findings.finding_words import finding_lines, sentence

_translate = QCoreApplication.translate

WRONG = frozenset(
    {
        "refused",
        "infinite_logit",
        "inf_minus_inf",
        "zero_times_inf",
        "overflowed_logit",
        "infinite_weight",
        "sum_overflow",
        "count_overflow",
        "half_gradient",
        "empty_batch",
        "no_weight",
        "all_ignored",
    }
)
"""Findings by which some value is nan, inf or refused."""


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The status line.

    Attributes
    ----------
    mark : str
        How bad it is, as an icon tells.
    kind : str
    text : str
    more : int
        Findings beside this one.
    """

    mark: str
    kind: str
    text: str
    more: int


def status_words(found: Sequence[Finding]) -> StatusWords:
    """The line for findings in their order, the worst first."""
    if not found:
        kind = _translate("status", "right")
        return StatusWords("right", kind, _translate("status", "every formula is within its rounding."), 0)
    lines = finding_lines(found)
    mark = "wrong" if found[0].key in WRONG else "beware"
    return StatusWords(mark, lines[0].text.partition(" · ")[0], sentence(found[0]), len(lines) - 1)
