"""One case, whole, and every move in it."""

from desk.pages.case.pages import PAGES

__all__ = ["PAGES"]
