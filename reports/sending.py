"""Sends the reports of [[reports]] when their hour has come: each once for each period, however many look. Renders nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.reports import ReportSettings
from reports.making import Made, make
from reports.recipients import Recipient, recipients
from reports.schedule import Occasion, latest
from router.house import House, modes
from router.notices.writing import machine_headers
from router.permission import hindrance
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import config_versions, events
from ventanilla.words import DeliveryState, EventKind, OutboxKind

ACTOR = "sweeper"
_ANY_HOUR = timedelta(days=2)
"""How far the hour may have moved since it was written: to another of that day, or to another zone's."""


def send_due_reports(store: Store, house: House, *, now: datetime) -> int:
    """Write every report whose hour has come and that was not written for its period yet; return how many letters are new.

    After an absence of the service the latest period alone is written. A report that the file got, or got anew for another kind of
    period, only after that hour waits for the next one. One that cannot be made leaves the others alone: its error is raised
    when they are done.
    """
    written, trouble = 0, None
    for settings in house.config.reports:
        occasion = latest(settings, house.zone(), now=now)
        if not is_wanting(store, settings, occasion, restored_at=house.installation.restored_at):
            continue
        try:
            written += write_report(store, house, settings, occasion, now=now)
        except Exception as error:
            trouble = error
    if trouble is not None:
        raise trouble
    return written


def is_wanting(
    store: Store, settings: ReportSettings, occasion: Occasion, *, restored_at: datetime | None = None
) -> bool:
    """Whether this report is still to be written for that period, and was asked for when it fell due. What fell due before a store
    was restored may have gone out without its knowing: by itself it goes no more."""
    if restored_at is not None and occasion.due_at <= restored_at:
        return False
    with store.read() as connection:
        if written_at(connection, settings, occasion) is not None:
            return False
        since = _known_since(connection, settings)
        return since is None or since <= occasion.due_at


def written_at(connection: sa.Connection, settings: ReportSettings, occasion: Occasion) -> datetime | None:
    """When this report was written for that period, at whatever hour it was due then; None while it was not."""
    query = sa.select(events.c.data, events.c.recorded_at).where(
        events.c.kind == EventKind.REPORT_WRITTEN,
        events.c.at.between(occasion.due_at - _ANY_HOUR, occasion.due_at + _ANY_HOUR),
    )
    mine = {"report": settings.name, "period": occasion.name}
    for row in connection.execute(query):
        if {name: row.data.get(name) for name in mine} == mine:
            recorded: datetime = row.recorded_at
            return recorded
    return None


def write_report(store: Store, house: House, settings: ReportSettings, occasion: Occasion, *, now: datetime) -> int:
    """Make it and put a letter for each recipient into the outbox, in one transaction with its event; return how many are new.
    A second time writes nothing."""
    made = make(store, house, settings, occasion, now=now)
    files = [_kept(store, one) for one in made.files]
    journal = Journal(now=now, actor=ACTOR)
    with store.write() as connection:
        ids = list(_letters(connection, house, settings, occasion, made, files, now))
        new = [one for one in ids if one is not None]
        if new or (not ids and written_at(connection, settings, occasion) is None):
            about = {"report": settings.name, "period": occasion.name, "letters": len(new)}
            journal.add(EventKind.REPORT_WRITTEN, at=occasion.due_at, data=about)
        journal.flush(connection)
    return len(new)


def _letters(
    connection: sa.Connection,
    house: House,
    settings: ReportSettings,
    occasion: Occasion,
    made: Made,
    files: list[dict[str, Any]],
    now: datetime,
) -> Iterator[int | None]:
    in_force = modes(connection)
    for one in recipients(connection, house, settings):
        if one.via is None:
            continue
        hindered = hindrance(house, in_force, channels=(one.via,), recipient=one.address, staff=True)
        letter = Letter(
            kind=OutboxKind.DIGEST,
            dedupe_key=f"report:{settings.name}:{occasion.name}:{one.address}",
            via=one.via,
            recipient=one.address,
            payload=_payload(house, one, made, files),
            agent=one.agent,
            state=DeliveryState.DROPPED if hindered else DeliveryState.PENDING,
            reason=hindered,
        )
        yield put_letter(connection, letter, now=now)


def _payload(house: House, one: Recipient, made: Made, files: list[dict[str, Any]]) -> dict[str, Any]:
    """`body` is what another way says where this one fails: the summary alone."""
    common = {"subject": made.subject, "body": made.summary, "headers": machine_headers(house), "method": one.place}
    if one.by_mail:
        return {**common, "text": made.text, "files": files}
    return {**common, "text": f"{made.subject}\n\n{made.summary}"}


def _kept(store: Store, file: Any) -> dict[str, Any]:
    digest = put_blob(store.blobs, file.content)
    about = {"filename": file.filename, "content_type": file.content_type}
    return {**about, "sha256": digest, "size": len(file.content)}


def _known_since(connection: sa.Connection, settings: ReportSettings) -> datetime | None:
    """Since when the file has had this report for such periods without a break; None where no version of it is kept."""
    versions = sa.select(config_versions.c.id, config_versions.c.applied_at).order_by(config_versions.c.id.desc())
    rows = connection.execute(versions).all()
    since = datetime.max.replace(tzinfo=UTC) if rows else None
    for version in rows:
        content = connection.scalar(sa.select(config_versions.c.content).where(config_versions.c.id == version.id))
        listed = [(one.get("name"), one.get("every")) for one in (content or {}).get("reports", ())]
        if (settings.name, settings.every) not in listed:
            break
        since = version.applied_at
    return since
