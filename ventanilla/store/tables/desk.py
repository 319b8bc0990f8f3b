"""The desk: accounts and sessions of our people, tokens of programs, who looked at what, answers kept for use, and brakes.

No password, token or session id stands here, only what proves that somebody has it.
"""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import filled, metadata, one_of
from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import EntryWay, LookedAt

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), primary_key=True),
    sa.Column("password_hash", sa.Text),  # argon2id; none for who comes in by OpenID Connect alone
    sa.Column("password_set_at", Utc),
    sa.Column("oidc_issuer", sa.Text),
    sa.Column("oidc_subject", sa.Text),
    sa.Column("preferences", Json, nullable=False, server_default="{}"),  # language, theme, notifications
    sa.Column("created_at", Utc, nullable=False),
    sa.CheckConstraint("(password_hash IS NULL) = (password_set_at IS NULL)", name="password"),
    sa.CheckConstraint("(oidc_issuer IS NULL) = (oidc_subject IS NULL)", name="oidc"),
    sa.UniqueConstraint("oidc_issuer", "oidc_subject"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False, index=True),
    sa.Column("way", sa.Text, nullable=False),
    filled("browser", default=""),  # shown to its owner so that they know which it is
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("seen_at", Utc, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
    sa.Column("ended_at", Utc),
    sa.CheckConstraint(one_of("way", EntryWay), name="way"),
    sqlite_autoincrement=True,
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("token_sha256", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False, index=True),
    sa.Column("scopes", Json, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("used_at", Utc),
    sa.Column("expires_at", Utc),
    sa.Column("revoked_at", Utc),
    sqlite_autoincrement=True,
)

throttles = sa.Table(
    "throttles",  # who guesses passwords: by account and by network, never by a single request
    metadata,
    sa.Column("mark", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", Utc, nullable=False),
    sa.Column("until", Utc),
)

looks = sa.Table(
    "looks",  # what was done is in the events; this is who looked
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Utc, nullable=False, index=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id")),
    sa.Column("contact_id", Id, sa.ForeignKey("contacts.id"), index=True),
    sa.Column("detail", Json, nullable=False),  # ids and codes, never customers' text
    sa.Column("session_id", Id, sa.ForeignKey("sessions.id")),
    sa.Column("token_id", Id, sa.ForeignKey("api_tokens.id")),
    sa.CheckConstraint(one_of("what", LookedAt), name="what"),
    sa.CheckConstraint("session_id IS NULL OR token_id IS NULL", name="one_way_in"),
    sa.Index("ix_looks_agent_at", "agent", "at"),
    sa.Index("ix_looks_conversation", "conversation_id", "agent", "at"),  # when somebody last looked at a case
    sqlite_autoincrement=True,
)

saved_answers = sa.Table(
    "saved_answers",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name")),  # one person's own; none: everybody's
    sa.Column("team", sa.Text, sa.ForeignKey("teams.name")),  # of everybody's: one team's alone
    sa.Column("made_by", sa.Text, sa.ForeignKey("agents.name"), nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("used", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint("agent IS NULL OR team IS NULL", name="whose"),
    sqlite_autoincrement=True,
)

api_requests = sa.Table(
    "api_requests",  # what was answered under an idempotency key, to be answered again
    metadata,
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), primary_key=True),
    sa.Column("idempotency_key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),  # none while the first one is still being answered
    sa.Column("body", sa.Text),
    sa.Column("created_at", Utc, nullable=False, index=True),
    sa.CheckConstraint("(status IS NULL) = (body IS NULL)", name="answered"),
)

webhook_events = sa.Table(
    "webhook_events",  # up to which event of the log each endpoint's letters have been written
    metadata,
    sa.Column("endpoint", sa.Text, primary_key=True),
    sa.Column("last_seal", Id, nullable=False),
    sa.Column("since", Utc, nullable=False),
    sa.Column("paused_at", Utc),
    sa.Column("problem", sa.Text),
)
