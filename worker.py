"""The queue side's composition root."""
