"""What is answered where something cannot be: RFC 9457 documents, from every error that there is. Knows no route."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from desk.body import TooLarge
from desk.words import WORDS, say
from router.moves.refusals import Refused
from ventanilla.errors import BadInput, Conflict, Temporary

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"
URN = "urn:ventanilla:problem:"
NOT_THERE = frozenset({"no_key", "no_such_case"})
NOT_ALLOWED = frozenset({"only_looks", "only_supervisors", "not_yours", "not_owner", "not_your_customer"})
NOT_FIT = frozenset(
    {
        "already_past",
        "holds_token",
        "in_the_future",
        "in_the_past",
        "is_a_note",
        "key_used",
        "no_hold_reason",
        "no_note",
        "no_reason",
        "no_receiver",
        "no_restriction_reason",
        "no_such_address",
        "no_such_agent",
        "no_such_channel",
        "no_such_message",
        "no_text",
        "nobody_to_know_by",
        "odd_address",
        "odd_tag",
        "same_case",
    }
)
"""Refusals that another state of the case would not lift: what was sent is at fault."""
RETRY_AFTER = 1


class Flaw(BaseModel):
    """One thing that is wrong with what was sent."""

    model_config = ConfigDict(use_attribute_docstrings=True)
    at: str
    """Where: `body.text`, `query.limit`, `header.Idempotency-Key`."""
    problem: str
    """What is expected there."""


class Problem(BaseModel):
    """Why it could not be (RFC 9457)."""

    model_config = ConfigDict(use_attribute_docstrings=True)
    type: str
    """A name for this sort of problem: `urn:ventanilla:problem:` and the code."""
    title: str
    """The status in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What it is about and what can be done, in English."""
    code: str
    """What a program can go by: `no_such_case`, `not_yours`, `newer_message`."""
    values: dict[str, str] = {}
    """What the detail names: the key, the owner, the reason."""
    errors: list[Flaw] = []
    """With `invalid`: every thing that is wrong."""


class Wrong(Exception):
    """Something that cannot be, with the answer that says so."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        values: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.values, self.errors, self.headers = dict(values or {}), list(errors), dict(headers or {})
        super().__init__(f"{status} {code}")


def problem_of(error: Exception) -> Response:
    """The answer to whatever was raised. What nobody foresaw goes into the log under a number, which is told."""
    wrong = _wrong(error)
    if wrong is None:
        number = secrets.token_hex(4)
        log.error("api_failed", number=number, exc_info=error)
        wrong = Wrong(500, "broken", f"something broke here; the log has it under {number}", values={"number": number})
    document = {
        "type": URN + wrong.code,
        "title": HTTPStatus(wrong.status).phrase,
        "status": wrong.status,
        "detail": wrong.detail,
        "code": wrong.code,
        "values": wrong.values,
        "errors": wrong.errors,
    }
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return Response(body, wrong.status, wrong.headers, media_type=PROBLEM)


def _wrong(error: Exception) -> Wrong | None:
    match error:
        case Wrong():
            return error
        case Refused():
            return Wrong(status_of(error.code), error.code, _in_words(error), values=error.values)
        case RequestValidationError():
            return Wrong(422, "invalid", "what was sent is not what is taken here: see errors", errors=_flaws(error))
        case BadInput():
            return Wrong(422, "invalid", str(error))
        case Conflict():
            return Wrong(403, "not_for_you", str(error))
        case TooLarge():
            return Wrong(
                413, "too_large", "the body is larger than what is taken here", headers={"Connection": "close"}
            )
        case Temporary():
            log.warning("api_put_off", problem=str(error))
            return away("the store does not answer just now: try again")
        case ClientDisconnect():
            return Wrong(400, "cut_off", "the request ended before its body did")
        case HTTPException():
            return _of_starlette(error)
    return None


def away(detail: str, *, after: int = RETRY_AFTER) -> Wrong:
    """Nothing was done; the same again in `after` seconds may work."""
    return Wrong(503, "try_again", detail, headers={"Retry-After": str(after)})


def status_of(code: str) -> int:
    """The status of a move that was refused."""
    if code in NOT_THERE:
        return 404
    if code in NOT_ALLOWED:
        return 403
    return 422 if code in NOT_FIT else 409


def _in_words(refused: Refused) -> str:
    key = f"refused.{refused.code}"
    if key in WORDS["en"]:
        try:
            return say("en", key, **refused.values)
        except (KeyError, IndexError):
            log.warning("refusal_without_words", code=refused.code)
    return str(refused)


def _of_starlette(error: HTTPException) -> Wrong:
    if error.status_code == 404:
        return Wrong(404, "no_such_path", "there is nothing at this address: see openapi.json")
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        detail = f"this address does not take that method; it takes {allowed}"
        return Wrong(405, "method_not_allowed", detail, headers=error.headers)
    return Wrong(error.status_code, "invalid", str(error.detail), headers=error.headers)


def _flaws(error: RequestValidationError) -> list[dict[str, str]]:
    """Where and what; never the value itself, which may be a customer's text."""
    return [{"at": ".".join(str(step) for step in one["loc"]), "problem": str(one["msg"])} for one in error.errors()]


def problem_document(status: int, description: str, **headers: Any) -> dict[int | str, dict[str, Any]]:
    """The same as OpenAPI documents it."""
    told: dict[str, Any] = {
        "description": description,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if headers:
        told["headers"] = headers
    return {status: told}
