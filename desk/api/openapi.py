"""The OpenAPI document, completed: how to prove who one is, the header that makes a move once, what a problem looks like."""

from __future__ import annotations

from typing import Any

from desk.api.problems import Problem

DESCRIPTION = """Everything that people do at the desk, for programs.

A program acts as the agent of its token (`Authorization: Bearer vnt_…`), never with more rights than that agent has, nor than the
token's scopes give: `read` looks, `write` moves. What an agent may not see is not there (404).

Instants are ISO 8601 in UTC. Lists are read page by page: `next` of one page is `after` of the next.

Send each POST with an `Idempotency-Key` of its own (a UUID): repeated within 24 hours under the same key it is answered as the
first time and done once. What was refused did nothing and may be sent again under the same key, corrected.

Whatever cannot be is answered as `application/problem+json` (RFC 9457) with a `code` to go by."""
TAGS = [
    {"name": "cases", "description": "Cases as a list and one by one; beginning one."},
    {"name": "answers", "description": "What is said: to the customer, and to our own people."},
    {"name": "owners", "description": "Who answers for a case."},
    {"name": "moves", "description": "How a case ends, waits, joins another, and what it is."},
    {"name": "customers", "description": "Who writes to us."},
    {"name": "house", "description": "People, teams, channels, figures, how things stand."},
]


def complete(made: dict[str, Any], cookie: str) -> dict[str, Any]:
    """The document that FastAPI made, with what all operations share. `cookie` is what a session's is called."""
    made["info"] |= {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}}
    made["tags"] = TAGS
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= problem.pop("$defs", {}) | {"Problem": problem}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["parameters"] = {"IdempotencyKey": _KEY}
    components["securitySchemes"] = _schemes(cookie)
    return made


_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A word of your own for this request, new for each (a UUID): repeated under it, it is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}


def _schemes(cookie: str) -> dict[str, Any]:
    return {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token that an agent makes under “My account”, with the scopes `read`, `write`, `admin`.",
        },
        "session": {"type": "apiKey", "in": "cookie", "name": cookie, "description": "A session of the desk's pages."},
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRF-Token",
            "description": "With a session: what the forms of its pages carry.",
        },
    }
