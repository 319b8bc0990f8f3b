"""Puts together again what was handed to a provider, from what the record keeps of it. Sends nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from config.email import EmailSettings
from config.schema import Config
from connectors.letters import outgoing_whole
from ventanilla.errors import Permanent
from ventanilla.store.engine import Store


def rebuilder(store: Store, config: Config) -> Callable[[sa.Row[Any]], tuple[bytes, str] | None]:
    """What puts together again what was handed to a provider: the bytes of a mail, or what another one got, as JSON."""

    def rebuild(row: sa.Row[Any]) -> tuple[bytes, str] | None:
        settings = config.channels.get(row.via)
        try:
            if isinstance(settings, EmailSettings):
                from connectors.imap_email.compose import compose

                outgoing = outgoing_whole(store, row)
                name = config.service.name
                mail = compose(outgoing, address=settings.address, name=name, now=row.tried_at or row.sent_at)
                return mail, ".eml"
        except (OSError, Permanent):
            pass  # a file of it is gone: what is recorded of it is still worth having
        return _as_recorded(row), ".json"

    return rebuild


def _as_recorded(row: sa.Row[Any]) -> bytes:
    shown = ("subject", "text", "html", "cc", "account", "template", "template_values", "reply_to")
    told = {"recipient": row.recipient, "via": row.via} | {
        name: row.payload[name] for name in shown if row.payload.get(name)
    }
    return json.dumps(told, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace") + b"\n"
