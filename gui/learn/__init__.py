"""What stands beside the numbers: notes of presets, cards of words, lessons."""
