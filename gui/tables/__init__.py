"""Tables of logits, targets and everything computed from them."""
