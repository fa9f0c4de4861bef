"""What several plot folders use: switches, cards, words, paint."""
