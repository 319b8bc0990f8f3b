"""Complaints and claims under a law end with a reasoned answer: one that was given, why, and whether the customer was right."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from config.packs import Pack
from config.packs.pack import Duty
from router.moves.base import Move
from router.moves.refusals import Refused
from router.promises.incomplete import asked_to_complete
from router.promises.lawful import REASONED, law_of
from ventanilla.clocks.due import spoken
from ventanilla.store.tables import conversations, messages
from ventanilla.words import Direction, Kind

OTHERWISE = "told_otherwise"
_LEAST = 4
_LAST_ANSWER = (
    sa.select(messages.c.reply_text)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(messages.c.direction == Direction.OUT, messages.c.replied_at.is_not(None), sa.not_(messages.c.automatic))
    .order_by(messages.c.replied_at.desc(), messages.c.id.desc())
    .limit(1)
)


class Upheld(StrEnum):
    """Whether whoever complained or claimed was right."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"


def require_reasoned(
    move: Move, case: sa.Row[Any], *, reason: str, upheld: Upheld | None, on_its_way: str | None, otherwise: bool
) -> dict[str, str]:
    """What stands on record of the end of a case that a law looks at; nothing for any other. `on_its_way` is the text of an answer
    that is still to go out, `otherwise` that the bodies to turn to were named in another way. Raises Refused."""
    law = law_of(move.house, case)
    if law is None:
        return {} if upheld is None else {"upheld": str(upheld)}
    answered = on_its_way is not None or (case.waiting_since is None and case.first_response_at is not None)
    if case.kind in (*REASONED, Kind.REQUEST) and not answered:
        raise Refused("owed_answer", key=case.key, kind=case.kind, law=law.name)
    if case.kind not in REASONED:
        return {} if upheld is None else {"upheld": str(upheld)}
    if upheld is None:
        raise Refused("needs_outcome", key=case.key, kind=case.kind, law=law.name)
    if not reason:
        raise Refused("needs_reason", key=case.key, kind=case.kind)
    _require_time_to_complete(move, case, upheld)
    _require_bodies(move, case, law, upheld, on_its_way, otherwise=otherwise)
    return {"upheld": str(upheld), "law": law.name, **({"bodies": OTHERWISE} if otherwise else {})}


def require_no_hurry(move: Move, case: sa.Row[Any]) -> None:
    """Raises Refused where an answer cannot end the case by itself: whether the customer was right must be said with it."""
    law = law_of(move.house, case)
    if law is not None and case.kind in REASONED:
        raise Refused("needs_outcome", key=case.key, kind=case.kind, law=law.name)


def _require_time_to_complete(move: Move, case: sa.Row[Any], upheld: Upheld) -> None:
    asked = asked_to_complete(move.connection, case.id)
    if upheld is not Upheld.YES and asked is not None and move.now < asked.until:
        when = spoken(asked.until, move.house.zone(), "en", now=move.now)
        raise Refused("time_to_complete", key=case.key, when=when, at=asked.until.isoformat())


def _require_bodies(
    move: Move, case: sa.Row[Any], law: Pack, upheld: Upheld, on_its_way: str | None, *, otherwise: bool
) -> None:
    settings = move.house.promise_of(case).settings
    bodies = settings.bodies if settings is not None else None
    if upheld is Upheld.YES or otherwise or bodies is None or not law.requires(Duty.BODIES):
        return
    said = on_its_way or move.connection.scalar(_LAST_ANSWER, {"case_id": case.id}) or ""
    if not names_bodies(said, bodies):
        raise Refused("name_bodies", key=case.key, law=law.name, bodies=bodies)


def names_bodies(text: str, bodies: str) -> bool:
    """Whether a text names one of these bodies: any part of them between commas, whatever its capitals and accents."""
    said = _plain(text)
    parts = (_plain(part) for part in bodies.replace(";", ",").replace("\n", ",").split(","))
    return any(part in said for part in parts if len(part) >= _LEAST)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(one for one in folded if not unicodedata.combining(one)).split())
