"""The lines above and below: pages and files, options, what the row shows, the worst finding."""
