"""Visits and calls that one of us enters by hand: how they stand in the ledger, and the case that each opens for its taker."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from router.assigning.responsible import Wanted, choose_responsible
from router.house import House
from router.incoming.by_rules import case_by_rules
from ventanilla.channel import Message, Party
from ventanilla.errors import BadMessage
from ventanilla.store.assignments import Grant
from ventanilla.store.conversations import NewCase, open_case
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents
from ventanilla.words import AddressKind, Origin

TAKEN_IN = "taken_in"
VISIT, CALL = "visit", "call"
_AGENT = "agent:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What somebody enters of a visit (`medium` "visit") or a call ("call"). A visitor without an address gets one of their own,
    `nobody`, so that they are a customer like any other."""

    agent: str
    medium: str
    name: str = ""
    phone: str = ""
    email: str = ""
    subject: str = ""
    text: str = ""
    nobody: str = ""

    def as_bytes(self) -> bytes:
        """How it stands in the ledger."""
        whole = self if self.phone or self.email else replace(self, nobody=f"in_person:{secrets.token_hex(8)}")
        return json.dumps(asdict(whole), ensure_ascii=False, sort_keys=True).encode()


def read_taken(raw: bytes) -> Message:
    """The same as a message: its customer at their phone or else their mail. Raises BadMessage."""
    try:
        taken = Taken(**json.loads(raw))
    except (ValueError, TypeError, RecursionError):
        raise BadMessage("it is nothing that was entered by hand") from None
    parties = [
        Party(address=address, name=taken.name, kind=kind)
        for address, kind in (
            (taken.phone, AddressKind.PHONE),
            (taken.email, AddressKind.EMAIL),
            (taken.nobody, AddressKind.OTHER),
        )
        if address
    ]
    if not parties:
        raise BadMessage("it names nobody")
    return Message(
        author=Party(address=f"{_AGENT}{taken.agent}", kind=AddressKind.OTHER),
        customer=parties[0],
        subject=taken.subject,
        text=taken.text,
        reply_text=taken.text,
        medium=taken.medium,
        shared=tuple(parties[1:]),
    )


def open_taken(
    connection: sa.Connection, house: House, row: sa.Row[Any], message: Message, contact: sa.Row[Any], journal: Journal
) -> sa.Row[Any]:
    """A case for it, by the rules like any other, except that it is whoever took it who answers for it."""
    agent = message.author.address.removeprefix(_AGENT)
    ruled, _ = case_by_rules(house, row, message, contact, team=_team_of(house, agent))
    new = replace(ruled, origin=Origin.IN_PERSON)
    return open_case(connection, new, _grant(connection, house, agent, new, contact, journal), journal)


def _grant(
    connection: sa.Connection, house: House, agent: str, new: NewCase, contact: sa.Row[Any], journal: Journal
) -> Grant:
    """Theirs; whoever has left since gets nothing, and the policy decides."""
    here = sa.select(agents.c.name).where(agents.c.name == agent, agents.c.enabled)
    if connection.scalar(here) is not None:
        return Grant(agent=agent, reason=TAKEN_IN, actor=agent, config_version=house.version, accepted=True)
    wanted = Wanted(team=new.team, contact=contact, language=new.language)
    return choose_responsible(connection, house, wanted, now=journal.now, actor=journal.actor)[0]


def _team_of(house: House, agent: str) -> str:
    """The first team that they are in, else the first there is."""
    teams = house.config.teams
    return next((name for name, team in teams.items() if agent in (*team.members, *team.duty)), next(iter(teams)))
