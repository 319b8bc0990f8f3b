"""Asks the store what the machine's own times are made from, by plain SQL on the bare driver, never more than a bounded part of it.

Knows both engines. Every question is answered by an index or by the newest rows, however many years the store holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Read = Callable[[str], list[Row]]

_ITEM = """SELECT id, channel, state, received_at, pulled_at, taken_at, routed_at, route_ms, again
FROM inbox"""
# A second way of reaching somebody counts from when the first was tried; an answer that was held, from when it was let go.
_LETTER = """SELECT o.id, o.kind, o.state, o.via, coalesce(c.channel, '') AS channel, o.sent_at,
CASE o.kind WHEN 'notice' THEN (SELECT min(b.created_at) FROM outbox b WHERE b.conversation_id = o.conversation_id
AND substr(b.dedupe_key, 1, length(b.dedupe_key) - 2) = substr(o.dedupe_key, 1, length(o.dedupe_key) - 2))
ELSE coalesce((SELECT max(e.at) FROM events e WHERE e.outbox_id = o.id AND e.kind = 'reply_released'), o.created_at)
END AS began_at
FROM outbox o LEFT JOIN conversations c ON c.id = o.conversation_id"""
_OWNED = "state IN ('open', 'waiting_customer', 'waiting_third_party')"
_PENDING = """SELECT channel, count(*) AS items, min(received_at) AS oldest_at FROM inbox WHERE state = 'pending'
GROUP BY channel"""
_QUARANTINED = "SELECT count(*) AS items FROM inbox WHERE state = 'quarantined'"
_CASES = f"SELECT count(*) AS items, count(waiting_since) AS waiting, min(waiting_since) AS oldest_at FROM conversations WHERE {_OWNED}"  # noqa: E501, S608
_LINE = "SELECT team, count(*) AS items FROM conversations WHERE line_since IS NOT NULL GROUP BY team"
_LETTERS = """SELECT state, via, count(*) AS items FROM outbox
WHERE state IN ('pending', 'held', 'sending', 'failed', 'unknown') GROUP BY state, via"""
_OVERDUE = "SELECT metric, count(*) AS items FROM clocks WHERE stopped_at IS NULL AND due_at < {now} GROUP BY metric"
_CHANNELS = """SELECT name, kind, last_pull_at, last_item_at, problem IS NOT NULL AS failing, paused_at, quiet_since
FROM channels WHERE enabled ORDER BY name"""
_LEASES = """SELECT count(CASE WHEN expires_at > {now} THEN 1 END) AS held,
count(CASE WHEN expires_at <= {now} THEN 1 END) AS lapsed FROM leases WHERE name LIKE 'pull %'"""
_COMPARED = """SELECT channel, data FROM checkpoints
WHERE source LIKE 'compare %' AND channel IN (SELECT name FROM channels WHERE enabled)"""
_VERSION = "SELECT max(id) AS id FROM config_versions"
FINAL_ITEM = ("routed", "screened", "duplicate", "quarantined", "imported")
FINAL_LETTER = ("sent", "delivered", "failed", "unknown", "dropped")


def newest_ids(read: Read) -> tuple[int, int]:
    """The newest row of the ledger and of the outbox; 0 for none."""
    (row,) = read("SELECT (SELECT max(id) FROM inbox) AS inbox, (SELECT max(id) FROM outbox) AS outbox")
    return row["inbox"] or 0, row["outbox"] or 0


def unfinished_ids(read: Read, *, most: int) -> tuple[list[int], list[int]]:
    """What of the ledger and of the outbox has not come to its end yet, the newest `most` of each."""
    items = f"SELECT id FROM inbox WHERE state = 'pending' ORDER BY id DESC LIMIT {most:d}"  # noqa: S608
    letters = f"SELECT id FROM outbox WHERE state IN ('pending', 'held', 'sending') ORDER BY id DESC LIMIT {most:d}"  # noqa: S608
    return [row["id"] for row in read(items)], [row["id"] for row in read(letters)]


def items_after(read: Read, last: int, most: int) -> list[Row]:
    """Rows of the ledger newer than this one, oldest first, with what their times are made from."""
    return read(f"{_ITEM} WHERE id > {last:d} ORDER BY id LIMIT {most:d}")


def items_of(read: Read, ids: Sequence[int]) -> list[Row]:
    """These rows of the ledger, as far as they are there."""
    return read(f"{_ITEM} WHERE id IN ({_listed(ids)})") if ids else []


def letters_after(read: Read, last: int, most: int) -> list[Row]:
    """Rows of the outbox newer than this one, oldest first; `began_at` is when they were written, or let go."""
    return read(f"{_LETTER} WHERE o.id > {last:d} ORDER BY o.id LIMIT {most:d}")


def letters_of(read: Read, ids: Sequence[int]) -> list[Row]:
    """These rows of the outbox, as far as they are there."""
    return read(f"{_LETTER} WHERE o.id IN ({_listed(ids)})") if ids else []


def lately(read: Read, *, since: datetime, most: int) -> tuple[list[Row], list[Row]]:
    """What was routed and what went out since then, among the newest `most` rows of each."""
    inbox, outbox = newest_ids(read)
    moment = _literal(since)
    items = read(f"{_ITEM} WHERE id > {inbox - most:d} AND routed_at >= {moment}")
    # Not by kind: SQLite would take the index of kinds and walk through all of them.
    return items, read(f"{_LETTER} WHERE o.id > {outbox - most:d} AND o.sent_at >= {moment}")


def standing(read: Read, *, now: datetime) -> dict[str, list[Row]]:
    """What stands where at this moment: backlog, cases, line, outbox, overdue clocks, channels, leases, the version in force."""
    questions = {
        "backlog": _PENDING,
        "quarantined": _QUARANTINED,
        "cases": _CASES,
        "line": _LINE,
        "letters": _LETTERS,
        "overdue": _OVERDUE,
        "channels": _CHANNELS,
        "leases": _LEASES,
        "comparisons": _COMPARED,
        "version": _VERSION,
    }
    return {name: read(sql.format(now=_literal(now))) for name, sql in questions.items()}


def _literal(moment: datetime) -> str:
    return f"'{moment.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}'"


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(f"{number:d}" for number in ids)
