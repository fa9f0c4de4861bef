"""Every hard edge is exact to the float: bands against the evaluation of the floats themselves."""

from __future__ import annotations

import numpy as np
import pytest

from engine import (
    BFLOAT16,
    CATALOGUE,
    FORMATS,
    QUANTITIES,
    Band,
    BinaryProblem,
    Format,
    Formula,
    GradientRegime,
    MulticlassProblem,
    Problem,
    Regime,
    Role,
    evaluate,
    formula_named,
    formulas_of,
    from_ordinals,
    ordinals,
    regime_bands,
)

ROLES = frozenset(Role) - {Role.EXACT}
BESIDE = 200
"""Floats on each side of an edge that are compared where a format has too many for all."""

Case = tuple[Problem, int | None]


def any_binary(rng: np.random.Generator, fmt: Format) -> Case:
    soft = (0.5, rng.random(), 10.0 ** rng.uniform(-6, 0), 1.0 - 10.0 ** rng.uniform(-4, 0))
    problem = BinaryProblem(
        logits=[0.0],
        target=[rng.choice([0.0, 1.0, *soft])],
        weight=None if rng.random() < 0.4 else [10.0 ** rng.uniform(-9, 5)],
        pos_weight=None if rng.random() < 0.5 else 10.0 ** rng.uniform(-5, 5),
        format=fmt,
    )
    return problem, None


def any_multiclass(rng: np.random.Generator, fmt: Format) -> Case:
    classes = int(rng.integers(2, 6))
    hard = rng.random() < 0.6
    problem = MulticlassProblem(
        logits=[np.round(rng.normal(size=classes) * rng.choice([1, 10, 100]), int(rng.integers(0, 3)))],
        target=np.array([int(rng.integers(classes))] if hard else [rng.dirichlet(np.ones(classes))]),
        weight=None if rng.random() < 0.6 else 10.0 ** rng.uniform(-6, 4, classes),
        label_smoothing=float(rng.choice([0.0, 0.0, 0.1, 0.5])),
        format=fmt,
    )
    return problem, int(rng.integers(classes))


def floats_to_compare(bands: list[Band], fmt: Format) -> np.ndarray:
    """The ordinals of all finite floats of a half format, or of those around the bands' edges."""
    last = int(ordinals(fmt.round(np.array(fmt.max))))
    if fmt.is_half:
        return np.arange(-last, last + 1)
    edges = ordinals(fmt.round(np.array([edge for band in bands for edge in (band.start, band.stop)])))
    around = edges[:, np.newaxis] + np.arange(-BESIDE, BESIDE + 1)
    return np.unique(np.clip(around, -last, last))


def gradual_regime(formula: Formula, quantity: str) -> int:
    """The regime whose band is a hull of scattered floats."""
    kind = Regime if quantity == "loss" else GradientRegime
    return kind.MISTAKEN if formula.role is Role.MISTAKE else kind.LOSING_DIGITS


def wrong_floats(problem: Problem, moved: int | None) -> list[tuple[str, str, float]]:
    """Where a band says another hard regime than the evaluation of that float: formula, quantity, logit."""
    fmt, formulas = problem.format, formulas_of(problem.family, roles=ROLES, catalogue=CATALOGUE)
    bands = {
        quantity: regime_bands(problem, 0, moved, formulas=formulas, quantity=quantity)
        for quantity in QUANTITIES
    }
    numbers = floats_to_compare([band for each in bands.values() for band in each], fmt)
    logits = from_ordinals(numbers, fmt).astype(np.float64)
    line = problem.along(0, logits) if moved is None else problem.along(0, logits, moved)
    wrong = []
    for column in evaluate(line, formulas=formulas).columns:
        for quantity in QUANTITIES:
            regimes = column.regimes if quantity == "loss" else column.gradient_regimes_of(moved)
            gradual = gradual_regime(column.formula, quantity)
            expected, shown = np.where(regimes == gradual, 0, regimes), np.zeros(len(numbers))
            for band in bands[quantity]:
                if band.formula == column.formula.key and band.regime != gradual:
                    shown[(logits >= band.start) & (logits <= band.stop)] = band.regime
            wrong += [(column.formula.key, quantity, float(z)) for z in logits[expected != shown]]
    return wrong


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@pytest.mark.parametrize("make", [any_binary, any_multiclass])
def test_every_hard_edge_is_exact_to_the_float(make, fmt, seed):
    assert wrong_floats(*make(np.random.default_rng(seed), fmt)) == []


@pytest.mark.parametrize(
    ("make", "name", "seed"),
    [(any_multiclass, "float32", 1000), (any_binary, "float64", 1013), (any_binary, "float32", 1025)],
)
def test_what_chance_decides_beside_an_edge_is_exact_to_the_float(make, name, seed):
    """A gradient that is 0 or not by luck, up to some hundred floats from where its truth is 0."""
    fmt = next(each for each in FORMATS if each.name == name)
    assert wrong_floats(*make(np.random.default_rng(seed), fmt)) == []


def bands_of(problem: Problem, key: str, quantity: str, moved: int | None = None) -> list[Band]:
    return list(regime_bands(problem, 0, moved, formulas=(formula_named(key),), quantity=quantity))


def test_what_is_right_between_two_failures_is_no_failure():
    # From -85.55 down the true loss rounds to 0, which is what the formula gives until it is nan.
    problem = BinaryProblem(logits=[0.0], target=[0.0], weight=[1e-8])
    bands = bands_of(problem, "binary_scratch", "loss")
    (underflowed,) = [band for band in bands if band.regime is Regime.UNDERFLOWED]
    (undefined,) = [band for band in bands if band.regime is Regime.NAN]
    assert underflowed.start == np.float32(-85.5513916)
    assert undefined.stop == np.float32(-88.7228394)
    assert not [band for band in bands if undefined.stop < band.start < underflowed.start]


def test_a_band_of_a_few_floats_is_found():
    problem = MulticlassProblem(logits=[[0.0, 100.0, -100.0]], target=[1], format=BFLOAT16)
    dead = [b for b in bands_of(problem, "cross_entropy", "gradient", 0) if b.regime is GradientRegime.DEAD]
    assert (7.125, 7.25) in [(band.start, band.stop) for band in dead]


def test_a_clamp_is_right_where_the_true_loss_is_as_large():
    problem = BinaryProblem(logits=[0.0], target=[1.0])
    clamped = [b for b in bands_of(problem, "bce_sigmoid", "loss") if b.regime is Regime.CLAMPED]
    beyond, before = clamped
    assert beyond.stop < -100.0 < before.start
    assert before.start - beyond.stop < 1e-3


def test_a_truth_beyond_the_format_has_a_band_of_its_own():
    problem = BinaryProblem(logits=[0.0], target=[1.0], pos_weight=20000.0, format=FORMATS[0])
    (beyond,) = bands_of(problem, "bce_with_logits", "loss")[:1]
    assert beyond.regime is Regime.BEYOND
    assert beyond.start == -FORMATS[0].max
    assert evaluate(problem.along(0, [beyond.stop])).column("bce_with_logits").regimes[0] == Regime.BEYOND
