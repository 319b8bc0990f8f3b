"""Routes what came in, together where that is quicker and alone where something is odd.

Reading happens before, outside any transaction, and is counted first, so that an item which kills its reader ends in
quarantine instead of a loop. Everything that messages cause is then committed together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa
import structlog

from router.assigning.presence import keep_presence
from router.house import House
from router.notices.writing import write_alert
from router.placing import place_all
from router.reading import Readers, read_row
from router.staff_bot.about import has_no_name_yet
from router.staff_bot.taking import take_from_staff
from router.texts import phrase
from ventanilla.errors import BadMessage, Temporary
from ventanilla.store.blobs import put_blob
from ventanilla.store.engine import Store
from ventanilla.store.erasing.copies import forget_copies
from ventanilla.store.events import Journal
from ventanilla.store.inbox import claim_attempts, lock_pending, raw_bytes, settle, time_routing, uncount_attempt
from ventanilla.store.messages import Received
from ventanilla.store.once import remember
from ventanilla.store.tables import inbox
from ventanilla.words import STAFF_BOT, EventKind, InboxState

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3
NAMED_WITHIN, LOOK_AGAIN = 3.0, 0.05
_OLDER_OF_STAFF = (
    sa.select(inbox.c.id)
    .where(inbox.c.channel == STAFF_BOT, inbox.c.state == InboxState.PENDING, inbox.c.id < sa.bindparam("newest"))
    .order_by(inbox.c.id)
    .limit(100)
)
_STATE = sa.select(inbox.c.state).where(inbox.c.id == sa.bindparam("row"))
ACTOR = "router"


@dataclass(frozen=True, slots=True, kw_only=True)
class Router:
    """What routing needs. `clock` is read once per unit of work."""

    store: Store
    house: House
    readers: Readers
    clock: Callable[[], datetime]


def route_item(router: Router, row_id: int) -> InboxState | None:
    """Route one ledger row; return its new state, or None when it was settled already."""
    return route_items(router, [row_id]).get(row_id)


def route_items(router: Router, ids: Sequence[int]) -> dict[int, InboxState]:
    """Route ledger rows; return the new state of each that was still pending. Safe to run twice and at once.

    They are committed in one transaction; when anything goes wrong in it, each has one of its own, so that an odd one holds
    up no other. Raises Temporary when the store is out of reach: nothing is lost, the sweeper brings the rows back.
    """
    since = monotonic()
    outcomes: dict[int, InboxState] = {}
    read: list[Received] = []
    for row in _claim(router, ids):
        try:
            read.append(_read(router, row))
        except BadMessage as error:
            outcomes |= quarantine(router, row, str(error), since=since)
        except FileNotFoundError:
            _wait_for_file(router, row)
    keep_presence(router.store, router.house, Journal(now=router.clock(), actor=ACTOR))
    customers = [one for one in read if one.row.channel != STAFF_BOT]
    if len(customers) > 1:
        try:
            outcomes |= _commit(router, customers, since=since)
            read = [one for one in read if one.row.channel == STAFF_BOT]
        except Exception as error:
            log.warning("routed_one_by_one", items=len(customers), problem=type(error).__name__)
    until = monotonic() + NAMED_WITHIN
    for one in sorted(
        read, key=lambda one: one.row.channel == STAFF_BOT
    ):  # nobody waits behind what waits for its name
        if one.row.channel == STAFF_BOT:
            _wait_for_name(router, one, until=until)
        outcomes |= _route_alone(router, one, since=since)
    return outcomes


def quarantine(router: Router, row: sa.Row[Any], reason: str, *, since: float) -> dict[int, InboxState]:
    """Set an unreadable item aside with its raw bytes, and tell a person. The rest of the mailbox goes on. `since` is when work
    on it began (time.monotonic)."""
    journal = Journal(now=router.clock(), actor=ACTOR)
    with router.store.write() as connection:
        time_routing(connection, since=since)
        if not lock_pending(connection, [row.id]):
            return {}
        settle(connection, row.id, InboxState.QUARANTINED, now=journal.now, reason=reason)
        journal.add(EventKind.MESSAGE_QUARANTINED, inbox_id=row.id, channel=row.channel)
        _tell_of_quarantine(connection, router.house, row, reason, journal.now)
        journal.flush(connection)
    log.warning("quarantined", inbox_id=row.id, channel=row.channel, reason=reason)
    return {row.id: InboxState.QUARANTINED}


def _claim(router: Router, ids: Sequence[int]) -> list[sa.Row[Any]]:
    """These rows, each with one more attempt, oldest first; with one for the staff's bot all that came to it before and is still
    pending: who says "pause" and then "available" must not end up paused."""
    now = router.clock()
    rows = claim_attempts(router.store, ids, now=now)
    newest = max((row.id for row in rows if row.channel == STAFF_BOT), default=None)
    if newest is None:
        return rows
    with router.store.read() as connection:
        older = set(connection.scalars(_OLDER_OF_STAFF, {"newest": newest})) - {row.id for row in rows}
    before = claim_attempts(router.store, sorted(older), now=now) if older else []
    return sorted([*rows, *before], key=lambda row: row.id)


def _wait_for_file(router: Router, row: sa.Row[Any]) -> None:
    """The item stands in a file that this machine does not see: another one may, or this one once its folder is mounted. It
    stays as it is, no worse for it, and the sweeper brings it back."""
    uncount_attempt(router.store, row.id)
    log.warning(
        "file_out_of_sight",
        inbox_id=row.id,
        channel=row.channel,
        folder=str(router.store.blobs),
        means="tried again every 30 s, here or on a machine that sees it; `ventanilla doctor` looks at the folder",
    )


def _wait_for_name(router: Router, one: Received, *, until: float) -> None:
    """Somebody may answer what the bot says before we have written down under which name it stands in their chat. What has none
    after some seconds they are asked about."""
    account, names = one.message.author.address, one.message.in_reply_to
    while monotonic() < until:
        with router.store.read() as connection:
            waits = has_no_name_yet(connection, account, names, now=router.clock())
            if not waits or connection.scalar(_STATE, {"row": one.row.id}) != InboxState.PENDING:
                return
        sleep(LOOK_AGAIN)


def _read(router: Router, row: sa.Row[Any]) -> Received:
    """Raises FileNotFoundError when the item is in a file that is not to be seen here."""
    try:
        raw = raw_bytes(router.store, row)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Temporary(f"the blobs cannot be used: {error.strerror}") from error
    try:
        message = read_row(router.readers, row, raw)
        kept = [put_blob(router.store.blobs, attachment.content) for attachment in message.attachments]
    except (BadMessage, Temporary):
        raise
    except OSError as error:
        raise Temporary(f"the blobs cannot be used: {error.strerror}") from error
    except Exception as error:  # a reader's own mistake: the item is set aside and the rest goes on
        log.exception("reading_failed", inbox_id=row.id)
        raise BadMessage(f"its reader failed: {type(error).__name__}") from error
    return Received(row=row, message=message, kept=kept)


def _commit(router: Router, read: Sequence[Received], *, since: float) -> dict[int, InboxState]:
    journal = Journal(now=router.clock(), actor=ACTOR)
    with router.store.write() as connection:
        time_routing(connection, since=since)
        if read[0].row.channel != STAFF_BOT:  # what they ask for is done in savepoints
            remember(connection)
        pending = lock_pending(connection, [one.row.id for one in read])
        outcomes = _place(connection, router.house, [one for one in read if one.row.id in pending], journal)
        doubled = [one for one in read if outcomes.get(one.row.id) is InboxState.DUPLICATE]
        forget_copies(connection, doubled, blobs=router.store.blobs, now=router.clock())
        journal.flush(connection)
    return outcomes


def _place(
    connection: sa.Connection, house: House, read: Sequence[Received], journal: Journal
) -> dict[int, InboxState]:
    """Customers' messages into cases; what our own people write to their bot, which comes here alone, to that."""
    if len(read) == 1 and read[0].row.channel == STAFF_BOT:
        return {read[0].row.id: take_from_staff(connection, house, read[0].row, read[0].message, journal)}
    return place_all(connection, house, read, journal)


def _route_alone(router: Router, one: Received, *, since: float) -> dict[int, InboxState]:
    try:
        return _commit(router, [one], since=since)
    except Temporary:
        raise
    except BadMessage as error:
        return quarantine(router, one.row, str(error), since=since)
    except Exception as error:
        log.exception("routing_failed", inbox_id=one.row.id, attempt=one.row.attempts)
        if one.row.attempts < MAX_ATTEMPTS:
            return {}
        reason = f"could not be routed in {one.row.attempts} attempts: {type(error).__name__}"
        return quarantine(router, one.row, reason, since=since)


def _tell_of_quarantine(connection: sa.Connection, house: House, row: sa.Row[Any], reason: str, now: datetime) -> None:
    language = house.config.service.language
    settings = house.config.channels.get(row.channel)
    duty = house.config.teams[settings.team].duty[:1] if settings else ()
    write_alert(
        connection,
        house,
        to=house.config.staff.digest_to or duty,
        occasion=f"quarantined:{row.id}",
        subject=phrase(language, "quarantined_subject", channel=row.channel),
        body=phrase(language, "quarantined", inbox_id=str(row.id), channel=row.channel, reason=reason),
        now=now,
        channel=row.channel,
    )
