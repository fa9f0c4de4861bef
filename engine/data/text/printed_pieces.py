"""Where printed values stand in a text: behind names, prompts and log prefixes, one or many of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.floats.formats import FORMATS, Format

_ATTRIBUTE = (
    r"\s{0,200},\s{0,200}[A-Za-z_]\w*\s?=\s?"
    r"(?:'[^'\n]*'|<[^<>\n]*>|\([^()\n]*\)|(?:torch\.)?Size\(\[[^\[\]\n]*\]\)"
    r"|(?!(?:\w+\.)?(?:tensor|Tensor|array|Array)\()[\w.+\-:]+(?:\((?!\s*[\[(])[^()\n]*\)|(?![\w.+\-:(])))"
)
"""What is said of a value behind it: a device, not the next value of an object that was printed whole."""
_NUMBER = r"[+\-\u2212]?(?:\d|\.\d|\u221e|inf\b|nan\b|True\b|False\b)"
_BEGIN = re.compile(
    rf"""(?<![\w.])(?<!In\ )
    (?:['"]?(?P<name>[A-Za-z_]\w*)['"]?[ \t]{{0,9}}[:=]\s{{0,99}})?
    (?:Parameter\ containing:\s{{0,99}})?
    (?P<call>(?:<tf\.[^<>\[\]]*?numpy=\s{{0,99}})?(?:[A-Za-z_][\w.]*\(\s{{0,99}}){{0,3}})
    (?:(?P<scale>[+-]?\d[\d.]*(?:e[+-]?\d+)?)\s?\*\s{{0,99}})?
    (?:(?P<open>[\[(])(?=[\s\[(]{{0,99}}(?:{_NUMBER}|[A-Za-z_][\w.]*\(|[\])]|\.\.\.|x\b))
      |(?P<scalar>{_NUMBER}[^\s()\[\],;=]*)(?=\s{{0,99}}[,)>]))""",
    re.VERBOSE,
)
_STAMP = re.compile(r"\[[^\[\]\n]{0,60}[:/][^\[\]\n]{0,60}\]")
"""A time or a count in brackets, as logs begin with: [12:00:05], [3/100]."""
_SEVERAL = re.compile(r"\[(?:[^\[\]\n]*[,\s]|\s*\[)")
"""A list of more than one number, or of lists: what a log says without a name, and a header does not."""
_PLAIN_LISTS = re.compile(r"\s*(?:\[[^\[\]()]*\][\s,;]*)+")
_AFTER = re.compile(rf"(?:{_ATTRIBUTE}|[\s,;)}}]|>(?!>))*")
_BRACKETS = re.compile(r"[\[\]()]")
_INPUT = re.compile(r"[ \t]*(?:>>>|\.\.\.(?:[ \t]|$)|In \[\d+\]:)")
_PROMPT = re.compile(r"[ \t]*(?:>>>|In \[\d+\]:|Out\[\d+\]:)[ \t]*")
_PASSED_OVER = re.compile(
    r"\s*(?:#.*|(?:>>>|\.\.\.|In \[\d+\]:|Out\[\d+\]:).*|[A-Za-z_]\w*\s*[:=]?|[\])}>;,]*)\s*"
)
_ASKED = re.compile(r"[ \t]*(?:>>>|In \[\d+\]:)[ \t]*(?:print\()?([A-Za-z_]\w*)\)?[ \t]*")
_TITLE = re.compile(r"\s*([A-Za-z_]\w*)\s*[:=]?\s*")
_CONTINUED = re.compile(r"^\.\.\. ?", re.MULTILINE)
_TYPE = re.compile(r"\bdtype\s?=\s?['\"]?(?:[A-Za-z_]+\.)?(\w+)")
_TYPE_NAMES = {"half": "float16", "float": "float32", "double": "float64"}
_NO_VALUES = frozenset(("Size", "device", "range", "slice", "TensorShape", "shape"))
LONGEST_PREFIX = 500


class PrintedError(ValueError):
    """Why a printed value was refused: ELLIPSIS, DIMENSIONS, BRACKETS or EMPTY, and the text at fault."""

    def __init__(self, kind: str, text: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.text = text.strip()[:40].strip()


@dataclass(frozen=True, slots=True)
class Piece:
    """One printed value as it stands in a text.

    Attributes
    ----------
    name : str
        What it is called, or nothing.
    value : str
        Its outermost brackets with all that is in them, or one number.
    scale : str
        The factor that older PyTorch prints in front, or nothing.
    format : Format or None
        What ``dtype=`` says.
    is_input : bool
        Whether it was typed at a prompt, rather than printed.
    """

    name: str
    value: str
    scale: str = ""
    format: Format | None = None
    is_input: bool = False


def is_printed(text: str) -> bool:
    r"""Whether a printed tensor, array or list stands in the first lines of a text.

    Examples
    --------
    >>> is_printed("logits: tensor([1., 2.])"), is_printed("z[0]\tz[1]")
    (True, False)
    """
    start = text[:5000].lstrip()
    first = _find(start, 0)
    if first is None:
        return False
    before = start[: first.start()]
    line = before.rpartition("\n")[2]
    if first["name"] or first["call"] or _INPUT.match(line) or not line.strip():
        return "\t" not in line and all(map(_PASSED_OVER.fullmatch, before.split("\n")[:-1]))
    return before == line and _is_log_line(line) and _SEVERAL.match(start, first.start("open")) is not None


def pieces_of(text: str) -> list[Piece]:
    """The printed values in a text, in their order; of a session at a prompt, what was printed.

    Raises
    ------
    PrintedError
        If something else than values stands between them, or brackets do not match.
    """
    if ">>>" in text:
        text = _CONTINUED.sub("", text)
    if _PLAIN_LISTS.fullmatch(text):
        return [Piece("", f"[{inside}]") for inside in re.findall(r"\[([^\[\]]*)\]", text)]
    pieces: list[Piece] = []
    end = 0
    while (found := _find(text, end)) is not None:
        asked = _check_between(text, end, found.start())
        value, end = _value(text, found)
        after = _AFTER.match(text, end)
        attributes = text[end : after.end()] if after else ""
        end += len(attributes)
        line = text.rfind("\n", max(found.start() - LONGEST_PREFIX, 0), found.start()) + 1
        pieces.append(
            Piece(
                found["name"] or asked,
                value,
                found["scale"] or "",
                _format(attributes + found["call"]),
                _INPUT.match(text, line) is not None,
            )
        )
    if not pieces:
        raise PrintedError("BRACKETS", text)
    _check_between(text, end, len(text), is_last=True)
    return _printed_ones(pieces)


def _find(text: str, start: int) -> re.Match[str] | None:
    """The next value that is more than a number."""
    found = _BEGIN.search(text, start)
    while found is not None and not (found["name"] or found["call"]):
        if not found["scalar"] and not _STAMP.match(text, found.start("open")):
            break
        found = _BEGIN.search(text, found.end())
    return found


def _value(text: str, found: re.Match[str]) -> tuple[str, int]:
    name = found["call"].rstrip("( \n\t").rpartition(".")[2]
    if name in _NO_VALUES:
        raise PrintedError("BRACKETS", text[found.start("call") :])
    if found["scalar"]:
        return found["scalar"], found.end("scalar")
    start = found.start("open")
    depth = 0
    for bracket in _BRACKETS.finditer(text, start):
        depth += 1 if bracket[0] in "[(" else -1
        if depth == 0:
            return text[start : bracket.end()], bracket.end()
    raise PrintedError("BRACKETS", text[found.start() :])


def _check_between(text: str, end: int, start: int, *, is_last: bool = False) -> str:
    """Refuse what is neither a prompt, a comment nor a prefix; the name that was asked for at a prompt."""
    lines = text[end:start].split("\n")
    if end > 0 and text[end - 1] != "\n" and lines[0].strip():
        raise PrintedError("BRACKETS", lines[0])  # behind a value
    *whole, prefix = [*lines, ""] if is_last else lines
    for line in whole:
        if not _PASSED_OVER.fullmatch(line):
            raise PrintedError("BRACKETS", line)
    if len(prefix) > LONGEST_PREFIX:
        raise PrintedError("BRACKETS", prefix)
    above = next((line for line in reversed(whole) if line.strip()), "")
    asked = _ASKED.fullmatch(above) or _TITLE.fullmatch(above)
    return asked[1] if asked else ""


def _is_log_line(line: str) -> bool:
    """Whether what stands before brackets is a log's prefix: words and a blank, no columns."""
    return line.endswith(" ") and "\t" not in line and any(letter.isalpha() for letter in line)


def _format(attributes: str) -> Format | None:
    found = _TYPE.search(attributes)
    if found is None:
        return None
    name = _TYPE_NAMES.get(found[1], found[1])
    return next((each for each in FORMATS if each.name == name), None)


def _printed_ones(pieces: list[Piece]) -> list[Piece]:
    """What was printed, without what was typed for it; all where nothing was printed."""
    printed = [piece for piece in pieces if not piece.is_input]
    if not printed:
        return pieces
    typed = {piece.value: piece.name for piece in pieces if piece.is_input and piece.name}
    return [replace(piece, name=piece.name or typed.get(piece.value, "")) for piece in printed]
