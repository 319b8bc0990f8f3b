"""Customers: contacts, the addresses they write from, and who may be the same person."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.tables.base import filled, metadata, one_of
from ventanilla.store.types import Id, Json, Utc
from ventanilla.words import AddressKind, Restriction

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
    sa.Column("erased_at", Utc),
    sa.Column("restriction", sa.Text),
    sa.Column("restricted_to", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("restriction_reason", sa.Text),
    sa.Column("restricted_by", sa.Text, sa.ForeignKey("agents.name")),
    sa.Column("restricted_at", Utc),
    sa.Column("restricted_until", Utc),
    sa.CheckConstraint(one_of("restriction", Restriction), name="restriction"),
    sa.CheckConstraint("restriction <> 'restricted' OR restricted_to IS NOT NULL", name="restricted_has_owner"),
    sa.CheckConstraint("restriction <> 'blocked' OR restricted_until IS NOT NULL", name="blocked_expires"),
    sa.CheckConstraint(
        "(restriction IS NULL) = (restricted_by IS NULL) AND (restriction IS NULL) = (restriction_reason IS NULL) "
        "AND (restriction IS NULL) = (restricted_at IS NULL)",
        name="restriction_is_explained",
    ),
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

erased_opt_outs = sa.Table(
    "erased_opt_outs",  # who was erased and wants nothing more: nobody can tell from it who that is
    metadata,
    sa.Column("mark", sa.Text, primary_key=True),  # of the address, made with our own key (ventanilla/store/consent.py)
    sa.Column("opted_out_at", Utc, nullable=False),
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
