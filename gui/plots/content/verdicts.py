"""What has become of a value, as a mark and a word or two."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from engine import Regime
from gui.plots.content.marks import Reading
from gui.services.colours import regime_name
from gui.services.look.marks import Mark

translate = QCoreApplication.translate

MARKS: dict[Regime, Mark] = {
    Regime.EXACT: "right",
    Regime.LOSING_DIGITS: "note",
    Regime.UNDERFLOWED: "note",
    Regime.CLAMPED: "beware",
    Regime.INFINITE: "wrong",
    Regime.NAN: "wrong",
}


class Verdict(NamedTuple):
    """How bad it is, and in which way."""

    mark: Mark
    words: str


def verdict_of(reading: Reading) -> Verdict:
    """A formula's verdict, short enough for a legend."""
    if reading.covered:
        return Verdict("note", translate("legend", "after your answer"))
    if reading.refused:
        return Verdict("wrong", translate("legend", "refused"))
    words = {
        Regime.EXACT: translate("legend", "right"),
        Regime.CLAMPED: translate("legend", "clamped at {0}").format(reading.value),
        Regime.UNDERFLOWED: translate("legend", "underflow"),
    }
    text = words.get(reading.regime, regime_name(reading.regime))
    if reading.bits is not None:
        text = translate("legend", "{0} bits lost").format(f"{reading.bits:.1f}")
    return Verdict(MARKS.get(reading.regime, "wrong"), text)
