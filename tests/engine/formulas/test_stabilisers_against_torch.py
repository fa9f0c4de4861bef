"""The home-made stabilisers compute what PyTorch computes of them, autograd's gradients included."""

import numpy as np
import pytest

from engine import FORMATS, BinaryProblem, MulticlassProblem, evaluate, stabilisers_of
from engine.snippets.torch_helpers import TORCH_HELPERS

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

NUMBERS = {"epsilon_in_log": (1e-7, 1e-3), "clipped_probability": (1e-7, 1e-3), "clipped_log": (-100.0, -5.0)}
ROWS = 300


def problems(form, scale):
    """Weighted and plain, hard and soft, with ignored rows and every kind of odd logit."""
    rng = np.random.default_rng(int(scale))
    z = rng.normal(scale=scale, size=ROWS)
    z[:4] = np.inf, -np.inf, np.nan, -0.0
    soft = rng.random(ROWS)
    common = {"format": form, "reduction": "none"}
    yield BinaryProblem(logits=z, target=np.round(soft), **common)
    yield BinaryProblem(logits=z, target=soft, weight=rng.random(ROWS), **common)
    table = rng.normal(scale=scale, size=(ROWS, 3))
    table[:3, 0] = np.inf, -np.inf, np.nan
    target = rng.integers(-1, 3, size=ROWS)
    yield MulticlassProblem(logits=table, target=target, ignore_index=-1, **common)
    yield MulticlassProblem(logits=table, target=target, ignore_index=-1, weight=rng.random(3), **common)
    yield MulticlassProblem(logits=table, target=rng.dirichlet(np.ones(3), ROWS), **common)


def by_torch(formula, problem):
    """The formula's own PyTorch code, with p computed once as the steps do."""
    dtype = getattr(torch, problem.format.name)

    def tensor(values):
        return None if values is None else torch.tensor(values, dtype=torch.float64).to(dtype)

    names = {"torch": torch, "F": torch.nn.functional}
    for source in TORCH_HELPERS.values():
        exec(source, names)
    z = tensor(problem.logits).requires_grad_()
    names |= {"z": z, "p": torch.sigmoid(z), "weight": tensor(problem.weight), "reduction": problem.reduction}
    names["ignore_index"] = getattr(problem, "ignore_index", None)
    indices = problem.target.dtype.kind == "i"
    names["y"] = torch.tensor(problem.target) if indices else tensor(problem.target)
    rows = eval(formula.torch_code.replace("torch.sigmoid(z)", "p"), names)
    rows.sum().backward()
    return rows.detach().double().numpy(), z.grad.double().numpy()


@pytest.mark.parametrize("form", FORMATS, ids=str)
@pytest.mark.parametrize("scale", [3.0, 30.0, 200.0])
def test_losses_and_gradients_are_pytorchs(form, scale):
    # Equal in the half formats; elsewhere both sides round exp and log in their own last place, which
    # the difference of a row's gradients to p can blow up to a few eps of the row's largest weight.
    tolerance = 0.0 if form.is_half else 60 * form.eps
    for problem in problems(form, scale):
        makers = stabilisers_of(problem.family)
        formulas = tuple(make(number) for name, make in makers.items() for number in NUMBERS[name])
        for column in evaluate(problem, formulas=formulas).columns:
            loss, gradient = by_torch(column.formula, problem)
            context = f"{column.formula.key}, {problem.target.dtype}, weight: {problem.weight is not None}"
            for got, want in ((column.loss, loss), (column.gradient, gradient)):
                np.testing.assert_allclose(
                    got.astype(np.float64), want, rtol=tolerance, atol=tolerance, err_msg=context
                )
