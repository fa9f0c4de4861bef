"""The window. It knows the engine by its public names."""
