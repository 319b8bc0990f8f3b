"""A report as one page that opens offline. `render_page` is all that others call; it asks no store and no clock."""

from __future__ import annotations

from reports.page.whole import render_page

__all__ = ["render_page"]
