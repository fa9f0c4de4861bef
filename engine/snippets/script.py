"""A problem as a runnable script: 'copy as code'.

A script defines the problem's arrays and options under the names that formulas use, then prints every
formula's title and loss, the reduced value, or each row's for 'none', and each row's own gradient: under
PyTorch as autograd gives it, under NumPy by the formula's own expression. Formulas bring these
(`Formula.torch_code`, `Formula.numpy_code`, `Formula.numpy_gradient`); the functions that they mention come
from `engine.snippets.torch_helpers` and `numpy_helpers`. Large arrays are loaded from a file.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.evaluate import refusal_of
from engine.floats.formats import BFLOAT16, Format
from engine.formulas.catalogue import Catalogue, formulas_of
from engine.formulas.formula import Formula, Role
from engine.problem import BinaryProblem, MulticlassProblem, Problem
from engine.snippets.numpy_gradients import NUMPY_GRADIENTS
from engine.snippets.numpy_helpers import NUMPY_HELPERS
from engine.snippets.torch_helpers import TORCH_HELPERS

_LINE = 100
"""Columns after which a list of numbers goes on in the next line."""


_SPECIAL = re.compile(r"\b(inf|nan)\b")


class _Dialect(NamedTuple):
    """What differs between the two kinds of script."""

    name: str
    opening: str
    array: Callable[[str, str], str]
    float_dtype: Callable[[Format], str]
    integer_dtype: str
    scalar: Callable[[str, str], str]
    helpers: Mapping[str, str]
    code: Callable[[Formula], str]
    gradient: Callable[[Formula], str]
    loaded: Callable[[str, str], str]


def torch_snippet(problem: Problem, formulas: Catalogue | None = None, file: str = "") -> str:
    """A script that computes a problem's losses with PyTorch.

    Parameters
    ----------
    problem : BinaryProblem or MulticlassProblem
    formulas : tuple of Formula, optional
        Which ones; those of other families are passed over. By default what a first start shows.
    file : str
        An .npz file with `script_arrays`, which the script then loads; by default the numbers are written
        into it.

    Returns
    -------
    str
        Python source that needs `torch` alone (and NumPy to load a file) and prints two lines for each
        formula: its title and its loss as a float, or a list of floats for 'none', and the gradient.
        What PyTorch refuses stands there as a comment with the reason.

    Notes
    -----
    Numbers are written as typed, unless they would be rounded to another float on the way through
    float32, which is how ``torch.tensor`` fills the half formats.

    Examples
    --------
    >>> script = torch_snippet(BinaryProblem(logits=[17.0], target=[0.0]))
    >>> print(script.splitlines()[-4])
    show("BCEWithLogitsLoss(z)", lambda z, reduction: F.binary_cross_entropy_with_logits(z, y, \
weight=weight, pos_weight=pos_weight, reduction=reduction))
    """
    return _script(problem, formulas, _TORCH, file)


def numpy_snippet(problem: Problem, formulas: Catalogue | None = None, file: str = "") -> str:
    """A script that computes a problem's losses with NumPy alone, rounded as PyTorch rounds them.

    Parameters and result as for `torch_snippet`; bfloat16 needs `ml_dtypes` as well. The functions
    that round as PyTorch does are written into the script.
    """
    return _script(problem, formulas, _NUMPY, file)


def script_arrays(problem: Problem) -> dict[str, NDArray[Any]]:
    """The arrays that a script loads, by the names it has for them, rounded to the problem's format.

    Numbers are widened to float64, which holds every format's, so that nothing rounds them on the way.
    """
    assert isinstance(problem, BinaryProblem | MulticlassProblem)

    def rounded(values: NDArray[Any]) -> NDArray[Any]:
        return values if values.dtype.kind == "i" else problem.format.round(values).astype(np.float64)

    arrays = {"z": rounded(problem.logits), "y": rounded(problem.target)}
    return arrays if problem.weight is None else arrays | {"weight": rounded(problem.weight)}


_TORCH = _Dialect(
    name="PyTorch",
    opening="import torch\nimport torch.nn.functional as F",
    array=lambda values, dtype: f"torch.tensor({values}, dtype={dtype})",
    float_dtype=lambda form: f"torch.{form.name}",
    integer_dtype="torch.int64",
    scalar=lambda value, dtype: f"torch.tensor({value}, dtype={dtype})",
    helpers=TORCH_HELPERS,
    code=lambda formula: f"lambda z, reduction: {formula.torch_code}",
    gradient=lambda formula: formula.numpy_gradient if formula.role is Role.EXACT else "",
    loaded=lambda name, dtype: f"torch.from_numpy(arrays[{_quoted(name)}]).to({dtype})",
)

_NUMPY = _Dialect(
    name="NumPy",
    opening='import numpy as np\n\nnp.seterr(all="ignore")  # inf and nan are results here',
    array=lambda values, dtype: f"np.array({values}, dtype={dtype})",
    float_dtype=lambda form: "bfloat16" if form == BFLOAT16 else f"np.{form.name}",
    integer_dtype="np.int64",
    scalar=lambda value, dtype: f"np.dtype({dtype}).type({value})",
    helpers={**NUMPY_HELPERS, **NUMPY_GRADIENTS},
    code=lambda formula: formula.numpy_code,
    gradient=lambda formula: formula.numpy_gradient,
    loaded=lambda name, dtype: f"arrays[{_quoted(name)}].astype({dtype})",
)


def _script(problem: Problem, formulas: Catalogue | None, dialect: _Dialect, file: str) -> str:
    chosen = formulas_of(problem.family) if formulas is None else formulas
    lines = [_line(f, problem, dialect) for f in chosen if f.family == problem.family]
    data = _definitions(problem, dialect, file)
    opening = dialect.opening
    if file and dialect is _TORCH:
        opening = f"import numpy as np\n{opening}"
    if problem.format == BFLOAT16 and dialect is _NUMPY:
        opening = opening.replace("import numpy as np", "import numpy as np\nfrom ml_dtypes import bfloat16")
    if any(_SPECIAL.search(line) for line in data):
        opening = "from math import inf, nan\n\n" + opening
    calls = "\n".join(lines)
    heading = f"# Losses by {dialect.name}; format: {problem.format}; rows: {problem.rows}"
    parts = ["\n".join(data), *_helpers_for(calls, dialect.helpers), calls]
    return f"{heading}\n{opening}\n\n" + "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _line(formula: Formula, problem: Problem, dialect: _Dialect) -> str:
    refusal = refusal_of(formula, problem)
    if refusal is None and isinstance(problem, MulticlassProblem):
        refusal = problem.out_of_bounds
    if refusal is not None:
        return f"# {formula.title}: PyTorch refuses: {refusal}"
    parts = (_quoted(formula.title), dialect.code(formula), dialect.gradient(formula))
    return f"show({', '.join(filter(None, parts))})"


def _quoted(text: str) -> str:
    """A string literal in double quotes, as in the helpers."""
    return json.dumps(text, ensure_ascii=False)


# -- helpers ----------------------------------------------------------------------------------------------


@cache
def _helper_names(source: str) -> frozenset[str]:
    """What a helper mentions; there are a few dozen helpers, and to parse them takes longest."""
    return _names(source)


def _names(source: str) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name))


def _helpers_for(code: str, helpers: Mapping[str, str]) -> list[str]:
    """The helpers that the code mentions, and those that they mention, in their own order."""
    wanted: set[str] = set()
    pending: frozenset[str] | set[str] = _names(code) & helpers.keys()
    while pending:
        wanted |= pending
        mentioned = set().union(*(_helper_names(helpers[name]) for name in pending))
        pending = (mentioned & helpers.keys()) - wanted
    return [source for name, source in helpers.items() if name in wanted]


# -- data -------------------------------------------------------------------------------------------------


def _definitions(problem: Problem, dialect: _Dialect, file: str) -> list[str]:
    """One assignment for each name that an expression may use."""
    assert isinstance(problem, BinaryProblem | MulticlassProblem)
    form = problem.format
    dtype = dialect.float_dtype(form)

    def floats(name: str, values: NDArray[np.float64]) -> str:
        if file:
            return dialect.loaded(name, dtype)
        array = dialect.array(_written(_literals(values, form)), dtype)
        return array if values.size else f"{array}.reshape({', '.join(map(str, values.shape))})"

    weight = None if problem.weight is None else floats("weight", problem.weight)
    lines = [f"arrays = np.load({_quoted(file)})"] if file else []
    lines.append(f"z = {floats('z', problem.logits)}")
    if isinstance(problem, BinaryProblem):
        positive = None
        if problem.pos_weight is not None:
            literal = _literals(np.array(problem.pos_weight), form)
            positive = dialect.scalar(repr(literal), dtype)
        lines += [f"y = {floats('y', problem.target)}", f"weight = {weight}", f"pos_weight = {positive}"]
    else:
        shares = problem.has_probabilities
        target = floats("y", problem.target) if shares else _indices(problem, dialect, file)
        lines += [
            f"y = {target}",
            f"weight = {weight}",
            f"ignore_index = {problem.ignore_index}",
            f"label_smoothing = {problem.label_smoothing!r}",
        ]
    return [*lines, f"reduction = {_quoted(problem.reduction)}"]


def _indices(problem: MulticlassProblem, dialect: _Dialect, file: str) -> str:
    if file:
        return dialect.loaded("y", dialect.integer_dtype)
    return dialect.array(_written(problem.target.tolist()), dialect.integer_dtype)


def definitions_for_torch(problem: Problem) -> list[str]:
    """One line for each name that a formula's `torch_code` may use."""
    return _definitions(problem, _TORCH, "")


def _literals(values: NDArray[np.float64], form: Format) -> Any:
    """Python floats, as typed wherever NumPy rounds them to the format as PyTorch does."""
    rounded = form.round(values)
    if form.is_half:
        with np.errstate(all="ignore"):
            agrees = (rounded == values.astype(form.dtype)) | np.isnan(values)
        return np.where(agrees, values, rounded.astype(np.float64)).tolist()
    return values.tolist()


def _written(values: list[Any]) -> str:
    """A list as Python source, a table with one row a line, long lists broken between numbers."""
    if values and isinstance(values[0], list):
        return "[\n" + "".join(f"    {_written(row)},\n" for row in values) + "]"
    text = repr(values)
    if len(text) <= _LINE:
        return text
    lines, current = [], ""
    for item in map(repr, values):
        if len(current) + len(item) + 2 > _LINE:
            lines.append(current.rstrip())
            current = ""
        current += f"{item}, "
    lines.append(current.rstrip())
    return "[\n" + "".join(f"    {line}\n" for line in lines) + "]"
