"""Plays a fortnight on a real store, through the router and the moves that people make. Works nothing out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cli.applying import apply_file
from router.house import open_house
from router.moves.base import find_case
from router.moves.merge import merge
from router.moves.reply import Answer, write_reply
from router.moves.resolve import resolve
from router.moves.transfer import transfer
from router.reading import Readers
from router.replies.answered import note_reply_failed
from router.service import Router
from tests.fortnight.script import BEGINS, Action, Fortnight, Plan
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.moving import acting, do, go_out
from ventanilla.channel import Message
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.words import DeliveryState, OutboxKind, Resolution

TOML = """
[service]
name = "Ferretería Sol"
data_dir = "{data_dir}"
language = "es"
timezone = "Europe/Madrid"

[channels.soporte]
kind = "email"
mode = "live"
team = "atencion"
address = "soporte@example.com"
acknowledge = {{ enabled = false }}
imap = {{ host = "127.0.0.1", port = 1143, security = "none", user = "soporte", password = "x" }}
smtp = {{ host = "127.0.0.1", port = 1025, security = "none" }}

[channels.ventas]
kind = "email"
mode = "live"
team = "ventas"
address = "ventas@example.com"
acknowledge = {{ enabled = false }}
imap = {{ host = "127.0.0.1", port = 1143, security = "none", user = "ventas", password = "x" }}
smtp = {{ host = "127.0.0.1", port = 1025, security = "none" }}

[channels.chat]
kind = "telegram"
mode = "live"
team = "atencion"
token = "7000:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
acknowledge = {{ enabled = false }}

[teams.atencion]
members = ["ana", "luis"]
duty = ["marta"]

[teams.ventas]
members = ["eva", "noa"]
duty = ["marta"]

[agents.ana]
email = "ana@example.com"
capacity = 5000
[agents.luis]
email = "luis@example.com"
capacity = 5000
[agents.eva]
email = "eva@example.com"
capacity = 5000
[agents.noa]
email = "noa@example.com"
capacity = 5000
[agents.marta]
email = "marta@example.com"
capacity = 5000
role = "supervisor"

[calendars.madrid]
hours = {{ mon-thu = ["09:00-14:00", "15:00-18:00"], fri = ["09:00-15:00"] }}
holidays = {{ country = "ES", region = "MD", extra = [{extra}] }}
special = {{ "2026-03-27" = ["09:00-12:00"] }}

[calendars.noche]
timezone = "Atlantic/Canary"
hours = {{ sun-thu = ["22:00-06:00"], fri-sat = ["20:00-04:00"] }}

[promises.normal]
calendar = "madrid"
first_response = {{ within = "1h" }}
next_response = {{ within = "4h" }}
resolution = {{ within = "20h", target = 80 }}

[promises.guardia]
calendar = "noche"
first_response = {{ within = "{guardia}" }}
next_response = {{ within = "5h" }}
resolution = {{ within = "30h", target = 80 }}

[[rules]]
when = {{ channel = "ventas" }}
then = {{ promise = "guardia" }}

[[rules]]
when = {{ subject = "(?i)reclamo" }}
then = {{ kind = "claim" }}
"""


@dataclass
class Shop(ChatHouse):
    """The shop; its clock goes where the script is."""

    settings: dict[str, str] = field(default_factory=lambda: {"extra": "", "guardia": "2h"})
    now: datetime = BEGINS
    said_first: dict[int, Message] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)  # by plan, the row of the outbox that was written last

    def apply(self, **settings: str) -> None:
        from config.load import load_config

        self.settings |= settings
        path = self.folder / "ventanilla.toml"
        path.write_text(TOML.format(data_dir=self.folder / "var", **self.settings), encoding="utf-8")
        self.loaded = load_config(path, today=self.now.date())
        apply_file(self.store, self.loaded, now=self.now)
        with self.store.write() as connection:
            house = open_house(connection, self.loaded.config, now=self.now)
        readers = Readers(dict.fromkeys(("soporte", "ventas", "chat"), lambda raw: self.said[raw]), {})
        self.router = Router(store=self.store, house=house, readers=readers, clock=lambda: self.now)

    def play(self, fortnight: Fortnight, *, each: Callable[[Action], None] = lambda _: None) -> None:
        """Everything, in the order in which it happens; `each` is called after each."""
        for action in fortnight.actions:
            self.now = action.at
            _ACTIONS[action.what](self, action)
            self._note_owner(action.plan)
            if action.plan.into is not None and action.what == "merges":
                self._note_owner(action.plan.into)
            each(action)

    def case(self, plan: Plan) -> sa.Row[Any]:
        (row,) = self.rows(conversations, lambda t: t.c.key == plan.key)
        return row

    def opens(self, action: Action) -> None:
        plan = action.plan
        subject = f"Reclamo {plan.number}" if plan.claim else f"Pedido {plan.number}"
        asks = f"Pregunto por el pedido número {plan.number}, ¿cuándo llega?"
        who = (plan.same_customer_as or plan).number
        if plan.channel == "chat":
            said = chat(asks, user=str(7000 + who), subject=subject)
        else:
            said = letter(asks, sender=f"cliente{who}@clientes.example", subject=subject)
        self.said_first[plan.number], plan.first_id = said, str(said.external_id)
        self.take(plan.channel, said, received=action.received)
        (plan.key,) = [
            row.key
            for row in self.rows(conversations, lambda t: t.c.id == sa.select(sa.func.max(t.c.id)).scalar_subquery())
        ]

    def more(self, action: Action) -> None:
        plan = action.plan
        text = f"Sigo esperando noticias del pedido número {plan.number}."
        if plan.channel == "chat":
            said = chat(text, user=str(7000 + plan.number))
        else:
            who = (plan.same_customer_as or plan).number
            said = letter(text, sender=f"cliente{who}@clientes.example", in_reply_to=(plan.first_id,))
        self.take(plan.channel, said, received=action.received)

    def edits(self, action: Action) -> None:
        first = self.said_first[action.plan.number]
        text = f"{first.text} (corregido)"
        self.take("chat", replace(first, text=text, reply_text=text, edits=first.external_id))

    def hands_over(self, action: Action) -> None:
        case = self.case(action.plan)
        people = ("eva", "noa") if action.plan.team == "ventas" else ("ana", "luis")
        other = people[0] if case.owner == people[1] else people[1]
        do(self, transfer, case.key, other, as_="marta")

    def presses(self, action: Action) -> None:
        case = self.case(action.plan)
        author = "marta" if action.plan.number % 7 == 0 else case.owner
        with acting(self, author) as move:
            answer = Answer(text="Llega mañana.", then="resolve" if action.then_resolve else "")
            write_reply(move, find_case(move, case.key), answer, anyway=True)
        (row,) = self.rows(
            outbox,
            lambda t: (t.c.kind == OutboxKind.REPLY) & (t.c.state == "pending") & (t.c.conversation_id == case.id),
        )
        self.written[action.plan.number] = row.id
        for turn in action.plan.turns:
            if turn.ended == "replied" and turn.stop is not None and turn.stop >= action.at:
                turn.author = author
                break

    def goes_out(self, action: Action) -> None:
        go_out(self, self.written[action.plan.number])

    def bounces(self, action: Action) -> None:
        journal = Journal(now=self.now, actor="deliverer")
        with self.store.write() as connection:
            mine = outbox.c.id == self.written[action.plan.number]
            failed = sa.update(outbox).where(mine).values(state=DeliveryState.FAILED, reason="5.1.1 no such user")
            note_reply_failed(
                connection, self.router.house, connection.execute(failed.returning(outbox)).one(), journal
            )
            journal.flush(connection)

    def resolves(self, action: Action) -> None:
        do(self, resolve, action.plan.key, text="Se explicó todo.", as_="marta")

    def unanswered(self, action: Action) -> None:
        do(self, resolve, action.plan.key, text="Era para otra casa.", as_="marta")

    def no_reply_needed(self, action: Action) -> None:
        ends = Resolution.NO_REPLY_NEEDED
        do(self, resolve, action.plan.key, resolution=ends, text="No hacía falta.", as_="marta")

    def merges(self, action: Action) -> None:
        assert action.plan.into is not None
        do(self, merge, action.plan.key, action.plan.into.key, as_="marta")

    def is_answered(self) -> int:
        return len(self.rows(messages, lambda t: t.c.replied_at.is_not(None)))

    def _note_owner(self, plan: Plan) -> None:
        """Who answers for it from now on; nobody ("") where it is over."""
        case = self.case(plan)
        owner = case.owner if case.owned else ""
        if (plan.owners[-1][1] if plan.owners else "") != owner:
            plan.owners.append((self.now, owner))


_ACTIONS: dict[str, Callable[[Shop, Action], None]] = {
    name: getattr(Shop, name)
    for name in (
        "opens",
        "more",
        "edits",
        "hands_over",
        "presses",
        "goes_out",
        "bounces",
        "resolves",
        "unanswered",
        "no_reply_needed",
        "merges",
    )
}
