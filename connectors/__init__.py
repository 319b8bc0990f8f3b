"""Talks to the world: pulls raw items in from each channel and delivers what goes out."""
