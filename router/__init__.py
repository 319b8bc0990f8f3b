"""Decides: what is screened, which case a message belongs to, and who is responsible for it."""
