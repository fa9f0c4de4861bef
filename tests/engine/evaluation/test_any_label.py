"""Labels that are neither a class nor ignore_index: their rows have no loss, and the others keep theirs."""

from __future__ import annotations

import numpy as np
import pytest

from engine import (
    FORMATS,
    MulticlassProblem,
    NoTruth,
    Regime,
    evaluate,
    findings,
    reevaluate,
    torch_snippet,
)

LOGITS = np.random.default_rng(11).normal(size=(6, 3)) * 4
LABELS = np.array([0, 1, 2, 255, -1, 3])
PROBLEM = MulticlassProblem(logits=LOGITS, target=LABELS, takes_any_label=True)
SOUND = PROBLEM.replace(logits=LOGITS[:3], target=LABELS[:3])


def test_without_leave_such_labels_are_refused():
    with pytest.raises(ValueError, match=r"expected a class index .* got 255 in row 4"):
        MulticlassProblem(logits=LOGITS, target=LABELS)


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_other_rows_have_the_losses_and_gradients_that_they_have_alone(fmt):
    columns = evaluate(PROBLEM.replace(format=fmt)).columns
    for column, alone in zip(columns, evaluate(SOUND.replace(format=fmt)).columns, strict=True):
        np.testing.assert_array_equal(column.loss[:3], alone.loss)
        np.testing.assert_array_equal(column.gradient[:3], alone.gradient)
        assert np.isnan(column.loss[3:].astype(float)).all()


def test_pytorch_refuses_the_batch_in_its_own_words_and_there_is_no_truth():
    evaluation = evaluate(PROBLEM)
    for column in evaluation.columns[:-1]:
        assert column.refusal == "Target 255 is out of bounds."
        assert column.regimes[3:].tolist() == [Regime.NO_TRUTH] * 3
    assert evaluation.exact.refusal is None
    assert evaluation.exact.no_truth.tolist() == [0, 0, 0, *[NoTruth.NO_CLASS] * 3]


def test_a_finding_names_the_rows_and_the_way_out():
    found = next(each for each in findings(evaluate(PROBLEM)) if each.key == "refused")
    assert found.rows == (3, 4, 5)
    assert "ignore_index" in found.remedy
    assert "ignore_index=255" in found.code


def test_ignore_index_and_mended_labels_end_the_refusal():
    assert PROBLEM.replace(ignore_index=255).outside.tolist() == [False] * 4 + [True] * 2
    mended = PROBLEM.replace(target=[0, 1, 2, 0, 1, 2])
    assert mended.outside is None
    assert evaluate(mended).columns[0].refusal is None


def test_an_edit_of_one_label_gives_what_a_new_evaluation_gives():
    before = evaluate(PROBLEM)
    for target in ([0, 1, 2, 0, -1, 3], [0, 9, 2, 255, -1, 3]):
        problem = PROBLEM.replace(target=target)
        again, anew = reevaluate(before, problem, np.array([1, 3])), evaluate(problem)
        for one, other in zip(again.columns, anew.columns, strict=True):
            np.testing.assert_array_equal(one.loss, other.loss)
            assert one.refusal == other.refusal


def test_a_script_says_why_nothing_is_computed():
    script = torch_snippet(PROBLEM)
    assert "# CrossEntropyLoss(z): PyTorch refuses: Target 255 is out of bounds." in script
    assert "show(" not in script.split("reduction =")[1]
