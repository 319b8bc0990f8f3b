"""The words that go to customers and staff, in Spanish and English; other languages fall back to the nearer of the two. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_NEARER = {"ca": "es", "gl": "es", "eu": "es", "pt": "es"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """A subject and a body with `{names}` to be filled in."""

    subject: str
    body: str

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Subject on one line, body with empty paragraphs dropped."""
        subject = " ".join(self.subject.format_map(values).split())
        paragraphs = self.body.format_map(values).split("\n\n")
        return subject, "\n\n".join(part.strip("\n") for part in paragraphs if part.strip()) + "\n"


ACKNOWLEDGEMENT = {
    "es": Letterhead(
        subject="Re: {subject} [{key}]",
        body="""{greeting}

Hemos recibido su mensaje el {date} a las {time} y ya hay una persona responsable de él.
Su número de caso es {key}.

{expectation}

Si quiere añadir algo, responda a este correo sin quitar el número del asunto y llegará al mismo caso.

{house}

(Acuse de recibo automático. No hace falta que lo conteste.)""",
    ),
    "en": Letterhead(
        subject="Re: {subject} [{key}]",
        body="""{greeting}

We received your message on {date} at {time}, and one person is now responsible for it.
Your case number is {key}.

{expectation}

To add something, answer this mail and keep the number in its subject: it will reach the same case.

{house}

(This is an automatic receipt. There is no need to answer it.)""",
    ),
}

NOTICE = {
    "es": Letterhead(
        subject="[{key}] {customer}: {subject}",
        body="""{who} espera respuesta desde {since} ({waited}).

{due}

{excerpt}

Caso {key} · {channel} · {why}
Verlo entero: ventanilla show {key}
Responda al cliente desde el buzón compartido; lo que conteste a este aviso no le llega.""",
    ),
    "en": Letterhead(
        subject="[{key}] {customer}: {subject}",
        body="""{who} has been waiting for an answer since {since} ({waited}).

{due}

{excerpt}

Case {key} · {channel} · {why}
See all of it: ventanilla show {key}
Answer the customer from the shared mailbox; what you answer to this notice does not reach them.""",
    ),
}

DIGEST = {
    "es": Letterhead(
        subject="{count} casos le esperan",
        body="Buenos días, {name}.\n\nMientras no estaba de turno:\n\n{lines}\n\n{house}",
    ),
    "en": Letterhead(
        subject="{count} cases are waiting for you",
        body="Good morning, {name}.\n\nWhile you were off duty:\n\n{lines}\n\n{house}",
    ),
}

SCREENED_DIGEST = {
    "es": Letterhead(
        subject="Apartados hoy: {count} mensajes",
        body="Estos mensajes no han abierto ningún caso:\n\n{lines}\n\nDejar pasar uno: ventanilla release ID\n\n{house}",
    ),
    "en": Letterhead(
        subject="Screened today: {count} messages",
        body="These messages opened no case:\n\n{lines}\n\nTo let one through: ventanilla release ID\n\n{house}",
    ),
}

ALERT = {
    "es": Letterhead(subject="Ventanilla: {subject}", body="{body}\n\n{house}"),
    "en": Letterhead(subject="Ventanilla: {subject}", body="{body}\n\n{house}"),
}

PHRASES: dict[str, dict[str, str]] = {
    "es": {
        "greeting": "Hola, {name}:",
        "greeting_nobody": "Hola:",
        "answer_by": "Le responderemos como muy tarde {when}.",
        "answer_soon": "Le responderemos lo antes posible.",
        "due": "Prometido: {when}.",
        "overdue": "Prometido: {when} (ya ha pasado).",
        "no_subject": "(sin asunto)",
        "hidden": "(texto no incluido en los avisos)",
        "on_channel": "recibido en {channel}",
        "escalated": "no se ha podido avisar a {agent}",
        "escalation": "No se ha podido avisar a {agent} del caso {key}. Motivo: {reason}.",
        "brake": (
            "Se han enviado más de {limit} acuses de recibo en {minutes} minutos; los siguientes quedan retenidos.\n"
            "Verlos: ventanilla outbox --state held\nSoltarlos: ventanilla outbox release --all\n"
            "Descartarlos: ventanilla outbox drop --all"
        ),
        "brake_subject": "acuses de recibo retenidos",
        "escalation_subject": "aviso sin entregar, caso {key}",
        "paused": "El canal {channel} está parado: {problem}\n{cure}\nLos demás canales siguen.",
        "paused_subject": "el canal {channel} está parado",
        "quarantined": (
            "No se ha podido leer el mensaje {inbox_id} del canal {channel}: {reason}\n"
            "Verlo: ventanilla inbox --state quarantined\n"
            "Probar otra vez: ventanilla replay {inbox_id}"
        ),
        "quarantined_subject": "un mensaje sin leer en {channel}",
    },
    "en": {
        "greeting": "Hello {name},",
        "greeting_nobody": "Hello,",
        "answer_by": "You will have an answer {when} at the latest.",
        "answer_soon": "You will have an answer as soon as possible.",
        "due": "Promised: {when}.",
        "overdue": "Promised: {when} (already past).",
        "no_subject": "(no subject)",
        "hidden": "(text left out of notices)",
        "on_channel": "received on {channel}",
        "escalated": "{agent} could not be told",
        "escalation": "{agent} could not be told of case {key}. Reason: {reason}.",
        "brake": (
            "More than {limit} receipts were written in {minutes} minutes; those that follow are held.\n"
            "See them: ventanilla outbox --state held\nLet them go: ventanilla outbox release --all\n"
            "Drop them: ventanilla outbox drop --all"
        ),
        "brake_subject": "receipts are held",
        "escalation_subject": "a notice was not delivered, case {key}",
        "paused": "Channel {channel} is paused: {problem}\n{cure}\nThe other channels go on.",
        "paused_subject": "channel {channel} is paused",
        "quarantined": (
            "Message {inbox_id} of channel {channel} could not be read: {reason}\n"
            "See it: ventanilla inbox --state quarantined\n"
            "Try again: ventanilla replay {inbox_id}"
        ),
        "quarantined_subject": "an unreadable message in {channel}",
    },
}

REASONS: dict[str, dict[str, str]] = {
    "es": {
        "same_customer": "ya lleva otro caso de este cliente",
        "account_manager": "es quien lleva a este cliente",
        "rule": "una regla da estos casos a esta persona",
        "last_owner": "atendió a este cliente la última vez",
        "balanced": "quien menos casos tenía para su capacidad",
        "round_robin": "le tocaba el turno",
        "longest_idle": "quien más tiempo llevaba libre",
        "duty_present": "nadie más podía: está de guardia",
        "duty_silent": "nadie de turno: guarda el caso hasta que abra",
        "line": "estaba en espera y ahora puede atenderlo",
        "owner_off_duty": "su responsable ha terminado el turno",
        "owner_left": "su responsable ya no está",
        "cover": "cubre a quien está fuera",
    },
    "en": {
        "same_customer": "already has another case of this customer",
        "account_manager": "looks after this customer",
        "rule": "a rule gives such cases to this person",
        "last_owner": "helped this customer last time",
        "balanced": "had the fewest cases for their capacity",
        "round_robin": "was next in turn",
        "longest_idle": "had been free the longest",
        "duty_present": "nobody else could: on the duty list",
        "duty_silent": "nobody on duty: holds it until opening",
        "line": "it was waiting in line and they can take it now",
        "owner_off_duty": "its owner's shift has ended",
        "owner_left": "its owner has left",
        "cover": "covers for somebody away",
    },
}


def spoken_language(language: str) -> str:
    """The language that texts are kept in which is nearest to this one."""
    code = language[:2].lower()
    return code if code in PHRASES else _NEARER.get(code, "en")


def phrase(language: str, code: str, **values: str) -> str:
    """One phrase, filled in."""
    return PHRASES[spoken_language(language)][code].format_map(values)


def reason_in_words(language: str, code: str) -> str:
    """Why somebody is responsible, in words; a code without words stands for itself."""
    return REASONS[spoken_language(language)].get(code, code)
