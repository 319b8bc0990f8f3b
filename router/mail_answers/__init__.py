"""Answers to notices by mail: whom to believe, what of a mail is the answer, and what its author is told."""
