"""What would become of a message now: screened how, in which language, by which rules, whose. Asks the store and changes nothing.

The file counts as it stands, even where it is not in force yet: its people, teams and shifts; of the store come the customer,
who holds how much, and who is away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from router.assigning.presence import Away, presence_at
from router.assigning.responsible import Wanted, choose_responsible
from router.assigning.rules import Decided, Facts, Tried, try_rules
from router.house import House
from router.incoming.facts import facts_of
from router.incoming.languages import language_and_source
from router.incoming.screening import Known, is_staff, screen
from router.promises.choosing import Chosen
from ventanilla.channel import Message, Screening
from ventanilla.measures.terms import CaseFacts
from ventanilla.store.agents import Person, absences_of
from ventanilla.store.assignments import Grant
from ventanilla.store.contacts import contact_at
from ventanilla.store.tables import agents
from ventanilla.words import Kind, Priority, Verdict

ACTOR = "rehearsal"
_NOBODY_YET = SimpleNamespace(id=0, language=None, tags=(), last_owner=None, account_manager=None, restriction=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How it would go. `grant` is None where there is no store to ask; `due_at` is UTC, None where nothing is promised."""

    screening: Screening
    is_contact: bool
    language: str
    language_from: str
    facts: Facts
    decided: Decided
    tried: Sequence[Tried]
    team: str
    promise: Chosen
    due_at: datetime | None
    grant: Grant | None = None

    @property
    def opens(self) -> bool:
        """Whether it would be let in at all."""
        return self.screening.verdict is Verdict.ACCEPT


def rehearse(
    house: House, channel: str, message: Message, *, at: datetime, connection: sa.Connection | None = None
) -> Rehearsal:
    """Go through it as routing would for a message that came in at that moment and opens a case. Writes nothing, locks nothing."""
    found = contact_at(connection, message.customer) if connection is not None else None
    contact: Any = found if found is not None else _NOBODY_YET
    language, source = language_and_source(message, contact.language, house.language_of(channel))
    facts = facts_of(house, channel, message, tags=contact.tags, language=language, at=at)
    decided, tried = try_rules(house.config.rules, facts)
    wanted = Wanted(
        team=decided.team or house.config.channels[channel].team,
        contact=contact,
        language=language,
        skills=frozenset(decided.skills),
        languages=frozenset(decided.languages),
        named_agent=decided.agent,
        just_written=True,
    )
    begins = CaseFacts(
        channel=channel,
        team=wanted.team,
        kind=Kind(decided.kind or Kind.QUERY),
        priority=Priority(decided.priority or Priority.NORMAL),
        tags=decided.tags,
        received_at=at,
        promise=decided.promise,
    )
    return Rehearsal(
        screening=_screening(connection, house, message, is_contact=found is not None),
        is_contact=found is not None,
        language=language,
        language_from=source,
        facts=facts,
        decided=decided,
        tried=tried,
        team=wanted.team,
        promise=house.promise_of(begins),
        due_at=house.due(begins, at, first=True),
        grant=None if connection is None else _grant(connection, house, wanted, at),
    )


def _screening(connection: sa.Connection | None, house: House, message: Message, *, is_contact: bool) -> Screening:
    ours = message.author.address in house.staff_addresses
    if connection is not None:
        ours = is_staff(connection, house, message.author)
    return screen(message, known=Known(is_contact=is_contact, is_staff=ours), note=None)


def _grant(connection: sa.Connection, house: House, wanted: Wanted, at: datetime) -> Grant:
    look = partial(_people, house=house, at=at)
    return choose_responsible(connection, house, wanted, now=at, actor=ACTOR, look=look)[0]


def _people(
    connection: sa.Connection, team: str, others: Sequence[str], *, house: House, at: datetime
) -> tuple[list[Person], frozenset[str]]:
    """Those who would be candidates under this file, as they would be at that moment."""
    members = house.config.teams[team].members
    today = house.today(at)
    here = {name: one for name, one in house.config.agents.items() if one.is_here(today)}
    names = sorted({*members, *others} & here.keys())
    kept = {row.name: row for row in connection.execute(sa.select(agents).where(agents.c.name.in_(names)))}
    away: dict[str, list[Away]] = {}
    for row in absences_of(connection, names, now=at):
        away.setdefault(row.agent, []).append(Away(since=row.starts_at, until=row.ends_at))
    rows = [
        Person(
            name=name,
            on_duty=presence_at(at, house.calendar(here[name].calendar), away.get(name, [])).on_duty,
            load=kept[name].load if name in kept else 0,
            capacity=here[name].capacity,
            last_assigned_at=kept[name].last_assigned_at if name in kept else None,
            duty_since=kept[name].duty_since if name in kept else None,
        )
        for name in names
    ]
    return rows, frozenset(members)
