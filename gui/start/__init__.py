"""What happens before there is a window: the command line, and what Qt needs."""
