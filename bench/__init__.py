"""Measures the service as a whole, from a mailbox to a responsible person. Ratios within one run, not bare times."""
