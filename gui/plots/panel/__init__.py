"""The panel of plots: sections, switches, menus, and what puts them together."""
