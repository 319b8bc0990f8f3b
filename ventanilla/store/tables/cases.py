"""Cases and who answers for them, and the promise that the database itself refuses to break.

Exactly one responsible person, by schema: an owned conversation points at its open assignment and that assignment points
back, both through deferred foreign keys, so at commit each has precisely the other. `owned` and `is_open` are 1 or NULL:
NULL takes a row out of the foreign key (MATCH SIMPLE), and CHECKs tie them to the state and to `released_at`.

`conversational` says that whatever its address writes next on this account belongs here, so an address has one such open case.
"""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import filled, metadata, one_of
from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import OWNED_STATES, CaseState, Kind, Origin, Priority, Resolution, Side

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),  # said aloud: it is part of a foreign key too
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("channel", sa.Text, sa.ForeignKey("channels.name"), nullable=False),
    sa.Column("team", sa.Text, sa.ForeignKey("teams.name"), nullable=False),
    sa.Column("contact_id", Id, sa.ForeignKey("contacts.id"), nullable=False, index=True),
    filled("account", default=""),
    filled("address", default=""),
    sa.Column("conversational", sa.Boolean, nullable=False, server_default=sa.false()),
    filled("subject", default=""),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, sa.ForeignKey("agents.name"), nullable=False),
    sa.Column("owned", sa.Integer),
    sa.Column("assignment_number", sa.Integer, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
    filled("kind", default="query"),
    filled("priority", default="normal"),
    sa.Column("promise", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("skills", Json, nullable=False),
    sa.Column("languages", Json, nullable=False, server_default="[]"),
    sa.Column("tags", Json, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("first_message_at", Utc, nullable=False),
    sa.Column("last_message_at", Utc, nullable=False),
    sa.Column("waiting_since", Utc),
    sa.Column("due_at", Utc),  # of the open turn
    sa.Column("next_due_at", Utc, index=True),  # the nearest of all its running clocks
    sa.Column("line_since", Utc),
    sa.Column("first_response_at", Utc),
    sa.Column("resolved_at", Utc),
    sa.Column("resolution", sa.Text),
    sa.Column("closed_at", Utc),
    sa.Column("wait_until", Utc),
    filled("origin", default="customer"),
    sa.Column("merged_into", Id, sa.ForeignKey("conversations.id", deferrable=True, initially="DEFERRED"), index=True),
    sa.Column("before_merge", Json),
    sa.CheckConstraint(one_of("state", CaseState), name="state"),
    sa.CheckConstraint(one_of("kind", Kind), name="kind"),
    sa.CheckConstraint(one_of("origin", Origin), name="origin"),
    sa.CheckConstraint(one_of("resolution", Resolution), name="resolution"),
    sa.CheckConstraint("closed_at IS NULL OR state = 'closed'", name="closed"),
    sa.CheckConstraint("wait_until IS NULL OR state = 'waiting_third_party'", name="wait_until"),
    sa.CheckConstraint("resolution IS NULL OR owned IS NULL", name="resolved"),
    sa.CheckConstraint(one_of("priority", Priority), name="priority"),
    sa.CheckConstraint(
        f"({one_of('state', OWNED_STATES)} AND owned IS NOT NULL AND owned = 1) "
        f"OR (NOT {one_of('state', OWNED_STATES)} AND owned IS NULL)",
        name="owned",
    ),
    sa.CheckConstraint("waiting_since IS NULL OR owned IS NOT NULL", name="waiting_is_owned"),
    sa.CheckConstraint("line_since IS NULL OR owned IS NOT NULL", name="line_is_owned"),
    sa.CheckConstraint("(merged_into IS NOT NULL) = (state = 'merged')", name="merged"),
    sa.ForeignKeyConstraint(
        ["id", "assignment_number", "owner", "owned"],
        ["assignments.conversation_id", "assignments.number", "assignments.agent", "assignments.is_open"],
        name="fk_conversations_open_assignment",
        use_alter=False,
        deferrable=True,
        initially="DEFERRED",
    ),
    sa.UniqueConstraint("id", "assignment_number", "owned", name="uq_conversations_owned_assignment"),
    sa.Index("ix_conversations_owner_owned", "owner", "owned"),
    sa.Index(
        "ix_conversations_owner_resolved",  # what somebody resolved lately, however much they ever did
        "owner",
        "resolved_at",
        sqlite_where=sa.text("resolved_at IS NOT NULL"),
        postgresql_where=sa.text("resolved_at IS NOT NULL"),
    ),
    sa.Index("ix_conversations_state", "state", "id"),
    sa.Index(
        "ix_conversations_line",
        "line_since",
        sqlite_where=sa.text("line_since IS NOT NULL"),
        postgresql_where=sa.text("line_since IS NOT NULL"),
    ),
    sa.Index("ix_conversations_wait_until", "wait_until"),
    sa.Index("ix_conversations_address", "address", "account"),
    sa.Index(
        "uq_conversations_one_chat",
        "channel",
        "account",
        "address",
        unique=True,
        sqlite_where=sa.text("conversational = 1 AND owned = 1"),
        postgresql_where=sa.text("conversational AND owned = 1"),
    ),
)

assignments = sa.Table(
    "assignments",
    metadata,
    sa.Column(
        "conversation_id",
        Id,
        sa.ForeignKey("conversations.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False, index=True),
    sa.Column("is_open", sa.Integer),
    sa.Column("assigned_at", Utc, nullable=False),
    sa.Column("released_at", Utc),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("release_reason", sa.Text),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("decision", Json, nullable=False),
    sa.Column("config_version", Id, nullable=False),
    sa.Column("notified_at", Utc),
    sa.Column("accepted_at", Utc),
    sa.Column("accept_by", Utc),
    sa.CheckConstraint(
        "(released_at IS NULL AND is_open IS NOT NULL AND is_open = 1) OR (released_at IS NOT NULL AND is_open IS NULL)",
        name="is_open",
    ),
    sa.CheckConstraint("number >= 1", name="number"),
    sa.UniqueConstraint("conversation_id", "number", "agent", "is_open", name="uq_assignments_owner"),
    sa.ForeignKeyConstraint(
        ["conversation_id", "number", "is_open"],
        ["conversations.id", "conversations.assignment_number", "conversations.owned"],
        name="fk_assignments_owned_conversation",
        deferrable=True,
        initially="DEFERRED",
    ),
    sa.Index("ix_assignments_accept_by", "is_open", "accept_by"),
    sa.Index(
        "uq_assignments_one_open",
        "conversation_id",
        unique=True,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = 1"),
    ),
)

participants = sa.Table(
    "participants",
    metadata,
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
)

conversation_links = sa.Table(
    "conversation_links",
    metadata,
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("other_id", Id, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
)

collaborators = sa.Table(
    "collaborators",
    metadata,
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), primary_key=True),
    sa.Column("added_by", sa.Text, sa.ForeignKey("agents.name"), nullable=False),
    sa.Column("added_at", Utc, nullable=False),
    sa.Index("ix_collaborators_agent", "agent"),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False),
    sa.Column("side", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("idempotency_key", sa.Text, unique=True),
    sa.CheckConstraint(one_of("side", Side), name="side"),
    sqlite_autoincrement=True,
)
