"""What every part may use: settings, theme, jobs, errors."""
