"""The one way in which the Bot API says no: a number, a sentence, and what the caller may do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An answer with `ok: false`."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        self.code = code
        self.description = description
        self.parameters = parameters
        super().__init__(description)

    def document(self) -> Mapping[str, Any]:
        """The answer's body."""
        said: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return {**said, "parameters": self.parameters} if self.parameters else said


def bad_request(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


def too_many(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
