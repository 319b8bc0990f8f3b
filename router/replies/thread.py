"""How an answer by mail hangs on what it answers: subject, ids, the address that leads back to it. Writes nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from config.email import EmailSettings
from config.providers import provider_at
from router.house import House
from router.replies.tokens import token_in
from ventanilla.signing import Purpose, message_id
from ventanilla.store.tables import messages, outbox
from ventanilla.words import Direction, OutboxKind

MOST_REFERENCES = 21
"""The first, which some programs group by, and the last twenty (RFC 5537, 3.4.4 keeps both ends too)."""
MOST_OF_OURS = 5
_LONGEST_ID = 250
_LONGEST_SUBJECT = 400
_LONGEST_LOCAL = 64
_ID = re.compile(r"^<[\x21-\x3b\x3d\x3f-\x7e]+>$")
_AGAIN = re.compile(r"(?i)^\s*(?:(?:re|aw|sv|antw|res|rif|vs|odp)\s*(?:\[\d+\]|\(\d+\))?\s*[:\uff1a]\s*)+")
_TO_CUSTOMERS = (OutboxKind.REPLY, OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC)
_OURS = (
    sa.select(outbox.c.message_id)
    .where(outbox.c.conversation_id.in_(sa.bindparam("cases", expanding=True)))
    .where(outbox.c.recipient == sa.bindparam("recipient"), outbox.c.kind.in_(_TO_CUSTOMERS))
    .where(outbox.c.message_id.is_not(None), outbox.c.sent_at < sa.bindparam("before", type_=outbox.c.sent_at.type))
    .order_by(outbox.c.id.desc())
    .limit(MOST_OF_OURS)
)
_WRITTEN_TO = sa.select(messages.c.recipients, messages.c.cc).where(
    messages.c.conversation_id.in_(sa.bindparam("cases", expanding=True)), messages.c.direction == Direction.IN
)


def subject_of_reply(subject: str) -> str:
    """`Re: ` once, however often the others said it, in whatever language."""
    rest = _AGAIN.sub("", one_line(subject))[:_LONGEST_SUBJECT].strip()
    return f"Re: {rest}" if rest else "Re:"


def one_line(text: str) -> str:
    """Without line breaks or anything else that does not show: fit for a header."""
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())


def own_message_id(house: House, case: sa.Row[Any], occasion: str) -> str:
    """Our signed id for this answer: the same occasion gives the same id."""
    nonce = hashlib.sha256(f"reply:{case.id}:{occasion}".encode()).hexdigest()[:16]
    return message_id(
        house.installation.signing_key,
        purpose=Purpose.CUSTOMER,
        case_key=case.key,
        nonce=nonce,
        domain=_ascii(house.mail_domain(case.channel)),
    )


def in_reply_to(newest: sa.Row[Any] | None) -> str | None:
    """The id of what is answered, where it has one that a header may carry."""
    found = newest.external_id if newest is not None else None
    return found if found and _fits(found, most=900) else None


def thread_of(answered: str | None, before: Sequence[str] = ()) -> dict[str, Any]:
    """What hangs an automatic mail on the mail that it answers, which referred to `before`: the last ten ids,
    without what is none and without any that only our own people may see."""
    known = answered if answered and _fits(answered, most=900) else None
    fit = [one for one in dict.fromkeys(before) if _fits(one) and one != known]
    return {"in_reply_to": known, "references": [*fit, *([known] if known else [])][-10:]}


def _fits(one: str, *, most: int = _LONGEST_ID) -> bool:
    """Whether an id may stand in a header of what a customer gets."""
    return bool(_ID.match(one)) and len(one) <= most and token_in(one) is None


def references(
    connection: sa.Connection, newest: sa.Row[Any] | None, *, cases: Sequence[int], recipient: str
) -> list[str]:
    """The thread up to what is answered, oldest first: what the customer's mail referred to, what we had sent them by then, the
    mail itself. Bounded by number and length; the first stays.

    What we sent after it (its receipt) is no ancestor: named before it, it would become its parent in the customer's program.
    """
    if newest is None:
        return []
    known = {"cases": list(cases), "recipient": recipient, "before": newest.received_at or newest.routed_at}
    ours = list(connection.scalars(_OURS, known))
    answered = in_reply_to(newest)
    beside = [one for one in reversed(ours) if one not in newest.refs]
    named = (*newest.refs[:1], *beside, *newest.refs[1:])  # what is answered stays next to what it answered
    before = [one for one in dict.fromkeys(named) if one and one != answered]
    fit = [one for one in before if _fits(one)]
    thread = [*fit, *([answered] if answered else [])]
    return thread if len(thread) <= MOST_REFERENCES else [thread[0], *thread[1 - MOST_REFERENCES :]]


def reply_address(connection: sa.Connection, house: House, case: sa.Row[Any], *, cases: Sequence[int]) -> str | None:
    """`local+KEY@domain`, where the mailbox is known to get what is sent there; None where it may not.

    "auto" trusts a provider that keeps plus-addresses, and a mailbox that has got mail at one in this very case. A wrong guess
    would send the customer's answer back to them, while without it their program's In-Reply-To still finds the case.
    """
    settings = house.config.channels[case.channel]
    if not isinstance(settings, EmailSettings) or settings.plus_address is False:
        return None
    local, _, domain = settings.address.partition("@")
    if "+" in local or len(local) + len(case.key) + 1 > _LONGEST_LOCAL:
        return None
    if settings.plus_address == "auto" and not _keeps_plus(connection, settings, cases):
        return None
    return f"{local}+{case.key}@{domain}"


def _keeps_plus(connection: sa.Connection, settings: EmailSettings, cases: Sequence[int]) -> bool:
    provider = provider_at(settings.imap.host)
    if provider is not None and provider.keeps_plus:
        return True
    local, _, domain = settings.address.partition("@")
    written_to = connection.execute(_WRITTEN_TO, {"cases": list(cases)}).all()
    addresses = [address for row in written_to for address in (*row.recipients, *row.cc)]
    return any(one.startswith(f"{local}+") and one.endswith(f"@{domain}") for one in addresses)


def _ascii(domain: str) -> str:
    """As a Message-ID carries it."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return "ventanilla.invalid"
