"""The questions that a report asks of the store, one kind of metric a module."""
