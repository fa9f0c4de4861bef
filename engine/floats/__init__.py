"""The four formats, and numbers measured in them: rounding, ULP, bits lost, regimes, health."""
