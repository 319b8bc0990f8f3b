"""What the API does: the moves of router/moves, each a few lines. Decides nothing."""
