"""A mailbox that numbers its mails anew brings everything a second time: what was forgotten stays forgotten. Routes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from ventanilla.store.erasing.blanking import drop_blobs, forget_originals
from ventanilla.store.messages import Received
from ventanilla.store.tables import inbox

_FIRST = inbox.alias("first")
_OF_NOTHING = (
    sa.select(inbox.c.id)
    .join(_FIRST, _FIRST.c.id == inbox.c.duplicate_of)
    .where(inbox.c.id.in_(sa.bindparam("ids", expanding=True)))
    .where(_FIRST.c.raw.is_(None), _FIRST.c.raw_blob.is_(None))
)


def forget_copies(connection: sa.Connection, doubled: Iterable[Received], *, blobs: Path, now: datetime) -> None:
    """Of items that are the same as an earlier one whose original was erased, neither original nor files are kept."""
    by_id = {one.row.id: one for one in doubled}
    if not by_id:
        return
    again = list(connection.scalars(_OF_NOTHING, {"ids": list(by_id)}))
    if again:
        files = {digest for row_id in again for digest in by_id[row_id].kept}
        drop_blobs(connection, files | forget_originals(connection, again), blobs=blobs, before=now)
