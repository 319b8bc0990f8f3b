"""A visit or a call that one of us enters by hand: checked, and put into the ledger like whatever else comes in."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import datetime

from config.region import home_region
from router.incoming.in_person import CALL, VISIT, Taken
from router.moves.base import Move
from router.moves.once import scoped
from router.moves.refusals import Refused
from ventanilla.phones import e164
from ventanilla.store.by_hand import put_by_hand

HOW = {"in_person": VISIT, "phone": CALL}
"""By the word that people say how somebody came."""
_MAIL = re.compile(r"[^\s@<>()\",;:]+@[^\s@<>()\",;:.]+(\.[^\s@<>()\",;:.]+)+")


def take(
    move: Move, taken: Taken, *, at: datetime | None = None, idempotency_key: str | None = None
) -> tuple[int, bool]:
    """Put what somebody told one of us at `at` (aware; default now) into the ledger; return the row's id, and whether it is new:
    the same idempotency key gives the first again. Routing it opens the case. Raises Refused."""
    moment = at or move.now
    if moment > move.now:
        raise Refused("in_the_future", when=moment.isoformat())
    if not (taken.name.strip() or taken.phone.strip() or taken.email.strip()):
        raise Refused("nobody_to_know_by")
    whole = replace(taken, agent=move.agent, phone=_phone(move, taken.phone), email=_mail(taken.email))
    key = scoped(move.agent, "take", idempotency_key) if idempotency_key else secrets.token_hex(16)
    return put_by_hand(move.connection, key=key, raw=whole.as_bytes(), at=moment, now=move.now)


def _phone(move: Move, typed: str) -> str:
    if not typed.strip():
        return ""
    number = e164(typed, home_region(move.house.config))
    if number is None:
        raise Refused("odd_address", address=typed, sort="phone number")
    return number


def _mail(typed: str) -> str:
    if typed.strip() and not _MAIL.fullmatch(typed.strip()):
        raise Refused("odd_address", address=typed, sort="mail address")
    return typed.strip().lower()
