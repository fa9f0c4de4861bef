"""Tensors of kinds that are not values in a row: each is listed with what it is and what to save instead."""

from __future__ import annotations

from engine.data.faults import fault, short
from engine.data.pickled.records import RefusedTensor


def refused_tensor(function: str) -> RefusedTensor:
    """The record of a tensor that PyTorch's function of this name would rebuild."""
    if "sparse" in function:
        reason = fault("sparse_tensor", "a sparse tensor; save it dense, with to_dense()")
        return RefusedTensor("sparse", reason)
    if "qtensor" in function:
        reason = fault("quantized_tensor", "a quantized tensor; save it with dequantize()")
        return RefusedTensor("quantized", reason)
    if "meta" in function:
        return RefusedTensor("meta", fault("meta_tensor", "a meta tensor, which has no values"))
    if "nested" in function:
        reason = fault("nested_tensor", "a nested tensor; save its parts one by one, with unbind()")
        return RefusedTensor("nested", reason)
    words = fault("other_tensor", "a tensor of a kind that is not read ({name})", name=short(function))
    return RefusedTensor("tensor", words)
