"""What changes the table: commands, clipboard, pasting, generating."""
