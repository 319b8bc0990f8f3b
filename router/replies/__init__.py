"""Answers of our people on their way to customers: to whom and how, and what becomes of them."""
