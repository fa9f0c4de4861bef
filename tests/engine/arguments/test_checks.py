"""Refusals name the argument, the place, what was expected and what came, in PyTorch's words too."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from engine.arguments.checks import LossArgumentError, LossIndexError, LossTypeError, LossValueError
from engine.gradients import binary_cross_entropy_grad, cross_entropy_grad, nll_loss_grad
from engine.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    nll_loss,
)

F32, F64 = np.float32, np.float64
HALVES = np.full((2, 3), 0.5)
Z = np.zeros((2, 3))
Y = np.zeros(2, dtype=np.int64)

REFUSED: list[tuple[Any, tuple[Any, ...], dict[str, Any], type[LossArgumentError], str, str]] = [
    (binary_cross_entropy, (HALVES, HALVES), {"reduction": "Mean"}, LossValueError, "reduction",
     "Mean is not a valid value for reduction"),
    (binary_cross_entropy, (HALVES, HALVES[:, :1]), {}, LossValueError, "target",
     "Using a target size (torch.Size([2, 1])) that is different to the input size (torch.Size([2, 3]))"),
    (binary_cross_entropy, (HALVES.astype(F32), HALVES), {}, LossTypeError, "target",
     "Found dtype Double but expected Float"),
    (binary_cross_entropy, ([0, 1], [0, 1]), {}, LossTypeError, "input",
     "\"binary_cross_entropy\" not implemented for 'Long'"),
    (binary_cross_entropy, (HALVES, HALVES, np.ones(2)), {}, LossValueError, "weight",
     "Attempting to broadcast a dimension of length 2 at -1!"),
    (binary_cross_entropy, (HALVES, HALVES, np.ones((4, 2, 3))), {}, LossValueError, "weight",
     "output with shape [2, 3] doesn't match the broadcast shape [4, 2, 3]"),
    (binary_cross_entropy_with_logits, (np.zeros((3, 1)), np.zeros(3)), {}, LossValueError, "target",
     "Target size (torch.Size([3])) must be the same as input size (torch.Size([3, 1]))"),
    (binary_cross_entropy_with_logits, (Z.astype(F32), Z.astype(np.int64)), {}, LossTypeError, "target",
     "result type Float can't be cast to the desired output type Long"),
    (binary_cross_entropy_with_logits, (Z, Z), {"pos_weight": np.ones(2)}, LossValueError, "pos_weight",
     "The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1"),
    (binary_cross_entropy_with_logits, (Z, Z, np.ones(2)), {}, LossValueError, "weight",
     "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1"),
    (cross_entropy, (Z, Y.astype(F32)), {}, LossTypeError, "target",
     "expected target dtype to be Long or Byte, but got Float"),
    (cross_entropy, (Z, Y), {"label_smoothing": 1.5}, LossValueError, "label_smoothing",
     "label_smoothing must be between 0.0 and 1.0. Got: 1.5"),
    (cross_entropy, (Z, Y), {"label_smoothing": "0.1"}, LossTypeError, "label_smoothing",
     "must be float, not str"),
    (cross_entropy, (Z, Y), {"ignore_index": True}, LossTypeError, "ignore_index", "must be int, not bool"),
    (cross_entropy, (Z, Z), {"ignore_index": 1}, LossValueError, "ignore_index",
     "ignore_index is not supported for floating point target"),
    (cross_entropy, (Z, np.zeros(3, dtype=np.int64)), {}, LossValueError, "target",
     "Expected input batch_size (2) to match target batch_size (3)."),
    (cross_entropy, (np.zeros(()), np.zeros(())), {}, LossIndexError, "input",
     "Dimension specified as 1 but tensor has no dimensions"),
    (nll_loss, (Z[:0], np.array(0)), {}, LossIndexError, "target",
     "Dimension specified as 0 but tensor has no dimensions"),
    (cross_entropy, (Z[:0], np.array(0)), {}, LossIndexError, "target",
     "Dimension specified as 0 but tensor has no dimensions"),
    (nll_loss_grad, (Z[0], Y[:1]), {}, LossValueError, "target",
     "size mismatch (got input: [3], target: [1])"),
    (cross_entropy_grad, (Z[0], Y[:1]), {}, LossValueError, "target",
     "size mismatch (got input: [3], target: [1])"),
    (cross_entropy, (Z, Y), {"ignore_index": 2**63}, LossValueError, "ignore_index",
     "Overflow when unpacking long long"),
    (cross_entropy, (Z, Y), {"label_smoothing": Fraction(1, 10)}, LossTypeError, "label_smoothing",
     "must be float, not Fraction"),
    (cross_entropy, (Z, HALVES, np.array([1j, 2, 3])), {}, LossTypeError, "weight",
     "result type ComplexDouble can't be cast"),
    (cross_entropy, (Z, HALVES, np.array(["a", "b", "c"])), {}, LossTypeError, "weight", "can't be cast"),
    (cross_entropy, (Z, HALVES, np.array([1, 2, None])), {}, LossTypeError, "weight", "can't be cast"),
    (binary_cross_entropy, (HALVES, HALVES, np.ones(3, np.longdouble)), {}, LossTypeError, "weight",
     "can't be cast"),
    (binary_cross_entropy_with_logits, (Z, Z), {"pos_weight": np.ones(3, np.uint16)}, LossTypeError,
     "pos_weight", "\"add_stub\" not implemented for 'UInt16'"),
    (binary_cross_entropy, (HALVES + 2, HALVES, np.ones(2)), {}, LossValueError, "weight",
     "Attempting to broadcast a dimension of length 2 at -1!"),
    (binary_cross_entropy, (HALVES.astype(F32), HALVES, np.ones(2)), {}, LossValueError, "weight",
     "Attempting to broadcast a dimension of length 2 at -1!"),
    (binary_cross_entropy, (HALVES + 2, HALVES, np.ones((4, 2, 3))), {}, LossValueError, "input",
     "all elements of input should be between 0 and 1"),
    (nll_loss, (Z, Z), {}, LossValueError, "target",
     "0D or 1D target tensor expected, multi-target not supported"),
    (nll_loss, (Z, Y, np.ones(2)), {}, LossValueError, "weight",
     "weight tensor should be defined either for all 3 classes or no classes"),
    (nll_loss, (Z, Y, np.ones(3, dtype=F32)), {}, LossTypeError, "weight",
     "expected scalar type Double but found Float"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments", "options", "kind", "argument", "words"), REFUSED)
def test_the_fault_is_named_in_pytorchs_words(
    function: Any,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    kind: type[LossArgumentError],
    argument: str,
    words: str,
) -> None:
    with pytest.raises(kind) as refusal:
        function(*arguments, **options)
    assert refusal.value.argument == argument
    assert words in refusal.value.words
    assert words in str(refusal.value)
    assert str(refusal.value).startswith(argument)


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [(LossValueError, ValueError), (LossTypeError, TypeError), (LossIndexError, IndexError)],
)
def test_a_refusal_is_the_builtin_error_a_caller_expects(
    kind: type[LossArgumentError], builtin: type[Exception]
) -> None:
    assert issubclass(kind, builtin)


@pytest.mark.parametrize("value", [1.0000001, -1e-9, np.nan, np.inf])
@pytest.mark.parametrize("argument", ["input", "target"])
def test_the_first_value_outside_0_to_1_is_located(argument: str, value: float) -> None:
    arrays = {"input": HALVES.copy(), "target": HALVES.copy()}
    arrays[argument][1, 2] = value
    with pytest.raises(
        LossValueError, match=rf"{argument}\[1, 2\]: expected a number from 0 to 1"
    ) as refusal:
        binary_cross_entropy(**arrays)
    assert refusal.value.index == (1, 2)
    assert refusal.value.words == f"all elements of {argument} should be between 0 and 1"


def test_negative_zero_is_a_probability() -> None:
    assert binary_cross_entropy([-0.0], [0.0]) == 0


@pytest.mark.parametrize("function", [nll_loss, cross_entropy, nll_loss_grad, cross_entropy_grad])
@pytest.mark.parametrize("value", [3, -1])
def test_a_class_out_of_bounds_is_located(function: Any, value: int) -> None:
    with pytest.raises(LossIndexError, match=rf"target\[1\].*Target {value} is out of bounds"):
        function(Z, np.array([0, value]))


def test_a_target_without_a_class_is_refused_and_an_ignored_one_is_not() -> None:
    assert nll_loss(Z, np.array([0, 255]), ignore_index=255) == 0
    with pytest.raises(LossIndexError):
        nll_loss(Z, np.array([0, 255]))


def test_gradients_refuse_what_their_losses_refuse() -> None:
    with pytest.raises(LossValueError, match="all elements of input"):
        binary_cross_entropy_grad([2.0], [1.0])


@pytest.mark.parametrize("ignored", [1, np.int8(1), np.array(1), -(2**63), 2**63 - 1])
def test_any_integer_of_64_bits_can_be_ignored(ignored: Any) -> None:
    assert cross_entropy(Z, Y, ignore_index=ignored) == pytest.approx(np.log(3))


@pytest.mark.parametrize("smoothing", [0, 1, True, np.bool_(True), np.float16(0.5), np.int64(1)])
def test_label_smoothing_may_be_any_number(smoothing: Any) -> None:
    assert cross_entropy(Z, Y, label_smoothing=smoothing) == pytest.approx(np.log(3))


def test_rows_of_unequal_length_are_refused() -> None:
    with pytest.raises(LossValueError, match="input: expected an array of numbers"):
        cross_entropy([[0.0, 1.0], [0.0]], [0, 1])


def test_foreign_byte_order_is_read() -> None:
    z = np.array([[0.0, 1.0]], dtype=">f4")
    assert cross_entropy(z, np.array([0], dtype=">i8")) == cross_entropy(z.astype("<f4"), [0])
