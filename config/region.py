"""Knows in which country a house's telephone numbers are meant when they are written without one."""

from __future__ import annotations

from config.schema import Config


def home_region(config: Config) -> str | None:
    """Two letters: the country of the house's own numbers, else that of its time zone; None where neither says."""
    from ventanilla.phones import region_of

    for channel in config.channels.values():
        for number in (*getattr(channel, "numbers", ()), *getattr(channel, "whatsapp", ())):
            region = region_of(number)
            if region is not None:
                return region
    from babel.core import get_global

    found = get_global("zone_territories").get(config.service.timezone)
    return str(found) if found and found != "ZZ" else None
