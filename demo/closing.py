"""What the day came to: everything that was posted against the ledger, the promises, and what arrived in the town's mailboxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa
import structlog
from imapclient.exceptions import IMAPClientError

from demo import queries
from demo.people import CUSTOMERS
from demo.post_office import PostOffice, mark_of
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.inbox import raw_bytes
from ventanilla.store.tables import agents, conversations, inbox, outbox
from ventanilla.words import DeliveryState, InboxState, OutboxKind

log = structlog.get_logger(__name__)

_STEADY_FOR = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Letters of one kind: how many went out, how many of them were found in the mailbox of whom they were for."""

    sent: int
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went. `missing` and `surplus` count mails that the ledger lacks, or holds more often than they were posted."""

    posted: int
    in_ledger: int
    missing: int
    surplus: int
    states: Mapping[str, int]
    cases: int
    owners: Mapping[str, int]
    line: int
    violations: Mapping[str, int]
    letters: Mapping[str, Letters]
    undelivered: int
    surprises: int
    slowest: Sequence[float] = field(default=())
    keys: Sequence[str] = field(default=())

    @property
    def broken_promises(self) -> Mapping[str, int]:
        """The checks of the audit that found something."""
        return {name: count for name, count in self.violations.items() if count}

    @property
    def is_good(self) -> bool:
        """Whether everything that was posted is in the ledger, once for each time, and every promise holds."""
        return not (self.missing or self.surplus or self.broken_promises or self.surprises or self._lost_letters)

    @property
    def _lost_letters(self) -> bool:
        return any(each.sent != each.found for each in self.letters.values())


def wait_for_quiet(store: Store, posted: Callable[[], int], *, seconds: float) -> bool:
    """Wait until all that was posted is in the ledger and settled and nothing is on its way out; whether it came to that."""
    until, quiet_since = monotonic() + seconds, None
    while monotonic() < until:
        if _is_quiet(store, posted()):
            quiet_since = quiet_since or monotonic()
            if monotonic() - quiet_since >= _STEADY_FOR:
                return True
        else:
            quiet_since = None
        sleep(0.1)
    return False


def outcome(
    store: Store, office: PostOffice, marks: Mapping[str, int], *, delays: Sequence[float], now: datetime
) -> Outcome:
    """Look at everything once more, when nothing moves any more. `marks` is how often each mail was posted."""
    with store.read() as connection:
        ledger = _ledger(store, connection)
        letters, undelivered, surprises = _letters(connection, office)
        found = list(connection.execute(_OWNERS))
        return Outcome(
            posted=sum(marks.values()),
            in_ledger=sum(ledger.values()),
            missing=sum((Counter(marks) - ledger).values()),
            surplus=sum((ledger - Counter(marks)).values()),
            states={row.state: row.items for row in connection.execute(queries.INBOX)},
            cases=sum(row.items for row in found),
            owners={row.display_name: row.items for row in found},
            line=sum(row.items for row in connection.execute(queries.LINE)),
            violations=audit(connection, blobs=store.blobs, now=now, hash_blobs=True),
            letters=letters,
            undelivered=undelivered,
            surprises=surprises,
            slowest=sorted(delays, reverse=True)[:3],
            keys=list(connection.scalars(_NEWEST_KEYS)),
        )


_OWNERS = (
    sa.select(agents.c.display_name, sa.func.count().label("items"))
    .join(conversations, conversations.c.owner == agents.c.name)
    .group_by(agents.c.name, agents.c.display_name)
    .order_by(sa.func.count().desc(), agents.c.display_name)
)
_NEWEST_KEYS = sa.select(conversations.c.key).order_by(conversations.c.id.desc()).limit(3)
_UNDER_WAY = (DeliveryState.PENDING, DeliveryState.SENDING)


def _is_quiet(store: Store, posted: int) -> bool:
    with store.read() as connection:
        states = {row.state: row.items for row in connection.execute(queries.INBOX)}
        under_way = connection.scalar(
            sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state.in_(_UNDER_WAY))
        )
    return sum(states.values()) >= posted and not states.get(InboxState.PENDING) and not under_way


def _ledger(store: Store, connection: sa.Connection) -> Counter[str]:
    return Counter(mark_of(raw_bytes(store, row) or b"") for row in connection.execute(sa.select(inbox)))


def _letters(connection: sa.Connection, office: PostOffice) -> tuple[dict[str, Letters], int, int]:
    """Letters by kind, how many could not be sent, and how many mails were found that nobody of us wrote down."""
    rows = list(connection.execute(sa.select(outbox)))
    people = sorted({row.recipient for row in rows if row.agent is not None})
    found = _found(office, (CUSTOMERS, *people))
    gone = [row for row in rows if row.sent_at is not None]
    kinds = {str(kind): [row for row in gone if row.kind == kind] for kind in OutboxKind}
    letters = {
        kind: Letters(sent=len(mine), found=sum(found[_id_of(row)] for row in mine))
        for kind, mine in kinds.items()
        if mine
    }
    undelivered = sum(row.state == DeliveryState.FAILED and row.sent_at is None for row in rows)
    surprises = sum((found - Counter(_id_of(row) for row in gone)).values())
    return letters, undelivered, surprises


def _found(office: PostOffice, addresses: Sequence[str]) -> Counter[str]:
    """How often each Message-ID is in these mailboxes; a server that is gone has none, and then nothing was found."""
    try:
        mails = [mail for address in addresses for mail in office.letters_of(address)]
    except (OSError, IMAPClientError):
        log.exception("mailboxes_not_read")
        return Counter()
    return Counter(str(mail["Message-ID"] or "").strip() for mail in mails)


def _id_of(row: sa.Row[Any]) -> str:
    return str(row.external_id or row.message_id or "")
