"""What stands under each column: its health, and what it reduces to."""
