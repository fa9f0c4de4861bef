"""Code for other programs: the problem in front as a script, and what catches a batch in training."""
