"""How the figures are made: the honest small print at the foot of the page. Knows the house's calendars and versions, no figure."""

from __future__ import annotations

from reports.page.markup import Html, element
from reports.page.words import say
from router.house import House
from ventanilla import __version__
from ventanilla.store.seals import Seal


def made(house: House, language: str, *, seal: Seal | None) -> Html:
    """A list of sentences. Whoever keeps the page can show later, by the head of the chain, what the log said then."""
    told = [
        say(language, code) for code in ("made_events", "made_response", "made_percentiles", "made_within", "made_open")
    ]
    told.append(say(language, "made_zone", zone=house.config.service.timezone))
    told.append(_calendars(house, language))
    told.append(say(language, "made_version", program=__version__, config=str(house.version)))
    if seal is not None:
        told.append(say(language, "made_seal", number=str(seal.number), hash=seal.hash))
    told.append(say(language, "made_privacy"))
    return element("footer", element("h2", say(language, "made")), element("ul", [element("li", one) for one in told]))


def _calendars(house: House, language: str) -> str:
    names = dict.fromkeys(one.calendar for one in house.config.promises.values() if one.calendar)
    if not names:
        return say(language, "made_no_calendar")
    shown = [f"{name} ({house.config.calendars[name].timezone})" for name in names]
    return say(language, "made_calendars", calendars=", ".join(shown))
