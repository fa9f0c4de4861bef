"""The table on the screen: its parts side by side, their headers, how cells are painted and edited."""
