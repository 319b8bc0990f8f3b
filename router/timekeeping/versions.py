"""Under which version of the file a clock runs, and what was promised by it. A clock keeps the version that it began under, until
somebody has it worked out again.

Told by the log alone: a version holds for what began after it was applied, and `recompute` puts what began from a day on under
the version of its own moment.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from pydantic import ValidationError

from config.calendars import CalendarSettings
from config.promises import PromiseSettings, order_of_promises
from router.house import House
from router.promises.policy import HousePolicy
from ventanilla.measures.stretch import Stretch
from ventanilla.measures.terms import CaseFacts, Terms
from ventanilla.store.tables import config_versions, events
from ventanilla.words import EventKind

_NEWEST = 2**62
log = structlog.get_logger(__name__)


class _Recomputed(NamedTuple):
    event_id: int
    since: datetime
    version: int


@dataclass(slots=True)
class Versions:
    """What held when. Made afresh for each unit of work."""

    connection: sa.Connection
    house: House
    _applied: list[tuple[int, int]] = field(default_factory=list)
    _recomputed: list[_Recomputed] = field(default_factory=list)
    _houses: dict[int, House] = field(default_factory=dict)
    _terms: dict[tuple[int, CaseFacts], Terms] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kinds = (EventKind.CONFIG_APPLIED, EventKind.RECOMPUTED)
        query = sa.select(events.c.id, events.c.kind, events.c.data).where(events.c.kind.in_(kinds))
        for row in self.connection.execute(query.order_by(events.c.id)):
            if row.kind == EventKind.CONFIG_APPLIED:
                self._applied.append((row.id, int(row.data["version"])))
            elif "since" in row.data:
                since = datetime.fromisoformat(row.data["since"])
                self._recomputed.append(_Recomputed(row.id, since, int(row.data["version"])))

    def suppose(self, version: int, since: datetime) -> None:
        """As if what began from that moment on were put under that version now."""
        self._recomputed.append(_Recomputed(_NEWEST, since, version))

    def of(self, stretch: Stretch) -> int:
        """The version that a clock runs under."""
        for again in reversed(self._recomputed):
            if stretch.event_id < again.event_id and stretch.started_at >= again.since:
                return again.version
        before = bisect_left(self._applied, (stretch.event_id, 0))
        if before:
            return self._applied[before - 1][1]
        return self._applied[0][1] if self._applied else self.house.version

    def terms(self, version: int, facts: CaseFacts) -> Terms:
        """What that version promises for such a case."""
        key = (version, facts)
        if key not in self._terms:
            if len(self._terms) > 2_000:
                self._terms.clear()
            self._terms[key] = HousePolicy(self._house(version)).terms(facts)
        return self._terms[key]

    def zone(self, version: int) -> ZoneInfo:
        """Where the house's wall clock hung."""
        return self._house(version).zone()

    def _house(self, version: int) -> House:
        if version == self.house.version:
            return self.house
        if version not in self._houses:
            content = self.connection.scalar(
                sa.select(config_versions.c.content).where(config_versions.c.id == version)
            )
            self._houses[version] = _as_it_was(self.house, version, content)
        return self._houses[version]


def _as_it_was(house: House, version: int, content: dict[str, Any] | None) -> House:
    """The house with that version's promises, calendars and time zone: all that clocks look at. A version whose content is not
    understood any more is taken to be as the present one."""
    if content is None:
        return house
    try:
        parts: dict[str, Any] = {
            "promises": {
                name: PromiseSettings.model_validate(content["promises"][name]) for name in order_of_promises(content)
            },
            "calendars": {
                name: CalendarSettings.model_validate(one) for name, one in content.get("calendars", {}).items()
            },
        }
    except ValidationError as error:
        log.warning("old_version_not_understood", version=version, problems=error.error_count())
        parts = {}
    zone = content.get("service", {}).get("timezone") or house.config.service.timezone
    parts["service"] = house.config.service.model_copy(update={"timezone": zone})
    return House(
        config=house.config.model_copy(update=parts),
        version=version,
        installation=house.installation,
    )
