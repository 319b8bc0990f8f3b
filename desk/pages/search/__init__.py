"""Searching in all that was written."""

from desk.pages.page import Page
from desk.pages.search.searching import show

PAGES = (Page(path="/search", view=show),)
