"""The board: what a supervisor sees of the house at a glance, and how work is given to somebody else."""

from desk.pages.board import giving, showing, why
from desk.pages.page import Page

PAGES: tuple[Page, ...] = (*showing.PAGES, *giving.PAGES, *why.PAGES)
