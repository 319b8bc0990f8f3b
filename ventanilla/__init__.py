"""The core that every other room leans on: words, errors, the channel contract, clocks and the store."""

__version__ = "0.1.0"
