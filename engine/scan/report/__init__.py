"""What is told of a scan: verdict, findings, and the files of a report."""

from engine.scan.report.page import html_bytes
from engine.scan.report.told import told
from engine.scan.report.verdict import ScanFinding, Verdict, short_title, verdict_of
from engine.scan.report.written import NotWrittenError, write_all

__all__ = [
    "NotWrittenError",
    "ScanFinding",
    "Verdict",
    "html_bytes",
    "short_title",
    "told",
    "verdict_of",
    "write_all",
]
