"""What a list's address asks for: which shelf, which filters, which page. What it does not know it takes for nothing asked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from desk.entry.person import Right
from desk.entry.seeing import visible_to
from desk.pages.page import Visit
from ventanilla.store.views.lists import Shelf, Wanted
from ventanilla.words import CaseState, Kind, Priority

STATES = tuple(state for state in CaseState if state is not CaseState.MERGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One list as its address says it. Each of `filters` is a name and a value that there is."""

    shelf: Shelf
    filters: dict[str, str]
    after: str

    def wanted(self, visit: Visit) -> Wanted:
        """The same as the store takes it."""
        state = self.filters.get("state")
        return Wanted(
            agent=visit.person.agent,
            shelf=self.shelf,
            visible=visible_to(visit.person),
            teams=teams_in_sight(visit),
            channel=self.filters.get("channel"),
            kind=self.filters.get("kind"),
            priority=self.filters.get("priority"),
            tag=self.filters.get("tag"),
            owner=self.filters.get("owner"),
            states=(CaseState(state),) if state else (),
        )


def asked_of(visit: Visit) -> Asked:
    """What the visitor asked for. Whoever has no cases of their own begins with everybody's."""
    offered = shelves(visit)
    named = visit.request.query_params.get("list", "")
    shelf = next((each for each in offered if each == named), offered[0])
    filters = {}
    for name, values in choices(visit, shelf).items():
        value = visit.request.query_params.get(name, "").strip()
        if value and (values is None or value in values):
            filters[name] = value
    return Asked(shelf=shelf, filters=filters, after=visit.request.query_params.get("after", ""))


def shelves(visit: Visit) -> tuple[Shelf, ...]:
    """Which lists this person has: who only looks has none of their own."""
    return tuple(Shelf) if visit.person.has(Right.ACT) else (Shelf.ALL, Shelf.LINE)


def choices(visit: Visit, shelf: Shelf) -> dict[str, Collection[str] | None]:
    """What a shelf can be narrowed down by, and to which values; None: to any."""
    config = visit.desk.config
    found: dict[str, Collection[str] | None] = {
        "channel": list(config.channels),
        "kind": [str(kind) for kind in Kind],
        "priority": [str(priority) for priority in Priority],
        "tag": None,
    }
    if shelf is Shelf.ALL:
        found["state"] = [str(state) for state in STATES]
    if visit.person.has(Right.OVERSEE) and shelf in (Shelf.ALL, Shelf.LINE):
        found["owner"] = list(config.agents)
    return found


def teams_in_sight(visit: Visit) -> Collection[str] | None:
    """The teams whose waiting line this person sees; None: every team's."""
    return None if visit.person.has(Right.OVERSEE) else visit.person.teams
