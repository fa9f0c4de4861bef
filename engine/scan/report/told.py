"""A scan in plain numbers and texts: the JSON form, documented here, which every other report is made from.

``version`` is 1. It grows where a name changes its meaning or goes; new names may come without.

- ``version``, ``healthy``, ``verdict`` (one line), ``seconds``
- ``evaluated``: ``rows`` that were evaluated one by one, and the ``seconds`` of threads that this took
- ``total_rows``: of the files, more than were counted where a scan was stopped
- ``data``: ``files``, ``kind``, ``rows``, ``ignored``, ``width`` (classes or labels), ``format`` (the one
  that decides)
- ``findings``: a list of ``key``, ``severity``, ``sentence``, ``remedy``, ``count``, ``rows`` (the first
  ones: ``file``, ``row``, from 0 on)
- ``counts``: by formula, then by format, ``loss`` and ``gradient``: rows by regime, where any is.
  ``losing_digits`` counts the rows that lie where digits are lost; if ``digits`` is ``counted``, some of
  them are right by luck, and ``right_by_luck`` is that share in a sample (null without one).
- ``means`` (null if they were not computed): by formula, and ``exact``: ``mean``, ``finite_mean``, ``sum``,
  ``nan``, ``inf``
- ``logits``: ``step`` and ``bins``: lists of ``from``, ``target_0``, ``target_1``; ends hold all further out.
  Of several classes ``target_0`` counts each row's largest logit, and ``target_1`` its target's
- ``losses``: by the power of two below the true loss how many rows
- ``worst``: rows with ``file``, ``row``, ``logit``, ``target``, ``margin``, ``severity``

nan and infinities are the texts ``nan``, ``inf`` and ``-inf``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.floats.formats import FORMATS
from engine.floats.verdicts import GradientRegime, Regime
from engine.scan.block import Options
from engine.scan.luck import luck_of
from engine.scan.report.verdict import Verdict
from engine.scan.sources import Data
from engine.scan.summary import LOGIT_BINS, LOGIT_STEP, LOSS_EXPONENTS, Counts, Summary

VERSION = 1


def told(summary: Summary, verdict: Verdict, options: Options, data: Data, seconds: float) -> dict[str, Any]:
    """Everything of a scan as JSON holds it.

    Parameters
    ----------
    summary : Summary
    verdict : Verdict
    options : Options
    data : Data
    seconds : float
        That the scan took.

    Returns
    -------
    dict
    """
    return {
        "version": VERSION,
        "healthy": verdict.is_healthy,
        "verdict": verdict.headline,
        "seconds": round(seconds, 3),
        "evaluated": {"rows": summary.one_by_one.rows, "seconds": round(summary.one_by_one.seconds, 3)},
        "total_rows": data.rows,
        "data": {
            "files": list(data.paths),
            "kind": data.kind,
            "rows": summary.rows,
            "ignored": summary.ignored,
            "width": data.width,
            "format": options.format.name,
        },
        "findings": [
            {
                "key": finding.key,
                "severity": finding.severity.value,
                "sentence": finding.sentence,
                "remedy": finding.remedy,
                "count": finding.count,
                "rows": [{"file": data.paths[shard], "row": row} for shard, row in finding.rows],
            }
            for finding in verdict.findings
        ],
        "counts": _counts(summary, options),
        "means": _means(summary),
        "logits": {"step": LOGIT_STEP, "bins": _bins(summary)},
        "losses": {
            str(LOSS_EXPONENTS[0] + at): count
            for at, count in enumerate(summary.true_losses.tolist())
            if count
        },
        "worst": _worst(summary, data),
    }


def _counts(summary: Summary, options: Options) -> dict[str, Any]:
    luck, is_counted = luck_of(summary, options), bool(summary.inside.any())
    made: dict[str, Any] = {}
    width = len(summary.formulas)
    for at, key in enumerate(summary.formulas):
        made[key] = {}
        for place, fmt in enumerate(FORMATS):
            one: dict[str, Any] = {
                "loss": _by_regime(summary.losses[place, at], Regime),
                "gradient": _by_regime(summary.gradients[place, at], GradientRegime),
            }
            one["digits"] = "counted" if is_counted else "computed"
            if is_counted:
                one["right_by_luck"] = {
                    "loss": _share(luck[place, at]),
                    "gradient": _share(luck[place, width + at]),
                }
            made[key][fmt.name] = one
    return made


def _share(inside_and_lucky: Counts) -> float | None:
    inside, lucky = inside_and_lucky.tolist()
    return lucky / inside if inside else None


def _by_regime(counts: Counts, kinds: type[Regime] | type[GradientRegime]) -> dict[str, int]:
    return {kind.name.lower(): int(counts[kind]) for kind in kinds if counts[kind]}


def _means(summary: Summary) -> dict[str, Any] | None:
    if not summary.sums:
        return None
    return {
        name: {
            "mean": number(total.mean),
            "finite_mean": number(total.finite_mean),
            "sum": number(total.value),
            "nan": total.nans,
            "inf": total.above + total.below,
        }
        for name, total in summary.sums.items()
    }


def _bins(summary: Summary) -> list[dict[str, Any]]:
    zero, one = summary.logits.tolist()
    return [
        {"from": (at - LOGIT_BINS) * LOGIT_STEP, "target_0": zero[at], "target_1": one[at]}
        for at in np.flatnonzero(summary.logits.sum(axis=0)).tolist()
    ]


def _worst(summary: Summary, data: Data) -> list[dict[str, Any]]:
    worst = summary.worst
    return [
        {
            "file": data.paths[int(worst.shard[at])],
            "row": int(worst.row[at]),
            "logit": number(float(worst.logit[at])),
            "target": number(float(worst.target[at])),
            "margin": number(float(worst.margin[at])),
            "severity": int(worst.severity[at]),
        }
        for at in range(len(worst.row))
    ]


def number(value: float) -> float | str:
    """A number, or its name where JSON has none."""
    return value if math.isfinite(value) else str(value)
