"""PyTorch's shapes, types and refusals."""
