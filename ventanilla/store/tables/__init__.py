"""Every table by its name, whichever file of this folder declares it: foreign keys need them all."""

from __future__ import annotations

from ventanilla.store.tables.base import metadata
from ventanilla.store.tables.cases import (
    assignments,
    collaborators,
    conversation_links,
    conversations,
    notes,
    participants,
)
from ventanilla.store.tables.clocks import bookkeeping, clocks, legal_holds, seals
from ventanilla.store.tables.customers import addresses, contact_suggestions, contacts, erased_opt_outs
from ventanilla.store.tables.desk import (
    accounts,
    api_requests,
    api_tokens,
    looks,
    saved_answers,
    sessions,
    throttles,
    webhook_events,
)
from ventanilla.store.tables.house import channels, checkpoints, config_versions, hook_refusals, installation, leases
from ventanilla.store.tables.log import append_only_ddl, events
from ventanilla.store.tables.people import absences, agents, invitations, team_members, teams
from ventanilla.store.tables.post import (
    attachments,
    awaited_refs,
    delivery_reports,
    inbox,
    message_refs,
    messages,
    outbox,
    remote_files,
    staff_texts,
)

__all__ = [
    "absences",
    "accounts",
    "addresses",
    "agents",
    "api_requests",
    "api_tokens",
    "append_only_ddl",
    "assignments",
    "attachments",
    "awaited_refs",
    "bookkeeping",
    "channels",
    "checkpoints",
    "clocks",
    "collaborators",
    "config_versions",
    "contact_suggestions",
    "contacts",
    "conversation_links",
    "conversations",
    "delivery_reports",
    "erased_opt_outs",
    "events",
    "hook_refusals",
    "inbox",
    "installation",
    "invitations",
    "leases",
    "legal_holds",
    "looks",
    "message_refs",
    "messages",
    "metadata",
    "notes",
    "outbox",
    "participants",
    "remote_files",
    "saved_answers",
    "seals",
    "sessions",
    "staff_texts",
    "team_members",
    "teams",
    "throttles",
    "webhook_events",
]
