"""What a house has promised, as terms that clocks run by, under the version of its file in force. Asks no store and no clock."""

from __future__ import annotations

from dataclasses import dataclass

from config.promises import PromiseSettings, Target
from router.house import House
from router.promises.choosing import choose_promise
from ventanilla.clocks.calendar import Calendar
from ventanilla.measures.terms import CaseFacts, Committed, Deadline, Terms
from ventanilla.words import Metric


@dataclass(frozen=True, slots=True)
class HousePolicy:
    """Chooses terms from the file's promises (ventanilla/measures/terms.py, `Policy`)."""

    house: House

    def terms(self, facts: CaseFacts) -> Terms:
        """What is promised for such a case: its first response, the later ones and its resolution each by themselves, and the days
        by which the law wants an answer. Without a promise nothing is committed, and the calendar is always open."""
        chosen = choose_promise(self.house.config.promises, facts, tags=facts.tags)
        settings = chosen.settings or PromiseSettings()
        calendar = self.house.calendar(settings.calendar)
        return Terms(
            promise=chosen.name,
            config_version=self.house.version,
            calendar_name=settings.calendar,
            calendar=calendar,
            committed={metric: _committed(target) for metric, target in committed_to(settings).items()},
            warn_at=settings.warn_at,
            deadlines=self._deadlines(settings, facts, calendar),
        )

    def _deadlines(self, settings: PromiseSettings, facts: CaseFacts, calendar: Calendar) -> tuple[Deadline, ...]:
        """Where the promise names no calendar, days end as they do on the wall of the house."""
        from config.check_law import pack_of
        from router.promises.law import deadlines

        law = pack_of(settings)
        if law is None:
            return ()
        days = calendar if settings.calendar is not None else Calendar.always(self.house.config.service.timezone)
        return deadlines(law, kind=facts.kind, tags=facts.tags, received_at=facts.received_at, calendar=days)


def committed_to(settings: PromiseSettings) -> dict[Metric, Target]:
    """Which clock each target is of. A promise without one for later messages keeps for them what it says of the first."""
    found = {
        Metric.FIRST_RESPONSE: settings.first_response,
        Metric.NEXT_RESPONSE: settings.next_response or settings.first_response,
        Metric.FIRST_RESOLUTION: settings.resolution,
    }
    return {metric: target for metric, target in found.items() if target is not None}


def _committed(target: Target) -> Committed:
    return Committed(within=target.within, target=target.target)
