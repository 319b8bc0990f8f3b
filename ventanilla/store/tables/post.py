"""What comes in and goes out: the ledger of raw items, messages with their files, the outbox and what providers report of it."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import filled, metadata, one_of
from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import CallOutcome, DeliveryState, Direction, FileState, InboxState, OutboxKind, Side

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
    sa.Column("size", sa.Integer, nullable=False, server_default="0"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("released_by", sa.Text),
    sa.Column("received_at", Utc, nullable=False),
    sa.Column("pulled_at", Utc, nullable=False),
    sa.Column("enqueued_at", Utc),
    sa.Column("taken_at", Utc),  # when a router last took it up
    sa.Column("routed_at", Utc),
    sa.Column("route_ms", sa.Integer),  # how long the router took for it
    sa.Column("duplicate_of", Id),
    sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()),  # settled once, and let in again
    sa.Column("raw_blob", sa.Text),
    sa.Column("raw", sa.LargeBinary),  # behind all others: SQLite reads a row up to the column it is asked for
    sa.UniqueConstraint("source", "item_key"),
    sa.CheckConstraint(one_of("state", InboxState), name="state"),
    sa.CheckConstraint("(state = 'pending') = (routed_at IS NULL)", name="settled"),
    sa.CheckConstraint("received_at <= pulled_at", name="received_before_pulled"),
    sa.Index("ix_inbox_state", "state", "id"),
    sa.Index("ix_inbox_identity", "channel", "identity"),
    sqlite_autoincrement=True,
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
    sa.Column("edits", Id),
    filled("medium", default="email"),
    filled("from_address", default=""),
    filled("from_name", default=""),
    sa.Column("recipients", Json, nullable=False),
    sa.Column("cc", Json, nullable=False),
    filled("subject", default=""),
    filled("text", default=""),
    filled("reply_text", default=""),
    sa.Column("sent_at", Utc),
    sa.Column("received_at", Utc),
    sa.Column("pulled_at", Utc),
    sa.Column("routed_at", Utc, nullable=False),
    sa.Column("replied_at", Utc),
    sa.Column("side", sa.Text),
    sa.Column("outcome", sa.Text),
    sa.Column("answers", Id),
    sa.Column("turn_since", Utc),
    sa.Column("turn_due_at", Utc),
    sa.Column("idempotency_key", sa.Text, unique=True),
    sa.Column("reply_to", Json, nullable=False, server_default="[]"),  # where its customer wants the answer
    sa.Column("refs", Json, nullable=False, server_default="[]"),  # its thread, oldest first, bounded
    sa.Column("has_html", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.CheckConstraint(one_of("direction", Direction), name="direction"),
    sa.CheckConstraint("direction = 'out' OR assignment_number IS NOT NULL", name="inbound_has_assignment"),
    sa.CheckConstraint("direction = 'out' OR inbox_id IS NOT NULL", name="inbound_has_source"),
    sa.CheckConstraint("edits IS NULL OR edits <> id", name="edits_another"),
    sa.CheckConstraint(one_of("side", Side), name="side"),
    sa.CheckConstraint(one_of("outcome", CallOutcome), name="outcome"),
    sa.CheckConstraint("turn_since IS NULL OR (direction = 'out' AND replied_at IS NOT NULL)", name="closes_a_turn"),
    sa.CheckConstraint("NOT automatic OR replied_at IS NULL", name="automatic_is_no_reply"),
    sa.UniqueConstraint("id", "conversation_id", name="uq_messages_of_case"),
    sa.ForeignKeyConstraint(
        ["edits", "conversation_id"],
        ["messages.id", "messages.conversation_id"],
        name="fk_messages_version_of",
        deferrable=True,
        initially="DEFERRED",
    ),
    sa.ForeignKeyConstraint(
        ["conversation_id", "assignment_number"],
        ["assignments.conversation_id", "assignments.number"],
        name="fk_messages_assignment",
        deferrable=True,
        initially="DEFERRED",
    ),
    sa.Index(  # all that a report asks of the messages themselves
        "ix_messages_arrived",
        "received_at",
        "routed_at",
        "conversation_id",
        sqlite_where=sa.text("direction = 'in'"),
        postgresql_where=sa.text("direction = 'in'"),
    ),
    sa.Index(  # nearly every message edits none: a whole index would be taken for one that tells them apart
        "ix_messages_edits",
        "edits",
        sqlite_where=sa.text("edits IS NOT NULL"),
        postgresql_where=sa.text("edits IS NOT NULL"),
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

remote_files = sa.Table(
    "remote_files",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("message_id", Id, sa.ForeignKey("messages.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("ref", Json, nullable=False),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("content_type", sa.Text, nullable=False),
    sa.Column("size", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("not_before", Utc, nullable=False),
    sa.Column("claimed_by", sa.Text),
    sa.Column("fetched_at", Utc),
    sa.UniqueConstraint("message_id", "position"),
    sa.CheckConstraint(one_of("state", FileState), name="state"),
    sa.CheckConstraint("(state = 'fetched') = (fetched_at IS NOT NULL)", name="fetched"),
    sa.Index("ix_remote_files_due", "state", "channel", "not_before"),
    sqlite_autoincrement=True,
)

message_refs = sa.Table(
    "message_refs",
    metadata,
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id"), primary_key=True),
    sa.Column("own", sa.Boolean, nullable=False),
)

awaited_refs = sa.Table(
    "awaited_refs",
    metadata,
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("inbox_id", Id, sa.ForeignKey("inbox.id"), primary_key=True, index=True),
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
    sa.Column("delivered_at", Utc),
    sa.Column("tried_at", Utc),
    sa.Column("copied_at", Utc),
    sa.Column("parts", Json),
    sa.Column("delivery_rank", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint(one_of("kind", OutboxKind), name="kind"),
    sa.CheckConstraint(one_of("state", DeliveryState), name="state"),
    sa.CheckConstraint("state <> 'sending' OR (sending_at IS NOT NULL AND claimed_by IS NOT NULL)", name="sending"),
    sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent"),
    sa.Index("ix_outbox_due", "state", "via", "not_before"),
    sa.Index("ix_outbox_kind_recipient", "kind", "recipient", "created_at"),
    sa.Index("ix_outbox_message_id", "message_id"),
    sa.Index("ix_outbox_external_id", "external_id"),
    sa.Index(
        "ix_outbox_uncopied",
        "via",
        "sent_at",
        sqlite_where=sa.text("copied_at IS NULL AND sent_at IS NOT NULL AND kind IN ('reply', 'automatic')"),
        postgresql_where=sa.text("copied_at IS NULL AND sent_at IS NOT NULL AND kind IN ('reply', 'automatic')"),
    ),
    sqlite_autoincrement=True,
)

delivery_reports = sa.Table(
    "delivery_reports",
    metadata,
    sa.Column("via", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("at", Utc, nullable=False),
    sa.CheckConstraint(one_of("state", DeliveryState), name="state"),
)

staff_texts = sa.Table(
    "staff_texts",
    metadata,
    sa.Column("inbox_id", Id, sa.ForeignKey("inbox.id"), primary_key=True),
    sa.Column("agent", sa.Text, sa.ForeignKey("agents.name"), nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("files", Json, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("settled_at", Utc),
    sa.Column("conversation_id", Id, sa.ForeignKey("conversations.id")),
)
