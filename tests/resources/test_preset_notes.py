"""Every number in a preset's note is one that the preset's problem gives, or says here where it is from."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine import (
    CATALOGUE,
    FORMATS,
    REDUCTIONS,
    BinaryProblem,
    MulticlassProblem,
    Problem,
    Regime,
    evaluate,
    regime_bands,
)
from gui.session.problem_file import ProblemFile, read_problem_file

PRESETS = Path(__file__).resolve().parents[2] / "resources" / "presets"
FILES = {path.stem: read_problem_file(path) for path in sorted(PRESETS.glob("*.json"))}

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w]|\.\d)")
PLACE = re.compile(r"\b(?:rows?|class) \d+")
"""Rows and classes are places; no number is computed there."""

E = math.e
COUNTING = {"0", "1"}
"""A target, a limit of a probability, a reduced loss: found everywhere, and so proved by nothing."""

# What a note tells of the same problem with other options, and the formulas that it writes out.
ALTERED: dict[str, dict[str, object]] = {
    "27-class-imbalance": {"pos_weight": None},
    "34-label-smoothing": {"label_smoothing": 0.0},
    "41-smoothing-of-masked-classes": {"label_smoothing": 0.0},
}
WRITTEN_OUT: dict[str, list[float]] = {
    "20-weighted-mean": [10.598 / 2],  # the sum over the number of rows, which is not what PyTorch divides by
    "22-one-hot-targets": [108.81 / (25 + 100)],  # the same rows with class indices
    "21-class-indices": [62.5],  # one-hot against class indices: (25 + 100) / 2
    "42-ignored-padding": [0.66485 * 3 / 6],  # if padding counted
    "52-softmax-before-cross-entropy": [math.log(E + 9) - 1, math.log(E + 9), 9],
    "53-softmax-twice": [math.log(E + 2) - 1],
    "54-sigmoid-twice": [math.log1p(1 / E), math.log(2), math.log1p(E)],
}

# Numbers that no computation of the preset's problem gives: what they are.
CITED: dict[str, dict[str, str]] = {
    "00-tutorial-binary": {
        "17": "the logit to be set, and its loss: float32's first whole logit whose sigmoid is 1",
        "100": "the clamp of BCELoss",
    },
    "01-tutorial-multiclass": {"-110": "the logit to be set: exp(-110) is 0 in float32"},
    "10-clamped-at-100": {"-100": "the clamp of BCELoss, aten/src/ATen/native/Loss.cpp"},
    "11-dead-gradient": {"1e-12": "the denominator's clamp, aten/src/ATen/native/Loss.cpp"},
    "24-three-options-at-once": {
        "0.9": "1 - label_smoothing",
        "0.05": "label_smoothing / 2 classes",
    },
    "26-pos-weight-far-out": {"1.0": "a version of PyTorch"},
    "51-log-forgotten": {"-1": "what the loss tends to, with p = 1; -1/C is a row at chance"},
    "33-target-of-another-shape": {"3": "the rows that are meant", "0.2139": "computed by a test below"},
}


def numbers_of(note: str) -> list[str]:
    return NUMBER.findall(PLACE.sub("", note.replace("−", "-")))


def results_of(problem: Problem) -> Iterator[np.ndarray]:
    """Losses, gradients, probabilities and reduced values of every formula."""
    evaluation = evaluate(problem, formulas=CATALOGUE)
    yield evaluation.activation
    for column in evaluation.columns:
        yield from (column.loss, column.gradient)
    for reduction in REDUCTIONS:
        for column in evaluate(problem.replace(reduction=reduction), formulas=CATALOGUE).columns:
            ledger = column.ledger
            told = (ledger.numerator, ledger.denominator, ledger.value)
            yield np.array([value for value in told if value is not None], dtype=float)


def parameters_of(problem: Problem) -> Iterator[object]:
    yield from (problem.logits, problem.target, problem.rows, problem.weight)
    if isinstance(problem, BinaryProblem):
        yield problem.pos_weight
    if isinstance(problem, MulticlassProblem):
        smoothing = problem.label_smoothing
        yield from (problem.classes, problem.ignore_index, smoothing, smoothing / problem.classes)


def edges_of(problem: Problem) -> Iterator[float]:
    """Where each row's loss and gradient break, in the four formats."""
    for form in FORMATS:
        changed = problem.replace(format=form)
        for row in range(problem.rows):
            for quantity in ("loss", "gradient"):
                for band in regime_bands(changed, row, quantity=quantity):
                    yield from (band.start, band.stop)


def computed(name: str, problem: Problem) -> np.ndarray:
    altered = ALTERED.get(name)
    problems = [problem] if altered is None else [problem, problem.replace(**altered)]
    given = (value for value in parameters_of(problem) if value is not None)
    pool: Iterable[object] = (*given, *(each for one in problems for each in results_of(one)))
    edges = list(edges_of(problem)) if problem.family == "binary" else []
    every = (*pool, edges, WRITTEN_OUT.get(name, []))
    return np.concatenate([np.ravel(np.asarray(value, dtype=np.float64)) for value in every])


def is_rounded(text: str, values: np.ndarray) -> bool:
    """Whether one of the values, rounded to the digits of the text, is the text's number."""
    mantissa, _, power = text.partition("e")
    places = len(mantissa.partition(".")[2])
    unit = 10.0 ** (int(power or 0) - places)
    slack = 0.5 * unit * (1 + 1e-9) if places else 1e-6 * max(1.0, abs(float(text)))
    with np.errstate(invalid="ignore"):
        return bool((np.abs(values - float(text)) <= slack).any())


@pytest.mark.parametrize("name", FILES)
def test_every_number_in_a_note_is_computed_or_accounted_for(name):
    file: ProblemFile = FILES[name]
    said = [text for text in numbers_of(file.look_at) if text not in {*COUNTING, *CITED.get(name, {})}]
    values = computed(name, file.problem)
    assert [text for text in said if not is_rounded(text, values)] == []


@pytest.mark.parametrize("name", sorted({*CITED, *WRITTEN_OUT}))
def test_what_is_accounted_for_stands_in_a_note(name):
    said = set(numbers_of(FILES[name].look_at))
    assert set(CITED.get(name, {})) <= said
    for value in WRITTEN_OUT.get(name, []):
        assert any(is_rounded(text, np.array([value])) for text in said)


def test_a_wrong_digit_would_be_seen():
    values = computed("34-label-smoothing", FILES["34-label-smoothing"].problem)
    assert is_rounded("0.6668", values)
    assert not is_rounded("0.6670", values)


def test_a_product_of_shapes_broadcast_by_hand_has_another_mean():
    problem = FILES["33-target-of-another-shape"].problem
    assert isinstance(problem, BinaryProblem)
    meant = problem.replace(logits=problem.logits[::4], target=problem.target[::4])
    crossed = np.broadcast_arrays(meant.logits[:, np.newaxis], meant.target)
    np.testing.assert_array_equal(problem.logits, crossed[0].ravel())
    np.testing.assert_array_equal(problem.target, crossed[1].ravel())
    assert evaluate(problem).exact.ledger.value == pytest.approx(0.8250, abs=5e-5)
    assert evaluate(meant).exact.ledger.value == pytest.approx(0.2139, abs=5e-5)


def test_the_edge_of_sigmoid_is_where_the_notes_say():
    """The float16 note names one edge for four formats, and each is the first float of its clamp."""
    problem = FILES["16-half-precision"].problem
    bands = [regime_bands(problem.replace(format=form), 0) for form in FORMATS]
    starts = [
        next(b.start for b in found if b.formula == "bce_sigmoid" and b.regime is Regime.CLAMPED)
        for found in bands
    ]
    assert starts == pytest.approx([8.3203125, 6.25, 16.64, 36.74], abs=5e-3)
