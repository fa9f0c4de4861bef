"""What a finding claims is so: every claim is computed again from the problem's numbers, by other means."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import isfinite, mpf
from multiprecision import binary_coefficients, class_coefficients, row_gradients, row_loss
from planted_mistakes import PLANTED, planted
from random_problems import any_problem

from engine import (
    FINDING_KEYS,
    BinaryProblem,
    Column,
    Evaluation,
    Finding,
    Severity,
    evaluate,
    findings,
)

ROWS_CHECKED = 2
"""So many rows of a finding are computed in multi-precision."""


loss_of = cache(row_loss)
gradients_of = cache(row_gradients)


FAR_DOWN = -1e300


class Claim:
    """A finding and the numbers that it is about, from the problem alone."""

    def __init__(self, evaluation: Evaluation, finding: Finding) -> None:
        self.evaluation, self.finding, self.values = evaluation, finding, finding.values
        self.problem = evaluation.problem
        self.form = self.problem.format
        self.rows = list(finding.rows)
        self.z = self.form.round(self.problem.logits).astype(float)
        self.y = self.problem.target
        given = self.problem.weight
        self.weight = None if given is None else self.form.round(given).astype(float)

    @property
    def is_binary(self) -> bool:
        return isinstance(self.problem, BinaryProblem)

    @property
    def column(self) -> Column:
        return self.evaluation.column(self.finding.formula)

    @property
    def loss(self) -> np.ndarray:
        return self.column.loss.astype(float)

    @property
    def counted(self) -> np.ndarray:
        if self.is_binary or self.y.ndim == 2:
            return np.ones(len(self.z), dtype=bool)
        return self.y != self.problem.ignore_index

    def row_weights(self) -> np.ndarray:
        if self.weight is None:
            return np.ones(len(self.z))
        return self.weight if self.is_binary else self.weight[np.where(self.counted, self.y, 0)]

    def coefficients(self, row: int) -> list[mpf]:
        """What the classes count in a row's loss, as the finding's formula sees the options."""
        honours = self.column.formula.honours if self.finding.formula else {"weight", "label_smoothing"}
        if self.is_binary:
            weight = 1.0 if self.weight is None else self.weight[row]
            positive = self.problem.pos_weight if "pos_weight" in honours else None
            positive = 1.0 if positive is None else float(self.form.round(positive))
            return binary_coefficients(float(self.form.round(self.y[row])), weight, positive)
        classes = self.problem.classes
        if not self.counted[row]:
            return [mpf(0)] * classes
        smoothing = self.problem.label_smoothing if "label_smoothing" in honours else 0.0
        share = (
            self.form.round(self.y[row]).astype(float) if self.y.ndim == 2 else np.eye(classes)[self.y[row]]
        )
        weight = np.ones(classes) if self.weight is None else self.weight
        # A weight that nothing is multiplied by does not matter, infinite or not.
        weight = np.where((share != 0) | (smoothing > 0), weight, 0.0)
        return class_coefficients(share, weight, smoothing)

    def logits(self, row: int) -> list[float]:
        """A row's logits as class logits; -inf, which counts nothing where this is asked, as far down."""
        logits = [float(self.z[row]), 0.0] if self.is_binary else self.z[row].tolist()
        return [FAR_DOWN if z == -math.inf else z for z in logits]

    def true_loss(self, row: int) -> float:
        return float(loss_of(tuple(self.logits(row)), tuple(self.coefficients(row))))

    def has_true_loss(self, row: int) -> bool:
        """Whether it is finite, though perhaps beyond every float64."""
        return bool(isfinite(loss_of(tuple(self.logits(row)), tuple(self.coefficients(row)))))

    def has_true_gradients(self, row: int) -> bool:
        gradients = gradients_of(tuple(self.logits(row)), tuple(self.coefficients(row)))
        return all(map(isfinite, gradients))

    def true_gradients(self, row: int) -> np.ndarray:
        gradients = gradients_of(tuple(self.logits(row)), tuple(self.coefficients(row)))
        return np.array([float(each) for each in (gradients[:1] if self.is_binary else gradients)])

    def gradients(self, row: int) -> np.ndarray:
        return np.atleast_1d(self.column.gradient[row].astype(float))

    def any_of(self, holds: Callable[[int], bool]) -> bool:
        """Whether it holds for the rows that are checked."""
        return all(holds(row) for row in self.rows[:ROWS_CHECKED])

    def finite(self, row: int) -> bool:
        return bool(np.isfinite(self.z[row]).all())


def close(a: float, b: float) -> bool:
    return bool(np.isclose(a, b, rtol=1e-9, atol=0, equal_nan=True))


def nonzero(claim: Claim, value: float) -> bool:
    return float(claim.form.nearest(np.array([value]))[0]) != 0


def breaks(claim: Claim) -> bool:
    """Rows are not finite though the true loss is."""
    return claim.any_of(lambda row: not np.isfinite(claim.loss[row]) and claim.has_true_loss(row))


def beyond(claim: Claim) -> bool:
    return breaks(claim) and claim.any_of(
        lambda row: math.isinf(float(claim.form.nearest(np.array([claim.true_loss(row)]))[0]))
    )


def inner_sum(claim: Claim) -> bool:
    """The sum is past the largest number, and the row's terms are not."""
    return breaks(claim) and abs(claim.values["part"]) > claim.form.max


def log_of_zero(claim: Claim) -> bool:
    def underflowed(row: int) -> bool:
        p = np.atleast_1d(claim.column.values["p"][row].astype(float))
        return bool((p == 0).any())

    return breaks(claim) and claim.any_of(underflowed)


def clamped(claim: Claim) -> bool:
    """Cutting both logarithms at -100 gives the row's loss, and the one that counts is past that."""
    weights, target = claim.row_weights(), claim.form.round(claim.y).astype(float)

    def cut(row: int) -> bool:
        p = float(claim.column.values["p"][row])
        logs = [math.log(p) if p else -math.inf, math.log1p(-p) if p < 1 else -math.inf]
        counts = [target[row], 1 - target[row]]
        loss = weights[row] * -sum(c * max(log, -100) for c, log in zip(counts, logs, strict=True))
        past = any(log < -100 and c != 0 for c, log in zip(counts, logs, strict=True))
        return past and bool(
            np.isclose(loss, claim.loss[row], rtol=20 * claim.form.eps, atol=claim.form.smallest_subnormal)
        )

    return claim.any_of(cut)


def vanished(claim: Claim) -> bool:
    return claim.any_of(lambda row: claim.loss[row] == 0 and nonzero(claim, claim.true_loss(row)))


def off(claim: Claim) -> bool:
    worst = claim.values["worst"] - 1
    truth = claim.true_loss(worst)
    percent = 100 * abs(claim.loss[worst] / truth - 1)
    return worst in claim.rows and np.isclose(percent, claim.values["percent"], rtol=1e-6) and percent > 1


def gradient_breaks(claim: Claim) -> bool:
    def broken(row: int) -> bool:
        return not np.isfinite(claim.gradients(row)).all() and (
            not claim.finite(row) or claim.has_true_gradients(row)
        )

    return claim.any_of(broken)


def half_gradient(claim: Claim) -> bool:
    p = claim.column.values["p"].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.abs(p - claim.y) / ((1 - p) * p)
    return (
        claim.form.name == "float16"
        and gradient_breaks(claim)
        and claim.any_of(lambda row: not quotient[row] <= claim.form.max)
    )


def gradient_of_log_zero(claim: Claim) -> bool:
    p = claim.column.values["p"].astype(float)
    scale = np.abs(claim.row_weights()) if claim.y.ndim == 1 else np.ones(len(claim.z))
    return gradient_breaks(claim) and claim.any_of(
        lambda row: bool(p[row].min() * claim.form.max < max(1.0, scale[row]))
    )


def faded(claim: Claim) -> bool:
    def less_than_half(row: int) -> bool:
        if not claim.finite(row):
            return True
        computed, truth = claim.gradients(row), claim.true_gradients(row)
        return bool((np.abs(computed) < np.abs(truth) / 2 * (1 + 1e-9)).any())

    return claim.any_of(less_than_half)


def dead(claim: Claim) -> bool:
    p = claim.column.values.get("p")
    cut = "1e-12" not in claim.finding.cause or claim.any_of(
        lambda row: (1 - float(p[row])) * float(p[row]) < 1.01e-12
    )
    return faded(claim) and cut


def exploded(claim: Claim) -> bool:
    return claim.any_of(
        lambda row: bool((np.abs(claim.gradients(row)) > 1.99 * np.abs(claim.true_gradients(row))).any())
    )


def confident(claim: Claim) -> bool:
    def missed(row: int) -> bool:
        computed, truth = claim.gradients(row), claim.true_gradients(row)
        own = 0 if claim.is_binary else int(np.argmax(claim.y[row])) if claim.y.ndim == 2 else claim.y[row]
        return bool(abs(computed[own] - truth[own]) > 0.199 * abs(truth[own]))

    return claim.form.is_half and claim.any_of(missed)


def negative(claim: Claim) -> bool:
    return bool((claim.loss[claim.rows] < 0).all()) and close(claim.values["loss"], claim.loss[claim.rows[0]])


def rows_of(test: Callable[[Claim, int], bool]) -> Callable[[Claim], bool]:
    """The rows for which it holds are the finding's, no more and no fewer."""

    def check(claim: Claim) -> bool:
        return claim.rows == [row for row in range(len(claim.z)) if test(claim, row)]

    return check


def some(values: np.ndarray) -> bool:
    return bool(np.any(values))


def outside(claim: Claim, row: int) -> bool:
    y = np.atleast_1d(claim.y[row])
    return some(~((y >= 0) & (y <= 1)))


def refused(claim: Claim) -> bool:
    if not claim.rows:
        return claim.problem.has_probabilities and claim.problem.ignore_index >= 0
    wrong = np.isnan(claim.z) | ~((claim.y >= 0) & (claim.y <= 1))
    rounded = claim.form.round(claim.y).astype(float)
    wrong |= ~((rounded >= 0) & (rounded <= 1))
    return set(claim.rows) <= set(np.flatnonzero(wrong).tolist())


def masked_target(claim: Claim) -> bool:
    def low(row: int) -> bool:
        y = claim.y[row]
        own = claim.z[row][y > 0] if np.ndim(y) else claim.z[row, y : y + 1]
        return some(own <= -9984)

    return claim.any_of(low)


def smoothing_leak(claim: Claim) -> bool:
    share = claim.problem.label_smoothing / claim.problem.classes
    return close(claim.values["share"], share) and claim.any_of(lambda row: some(claim.z[row] <= -9984))


def zero_times_inf(claim: Claim) -> bool:
    """The classes at -inf count nothing, and the row is nan in CrossEntropyLoss or in all formulas."""
    columns = [c for c in claim.evaluation.columns if c.formula.key == "cross_entropy"]
    for row in claim.rows[:ROWS_CHECKED]:
        gone = np.isneginf(claim.z[row])
        weights = np.array([float(a) for a in claim.coefficients(row)])
        if claim.finding.formula and (weights[gone] != 0).any():
            return False
        if not all(np.isnan(c.loss[row].astype(float)) for c in columns):
            return False
    return True


def inf_minus_inf(claim: Claim) -> bool:
    return claim.any_of(lambda row: some(np.isposinf(claim.z[row])) or bool(np.isneginf(claim.z[row]).all()))


def every_row(test: Callable[[np.ndarray], bool]) -> Callable[[Claim], bool]:
    return lambda claim: all(test(row) for row in np.atleast_2d(claim.problem.logits))


def signed(claim: Claim) -> bool:
    return set(claim.y.tolist()) == {-1.0, 1.0}


def zero_target(claim: Claim, row: int) -> bool:
    return not some(claim.y[row] != 0)


def sum_off(claim: Claim) -> bool:
    return claim.any_of(lambda row: abs(math.fsum(claim.y[row]) - 1) > 1e-3)


def from_one(claim: Claim) -> bool:
    labels = set(claim.y[claim.counted].tolist())
    return labels == set(range(1, claim.problem.classes))


def ignored_class(claim: Claim) -> bool:
    shares = []
    for row in claim.z[claim.counted]:
        powers = np.exp(row - row.max())
        shares.append(powers[claim.problem.ignore_index] / powers.sum())
    return np.isclose(np.nanmax(shares), claim.values["share"])


def infinite_logit(claim: Claim) -> bool:
    return claim.any_of(lambda row: np.isinf(claim.z[row]) and np.isnan(claim.loss[row]))


def no_weight(claim: Claim) -> bool:
    return claim.row_weights()[claim.counted].sum() == 0 or not np.isfinite(claim.values["value"])


def count_overflow(claim: Claim) -> bool:
    return int(claim.counted.sum()) == claim.values["counted"] > claim.form.max


def weight_sum(claim: Claim) -> bool:
    """The sum is past the largest number, and so every gradient of the mean is 0 (1 / inf)."""
    weights = claim.row_weights()[claim.counted]
    return weights.sum() > claim.form.max or bool(np.isinf(weights).any())


def sum_overflow(claim: Claim) -> bool:
    finite = np.isfinite(claim.loss[claim.counted]).all()
    size, largest = abs(claim.values["sum"]), claim.form.max * (1 - claim.form.eps)
    return bool(finite) and max(size, size / claim.values["denominator"]) > largest


def mean_vanished(claim: Claim) -> bool:
    return claim.values["value"] == 0 and some(claim.loss[claim.counted] != 0)


def mean_off(claim: Claim) -> bool:
    counted = claim.counted
    divisor = 1.0
    if claim.problem.reduction == "mean":
        index = not claim.is_binary and claim.y.ndim == 1
        divisor = claim.row_weights()[counted].sum() if index else len(claim.z)
    own = claim.column.ledger.row_numerators[counted].sum() / divisor
    return abs(claim.values["value"] - own) > 0.0099 * abs(own)


def moved(claim: Claim) -> bool:
    """No p(true) on a fine grid has a lower loss than the one that is named."""
    problem = claim.problem
    names = problem.class_names or tuple(map(str, range(problem.classes)))
    index = names.index(claim.values["name"])
    shares = np.eye(problem.classes)[index] * (1 - problem.label_smoothing)
    shares = claim.weight * (shares + problem.label_smoothing / problem.classes)
    p = np.linspace(1e-6, 1 - 1e-6, 20001)
    rest = np.delete(shares, index)
    split = rest / rest.sum() if rest.sum() else np.full(len(rest), 1 / len(rest))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.outer(1 - p, split))
        losses = -shares[index] * np.log(p) - np.where(rest > 0, rest * logs, 0).sum(axis=1)
    return abs(p[np.argmin(losses)] - claim.values["p"]) < 1e-3


def probabilities(row: np.ndarray) -> bool:
    return bool(((row >= 0) & (row <= 1)).all()) and abs(row.sum() - 1) < 0.06


def cast(claim: Claim) -> bool:
    drop = claim.form.precision - (8 if claim.values["narrow"] == "bfloat16" else 11)
    bits = claim.problem.logits.ravel().astype(claim.form.dtype).view(f"u{claim.form.dtype.itemsize}")
    return drop == claim.values["bits"] and not some(bits & ((1 << drop) - 1))


def ignored_not_finite(claim: Claim) -> bool:
    column = claim.evaluation.column("cross_entropy")
    gradient = column.gradient.astype(float)
    return claim.any_of(
        lambda row: not claim.counted[row] and column.loss[row] == 0 and some(np.isnan(gradient[row]))
    )


def bad_weight(test: Callable[[np.ndarray], np.ndarray]) -> Callable[[Claim], bool]:
    """It holds for the weight, and no PyTorch formula that takes it has a finite loss where it is met."""

    def check(claim: Claim) -> bool:
        given = getattr(claim.problem, claim.values["name"])
        return some(test(claim.form.round(np.atleast_1d(given)).astype(float)))

    return check


def overflowed(claim: Claim, row: int) -> bool:
    given = np.atleast_1d(claim.problem.logits[row])
    rounded = np.atleast_1d(claim.z[row])
    over = np.isinf(rounded) & np.isfinite(given)
    if not claim.is_binary:
        masks = claim.finding.severity is Severity.GOOD_TO_KNOW
        over &= (rounded < 0) == masks
    return some(over)


CHECKS: dict[str, Callable[[Claim], bool]] = {
    "nan_logit": rows_of(lambda c, row: bool(c.counted[row]) and some(np.isnan(c.z[row]))),
    "inf_logit": rows_of(lambda c, row: some(np.isinf(c.problem.logits[row]))),
    "overflowed_logit": rows_of(overflowed),
    "nan_target": rows_of(lambda c, row: some(~np.isfinite(c.y[row]))),
    "nan_weight": bad_weight(np.isnan),
    "infinite_weight": bad_weight(np.isinf),
    "ignored_not_finite": ignored_not_finite,
    "refused": refused,
    "empty_batch": lambda c: len(c.z) == 0,
    "all_ignored": lambda c: not some(c.counted),
    "nothing_counted": lambda c: (
        not some(c.counted)
        or not some((c.row_weights() * c.counted) if c.is_binary or c.y.ndim == 1 else c.y @ c.weight)
    ),
    "target_outside": rows_of(outside),
    "ignore_index_in_bce": rows_of(lambda c, row: c.y[row] in {-100.0, 255.0, -1.0}),
    "target_signed": signed,
    "zero_target": rows_of(zero_target),
    "target_sum": sum_off,
    "labels_from_one": from_one,
    "ignored_class": ignored_class,
    "target_masked": masked_target,
    "smoothing_leak": smoothing_leak,
    "zero_times_inf": zero_times_inf,
    "inf_minus_inf": inf_minus_inf,
    "sigmoid_twice": every_row(lambda row: bool(((row >= 0) & (row <= 1)).all())),
    "softmax_twice": every_row(probabilities),
    "log_probabilities": every_row(lambda row: bool((row <= 0).all()) and abs(np.exp(row).sum() - 1) < 0.06),
    "one_class": lambda c: c.problem.classes == 1 and not some(evaluate(c.problem).exact.loss),
    "negative_loss": negative,
    "cast_before_loss": cast,
    "infinite_logit": infinite_logit,
    "beyond_format": beyond,
    "log_of_zero": log_of_zero,
    "inner_sum": inner_sum,
    "broken_step": breaks,
    "clamped": clamped,
    "underflow": vanished,
    "digits": off,
    "dead_gradient": dead,
    "exploded_gradient": exploded,
    "half_gradient": half_gradient,
    "gradient_of_log_zero": gradient_of_log_zero,
    "broken_gradient": gradient_breaks,
    "confident_gradient": confident,
    "gradient_underflow": faded,
    "no_weight": no_weight,
    "count_overflow": count_overflow,
    "weight_sum_overflow": weight_sum,
    "sum_overflow": sum_overflow,
    "mean_underflow": mean_vanished,
    "mean_digits": mean_off,
    "chance": lambda c: (
        abs(np.mean(evaluate(c.problem).exact.loss[c.counted]) / c.values["chance"] - 1) < 0.021
    ),
    "smoothing_optimum": moved,
}


def unsound(evaluation: Evaluation) -> list[str]:
    """The findings whose claims do not hold."""
    with np.errstate(all="ignore"):
        return [
            f"{each.key}: {each.message}"
            for each in findings(evaluation)
            if not CHECKS[each.key](Claim(evaluation, each))
        ]


def test_every_sort_of_finding_is_checked():
    assert set(CHECKS) == set(FINDING_KEYS)


@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_said_of_any_problem_holds(seed):
    with np.errstate(all="ignore"):
        evaluation = evaluate(any_problem(np.random.default_rng(seed)))
    assert unsound(evaluation) == []


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("seed", range(2))
def test_what_is_said_of_a_planted_mistake_holds(name, seed):
    assert unsound(planted(name, np.random.default_rng(seed))[1]) == []
