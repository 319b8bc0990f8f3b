"""The mails that people in the town write, as their programs would put them together. Pure: ids and times are handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from demo.people import SHOP, Person

LETTER_POLICY = SMTP.clone(max_line_length=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What every mail carries: its own id (angle brackets included) and when it was written, in the writer's zone."""

    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What an answer refers to: ids from the first mail to the one answered, its subject, who wrote it and what."""

    ids: Sequence[str]
    subject: str
    author: str
    text: str


def plain(person: Person, subject: str, text: str, stamp: Stamp, *, to: str = SHOP) -> EmailMessage:
    """An ordinary mail in plain text."""
    mail = EmailMessage(policy=LETTER_POLICY)
    mail["From"] = _party(person.name, person.address)
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(stamp.at)
    mail["Message-ID"] = stamp.message_id
    mail.set_content(f"{text}\n\n{person.name}\n")
    return mail


def with_file(mail: EmailMessage, content: bytes, *, content_type: str, filename: str) -> EmailMessage:
    """The same mail with a file."""
    maintype, _, subtype = content_type.partition("/")
    mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=filename)
    return mail


def html_only(person: Person, subject: str, text: str, stamp: Stamp) -> EmailMessage:
    """What some webmail sends: HTML and no plain text beside it."""
    mail = plain(person, subject, "", stamp)
    paragraphs = "".join(f"<p style='margin:0 0 12px'>{part}</p>" for part in text.split("\n\n"))
    page = f"""<html><head><style>p {{ font-family: Arial }}</style></head>
<body>{paragraphs}<table><tr><td style="color:#888">{person.name}</td></tr></table></body></html>"""
    mail.clear_content()
    mail.set_content(page, subtype="html")
    return mail


def answer(person: Person, thread: Thread, text: str, stamp: Stamp, *, quoting: bool) -> EmailMessage:
    """An answer in a thread; when `quoting`, with the mail that it answers below."""
    subject = thread.subject if thread.subject.lower().startswith("re:") else f"Re: {thread.subject}"
    mail = plain(person, subject, f"{text}\n\n{_quote(person, thread, stamp)}" if quoting else text, stamp)
    mail["In-Reply-To"] = thread.ids[-1]
    mail["References"] = " ".join(thread.ids)
    return mail


def web_form(form: str, person: Person, subject: str, text: str, stamp: Stamp) -> EmailMessage:
    """What the shop's own web page sends: it comes from the shop, and the customer is in Reply-To."""
    page = Person(name="Formulario web", address=form, language=person.language)
    mail = plain(page, f"[Web] {subject}", f"Nombre: {person.name}\nMensaje:\n\n{text}", stamp)
    mail["Reply-To"] = _party(person.name, person.address)
    return mail


def newsletter(stamp: Stamp) -> EmailMessage:
    """A newsletter, with what newsletters must carry (RFC 2369, RFC 8058)."""
    sender = Person(name="Novedades Ficticias", address="noticias@boletin.example", language="es")
    mail = plain(sender, "Las 7 herramientas de esta primavera", "Ofertas, ofertas y más ofertas.", stamp)
    mail["List-Id"] = "Novedades <novedades.boletin.example>"
    mail["List-Unsubscribe"] = "<https://boletin.example/baja>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Precedence"] = "bulk"
    return mail


def out_of_office(person: Person, thread: Thread, stamp: Stamp) -> EmailMessage:
    """An auto-responder's answer to a receipt of ours (RFC 3834)."""
    words = {
        "es": ("Respuesta automática", "Estoy de vacaciones hasta el lunes. No leeré este correo."),
        "en": ("Automatic reply", "I am out of the office until Monday and will not read this mail."),
    }
    prefix, text = words[person.language]
    mail = plain(person, f"{prefix}: {thread.subject}", text, stamp)
    mail["Auto-Submitted"] = "auto-replied"
    mail["In-Reply-To"] = thread.ids[-1]
    mail["References"] = thread.ids[-1]
    return mail


def spam(stamp: Stamp) -> EmailMessage:
    """Spam that the provider's filter has flagged."""
    sender = Person(name="Premio Seguro", address="ganador@premios.example", language="es")
    mail = plain(sender, "¡¡Ha ganado un jamón!!", "Envíe sus datos para recibirlo.", stamp)
    mail["X-Spam-Flag"] = "YES"
    return mail


def forwarded(agent: Person, person: Person, subject: str, text: str, stamp: Stamp) -> EmailMessage:
    """A mail that a customer wrote to somebody of the shop by name, who passes it on."""
    block = (
        "---------- Forwarded message ---------\n"
        f"De: {person.name} <{person.address}>\n"
        f"Date: {format_datetime(stamp.at)}\n"
        f"Subject: {subject}\n"
        f"To: {agent.name} <{agent.address}>\n\n{text}\n\n{person.name}"
    )
    mail = plain(agent, f"Fwd: {subject}", "", stamp)
    mail.set_content(f"Me ha llegado a mí, os lo paso.\n\n{block}\n")
    return mail


def undeliverable(original: EmailMessage, recipient: str, stamp: Stamp) -> EmailMessage:
    """A server's notice that a mail of ours did not reach its recipient (RFC 3464)."""
    domain = recipient.partition("@")[2]
    robot = Person(name="Mail Delivery System", address=f"MAILER-DAEMON@{domain}", language="en")
    text = f"Your message could not be delivered to <{recipient}>: user unknown."
    mail = plain(robot, "Undelivered Mail Returned to Sender", text, stamp)
    mail["Auto-Submitted"] = "auto-replied"
    mail.make_mixed()
    mail.set_type("multipart/report")
    mail.set_param("report-type", "delivery-status")
    mail.attach(_delivery_status(domain, recipient))
    mail.attach(_headers_of(original))
    return mail


def broken(marker: str) -> bytes:
    """Not a mail at all: what a scanner with a fault may put into a mailbox. `marker` makes it one of a kind."""
    return f"\x00\x01\x02scan {marker}\r\n".encode() + bytes(range(128, 256))


def _delivery_status(domain: str, recipient: str) -> EmailMessage:
    part = EmailMessage(policy=LETTER_POLICY)
    part["Content-Type"] = "message/delivery-status"
    about_mail, about_recipient = EmailMessage(policy=LETTER_POLICY), EmailMessage(policy=LETTER_POLICY)
    about_mail["Reporting-MTA"] = f"dns; mail.{domain}"
    about_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    about_recipient["Action"] = "failed"
    about_recipient["Status"] = "5.1.1"
    about_recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 user unknown"
    part.set_payload([about_mail, about_recipient])
    return part


def _headers_of(original: EmailMessage) -> EmailMessage:
    part = EmailMessage(policy=LETTER_POLICY)
    kept = [f"{name}: {original[name]}" for name in ("From", "To", "Subject", "Date", "Message-ID") if original[name]]
    part.set_content("\n".join(kept) + "\n", subtype="rfc822-headers", cte="8bit")
    return part


def _quote(person: Person, thread: Thread, stamp: Stamp) -> str:
    day = f"{stamp.at:%d/%m/%Y}, {stamp.at:%H:%M}"
    intro = f"El {day}, {thread.author} escribió:" if person.language == "es" else f"On {day}, {thread.author} wrote:"
    return "\n".join([intro, "", *(f"> {line}".rstrip() for line in thread.text.strip().splitlines())])


def _party(name: str, address: str) -> Address:
    local, _, domain = address.partition("@")
    return Address(display_name=name, username=local, domain=domain)
