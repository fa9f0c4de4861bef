"""The verdict, the findings and the worst rows in the user's words."""

from __future__ import annotations

import math
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from engine import (
    GradientRegime,
    Regime,
    Role,
    formula_named,
    rank_of,
)
from engine.scan import Data
from engine.scan.report import ScanFinding, short_title
from engine.scan.shown import Request
from gui.explain.row_sentence import Sentence
from gui.scan.found import Found
from gui.services.look.marks import Mark
from gui.services.numbers.number_text import format_number, told_apart
from gui.services.verdicts.later_words import QT_TRANSLATE_NOOP

_translate = QCoreApplication.translate

ROWS_NAMED = 3

INPUTS = {
    "nan_logit": QT_TRANSLATE_NOOP("scan", "a nan logit in {where} makes every mean nan"),
    "nan_target": QT_TRANSLATE_NOOP("scan", "a nan target in {where}: no loss of it is a number"),
    "target_outside": QT_TRANSLATE_NOOP("scan", "a target that PyTorch refuses in {where}"),
    "inf_logit": QT_TRANSLATE_NOOP("scan", "an infinite logit in {where}"),
    "all_ignored": QT_TRANSLATE_NOOP("scan", "every target is ignored, and the mean is nan"),
}
FORMULAS = {
    "loss:nan": QT_TRANSLATE_NOOP("scan", "{formula} is nan in {where}"),
    "loss:infinite": QT_TRANSLATE_NOOP("scan", "{formula} is inf where the true loss is finite, in {where}"),
    "loss:beyond": QT_TRANSLATE_NOOP("scan", "the loss leaves {format} in {where}"),
    "gradient:nan": QT_TRANSLATE_NOOP("scan", "the gradient of {formula} is nan in {where}"),
    "gradient:beyond": QT_TRANSLATE_NOOP("scan", "the gradient leaves {format} in {where}"),
    "gradient:exploded": QT_TRANSLATE_NOOP("scan", "the gradient of {formula} explodes in {where}"),
    "loss:clamped": QT_TRANSLATE_NOOP("scan", "{formula} is clamped in {where}"),
    "gradient:stalled": QT_TRANSLATE_NOOP(
        "scan", "the gradient of {formula} is dead, though there is much to learn, in {where}"
    ),
    "loss:underflowed": QT_TRANSLATE_NOOP("scan", "{formula} is 0 in {where} where the true loss is not"),
}
"""What is said of a finding, by the end of its key."""

SEVERITY_MARKS: dict[str, Mark] = {"broken": "wrong", "wrong number": "beware", "good to know": "note"}


def names_of(keys: Sequence[str]) -> dict[str, str]:
    """Formulas by their losses' names alone, where these tell them apart."""
    bare = {key: formula_named(key).title.partition("(")[0] for key in keys}
    names = [*bare.values()]
    return {key: name if names.count(name) == 1 else short_title(key) for key, name in bare.items()}


def place(data: Data, shard: int, row: int) -> str:
    """A row's place, counted from 1."""
    label = None
    if data.kind == "multilabel":
        row, label = divmod(row, data.width)
    words = f"{row + 1:,}"
    if label is not None:
        words = _translate("scan", "{row} label {label}").format(row=words, label=label + 1)
    if len(data.paths) > 1:
        words = _translate("scan", "{row} of {file}").format(row=words, file=data.paths[shard])
    return words


def rows_words(finding: ScanFinding, data: Data) -> str:
    """How many rows, and the first ones."""
    shown = [place(data, *each) for each in finding.rows[:ROWS_NAMED]]
    if finding.count == 1 and shown:
        return _translate("scan", "row {row}").format(row=shown[0])
    more = ", …" if finding.count > len(shown) else ""
    return _translate("scan", "{count} rows ({first})").format(
        count=f"{finding.count:,}", first=", ".join(shown) + more
    )


def finding_words(finding: ScanFinding, found: Found) -> str:
    """What happens and in how many rows, without a full stop."""
    where = rows_words(finding, found.data)
    if finding.key in INPUTS:
        return _translate("scan", INPUTS[finding.key]).format(where=where)
    key, _, name = finding.key.partition(":")
    words = _translate("scan", FORMULAS[name])
    formula = names_of(found.options.keys)[key]
    return words.format(where=where, formula=formula, format=found.options.format.name)


def capital(words: str) -> str:
    """The words as a sentence begins."""
    return words[:1].upper() + words[1:]


def verdict_sentence(found: Found, stopped: str = "") -> Sentence:
    """The verdict in the largest type, and what there is besides; `stopped` says why rows are missing."""
    trouble = [each for each in found.verdict.findings if each.is_trouble]
    besides = ""
    if len(trouble) > 1:
        besides = _translate("scan", "Besides, {second}").format(second=finding_words(trouble[1], found))
        more = len(trouble) - 2
        besides += _translate("scan", ", and {count} more.").format(count=more) if more else "."
    if not trouble:
        mark: Mark = "right"
        lead = _translate("scan", "Healthy.")
        besides = _healthy_words(found)
    else:
        mark = SEVERITY_MARKS[trouble[0].severity.value]
        lead = _translate("scan", "Not healthy: {worst}.").format(worst=finding_words(trouble[0], found))
    if found.is_whole:
        return Sentence(mark, lead, besides)
    partial = _translate("scan", "The first {rows} of {total} rows: {verdict}").format(
        rows=f"{found.summary.rows:,}", total=f"{found.data.rows:,}", verdict=lead
    )
    if stopped:
        return Sentence("wrong" if mark == "wrong" else "beware", f"{stopped}.", partial)
    return Sentence(mark if trouble else "note", partial, besides)


def _healthy_words(found: Found) -> str:
    words = _translate("scan", "Nothing is worse than good to know in {rows} rows, judged in {format}.")
    return words.format(rows=f"{found.summary.rows:,}", format=found.options.format.name)


@dataclass(frozen=True, slots=True)
class Line:
    """What the status line says of one finding."""

    mark: Mark
    kind: str
    text: str


def finding_line(finding: ScanFinding, found: Found) -> Line:
    """A finding with what to do."""
    severity = _translate("scan", finding.severity.value)
    text = f"{capital(finding_words(finding, found))}. {_translate('scan', finding.remedy)}"
    return Line(SEVERITY_MARKS[finding.severity.value], severity, text)


def command_text(request: Request) -> str:
    """The line that makes the same scan in a terminal."""
    words = [Path(sys.executable).name or "python", "main.py", *request.command()]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


# -- one row ----------------------------------------------------------------------------------------


def breaks(found: Found, at: int, names: dict[str, str]) -> str:
    """What breaks in one of the listed rows, in a few words."""
    listed = found.listed
    ranked = []
    for number, key in enumerate(listed.formulas):
        if formula_named(key).role is Role.PYTORCH:
            loss = Regime(int(listed.regimes[at, number]))
            slope = GradientRegime(int(listed.gradients[at, number]))
            ranked.append((max(rank_of(loss), rank_of(slope)), -number, loss, slope))
    rank, number, loss, slope = max(ranked)
    if rank == 0:
        return _translate("scan", "right")
    if loss is Regime.NO_TRUTH:
        return _no_truth_words(found, at)
    if loss is Regime.TRUE_INFINITY:
        return _translate("scan", "infinite logit: the true loss is inf")
    name = names[listed.formulas[-number]]
    if loss in (Regime.EXACT, Regime.LOSING_DIGITS):
        return _gradient_words(slope).format(formula=name)
    value, truth = told_apart(float(listed.losses[at, -number]), float(listed.truth[at]))
    words = _loss_words(loss).format(formula=name, value=value, truth=truth)
    if rank_of(slope) > rank_of(loss):
        also = _translate("scan", "{loss}; {gradient}")
        words = also.format(loss=words, gradient=_gradient_words(slope).format(formula=name))
    return words


def _no_truth_words(found: Found, at: int) -> str:
    target, last = float(found.listed.target[at]), 1
    if found.options.family == "multiclass":
        last = found.data.width - 1
    if math.isnan(target):
        return _translate("scan", "nan target")
    if not 0.0 <= target <= last:
        words = _translate("scan", "no true loss: the target is {target}")
        return words.format(target=format_number(target))
    if math.isnan(found.listed.margin[at]):
        return _translate("scan", "nan logit: made before the loss")
    return _translate("scan", "no true loss: infinite logits meet")


def _loss_words(regime: Regime) -> str:
    words = {
        Regime.CLAMPED: _translate("scan", "{formula} is clamped to {value}, true {truth}"),
        Regime.INFINITE: _translate("scan", "{formula} is {value}, true {truth}"),
        Regime.NAN: _translate("scan", "{formula} is nan, true {truth}"),
        Regime.BEYOND: _translate("scan", "the true loss {truth} is beyond the format"),
        Regime.UNDERFLOWED: _translate("scan", "{formula} underflows to 0, true {truth}"),
        Regime.REFUSED: _translate("scan", "{formula} refuses the row"),
    }
    return words.get(regime, _translate("scan", "{formula} says {value}, true {truth}"))


def _gradient_words(regime: GradientRegime) -> str:
    words = {
        GradientRegime.DEAD: _translate("scan", "the gradient of {formula} is dead"),
        GradientRegime.EXPLODED: _translate("scan", "the gradient of {formula} explodes"),
        GradientRegime.BEYOND: _translate("scan", "the gradient of {formula} is beyond the format"),
        GradientRegime.NAN: _translate("scan", "the gradient of {formula} is nan"),
    }
    return words.get(regime, _translate("scan", "the gradient of {formula} is wrong"))
