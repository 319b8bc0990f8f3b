"""What the database itself must refuse: accounts, sessions, tokens of the desk, and the trail of who looked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW
from ventanilla.store import tables as t


def _add(connection: sa.Connection, table: sa.Table, **values: Any) -> None:
    connection.execute(sa.insert(table).values(values))


def account(**changes: Any) -> dict[str, Any]:
    return {"agent": "ana", "created_at": NOW, **changes}


def session(**changes: Any) -> dict[str, Any]:
    times = {"created_at": NOW, "seen_at": NOW, "expires_at": NOW}
    return {"token_sha256": "a" * 64, "agent": "ana", "way": "password", **times, **changes}


def saved_answer(**changes: Any) -> dict[str, Any]:
    kept = {"name": "año", "language": "es", "text": "Hola, {customer}", "made_by": "ana"}
    return {**kept, "created_at": NOW, "changed_at": NOW, **changes}


def api_request(**changes: Any) -> dict[str, Any]:
    return {"agent": "ana", "idempotency_key": "k", "fingerprint": "f" * 64, "created_at": NOW, **changes}


@promise("ck_accounts_password")
def a_password_nobody_knows_since_when(connection: sa.Connection) -> None:
    _add(connection, t.accounts, **account(password_hash="$argon2id$"))


@promise("ck_accounts_oidc")
def an_identity_that_nobody_vouches_for(connection: sa.Connection) -> None:
    _add(connection, t.accounts, **account(oidc_subject="7"))


@promise("uq_accounts_oidc_issuer_oidc_subject")
def two_accounts_of_one_identity(connection: sa.Connection) -> None:
    for agent in ("ana", "luis"):
        _add(connection, t.accounts, **account(agent=agent, oidc_issuer="https://id.example", oidc_subject="7"))


@promise("fk_accounts_agent")
def an_account_of_nobody(connection: sa.Connection) -> None:
    _add(connection, t.accounts, **account(agent="nobody"))


@promise("ck_sessions_way")
def a_session_begun_by_magic(connection: sa.Connection) -> None:
    _add(connection, t.sessions, **session(way="magic"))


@promise("uq_sessions_token_sha256")
def two_sessions_of_one_token(connection: sa.Connection) -> None:
    for _ in range(2):
        _add(connection, t.sessions, **session())


@promise("ck_looks_what")
def a_look_at_something_that_is_no_thing(connection: sa.Connection) -> None:
    _add(connection, t.looks, at=NOW, agent="ana", what="moon", detail={})


@promise("ck_looks_one_way_in")
def a_look_by_a_browser_and_a_program_at_once(connection: sa.Connection) -> None:
    _add(connection, t.looks, at=NOW, agent="ana", what="case", detail={}, session_id=1, token_id=1)


@promise("ck_saved_answers_whose")
def a_saved_answer_of_a_person_and_of_a_team(connection: sa.Connection) -> None:
    _add(connection, t.saved_answers, **saved_answer(agent="ana", team="atencion"))


@promise("ck_api_requests_answered")
def an_answer_kept_without_what_it_said(connection: sa.Connection) -> None:
    _add(connection, t.api_requests, **api_request(status=200))


@promise("pk_api_requests")
def two_answers_under_one_idempotency_key(connection: sa.Connection) -> None:
    for _ in range(2):
        _add(connection, t.api_requests, **api_request())
