"""What a call leaves to its caller: the arrays it was given, and the way he wants NumPy to report errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

import engine
from engine import FLOAT32, FLOAT64, FORMATS, BinaryProblem, Format, MulticlassProblem, Problem

REDUCTIONS = engine.REDUCTIONS
SIZES = pytest.mark.parametrize("rows", [7, 60_000], ids=["readable", "blocked"])

EXTREME = (
    *(0.0, -0.0, 1.0, -1.0, 17.0, -20.0, 89.0, -89.0, 104.0, -200.0, 745.2, -745.2),
    *(5e-324, -5e-324, 1e-46, 1e-40, -1e-40, 3e-308, 6e-8, 1e-5, 65520.0, 1e38, -1e38, 3.5e38, 1e308, -1e308),
    *(np.inf, -np.inf, np.nan),
)
"""Logits and weights in which something overflows, underflows, is divided by 0 or has no value."""


def _locked(values: Any) -> Any:
    array = np.array(values)
    array.flags.writeable = False
    return array


def _arguments(name: str, rows: int, fmt: Format) -> list[Mapping[str, Any]]:
    """Calls of a loss by its name, with and without options, all arrays locked."""
    rng = np.random.default_rng(rows)
    if name.startswith("binary"):
        y, w = _locked(fmt.round(rng.random(rows))), _locked(fmt.round(rng.random(rows)))
        x = y if name == "binary_cross_entropy" else _locked(fmt.round(9 * rng.standard_normal(rows)))
        more = {"pos_weight": _locked(fmt.round([3.0]))} if name.endswith("logits") else {}
        return [{"input": x, "target": y}, {"input": x, "target": y, "weight": w, **more}]
    x = _locked(fmt.round(-9 * rng.random((rows, 4))))
    y, w = (
        _locked(np.where(rng.random(rows) < 0.1, -100, rng.integers(0, 4, rows))),
        _locked(fmt.round([1, 2, 3, 4])),
    )
    calls: list[Mapping[str, Any]] = [{"input": x, "target": y}, {"input": x, "target": y, "weight": w}]
    if name == "cross_entropy":
        shares = _locked(fmt.round(rng.dirichlet(np.ones(4), rows)))
        calls += [{**call, "label_smoothing": 0.1} for call in calls]
        calls += [{"input": x, "target": shares, "weight": w, "label_smoothing": each} for each in (0.0, 0.1)]
    return calls


LOSSES = ("binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "nll_loss")


@SIZES
@pytest.mark.parametrize("fmt", FORMATS, ids=str)
@pytest.mark.parametrize("kind", ["", "_grad"], ids=["loss", "gradient"])
@pytest.mark.parametrize("name", LOSSES)
def test_inputs_are_not_written_to(name: str, kind: str, fmt: Format, rows: int) -> None:
    compute = getattr(engine, name + kind)
    for arguments in _arguments(name, rows, fmt):
        before = {key: np.array(value) for key, value in arguments.items()}
        for reduction in REDUCTIONS:
            compute(**arguments, reduction=reduction)
        for key, value in arguments.items():
            assert np.asarray(value).tobytes() == before[key].tobytes(), key


@SIZES
@pytest.mark.parametrize("fmt", [FLOAT32, FLOAT64], ids=str)
@pytest.mark.parametrize("name", [*LOSSES, *(f"{loss}_grad" for loss in LOSSES)])
def test_a_result_shares_no_memory_with_what_was_given(name: str, fmt: Format, rows: int) -> None:
    for arguments in _arguments(name.removesuffix("_grad"), rows, fmt):
        result = getattr(engine, name)(**arguments, reduction="none")
        assert not any(np.shares_memory(result, value) for value in arguments.values())


def _problems() -> list[Problem]:
    """Every extreme logit with targets and weights of both kinds."""
    logits = np.array(EXTREME)
    rows = np.stack([logits, np.roll(logits, 1), np.zeros_like(logits)], axis=1)
    target, weight = np.resize([0.0, 1.0, 0.25, 5e-324], logits.shape), np.roll(np.abs(logits), 3)
    indices = np.resize([0, 1, -100, 2], logits.shape)
    shares = np.stack([target, 1 - target, 0 * target], axis=1)
    small = [1e-320, 1e-8, 1e300]
    return [
        problem.replace(format=fmt, reduction=reduction)
        for fmt in FORMATS
        for reduction in REDUCTIONS
        for problem in (
            BinaryProblem(logits=logits, target=target),
            BinaryProblem(logits=logits, target=target, weight=weight, pos_weight=1e-310),
            MulticlassProblem(logits=rows, target=indices, weight=small, label_smoothing=1e-320),
            MulticlassProblem(logits=rows, target=shares, weight=small),
        )
    ]


def _read_everything(evaluation: engine.Evaluation) -> None:
    for column in evaluation.columns:
        for name in (
            "error_ulp",
            "error_bits",
            "regimes",
            "gradient_error_bits",
            "gradient_regimes",
            "no_truth",
            "ledger",
        ):
            getattr(column, name)
        for step in column.formula.steps:
            step.told(column.values, 0)


def _evaluations() -> None:
    for problem in _problems():
        formulas = (
            *engine.formulas_of(problem.family, roles=tuple(engine.Role)),
            *(make(engine.FIRST_TRY[name]) for name, make in engine.stabilisers_of(problem.family).items()),
        )
        evaluation = engine.evaluate(problem, formulas=formulas)
        _read_everything(evaluation)
        _read_everything(engine.reevaluate(evaluation, problem, np.array([0, 5])))
        engine.findings(evaluation)
        for column in evaluation.columns:
            engine.loss_levels(evaluation, column)
            engine.passed_over(column.formula, problem)
        for formula in formulas:
            values = formula.run(engine.values_of(problem))
            formula.ledger(values, problem.reduction)
        engine.torch_snippet(problem)
        engine.numpy_snippet(problem)


def _curves() -> None:
    tiny = BinaryProblem(logits=[1e-46], target=[1.0], weight=[1e-40])
    row = MulticlassProblem(logits=[[0.0, 1e-300, -745.0]], target=[1], weight=[5e-324, 1e-8, 1.0])
    for problem in (tiny, row):
        for fmt in (engine.FLOAT16, FLOAT32, FLOAT64):
            small = problem.replace(format=fmt)
            engine.line_of(small, 0, 0)
            for quantity in engine.QUANTITIES:
                for band in engine.regime_bands(small, 0, quantity=quantity)[:2]:
                    engine.edge_report(small, 0, band=band)
            for spacing, end in product(engine.SPACINGS, (np.inf, 1e-300, 5e-324)):
                swept = engine.sweep(small, 0, low=-end, high=end, points=99, spacing=spacing)
                for column in swept.columns:
                    swept.slope(column), swept.true_slope(column), swept.slope_regimes(column)


def _floats() -> None:
    exact = np.array([*EXTREME, 5e-324])
    for fmt in FORMATS:
        computed = fmt.round(np.array([*EXTREME[1:], 5e-324, 0.0]))
        fmt.nearest(exact)
        for measure in (engine.absolute_error, engine.relative_error, engine.ulp_error, engine.bits_lost):
            measure(computed, exact)
        losses = engine.classify_loss(computed, exact, clamped=np.isnan(exact))
        slopes = engine.classify_gradient(computed, exact)
        engine.ranks_of(losses), engine.ranks_of(slopes, engine.GradientRegime)
        engine.kind_of(engine.Regime(losses[0])), engine.rank_of(engine.Regime(losses[0]))
        engine.floats_apart(computed, computed[::-1])
        engine.from_ordinals(engine.ordinals(computed[np.isfinite(computed)]), fmt)
        engine.next_float(computed), engine.next_float(computed, -3), engine.ulp(computed)
        engine.health_counts(engine.health_of(computed))
        engine.format_of(fmt.dtype)


def _activations() -> None:
    for fmt in FORMATS:
        z = fmt.round(np.array(EXTREME))
        p, pairs = engine.sigmoid(z), np.stack([z, z[::-1]], axis=1)
        engine.log_sigmoid(z), engine.softmax(pairs), engine.log_softmax(pairs)
        engine.scratch_binary_cross_entropy(p, p[::-1])
        engine.scratch_cross_entropy(pairs, np.zeros(len(z), np.int64)), engine.scratch_log_softmax(pairs)


def _losses(rows: int) -> None:
    for fmt in FORMATS:
        z = np.resize(fmt.round(np.array(EXTREME)), (rows, 3))
        y, index = (
            np.abs(engine.softmax(np.resize(fmt.round([1.0, 9, -99]), (rows, 3)))),
            np.resize([0, 1, 2], rows),
        )
        with np.errstate(all="ignore"):
            p, weight = np.where(np.isnan(z), fmt.round([1e-7]), engine.sigmoid(z)), np.abs(z)
        for kind in ("", "_grad"):
            for reduction in REDUCTIONS:
                call = partial(getattr, engine)
                call(f"binary_cross_entropy{kind}")(p, y, weight, reduction=reduction)
                call(f"binary_cross_entropy{kind}")(p, y, reduction=reduction)
                logits = call(f"binary_cross_entropy_with_logits{kind}")
                logits(z, y, weight, pos_weight=fmt.round([1e-7]), reduction=reduction)
                logits(z, y, reduction=reduction)
                call(f"nll_loss{kind}")(z, index, weight[3], reduction=reduction)
                call(f"nll_loss{kind}")(z, index, reduction=reduction)
                entropy = call(f"cross_entropy{kind}")
                entropy(z, index, weight[3], reduction=reduction, label_smoothing=1e-300)
                entropy(z, index, reduction=reduction)
                entropy(z, y, weight[3], reduction=reduction)


def _exact() -> None:
    z = np.array(EXTREME)
    pairs = np.stack([z, z[::-1]], axis=1)
    for compute in (engine.exact_binary_loss, engine.exact_binary_loss_grad):
        compute(z, np.resize([0, 1, 0.3, 5e-324], z.shape))
        compute(z, 0.3, weight=np.abs(z[::-1]), pos_weight=1e-310)
    engine.why_no_truth(z, np.full(z.shape, 5e-324), weight=np.abs(z[::-1]), pos_weight=1e-310)
    engine.why_no_truth(pairs, np.full(pairs.shape, 5e-324), weight=[1e-320, 1e300], label_smoothing=0.1)
    for compute in (engine.exact_multiclass_loss, engine.exact_multiclass_loss_grad):
        compute(pairs, np.resize([0, 1], z.shape), weight=[1e-320, 1e300], label_smoothing=0.1)
        compute(pairs, np.resize([[0.3, 0.7], [1.0, 0.0]], pairs.shape))


def _routes_and_answers() -> None:
    for fmt in FORMATS:
        for z in EXTREME:
            problem = BinaryProblem(logits=[float(fmt.round(z))], target=[1.0], format=fmt)
            engine.evaluate_routes(problem), engine.as_two_classes(problem)
            engine.refuses_by_nature(engine.formula_named("bce_sigmoid"), problem)
        for p in (0.0, 5e-324, 0.5, 1.0):
            engine.logits_of(p, fmt), engine.evaluate_probability(p, 1.0, fmt)
        engine.four_losses_snippet(problem), engine.script_arrays(problem)
    for typed in ("0", "nan", "inf", "1e-45", "15.9424", "100"):
        engine.read_typed(typed)
        for answer in engine.explain_loss(typed).answers[:2]:
            if answer.rows is not None:
                engine.logits_alike(answer.rows)


def _large_tables() -> None:
    for fmt in FORMATS:
        z = np.resize(EXTREME, 60)
        problem = BinaryProblem(logits=z, target=np.resize([0.0, 1.0, 0.3], z.shape), format=fmt)
        table = engine.evaluate_large(problem, look=engine.look_at_rows, elements=16)
        engine.begin_large(problem)
        edited = problem.replace(logits=np.where(np.arange(60) == 3, 1e-46, z))
        engine.reevaluate_large(table, edited, np.array([3]))


def _captures() -> None:
    path = Path(__file__).with_name("captures") / "version-1.safetensors"
    assert engine.is_capture(path)
    capture = engine.read_capture(path)
    engine.judge(capture), engine.captured_problem(capture), engine.watch_script()


CALLS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "evaluations": _evaluations,
        "curves": _curves,
        "floats": _floats,
        "activations": _activations,
        "losses": partial(_losses, 27),
        "large losses": partial(_losses, 20_000),
        "exact": _exact,
        "routes and answers": _routes_and_answers,
        "large tables": _large_tables,
        "captures": _captures,
    }
)


@pytest.mark.parametrize("calls", CALLS)
def test_numpy_may_be_told_to_raise_at_every_failure(calls: str) -> None:
    with np.errstate(all="raise"):
        CALLS[calls]()
        assert set(np.geterr().values()) == {"raise"}


def test_every_public_function_is_called_there() -> None:
    names = {name for name in engine.__all__ if callable(getattr(engine, name)) and name.islower()}
    made_by_name = {f"{loss}{kind}" for loss in LOSSES for kind in ("", "_grad")}
    through_tables = {"clipped_log", "clipped_probability", "epsilon_in_log", "formula_named"}
    code = set().union(*(_names_in(each) for each in CALLS.values()))
    assert names - made_by_name - through_tables <= code


def _names_in(call: Callable[[], None]) -> set[str]:
    function = call.func if isinstance(call, partial) else call
    names, pending = set(), [function.__code__]
    while pending:
        code = pending.pop()
        names |= set(code.co_names)
        pending += [each for each in code.co_consts if isinstance(each, type(code))]
    return names
