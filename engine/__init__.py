"""PyTorch's four classification losses in NumPy: what they compute, what is true, and where they part.

Usable on its own::

    >>> import engine, numpy as np
    >>> z, y = np.float32([-200.0, 17.0]), np.float32([1.0, 0.0])
    >>> engine.binary_cross_entropy(engine.sigmoid(z), y, reduction="none")
    array([100., 100.], dtype=float32)
    >>> engine.exact_binary_loss(z, y)
    array([200.        ,  17.00000004])
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.arguments.checks import (
        REDUCTIONS,
        LossArgumentError,
        LossIndexError,
        LossTypeError,
        LossValueError,
        Reduction,
    )
    from engine.captures.capture import Capture, is_capture, read_capture
    from engine.captures.judge import Judgement, judge
    from engine.captures.shown import captured_problem, watch_script
    from engine.curves.bands import QUANTITIES, Band, Quantity, regime_bands
    from engine.curves.line import Line, line_of
    from engine.curves.logits_of import LogitsOf, logits_of
    from engine.curves.sweep import SPACINGS, Edge, EdgeValues, Side, Spacing, Sweep, edge_report, sweep
    from engine.diagnosis.feedings import SUM_TOLERANCE
    from engine.diagnosis.finding import SEVERITIES, Finding, RowNumbers, Severity
    from engine.diagnosis.findings import FINDING_KEYS, findings, look_at_rows
    from engine.diagnosis.floor import LossLevels, loss_levels
    from engine.diagnosis.subject import passed_over, refuses_by_nature
    from engine.evaluation.column import Column, Truth
    from engine.evaluation.evaluate import Evaluation, evaluate
    from engine.evaluation.large import LargeEvaluation, begin_large, evaluate_large, reevaluate_large
    from engine.evaluation.routes import Routes, evaluate_probability, evaluate_routes
    from engine.exact import (
        exact_binary_loss,
        exact_binary_loss_grad,
        exact_multiclass_loss,
        exact_multiclass_loss_grad,
    )
    from engine.exact.no_truth import NO_TRUTH_REASONS, NoTruth, why_no_truth
    from engine.floats.accuracy import absolute_error, bits_lost, relative_error, ulp_error
    from engine.floats.formats import (
        BFLOAT16,
        FLOAT16,
        FLOAT32,
        FLOAT64,
        FORMATS,
        FloatArray,
        Format,
        floats_apart,
        format_of,
        from_ordinals,
        next_float,
        ordinals,
        ulp,
    )
    from engine.floats.health import Health, health_counts, health_of
    from engine.floats.verdicts import (
        DESCRIPTIONS,
        GRADIENT_DESCRIPTIONS,
        KINDS,
        LOST_DIGIT,
        RIGHT_WITHIN,
        GradientRegime,
        Kind,
        Regime,
        classify_gradient,
        classify_loss,
        kind_of,
        rank_of,
        ranks_of,
    )
    from engine.formulas.binary_stabilisers import (
        FIRST_TRY,
        STABILISERS,
        clipped_log,
        clipped_probability,
        epsilon_in_log,
    )
    from engine.formulas.catalogue import (
        CATALOGUE,
        SHOWN_FIRST,
        Catalogue,
        formula_named,
        formulas_of,
        stabilisers_of,
    )
    from engine.formulas.formula import Formula, Role, Step, Values
    from engine.formulas.routes import FEEDINGS, GIVEN, ROUTES, as_two_classes
    from engine.formulas.scratch import (
        scratch_binary_cross_entropy,
        scratch_cross_entropy,
        scratch_log_softmax,
    )
    from engine.formulas.values import values_of
    from engine.gradients import (
        binary_cross_entropy_grad,
        binary_cross_entropy_with_logits_grad,
        cross_entropy_grad,
        nll_loss_grad,
    )
    from engine.loss_values.answer import Answer, Explanation, RuledOut
    from engine.loss_values.asked import LossOptions, Typed, read_typed
    from engine.loss_values.explain import explain_loss
    from engine.loss_values.rows import logits_alike
    from engine.losses import (
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        nll_loss,
    )
    from engine.problem import (
        IGNORE_INDEX,
        BinaryProblem,
        Family,
        MulticlassProblem,
        Problem,
    )
    from engine.pytorch.activations import log_sigmoid, log_softmax, sigmoid, softmax
    from engine.pytorch.reduction import Ledger
    from engine.reevaluation import reevaluate
    from engine.snippets.four_losses import four_losses_snippet
    from engine.snippets.script import numpy_snippet, script_arrays, torch_snippet

__all__ = [
    "BFLOAT16",
    "CATALOGUE",
    "DESCRIPTIONS",
    "FEEDINGS",
    "FINDING_KEYS",
    "FIRST_TRY",
    "FLOAT16",
    "FLOAT32",
    "FLOAT64",
    "FORMATS",
    "GIVEN",
    "GRADIENT_DESCRIPTIONS",
    "IGNORE_INDEX",
    "KINDS",
    "LOST_DIGIT",
    "NO_TRUTH_REASONS",
    "QUANTITIES",
    "REDUCTIONS",
    "RIGHT_WITHIN",
    "ROUTES",
    "SEVERITIES",
    "SHOWN_FIRST",
    "SPACINGS",
    "STABILISERS",
    "SUM_TOLERANCE",
    "Answer",
    "Band",
    "BinaryProblem",
    "Capture",
    "Catalogue",
    "Column",
    "Edge",
    "EdgeValues",
    "Evaluation",
    "Explanation",
    "Family",
    "Finding",
    "FloatArray",
    "Format",
    "Formula",
    "GradientRegime",
    "Health",
    "Judgement",
    "Kind",
    "LargeEvaluation",
    "Ledger",
    "Line",
    "LogitsOf",
    "LossArgumentError",
    "LossIndexError",
    "LossLevels",
    "LossOptions",
    "LossTypeError",
    "LossValueError",
    "MulticlassProblem",
    "NoTruth",
    "Problem",
    "Quantity",
    "Reduction",
    "Regime",
    "Role",
    "Routes",
    "RowNumbers",
    "RuledOut",
    "Severity",
    "Side",
    "Spacing",
    "Step",
    "Sweep",
    "Truth",
    "Typed",
    "Values",
    "absolute_error",
    "as_two_classes",
    "begin_large",
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_grad",
    "bits_lost",
    "captured_problem",
    "classify_gradient",
    "classify_loss",
    "clipped_log",
    "clipped_probability",
    "cross_entropy",
    "cross_entropy_grad",
    "edge_report",
    "epsilon_in_log",
    "evaluate",
    "evaluate_large",
    "evaluate_probability",
    "evaluate_routes",
    "exact_binary_loss",
    "exact_binary_loss_grad",
    "exact_multiclass_loss",
    "exact_multiclass_loss_grad",
    "explain_loss",
    "findings",
    "floats_apart",
    "format_of",
    "formula_named",
    "formulas_of",
    "four_losses_snippet",
    "from_ordinals",
    "health_counts",
    "health_of",
    "is_capture",
    "judge",
    "kind_of",
    "line_of",
    "log_sigmoid",
    "log_softmax",
    "logits_alike",
    "logits_of",
    "look_at_rows",
    "loss_levels",
    "next_float",
    "nll_loss",
    "nll_loss_grad",
    "numpy_snippet",
    "ordinals",
    "passed_over",
    "rank_of",
    "ranks_of",
    "read_capture",
    "read_typed",
    "reevaluate",
    "reevaluate_large",
    "refuses_by_nature",
    "regime_bands",
    "relative_error",
    "scratch_binary_cross_entropy",
    "scratch_cross_entropy",
    "scratch_log_softmax",
    "script_arrays",
    "sigmoid",
    "softmax",
    "stabilisers_of",
    "sweep",
    "torch_snippet",
    "ulp",
    "ulp_error",
    "values_of",
    "watch_script",
    "why_no_truth",
]

_MODULES = {
    "arguments.checks": "LossArgumentError LossIndexError LossTypeError LossValueError Reduction REDUCTIONS",
    "captures.capture": "Capture is_capture read_capture",
    "captures.judge": "judge Judgement",
    "captures.shown": "captured_problem watch_script",
    "curves.bands": "Band QUANTITIES Quantity regime_bands",
    "curves.line": "Line line_of",
    "curves.logits_of": "logits_of LogitsOf",
    "curves.sweep": "Edge edge_report EdgeValues Side Spacing SPACINGS Sweep sweep",
    "diagnosis.feedings": "SUM_TOLERANCE",
    "diagnosis.finding": "Finding RowNumbers SEVERITIES Severity",
    "diagnosis.findings": "FINDING_KEYS findings look_at_rows",
    "diagnosis.floor": "loss_levels LossLevels",
    "diagnosis.subject": "passed_over refuses_by_nature",
    "evaluation.column": "Column Truth",
    "evaluation.evaluate": "evaluate Evaluation",
    "evaluation.large": "begin_large evaluate_large LargeEvaluation reevaluate_large",
    "evaluation.routes": "evaluate_probability evaluate_routes Routes",
    "exact": "exact_binary_loss exact_binary_loss_grad exact_multiclass_loss exact_multiclass_loss_grad",
    "exact.no_truth": "NO_TRUTH_REASONS NoTruth why_no_truth",
    "floats.accuracy": "absolute_error bits_lost relative_error ulp_error",
    "floats.formats": (
        "BFLOAT16 FLOAT16 FLOAT32 FLOAT64 FloatArray floats_apart Format format_of FORMATS "
        "from_ordinals next_float ordinals ulp"
    ),
    "floats.health": "Health health_counts health_of",
    "floats.verdicts": (
        "classify_gradient classify_loss DESCRIPTIONS GRADIENT_DESCRIPTIONS GradientRegime Kind "
        "kind_of KINDS LOST_DIGIT rank_of ranks_of Regime RIGHT_WITHIN"
    ),
    "formulas.binary_stabilisers": "clipped_log clipped_probability epsilon_in_log FIRST_TRY STABILISERS",
    "formulas.catalogue": "CATALOGUE Catalogue formula_named formulas_of SHOWN_FIRST stabilisers_of",
    "formulas.formula": "Formula Role Step Values",
    "formulas.routes": "as_two_classes FEEDINGS GIVEN ROUTES",
    "formulas.scratch": "scratch_binary_cross_entropy scratch_cross_entropy scratch_log_softmax",
    "formulas.values": "values_of",
    "gradients": (
        "binary_cross_entropy_grad binary_cross_entropy_with_logits_grad cross_entropy_grad nll_loss_grad"
    ),
    "loss_values.answer": "Answer Explanation RuledOut",
    "loss_values.asked": "LossOptions read_typed Typed",
    "loss_values.explain": "explain_loss",
    "loss_values.rows": "logits_alike",
    "losses": "binary_cross_entropy binary_cross_entropy_with_logits cross_entropy nll_loss",
    "problem": "BinaryProblem Family IGNORE_INDEX MulticlassProblem Problem",
    "pytorch.activations": "log_sigmoid log_softmax sigmoid softmax",
    "pytorch.reduction": "Ledger",
    "reevaluation": "reevaluate",
    "snippets.four_losses": "four_losses_snippet",
    "snippets.script": "numpy_snippet script_arrays torch_snippet",
}
"""Where each public name stands: its module is imported when it is first used, and no sooner."""


def __getattr__(name: str) -> Any:
    module = next((module for module, names in _MODULES.items() if name in names.split()), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    loaded = import_module(f"{__name__}.{module}")
    globals().update({each: getattr(loaded, each) for each in _MODULES[module].split()})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
