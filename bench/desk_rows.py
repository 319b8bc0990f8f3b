"""Fills a store with a busy house: 200 agents who hold 10,000 open cases, each with its customer, messages and clocks; in bulk."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bench.report_rows import Rows, insert_rows
from ventanilla.keys import new_key
from ventanilla.store import tables as t
from ventanilla.store.engine import Store

TEAMS = 8
CASES_OF_ONE = 50
_ORDER = (t.contacts, t.addresses, t.inbox, t.conversations, t.assignments, t.messages, t.clocks, t.collaborators)
_SUBJECTS = (
    "¿Cuándo llega mi pedido?",
    "Factura equivocada",
    "No puedo entrar en mi cuenta",
    "Devolución de un taladro",
)
_TEXT = "Buenos días, les escribo porque el pedido que hice la semana pasada no ha llegado todavía. " * 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """How many agents there are (`agent000` …), each in the team of their number, and when it is."""

    agents: int
    now: datetime
    seed: int = 1

    def team(self, number: int) -> str:
        """The team of an agent's number."""
        return f"team{number % TEAMS}"


def fill(store: Store, busy: Busy) -> int:
    """Write the cases of everybody; return how many. The file must be in force already."""
    luck = random.Random(busy.seed)
    rows: Rows = {table.name: [] for table in _ORDER}
    number = 0
    for agent in range(busy.agents):
        for _ in range(max(1, round(luck.gauss(CASES_OF_ONE, 12)))):
            number += 1
            _add(rows, luck, busy, number, agent)
    with store.write() as connection:
        for table in _ORDER:
            insert_rows(connection, table, rows[table.name])
        load = sa.select(sa.func.count()).where(
            t.conversations.c.owner == t.agents.c.name, t.conversations.c.waiting_since.is_not(None)
        )
        connection.execute(sa.update(t.agents).values(load=load.scalar_subquery()))
        connection.exec_driver_sql("ANALYZE")
    return number


def _add(rows: Rows, luck: random.Random, busy: Busy, number: int, agent: int) -> None:
    begun = busy.now - timedelta(minutes=luck.expovariate(1 / 2880))
    waits = luck.random() < 0.6
    last = begun + (busy.now - begun) * luck.random()
    due = last + timedelta(hours=luck.choice((1, 4, 24, 72)))
    owner, subject = f"agent{agent:03}", f"{luck.choice(_SUBJECTS)} ({number})"
    where = {
        "channel": "soporte",
        "team": busy.team(agent),
        "kind": luck.choice(("query", "query", "request", "claim")),
    }
    where["priority"] = luck.choice(("normal", "normal", "high"))
    address = f"cliente{number}@clientes.example"
    rows["contacts"].append(
        {"id": number, "name": f"Cliente {number}", "tags": [], "created_at": begun, "last_owner": owner}
    )
    rows["addresses"].append({"kind": "email", "value": address, "contact_id": number, "created_at": begun})
    rows["conversations"].append(
        {
            **where, "id": number, "key": new_key(), "contact_id": number, "account": "soporte@example.com",
            "address": address, "subject": subject, "state": "open" if waits else "waiting_customer", "owner": owner,
            "owned": 1, "assignment_number": 1, "promise": "normal", "language": "es", "skills": [], "languages": [],
            "tags": luck.sample(("envío", "factura", "taller", "urgente"), luck.randrange(3)), "created_at": begun,
            "first_message_at": begun, "last_message_at": last, "waiting_since": last if waits else None,
            "due_at": due if waits else None, "next_due_at": due if waits else None,
            "line_since": last if waits and luck.random() < 0.02 else None,
        }
    )  # fmt: skip
    rows["assignments"].append(
        {
            "conversation_id": number, "number": 1, "agent": owner, "is_open": 1, "assigned_at": begun,
            "reason": "balanced", "actor": "router", "decision": {}, "config_version": 1,
        }
    )  # fmt: skip
    _add_messages(rows, number, owner, begun, last, waits, address, subject)
    if luck.random() < 0.05:
        helper = {"conversation_id": number, "agent": f"agent{luck.randrange(busy.agents):03}", "added_by": owner}
        rows["collaborators"].append({**helper, "added_at": begun})
    if waits:
        rows["clocks"].append(
            {
                **where, "conversation_id": number, "metric": "first_response", "number": 1, "agent": owner,
                "started_at": last, "config_version": 1, "paused": 0, "promise": "normal", "target": 90,
                "within": 3_600_000_000, "due_at": due, "day": last.date().isoformat(), "hour": last.hour,
            }
        )  # fmt: skip


def _add_messages(
    rows: Rows, case: int, owner: str, begun: datetime, last: datetime, waits: bool, address: str, subject: str
) -> None:
    for turn, (at, inbound) in enumerate(((begun, True), (begun + (last - begun) / 2, False), (last, waits))):
        number = case * 3 + turn
        message: dict[str, Any] = {
            "id": number, "conversation_id": case, "assignment_number": 1, "agent": None if inbound else owner,
            "direction": "in" if inbound else "out", "inbox_id": number if inbound else None, "recipients": [],
            "cc": [], "subject": subject, "text": _TEXT, "reply_text": _TEXT[:90], "from_address": address,
            "received_at": at if inbound else None, "routed_at": at, "replied_at": None if inbound else at,
        }  # fmt: skip
        rows["messages"].append(message)
        if inbound:
            rows["inbox"].append(
                {
                    "id": number, "channel": "soporte", "source": "bench", "item_key": str(number), "state": "routed",
                    "received_at": at, "pulled_at": at, "routed_at": at,
                }
            )  # fmt: skip
