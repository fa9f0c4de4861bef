"""The page for ten million rows: what breaks, where and how often, and the worst rows."""
