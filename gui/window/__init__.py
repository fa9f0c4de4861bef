"""The main window: its parts put together, menus, layout."""
