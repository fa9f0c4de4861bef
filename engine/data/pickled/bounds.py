"""How much of a pickle is read: bounds that hold memory and time, each far above what real files need."""

from __future__ import annotations

MOST_PICKLED_BYTES = 64 * 2**20
MOST_OPERATIONS = 20_000_000
"""About ten seconds."""
MOST_CONTAINERS = 1_000_000
"""Lists, dictionaries, tuples, records and names together."""
MOST_MEMOS = 2_000_000
MOST_TEXTS = 2_000_000
MOST_INTEGERS = 5_000_000
"""Of those that take room of their own."""
MOST_ENCODED_BYTES = 64 * 2**20
MOST_MARKS = 10_000
MOST_STORAGES = 10_000
MOST_LISTED = 10_000
"""Arrays, such as a list of batches holds."""
MOST_DIMENSIONS = 16
DEEPEST = 100
LONGEST_NAME = 1_000
"""Characters of a module's or a class's name."""
