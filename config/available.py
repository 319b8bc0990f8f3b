"""Knows what of the file's contract this version acts on, so that nothing is accepted and then silently left undone."""

from __future__ import annotations

CHANNEL_KINDS = frozenset({"email", "telegram", "twilio"})

PACKS = ("es-consumidores", "es-ley-10-2025", "co-pqrs", "co-consumidor", "pe-libro-reclamaciones", "eu-gdpr-dsar")
AVAILABLE_PACKS: frozenset[str] = frozenset(PACKS)

AVAILABLE_BLOBS = ("files",)
