"""Puts together what asks providers what became of what they took, for the process that pulls."""

from __future__ import annotations

import threading
from datetime import timedelta

from cli.assembly import Service, places, service_now
from connectors.following import IF_CALLED, Following
from connectors.registry import follower, offers
from router.bounces import tell_of_failure


def followings(service: Service, stop: threading.Event) -> list[Following]:
    """One for each channel of a kind whose provider can be asked; a vendor's library loads with the first question."""
    is_called = service.config.service.public_url is not None
    return [
        Following(
            channel=place.name,
            store=service.store,
            make=lambda place=place: follower(service.config.channels[place.name], place),  # type: ignore[misc]
            failed=lambda connection, row, journal: tell_of_failure(connection, service.house, row, journal),
            clock=service_now,
            first=IF_CALLED if is_called else timedelta(0),
            stop=stop,
        )
        for place in places(service)
        if offers(service.config.channels[place.name].kind, "follower")
    ]
