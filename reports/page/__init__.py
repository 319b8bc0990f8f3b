"""A report as one page that opens offline, or its content for another page. It asks no store and no clock."""

from __future__ import annotations

from reports.page.whole import only, period, render_content, render_page, sentence_case

__all__ = ["only", "period", "render_content", "render_page", "sentence_case"]
