"""Words that have a card: what the cards say, and where the words stand in a text."""
