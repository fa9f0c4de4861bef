"""What is said of a problem before it is imported: whether lengths, targets and numbers are sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QCoreApplication

from engine import BinaryProblem, MulticlassProblem, Problem
from engine.data import Choice, JoinedFiles, no_class_indices
from gui.services.look.marks import Mark
from gui.services.numbers.number_text import format_number

MOST_PLACES = 3
"""Places of numbers that are named in a line; the others are counted."""

CHECKS, TARGET_CHECK = 3, 1
"""How many lines there are, and which of them is the targets'."""

FIRST_ROWS, ODD_ROWS = 5, 8
"""Rows of the preview: the first ones, and those with something odd in them."""

_translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Check:
    """One line: how sound it is, what was looked at, and what was found."""

    mark: Mark
    title: str
    text: str


def headline(problem: Problem, files: JoinedFiles, choice: Choice) -> str:
    """What the import makes, in a sentence, and of how many parts."""
    told = _headline(problem, files, choice)
    if choice.parts == 1:
        return told
    return f"{told} {_translate('import', '%n parts stand one after another.', '', choice.parts)}"


def _headline(problem: Problem, files: JoinedFiles, choice: Choice) -> str:
    if len(files.files) == 1:
        start = _translate("import", "{name} makes").format(name=files.path.name)
    else:
        start = _translate("import", "%n files make", "", len(files.files))
    if isinstance(problem, MulticlassProblem):
        return _translate("import", "{files} one multiclass problem: {rows}, {classes}.").format(
            files=start, rows=counted_rows(problem.rows), classes=_classes(problem.classes)
        )
    if choice.kind == "multilabel":
        return _translate("import", "{files} one multi-label problem: {rows}, an element each.").format(
            files=start, rows=counted_rows(problem.rows)
        )
    return _translate("import", "{files} one binary problem: {rows}.").format(
        files=start, rows=counted_rows(problem.rows)
    )


def counted_rows(count: int) -> str:
    """A number of rows."""
    return _translate("import", "1 row") if count == 1 else _translate("import", "%n rows", "", count)


def _classes(count: int) -> str:
    return _translate("import", "1 class") if count == 1 else _translate("import", "%n classes", "", count)


def checks_of(problem: Problem, choice: Choice, labels: np.ndarray | None = None) -> list[Check]:
    """The lines, the same in number whatever they say; `labels` is the target as the file has it."""
    title = _translate("import", "Targets fit:")
    if not choice.target:
        target = Check("note", title, _translate("import", "no target: every row's target is 0"))
    elif isinstance(problem, MulticlassProblem):
        target = _of_classes(problem, title, labels)
    else:
        target = _of_binary(problem, title)
    return [_length(problem, choice), target, _not_finite(problem)]


def _length(problem: Problem, choice: Choice) -> Check:
    left_out = bool(choice.mask or choice.left_out)
    text = counted_rows(problem.rows)
    if left_out:
        text = _translate("import", "{rows} after the mask").format(rows=text)
    is_empty = not problem.rows
    return Check("beware" if is_empty else "right", _translate("import", "Same length:"), text)


def _of_classes(problem: MulticlassProblem, title: str, labels: np.ndarray | None) -> Check:
    if problem.has_probabilities:
        return _of_probabilities(problem, title)
    counts = np.bincount(problem.target[~problem.ignored], minlength=problem.classes)
    parts = [_ends(problem)]
    if counts.size and counts.min() > 0:
        parts.append(
            _translate("import", "each occurs, {low} to {high} times").format(
                low=counts.min(), high=counts.max()
            )
        )
    else:
        missing = int(np.count_nonzero(counts == 0))
        parts.append(_translate("import", "never occur: {classes}").format(classes=_classes(missing)))
    ignored = int(np.count_nonzero(problem.target == problem.ignore_index))
    if ignored:
        text = _translate("import", "{rows} ignored ({index})")
        parts.append(text.format(rows=counted_rows(ignored), index=problem.ignore_index))
    if problem.outside is None:
        return Check("right", title, "; ".join(parts))
    wrong = np.flatnonzero(problem.outside)
    text = _translate(
        "import",
        "{labels} is no class 0 to {last} ({rows}, first row {first}): comes in marked, or set ignore_index",
    )
    outside = ", ".join(map(str, np.unique(problem.target[wrong])[:MOST_PLACES].tolist()))
    parts.insert(
        0,
        text.format(
            labels=outside, last=problem.classes - 1, rows=counted_rows(len(wrong)), first=wrong[0] + 1
        ),
    )
    if (told := _no_whole_number(problem, labels)) is not None:
        parts.insert(0, told)
    return Check("wrong", title, "; ".join(parts))


def _no_whole_number(problem: MulticlassProblem, labels: np.ndarray | None) -> str | None:
    """What stands for a label such as 1.5 or nan, which no class index can hold."""
    if labels is None or labels.dtype.kind == "U" or labels.size != problem.rows:
        return None
    rows = np.flatnonzero(no_class_indices(labels.reshape(-1)))
    if not len(rows):
        return None
    text = _translate("import", "{value} in row {row} is no whole number ({rows}): stands as {label}")
    return text.format(
        value=format_number(float(labels.reshape(-1)[rows[0]])),
        row=rows[0] + 1,
        rows=counted_rows(len(rows)),
        label=problem.target[rows[0]],
    )


def _ends(problem: MulticlassProblem) -> str:
    counted = problem.target[~problem.ignored]
    if not counted.size:
        return _translate("import", "no row counts")
    return _translate("import", "{low} to {high} for {classes}").format(
        low=counted.min(), high=counted.max(), classes=_classes(problem.classes)
    )


def _of_probabilities(problem: MulticlassProblem, title: str) -> Check:
    target = problem.target
    inside = bool(((target >= 0) & (target <= 1)).all())
    off = np.abs(target.sum(axis=1) - 1) > max(1e-3, problem.classes * problem.format.eps)
    if inside and not off.any():
        return Check("right", title, _translate("import", "a probability a class, each row sums to 1"))
    text = _translate("import", "a probability a class, but {rows} do not sum to 1 or leave 0 to 1")
    odd = off | ~((target >= 0) & (target <= 1)).all(axis=1)
    return Check("beware", title, text.format(rows=counted_rows(int(np.count_nonzero(odd)))))


def _of_binary(problem: Problem, title: str) -> Check:
    target = problem.target
    outside = ~((target >= 0) & (target <= 1))
    ones = int(np.count_nonzero(target == 1))
    if not outside.any():
        is_bits = bool(np.isin(target, (0.0, 1.0)).all())
        text = (
            _translate("import", "0 and 1; {ones} of {count} are 1")
            if is_bits
            else _translate("import", "0 to 1; {ones} of {count} are 1")
        )
        return Check("right", title, text.format(ones=ones, count=problem.rows))
    row = int(np.argmax(outside))
    text = _translate("import", "{value} in row {row} is outside 0 to 1 ({rows}): comes in marked")
    count = int(np.count_nonzero(outside))
    value = format_number(float(target[row]))
    return Check("wrong", title, text.format(value=value, row=row + 1, rows=counted_rows(count)))


def _not_finite(problem: Problem) -> Check:
    title = _translate("import", "Not finite:")
    finite = np.isfinite(problem.logits)
    if finite.all():
        return Check("right", title, _translate("import", "none: every logit is a number"))
    kinds = (
        ("nan", np.isnan(problem.logits)),
        ("inf", np.isposinf(problem.logits)),
        ("−inf", np.isneginf(problem.logits)),
    )
    parts = [f"{np.count_nonzero(at)} {name} ({_places(at)})" for name, at in kinds if at.any()]
    told = _translate("import", "{numbers}; imported as they are").format(numbers=", ".join(parts))
    return Check("wrong", title, told)


def _places(at: np.ndarray) -> str:
    places = np.argwhere(at)[:MOST_PLACES].tolist()
    words = [
        _translate("import", "row {row}").format(row=place[0] + 1)
        if len(place) == 1
        else _translate("import", "row {row}, class {index}").format(row=place[0] + 1, index=place[1])
        for place in places
    ]
    more = int(np.count_nonzero(at)) - len(places)
    return "; ".join([*words, *([_translate("import", "and %n more", "", more)] if more else [])])


def rows_to_show(problem: Problem) -> list[int]:
    """The first rows, and the first of those that hold something odd."""
    first = range(min(FIRST_ROWS, problem.rows))
    found: list[int] = []
    for rows in _odd_rows(problem):
        found += [row for row in rows if row >= FIRST_ROWS]
    return [*first, *sorted(set(found))[:ODD_ROWS]]


def _odd_rows(problem: Problem) -> Iterator[list[int]]:
    finite = np.isfinite(problem.logits)
    bad = ~(finite if finite.ndim == 1 else finite.all(axis=1))
    yield np.flatnonzero(bad)[:ODD_ROWS].tolist()
    if isinstance(problem, MulticlassProblem) and problem.outside is not None:
        yield np.flatnonzero(problem.outside)[:ODD_ROWS].tolist()
    if isinstance(problem, BinaryProblem):
        yield np.flatnonzero(~((problem.target >= 0) & (problem.target <= 1)))[:ODD_ROWS].tolist()
