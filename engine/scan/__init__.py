"""Ten million rows: read in pieces, counted by what breaks, and told in a report."""

from engine.scan.block import Options
from engine.scan.exact_sums import ExactSum
from engine.scan.luck import luck_of
from engine.scan.run import scan
from engine.scan.sources import KINDS, Data, Kind
from engine.scan.summary import LOGIT_BINS, LOGIT_STEP, Named, Summary
from engine.scan.worst import MOST

__all__ = [
    "KINDS",
    "LOGIT_BINS",
    "LOGIT_STEP",
    "MOST",
    "Data",
    "ExactSum",
    "Kind",
    "Named",
    "Options",
    "Summary",
    "luck_of",
    "scan",
]
