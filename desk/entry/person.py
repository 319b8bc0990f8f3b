"""Somebody who has come in, by a session or by a program's token: who they are and what that lets them do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ventanilla.words import Role


class Right(StrEnum):
    """What a page or a route asks of whoever comes. OWN: their own account, whoever they are."""

    OWN = "own"
    LOOK = "look"  # at the cases that they may see
    ACT = "act"  # do something in them
    OVERSEE = "oversee"  # look at everybody's cases and figures
    SUPERVISE = "supervise"  # do something in everybody's cases
    TRAIL = "trail"  # who looked and who did
    ADMIN = "admin"  # accounts, tokens, outbound webhooks


_AGENT = frozenset({Right.OWN, Right.LOOK, Right.ACT})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _AGENT | {Right.OVERSEE, Right.SUPERVISE},
    Role.ADMIN: frozenset(Right),
    Role.AUDITOR: frozenset({Right.OWN, Right.LOOK, Right.OVERSEE, Right.TRAIL}),
}


class Scope(StrEnum):
    """What a program's token may be used for; never more than its agent may do. READ: look. WRITE: moves. ADMIN: the rest."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


_OF_SCOPE: Mapping[Scope, frozenset[Right]] = {
    Scope.READ: frozenset({Right.LOOK, Right.OVERSEE, Right.TRAIL}),
    Scope.WRITE: frozenset({Right.ACT, Right.SUPERVISE}),
    Scope.ADMIN: frozenset({Right.ADMIN}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of us at the desk. `session_id` or `token_id` says by what they came; `scopes` is None for a session. `csrf` is what
    a form of theirs must carry; "" for a token. `language` is one that the desk speaks."""

    agent: str
    name: str
    role: Role
    language: str
    teams: frozenset[str] = frozenset()
    session_id: int | None = None
    token_id: int | None = None
    scopes: frozenset[Scope] | None = None
    csrf: str = field(default="", repr=False)
    preferences: Mapping[str, Any] = field(default_factory=dict)

    def has(self, right: Right) -> bool:
        """Whether they may do this: by their role and, of a token, by its scopes too."""
        if right not in RIGHTS[self.role]:
            return False
        return self.scopes is None or any(right in _OF_SCOPE[scope] for scope in self.scopes)
