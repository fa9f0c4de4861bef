"""Ten million rows: read in pieces, counted by what breaks, and told in a report.

Arrays are scanned as they are, and files block by block::

    >>> z, y = np.float32([3.0, 17.0, -200.0]), np.array([1, 0, 1])
    >>> summary = scan([Block(logits=z, target=y)], Options(family="binary"))
    >>> summary.named["bce_sigmoid:loss:clamped"].places
    ((0, 1), (0, 2))
    >>> round(summary.sums["bce_sigmoid"].value, 4), round(summary.sums["exact"].value, 4)
    (200.0486, 217.0486)

``data = open_data([Path("logits.npy")], [Path("targets.npy")])`` looks at files of any kind that can be read,
``scan(data.blocks(), Options(family=data.family, format=data.format))`` counts their rows, and what shards
on other machines gave is put together by `Summary.merged`, in any order. `engine.scan.report` tells it.
"""

from engine.scan.block import Block, Options
from engine.scan.exact_sums import ExactSum
from engine.scan.luck import luck_of
from engine.scan.run import scan
from engine.scan.sources import KINDS, Data, Kind, open_data
from engine.scan.summary import LOGIT_BINS, LOGIT_STEP, Named, Summary
from engine.scan.worst import MOST, Worst

__all__ = [
    "KINDS",
    "LOGIT_BINS",
    "LOGIT_STEP",
    "MOST",
    "Block",
    "Data",
    "ExactSum",
    "Kind",
    "Named",
    "Options",
    "Summary",
    "Worst",
    "luck_of",
    "open_data",
    "scan",
]
