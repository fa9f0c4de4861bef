"""Ten million rows: read in pieces, counted by what breaks, and told in a report."""
