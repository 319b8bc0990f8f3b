"""This installation: its name among others of its kind, its signing key, and which config version is active."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import config_versions, installation

_MAKE = insert_ignoring(installation)
_THIS = sa.select(installation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Who we are to other mail systems. The key signs our Message-IDs. What came before `restored_at` may have been answered
    already, by the store that the back-up was made of."""

    instance: str
    signing_key: bytes = field(repr=False)
    restored_at: datetime | None = None


def ensure_installation(connection: sa.Connection, *, now: datetime) -> Installation:
    """This installation's identity, made at the first call and the same ever after."""
    row = connection.execute(sa.select(installation)).one_or_none()
    if row is None:
        values = {"instance": secrets.token_hex(8), "signing_key": secrets.token_bytes(32), "created_at": now}
        connection.execute(_MAKE[connection.dialect.name], {"id": 1, **values})
        row = connection.execute(sa.select(installation)).one()
    return _known(row)


def known_installation(connection: sa.Connection) -> Installation | None:
    """The same if it is there already; writes nothing."""
    row = connection.execute(_THIS).one_or_none()
    return None if row is None else _known(row)


def _known(row: sa.Row[Any]) -> Installation:
    return Installation(instance=row.instance, signing_key=bytes(row.signing_key), restored_at=row.restored_at)


def active_config(connection: sa.Connection) -> sa.Row[Any] | None:
    """The config version in force (id, sha256, content, applied_at); None before the first was applied."""
    return connection.execute(sa.select(config_versions).order_by(config_versions.c.id.desc()).limit(1)).one_or_none()


def was_in_force(connection: sa.Connection, sha256: str) -> bool:
    """Whether this content is not the version in force but was so before."""
    newest = active_config(connection)
    before = sa.select(config_versions.c.id).where(config_versions.c.sha256 == sha256).limit(1)
    return newest is not None and newest.sha256 != sha256 and connection.scalar(before) is not None


def add_config_version(connection: sa.Connection, *, sha256: str, content: Mapping[str, Any], now: datetime) -> int:
    """Make this content the version in force and return its number. `content` holds no secret."""
    values = {"sha256": sha256, "content": dict(content), "applied_at": now}
    number = connection.execute(sa.insert(config_versions).values(values).returning(config_versions.c.id)).scalar_one()
    return int(number)
