"""Until when somebody is to say that a case is in their hands. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from router.house import House
from ventanilla.clocks.calendar import NeverOpens
from ventanilla.clocks.due import due_at


def accept_by(house: House, team: str, agent: str, *, now: datetime) -> datetime | None:
    """The instant (UTC) by which a team's case that they get now is to be accepted; None where the team asks nobody to.

    The time is counted in the person's own shift: nobody can accept anything while they are not there.
    """
    settings, person = house.config.teams.get(team), house.config.agents.get(agent)
    if settings is None or settings.accept_within is None or person is None:
        return None
    try:
        return due_at(now, settings.accept_within, house.calendar(person.calendar))
    except NeverOpens:
        return None


def has_lapsed(*, now: datetime, within: timedelta, on_duty_since: datetime | None) -> bool:
    """Whether somebody on duty who should have accepted by now has also been there for the whole time since they came back:
    after an absence it begins anew."""
    return on_duty_since is None or now - on_duty_since >= within
