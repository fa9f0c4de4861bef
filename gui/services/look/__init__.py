"""How the window looks: icons in the palette's colours, and the sizes of its type."""
