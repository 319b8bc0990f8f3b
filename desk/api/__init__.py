"""The same moves as the pages, as JSON under /api/v1 for programs."""

from desk.api.app import build_api

__all__ = ["build_api"]
