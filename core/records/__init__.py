"""The records: what happened, kept in DuckDB, and what may be said about it."""
