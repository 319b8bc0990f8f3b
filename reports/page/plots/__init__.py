"""Plots as inline SVG, a module each: pure text out of numbers, no colour of their own (the page's style has those)."""
