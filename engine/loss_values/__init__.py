"""What makes a loss that somebody has read in a log: from its digits to ranked explanations."""
