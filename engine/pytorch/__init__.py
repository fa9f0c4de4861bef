"""Forward, backward, activations and reductions as PyTorch rounds them: readable, the reference."""
