"""What may be wrong with a row, as chips, filters, pills and cells count and name it: one order, one word."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from engine import GradientRegime, Regime
from gui.services.verdicts.later_words import QT_TRANSLATE_NOOP
from gui.tables.grid.columns import Kind, TableColumn
from gui.tables.grid.snapshot import AnyRegime, Judged, Snapshot

Codes = NDArray[np.uint8]

_translate = QCoreApplication.translate


class Failure(IntEnum):
    """The worst last; a right number has none. Losses that are nan or infinite are told by their number."""

    NONE = 0
    DIGITS = 1
    UNDERFLOW = 2
    FEEDING = 3
    DEAD = 4
    EXPLODED = 5
    CLAMPED = 6
    INFINITE = 7
    NAN = 8
    INPUT = 9


WORST_FIRST = tuple(sorted(Failure, reverse=True))[:-1]

OF_REGIMES = {
    Regime.EXACT: Failure.NONE,
    Regime.LOSING_DIGITS: Failure.DIGITS,
    Regime.UNDERFLOWED: Failure.UNDERFLOW,
    Regime.MISTAKEN: Failure.FEEDING,
    Regime.CLAMPED: Failure.CLAMPED,
    Regime.BEYOND: Failure.INFINITE,
    Regime.INFINITE: Failure.INFINITE,
    Regime.NAN: Failure.NAN,
    Regime.REFUSED: Failure.NAN,
    Regime.TRUE_INFINITY: Failure.INPUT,
    Regime.NO_TRUTH: Failure.INPUT,
}
OF_GRADIENT_REGIMES = {
    GradientRegime.EXACT: Failure.NONE,
    GradientRegime.LOSING_DIGITS: Failure.DIGITS,
    GradientRegime.MISTAKEN: Failure.FEEDING,
    GradientRegime.DEAD: Failure.DEAD,
    GradientRegime.EXPLODED: Failure.EXPLODED,
    GradientRegime.BEYOND: Failure.INFINITE,
    GradientRegime.NAN: Failure.NAN,
    GradientRegime.REFUSED: Failure.NAN,
    GradientRegime.NO_TRUTH: Failure.INPUT,
}

REGIMES: dict[Failure, AnyRegime] = {
    Failure.DIGITS: Regime.LOSING_DIGITS,
    Failure.UNDERFLOW: Regime.UNDERFLOWED,
    Failure.DEAD: GradientRegime.DEAD,
    Failure.EXPLODED: GradientRegime.EXPLODED,
    Failure.CLAMPED: Regime.CLAMPED,
    Failure.INFINITE: Regime.INFINITE,
    Failure.NAN: Regime.NAN,
    Failure.FEEDING: Regime.MISTAKEN,
    Failure.INPUT: Regime.NO_TRUTH,
}
"""The regime whose colour and hatch a failure has."""


def failure_of(regime: AnyRegime) -> Failure:
    """The failure that a regime is."""
    # The two enumerations share their integers, and so one dictionary could not hold both.
    return OF_GRADIENT_REGIMES[regime] if isinstance(regime, GradientRegime) else OF_REGIMES[regime]


def failures_of(snapshot: Snapshot, column: TableColumn) -> Codes | None:
    """Each row's `Failure` in a column of losses or gradients; None while unknown, and of other columns.

    A loss that is nan or infinite is one, whoever is to blame: the truth may be infinite, too.
    """
    if column.kind not in {Kind.LOSS, Kind.GRADIENT}:
        return None
    if column not in snapshot.failures:
        judged = snapshot.judged(column)
        if judged is None:
            return None
        snapshot.failures[column] = _failures(snapshot, column, judged)
    return snapshot.failures[column]


def _failures(snapshot: Snapshot, column: TableColumn, judged: Judged) -> Codes:
    codes = _TABLES[judged.kind][judged.regimes]
    values = judged.values
    if column.kind is Kind.LOSS:
        finite = np.isfinite(values)
        if not finite.all():
            codes[~finite] = np.where(np.isnan(values[~finite]), Failure.NAN, Failure.INFINITE)
    meant = snapshot.meant(column)
    if meant is not None:
        codes[~meant] = Failure.NONE
    return snapshot.uncover(column, codes)


def _table(of: dict[Regime, Failure] | dict[GradientRegime, Failure]) -> Codes:
    table = np.zeros(1 + max(map(int, of)), dtype=np.uint8)
    for regime, failure in of.items():
        table[int(regime)] = failure
    return table


_TABLES = {Regime: _table(OF_REGIMES), GradientRegime: _table(OF_GRADIENT_REGIMES)}


WORDS = {
    Failure.NONE: QT_TRANSLATE_NOOP("failures", "right"),
    Failure.DIGITS: QT_TRANSLATE_NOOP("failures", "digits"),
    Failure.UNDERFLOW: QT_TRANSLATE_NOOP("failures", "underflow"),
    Failure.FEEDING: QT_TRANSLATE_NOOP("failures", "wrong feeding"),
    Failure.DEAD: QT_TRANSLATE_NOOP("failures", "dead"),
    Failure.EXPLODED: QT_TRANSLATE_NOOP("failures", "exploded"),
    Failure.CLAMPED: QT_TRANSLATE_NOOP("failures", "clamped"),
    Failure.INFINITE: QT_TRANSLATE_NOOP("failures", "inf"),
    Failure.NAN: QT_TRANSLATE_NOOP("failures", "nan"),
    Failure.INPUT: QT_TRANSLATE_NOOP("failures", "no truth"),
}
MEANINGS = {
    Failure.NONE: QT_TRANSLATE_NOOP("failures", "right"),
    Failure.DIGITS: QT_TRANSLATE_NOOP("failures", "with digits lost"),
    Failure.UNDERFLOW: QT_TRANSLATE_NOOP("failures", "underflowed to 0"),
    Failure.FEEDING: QT_TRANSLATE_NOOP("failures", "wrong by design: fed with what the loss does not take"),
    Failure.DEAD: QT_TRANSLATE_NOOP("failures", "with a dead gradient: 0 where it should not be"),
    Failure.EXPLODED: QT_TRANSLATE_NOOP("failures", "with an exploded gradient"),
    Failure.CLAMPED: QT_TRANSLATE_NOOP("failures", "clamped"),
    Failure.INFINITE: QT_TRANSLATE_NOOP("failures", "inf or -inf"),
    Failure.NAN: QT_TRANSLATE_NOOP("failures", "nan"),
    Failure.INPUT: QT_TRANSLATE_NOOP("failures", "without a finite true value"),
}


def failure_word(failure: Failure) -> str:
    """The one word for a failure."""
    return _translate("failures", WORDS[failure])


def failure_meaning(failure: Failure) -> str:
    """A failure in a few words, behind its count."""
    return _translate("failures", MEANINGS[failure])
