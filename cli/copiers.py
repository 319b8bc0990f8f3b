"""Puts together what keeps copies of sent mail, for the process that pulls: it is the one that talks to the mailboxes."""

from __future__ import annotations

import threading

from cli.assembly import Service, places, service_now
from connectors.copying import Copier
from connectors.registry import keeper, offers


def copiers(service: Service, stop: threading.Event) -> list[Copier]:
    """One for each channel of a kind that can keep copies; a vendor's library loads with the first copy."""
    return [
        Copier(
            channel=place.name,
            store=service.store,
            make=lambda place=place: keeper(service.config.channels[place.name], place),  # type: ignore[misc]
            clock=service_now,
            stop=stop,
        )
        for place in places(service)
        if offers(service.config.channels[place.name].kind, "keeper")
    ]
