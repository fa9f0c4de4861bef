"""What screen readers are told: roles of painted widgets, and what is said unasked."""
