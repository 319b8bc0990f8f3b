"""A message as it came: its HTML made harmless in a frame of its own, its headers, and its original to keep."""

from desk.pages.original.pages import PAGES

__all__ = ["PAGES"]
