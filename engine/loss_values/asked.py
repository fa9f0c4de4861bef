"""What is asked: a loss as typed, whose digits say how exactly it is known, and what is said of the run."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.floats.formats import FLOAT16, FLOAT32, FORMATS, Format

_NUMBER = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?", flags=re.ASCII)
_UNKNOWN_DIGITS = re.compile(r"([+-]?)(\d*)\.(\d*)([xX]+)")
_WORDS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}

SPECIALS = frozenset({100.0, 1.0, -1.0, 0.0, 65504.0, 10000.0})
"""Numbers that mean something with fewer than four digits; nan and inf do, too."""

ENOUGH_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed number.

    Attributes
    ----------
    text : str
    value : float
    half : float
        Half a unit of the last digit typed: the number itself lies within it. 0 for nan, inf and the
        `SPECIALS` typed without a point.
    digits : int
        Significant ones.
    decimals : int
        Digits behind the point.
    """

    text: str
    value: float
    half: float
    digits: int
    decimals: int

    @property
    def can_be_sure(self) -> bool:
        """Whether its digits are enough to name a cause with confidence."""
        if not math.isfinite(self.value):
            return True
        if self.value == 0.0:  # '0.0000' is any small number
            return self.decimals <= 1
        return self.digits >= ENOUGH_DIGITS or self.value in SPECIALS


def read_typed(text: str) -> Typed:
    """Read a loss as people write it: ``0.6931``, ``1.2e-07``, ``nan``, ``-inf``, ``4.8xxx``.

    Parameters
    ----------
    text : str

    Returns
    -------
    Typed

    Raises
    ------
    ValueError
        If it is no number.

    Notes
    -----
    An x stands for a digit that is not known: ``4.8xxx`` lies anywhere from 4.8 to 4.9.

    Examples
    --------
    >>> read_typed("0.6931")
    Typed(text='0.6931', value=0.6931, half=5e-05, digits=4, decimals=4)
    >>> read_typed("1.19e-07").half
    5e-10
    """
    said = text.strip().replace("\N{MINUS SIGN}", "-")
    word = said.lower().lstrip("+-")
    if word in _WORDS:
        value = _WORDS[word]
        return Typed(text.strip(), -value if said.startswith("-") else value, 0.0, 0, 0)
    unknown = _UNKNOWN_DIGITS.fullmatch(said)
    if unknown is not None:
        sign, whole, known, _ = unknown.groups()
        half = 0.5 * 10.0 ** -len(known)
        value = float(f"{whole or '0'}.{known or '0'}") + half
        return Typed(text.strip(), -value if sign == "-" else value, half, _significant(whole + known), 0)
    match = _NUMBER.fullmatch(said)
    if match is None or not (match[2] or match[3]):
        raise ValueError(_refusal(text))
    whole, behind, exponent = match[2], match[3] or "", int(match[4] or 0)
    value = float(said)
    if math.isinf(value):
        raise ValueError(f"{text.strip()} is beyond float64; type inf for an infinite loss")
    decimals = len(behind)
    # Nobody rounds 0.4 to 0, or 100.4 to 100, when he says what his loss is stuck at.
    half = 0.0 if value in SPECIALS and not decimals else float(f"0.5e{exponent - decimals}")
    return Typed(text.strip(), value, half, _significant(whole + behind), max(0, decimals - exponent))


def _significant(digits: str) -> int:
    return len(digits.lstrip("0"))


def _refusal(text: str) -> str:
    if "," in text:
        return f"expected a number with a point such as 0.6931, got {text!r}"
    return f"expected a number such as 0.6931, 1.2e-07, nan or inf, got {text!r}"


LOSSES = ("BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "NLLLoss", "scratch", "other")
"""What `LossOptions.loss` may say; the textbook form is 'scratch', and 'other' is another library's."""

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        **{name.lower(): name for name in LOSSES},
        "bce": "BCELoss",
        "binary_cross_entropy": "BCELoss",
        "bcewithlogits": "BCEWithLogitsLoss",
        "binary_cross_entropy_with_logits": "BCEWithLogitsLoss",
        "ce": "CrossEntropyLoss",
        "cross_entropy": "CrossEntropyLoss",
        "crossentropy": "CrossEntropyLoss",
        "nll": "NLLLoss",
        "nll_loss": "NLLLoss",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossOptions:
    """What is known of the run; None is 'not said'.

    Attributes
    ----------
    rows : int, optional
        N, the rows that one loss is of.
    classes : int, optional
        C.
    format : Format, optional
    loss : str, optional
        One of `LOSSES`.
    share : Typed, optional
        Of the rows: those that are wrong, or positive, as typed.
    mean_label : Typed, optional
        The mean of labels that should be 0 or 1 and are not, as typed.
    """

    rows: int | None = None
    classes: int | None = None
    format: Format | None = None
    loss: str | None = None
    share: Typed | None = None
    mean_label: Typed | None = None

    def __post_init__(self) -> None:
        if self.rows is not None and self.rows < 1:
            raise ValueError(f"rows: expected 1 or more, got {self.rows}")
        if self.classes is not None and self.classes < 1:
            raise ValueError(f"classes: expected 1 or more, got {self.classes}")
        if self.loss is not None and self.loss not in LOSSES:
            raise ValueError(f"loss: expected one of {', '.join(LOSSES)}, got {self.loss!r}")
        if self.share is not None and not 0 <= self.share.value <= 1:
            raise ValueError(f"share: expected a number from 0 to 1, got {self.share.text}")


def loss_named(text: str) -> str:
    """The loss that somebody means: PyTorch's name of the class or the function, or a usual short form.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> loss_named("bce"), loss_named("CrossEntropyLoss")
    ('BCELoss', 'CrossEntropyLoss')
    """
    known = _ALIASES.get(text.strip().lower())
    if known is None:
        raise ValueError(f"expected one of {', '.join(LOSSES)}, got {text!r}")
    return known


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: a typed loss with the options."""

    typed: Typed
    options: LossOptions = field(default_factory=LossOptions)

    @property
    def formats(self) -> tuple[Format, ...]:
        """In which formats a constant is looked for: the one stated, or PyTorch's default."""
        return (FLOAT32,) if self.options.format is None else (self.options.format,)

    @property
    def every_format(self) -> tuple[Format, ...]:
        """The same for edges, by which a format is told: all four where none is stated."""
        if self.options.format is not None:
            return (self.options.format,)
        return tuple(sorted(FORMATS, key=lambda each: each is not FLOAT32))

    def is_near(self, about: float, slack: float = 1e-6, allowance: float = 0.0) -> bool:
        """Whether a loss that is `about` so much, give or take a share of `slack`, may be the typed one."""
        typed = self.typed
        if typed.value == 0.0 or not (math.isfinite(typed.value) and math.isfinite(about)):
            return typed.value == about or (math.isnan(typed.value) and math.isnan(about))
        return abs(about - typed.value) <= typed.half + allowance + (slack + 1e-6) * abs(about)

    def fits_grid(self, form: Format) -> bool:
        """Whether the typed digits are those of a float of a 16-bit format."""
        value = self.typed.value
        if form is FLOAT16 and abs(value) > form.max:
            return False
        return abs(float(form.round(value)) - value) <= self.typed.half * (1 + 1e-6)
