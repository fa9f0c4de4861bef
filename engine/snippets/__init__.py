"""A problem as PyTorch or NumPy code that runs by itself."""
