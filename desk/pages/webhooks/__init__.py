"""Outbound webhooks, as an admin looks after them."""

from desk.pages.webhooks.pages import PAGES

__all__ = ["PAGES"]
