"""Why a formula fails at a logit: the card and what it says."""
