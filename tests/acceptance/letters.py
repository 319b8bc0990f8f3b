"""Writes a day's post: real-looking samples and generated mails, each with what must become of it. Sends nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "email_reading" / "mails"
AUTOMATIC = ("bounce_", "newsletter", "read_receipt", "vacation_")
"""How the names of samples begin that no person wrote to be answered."""

FIRST_NAMES = ("lucía", "javier", "núria", "iker", "sabela", "peter", "claire", "ramón", "begoña", "óscar")
FAMILY_NAMES = ("ejemplo", "muestra", "prueba")
SUBJECTS = (
    "¿Cuándo llega mi pedido?",
    "Factura equivocada",
    "Where is my order?",
    "Presupuesto para una puerta",
    "Devolución de un taladro",
    "La llave no abre",
    "Horario de agosto",
    "Broken lamp",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail. `thread` is shared by those that must end in one case; `fate` is the ledger's state that it must end in."""

    raw: bytes
    thread: str
    fate: str = "routed"
    name: str = ""


def post(*, count: int = 300, seed: int = 1) -> list[Letter]:
    """So many letters, shuffled (replies come before what they answer), the same ones for the same seed."""
    chance = random.Random(seed)
    letters = [*samples(), *automatic(), *odd_ones()]
    number = 0
    while len(letters) < count:
        number += 1
        letters += conversation(number, chance, most=count - len(letters))
    chance.shuffle(letters)
    return _first_of_equals_is_routed([replace(letter, raw=_as_sent(letter.raw)) for letter in letters])


def samples() -> Iterator[Letter]:
    """Mails as forty programs write them. Each is a case of its own."""
    for path in sorted(SAMPLES.glob("*.eml")):
        screened = path.name.startswith(AUTOMATIC)
        raw = path.read_bytes()
        yield Letter(raw=raw, thread=path.stem, fate="screened" if screened else "routed", name=path.stem)


def automatic() -> Iterator[Letter]:
    """Newsletters, out-of-office answers and delivery reports: kept in the ledger, opening nothing."""
    for number in range(8):
        news = mail(f"boletin{number}@listas.example", f"Ofertas {number}", message_id=f"news-{number}@listas.example")
        news["List-Unsubscribe"] = f"<https://listas.example/u/{number}>"
        news["List-Id"] = f"Ofertas <ofertas{number}.listas.example>"
        yield Letter(raw=news.as_bytes(), thread=f"news-{number}", fate="screened", name=f"newsletter {number}")
        away = mail(_customer(number)[1], "Automatic reply: holidays", message_id=f"away-{number}@clientes.example")
        away["Auto-Submitted"] = "auto-replied"
        yield Letter(raw=away.as_bytes(), thread=f"away-{number}", fate="screened", name=f"out of office {number}")
        report = _delivery_report(number)
        yield Letter(raw=report, thread=f"report-{number}", fate="screened", name=f"delivery report {number}")


def odd_ones() -> Iterator[Letter]:
    """No Message-ID; the same Message-ID on two different mails; the same mail three times; a large attachment."""
    for number in range(6):
        sender = f"sin-id-{number}@clientes.example"
        yield Letter(raw=mail(sender, "Sin identificador").as_bytes(), thread=f"no-id-{number}")
    for number in range(4):
        for copy in ("uno", "dos"):
            twin = mail(f"gemelo-{number}@clientes.example", f"Pregunta {copy}", message_id=f"twin-{number}@x.example")
            yield Letter(raw=twin.as_bytes(), thread=f"twin-{number}-{copy}")
    for number in range(4):
        again = mail(f"repite-{number}@clientes.example", "Lo mismo", message_id=f"again-{number}@x.example")
        for _ in range(3):
            yield Letter(raw=again.as_bytes(), thread=f"again-{number}", name=f"thrice {number}")
    large = mail("obra@clientes.example", "Planos de la obra", message_id="large@clientes.example")
    large.add_attachment(
        random.Random(7).randbytes(600_000), maintype="application", subtype="pdf", filename="plano.pdf"
    )
    yield Letter(raw=large.as_bytes(), thread="large")


def conversation(number: int, chance: random.Random, *, most: int) -> Iterator[Letter]:
    """One customer's first mail and up to four that follow it up, each naming all before it."""
    name, address = _customer(number)
    subject = chance.choice(SUBJECTS)
    before: list[str] = []
    for step in range(min(most, chance.choice((1, 1, 2, 3, 5)))):
        title = subject if step == 0 else f"Re: {subject}"
        message = mail(f"{name} <{address}>", title, message_id=f"c{number}-{step}@clientes.example")
        if before:
            message["In-Reply-To"] = before[-1]
            message["References"] = " ".join(before)
        before.append(str(message["Message-ID"]))
        if chance.random() < 0.2:
            photo = chance.randbytes(20_000)
            message.add_attachment(photo, maintype="image", subtype="jpeg", filename=f"foto {number} ñ.jpg")
        yield Letter(raw=message.as_bytes(), thread=f"c{number}", name=f"conversation {number}, mail {step}")


def mail(sender: str, subject: str, *, message_id: str | None = None, text: str = "") -> EmailMessage:
    """A mail of now to our mailbox."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "Ferretería Sol <soporte@example.com>"
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    if message_id is not None:
        message["Message-ID"] = f"<{message_id}>"
    message.set_content(text or f"Hola, escribo por esto: {subject}\nGracias.\n")
    return message


def one_letter(subject: str) -> Letter:
    """Of somebody who has nothing to do with any other: a case of its own."""
    return Letter(raw=_as_sent(mail("eva@clientes.example", subject).as_bytes()), thread=subject, name=subject)


def _customer(number: int) -> tuple[str, str]:
    """Thirty people who write again and again."""
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    family = FAMILY_NAMES[number // len(FIRST_NAMES) % len(FAMILY_NAMES)]
    return f"{first.capitalize()} {family.capitalize()}", f"cliente{number % 30}@clientes.example"


def _delivery_report(number: int) -> bytes:
    """As a mail server says that a mail of ours did not arrive."""
    return (
        "Return-Path: <>\r\n"
        f"From: MAILER-DAEMON@mx{number}.example.net\r\nTo: soporte@example.com\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <report-{number}@mx.example.net>\r\n"
        "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is the mail system. I am sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        f"Final-Recipient: rfc822; nadie{number}@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <never-sent@example.com>\r\n--b--\r\n"
    ).encode()


def _as_sent(raw: bytes) -> bytes:
    """With the line ends that mail has on its way, so that what a server gives back is the same to the byte."""
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _first_of_equals_is_routed(letters: Sequence[Letter]) -> list[Letter]:
    """Of equal mails the first is the original and the others are its duplicates."""
    seen: set[bytes] = set()
    result = []
    for letter in letters:
        result.append(replace(letter, fate="duplicate") if letter.raw in seen else letter)
        seen.add(letter.raw)
    return result
