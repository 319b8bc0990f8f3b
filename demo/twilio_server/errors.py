"""The way in which Twilio's API says no: a status, a code of its own, a sentence, a page about it."""

from __future__ import annotations

from typing import Any


class TwilioError(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(message)

    def document(self) -> dict[str, Any]:
        """The answer's body."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more, "status": self.status}


def not_found(path: str) -> TwilioError:
    return TwilioError(404, 20404, f"The requested resource {path} was not found")
