"""Holds each source of a channel against the ledger, keeps how it ended, and fetches what is missing. Knows no vendor.

A comparison only reads. What is fetched goes into the ledger as what a webhook brings does: each item once, by its key, beside the
puller and without touching its checkpoint, so that neither can set the other back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.comparing_kept import Compared, State, after
from ventanilla.channel import RawItem
from ventanilla.comparer import Comparer, Lacking
from ventanilla.errors import Permanent, Temporary
from ventanilla.store.comparing import SourceLedger, forget_other_comparisons, keep_comparison, last_comparisons
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import insert_items, read_checkpoint
from ventanilla.words import EventKind

WINDOW = timedelta(days=7)
"""How far back lists are asked for that have no end of their own."""
GRACE = timedelta(minutes=15)
"""How long something may be missing before a person is told."""
_NAMED_IN_EVENT = 20

TellMissing = Callable[[sa.Connection, str, Compared, Sequence[Lacking]], None]
"""(connection, channel, compared, items): these are missing for longer than they may; somebody must know."""


@dataclass(slots=True, kw_only=True)
class Comparing:
    """One channel's comparisons. `comparers` is None where its kind cannot be asked. Used by one thread."""

    channel: str
    comparers: Sequence[Comparer] | None
    store: Store
    clock: Callable[[], datetime]
    actor: str
    tell: TellMissing | None = None
    _checkpoints: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)

    def compare(self, comparer: Comparer, *, since: datetime) -> Compared:
        """Compare one source and keep how it ended, out of reach too. Raises Temporary when the store is."""
        ledger = SourceLedger(self.store, comparer.name)
        before = self.last().get(comparer.name)
        checkpoint = self._checkpoints[comparer.name] = read_checkpoint(self.store, comparer.name)
        now = self.clock()
        last = {} if before is None else before.notes
        try:
            found = comparer.compare(checkpoint, ledger, since=since, last=last, now=now)
        except (Temporary, Permanent) as error:
            told = after(before, None, source=comparer.name, now=now)
            told = replace(told, state=State.UNREACHABLE, problem=str(error), cure=error.cure)
        else:
            told = after(before, found, source=comparer.name, now=now)
            told = replace(told, quarantined=ledger.quarantined())
        return self._keep(before, told)

    def fetch(self, compared: Compared) -> list[int]:
        """Take what a comparison just named into the ledger; return the ids of the new rows that want routing. A repeat brings
        nothing. Raises Temporary, LoginRefused, Permanent; what was committed before stays."""
        comparer = next(one for one in self.comparers or () if one.name == compared.source)
        found: list[int] = []
        for items in comparer.fetch(compared.items, self._checkpoints[comparer.name], now=self.clock()):
            found += self._commit(compared, items)
        return found

    def last(self) -> dict[str, Compared]:
        """How the last comparison of each source ended, by its name. Raises Temporary."""
        with self.store.read() as connection:
            kept = last_comparisons(connection, self.channel)
        return {source: Compared.read(source, each) for source, each in kept.items()}

    def forget_others(self) -> None:
        """Forget the sources that this channel has no more."""
        names = [comparer.name for comparer in self.comparers or ()]
        with self.store.write() as connection:
            forget_other_comparisons(connection, self.channel, names)

    def close(self) -> None:
        """Let go of every connection. Never raises."""
        for comparer in self.comparers or ():
            comparer.close()

    def _keep(self, before: Compared | None, told: Compared) -> Compared:
        """Write it down and, in the same transaction, say what is news: to the log of events, and to a person once each item."""
        now = self.clock()
        news = list(told.overdue(now - GRACE)) if self.tell is not None else []
        told = told.with_told(news)
        with self.store.write() as connection:
            keep_comparison(connection, self.channel, told.source, told.kept(), now=now)
            self._note(connection, before, told, now)
            if news and self.tell is not None:
                self.tell(connection, self.channel, told, news)
        return told

    def _note(self, connection: sa.Connection, before: Compared | None, told: Compared, now: datetime) -> None:
        """An event when other items are missing than at the last look, and one when none is any more."""
        earlier = set() if before is None else {item.key for item in before.items}
        new = [item.key for item in told.items if item.key not in earlier]
        is_over = before is not None and before.missing > 0 and told.missing == 0 and told.state is State.COMPARED
        if not new and not is_over:
            return
        journal = Journal(now=now, actor=self.actor)
        data: dict[str, Any] = {"source": told.source, "missing": told.missing}
        data |= {"over": True} if is_over else {"keys": new[:_NAMED_IN_EVENT]}
        journal.add(EventKind.ITEMS_MISSING, channel=self.channel, data=data)
        journal.flush(connection)

    def _commit(self, compared: Compared, items: Sequence[RawItem]) -> list[int]:
        now = self.clock()
        keys = [item.key for item in items]
        journal = Journal(now=now, actor=self.actor)
        data = {"source": compared.source, "items": len(keys), "keys": keys[:_NAMED_IN_EVENT]}
        journal.add(EventKind.ITEMS_FETCHED, channel=self.channel, data=data)
        return insert_items(self.store, self.channel, compared.source, items, now=now, journal=journal)
