"""Customers: contacts, the addresses they write from, and who may be the same person."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import filled, metadata, one_of
from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import AddressKind

contacts = sa.Table(
    "contacts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    filled("name", default=""),
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
    filled("name", default=""),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("opted_out_at", Utc),
    sa.Column(
        "linked_from", Id, sa.ForeignKey("contacts.id"), index=True
    ),  # whose it was before a person linked the two
    sa.CheckConstraint(one_of("kind", AddressKind), name="kind"),
    sa.CheckConstraint("linked_from <> contact_id", name="linked"),
)

contact_suggestions = sa.Table(
    "contact_suggestions",
    metadata,
    sa.Column("contact_id", Id, sa.ForeignKey("contacts.id"), primary_key=True),
    sa.Column("other_id", Id, sa.ForeignKey("contacts.id"), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("settled_at", Utc),
    sa.Column("settled_by", sa.Text),
    sa.CheckConstraint("contact_id < other_id", name="order"),
)
