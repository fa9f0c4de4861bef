"""The four losses and their gradients for large arrays, block by block."""
