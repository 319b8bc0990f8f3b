"""What the day came to: what each provider holds against the ledger, the promises, and what arrived at whom it was for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import sqlalchemy as sa

from demo import queries
from demo.book import OURS, Book, Source
from demo.delivered import Letters, compare
from demo.found import at_providers, in_mailboxes
from demo.ledger import item_of
from demo.people import CUSTOMERS
from demo.phones import Phones
from demo.post_office import PostOffice
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.inbox import raw_bytes
from ventanilla.store.tables import agents, conversations, inbox, outbox, remote_files
from ventanilla.words import DeliveryState, EventKind, FileState, InboxState, OutboxKind

_STEADY_FOR = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How many items a provider was given, and how many of it the ledger has."""

    put_in: int
    in_ledger: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How it went. `missing` and `surplus` count items that the ledger lacks, or holds more often than they were put in.

    `posted`, `in_ledger` and `states` are of customers; `sources` has each provider's, the staff's bot among them. `refused`
    counts how often a provider said no, by status. `answered` are turns that ended with an answer, `first_responses` what each
    customer waited for the first one, in seconds; `warned` and `late` are promises to customers of which somebody was told.
    `complaint` is the key of a case under the law, "" where nobody complained.
    """

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
    answered: int = 0
    warned: int = 0
    late: int = 0
    complaint: str = ""
    first_responses: Sequence[float] = field(default=())
    sources: Mapping[Source, Held] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def broken_promises(self) -> Mapping[str, int]:
        """The checks of the audit that found something."""
        return {name: count for name, count in self.violations.items() if count}

    @property
    def is_good(self) -> bool:
        """Whether everything that was put in is in the ledger, once for each time, and every promise holds."""
        return not (self.missing or self.surplus or self.broken_promises or self.surprises or self._lost_letters)

    @property
    def _lost_letters(self) -> bool:
        return any(each.sent != each.found for each in self.letters.values())


def wait_for_quiet(store: Store, posted: Callable[[], int], *, seconds: float) -> bool:
    """Wait until all that was put in is in the ledger and settled, its files are here and nothing is on its way out; whether it
    came to that. Alerts go on for as long as promises come due, and are waited for only while they are being sent."""
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
    store: Store, office: PostOffice, phones: Phones | None, book: Book, *, delays: Sequence[float], now: datetime
) -> Outcome:
    """Look at everything once more, when nothing moves any more. `phones` is None where there is mail alone."""
    with store.read() as connection:
        ledger = _ledger(store, connection)
        rows = list(connection.execute(sa.select(outbox)))
        people = sorted({row.recipient for row in rows if _is_for_staff(row) and "@" in row.recipient})
        elsewhere = at_providers(phones) if phones else None
        by_hand = book.marks(Source.SENT)
        post = compare(rows, in_mailboxes(office, (CUSTOMERS, *people)), elsewhere, by_hand=by_hand)
        put_in = {
            Source.MAIL: book.marks(Source.MAIL),
            **({Source.SENT: by_hand} if by_hand else {}),
            **(elsewhere.put_in if elsewhere else {}),
        }
        customers = [source for source in put_in if source not in OURS]
        found = list(connection.execute(_OWNERS))
        told_late = {row.kind: row.items for row in connection.execute(queries.TOLD_LATE)}
        return Outcome(
            posted=sum(put_in[source].total() for source in customers),
            in_ledger=sum(ledger[source].total() for source in customers),
            missing=sum((marks - ledger[source]).total() for source, marks in put_in.items()),
            surplus=sum((ledger[source] - put_in.get(source, Counter())).total() for source in Source),
            sources={
                source: Held(put_in=put_in[source].total(), in_ledger=ledger[source].total())
                for source in Source
                if source in put_in
            },
            states={row.state: row.items for row in connection.execute(queries.INBOX)},
            cases=sum(row.items for row in found),
            owners={row.display_name: row.items for row in found},
            line=sum(row.items for row in connection.execute(queries.LINE)),
            violations=audit(connection, blobs=store.blobs, now=now, hash_blobs=True),
            letters=post.letters,
            undelivered=post.undelivered,
            surprises=post.surprises,
            refused=elsewhere.refused if elsewhere else {},
            answered=connection.scalar(queries.ANSWERED) or 0,
            first_responses=first_responses(connection),
            warned=told_late.get(EventKind.PROMISE_WARNED, 0),
            late=told_late.get(EventKind.PROMISE_BREACHED, 0),
            complaint=connection.scalar(queries.COMPLAINT) or "",
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


def _is_for_staff(row: sa.Row[Any]) -> bool:
    """Whether a row of the outbox is for one of the shop's people. A reply names who wrote it, and goes to a customer."""
    return row.agent is not None and row.kind != OutboxKind.REPLY


def first_responses(connection: sa.Connection) -> list[float]:
    """How long each customer waited for their first answer, in seconds, the shortest first."""
    rows = connection.execute(queries.FIRST_RESPONSES)
    return sorted((row.first_response_at - row.first_message_at).total_seconds() for row in rows)


_ITEMS = sa.select(sa.func.count()).select_from(inbox).where(sa.not_(queries.OWN_COPY))
_UNSETTLED = _ITEMS.where(inbox.c.state == InboxState.PENDING)
_ON_THEIR_WAY = (
    sa.select(sa.func.count())
    .select_from(outbox)
    .where(outbox.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)))
    .where(sa.or_(outbox.c.state == DeliveryState.SENDING, outbox.c.kind != OutboxKind.ALERT))
)
_AT_PROVIDERS = sa.select(sa.func.count()).select_from(remote_files).where(remote_files.c.state == FileState.PENDING)


def _is_quiet(store: Store, posted: int) -> bool:
    with store.read() as connection:
        under_way = [connection.scalar(query) for query in (_UNSETTLED, _ON_THEIR_WAY, _AT_PROVIDERS)]
        return (connection.scalar(_ITEMS) or 0) >= posted and not any(under_way)


def _ledger(store: Store, connection: sa.Connection) -> dict[Source, Counter[str]]:
    """How often the ledger has each item of each source."""
    found: dict[Source, Counter[str]] = {source: Counter() for source in Source}
    for row in connection.execute(sa.select(inbox)):
        item = item_of(row.channel, raw_bytes(store, row) or b"", is_sent=queries.is_sent(row))
        if item is not None:
            found[item[0]][item[1]] += 1
    return found
