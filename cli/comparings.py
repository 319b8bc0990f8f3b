"""Puts together what holds the sources against the ledger, for the process that pulls and for the command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from cli.assembly import Service, places, service_now
from connectors.comparing import Comparing, TellMissing
from connectors.comparing_kept import Compared
from connectors.comparing_loop import ComparingLoop
from connectors.registry import comparers
from router.quiet.missing import tell_of_missing
from ventanilla.comparer import Lacking

ACTOR = "connector"


def comparing_loop(service: Service, stop: threading.Event) -> ComparingLoop:
    """The loop over every channel whose kind can be asked; a vendor's library loads with the first comparison."""
    found = [one for one in comparings(service, actor=ACTOR) if one.comparers is not None]
    return ComparingLoop(comparings=found, store=service.store, stop=stop)


def comparings(
    service: Service,
    *,
    actor: str,
    only: Sequence[str] = (),
    tells: bool = True,
    clock: Callable[[], datetime] = service_now,
) -> list[Comparing]:
    """One for each channel, or for those named, with none to ask where its kind cannot be."""
    tell: TellMissing | None = partial(_tell, service) if tells else None
    return [
        Comparing(
            channel=place.name,
            comparers=comparers(service.config.channels[place.name], place),
            store=service.store,
            clock=clock,
            actor=actor,
            tell=tell,
        )
        for place in places(service)
        if not only or place.name in only
    ]


def _tell(service: Service, connection: sa.Connection, channel: str, told: Compared, items: Sequence[Lacking]) -> None:
    tell_of_missing(
        connection,
        service.house,
        channel,
        source=told.source,
        occasions=[f"{told.source} {item.key} {told.first_seen[item.key].isoformat()}" for item in items],
        missing=told.missing,
        now=told.looked_at,
    )
