"""Reads everything that the record has of one case, in one moment of the store. Writes nothing and judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.errors import BadInput
from ventanilla.store.seals import Seal, head
from ventanilla.store.tables import (
    agents,
    assignments,
    clocks,
    config_versions,
    events,
    inbox,
    legal_holds,
    messages,
    outbox,
    seals,
)
from ventanilla.store.views.cases import case_rows, case_rows_by_id
from ventanilla.store.views.whole import family_of, whole_case
from ventanilla.words import CallOutcome, Direction, EventKind, Metric, OutboxKind

TO_CUSTOMERS = (OutboxKind.ACKNOWLEDGEMENT, OutboxKind.REPLY, OutboxKind.AUTOMATIC)
_BEFORE = seals.alias("before")
_ORDER = {str(metric): place for place, metric in enumerate(Metric)}

Row = sa.Row[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All there is of one case and of what was merged into it. `asked` is the key that was asked for; `document` what `show --json`
    says. `letters` are the outbox rows to the customer; `events` each with its seal's number and hash and the hash before it (None:
    not sealed); `inputs` the ledger rows of its messages (without the bytes). `erased_at`: since when its words are erased."""

    asked: str
    case: Row
    family: Mapping[int, str]
    document: Mapping[str, Any]
    names: Mapping[str, str]
    letters: Sequence[Row]
    owners: Sequence[Row]
    clocks: Sequence[Row]
    events: Sequence[Row]
    inputs: Mapping[int, Row]
    message_rows: Sequence[Row]
    holds: Sequence[Row]
    erased_at: datetime | None
    versions: Sequence[Row]
    head: Seal | None

    @property
    def key(self) -> str:
        """The case's own key: of a merged one, that of the case it was merged into."""
        return str(self.case.key)

    def name_of(self, agent: str | None) -> str:
        """Who that is: the name that people use with the short one behind it."""
        shown = self.names.get(agent or "")
        return (agent or "") if shown is None or shown == agent else f"{shown} ({agent})"

    def of_kind(self, *kinds: EventKind) -> list[Row]:
        """Its events of these kinds, in order."""
        return [event for event in self.events if event.kind in kinds]

    def letter(self, outbox_id: int | None) -> Row | None:
        """The outbox row of that id among `letters`."""
        return next((row for row in self.letters if row.id == outbox_id), None)


def is_remark(message: Mapping[str, Any]) -> bool:
    """Whether the text of a message, as `show --json` has it, is one of ours on a call that nobody took: it was said to nobody."""
    return (message["direction"], message["outcome"]) == (Direction.OUT, CallOutcome.NO_ANSWER)


def gather(connection: sa.Connection, key: str, blobs: Path) -> Dossier:
    """Everything of the case of that key. Raises BadInput where there is none."""
    case = _case(connection, key)
    family = family_of(connection, case)
    ids = list(family)
    owners = _rows(connection, assignments, ids, assignments.c.conversation_id, assignments.c.number)
    timed = sorted(_rows(connection, clocks, ids), key=lambda row: (_ORDER[row.metric], row.started_at, row.number))
    written = _rows(connection, messages, ids, messages.c.id)
    log = _events(connection, ids)
    used = {row.config_version for row in (*owners, *timed)}
    return Dossier(
        asked=key,
        case=case,
        family=family,
        document=whole_case(connection, case, blobs),
        names={row.name: row.display_name for row in connection.execute(sa.select(agents))},
        letters=_letters(connection, ids),
        owners=owners,
        clocks=timed,
        events=log,
        inputs=_inputs(connection, written),
        message_rows=written,
        holds=_rows(connection, legal_holds, ids, legal_holds.c.id),
        erased_at=_erased_at(connection, ids, log),
        versions=_versions(connection, used),
        head=head(connection),
    )


def _case(connection: sa.Connection, key: str) -> Row:
    row = case_rows(connection, [key]).get(key)
    if row is None:
        raise BadInput(f"there is no case {key}; `ventanilla conversations` lists those there are")
    return row if row.merged_into is None else case_rows_by_id(connection, [row.merged_into])[row.merged_into]


def _rows(connection: sa.Connection, table: sa.Table, cases: list[int], *order: Any) -> list[Row]:
    query = sa.select(table).where(table.c.conversation_id.in_(cases))
    return list(connection.execute(query.order_by(*order)))


def _letters(connection: sa.Connection, cases: list[int]) -> list[Row]:
    kinds = [str(kind) for kind in TO_CUSTOMERS]
    mine = sa.select(outbox).where(outbox.c.conversation_id.in_(cases), outbox.c.kind.in_(kinds))
    return list(connection.execute(mine.order_by(outbox.c.id)))


def _events(connection: sa.Connection, cases: list[int]) -> list[Row]:
    query = (
        sa.select(*events.c, seals.c.number, seals.c.hash, _BEFORE.c.hash.label("hash_before"))
        .select_from(
            events.outerjoin(seals, seals.c.event_id == events.c.id).outerjoin(
                _BEFORE, _BEFORE.c.number == seals.c.number - 1
            )
        )
        .where(events.c.conversation_id.in_(cases))
        .order_by(events.c.id)
    )
    return list(connection.execute(query))


def _inputs(connection: sa.Connection, written: Sequence[Row]) -> dict[int, Row]:
    ids = [row.inbox_id for row in written if row.inbox_id is not None]
    columns = [column for column in inbox.c if column is not inbox.c.raw]
    query = sa.select(*columns, inbox.c.raw.is_not(None).label("has_raw")).where(inbox.c.id.in_(ids))
    rows: list[Row] = list(connection.execute(query)) if ids else []
    return {row.id: row for row in rows}


def _erased_at(connection: sa.Connection, cases: list[int], log: Sequence[Row]) -> datetime | None:
    """When the words of these cases went, by their age, with their customer or without; the last time."""
    forgotten: list[datetime] = [row.at for row in log if row.kind == EventKind.CASE_FORGOTTEN]
    if forgotten:
        return max(forgotten)
    query = sa.select(events.c.at, events.c.data).where(events.c.kind == EventKind.ERASED).order_by(events.c.id)
    found = [row.at for row in connection.execute(query) if not set(cases).isdisjoint(row.data.get("erased", ()))]
    return found[-1] if found else None


def _versions(connection: sa.Connection, used: set[int]) -> list[Row]:
    query = sa.select(config_versions).where(config_versions.c.id.in_(used)).order_by(config_versions.c.id)
    return list(connection.execute(query))
