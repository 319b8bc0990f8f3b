"""The bookkeeper: keeps the clocks and the log's seals up to date with what has happened."""
