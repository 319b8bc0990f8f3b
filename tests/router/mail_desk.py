"""A house with one case of Ana's, whose notice she answers by mail: what she writes, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.faults.audited import audited
from tests.router.answer_styles import Notice, answer, no_quote
from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import InboxState, OutboxKind

TRUSTED = 'trusted_authserv = "mx.example.com"'


PROVEN = "mx.example.com; dkim=pass header.d=example.com; dmarc=pass (p=REJECT) header.from=example.com"


SAID = "Hola, Lucía:\nsu pedido salió ayer y llega mañana.\n\nUn saludo."


class MailDesk:
    """One house with one case of Ana's, whose notice she answers."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.house.receive(mail(message_id="<pregunta@clientes.example>"))
        self.house.later(minutes=5)

    @property
    def case(self) -> sa.Row[Any]:
        return self.house.rows(conversations)[0]

    @property
    def notice(self) -> Notice:
        row = self.letters(OutboxKind.NOTICE)[0]
        return Notice(
            subject=row.payload["subject"],
            text=row.payload["text"],
            message_id=row.message_id,
            reply_to=row.payload.get("reply_to", "soporte@example.com"),
        )

    def letters(self, kind: OutboxKind) -> Sequence[sa.Row[Any]]:
        return self.house.rows(outbox, lambda t: t.c.kind == kind)

    def answers(self, said: str = SAID, notice: Notice | None = None, /, **headers: str) -> InboxState | None:
        """Ana's mail, vouched for unless `headers` say otherwise; an empty value leaves one out."""
        given = {"Authentication_Results": PROVEN, **headers}
        return self.house.receive(answer(notice or self.notice, no_quote(said, self.notice), **given).as_bytes())

    def replies(self) -> list[str]:
        return [row.text for row in self.house.rows(messages, lambda t: t.c.direction == "out")]

    def told(self) -> list[str]:
        rows = self.letters(OutboxKind.ALERT)
        assert all(row.recipient.endswith("@example.com") for row in rows)
        return [row.payload["text"] for row in rows]

    def is_sound(self) -> bool:
        return audited(self.house.store, now=self.house.now)


def mail_desk(store: Store, folder: Path, **settings: str) -> MailDesk:
    """The house whose one agent is Ana, and whose mail server is trusted on who wrote."""
    return MailDesk(House(store, folder, settings={"members": '"ana"', "staff": TRUSTED, **settings}))
