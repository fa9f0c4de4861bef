"""Tables and records in .json, .jsonl, .parquet and .xlsx files."""
