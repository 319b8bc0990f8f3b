"""Channels that have gone quiet though nothing seems wrong with them: what is usual, when silence is news, who is told."""
