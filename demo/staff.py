"""The shop's people at work: they answer the customers that wait on them, from their telephones, a mail client or a terminal."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from demo import letters
from demo.ledger import MAIL
from demo.letters import Stamp
from demo.people import SHOP, SHOP_DOMAIN, Person
from demo.phones import Phones
from demo.post_office import PostOffice
from router.house import House
from router.moves.base import begin, find_case
from router.moves.refusals import Refused
from router.moves.reply import RESOLVE, Answer, write_reply
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.tables import agents, conversations, messages, outbox
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, Direction, OutboxKind, Side

THINK = timedelta(seconds=3)
"""How long somebody reads before they answer."""
BETWEEN = (0.8, 2.2)
"""Seconds between two answers, whoever gives them."""
_GONE = (DeliveryState.SENT, DeliveryState.DELIVERED)
_WORDS = {
    "es": (
        "Buenos días: lo acabo de mirar y le digo algo hoy mismo.",
        "Ya está en camino; le llegará mañana por la mañana.",
        "Sí, lo tenemos. Se lo guardo a su nombre hasta el sábado.",
        "Perdone la molestia. Se lo cambiamos sin coste; le escribo cuando esté listo.",
        "Le mando la factura corregida en un momento.",
    ),
    "en": (
        "Good morning, I have just looked into it and will tell you more today.",
        "It is on its way and will be with you tomorrow morning.",
        "Yes, we have it. I keep it for you until Saturday.",
        "I am sorry about that. We will change it free of charge; I write as soon as it is ready.",
        "I will send you the corrected invoice in a moment.",
    ),
}
_WAITING = (
    sa.select(
        conversations.c.id,
        conversations.c.key,
        conversations.c.owner,
        conversations.c.channel,
        conversations.c.language,
        conversations.c.waiting_since,
        outbox.c.via,
        outbox.c.external_id,
    )
    .join(agents, agents.c.name == conversations.c.owner)
    .join(
        outbox,
        (outbox.c.conversation_id == conversations.c.id)
        & (outbox.c.assignment_number == conversations.c.assignment_number)
        & (outbox.c.agent == conversations.c.owner),
    )
    .where(conversations.c.waiting_since.is_not(None), conversations.c.owned == 1, agents.c.on_duty)
    .where(outbox.c.kind == OutboxKind.NOTICE, outbox.c.state.in_(_GONE), outbox.c.sent_at < sa.bindparam("read_by"))
    .order_by(conversations.c.waiting_since, conversations.c.id)
)
_NEWEST = (
    sa.select(messages)
    .where(messages.c.conversation_id == sa.bindparam("case_id"), messages.c.direction == Direction.IN)
    .order_by(messages.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A case whose owner has read that its customer waits."""

    case_id: int
    key: str
    owner: str
    channel: str
    language: str
    since: datetime
    via: str
    notice: str


class Staff:
    """Everybody of the shop who answers. Used by one thread.

    `on_telegram` are those who have it, as Telegram shows them: they answer the notice itself. The others answer mails from an
    ordinary mail client on the shop's mailbox, and everything else by command.
    """

    def __init__(
        self,
        store: Store,
        house: Callable[[], House],
        phones: Phones,
        office: PostOffice,
        *,
        on_telegram: Mapping[str, Mapping[str, Any]],
        seed: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._house = house
        self._phones = phones
        self._office = office
        self._on_telegram = on_telegram
        self._rng = random.Random(seed)
        self._clock = clock
        self._run = f"{self._rng.getrandbits(32):08x}"
        self._answered: set[tuple[int, datetime]] = set()

    def live(self, stop: threading.Event) -> None:
        """Answer until `stop`, whoever has waited longest first; a store that is busy is looked at again."""
        while not stop.wait(self._rng.uniform(*BETWEEN)):
            with suppress(Temporary):
                self.answer_next()

    def answer_next(self) -> str | None:
        """One answer; the key of its case, None where nobody has read of a case that still waits."""
        told = self._next()
        if told is None:
            return None
        self._answered.add((told.case_id, told.since))
        text = self._rng.choice(_WORDS[told.language if told.language in _WORDS else "es"])
        user = self._on_telegram.get(told.owner)
        if user is not None and told.via == STAFF_TELEGRAM:
            self._phones.answer_notice(user, int(told.notice.rpartition("/")[2]), text)
        elif told.channel == MAIL:
            self._from_mailbox(told, text)
        else:
            self._by_command(told, text)
        return told.key

    def _next(self) -> Told | None:
        with self._store.read() as connection:
            rows = connection.execute(_WAITING, {"read_by": self._clock() - THINK})
            for row in rows:
                if (row.id, row.waiting_since) not in self._answered:
                    return Told(
                        case_id=row.id,
                        key=row.key,
                        owner=row.owner,
                        channel=row.channel,
                        language=row.language,
                        since=row.waiting_since,
                        via=row.via,
                        notice=row.external_id or "",
                    )
        return None

    def _from_mailbox(self, told: Told, text: str) -> None:
        """As any mail client does it: sent from the shop's address under one's own name, with a copy in Sent."""
        with self._store.read() as connection:
            newest = connection.execute(_NEWEST, {"case_id": told.case_id}).one()
        name = self._house().config.agents[told.owner].name or told.owner
        stamp = Stamp(message_id=f"<{self._run}.{len(self._answered)}@{SHOP_DOMAIN}>", at=self._clock())
        writer = Person(name=name, address=SHOP, language=told.language)
        mail = letters.plain(writer, f"Re: {newest.subject}", text, stamp, to=newest.from_address)
        if newest.external_id:
            mail["In-Reply-To"] = mail["References"] = newest.external_id
        self._office.send_from_shop(mail, to=newest.from_address)

    def _by_command(self, told: Told, text: str) -> None:
        """As `ventanilla reply KEY --resolve` does it. What is refused now (a colleague was faster) is nobody's trouble."""
        with suppress(Refused), self._store.write() as connection:
            move = begin(connection, self._house(), told.owner, Side.COMMAND, now=self._clock())
            write_reply(move, find_case(move, told.key), Answer(text=text, then=RESOLVE))
            move.journal.flush(connection)
