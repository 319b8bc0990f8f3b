"""Tells whether Twilio itself made a call of a web address: by its signature, made with the account's token.

The address that is checked is the configured public one: a proxy in between changes scheme and host of what arrives.
Source: twilio.com/docs/usage/security#validating-requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from ventanilla.channel import HookRequest

_HEADER = "x-twilio-signature"
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 500


class Form(dict[str, str]):
    """A form's fields; of one that comes several times the last. `getall` is what the library's validator asks for."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self._pairs = pairs

    def getall(self, name: str) -> list[str]:
        """Every value of one field."""
        return [value for key, value in self._pairs if key == name]


def form_of(request: HookRequest) -> Form | None:
    """The fields of a form, blank ones too; None for anything else."""
    if request.method.upper() != "POST" or _FORM not in request.headers.get("content-type", "").lower():
        return None
    try:
        text = request.body.decode("utf-8")
        return Form(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return None


def query_of(request: HookRequest) -> Mapping[str, str]:
    """What stands behind the question mark."""
    return dict(parse_qsl(_query(request), keep_blank_values=True, max_num_fields=_MOST_FIELDS))


def is_signed(request: HookRequest, form: Form, *, address: str, token: str) -> bool:
    """Whether the signature is right for this form at this public address. Anything odd is not."""
    from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

    signature = request.headers.get(_HEADER, "")
    query = _query(request)
    if not signature:
        return False
    try:
        return bool(RequestValidator(token).validate(f"{address}?{query}" if query else address, form, signature))
    except (ValueError, UnicodeError):
        return False


def _query(request: HookRequest) -> str:
    try:
        return urlsplit(request.url).query
    except ValueError:
        return ""
