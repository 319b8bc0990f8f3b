"""Every table, and the promises that the database itself refuses to break.

Exactly one responsible person, by schema: an owned conversation points at its open assignment and that assignment points
back, both through deferred foreign keys, so at commit each has precisely the other. `owned` and `is_open` are 1 or NULL:
NULL takes a row out of the foreign key (MATCH SIMPLE), and CHECKs tie them to the state and to `released_at`.
"""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import (
    OWNED_STATES,
    AddressKind,
    CaseState,
    DeliveryState,
    Direction,
    InboxState,
    Kind,
    Mode,
    OutboxKind,
    Priority,
)

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def _one_of(column: str, values: type | tuple[str, ...]) -> str:
    allowed = ", ".join(f"'{value}'" for value in values)  # type: ignore[union-attr]
    return f"{column} IN ({allowed})"


def _filled(column: str, *, default: str) -> sa.Column[str]:
    return sa.Column(column, sa.Text, nullable=False, server_default=default)


installation = sa.Table(
    "installation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("instance", sa.Text, nullable=False),
    sa.Column("signing_key", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("restored_at", Utc),
    sa.CheckConstraint("id = 1", name="single"),
)

config_versions = sa.Table(
    "config_versions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("content", Json, nullable=False),
    sa.Column("applied_at", Utc, nullable=False),
)

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("forced_observe", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("since", Utc, nullable=False),
    sa.Column("last_pull_at", Utc),
    sa.Column("last_item_at", Utc),
    sa.Column("paused_at", Utc),
    sa.Column("problem", sa.Text),
    sa.Column("problem_part", sa.Text),
    sa.Column("cure", sa.Text),
    sa.Column("retry_at", Utc),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint(_one_of("mode", Mode), name="mode"),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("token", Id, nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("updated_at", Utc, nullable=False),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("item_key", sa.Text, nullable=False),
    sa.Column("identity", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("raw_blob", sa.Text),
    sa.Column("size", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("released_by", sa.Text),
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("pulled_at", Utc, nullable=False),
    sa.Column("enqueued_at", Utc),
    sa.Column("routed_at", Utc),
    sa.Column("duplicate_of", Id),
    sa.UniqueConstraint("source", "item_key"),
    sa.CheckConstraint(_one_of("state", InboxState), name="state"),
    sa.CheckConstraint("(state = 'pending') = (routed_at IS NULL)", name="settled"),
    sa.CheckConstraint("received_at <= pulled_at", name="received_before_pulled"),
    sa.Index("ix_inbox_state", "state", "id"),
    sa.Index("ix_inbox_identity", "channel", "identity"),
    sqlite_autoincrement=True,
)

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    _filled("name", default=""),
    sa.Column("language", sa.Text),
    sa.Column("account_manager", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("last_owner", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("tags", Json, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("contact_id", Id, sa.ForeignKey("contacts.id"), nullable=False, index=True),
    _filled("name", default=""),
    sa.Column("created_at", Utc, nullable=False),
    sa.CheckConstraint(_one_of("kind", AddressKind), name="kind"),
)

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("load", sa.Integer, nullable=False, server_default="0"),
    sa.Column("on_duty", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("duty_since", Utc),
    sa.Column("duty_changes_at", Utc, index=True),
    sa.Column("last_assigned_at", Utc),
    sa.CheckConstraint("load >= 0", name="load"),
    sa.CheckConstraint("capacity >= 1", name="capacity"),
)

absences = sa.Table(
    "absences",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False, index=True),
    sa.Column("starts_at", Utc, nullable=False),
    sa.Column("ends_at", Utc),
    sa.Column("cover", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("created_at", Utc, nullable=False),
    sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="order"),
    sqlite_autoincrement=True,
)

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
)

team_members = sa.Table(
    "team_members",
    metadata,
    sa.Column("team", sa.Text, sa.ForeignKey("teams.name"), primary_key=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), primary_key=True),
    sa.Index("ix_team_members_agent", "agent"),
)


conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", Id, primary_key=True, autoincrement=True),  # said aloud: it is part of a foreign key too
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("channel", sa.Text, sa.ForeignKey("channels.name"), nullable=False),
    sa.Column("team", sa.Text, sa.ForeignKey("teams.name"), nullable=False),
    sa.Column("contact_id", Id, sa.ForeignKey("contacts.id"), nullable=False, index=True),
    _filled("subject", default=""),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, sa.ForeignKey("agents.name"), nullable=False),
    sa.Column("owned", sa.Integer),
    sa.Column("assignment_number", sa.Integer, nullable=False),
    sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
    _filled("kind", default="query"),
    _filled("priority", default="normal"),
    sa.Column("promise", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("skills", Json, nullable=False),
    sa.Column("tags", Json, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("first_message_at", Utc, nullable=False),
    sa.Column("last_message_at", Utc, nullable=False),
    sa.Column("waiting_since", Utc),
    sa.Column("due_at", Utc),
    sa.Column("line_since", Utc),
    sa.Column("first_response_at", Utc),
    sa.Column("resolved_at", Utc),
    sa.Column("merged_into", Id, sa.ForeignKey("conversations.id", deferrable=True, initially="DEFERRED")),
    sa.CheckConstraint(_one_of("state", CaseState), name="state"),
    sa.CheckConstraint(_one_of("kind", Kind), name="kind"),
    sa.CheckConstraint(_one_of("priority", Priority), name="priority"),
    sa.CheckConstraint(
        f"({_one_of('state', OWNED_STATES)} AND owned IS NOT NULL AND owned = 1) "
        f"OR (NOT {_one_of('state', OWNED_STATES)} AND owned IS NULL)",
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
    sa.Index("ix_conversations_state", "state", "id"),
    sa.Index("ix_conversations_line", "team", "line_since"),
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

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), nullable=False, index=True),
    sa.Column("assignment_number", sa.Integer),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("inbox_id", Id, sa.ForeignKey("inbox.id"), unique=True),
    sa.Column("outbox_id", Id, unique=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("automatic", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("external_id", sa.Text, index=True),
    _filled("from_address", default=""),
    _filled("from_name", default=""),
    sa.Column("recipients", Json, nullable=False),
    sa.Column("cc", Json, nullable=False),
    _filled("subject", default=""),
    _filled("text", default=""),
    _filled("reply_text", default=""),
    sa.Column("sent_at", Utc),
    sa.Column("received_at", Utc),
    sa.Column("pulled_at", Utc),
    sa.Column("routed_at", Utc, nullable=False),
    sa.Column("replied_at", Utc),
    sa.CheckConstraint(_one_of("direction", Direction), name="direction"),
    sa.CheckConstraint("direction = 'out' OR assignment_number IS NOT NULL", name="inbound_has_assignment"),
    sa.CheckConstraint("direction = 'out' OR inbox_id IS NOT NULL", name="inbound_has_source"),
    sa.ForeignKeyConstraint(
        ["conversation_id", "assignment_number"],
        ["assignments.conversation_id", "assignments.number"],
        name="fk_messages_assignment",
        deferrable=True,
        initially="DEFERRED",
    ),
    sqlite_autoincrement=True,
)

attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("message_id", Id, sa.ForeignKey("messages.id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False, index=True),
    sa.Column("inline", sa.Boolean, nullable=False),
    sa.Column("content_id", sa.Text),
)

message_refs = sa.Table(
    "message_refs",
    metadata,
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("own", sa.Boolean, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("dedupe_key", sa.Text, nullable=False, unique=True),
    sa.Column("via", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), index=True),
    sa.Column("assignment_number", sa.Integer),
    sa.Column("payload", Json, nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Column("external_id", sa.Text),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("not_before", Utc, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("claimed_by", sa.Text),
    sa.Column("sending_at", Utc),
    sa.Column("sent_at", Utc),
    sa.CheckConstraint(_one_of("kind", OutboxKind), name="kind"),
    sa.CheckConstraint(_one_of("state", DeliveryState), name="state"),
    sa.CheckConstraint("state <> 'sending' OR (sending_at IS NOT NULL AND claimed_by IS NOT NULL)", name="sending"),
    sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent"),
    sa.Index("ix_outbox_due", "state", "not_before"),
    sa.Index("ix_outbox_kind_recipient", "kind", "recipient", "created_at"),
    sa.Index("ix_outbox_message_id", "message_id"),
    sqlite_autoincrement=True,
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("conversation_id", Id, index=True),
    sa.Column("assignment_number", sa.Integer),
    sa.Column("message_id", Id),
    sa.Column("inbox_id", Id, index=True),
    sa.Column("outbox_id", Id, index=True),
    sa.Column("agent", sa.Text),
    sa.Column("data", Json, nullable=False),
    sa.Index("ix_events_kind_at", "kind", "at"),
    sqlite_autoincrement=True,
)

_REFUSE_SQLITE = (
    "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
)
_REFUSE_POSTGRESQL = (
    """CREATE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
    """CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_are_append_only()""",
)


def append_only_ddl(dialect: str) -> tuple[str, ...]:
    """The statements that make the event log refuse UPDATE and DELETE on this engine."""
    return _REFUSE_POSTGRESQL if dialect == "postgresql" else _REFUSE_SQLITE
