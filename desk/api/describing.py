"""What OpenAPI says of an operation beside its own fields: who may ask, what each status means, the header that makes it once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from desk.api.problems import problem_document
from desk.api.routing import LARGEST, asks
from desk.entry.person import Right

Endpoint = TypeVar("Endpoint", bound=Callable[..., Response])
Responses = dict[int | str, dict[str, Any]]
_SCOPES = {Right.LOOK: "read", Right.OVERSEE: "read", Right.ACT: "write"}
_WAIT = {"Retry-After": {"description": "In so many seconds.", "schema": {"type": "integer", "minimum": 1}}}
_CHALLENGE: dict[str, Any] = {
    "WWW-Authenticate": {"description": "How to prove who you are.", "schema": {"type": "string"}}
}
_TO_ALL: Responses = (
    problem_document(401, "Nobody that we know: no token, or one that was revoked or is over.", **_CHALLENGE)
    | problem_document(403, "You may not do this: it takes another role, another scope, or a part in the case.")
    | problem_document(422, "What was sent is not what is taken here; nothing was done.")
    | problem_document(429, "More requests than one token may make.", **_WAIT)
    | problem_document(503, "Try again: the store does not answer just now, or too much is being asked.", **_WAIT)
)
_NOT_THERE = problem_document(404, "There is no such thing that you may see.")
_TO_MOVES: Responses = (
    problem_document(400, "The request ended before its body did.")
    | problem_document(408, "The body did not come in time.")
    | problem_document(409, "As things stand it cannot be: `code` says why. Nothing was done.")
    | problem_document(413, "The body is larger than what is taken here.")
)
ONCE = {"$ref": "#/components/parameters/IdempotencyKey"}
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true` where this is what was answered before under the same Idempotency-Key.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def look(
    router: APIRouter, path: str, document: type[BaseModel], *, right: Right | None = Right.LOOK
) -> Callable[[Endpoint], Endpoint]:
    """An operation that reads."""

    def add(endpoint: Endpoint) -> Endpoint:
        told: Responses = _TO_ALL | (_NOT_THERE if "{" in path else {})
        route = router.get(
            path,
            operation_id=endpoint.__name__,
            response_model=document,
            responses=told,
            openapi_extra=_security(right),
        )
        route(asks(right)(endpoint))
        return endpoint

    return add


def download(router: APIRouter, path: str) -> Callable[[Endpoint], Endpoint]:
    """An operation that gives out a file."""

    def add(endpoint: Endpoint) -> Endpoint:
        content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
        told: Responses = _TO_ALL | _NOT_THERE | {200: {"description": "The file as it came.", "content": content}}
        route = router.get(
            path,
            operation_id=endpoint.__name__,
            response_class=Response,
            responses=told,
            openapi_extra=_security(Right.LOOK),
        )
        route(asks(Right.LOOK)(endpoint))
        return endpoint

    return add


def move(
    router: APIRouter, path: str, document: type[BaseModel], *, status: int = 200, largest: int = LARGEST
) -> Callable[[Endpoint], Endpoint]:
    """An operation that does something."""

    def add(endpoint: Endpoint) -> Endpoint:
        told: Responses = _TO_ALL | _TO_MOVES | (_NOT_THERE if "{" in path else {}) | {status: {"headers": _REPLAYED}}
        extra = _security(Right.ACT) | {"parameters": [ONCE]}
        route = router.post(
            path,
            operation_id=endpoint.__name__,
            response_model=document,
            status_code=status,
            responses=told,
            openapi_extra=extra,
        )
        route(asks(Right.ACT, largest=largest)(endpoint))
        return endpoint

    return add


def _security(right: Right | None) -> dict[str, Any]:
    scopes = [_SCOPES[right]] if right is not None else []
    session: dict[str, list[str]] = {"session": [], "csrf": []} if right is Right.ACT else {"session": []}
    return {"security": [{"token": scopes}, session]}
