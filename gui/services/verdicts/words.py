"""What a verdict means, why there is no truth, and what a formula leaves out: said alike everywhere."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine import (
    DESCRIPTIONS,
    GRADIENT_DESCRIPTIONS,
    NO_TRUTH_REASONS,
    Formula,
    GradientRegime,
    NoTruth,
    Problem,
    Regime,
)

_translate = QCoreApplication.translate


def meaning(regime: Regime | GradientRegime) -> str:
    """A regime in one sentence."""
    if isinstance(regime, GradientRegime):  # the two enumerations share their integers
        return _translate("verdicts", GRADIENT_DESCRIPTIONS[regime])
    return _translate("verdicts", DESCRIPTIONS[regime])


def no_truth_text(reason: NoTruth) -> str:
    """Why a loss has no true value."""
    text = _translate("verdicts", "no true value, because {reason}")
    return text.format(reason=_translate("verdicts", NO_TRUTH_REASONS[reason]))


def passed_over_text(formula: Formula, problem: Problem) -> str:
    """Which of the options in force a formula has no argument for; empty where it takes them all."""
    from engine import passed_over  # noqa: PLC0415  # not needed to start

    names = passed_over(formula, problem)
    if not names:
        return ""
    words = _translate("verdicts", "{title} has no {options}: it is not the same loss as those that have")
    return words.format(title=formula.title, options=", ".join(names))
