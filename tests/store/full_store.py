"""A store with something in every table: what a back-up must bring back whole."""

from __future__ import annotations

import os
from datetime import timedelta

import sqlalchemy as sa

from tests.store.promises import lay_ground
from tests.store.promises.desk import account, api_request, saved_answer, session
from tests.store.rows import (
    EARLIER,
    NOW,
    add_clock,
    add_inbox,
    add_letter,
    add_message,
    add_remote_file,
    change_case,
    release,
)
from ventanilla.store import tables as t
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store
from ventanilla.store.installation import add_config_version, ensure_installation
from ventanilla.words import DeliveryState


def fill(store: Store) -> None:
    """Rows of every kind, among them what a restore must hold back, a case merged into a later one, and blobs."""
    lay_ground(store)
    large, attached = put_blob(store.blobs, os.urandom(300_000)), put_blob(store.blobs, "añadido".encode())
    with store.write() as connection:
        ensure_installation(connection, now=EARLIER)
        connection.execute(sa.update(t.installation).values(blobs_folder="a" * 16))
        add_config_version(connection, sha256="a" * 64, content={"service": {"name": "Ferretería Sol"}}, now=EARLIER)
        add_inbox(connection, 4, raw=None, raw_blob=large, identity="<a@example.org> é \u2028 '\"", note="flags=")
        add_inbox(connection, 5, raw=bytes(range(256)))
        release(connection, 1, 1)
        change_case(connection, 1, state="merged", owned=None, waiting_since=None, merged_into=3)
        _add_the_rest(connection, attached)
        for number, state in enumerate(DeliveryState):
            add_letter(
                connection, dedupe_key=str(number), state=state, sending_at=NOW, claimed_by="host/1/2", sent_at=NOW
            )
        connection.execute(sa.update(t.agents).values(load=1, on_duty=True, duty_since=EARLIER))
    with store.write() as connection:  # numbers that were given out and are gone again
        add_inbox(connection, 900)
    with store.write() as connection:
        connection.execute(sa.delete(t.inbox).where(t.inbox.c.id == 900))
        if not store.is_sqlite:
            connection.execute(sa.select(sa.func.setval("inbox_id_seq", 900)))


def _add_the_rest(connection: sa.Connection, attached: str) -> None:
    file = {"message_id": 1, "position": 0, "filename": "año.pdf", "content_type": "application/pdf", "size": 8}
    connection.execute(sa.insert(t.attachments).values(sha256=attached, inline=True, **file))
    link = {"conversation_id": 1, "other_id": 2, "reason": "x", "created_at": NOW}
    for table, row in (
        (
            t.leases,
            {"name": "pull x", "holder": "elsewhere/1/2", "token": 7, "expires_at": NOW + timedelta(seconds=30)},
        ),
        (t.checkpoints, {"source": "x", "channel": "soporte", "data": {"last_uid": 9}, "updated_at": NOW}),
        (t.absences, {"agent": "ana", "starts_at": NOW, "cover": "luis", "created_at": NOW}),
        (t.participants, {"conversation_id": 1, "kind": "email", "value": "eva@example.org"}),
        (t.conversation_links, link),
        (t.message_refs, {"external_id": "<a@example.org>", "conversation_id": 1, "own": True}),
        (t.awaited_refs, {"external_id": "<b@example.org>", "inbox_id": 1}),
        (t.delivery_reports, {"via": "soporte", "external_id": "SM1", "state": "delivered", "rank": 2, "at": NOW}),
        (t.hook_refusals, {"channel": "soporte", "reason": "signature", "count": 3, "last_at": NOW}),
        (
            t.invitations,
            {"token_sha256": "a" * 64, "agent": "ana", "purpose": "telegram", "created_at": NOW, "expires_at": NOW},
        ),
        (t.contacts, {"name": "Eva again", "tags": ["vip"], "created_at": NOW}),
        (t.collaborators, {"conversation_id": 2, "agent": "ana", "added_by": "luis", "added_at": NOW}),
        (t.notes, {"conversation_id": 2, "agent": "ana", "side": "command", "text": "año", "created_at": NOW}),
        (t.staff_texts, {"inbox_id": 1, "agent": "ana", "text": "año", "files": [], "created_at": NOW}),
        (t.legal_holds, {"conversation_id": 1, "reason": "año", "set_by": "ana", "since": NOW}),
        (t.erased_opt_outs, {"mark": "a" * 64, "opted_out_at": NOW}),
        (t.accounts, account(password_hash="$argon2id$", password_set_at=NOW, preferences={"language": "es"})),
        (t.sessions, session()),
        (
            t.api_tokens,
            {
                "token_sha256": "b" * 64,
                "name": "año",
                "agent": "ana",
                "scopes": ["read"],
                "made_by": "ana",
                "created_at": NOW,
            },
        ),
        (t.throttles, {"mark": "account:ana", "failures": 3, "last_at": NOW, "until": NOW}),
        (t.looks, {"at": NOW, "agent": "ana", "what": "case", "conversation_id": 1, "detail": {}, "session_id": 1}),
        (t.saved_answers, saved_answer(team="atencion")),
        (t.api_requests, api_request(status=200, body="{}")),
        (t.webhook_events, {"endpoint": "crm", "last_seal": 1, "since": NOW}),
        (t.contact_suggestions, {"contact_id": 1, "other_id": 2, "reason": "x", "created_at": NOW}),
    ):
        connection.execute(sa.insert(table).values(row))
    add_remote_file(connection)
    add_clock(connection, agent="ana", promise="año", due_at=NOW, within=3_600_000_000, target=90)
    add_message(connection, 2, inbox_id=2)
    connection.execute(sa.update(t.messages).where(t.messages.c.id == 1).values(edits=2))  # a version that came first
