"""What a summary says of the whole: findings by name, the worst first, and whether the data are healthy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.diagnosis.finding import Severity
from engine.formulas.catalogue import formula_named
from engine.formulas.formula import Role
from engine.scan.block import Options
from engine.scan.summary import Named, Summary

ROWS_NAMED = 5
Place = Callable[[int, int], str]
"""From a shard and a row to its name, counted from 1."""


@dataclass(frozen=True, slots=True)
class ScanFinding:
    """One thing to know of all the rows.

    Attributes
    ----------
    key : str
        For example ``nan_logit`` or ``bce_sigmoid:loss:clamped``.
    severity : Severity
    sentence : str
        What happens, and in how many rows.
    remedy : str
    count : int
    rows : tuple of (shard, row)
        The first ones, from 0 on.
    """

    key: str
    severity: Severity
    sentence: str
    remedy: str
    count: int
    rows: tuple[tuple[int, int], ...]

    @property
    def is_trouble(self) -> bool:
        """Whether it makes the data unhealthy."""
        return self.severity != Severity.GOOD_TO_KNOW


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings, the worst first."""

    findings: tuple[ScanFinding, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is worse than good to know."""
        return not any(finding.is_trouble for finding in self.findings)

    @property
    def headline(self) -> str:
        """The verdict in one line: the worst finding, and how many more there are."""
        if self.is_healthy:
            return "Healthy."
        trouble = [finding for finding in self.findings if finding.is_trouble]
        more = len(trouble) - 1
        besides = f" And {more} more." if more else ""
        return f"Not healthy: {trouble[0].sentence}{besides}"


_FIND_THE_LAYER = "Look at the layer that made it: a rate too high, a division or logarithm without a floor."
_INPUTS = (
    ("nan_logit", Severity.BROKEN, "a nan logit in {where}: every mean is nan.", _FIND_THE_LAYER),
    ("nan_target", Severity.BROKEN, "a nan target in {where}: no loss of it is a number.", "Leave them out."),
    (
        "target_outside",
        Severity.BROKEN,
        "a target that PyTorch refuses in {where}.",
        "Look at how the labels are made: shifted by one, or another mark for rows to ignore.",
    ),
    ("inf_logit", Severity.BROKEN, "an infinite logit in {where}.", _FIND_THE_LAYER),
)
_BINARY = "Use BCEWithLogitsLoss on the logits."
_CLASSES = "Use CrossEntropyLoss on the logits."
_REGIMES = (
    ("loss:nan", Severity.BROKEN, "{title} is nan in {where}.", None),
    ("loss:infinite", Severity.BROKEN, "{title} is inf where the true loss is finite, in {where}.", None),
    ("loss:beyond", Severity.BROKEN, "the loss leaves {format} in {where}.", "Use a wider format."),
    ("gradient:nan", Severity.BROKEN, "the gradient of {title} is nan in {where}.", None),
    ("gradient:beyond", Severity.BROKEN, "the gradient leaves {format} in {where}.", "Use a wider format."),
    ("gradient:exploded", Severity.BROKEN, "the gradient of {title} explodes in {where}.", None),
    ("loss:clamped", Severity.WRONG, "{title} is clamped in {where}.", None),
    (
        "gradient:stalled",
        Severity.WRONG,
        "the gradient of {title} is dead, though there is much to learn, in {where}.",
        None,
    ),
    (
        "loss:underflowed",
        Severity.GOOD_TO_KNOW,
        "{title} is 0 in {where} where the true loss is not.",
        "Nothing to mend: such rows are right, and the error is tiny.",
    ),
)


def verdict_of(summary: Summary, options: Options, place: Place) -> Verdict:
    """The verdict on all rows, in the format that decides.

    Parameters
    ----------
    summary : Summary
    options : Options
    place : callable

    Returns
    -------
    Verdict
    """
    found = [*_whole(summary), *_inputs(summary, place), *_formulas(summary, options, place)]
    order = [*Severity]
    return Verdict(tuple(sorted(found, key=lambda finding: order.index(finding.severity))))


def _whole(summary: Summary) -> Iterator[ScanFinding]:
    if summary.ignored and summary.ignored == summary.rows:
        sentence = "every target is ignored: the mean is nan."
        yield ScanFinding("all_ignored", Severity.BROKEN, sentence, "Look at the labels.", summary.rows, ())


def _inputs(summary: Summary, place: Place) -> Iterator[ScanFinding]:
    for key, severity, text, remedy in _INPUTS:
        named = summary.named.get(key)
        if named is not None:
            sentence = text.format(where=where(named, place))
            yield ScanFinding(key, severity, sentence, remedy, named.count, named.places)


def _formulas(summary: Summary, options: Options, place: Place) -> Iterator[ScanFinding]:
    stable = _BINARY if options.family == "binary" else _CLASSES
    for name, severity, text, remedy in _REGIMES:
        for formula in options.formulas:
            key = f"{formula.key}:{name}"
            named = summary.named.get(key)
            if named is None or formula.role is not Role.PYTORCH:
                continue
            sentence = text.format(
                title=short_title(formula.key), where=where(named, place), format=options.format.name
            )
            is_stable = formula.key in {"bce_with_logits", "cross_entropy"}
            advice = remedy or ("Bound the logits, or use a wider format." if is_stable else stable)
            yield ScanFinding(key, severity, sentence, advice, named.count, named.places)


def short_title(key: str) -> str:
    """A formula's name without its argument where that is the logits."""
    return formula_named(key).title.removesuffix("(z)")


def where(named: Named, place: Place) -> str:
    """Rows in words: how many, and the first ones."""
    shown = [place(*each) for each in named.places[:ROWS_NAMED]]
    if named.count == 1:
        return f"row {shown[0]}"
    more = "" if named.count <= ROWS_NAMED else ", ..."
    return f"{named.count:,} rows ({', '.join(shown)}{more})"
