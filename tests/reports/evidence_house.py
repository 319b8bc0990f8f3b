"""A claim with a receipt, a hand-over, a note, an answer, an end and a new beginning, and its evidence: as its tests want it."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.rebuilding import rebuilder
from reports.evidence.making import Evidence, Order, make_evidence
from router.moves.base import find_case
from router.moves.note import add_note
from router.moves.reasoned import Upheld
from router.moves.reply import Answer, write_reply
from router.moves.resolve import resolve
from router.moves.transfer import transfer
from router.timekeeping.keeper import catch_up
from tests.router.house_for_tests import House, mail
from tests.router.moving import acting, case_of, do, go_out
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, outbox
from ventanilla.words import DeliveryState, OutboxKind

FRIDAY = datetime(2026, 12, 4, 9, 12, 33, tzinfo=UTC)
NOTE, REASON, ANSWER = "Mirar la garantía antes de contestar.", "Defecto de fábrica.", "Le devolvemos 89,90 €."
TEXT = "El taladro no funciona. 😀 你好 שלום \u202eabc <script>alert(1)</script>"
PICTURE = b"\x89PNG\x00" * 500
MORE = """
[calendars.oficina]
hours = { mon-fri = ["09:00-14:00", "15:00-18:00"] }
holidays = { country = "ES", region = "MD" }

[[rules]]
when = { subject = "(?i)reclamación" }
then = { kind = "claim", promise = "reclamaciones" }

[promises.reclamaciones]
calendar = "oficina"
first_response = { within = "4h" }
pack = "es-ley-10-2025"
"""


def claim(store: Store, folder: Path) -> tuple[House, str]:
    """The house and the key of its claim, three weeks on."""
    house, key = open_claim(store, folder)
    house.later(hours=3)
    owner = case_of(house, key).owner
    do(house, add_note, key, NOTE, as_=owner)
    do(house, transfer, key, to="luis" if owner == "ana" else "ana", as_=owner)
    house.later(days=3)
    answer(house, key, ANSWER)
    house.later(minutes=4)
    do(house, resolve, key, text=REASON, upheld=Upheld.YES, as_=case_of(house, key).owner)
    house.later(days=1)
    headers = {"In-Reply-To": "<1@c.example>"}
    house.receive(mail(subject="Re: Reclamación", text="Sigue igual.", message_id="<2@c.example>", headers=headers))
    house.later(days=23)
    return house, key


def open_claim(store: Store, folder: Path) -> tuple[House, str]:
    """The house and the key of a claim that has just come in; its receipt is out."""
    house = House(store, folder, {"more": MORE}, now=FRIDAY)
    first = mail(subject="Reclamación: taladro", text=TEXT, message_id="<1@c.example>", attachment=PICTURE)
    house.receive(first, received=FRIDAY - timedelta(seconds=41))
    house.later(seconds=3)
    receipts_go_out(house)
    return house, str(house.rows(conversations)[0].key)


def answer(house: House, key: str, text: str) -> None:
    """The owner answers, and the provider takes it."""
    with acting(house, case_of(house, key).owner) as move:
        written = write_reply(move, find_case(move, key), Answer(text=text))
    go_out(house, written.outbox_id)


def receipts_go_out(house: House) -> None:
    """The provider takes every receipt now."""
    values = {"state": DeliveryState.SENT, "sent_at": house.now, "tried_at": house.now, "external_id": "<s@p.example>"}
    with house.store.write() as connection:
        mine = (outbox.c.kind == OutboxKind.ACKNOWLEDGEMENT) & (outbox.c.state == DeliveryState.PENDING)
        connection.execute(sa.update(outbox).where(mine).values(values))


def write(house: House, key: str, target: Path, **order: Any) -> Evidence:
    """Bring the books up to date and make the evidence."""
    known = house.router.house
    while catch_up(house.store, known, now=house.now):
        pass
    return make_evidence(
        house.store,
        known,
        Order(key=key, target=target, **order),
        now=house.now,
        version="9.9",
        rebuild=rebuilder(house.store, known.config),
        progress=lambda said: None,
    )


def held(path: Path) -> dict[str, bytes]:
    """Every file of a ZIP by its name."""
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def forged(path: Path, target: Path, **changed: bytes) -> Path:
    """The same ZIP with some files changed (`__` stands for a dot in their names)."""
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in held(path).items():
            packed.writestr(name, changed.get(name.replace(".", "__"), content))
    return target
