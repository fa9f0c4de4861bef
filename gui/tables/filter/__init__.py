"""Which rows a table shows: by failure, formula, class, target, range or number."""
