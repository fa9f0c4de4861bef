"""What a window shows of a scan beside the counts: its request, its rows, and where formulas fail."""

from engine.scan.shown.listed import Listed, listed
from engine.scan.shown.request import Request, can_be_scanned, is_too_large, numbers_together, request_of
from engine.scan.shown.rows import problem_of_rows, worst_problem
from engine.scan.shown.strips import Strips, binary_strips

__all__ = [
    "Listed",
    "Request",
    "Strips",
    "binary_strips",
    "can_be_scanned",
    "is_too_large",
    "listed",
    "numbers_together",
    "problem_of_rows",
    "request_of",
    "worst_problem",
]
