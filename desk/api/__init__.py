"""The same moves as the pages, as JSON under /api/v1 for programs."""
