"""The worst finding in one line: what kind, what, which rows, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from engine import Finding, Kind
from gui.findings.finding_words import MARKS, filled, finding_lines

_translate = QCoreApplication.translate


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
    worst = found[0]
    what = filled(worst, worst.cause).partition(": ")[0].rstrip(".")
    remedy = filled(worst, worst.remedy).partition(". ")[0].rstrip(".")
    text = _translate("status", "{what}. {remedy}.").format(what=what, remedy=remedy)
    return StatusWords(MARKS[worst.severity], kind_words(worst.kind), text, len(finding_lines(found)) - 1)


def kind_words(kind: Kind) -> str:
    """A kind of failure by its one word."""
    return {
        Kind.INPUT: _translate("status", "input not finite"),
        Kind.REFUSED: _translate("status", "refused"),
        Kind.NAN: _translate("status", "nan"),
        Kind.INFINITE: _translate("status", "inf"),
        Kind.CLAMPED: _translate("status", "clamped"),
        Kind.GRADIENT: _translate("status", "gradient"),
        Kind.FEEDING: _translate("status", "wrong feeding"),
        Kind.UNDERFLOW: _translate("status", "underflow"),
        Kind.DIGITS: _translate("status", "digits"),
    }[kind]
