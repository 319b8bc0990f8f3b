"""A message that its author changed: a version beside the first one, in the same case, whichever of them arrives first.

A version restarts no clock and opens no turn. Whoever waits for an answer is shown it in the notice that they are waited for in;
where nobody waits on us, the owner is told apart, for it may change what was answered. A version whose first one is not known
is kept as the message itself; when the first one comes after all, it heads its versions and is told to nobody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from router.house import House, is_first_turn
from router.incoming.matching import survivor
from router.notices.rewriting import tell_more
from router.notices.turn import Waiting
from router.notices.writing import write_alert
from router.texts import phrase
from ventanilla.store.conversations import lock_case, open_turn
from ventanilla.store.events import Journal
from ventanilla.store.messages import Received
from ventanilla.store.versions import add_late_original, add_version, first_version

CAME_FIRST = "a changed message whose first version was not known when it came"
"""Why a ledger row of an ordinary message is marked: its first version may still arrive."""


def place_version(connection: sa.Connection, house: House, received: Received, journal: Journal) -> bool:
    """Put a version beside its first one, or the first one before the versions that came earlier. False when the message is
    neither: it is to be placed like any other. The caller holds the sender's address."""
    message = received.message
    known_as = message.edits or (message.external_id if message.conversational else None)
    if not known_as:
        return False
    first = first_version(
        connection,
        known_as,
        channel=received.row.channel,
        account=message.account,
        address=message.customer.address,
    )
    if first is None:
        return False
    if message.edits:
        _add_version(connection, house, first, received, journal)
        return True
    if first.kept_as == CAME_FIRST:
        _add_late_original(connection, house, first, received, journal)
        return True
    return False


def as_original(received: Received) -> Received:
    """A version whose first one is not known, as the message itself, under the name that both have."""
    return replace(received, message=replace(received.message, external_id=received.message.edits, edits=None))


def _add_version(
    connection: sa.Connection, house: House, first: sa.Row[Any], received: Received, journal: Journal
) -> None:
    written_in = lock_case(connection, first.conversation_id)
    message_id = add_version(connection, written_in, first, received, journal)
    case = survivor(connection, written_in)
    if case.waiting_since is not None:
        tell_more(connection, house, case, journal)
    else:
        _tell_owner(connection, house, case, received, message_id, journal)


def _add_late_original(
    connection: sa.Connection, house: House, version: sa.Row[Any], received: Received, journal: Journal
) -> None:
    written_in = lock_case(connection, version.conversation_id)
    add_late_original(connection, written_in, version, received, journal)
    case = survivor(connection, written_in)
    at = received.row.received_at
    if case.waiting_since is not None and at < case.waiting_since:  # the customer has waited since the first version
        due = house.due(case, at, first=is_first_turn(case))
        open_turn(connection, case, journal, at=at, due_at=due)


def _tell_owner(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    received: Received,
    message_id: int,
    journal: Journal,
) -> None:
    language = house.config.service.language
    waiting = Waiting.for_message(received.message, message_id)
    hidden = house.config.staff.notice_body == "none"
    excerpt = phrase(language, "hidden") if hidden else waiting.quoted()
    write_alert(
        connection,
        house,
        to=_owner_or_duty(house, case, journal),
        occasion=f"edited:{message_id}",
        subject=phrase(language, "edited_subject", key=case.key),
        body=phrase(language, "edited", customer=waiting.name, key=case.key, excerpt=excerpt),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )


def _owner_or_duty(house: House, case: sa.Row[Any], journal: Journal) -> list[str]:
    """Who was last responsible, if they are still with us; else the first of the team's duty list."""
    owner = house.config.agents.get(case.owner)
    if owner is not None and owner.is_here(house.today(journal.now)):
        return [case.owner]
    return list(house.config.teams[case.team].duty[:1]) if case.team in house.config.teams else []
