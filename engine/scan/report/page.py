"""The report as one HTML file: its picture inside it, no script, and never large."""

from __future__ import annotations

from html import escape
from typing import Any

from engine.floats.formats import FORMATS
from engine.formulas.catalogue import formula_named
from engine.scan.report.picture import histogram_svg

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .15rem .7rem; border-bottom: 1px solid #ddd; }
th { text-align: right; font-weight: 600; } td { text-align: right; font-variant-numeric: tabular-nums; }
td.word, th.word { text-align: left; } .own { background: #e8f1f8; } .none { color: #767676; }
.bad { border-left: 6px solid #b3261e; padding-left: 1rem; }
.good { border-left: 6px solid #2e7d32; padding-left: 1rem; }
svg text { font: 11px system-ui, sans-serif; fill: #333; } .wide { overflow-x: auto; }
"""

REGIMES = (
    ("loss", "losing_digits", "digits lost"),
    ("loss", "underflowed", "underflowed to 0"),
    ("loss", "clamped", "clamped"),
    ("loss", "beyond", "beyond the format"),
    ("loss", "infinite", "inf"),
    ("loss", "nan", "nan"),
    ("loss", "refused", "refused"),
    ("loss", "true_infinity", "true infinity"),
    ("loss", "no_truth", "no true value"),
    ("gradient", "losing_digits", "gradient: digits lost"),
    ("gradient", "dead", "gradient: dead"),
    ("gradient", "exploded", "gradient: exploded"),
    ("gradient", "beyond", "gradient: beyond the format"),
    ("gradient", "nan", "gradient: nan"),
    ("gradient", "refused", "gradient: refused"),
)


def html_bytes(said: dict[str, Any]) -> bytes:
    """The page of a scan as `engine.scan.report.told.told` gives it."""
    data = said["data"]
    names = (
        ("target 0", "target 1")
        if data["kind"] in {"binary", "multilabel"}
        else ("other classes", "target's class")
    )
    mood = "good" if said["healthy"] else "bad"
    parts = [
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(said['verdict'][:80])}</title><style>{STYLE}</style></head><body>",
        f'<h1 class="{mood}">{escape(said["verdict"])}</h1>',
        _of_what(said),
        *_findings(said),
        "<h2>Logits</h2>",
        histogram_svg(said, names),
        *_counts(said),
        *_means(said),
        *_worst(said),
        "</body></html>\n",
    ]
    return "\n".join(parts).encode()


def _of_what(said: dict[str, Any]) -> str:
    data = said["data"]
    partial = ""
    if data["rows"] < said["total_rows"]:
        partial = (
            f"<b>Partial:</b> the scan of {said['total_rows']:,} rows was stopped after the first ones. "
        )
    one_by_one = ""
    if said["evaluated"]["rows"]:
        one_by_one = "; {rows:,} rows were evaluated one by one, in {seconds:.3g} s of a thread".format(
            **said["evaluated"]
        )
    return (
        f"<p>{partial}{data['rows']:,} rows ({escape(data['kind'])}, {data['format']}) of "
        f"{escape(', '.join(data['files']))}; {data['ignored']:,} of them ignored. "
        f"Scanned in {said['seconds']:.3g} s{one_by_one}.</p>"
    )


def _findings(said: dict[str, Any]) -> list[str]:
    if not said["findings"]:
        return []
    rows = [
        f'<tr><td class="word">{escape(each["severity"])}</td>'
        f'<td class="word">{_capital(each["sentence"])}</td>'
        f'<td class="word">{escape(each["remedy"])}</td></tr>'
        for each in said["findings"]
    ]
    head = (
        '<tr><th class="word">How bad</th><th class="word">What</th><th class="word">What to change</th></tr>'
    )
    return ["<h2>Findings</h2>", f"<table>{head}", *rows, "</table>"]


def _capital(sentence: str) -> str:
    return escape(sentence[:1].upper() + sentence[1:])


def _title(key: str) -> str:
    return escape("exact" if key == "exact" else formula_named(key).title)


def _counts(said: dict[str, Any]) -> list[str]:
    own = said["data"]["format"]
    head = "".join(f"<th{_own(fmt.name, own)}>{fmt.name}</th>" for fmt in FORMATS)
    made = [
        f"<h2>Rows that break, of {said['data']['rows'] - said['data']['ignored']:,}</h2>",
        f"<table><tr><th></th>{head}</tr>",
    ]
    sampled = False
    for key, formats in said["counts"].items():
        made.append(f'<tr><th class="word" colspan="5">{_title(key)}</th></tr>')
        for part, regime, words in REGIMES:
            counts = [formats[fmt.name][part].get(regime, 0) for fmt in FORMATS]
            if any(counts):
                cells = "".join(
                    _cell(count, own, fmt.name, _lucky(formats[fmt.name], part, regime))
                    for count, fmt in zip(counts, FORMATS, strict=True)
                )
                made.append(f'<tr><td class="word">{words}</td>{cells}</tr>')
        sampled |= any(formats[fmt.name]["digits"] == "counted" for fmt in FORMATS)
    made.append("</table>")
    if sampled:
        made.append(
            "<p>Where digits are lost some rows are right by luck: the share in brackets, from a sample; it "
            "is right within about three percentage points. No row elsewhere loses any.</p>"
        )
    return made


def _own(name: str, own: str) -> str:
    return ' class="own"' if name == own else ""


def _lucky(one: dict[str, Any], part: str, regime: str) -> float | None:
    share: float | None = one.get("right_by_luck", {}).get(part) if regime == "losing_digits" else None
    return share


def _cell(count: int, own: str, name: str, lucky: float | None) -> str:
    classes = " ".join(filter(None, ("own" if name == own else "", "" if count else "none")))
    beside = "" if lucky is None or not count else f" ({lucky:.0%})"
    return f'<td class="{classes}">{count:,}{beside}</td>'


def _means(said: dict[str, Any]) -> list[str]:
    if said["means"] is None:
        return []
    rows = [
        f'<tr><td class="word">{_title(key)}</td><td>{_number(each["mean"])}</td>'
        f"<td>{_number(each['finite_mean'])}</td><td>{each['nan']:,}</td><td>{each['inf']:,}</td></tr>"
        for key, each in said["means"].items()
    ]
    head = "<tr><th></th><th>mean</th><th>mean of finite rows</th><th>nan</th><th>inf</th></tr>"
    return [
        f"<h2>Means, {said['data']['format']}</h2>",
        "<p>Of each formula's own losses, added without an error.</p>",
        f"<table>{head}",
        *rows,
        "</table>",
    ]


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.9g}"


def _worst(said: dict[str, Any]) -> list[str]:
    worst = said["worst"]
    if not worst:
        return []
    several = len(said["data"]["files"]) > 1
    rows = [
        "<tr>"
        + (f'<td class="word">{escape(each["file"])}</td>' if several else "")
        + f"<td>{each['row'] + 1:,}</td><td>{_number(each['target'])}</td><td>{_number(each['logit'])}</td>"
        f"<td>{_number(each['margin'])}</td></tr>"
        for each in worst
    ]
    head = (
        '<th class="word">file</th>' if several else ""
    ) + "<th>row</th><th>target</th><th>logit</th><th>against it</th>"
    return [
        f"<h2>The worst {len(worst):,} rows</h2>",
        "<p>Rows count from 1. Against it: by how much the logits speak for what the target is not.</p>",
        f'<div class="wide"><table><tr>{head}</tr>',
        *rows,
        "</table></div>",
    ]
