"""A note on a case, for our own people: it never goes out and changes no clock and no owner. Whoever it names is told, once."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.incoming.matching import survivor
from router.moves.accept import note_accepted
from router.moves.base import Move, find_case
from router.moves.refusals import Refused
from router.moves.words import tell
from router.notices.writing import write_alert
from ventanilla.store.notes import put_note
from ventanilla.words import EventKind, Role

_NAMED = re.compile(r"(?<![\w@.])@([\w][\w.\-]*)")
_SHOWN = 600


def add_note(move: Move, key: str, text: str, *, idempotency_key: str | None = None) -> int:
    """Write a note on a case, whoever's it is and whatever its state; return its id. On a merged case it stands on the survivor.

    `@luis` tells that person. The same idempotency key gives the first note again. Raises Refused.
    """
    if not text.strip():
        raise Refused("no_note")
    case = survivor(move.connection, find_case(move, key))
    scoped = idempotency_key and f"{move.agent}:{hashlib.sha256(idempotency_key.encode()).hexdigest()}"
    note_id, is_new = put_note(
        move.connection,
        case.id,
        agent=move.agent,
        side=move.side,
        text=text.strip(),
        now=move.now,
        idempotency_key=scoped,
    )
    if is_new:
        named = [name for name in people_named(move.house, text) if name != move.agent]
        move.journal.add(
            EventKind.NOTED, conversation_id=case.id, agent=move.agent, data={"note": note_id, "named": named}
        )
        _tell(move, case, note_id, named, text.strip())
        note_accepted(move.connection, case, move.agent, move.journal)
    return note_id


def people_named(house: House, text: str) -> list[str]:
    """Who of us a text names behind an @, by the name in the file or the one that is shown; each once, auditors too."""
    known = {name.casefold(): name for name in house.config.agents}
    known |= {
        one.name.casefold(): name for name, one in house.config.agents.items() if one.name and " " not in one.name
    }
    words = (match.group(1).rstrip(".-_").casefold() for match in _NAMED.finditer(text))
    return list(dict.fromkeys(known[word] for word in words if word in known))


def _tell(move: Move, case: sa.Row[Any], note_id: int, named: list[str], text: str) -> None:
    house, language = move.house, move.house.config.service.language
    here = [name for name in named if house.config.agents[name].is_here(house.today(move.now))]
    hidden = house.config.staff.notice_body == "none"
    shown = text if len(text) <= _SHOWN else text[:_SHOWN].rsplit(" ", 1)[0] + " …"
    author = shown_name(house, move.agent)
    write_alert(
        move.connection,
        house,
        to=here,
        occasion=f"note:{note_id}",
        subject=tell(language, "mentioned_subject", agent=author, key=case.key),
        body=tell(language, "mentioned", agent=author, key=case.key, text="…" if hidden else shown),
        now=move.now,
        channel=case.channel,
        case_id=case.id,
    )


def shown_name(house: House, agent: str) -> str:
    """How one of us is called in texts."""
    settings = house.config.agents.get(agent)
    return settings.name if settings is not None and settings.name else agent


def can_work(house: House, agent: str) -> bool:
    """Whether somebody of this name may do more than look."""
    settings = house.config.agents.get(agent)
    return settings is not None and settings.role is not Role.AUDITOR
