"""By which terms words are forgotten, and whether somebody agreed to them: nothing brings back what went. Forgets nothing.

An agreement is an event of the log. It holds for its terms and for longer ones; a shorter one, or one more, has to be agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.durations import format_duration
from config.retention import RetentionSettings
from ventanilla.store.events import Journal
from ventanilla.store.tables import events
from ventanilla.words import EventKind

_NAMES = ("keep", "items", "trail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long what is kept. `keep`: words of a case, from its end, and the customers of whom nothing else is left; `items`: what
    became no message; `trail`: looks and sessions. None: for ever."""

    keep: timedelta | None
    items: timedelta | None
    trail: timedelta | None

    @property
    def any(self) -> bool:
        """Whether anything is ever forgotten."""
        return any(getattr(self, name) is not None for name in _NAMES)

    def written(self) -> dict[str, str | None]:
        """Each term as the file writes it."""
        terms = {name: getattr(self, name) for name in _NAMES}
        return {name: None if term is None else format_duration(term) for name, term in terms.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Who agreed to which terms, and when."""

    by: str
    at: datetime
    terms: Terms


def terms_of(settings: RetentionSettings) -> Terms:
    """The terms of the file."""
    return Terms(keep=settings.keep, items=settings.items, trail=settings.trail)


def agreement(connection: sa.Connection) -> Agreement | None:
    """The last one; None where nobody has ever agreed."""
    newest = sa.select(events).where(events.c.kind == EventKind.RETENTION_AGREED)
    row = connection.execute(newest.order_by(events.c.at.desc(), events.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Agreement(by=row.actor, at=row.at, terms=_read(row.data))


def covers(agreed: Agreement | None, terms: Terms) -> bool:
    """Whether all that these terms forget was agreed to."""
    if agreed is None:
        return not terms.any
    return all(_is_within(getattr(terms, name), getattr(agreed.terms, name)) for name in _NAMES)


def agree(terms: Terms, journal: Journal, *, counts: Mapping[str, int]) -> None:
    """Note that whoever the journal speaks for agreed to these terms, having been told these counts."""
    seconds = {name: _seconds(getattr(terms, name)) for name in _NAMES}
    journal.add(EventKind.RETENTION_AGREED, data={**seconds, "told": dict(counts)})


def _is_within(term: timedelta | None, agreed: timedelta | None) -> bool:
    return term is None or (agreed is not None and term >= agreed)


def _seconds(term: timedelta | None) -> int | None:
    return None if term is None else int(term.total_seconds())


def _read(data: Mapping[str, Any]) -> Terms:
    told = {name: data.get(name) for name in _NAMES}
    return Terms(**{name: None if value is None else timedelta(seconds=value) for name, value in told.items()})
