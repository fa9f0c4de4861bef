"""The plots; the only importer of pyqtgraph."""
