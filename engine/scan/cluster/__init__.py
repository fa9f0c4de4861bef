"""The same scan on many machines: Dask carries paths to its workers, and summaries back."""
