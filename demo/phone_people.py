"""Who of the town writes by chat or telephone, and which of them write in more than one way. All of them are plainly samples."""

from __future__ import annotations

import random
from dataclasses import dataclass

from demo.people import CUSTOMERS_DOMAIN, Person, somebody

_FIRST_CHANCE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePerson:
    """Somebody with a telephone. `phone` is E.164; `telegram` a user id, shown under `alias` where they call themselves otherwise
    there; `address` their mail, where they have one."""

    name: str
    language: str
    phone: str
    telegram: int
    address: str = ""
    alias: str = ""

    @property
    def user(self) -> dict[str, object]:
        """How Telegram shows them."""
        first, _, last = (self.alias or self.name).partition(" ")
        return {
            "id": self.telegram,
            "is_bot": False,
            "first_name": first,
            "last_name": last,
            "language_code": self.language,
        }

    @property
    def writer(self) -> Person:
        """The same person with a mail program."""
        return Person(name=self.name, address=self.address, language=self.language)


def _person(number: int, name: str, language: str = "es", *, mail: str = "", alias: str = "") -> PhonePerson:
    address = f"{mail}@{CUSTOMERS_DOMAIN}" if mail else ""
    phone, telegram = f"+34600000{number:03}", 600_000_000 + number
    return PhonePerson(name=name, language=language, phone=phone, telegram=telegram, address=address, alias=alias)


ROSA = _person(11, "Rosa Factura", mail="rosa.factura")
"""Writes a mail about an invoice, then by WhatsApp that she has. The shop's list of customers has both her addresses."""
TOMAS = _person(12, "Tomás Teléfono", alias="Tomy Obras")
"""Calls and speaks after the tone, then sends an SMS; later he is on Telegram too, under another name, and shares his number."""
ALBA = _person(13, "Alba Chat")
"""Presses start, asks, corrects a slip of the pen."""
OLIVIA = _person(14, "Olivia Album", "en")
"""Sends an album and a voice message."""
NURIA = _person(15, "Nuria Llamada")
"""Calls twice, says nothing."""
DIEGO = _person(16, "Diego Baja")
"""Asks by SMS and then wants nothing more sent."""
HARRY = _person(17, "Harry WhatsApp", "en")
"""Asks by WhatsApp, with a photo."""


def customer_list() -> str:
    """The shop's own list of customers, as a spreadsheet saves it: who has which mail address and which telephone."""
    known = [(ROSA, "empresa"), (TOMAS, "obra")]
    lines = [f"{one.name};{one.address};{one.phone};{tag};{one.language}" for one, tag in known]
    return "\n".join(["nombre;correo;teléfono;etiquetas;idioma", *lines, ""])


def newcomer(rng: random.Random, *, number: int) -> PhonePerson:
    """Somebody who has not written yet: the `number`-th since the opening."""
    language = "es" if rng.random() < 0.65 else "en"
    return _person(_FIRST_CHANCE + number % 900, somebody(rng, language, known=frozenset()).name, language)
